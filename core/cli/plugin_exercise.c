#include "cli/plugin_check.h"

#include "base/encode.h"
#include "base/limits.h"
#include "cli/plugin_exercise.h"
#include "jose/digest.h"
#include "plugin/host.h"
#include "rules/function.h"
#include "worker/sandbox.h"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/*
 * What the child that exercises the plugin writes to the pipe, a line each: "? what is tried"
 * before it, then "+" where it held, "= why" where it could not be tried, or "- why" where it did
 * not hold. When the child ends early, the last "?" says what it was at.
 */

enum { WARM_UPS = 4, REPEATS = 8, PHASES = 4, LEAST_LEAK = 32 };

static void VATER_PRINTF(2, 3) try_this(struct exercise *exercise, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  fputs("? ", exercise->out);
  vfprintf(exercise->out, format, arguments);
  fputc('\n', exercise->out);
  fflush(exercise->out);
  va_end(arguments);
}

static void settle(struct exercise *exercise, const char *why)
{
  if (why == NULL)
    fputs("+\n", exercise->out);
  else
    fprintf(exercise->out, "- %s\n", why);
  fflush(exercise->out);
}

const char *vt_exercise_broken(const struct exercise *exercise, int status)
{
  if (status >= 0)
    return NULL;
  if (strstr(exercise->error.text, "gave no reason") != NULL)
    return "a negative return without a text; wanted: return host->fail(call, status, \"…\")";
  if (status == VATER_E_BUG)
    return exercise->error.text;
  return NULL;
}

void vt_exercise_sum(struct exercise *exercise, const void *bytes, size_t len)
{
  const unsigned char *at = bytes;
  for (size_t i = 0; i < len; i++)
    exercise->found = exercise->found * 1099511628211u + at[i] + 1;
}

/* ---- trials ------------------------------------------------------------------------------------
 */

static size_t bytes_in_use(void)
{
#ifndef VATER_SANITIZED
  struct mallinfo2 now = mallinfo2();
  return now.uordblks + now.hblkhd;
#else
  return 0; /* the sanitizer has an allocator of its own, and finds what is lost by itself */
#endif
}

static const char *run_once(struct exercise *exercise,
                            const char *(*once)(struct exercise *, const void *),
                            const void *context)
{
  struct vt_arena_mark mark = vt_arena_mark(exercise->arena);
  const char *why = once(exercise, context);
  vt_arena_rewind(exercise->arena, mark);
  return why;
}

/* What is tried again and again takes no more memory than the first few times; the host's own is
 * elsewhere. */
static const char *run_often(struct exercise *exercise,
                             const char *(*once)(struct exercise *, const void *),
                             const void *context, char *text, size_t size)
{
  const char *why = NULL;
  size_t least = SIZE_MAX; /* a leak grows all the time */
  for (int i = 0; i < WARM_UPS && why == NULL; i++)
    why = run_once(exercise, once, context);
  for (int phase = 0; phase < PHASES && why == NULL && least >= LEAST_LEAK * REPEATS; phase++) {
    size_t before = bytes_in_use();
    for (int i = 0; i < REPEATS && why == NULL; i++)
      why = run_once(exercise, once, context);
    size_t after = bytes_in_use();
    size_t grown = after > before ? after - before : 0;
    least = grown < least ? grown : least;
  }
  if (why != NULL || least < LEAST_LEAK * REPEATS)
    return why;
  snprintf(text, size,
           "it keeps about %zu bytes more each time; wanted: what a callback or open() takes, it "
           "or close() gives back",
           least / REPEATS);
  return text;
}

void vt_exercise_try(struct exercise *exercise, const char *what,
                     const char *(*once)(struct exercise *, const void *), const void *context)
{
  char text[200];
  try_this(exercise, "%s", what);
  exercise->note = NULL;
  const char *why = run_often(exercise, once, context, text, sizeof text);
  if (why == NULL && exercise->note != NULL) {
    fprintf(exercise->out, "= %s\n", exercise->note);
    fflush(exercise->out);
    return;
  }
  settle(exercise, why);
}

/* ---- help --------------------------------------------------------------------------------------
 */

static const char *without_help(const struct vater_setting *settings)
{
  for (; settings != NULL && settings->name != NULL; settings++)
    if (settings->help == NULL || settings->help[0] == '\0')
      return settings->name;
  return NULL;
}

static void check_help(struct exercise *exercise)
{
  try_this(exercise, "every setting, check and function has a help text");
  const char *bare = without_help(exercise->plugin->info.settings);
  for (uint32_t i = 0; i < exercise->plugin->info.check_count && bare == NULL; i++)
    bare = exercise->plugin->checks[i].summary[0] == '\0'
               ? exercise->plugin->checks[i].name
               : without_help(exercise->plugin->checks[i].settings);
  for (uint32_t i = 0; i < exercise->plugin->info.function_count && bare == NULL; i++)
    if (exercise->plugin->functions[i].help[0] == '\0')
      bare = exercise->plugin->functions[i].name;
  settle(exercise, bare);
}

/* ---- functions --------------------------------------------------------------------------------
 */

const char *const vt_exercise_texts[VT_EXERCISE_TEXTS] = {"",
                                                          "x",
                                                          "983971636",
                                                          "2026-02-31",
                                                          "2026-06-30",
                                                          "\xc3\xa6\xe2\x80\xae\xf0\x9f\x92\xa5",
                                                          "a,b;c\"d\\e\n\t{}[]%s%n",
                                                          "0000000000000000000000"};

enum { TEXTS = VT_EXERCISE_TEXTS, ARGUMENTS = 8 };

/* Arguments by the signature "(string, int) -> bool"; how many, ARGUMENTS + 1: a type that has no
 * samples. */
static uint32_t arguments_of(const char *signature, unsigned round, struct vater_value *given)
{
  uint32_t count = 0;
  for (const char *at = signature + 1; *at != ')' && *at != '\0' && count < ARGUMENTS;) {
    size_t len = strcspn(at, ",)");
    struct vater_str type = {at, len};
    struct vater_value *value = &given[count++];
    if (vt_str_is(type, "string") || vt_str_is(type, "timestamp"))
      *value = (struct vater_value){.type = VATER_VALUE_TEXT,
                                    .as.text = vt_str(vt_exercise_texts[(round + count) % TEXTS])};
    else if (vt_str_is(type, "int"))
      *value = (struct vater_value){.type = VATER_VALUE_INTEGER,
                                    .as.integer = round % 2 == 0 ? INT64_MIN : (int64_t)round};
    else if (vt_str_is(type, "double"))
      *value = (struct vater_value){.type = VATER_VALUE_NUMBER,
                                    .as.number = round % 2 == 0 ? -1e308 : 0.5};
    else if (vt_str_is(type, "bool"))
      *value = (struct vater_value){.type = VATER_VALUE_TRUTH, .as.truth = round % 2 == 0};
    else
      return ARGUMENTS + 1;
    at += len;
    at += strspn(at, ", ");
  }
  return count;
}

static bool same_value(const struct vater_value *a, const struct vater_value *b)
{
  if (a->type != b->type)
    return false;
  if (a->type == VATER_VALUE_TEXT)
    return vt_str_equal(a->as.text, b->as.text);
  if (a->type == VATER_VALUE_NUMBER)
    return memcmp(&a->as.number, &b->as.number, sizeof a->as.number) == 0;
  if (a->type == VATER_VALUE_TRUTH)
    return a->as.truth == b->as.truth;
  return a->type != VATER_VALUE_INTEGER || a->as.integer == b->as.integer;
}

static int call_function(struct exercise *exercise, const struct vater_function *function,
                         const struct vater_value *given, uint32_t count,
                         struct vater_value *result)
{
  vt_error_clear(&exercise->error);
  *result = (struct vater_value){0};
  int status = vt_function_call(&exercise->call, exercise->plugin->info.name, function, given,
                                count, result, &exercise->error);
  if (status == VATER_OK && result->type == VATER_VALUE_TEXT)
    result->as.text = vt_arena_copy(exercise->arena, result->as.text);
  return status;
}

static const char *try_function(struct exercise *exercise, const void *context)
{
  const struct vater_function *function = context;
  const char *why = NULL;
  for (unsigned round = 0; round < TEXTS * 2 && why == NULL; round++) {
    struct vater_value given[ARGUMENTS], first, second;
    uint32_t count = arguments_of(function->signature, round, given);
    if (count > ARGUMENTS)
      break;
    int status = call_function(exercise, function, given, count, &first);
    why = vt_exercise_broken(exercise, status);
    int again = call_function(exercise, function, given, count, &second);
    if (why == NULL && (again != status || (status == VATER_OK && !same_value(&first, &second))))
      why = "the same arguments gave two results; wanted: a pure function";
  }
  return why;
}

/* ---- checks -----------------------------------------------------------------------------------
 */

static int count_finding(void *context, uint32_t row, int column, struct vater_str text,
                         struct vt_error *error)
{
  struct exercise *exercise = context;
  (void)error;
  exercise->found = exercise->found * 31 + row * 7 + (unsigned)column + 1;
  for (size_t i = 0; i < text.len; i++)
    exercise->found = exercise->found * 31 + (unsigned char)text.ptr[i];
  return VATER_OK;
}

/* Rows with odd texts and numbers, cells left out here and there. */
static void add_rows(struct vt_table_builder *builder, uint32_t rows)
{
  static const double numbers[] = {0, -1, 4, 1e15, 0.1, 97, 1000, 5e-324};
  for (uint32_t row = 0; row < rows; row++) {
    vt_table_add_row(builder, 0, row, NULL);
    for (int column = 1; column < VATER_COLUMN_COUNT; column++) {
      unsigned pick = (row * 7 + (unsigned)column * 3) % 11;
      if (pick >= TEXTS || (row > 0 && pick == 0))
        continue;
      if (column == VATER_COLUMN_BREAKDOWN)
        vt_table_set_text(builder, column, VT_STR("age=0-17;sex=F"), NULL);
      else if (vt_column_type(column) == VT_COLUMN_TEXT)
        vt_table_set_text(builder, column, vt_str(vt_exercise_texts[pick]), NULL);
      else if (vt_column_type(column) == VT_COLUMN_NUMBER)
        vt_table_set_number(builder, column, numbers[pick], 1, NULL);
    }
  }
}

static int run_check(struct exercise *exercise, const struct vater_check *check,
                     const vater_config *with, struct vt_table *view)
{
  struct vater_table table;
  struct vater_findings findings = {view->rows, count_finding, exercise};
  vt_plugin_table_read(&table, view, NULL);
  vt_error_clear(&exercise->error);
  exercise->found = 0;
  return vt_check_run(&exercise->call, exercise->plugin->info.name, check, with, &table, &findings,
                      &exercise->error);
}

static const char *try_rows(struct exercise *exercise, const struct vater_check *check,
                            const vater_config *with, uint32_t rows)
{
  struct vt_table_builder *builder;
  struct vt_table view;
  if (vt_table_builder_new(&exercise->environment.allocator, 1, &builder) != VATER_OK)
    return NULL;
  add_rows(builder, rows);
  vt_table_view(builder, &view, NULL);
  int status = run_check(exercise, check, with, &view);
  uint64_t found = exercise->found;
  const char *why = vt_exercise_broken(exercise, status);
  int again = run_check(exercise, check, with, &view);
  if (why == NULL && (again != status || found != exercise->found))
    why = "the same rows gave two answers; wanted: the same input, the same findings";
  vt_table_builder_free(builder);
  return why;
}

struct parameters {
  const struct vater_check *check;
  vater_config *with[VT_EXERCISE_ROUNDS];
};

static const char *try_check(struct exercise *exercise, const void *context)
{
  static const uint32_t sizes[] = {0, 1, 2000};
  const struct parameters *parameters = context;
  const char *why = NULL;
  bool any = false;
  for (unsigned round = 0; round < VT_EXERCISE_ROUNDS; round++) {
    const vater_config *with = parameters->with[round];
    any = any || with != NULL;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && with != NULL && why == NULL; i++)
      why = try_rows(exercise, parameters->check, with, round == 0 ? sizes[i] : sizes[i] / 20);
  }
  return any ? why : "its parameters could not be made up; give them with --with";
}

static void check_check(struct exercise *exercise, const struct vater_check *check)
{
  char what[200];
  struct parameters parameters = {.check = check};
  for (unsigned round = 0; round < VT_EXERCISE_ROUNDS; round++)
    parameters.with[round] = vt_exercise_config(exercise, check->settings, round, NULL);
  snprintf(what, sizeof what,
           "check %.60s: odd parameters, no row, one, and 2000 odd ones, the same findings twice",
           check->name);
  vt_exercise_try(exercise, what, try_check, &parameters);
  for (unsigned round = 0; round < VT_EXERCISE_ROUNDS; round++)
    vt_config_free(parameters.with[round]);
}

/* ---- the child --------------------------------------------------------------------------------
 */

static void enter_sandbox(struct exercise *exercise)
{
  struct vt_digest digest;
  vt_digest_of(VT_STR("what the host's own library reads when it is first used"), &digest, NULL);
#ifndef VATER_SANITIZED
  static const uint64_t memory_bytes = 512ull * 1024 * 1024;
  struct sock_fprog program = {0};
  const struct rlimit memory = {memory_bytes, memory_bytes};
  const struct rlimit cpu = {VT_EXERCISE_CPU_SECONDS, VT_EXERCISE_CPU_SECONDS};
  try_this(exercise, "the sandbox stands");
  bool stands =
      setrlimit(RLIMIT_AS, &memory) == 0 && setrlimit(RLIMIT_CPU, &cpu) == 0 &&
      vt_seccomp_build(&exercise->environment.allocator, &program, &exercise->error) == VATER_OK &&
      vt_seccomp_enter(&program, &exercise->error) == VATER_OK;
  settle(exercise, stands ? NULL : exercise->error.text);
#else
  (void)exercise;
#endif
}

/* What the plugin prints is nobody's. */
static void be_silent(void)
{
  int silent = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && silent >= 0; fd++)
    dup2(silent, fd);
}

/* As the rules take it; else no rule would load beside this plugin. */
static void check_signature(struct exercise *exercise, const struct vater_function *function)
{
  const struct vt_cel_options options = {.allocator = exercise->environment.allocator};
  struct vt_cel_environment *environment = NULL;
  struct vt_error error = {0};
  try_this(exercise, "function %.40s%.80s: a signature that rules can use", function->name,
           function->signature);
  int status = vt_cel_environment_new(exercise->arena, &options, &environment);
  if (status == VATER_OK)
    status = vt_rules_functions(environment, &exercise->call, NULL, exercise->arena, NULL, NULL);
  if (status == VATER_OK)
    status = vt_cel_declare_function(environment, function->name, function->signature, false, NULL,
                                     NULL, &error);
  vt_cel_environment_free(environment);
  settle(exercise, status == VATER_OK ? NULL : error.text);
}

static void try_all(struct exercise *exercise)
{
  const struct vt_plugin *plugin = exercise->plugin;
  char what[200];
  if (plugin->source != NULL)
    vt_exercise_try(exercise, "source: odd settings, addresses and answers, the same request twice",
                    vt_exercise_source, NULL);
  if (plugin->auth != NULL)
    vt_exercise_try(exercise, "auth: odd settings and answers, conversations that end",
                    vt_exercise_auth, NULL);
  if (plugin->format != NULL)
    vt_exercise_try(exercise,
                    "format: odd settings, payloads that are something else, the same answer twice",
                    vt_exercise_format, NULL);
  for (uint32_t i = 0; i < plugin->info.check_count; i++)
    check_check(exercise, &plugin->checks[i]);
  for (uint32_t i = 0; i < plugin->info.function_count; i++) {
    snprintf(what, sizeof what, "function %.40s%.80s: odd arguments, the same result twice",
             plugin->functions[i].name, plugin->functions[i].signature);
    vt_exercise_try(exercise, what, try_function, &plugin->functions[i]);
  }
}

_Noreturn void vt_plugin_exercise(const struct vt_environment *environment, const char *path,
                                  const json_t *with, int out)
{
  struct exercise exercise = {.environment = *environment, .now_ms = 1767225600000, .with = with};
  be_silent();
  signal(SIGALRM, SIG_DFL);
  alarm(VT_EXERCISE_SECONDS);
  exercise.out = fdopen(out, "w");
#ifndef VATER_SANITIZED
  exercise.environment.allocator = vt_exercise_allocator(&exercise.memory);
#endif
  exercise.arena = vt_arena_new(&exercise.environment.allocator, 0);
  if (exercise.out == NULL || exercise.arena == NULL)
    _exit(126);
  exercise.environment.clock = vt_clock_fixed(&exercise.now_ms);
  try_this(&exercise, "load");
  if (vt_registry_init(&exercise.registry, &exercise.environment, exercise.arena, NULL) !=
          VATER_OK ||
      vt_registry_load(&exercise.registry, path, NULL, &exercise.plugin, &exercise.error) !=
          VATER_OK ||
      vt_call_init(&exercise.call, &exercise.environment, NULL, "check") != VATER_OK) {
    settle(&exercise, exercise.error.text);
    _exit(0);
  }
  settle(&exercise, NULL);
  check_help(&exercise);
  vt_exercise_settings(&exercise);
  for (uint32_t i = 0; i < exercise.plugin->info.function_count; i++)
    check_signature(&exercise, &exercise.plugin->functions[i]);
  enter_sandbox(&exercise);
  try_all(&exercise);
  try_this(&exercise, "unload");
  if (exercise.plugin->unload != NULL)
    exercise.plugin->unload();
  settle(&exercise, NULL);
  _exit(0);
}
