/* bench_check BUILD FILE [ROUNDS]: judges a native submission in this process by all packs, as a
 * worker does, and prints what each stage and each rule takes: "milliseconds name", the last line
 * their sum. Of each the fastest round counts; names of parts of "decode" begin with "- ". */
#include "base/file.h"
#include "bench/stages.h"
#include "judge/judge.h"
#include "schema/schema.h"

enum { DEFAULT_ROUNDS = 7, FILE_MAX = 1 << 28 };

struct bench {
  struct vt_environment environment;
  struct vt_arena *arena;
  struct vt_diagnostics diagnostics;
  struct vt_registry plugins;
  struct vt_rules *rules;
  struct vt_judge_context context;
  struct vater_str bytes;
};

static void give_up(const char *what, const struct vt_error *error)
{
  fprintf(stderr, "bench_check: %s %s\n", what, error != NULL ? error->text : "");
  exit(2);
}

static void prepare(struct bench *bench, const char *build, const char *file)
{
  struct vt_plugin_files files = {0};
  struct vt_error error = {0};
  char folder[512], rules[512], schemas[512];
  const char *folders[] = {folder};
  snprintf(folder, sizeof folder, "%s/lib/vater/plugins", build);
  snprintf(rules, sizeof rules, "%s/share/vater/rules", build);
  snprintf(schemas, sizeof schemas, "%s/share/vater/rules/schemas", build);
  *bench = (struct bench){.environment = vt_environment_real()};
  bench->arena = vt_arena_new(&bench->environment.allocator, 0);
  vt_diagnostics_init(&bench->diagnostics, bench->arena);
  if (vt_registry_init(&bench->plugins, &bench->environment, bench->arena, NULL) != VATER_OK ||
      vt_plugin_scan(folders, 1, bench->arena, &files, &bench->diagnostics) != VATER_OK ||
      vt_registry_load_all(&bench->plugins, &files, NULL, &bench->diagnostics) != VATER_OK)
    give_up("the plugins cannot be loaded", NULL);
  const struct vt_rules_options options = {
      .environment = &bench->environment, .plugins = &bench->plugins, .directory = rules};
  const struct vt_judge_schemas where = {.directory = schemas};
  if (vt_rules_load(&options, &bench->rules, &bench->diagnostics) != VATER_OK ||
      vt_judge_context_init(&bench->context, &bench->environment, &bench->plugins, bench->rules,
                            &where, &bench->diagnostics) != VATER_OK)
    give_up("the packs cannot be loaded", NULL);
  if (vt_file_load(&bench->environment.allocator, file, FILE_MAX, &bench->bytes, &error) !=
      VATER_OK)
    give_up("the submission cannot be read:", &error);
}

static void judge(struct bench *bench, struct stages *stages)
{
  const struct vt_watch watch = {.ended = stages_ended, .context = stages};
  const struct vt_judge_job job = {
      .id = VT_STR("bench"), .format = VT_STR("auto"), .today = 20779, .hash_seed = 1};
  const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  struct vt_error error = {0};
  struct vt_judge *made;
  struct vt_judge_page page;
  size_t size = 0;
  bench->context.watch = &watch;
  stages_begin(stages);
  if (vt_judge_begin(&bench->context, &job, &made, &error) != VATER_OK ||
      vt_judge_page(made, bench->bytes, &head, &page, &error) != VATER_OK ||
      vt_judge_finish(made, &size, &error) != VATER_OK)
    give_up("judging:", &error);
  if (page.refused)
    give_up("the submission is refused", NULL);
  void *block = malloc(size);
  if (block == NULL)
    give_up("no memory", NULL);
  vt_judge_write(made, block);
  free(block);
  vt_judge_free(made);
}

/* ---- what decoding is made of -------------------------------------------------------------------
 */

static void read_alone(const struct bench *bench)
{
  struct vt_doc_reader *reader;
  struct vt_doc_event event;
  struct vt_error error = {0};
  if (vt_doc_reader_new(&bench->environment.allocator, bench->bytes, NULL, 1, &reader) != VATER_OK)
    give_up("no memory", NULL);
  do
    if (vt_doc_next(reader, &event, &error) != VATER_OK)
      give_up("reading:", &error);
  while (event.kind != VT_DOC_END);
  vt_doc_reader_free(reader);
}

static void decode(const struct bench *bench, const struct vt_judge_format *format,
                   const struct vt_schema *schema)
{
  struct vt_table_builder *table;
  struct vt_screen screen = {0};
  struct vt_error error = {0};
  struct vt_decode_result result;
  if (vt_table_builder_new(&bench->environment.allocator, 1, &table) != VATER_OK)
    give_up("no memory", NULL);
  struct vt_decode_input input = {.allocator = &bench->environment.allocator,
                                  .hash_seed = 1,
                                  .bytes = bench->bytes,
                                  .plan = format->plan,
                                  .schema = schema,
                                  .table = table,
                                  .screen = &screen};
  if (vt_decode_page(&input, &result, &error) != VATER_OK)
    give_up("decoding:", &error);
  vt_table_builder_free(table);
}

static void decode_parts(const struct bench *bench, struct stages *stages)
{
  const struct vt_judge_format *format = bench->context.formats;
  while (strcmp(format->plugin->info.name, "indicator_json") != 0)
    format++;
  struct vt_screen screen = {0};
  stages_begin(stages);
  read_alone(bench);
  stages_ended(stages, VT_STR("read"));
  vt_screen_bytes(&screen, 0, bench->bytes, 0);
  stages_ended(stages, VT_STR("screen"));
  decode(bench, format, NULL);
  stages_ended(stages, VT_STR("all but schema"));
  decode(bench, format, format->schema);
  stages_ended(stages, VT_STR("all"));
}

static void print_parts(const struct stages *parts)
{
  double read = parts->stages[0].seconds, rows = parts->stages[2].seconds;
  printf("%.2f - read\n", read * 1e3);
  printf("%.2f - schema\n", (parts->stages[3].seconds - rows) * 1e3);
  printf("%.2f - screen and rows\n", (rows - read) * 1e3);
  printf("%.2f - (screen alone over the bytes)\n", parts->stages[1].seconds * 1e3);
}

int main(int argc, char **argv)
{
  static struct stages best, round, parts, best_parts;
  struct bench bench;
  double all = 0;
  if (argc < 3)
    give_up("usage: bench_check BUILD FILE [ROUNDS]", NULL);
  long rounds = argc > 3 ? strtol(argv[3], NULL, 10) : DEFAULT_ROUNDS;
  vt_allocator_keep(); /* as workers do */
  prepare(&bench, argv[1], argv[2]);
  for (long i = 0; i < rounds; i++) {
    round.count = parts.count = 0;
    judge(&bench, &round);
    stages_best(&best, &round);
    decode_parts(&bench, &parts);
    stages_best(&best_parts, &parts);
  }
  for (unsigned i = 0; i < best.count; i++) {
    printf("%.2f %s\n", best.stages[i].seconds * 1e3, best.stages[i].name);
    if (strcmp(best.stages[i].name, "decode") == 0)
      print_parts(&best_parts);
    all += best.stages[i].seconds;
  }
  printf("%.2f all\n", all * 1e3);
  return 0;
}
