#include "judge/decode.h"

#include "base/buffer.h"
#include "base/diagnostics.h"
#include "base/limits.h"
#include "judge/decode_parts.h"

int vt_decode_fail_at(struct vt_decoder *decoder, const struct vt_doc_event *event, int status,
                      struct vt_error *error)
{
  if (error == NULL || error->line != 0)
    return status;
  struct vater_str line_text;
  error->offset = event->offset;
  vt_text_place(decoder->input->bytes, event->offset, &error->line, &error->column, &line_text);
  struct vt_buffer pointer;
  vt_buffer_init(&pointer, decoder->input->allocator, 64 * 1024);
  if (vt_doc_pointer(decoder->reader, &pointer) == VATER_OK)
    vt_error_pointer(error, vt_buffer_str(&pointer));
  vt_buffer_fini(&pointer);
  return status;
}

static int take_finding(void *context, const struct vt_schema_finding *finding)
{
  struct vt_decoder *decoder = context;
  struct vt_decode_violation violation = {.code = "PAY-SCHEMA",
                                          .keyword = finding->keyword,
                                          .page = decoder->input->page,
                                          .row = vt_decode_row_of(decoder, finding->offset),
                                          .offset = finding->offset,
                                          .end = finding->end,
                                          .pointer = finding->pointer,
                                          .expected = finding->expected,
                                          .found = finding->found};
  memcpy(violation.message, finding->message, sizeof violation.message);
  return decoder->input->violation(decoder->input->context, &violation);
}

static int check_first(struct vt_decoder *decoder, const struct vt_doc_event *event,
                       struct vt_error *error)
{
  if (event->kind == VT_DOC_OBJECT || event->kind == VT_DOC_LIST)
    return VATER_OK;
  int status = vt_fail(error, VATER_E_DECODE, "PAY-SYNTAX",
                       "the document is a single value; a submission is an object or a list");
  return vt_decode_fail_at(decoder, event, status, error);
}

static int take_event(struct vt_decoder *decoder, const struct vt_doc_event *event,
                      struct vt_error *error)
{
  int status = decoder->plan != NULL ? vt_decode_rows_event(decoder, event, error)
                                     : vt_doc_tree_feed(decoder->tree, event, error);
  vt_decode_screen_event(decoder, event);
  if (status == VATER_OK && decoder->validator != NULL)
    status = vt_schema_feed(decoder->validator, event, error);
  return status != VATER_OK ? vt_decode_fail_at(decoder, event, status, error) : VATER_OK;
}

/* Long lists of numbers, without an event for each: none before the next candidate is screened. */
static int read_items(struct vt_decoder *decoder, struct vt_error *error)
{
  enum { ITEMS = 256 };
  struct vt_doc_item items[ITEMS];
  uint32_t count;
  int status = VATER_OK;
  do {
    count = vt_doc_next_items(decoder->reader, decoder->candidate.offset, items, ITEMS);
    if (count > 0)
      status = vt_doc_tree_feed_items(decoder->tree, items, count, error);
  } while (status == VATER_OK && count == ITEMS);
  return status;
}

static int read_events(struct vt_decoder *decoder, struct vt_error *error)
{
  struct vt_doc_event event;
  int status = vt_doc_next(decoder->reader, &event, error);
  bool walked = decoder->tree != NULL && decoder->validator == NULL;
  if (status == VATER_OK)
    status = check_first(decoder, &event, error);
  while (status == VATER_OK) {
    status = take_event(decoder, &event, error);
    if (status != VATER_OK || event.kind == VT_DOC_END)
      break;
    if (walked && event.kind == VT_DOC_LIST)
      status = read_items(decoder, error);
    if (status == VATER_OK)
      status = vt_doc_next(decoder->reader, &event, error);
  }
  bool valid;
  if (status == VATER_OK && decoder->validator != NULL)
    status = vt_schema_finish(decoder->validator, &valid, error);
  return status;
}

static int open_decoder(struct vt_decoder *decoder, struct vt_error *error)
{
  const struct vt_decode_input *input = decoder->input;
  uint64_t depth = input->budget != NULL && input->budget->depth != 0 ? input->budget->depth
                                                                      : VT_LIMIT_PAYLOAD_DEPTH;
  decoder->frames = vt_alloc(input->allocator, depth * sizeof *decoder->frames);
  int status = decoder->frames != NULL ? VATER_OK : VATER_E_NOMEM;
  if (status == VATER_OK)
    status = vt_doc_reader_new(input->allocator, input->bytes, input->budget, input->hash_seed,
                               &decoder->reader);
  if (status == VATER_OK && input->lines.len > 0)
    vt_doc_reader_lines(decoder->reader, input->lines);
  if (status == VATER_OK && decoder->plan == NULL)
    status = vt_doc_tree_new(input->allocator, input->bytes, &decoder->tree);
  decoder->sink = (struct vt_schema_sink){take_finding, decoder, input->cap};
  if (status == VATER_OK && input->schema != NULL)
    status = vt_schema_validator_new(input->schema, input->allocator, input->bytes,
                                     input->violation != NULL ? &decoder->sink : NULL,
                                     &decoder->validator);
  if (status != VATER_OK)
    vt_fail(error, status, NULL, "out of memory while reading a page");
  return status;
}

static void close_decoder(struct vt_decoder *decoder)
{
  vt_schema_validator_free(decoder->validator);
  vt_doc_reader_free(decoder->reader);
  vt_doc_tree_free(decoder->tree);
  vt_free(decoder->input->allocator, decoder->frames);
}

/* A pointer that was cut may end in part of a number: its last name goes. */
static void mask_pointer(struct vt_error *error)
{
  size_t len = strlen(error->pointer);
  bool cut = len + 4 >= sizeof error->pointer;
  while (cut && len > 0 && error->pointer[len - 1] != '/')
    len--;
  if (cut && len > 0)
    len--;
  error->pointer[len] = '\0';
  vt_screen_mask_hits(error->pointer, len);
}

int vt_decode_page(const struct vt_decode_input *input, struct vt_decode_result *result,
                   struct vt_error *error)
{
  *result = (struct vt_decode_result){0};
  struct vt_decoder decoder = {.input = input, .plan = input->plan};
  vt_decode_screen_begin(&decoder);
  int status = open_decoder(&decoder, error);
  if (status == VATER_OK)
    status = read_events(&decoder, error);
  if (status != VATER_OK) {
    vt_decode_screen_end(&decoder);
    if (error != NULL)
      mask_pointer(error);
  } else {
    vt_screen_urls(input->screen, input->page, input->bytes);
  }
  result->violations = decoder.own_violations;
  if (decoder.validator != NULL)
    result->violations += vt_schema_finding_count(decoder.validator);
  if (status == VATER_OK) {
    result->tree = decoder.tree;
    decoder.tree = NULL;
  }
  close_decoder(&decoder);
  return status;
}
