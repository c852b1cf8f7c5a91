#include "cli/plugin_check.h"

#include "base/encode.h"
#include "base/limits.h"
#include "doc/tree.h"
#include "judge/decode.h"
#include "plugin/call.h"
#include "plugin/config.h"
#include "plugin/host.h"
#include "worker/sandbox.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/*
 * What the child that exercises the plugin writes to the pipe, a line each: "? what is tried"
 * before it, then "+" where it held or "- why" where not. When the child ends early, the last "?"
 * says what it was at.
 */
struct exercise {
  FILE *out;
  struct vt_environment environment;
  int64_t now_ms;
  struct vt_arena *arena;
  struct vt_registry registry;
  const struct vt_plugin *plugin;
  struct vater_call call;
  struct vt_error error;
  const json_t *with; /* settings that the author gave, or NULL */
  /* what the check under way found, as a sum that a second run must give again */
  uint64_t found;
};

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

/* Why an outcome breaks the contract; NULL: it does not. */
static const char *broken(const struct exercise *exercise, int status)
{
  if (status >= 0)
    return NULL;
  if (strstr(exercise->error.text, "gave no reason") != NULL)
    return "a negative return without a text; wanted: return host->fail(call, status, \"…\")";
  if (status == VATER_E_BUG)
    return exercise->error.text;
  return NULL;
}

/* ---- settings ---------------------------------------------------------------------------------
 */

/* Values of the right type for all that is required. */
static vater_config *config_of(struct exercise *exercise, const struct vater_setting *declared)
{
  const struct vater_setting *settings = declared;
  static const char *const values[] = {[VATER_SETTING_TEXT] = "\"x\"",
                                       [VATER_SETTING_INTEGER] = "1",
                                       [VATER_SETTING_BOOLEAN] = "true",
                                       [VATER_SETTING_NUMBER] = "1.5",
                                       [VATER_SETTING_LIST] = "[\"x\"]",
                                       [VATER_SETTING_OBJECT] = "{\"x\": \"y\"}",
                                       [VATER_SETTING_URL] = "\"https://vater.example/\""};
  const struct vt_config_origin origin = {.owner = "plugin check", .pointer = ""};
  struct vt_diagnostics diagnostics;
  vater_config *config = NULL;
  json_t *given = json_object();
  for (; settings != NULL && settings->name != NULL && given != NULL; settings++)
    if (json_object_get(exercise->with, settings->name) != NULL)
      json_object_set(given, settings->name, json_object_get(exercise->with, settings->name));
    else if (settings->required && !settings->secret &&
             settings->type < (int)(sizeof values / sizeof *values) &&
             values[settings->type] != NULL)
      json_object_set_new(given, settings->name,
                          json_loads(values[settings->type], JSON_DECODE_ANY, NULL));
  vt_diagnostics_init(&diagnostics, exercise->arena);
  vt_config_parse(declared, given, &origin, exercise->arena, &diagnostics, &config);
  json_decref(given);
  return config;
}

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

static const char *const odd_texts[] = {"",
                                        "x",
                                        "983971636",
                                        "2026-02-31",
                                        "2026-06-30",
                                        "\xc3\xa6\xe2\x80\xae\xf0\x9f\x92\xa5",
                                        "a,b;c\"d\\e\n\t{}[]%s%n",
                                        "0000000000000000000000"};

enum { TEXTS = sizeof odd_texts / sizeof *odd_texts, ARGUMENTS = 8 };

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
                                    .as.text = vt_str(odd_texts[(round + count) % TEXTS])};
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

static void check_function(struct exercise *exercise, const struct vater_function *function)
{
  const char *why = NULL;
  try_this(exercise, "function %s%s: odd arguments, the same result twice", function->name,
           function->signature);
  for (unsigned round = 0; round < TEXTS * 2 && why == NULL; round++) {
    struct vater_value given[ARGUMENTS], first, second;
    uint32_t count = arguments_of(function->signature, round, given);
    if (count > ARGUMENTS)
      break;
    int status = call_function(exercise, function, given, count, &first);
    why = broken(exercise, status);
    int again = call_function(exercise, function, given, count, &second);
    if (why == NULL && (again != status || (status == VATER_OK && !same_value(&first, &second))))
      why = "the same arguments gave two results; wanted: a pure function";
  }
  settle(exercise, why);
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
        vt_table_set_text(builder, column, vt_str(odd_texts[pick]), NULL);
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

static void check_check(struct exercise *exercise, const struct vater_check *check)
{
  static const uint32_t sizes[] = {0, 1, 2000};
  const char *why = NULL;
  vater_config *with = config_of(exercise, check->settings);
  try_this(exercise, "check %s: no row, one, and 2000 odd ones, the same findings twice",
           check->name);
  if (with == NULL)
    why = "its parameters could not be made up; give them with --with";
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes && why == NULL; i++) {
    struct vt_table_builder *builder;
    struct vt_table view;
    if (vt_table_builder_new(&exercise->environment.allocator, 1, &builder) != VATER_OK)
      break;
    add_rows(builder, sizes[i]);
    vt_table_view(builder, &view, NULL);
    int status = run_check(exercise, check, with, &view);
    uint64_t found = exercise->found;
    why = broken(exercise, status);
    int again = run_check(exercise, check, with, &view);
    if (why == NULL && (again != status || found != exercise->found))
      why = "the same rows gave two answers; wanted: the same input, the same findings";
    vt_table_builder_free(builder);
  }
  vt_config_free(with);
  settle(exercise, why);
}

/* ---- formats ----------------------------------------------------------------------------------
 */

static int decode(struct exercise *exercise, struct vt_instance *instance, struct vater_str bytes)
{
  struct vt_screen screen = {0};
  struct vt_decode_result decoded = {0};
  struct vt_table_builder *builder;
  struct vater_table table;
  struct vt_decode_input input = {.allocator = &exercise->environment.allocator,
                                  .hash_seed = 1,
                                  .bytes = bytes,
                                  .screen = &screen};
  vt_error_clear(&exercise->error);
  bool json = strcmp(exercise->plugin->format->syntax, "json") == 0;
  if (json && vt_decode_page(&input, &decoded, &exercise->error) != VATER_OK)
    return VATER_OK; /* the host's reader refuses it: the plugin is not asked */
  if (vt_table_builder_new(&exercise->environment.allocator, 1, &builder) != VATER_OK)
    return VATER_OK;
  vt_plugin_table_write(&table, builder, 0, exercise->arena);
  int status =
      vt_format_decode(&exercise->call, instance, json ? vt_doc_tree_root(decoded.tree) : NULL,
                       bytes, &table, &exercise->error);
  vt_doc_tree_free(decoded.tree);
  vt_table_builder_free(builder);
  return status;
}

static void check_format(struct exercise *exercise)
{
  static const char *const payloads[] = {
      "{}",
      "[]",
      "[[[[[[[[[[1]]]]]]]]]]",
      "{\"a\": null, \"b\": [1, \"x\", {}, true]}",
      "{\"observations\": 7, \"figures\": {\"x\": []}, \"value\": \"\"}",
      "a;b\n1;\n;;;;\n",
      "\"\"\"\n\"",
      "\xff\xfe\x00x"};
  struct vt_instance instance;
  vater_config *config = config_of(exercise, exercise->plugin->info.settings);
  const char *why = NULL;
  try_this(exercise, "format: payloads that are something else, the same answer twice");
  vt_error_clear(&exercise->error);
  int status = config == NULL
                   ? VATER_E_CONFIG
                   : vt_instance_open(&exercise->call, exercise->plugin, VT_CAPABILITY_FORMAT,
                                      config, &instance, &exercise->error);
  why = broken(exercise, status);
  for (size_t i = 0; i < sizeof payloads / sizeof *payloads && status == VATER_OK && why == NULL;
       i++) {
    int first = decode(exercise, &instance, vt_str(payloads[i]));
    why = broken(exercise, first);
    if (why == NULL && decode(exercise, &instance, vt_str(payloads[i])) != first)
      why = "the same payload gave two answers; wanted: the same input, the same observations";
  }
  if (status == VATER_OK)
    vt_instance_close(&instance);
  vt_config_free(config);
  settle(exercise, why);
}

/* ---- the child --------------------------------------------------------------------------------
 */

static void enter_sandbox(struct exercise *exercise)
{
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

_Noreturn void vt_plugin_exercise(const struct vt_environment *environment, const char *path,
                                  const json_t *with, int out)
{
  struct exercise exercise = {.environment = *environment, .now_ms = 1767225600000, .with = with};
  be_silent();
  signal(SIGALRM, SIG_DFL);
  alarm(VT_EXERCISE_SECONDS);
  exercise.out = fdopen(out, "w");
  exercise.arena = vt_arena_new(&environment->allocator, 0);
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
  enter_sandbox(&exercise);
  if (exercise.plugin->format != NULL && exercise.plugin->format->decode != NULL)
    check_format(&exercise);
  for (uint32_t i = 0; i < exercise.plugin->info.check_count; i++)
    check_check(&exercise, &exercise.plugin->checks[i]);
  for (uint32_t i = 0; i < exercise.plugin->info.function_count; i++)
    check_function(&exercise, &exercise.plugin->functions[i]);
  try_this(&exercise, "unload");
  if (exercise.plugin->unload != NULL)
    exercise.plugin->unload();
  settle(&exercise, NULL);
  _exit(0);
}
