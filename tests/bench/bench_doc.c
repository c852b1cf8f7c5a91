/* MB/s and memory of reading a native submission: reader, screening, tree, rows, rows + schema, and
 * jansson beside. bench_doc FILE [SCHEMA [CASE]]; the best of several rounds each. */
#include "base/file.h"
#include "judge/decode.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { ROUNDS = 10 };

struct bench {
  struct vt_allocator allocator;
  struct vater_str bytes;
  struct vt_schema *schema;
  struct vt_decode_plan *plan;
  const char *only;
};

static double now(void)
{
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void fail(const char *what, const struct vt_error *error)
{
  fprintf(stderr, "bench_doc: %s: %s %s\n", what, error->code, error->text);
  exit(2);
}

static size_t run_reader(const struct bench *bench)
{
  struct vt_doc_reader *reader;
  struct vt_doc_event event;
  struct vt_error error = {0};
  size_t events = 0;
  if (vt_doc_reader_new(&bench->allocator, bench->bytes, NULL, 1, &reader) != VATER_OK)
    fail("reader", &error);
  do {
    if (vt_doc_next(reader, &event, &error) != VATER_OK)
      fail("reader", &error);
    events++;
  } while (event.kind != VT_DOC_END);
  vt_doc_reader_free(reader);
  return events;
}

static size_t run_screen(const struct bench *bench)
{
  struct vt_screen screen = {0};
  vt_screen_bytes(&screen, 0, bench->bytes, 0);
  return (size_t)screen.count;
}

static size_t run_tree(const struct bench *bench)
{
  struct vt_doc_tree *tree;
  struct vt_error error = {0};
  if (vt_doc_tree_read(&bench->allocator, bench->bytes, NULL, 1, &tree, &error) != VATER_OK)
    fail("tree", &error);
  size_t memory = vt_doc_tree_memory(tree);
  vt_doc_tree_free(tree);
  return memory;
}

static size_t decode(const struct bench *bench, const struct vt_schema *schema)
{
  struct vt_table_builder *table;
  struct vt_screen screen = {0};
  struct vt_error error = {0};
  struct vt_decode_result result;
  if (vt_table_builder_new(&bench->allocator, 1, &table) != VATER_OK)
    fail("table", &error);
  struct vt_decode_input input = {.allocator = &bench->allocator,
                                  .hash_seed = 1,
                                  .bytes = bench->bytes,
                                  .plan = bench->plan,
                                  .schema = schema,
                                  .table = table,
                                  .screen = &screen};
  if (vt_decode_page(&input, &result, &error) != VATER_OK)
    fail("decode", &error);
  if (result.violations > 0 || screen.count > 0)
    fail("the submission is not clean", &error);
  size_t size = vt_table_size(table);
  vt_table_builder_free(table);
  return size;
}

static size_t run_rows(const struct bench *bench)
{
  return decode(bench, NULL);
}

static size_t run_schema(const struct bench *bench)
{
  return decode(bench, bench->schema);
}

static size_t run_jansson(const struct bench *bench)
{
  json_t *root = json_loadb(bench->bytes.ptr, bench->bytes.len, JSON_REJECT_DUPLICATES, NULL);
  size_t members = json_object_size(root);
  json_decref(root);
  return members;
}

static void measure(const char *name, const struct bench *bench,
                    size_t (*run)(const struct bench *), const char *unit)
{
  if (bench->only != NULL && strcmp(bench->only, name) != 0)
    return;
  double best = 1e9;
  size_t result = 0;
  for (int round = 0; round < ROUNDS; round++) {
    double start = now();
    result = run(bench);
    double took = now() - start;
    best = took < best ? took : best;
  }
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("%-24s %8.1f ms %8.0f MB/s %12zu %-12s peak so far %6.2f x payload\n", name, best * 1e3,
         (double)bench->bytes.len / 1e6 / best, result, unit,
         (double)usage.ru_maxrss * 1024.0 / (double)bench->bytes.len);
}

static const struct vater_row_member members[] = {{"indicator", VATER_COLUMN_INDICATOR},
                                                  {"actor", VATER_COLUMN_ACTOR},
                                                  {"period", VATER_COLUMN_PERIOD},
                                                  {"asOf", VATER_COLUMN_AS_OF},
                                                  {"area", VATER_COLUMN_AREA},
                                                  {"areaRole", VATER_COLUMN_AREA_ROLE},
                                                  {"breakdown", VATER_COLUMN_BREAKDOWN},
                                                  {"numerator", VATER_COLUMN_NUMERATOR},
                                                  {"denominator", VATER_COLUMN_DENOMINATOR},
                                                  {"value", VATER_COLUMN_VALUE},
                                                  {"unit", VATER_COLUMN_UNIT},
                                                  {"status", VATER_COLUMN_STATUS},
                                                  {"action", VATER_COLUMN_ACTION},
                                                  {"reason", VATER_COLUMN_REASON},
                                                  {"missing", VATER_COLUMN_MISSING},
                                                  {"sample/n", VATER_COLUMN_SAMPLE_SIZE},
                                                  {"comment/code", VATER_COLUMN_COMMENT_CODE},
                                                  {NULL, 0}};
static const struct vater_head_member head[] = {{"schemaVersion", VATER_HEAD_SCHEMA_VERSION},
                                                {"reporter/orgnr", VATER_HEAD_REPORTER},
                                                {"generatedAt", VATER_HEAD_GENERATED_AT},
                                                {NULL, 0}};
static const struct vater_rows rows = {sizeof rows, "/observations", members, head};

static void load_schema(struct bench *bench, const char *path)
{
  struct vt_error error = {0};
  struct vater_str text;
  if (vt_file_load(&bench->allocator, path, 1 << 20, &text, &error) != VATER_OK)
    fail(path, &error);
  struct vt_arena *arena = vt_arena_new(&bench->allocator, 0);
  struct vt_diagnostics diagnostics;
  vt_diagnostics_init(&diagnostics, arena);
  if (vt_schema_compile(text, NULL, &bench->allocator, &bench->schema, &diagnostics) != VATER_OK)
    fail(path, diagnostics.count > 0 ? &diagnostics.items[0].error : &error);
  vt_arena_free(arena);
  vt_free(&bench->allocator, (void *)(uintptr_t)text.ptr);
}

int main(int argc, char **argv)
{
  struct vt_error error = {0};
  struct bench bench = {.allocator = vt_allocator_real()};
  if (argc < 2) {
    fputs("usage: bench_doc FILE [SCHEMA [CASE]]\n", stderr);
    return 64;
  }
  if (vt_file_load(&bench.allocator, argv[1], 1 << 28, &bench.bytes, &error) != VATER_OK)
    fail(argv[1], &error);
  if (vt_decode_plan_new(&bench.allocator, &rows, &bench.plan, &error) != VATER_OK)
    fail("plan", &error);
  bench.only = argc > 3 ? argv[3] : NULL;
  if (argc > 2 && argv[2][0] != '\0')
    load_schema(&bench, argv[2]);
  printf("%zu bytes\n", bench.bytes.len);
  measure("screen", &bench, run_screen, "hits");
  measure("reader", &bench, run_reader, "events");
  measure("rows", &bench, run_rows, "table bytes");
  if (bench.schema != NULL)
    measure("schema", &bench, run_schema, "table bytes");
  measure("tree", &bench, run_tree, "tree bytes");
  measure("jansson", &bench, run_jansson, "members");
  vt_schema_free(bench.schema);
  vt_decode_plan_free(bench.plan);
  vt_free(&bench.allocator, (void *)(uintptr_t)bench.bytes.ptr);
  return 0;
}
