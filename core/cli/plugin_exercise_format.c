/* Formats: bytes that are something else, records, and pages of single persons. */
#include "cli/plugin_exercise.h"

#include "doc/tree.h"
#include "judge/decode.h"
#include "plugin/host.h"

enum { CELLS = 40 };

static const char *const payloads[] = {
    "{}",
    "[]",
    "[[[[[[[[[[1]]]]]]]]]]",
    "{\"a\": null, \"b\": [1, \"x\", {}, true]}",
    "{\"observations\": 7, \"figures\": {\"x\": []}, \"value\": \"\"}",
    "{\"reporter\": {\"orgnr\": [1e999]}, \"observations\": [null, {}, [], {\"value\": \"\"}]}",
    "a;b\n1;\n;;;;\n",
    "\"\"\"\n\"",
    "\xff\xfe\x00x"};

static void sum_rows(struct exercise *exercise, struct vt_table_builder *builder)
{
  const struct vt_allocator *allocator = &exercise->environment.allocator;
  size_t size = vt_table_size(builder);
  void *block = vt_alloc(allocator, size);
  if (block == NULL)
    return;
  vt_table_move(builder, block);
  vt_exercise_sum(exercise, block, size);
  vt_free(allocator, block);
}

/* ---- decode and screen ------------------------------------------------------------------------
 */

static int screen(struct exercise *exercise, struct vt_instance *instance, const vater_node *root,
                  struct vater_str bytes)
{
  vt_error_clear(&exercise->error);
  return vt_format_screen(&exercise->call, instance, root, bytes, &exercise->error);
}

static int decode(struct exercise *exercise, struct vt_instance *instance, const vater_node *root,
                  struct vater_str bytes)
{
  struct vt_table_builder *builder;
  struct vater_table table;
  vt_error_clear(&exercise->error);
  exercise->found = 0;
  if (vt_table_builder_new(&exercise->environment.allocator, 1, &builder) != VATER_OK)
    return VATER_OK;
  vt_plugin_table_write(&table, builder, 0, exercise->arena);
  int status = vt_format_decode(&exercise->call, instance, root, bytes, &table, &exercise->error);
  sum_rows(exercise, builder);
  vt_table_builder_free(builder);
  return status;
}

static const char *try_bytes(struct exercise *exercise, struct vt_instance *instance,
                             const vater_node *root, struct vater_str bytes)
{
  int status = screen(exercise, instance, root, bytes);
  const char *why = vt_exercise_broken(exercise, status);
  if (why == NULL && screen(exercise, instance, root, bytes) != status)
    why = "format.screen gave two answers to the same page; wanted: the same answer";
  if (why != NULL || exercise->plugin->format->decode == NULL)
    return why;
  status = decode(exercise, instance, root, bytes);
  uint64_t found = exercise->found;
  why = vt_exercise_broken(exercise, status);
  if (why == NULL &&
      (decode(exercise, instance, root, bytes) != status || exercise->found != found))
    why = "format.decode gave two answers to the same payload; wanted: the same observations";
  return why;
}

/* As the host: what its reader refuses reaches the plugin's screen only. */
static const char *try_payload(struct exercise *exercise, struct vt_instance *instance,
                               struct vater_str bytes)
{
  struct vt_screen found = {0};
  struct vt_decode_result decoded = {0};
  struct vt_decode_input input = {.allocator = &exercise->environment.allocator,
                                  .hash_seed = 1,
                                  .bytes = bytes,
                                  .screen = &found};
  bool json = vt_str_starts(vt_str(exercise->plugin->format->syntax), VT_STR("json"));
  vt_error_clear(&exercise->error);
  if (json && vt_decode_page(&input, &decoded, &exercise->error) != VATER_OK)
    return vt_exercise_broken(exercise, screen(exercise, instance, NULL, bytes));
  const char *why =
      try_bytes(exercise, instance, json ? vt_doc_tree_root(decoded.tree) : NULL, bytes);
  vt_doc_tree_free(decoded.tree);
  return why;
}

/* ---- records ----------------------------------------------------------------------------------
 */

static int read_records(struct exercise *exercise, struct vt_instance *instance)
{
  struct vt_table_builder *builder;
  struct vater_table table;
  struct vater_cell cells[CELLS];
  int status = VATER_OK;
  vt_error_clear(&exercise->error);
  exercise->found = 0;
  if (vt_table_builder_new(&exercise->environment.allocator, 1, &builder) != VATER_OK)
    return VATER_OK;
  vt_plugin_table_write(&table, builder, 0, exercise->arena);
  for (uint32_t number = 1; number <= CELLS && status == VATER_OK; number++) {
    for (uint32_t i = 0; i < CELLS; i++)
      cells[i] =
          (struct vater_cell){vt_str(vt_exercise_texts[(number * 5 + i) % VT_EXERCISE_TEXTS]),
                              number * 100 + i, i % 2 == 0};
    const struct vater_record record = {.size = sizeof record,
                                        .count = number * 7 % CELLS,
                                        .cells = cells,
                                        .offset = number * 100,
                                        .number = number};
    status = vt_format_record(&exercise->call, instance, &record, &table, &exercise->error);
  }
  if (status == VATER_OK)
    status = vt_format_record(&exercise->call, instance, NULL, &table, &exercise->error);
  sum_rows(exercise, builder);
  vt_table_builder_free(builder);
  return status;
}

/* A reader of records may keep what the header said: a fresh instance each time. */
static const char *try_records(struct exercise *exercise, const vater_config *settings)
{
  int statuses[2] = {VATER_OK, VATER_OK};
  uint64_t sums[2] = {0, 0};
  const char *why = NULL;
  for (int i = 0; i < 2 && why == NULL; i++) {
    struct vt_instance instance;
    vt_error_clear(&exercise->error);
    statuses[i] = vt_instance_open(&exercise->call, exercise->plugin, VT_CAPABILITY_FORMAT,
                                   settings, &instance, &exercise->error);
    if (statuses[i] == VATER_OK)
      statuses[i] = read_records(exercise, &instance);
    sums[i] = exercise->found;
    why = vt_exercise_broken(exercise, statuses[i]);
    vt_instance_close(&instance);
  }
  if (why == NULL && (statuses[0] != statuses[1] || sums[0] != sums[1]))
    why = "format.record gave two answers to the same records; wanted: the same observations";
  return why;
}

/* ---- all of them ------------------------------------------------------------------------------
 */

const char *vt_exercise_format(struct exercise *exercise, const void *context)
{
  const char *why = NULL;
  bool any = false;
  (void)context;
  for (int round = 0; round < VT_EXERCISE_ROUNDS && why == NULL; round++) {
    struct vt_instance instance;
    if (exercise->settings[round] == NULL)
      continue;
    vt_error_clear(&exercise->error);
    int status = vt_instance_open(&exercise->call, exercise->plugin, VT_CAPABILITY_FORMAT,
                                  exercise->settings[round], &instance, &exercise->error);
    why = vt_exercise_broken(exercise, status);
    any = any || status == VATER_OK;
    for (size_t i = 0; i < sizeof payloads / sizeof *payloads && status == VATER_OK && why == NULL;
         i++)
      why = try_payload(exercise, &instance, vt_str(payloads[i]));
    vt_instance_close(&instance);
    if (why == NULL && status == VATER_OK && exercise->plugin->format->record != NULL)
      why = try_records(exercise, exercise->settings[round]);
  }
  if (!any)
    exercise->note = "it takes no made-up settings, so only its refusal was tried; give real ones "
                     "with --with";
  return why;
}
