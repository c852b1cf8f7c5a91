#include "base/buffer.h"
#include "base/number.h"
#include "judge/decode_parts.h"

static const struct vt_plan_node *node_at(const struct vt_decoder *decoder, uint32_t index)
{
  return &decoder->plan->nodes[index];
}

uint32_t vt_decode_row_of(const struct vt_decoder *decoder, size_t offset)
{
  bool inside = decoder->input->table != NULL && decoder->row_to > 0 &&
                offset >= decoder->row_from && (decoder->row_open || offset < decoder->row_to);
  return inside ? vt_table_builder_rows(decoder->input->table) - 1 : VT_DECODE_NO_ROW;
}

static int report(struct vt_decoder *decoder, const struct vt_doc_event *event,
                  struct vt_decode_violation *violation)
{
  decoder->own_violations++;
  if (decoder->input->violation == NULL || decoder->own_violations > decoder->input->cap)
    return VATER_OK;
  struct vt_buffer pointer;
  vt_buffer_init(&pointer, decoder->input->allocator, 64 * 1024);
  vt_doc_pointer(decoder->reader, &pointer);
  violation->keyword = "";
  violation->page = decoder->input->page;
  violation->row = vt_decode_row_of(decoder, event->offset);
  violation->offset = event->offset;
  violation->end = event->end;
  violation->pointer = vt_buffer_str(&pointer);
  violation->found = vt_str_slice(decoder->input->bytes, event->offset, event->end);
  int status = decoder->input->violation(decoder->input->context, violation);
  vt_buffer_fini(&pointer);
  return status;
}

static int report_inexact(struct vt_decoder *decoder, const struct vt_doc_event *event)
{
  struct vt_decode_violation violation = {
      .code = "PAY-NUMBER",
      .expected = VT_STR("9007199254740992"),
      .message = {[VT_LANGUAGE_NB] = VT_STR("heltallet er større enn 2^53 og kan ikke regnes "
                                            "nøyaktig med"),
                  [VT_LANGUAGE_NN] = VT_STR("heiltalet er større enn 2^53 og kan ikkje reknast "
                                            "nøyaktig med"),
                  [VT_LANGUAGE_EN] = VT_STR("the integer is beyond 2^53 and cannot be kept "
                                            "exactly")}};
  return report(decoder, event, &violation);
}

/* With a schema, types are its business. */
static int report_type(struct vt_decoder *decoder, const struct vt_doc_event *event,
                       const char *expected)
{
  if (decoder->input->schema != NULL)
    return VATER_OK;
  struct vt_decode_violation violation = {
      .code = "PAY-SCHEMA",
      .expected = vt_str(expected),
      .message = {[VT_LANGUAGE_NB] = VT_STR("verdien er av en annen type enn ventet"),
                  [VT_LANGUAGE_NN] = VT_STR("verdien er av ein annan type enn venta"),
                  [VT_LANGUAGE_EN] = VT_STR("the value is of another type than expected")}};
  return report(decoder, event, &violation);
}

static bool is_scalar(const struct vt_doc_event *event)
{
  return event->kind == VT_DOC_TEXT || event->kind == VT_DOC_NUMBER || event->kind == VT_DOC_TRUE ||
         event->kind == VT_DOC_FALSE || event->kind == VT_DOC_NULL;
}

static bool is_truth(const struct vt_doc_event *event)
{
  return event->kind == VT_DOC_TRUE || event->kind == VT_DOC_FALSE;
}

static int take_number(struct vt_decoder *decoder, int column, const struct vt_doc_event *event,
                       struct vt_error *error)
{
  double value;
  unsigned decimals;
  vt_number_read(event->text, &value, &decimals);
  if (event->text.len >= 16 && vt_number_inexact(event->text, value))
    return report_inexact(decoder, event);
  return vt_table_set_number(decoder->input->table, column, value, decimals, error);
}

static int take_cell(struct vt_decoder *decoder, const struct vt_plan_node *node,
                     const struct vt_doc_event *event, struct vt_error *error)
{
  struct vt_table_builder *table = decoder->input->table;
  int column = node->column;
  switch (node->type) {
  case VT_COLUMN_NUMBER:
    if (event->kind != VT_DOC_NUMBER)
      return report_type(decoder, event, "number");
    return take_number(decoder, column, event, error);
  case VT_COLUMN_TRUTH:
    if (!is_truth(event))
      return report_type(decoder, event, "boolean");
    return vt_table_set_truth(table, column, event->kind == VT_DOC_TRUE, error);
  case VT_COLUMN_TEXT:
    break;
  }
  if (event->kind != VT_DOC_TEXT || column == VATER_COLUMN_BREAKDOWN)
    return report_type(decoder, event, column == VATER_COLUMN_BREAKDOWN ? "object" : "string");
  return vt_table_set_text(table, column, event->text, error);
}

static int take_head(struct vt_decoder *decoder, int field, const struct vt_doc_event *event,
                     struct vt_error *error)
{
  struct vt_table_builder *table = decoder->input->table;
  if (vt_head_is_truth(field)) {
    if (!is_truth(event))
      return report_type(decoder, event, "boolean");
    return vt_table_set_head_truth(table, field, event->kind == VT_DOC_TRUE, error);
  }
  if (event->kind != VT_DOC_TEXT)
    return report_type(decoder, event, "string");
  return vt_table_set_head_text(table, field, event->text, error);
}

static int take_scalar(struct vt_decoder *decoder, const struct vt_doc_event *event,
                       struct vt_error *error)
{
  const struct vt_plan_node *node = node_at(decoder, decoder->node);
  if (node->column != 0)
    return take_cell(decoder, node, event, error);
  if (node->field != 0)
    return take_head(decoder, node->field, event, error);
  if (node->rows)
    return report_type(decoder, event, "array");
  return decoder->node != VT_PLAN_NONE ? report_type(decoder, event, "object") : VATER_OK;
}

static int begin_row(struct vt_decoder *decoder, const struct vt_doc_event *event,
                     struct vt_error *error)
{
  decoder->row_open = true;
  decoder->row_from = event->offset;
  decoder->row_to = event->end;
  return vt_table_add_row(decoder->input->table, decoder->input->page, event->offset, error);
}

static int begin_container(struct vt_decoder *decoder, const struct vt_doc_event *event,
                           struct vt_error *error)
{
  const struct vt_plan_node *node = node_at(decoder, decoder->node);
  bool object = event->kind == VT_DOC_OBJECT;
  uint32_t inside = decoder->node;
  int status = VATER_OK;
  if (object && decoder->node == decoder->plan->row) {
    status = begin_row(decoder, event, error);
  } else if (object && node->column == VATER_COLUMN_BREAKDOWN) {
    vt_breakdown_reset(&decoder->breakdown);
    decoder->breakdown_depth = event->depth + 1;
    inside = VT_PLAN_NONE;
  } else if (inside != VT_PLAN_NONE &&
             (object != !node->rows || node->column != 0 || node->field != 0)) {
    status = node->column != 0 || node->field != 0
                 ? take_scalar(decoder, event, error)
                 : report_type(decoder, event, node->rows ? "array" : "object");
    inside = VT_PLAN_NONE;
  }
  decoder->frames[decoder->depth++] = (struct vt_decode_frame){inside, VT_PLAN_NONE};
  return status;
}

static int end_container(struct vt_decoder *decoder, const struct vt_doc_event *event,
                         struct vt_error *error)
{
  const struct vt_decode_frame *frame = &decoder->frames[--decoder->depth];
  if (frame->node == decoder->plan->row && decoder->row_open) {
    decoder->row_open = false;
    decoder->row_to = event->end;
  }
  if (decoder->breakdown_depth != event->depth + 1)
    return VATER_OK;
  decoder->breakdown_depth = 0;
  if (decoder->breakdown.count == 0)
    return VATER_OK;
  return vt_table_set_text(decoder->input->table, VATER_COLUMN_BREAKDOWN,
                           vt_breakdown_text(&decoder->breakdown), error);
}

static int keep_dimension(struct vt_decoder *decoder, struct vater_str name, struct vt_error *error)
{
  if (name.len > sizeof decoder->breakdown_names)
    return vt_breakdown_add(&decoder->breakdown, name, VT_STR(""), error);
  if (name.len > 0)
    memcpy(decoder->breakdown_names, name.ptr, name.len);
  decoder->breakdown_name = name.len;
  return VATER_OK;
}

static int take_dimension(struct vt_decoder *decoder, const struct vt_doc_event *event,
                          struct vt_error *error)
{
  if (event->kind != VT_DOC_TEXT)
    return report_type(decoder, event, "string");
  struct vater_str name = {decoder->breakdown_names, decoder->breakdown_name};
  return vt_breakdown_add(&decoder->breakdown, name, event->text, error);
}

static int take_name(struct vt_decoder *decoder, const struct vt_doc_event *event,
                     struct vt_error *error)
{
  struct vt_decode_frame *frame = &decoder->frames[decoder->depth - 1];
  if (frame->node != VT_PLAN_NONE)
    decoder->member = vt_plan_child(decoder->plan, frame->node, event->text, &frame->expected);
  else if (decoder->breakdown_depth == event->depth)
    return keep_dimension(decoder, event->text, error);
  return VATER_OK;
}

/* The plan's node of the event's value. */
static uint32_t value_node(struct vt_decoder *decoder)
{
  if (decoder->depth == 0)
    return decoder->plan->root;
  const struct vt_decode_frame *frame = &decoder->frames[decoder->depth - 1];
  if (frame->node == VT_PLAN_NONE)
    return VT_PLAN_NONE;
  return node_at(decoder, frame->node)->rows ? decoder->plan->row : decoder->member;
}

int vt_decode_rows_event(struct vt_decoder *decoder, const struct vt_doc_event *event,
                         struct vt_error *error)
{
  switch (event->kind) {
  case VT_DOC_NAME:
    return take_name(decoder, event, error);
  case VT_DOC_OBJECT_END:
  case VT_DOC_LIST_END:
    return end_container(decoder, event, error);
  case VT_DOC_END:
    return VATER_OK;
  default:
    break;
  }
  decoder->node = value_node(decoder);
  if (!is_scalar(event))
    return begin_container(decoder, event, error);
  if (decoder->breakdown_depth != 0 && decoder->breakdown_depth == event->depth)
    return take_dimension(decoder, event, error);
  return decoder->node != VT_PLAN_NONE ? take_scalar(decoder, event, error) : VATER_OK;
}

struct vater_str vt_decode_name(const struct vt_decoder *decoder, struct vt_buffer *pointer)
{
  vt_doc_pointer(decoder->reader, pointer);
  struct vater_str rest = vt_buffer_str(pointer);
  while (rest.len > 0) {
    size_t from = rest.len;
    while (from > 0 && rest.ptr[from - 1] != '/')
      from--;
    struct vater_str token = vt_str_slice(rest, from, rest.len);
    uint64_t index;
    if (!vt_number_uint64(token, &index))
      return token;
    rest = vt_str_slice(rest, 0, from > 0 ? from - 1 : 0);
  }
  return VT_STR_NONE;
}

bool vt_decode_is_figure(const struct vt_decoder *decoder, struct vater_str name)
{
  if (decoder->plan == NULL)
    return vt_screen_figure_name(name);
  const struct vt_plan_node *node = node_at(decoder, decoder->node);
  return node->column != 0 && node->type == VT_COLUMN_NUMBER;
}
