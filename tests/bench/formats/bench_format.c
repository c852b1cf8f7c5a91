/* MB/s of a format as the worker reads it: person numbers, reader, schema, the format's own
 * screening and decoding into the table, before the rules. bench_format BUILD NAME SETTINGS
 * MEDIA_TYPE PAGE…; the pages of one delivery; the best of several rounds. Prints "MB/s rows". */
#include "base/file.h"
#include "judge/judging.h"
#include "table/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 10, FIXED = 5, PAGES = 8 };

struct bench {
  struct vt_environment environment;
  struct vt_arena *arena;
  struct vt_diagnostics diagnostics;
  struct vt_registry registry;
  struct vt_judge_context context;
  struct vt_judge_job job;
  struct vt_judge_head head;
  struct vater_str pages[PAGES];
  int page_count;
  uint32_t rows;
};

static double now(void)
{
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void fail(const char *what, const struct vt_error *error)
{
  fprintf(stderr, "bench_format: %s: %s %s\n", what, error->code, error->text);
  exit(2);
}

static struct vater_str load(struct bench *bench, const char *path)
{
  struct vater_str text;
  struct vt_error error = {0};
  if (vt_file_load(&bench->environment.allocator, path, 1u << 30, &text, &error) != VATER_OK)
    fail(path, &error);
  return text;
}

static void prepare(struct bench *bench, char **arguments)
{
  char plugins[1024];
  char rule_files[1024];
  char schema_files[1024];
  struct vt_plugin_files files;
  struct vt_rules *rules;
  snprintf(plugins, sizeof plugins, "%s/lib/vater/plugins", arguments[1]);
  snprintf(rule_files, sizeof rule_files, "%s/share/vater/rules", arguments[1]);
  snprintf(schema_files, sizeof schema_files, "%s/share/vater/rules/schemas", arguments[1]);
  bench->arena = vt_arena_new(&bench->environment.allocator, 0);
  vt_diagnostics_init(&bench->diagnostics, bench->arena);
  const char *const folders[] = {plugins};
  const struct vt_judge_schemas schemas = {.directory = schema_files};
  const struct vt_rules_options options = {
      .environment = &bench->environment, .directory = rule_files, .plugins = &bench->registry};
  if (vt_registry_init(&bench->registry, &bench->environment, bench->arena, NULL) != VATER_OK ||
      vt_plugin_scan(folders, 1, bench->arena, &files, &bench->diagnostics) != VATER_OK ||
      vt_registry_load_all(&bench->registry, &files, NULL, &bench->diagnostics) != VATER_OK ||
      vt_rules_load(&options, &rules, &bench->diagnostics) != VATER_OK ||
      vt_judge_context_init(&bench->context, &bench->environment, &bench->registry, rules, &schemas,
                            &bench->diagnostics) != VATER_OK)
    fail("load", &bench->diagnostics.items[0].error);
  bench->job = (struct vt_judge_job){.id = VT_STR("bench"),
                                     .actor = VT_STR("983974724"),
                                     .format = vt_str(arguments[2]),
                                     .settings = load(bench, arguments[3]),
                                     .today = 20779,
                                     .hash_seed = 1};
  bench->head =
      (struct vt_judge_head){.media_type = vt_str(arguments[4]), .framing = VT_FRAMING_WHOLE};
}

static double run(struct bench *bench)
{
  struct vt_error error = {0};
  struct vt_judge *judge;
  struct vt_judge_page page;
  double start = now();
  if (vt_judge_begin(&bench->context, &bench->job, &judge, &error) != VATER_OK)
    fail("begin", &error);
  for (int i = 0; i < bench->page_count; i++) {
    if (vt_judge_page(judge, bench->pages[i], &bench->head, &page, &error) != VATER_OK)
      fail("page", &error);
    if (page.refused) {
      snprintf(error.text, sizeof error.text, "page %d was refused", i + 1);
      fail("page", &error);
    }
  }
  double took = now() - start;
  bench->rows = vt_table_builder_rows(judge->rows);
  vt_judge_free(judge);
  return took;
}

int main(int count, char **arguments)
{
  struct bench bench = {.environment = vt_environment_real()};
  double best = 1e9;
  double megabytes = 0;
  if (count <= FIXED || count > FIXED + PAGES) {
    fputs("usage: bench_format BUILD NAME SETTINGS MEDIA_TYPE PAGE…\n", stderr);
    return 2;
  }
  prepare(&bench, arguments);
  for (int i = FIXED; i < count; i++) {
    bench.pages[bench.page_count] = load(&bench, arguments[i]);
    megabytes += (double)bench.pages[bench.page_count++].len / 1e6;
  }
  for (int round = 0; round < ROUNDS; round++) {
    double took = run(&bench);
    best = took < best ? took : best;
  }
  printf("%.0f %u\n", megabytes / best, (unsigned)bench.rows);
  return 0;
}
