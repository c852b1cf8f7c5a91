/* Bytes to structural verdict: bench_schema SCHEMA FILE [ROUNDS]. One round prints the verdict;
 * more print the best MB/s of reading alone, of reading and validating, and of what validating
 * adds. */
#include "base/file.h"
#include "base/limits.h"
#include "base/number.h"
#include "schema/schema.h"

#include <stdio.h>
#include <time.h>

static double now(void)
{
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* Reads the document; validates it as well when there is a validator. */
static int pass(const struct vt_allocator *allocator, struct vater_str document,
                struct vt_schema_validator *validator, bool *valid, struct vt_error *error)
{
  struct vt_doc_budget budget = {.bytes = UINT32_MAX, .nodes = UINT32_MAX};
  struct vt_doc_reader *reader;
  struct vt_doc_event event = {.kind = VT_DOC_NULL};
  int status = vt_doc_reader_new(allocator, document, &budget, 1, &reader);
  if (validator != NULL)
    vt_schema_validator_reset(validator, document);
  while (status == VATER_OK && event.kind != VT_DOC_END) {
    status = vt_doc_next(reader, &event, error);
    if (status == VATER_OK && validator != NULL)
      status = vt_schema_feed(validator, &event, error);
  }
  vt_doc_reader_free(reader);
  if (status == VATER_OK && validator != NULL)
    status = vt_schema_finish(validator, valid, error);
  return status;
}

static double best_of(uint64_t rounds, const struct vt_allocator *allocator,
                      struct vater_str document, struct vt_schema_validator *validator, bool *valid,
                      struct vt_error *error)
{
  double best = 1e9;
  for (uint64_t i = 0; i < rounds; i++) {
    double start = now();
    if (pass(allocator, document, validator, valid, error) != VATER_OK)
      return -1;
    double took = now() - start;
    best = took < best ? took : best;
  }
  return best;
}

static int measure(const struct vt_allocator *allocator, const struct vt_schema *schema,
                   struct vater_str document, uint64_t rounds)
{
  struct vt_error error = {.status = VATER_OK};
  struct vt_schema_validator *validator;
  bool valid = false;
  if (vt_schema_validator_new(schema, allocator, document, NULL, &validator) != VATER_OK)
    return 2;
  double read = rounds > 1 ? best_of(rounds, allocator, document, NULL, &valid, &error) : 1e9;
  double both = best_of(rounds, allocator, document, validator, &valid, &error);
  vt_schema_validator_free(validator);
  if (read < 0 || both < 0) {
    fprintf(stderr, "bench_schema: %s\n", error.text);
    return 2;
  }
  double megabytes = (double)document.len / 1e6;
  if (rounds > 1)
    printf("%.0f %.0f %.0f\n", megabytes / read, megabytes / both, megabytes / (both - read));
  else
    printf("%s\n", valid ? "valid" : "not valid");
  return valid ? 0 : 1;
}

int main(int argc, char **argv)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_error error = {.status = VATER_OK};
  struct vt_diagnostics diagnostics;
  struct vt_schema *schema;
  struct vater_str text, document;
  uint64_t rounds = 1;
  if (argc < 3 || (argc > 3 && !vt_number_uint64(vt_str(argv[3]), &rounds)) ||
      vt_file_load(&allocator, argv[1], VT_LIMIT_SCHEMA_BYTES, &text, &error) != VATER_OK ||
      vt_file_load(&allocator, argv[2], UINT32_MAX, &document, &error) != VATER_OK) {
    fprintf(stderr, "bench_schema SCHEMA FILE [ROUNDS]: %s\n", error.text);
    return 2;
  }
  struct vt_arena *arena = vt_arena_new(&allocator, 0);
  vt_diagnostics_init(&diagnostics, arena);
  if (vt_schema_compile(text, NULL, &allocator, &schema, &diagnostics) != VATER_OK)
    return 2;
  int exit_code = measure(&allocator, schema, document, rounds);
  vt_schema_free(schema);
  vt_arena_free(arena);
  vt_free(&allocator, (void *)(uintptr_t)text.ptr);
  vt_free(&allocator, (void *)(uintptr_t)document.ptr);
  return exit_code;
}
