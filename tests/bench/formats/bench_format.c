/* MB/s of a format that walks: the reader's pass (tree, schema, person numbers), then the format's
 * own screening and decoding. bench_format PLUGINS SCHEMAS NAME MAPPING FILE [STEP]; the best of
 * several rounds. Prints "MB/s rows", or of one STEP only: "read", "screen", "decode". */
#include "base/file.h"
#include "judge/decode.h"
#include "plugin/call.h"
#include "plugin/config.h"
#include "plugin/host.h"
#include "plugin/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 5 };

struct bench {
  struct vt_environment environment;
  struct vt_arena *arena;
  struct vt_registry registry;
  struct vt_diagnostics diagnostics;
  const struct vt_plugin *plugin;
  struct vt_schema *schema;
  vater_config *config;
  struct vater_call call;
  struct vt_instance instance;
  struct vater_str bytes;
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

static void open_plugin(struct bench *bench, const char *folder, const char *name)
{
  struct vt_error error = {0};
  char path[1024];
  snprintf(path, sizeof path, "%s/%s.so", folder, name);
  vt_registry_init(&bench->registry, &bench->environment, bench->arena, NULL);
  if (vt_registry_load(&bench->registry, path, NULL, &bench->plugin, &error) != VATER_OK)
    fail("plugin", &error);
}

static void open_schema(struct bench *bench, const char *folder)
{
  char path[1024];
  if (bench->plugin->format->schema == NULL)
    return;
  snprintf(path, sizeof path, "%s/%s", folder, bench->plugin->format->schema);
  if (vt_schema_compile(load(bench, path), NULL, &bench->environment.allocator, &bench->schema,
                        &bench->diagnostics) != VATER_OK)
    fail("schema", &bench->diagnostics.items[0].error);
}

static void open_instance(struct bench *bench, const char *mapping)
{
  struct vt_error error = {0};
  struct vater_str text = load(bench, mapping);
  const struct vt_config_origin origin = {
      .allocator = &bench->environment.allocator, .owner = bench->plugin->info.name, .pointer = ""};
  json_t *settings = json_object();
  json_object_set_new(settings, "mapping", json_loadb(text.ptr, text.len, 0, NULL));
  if (vt_config_parse(bench->plugin->info.settings, settings, &origin, bench->arena,
                      &bench->diagnostics, &bench->config) != VATER_OK)
    fail("mapping", &bench->diagnostics.items[0].error);
  json_decref(settings);
  vt_call_init(&bench->call, &bench->environment, NULL, "decode");
  if (vt_instance_open(&bench->call, bench->plugin, VT_CAPABILITY_FORMAT, bench->config,
                       &bench->instance, &error) != VATER_OK)
    fail("open", &error);
}

/* ---- one round ------------------------------------------------------------------------------ */

static struct vt_doc_tree *read_page(struct bench *bench)
{
  /* the files are larger than what one page may hold */
  const struct vt_doc_budget budget = {.bytes = 1u << 30, .nodes = 1u << 28, .members = 1u << 20};
  struct vt_screen screen = {0};
  struct vt_error error = {0};
  struct vt_decode_result result;
  const struct vt_decode_input input = {.allocator = &bench->environment.allocator,
                                        .hash_seed = 1,
                                        .bytes = bench->bytes,
                                        .budget = &budget,
                                        .schema = bench->schema,
                                        .screen = &screen};
  if (vt_decode_page(&input, &result, &error) != VATER_OK)
    fail("read", &error);
  if (result.violations > 0 || screen.count > 0)
    fail("the file is not clean", &error);
  return result.tree;
}

static int see(void *context, int severity, uint64_t offset, struct vater_str text,
               struct vt_error *error)
{
  (void)context, (void)offset, (void)error;
  if (severity != VATER_SEVERITY_ERROR)
    return VATER_OK;
  fprintf(stderr, "bench_format: %.*s\n", VT_STR_ARGS(text));
  exit(2);
}

static void decode_page(struct bench *bench, const struct vt_doc_tree *tree)
{
  struct vt_table_builder *builder;
  struct vater_table table;
  struct vt_error error = {0};
  struct vt_arena *arena = vt_arena_new(&bench->environment.allocator, 0);
  vt_table_builder_new(&bench->environment.allocator, 1, &builder);
  vt_plugin_table_write(&table, builder, 0, arena);
  table.finding = see;
  if (vt_format_decode(&bench->call, &bench->instance, vt_doc_tree_root(tree), bench->bytes, &table,
                       &error) != VATER_OK)
    fail("decode", &error);
  bench->rows = vt_table_builder_rows(builder);
  vt_table_builder_free(builder);
  vt_arena_free(arena);
}

static double run(struct bench *bench, const char *step)
{
  struct vt_error error = {0};
  double start = now();
  struct vt_doc_tree *tree = read_page(bench);
  double read = now();
  if (vt_format_screen(&bench->call, &bench->instance, vt_doc_tree_root(tree), bench->bytes,
                       &error) != VATER_OK)
    fail("screen", &error);
  double screened = now();
  decode_page(bench, tree);
  vt_doc_tree_free(tree);
  double end = now();
  if (step != NULL && strcmp(step, "read") == 0)
    return read - start;
  if (step != NULL && strcmp(step, "screen") == 0)
    return screened - read;
  return step != NULL ? end - screened : end - start;
}

int main(int count, char **arguments)
{
  struct bench bench = {.environment = vt_environment_real()};
  double best = 1e9;
  if (count < 6) {
    fputs("usage: bench_format PLUGINS SCHEMAS NAME MAPPING FILE [STEP]\n", stderr);
    return 2;
  }
  bench.arena = vt_arena_new(&bench.environment.allocator, 0);
  vt_diagnostics_init(&bench.diagnostics, bench.arena);
  open_plugin(&bench, arguments[1], arguments[3]);
  open_schema(&bench, arguments[2]);
  open_instance(&bench, arguments[4]);
  bench.bytes = load(&bench, arguments[5]);
  for (int round = 0; round < ROUNDS; round++) {
    double took = run(&bench, arguments[6]);
    best = took < best ? took : best;
  }
  printf("%.0f %u\n", (double)bench.bytes.len / 1e6 / best, (unsigned)bench.rows);
  return 0;
}
