/* Any bytes through the whole pass: screened whatever happens, nothing of a hit in what is kept,
 * and a table that its own reader takes. */
#include "base/limits.h"
#include "judge/decode.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool condition)
{
  if (!condition)
    abort();
}

static const struct vater_row_member members[] = {{"indicator", VATER_COLUMN_INDICATOR},
                                                  {"area", VATER_COLUMN_AREA},
                                                  {"breakdown", VATER_COLUMN_BREAKDOWN},
                                                  {"numerator", VATER_COLUMN_NUMERATOR},
                                                  {"value", VATER_COLUMN_VALUE},
                                                  {"sample/n", VATER_COLUMN_SAMPLE_SIZE},
                                                  {"sample/weighted", VATER_COLUMN_SAMPLE_WEIGHTED},
                                                  {NULL, 0}};
static const struct vater_head_member head[] = {
    {"reporter/orgnr", VATER_HEAD_REPORTER}, {"nil", VATER_HEAD_NIL}, {NULL, 0}};
static const struct vater_rows rows = {sizeof rows, "/observations", members, head};

static int see(void *context, const struct vt_decode_violation *violation)
{
  const struct vt_decode_input *input = context;
  require(violation->end <= input->bytes.len && violation->offset < violation->end);
  require(violation->row == VT_DECODE_NO_ROW ||
          violation->row < vt_table_builder_rows(input->table));
  return VATER_OK;
}

static void check_screen(const struct vt_screen *screen, size_t size)
{
  struct vt_screen_hit hit;
  for (uint32_t i = 0; i < screen->kept; i++) {
    require(screen->hits[i].end <= size && screen->hits[i].offset < screen->hits[i].end);
    require(!vt_screen_text(vt_str(screen->hits[i].pointer), &hit));
  }
}

static void check_table(struct vt_table_builder *builder)
{
  struct vt_table view;
  struct vt_table opened;
  require(vt_table_view(builder, &view, NULL) == VATER_OK);
  size_t size = vt_table_size(builder);
  void *block = malloc(size);
  require(block != NULL);
  vt_table_move(builder, block);
  require(vt_table_open(block, size, &opened, NULL) == VATER_OK);
  free(block);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_decode_plan *plan;
  struct vt_table_builder *table;
  struct vt_screen screen = {0};
  struct vt_decode_result result;
  struct vt_error error = {0};
  struct vt_screen_hit hit;
  require(vt_decode_plan_new(&allocator, &rows, &plan, NULL) == VATER_OK);
  require(vt_table_builder_new(&allocator, size, &table) == VATER_OK);
  struct vt_decode_input input = {.allocator = &allocator,
                                  .bytes = {(const char *)bytes, size},
                                  .plan = size % 2 == 0 ? plan : NULL,
                                  .lines = size % 4 == 0 ? VT_STR("observations") : VT_STR_NONE,
                                  .table = table,
                                  .screen = &screen,
                                  .violation = see,
                                  .cap = VT_LIMIT_FINDINGS_KEPT};
  input.context = &input;
  int status = vt_decode_page(&input, &result, &error);
  require(status == VATER_OK || (error.status == status && error.code[0] != '\0'));
  require((result.tree != NULL) == (status == VATER_OK && input.plan == NULL));
  require(!vt_screen_text(vt_str(error.pointer), &hit));
  require(!vt_screen_text(vt_str(error.text), &hit));
  check_screen(&screen, size);
  check_table(table);
  vt_doc_tree_free(result.tree);
  vt_table_builder_free(table);
  vt_decode_plan_free(plan);
  return 0;
}
