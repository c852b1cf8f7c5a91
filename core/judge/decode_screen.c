#include "judge/decode_parts.h"

enum { POINTER_BYTES = 4096 };

static void next_candidate(struct vt_decoder *decoder)
{
  if (!vt_screen_next_any(decoder->input->bytes, &decoder->screened, &decoder->candidate))
    decoder->candidate.offset = SIZE_MAX;
  decoder->candidate.page = decoder->input->page;
}

void vt_decode_screen_begin(struct vt_decoder *decoder)
{
  decoder->screened = 0;
  next_candidate(decoder);
}

static void add_hit(struct vt_decoder *decoder, const struct vt_screen_hit *hit,
                    struct vater_str pointer)
{
  vt_screen_add(decoder->input->screen, hit, pointer);
}

/* The value or name that an event brings, and where it stands. */
struct field {
  struct vt_buffer pointer;
  struct vater_str name;  /* empty for a name itself */
  struct vater_str value; /* as it stands in the bytes, without quotes */
  size_t offset;
  bool figure;
};

static void begin_field(struct vt_decoder *decoder, const struct vt_doc_event *event,
                        struct field *field)
{
  size_t quote = event->kind == VT_DOC_NUMBER ? 0 : 1;
  vt_buffer_init(&field->pointer, decoder->input->allocator, 16 * POINTER_BYTES);
  field->name = vt_decode_name(decoder, &field->pointer);
  if (event->kind == VT_DOC_NAME)
    field->name = VT_STR_NONE;
  field->offset = event->offset + quote;
  field->value = vt_str_slice(decoder->input->bytes, field->offset, event->end - quote);
  field->figure = event->kind == VT_DOC_NUMBER && vt_decode_is_figure(decoder, field->name);
}

static struct vater_str pointer_of(const struct field *field)
{
  struct vater_str pointer = vt_buffer_str(&field->pointer);
  return field->pointer.failed || pointer.len > POINTER_BYTES ? VT_STR_NONE : pointer;
}

static bool counts(const struct vt_decoder *decoder, const struct field *field,
                   struct vater_str value, const struct vt_screen_hit *hit)
{
  static const struct vt_screen_accounts none = {NULL, 0};
  const struct vt_screen_accounts *accounts = decoder->input->accounts;
  return vt_screen_counts(accounts != NULL ? accounts : &none, field->name, value, hit);
}

/* The candidates before the event's end belong to it: no other token holds digits. */
static bool settle(struct vt_decoder *decoder, const struct vt_doc_event *event,
                   const struct field *field)
{
  bool found = false;
  for (; decoder->candidate.offset < event->end; next_candidate(decoder)) {
    struct vt_screen_hit inside = decoder->candidate;
    bool within = inside.offset >= field->offset && !field->figure;
    inside.offset -= within ? field->offset : 0;
    inside.end -= within ? field->offset : 0;
    found |= !inside.padded;
    if (!within || !counts(decoder, field, field->value, &inside))
      continue;
    add_hit(decoder, &decoder->candidate, pointer_of(field));
    found = true;
  }
  return found;
}

static void add_event(struct vt_decoder *decoder, const struct vt_doc_event *event,
                      const struct field *field, enum vt_screen_class class)
{
  const struct vt_screen_hit hit = {
      .class = class, .page = decoder->input->page, .offset = event->offset, .end = event->end};
  add_hit(decoder, &hit, pointer_of(field));
}

static void screen_decoded(struct vt_decoder *decoder, const struct vt_doc_event *event,
                           const struct field *field)
{
  struct vt_screen_hit hit;
  size_t from = 0;
  while (vt_screen_next_any(event->text, &from, &hit))
    if (counts(decoder, field, event->text, &hit)) {
      add_event(decoder, event, field, hit.class);
      return;
    }
}

void vt_decode_screen_found(struct vt_decoder *decoder, const struct vt_doc_event *event)
{
  struct field field;
  struct vt_screen_hit hit;
  bool number = vt_decode_is_long(event) && vt_screen_number(event->text, &hit);
  bool escaped = vt_decode_was_escaped(event);
  if (!number && !escaped && decoder->candidate.offset >= event->end)
    return;
  begin_field(decoder, event, &field);
  bool found = settle(decoder, event, &field);
  if (!found && escaped)
    screen_decoded(decoder, event, &field);
  if (!found && number && !field.figure && vt_screen_person_name(field.name))
    add_event(decoder, event, &field, hit.class);
  vt_buffer_fini(&field.pointer);
}

void vt_decode_screen_end(struct vt_decoder *decoder)
{
  if (decoder->candidate.offset != SIZE_MAX && !decoder->candidate.padded)
    vt_screen_add(decoder->input->screen, &decoder->candidate, VT_STR_NONE);
  vt_screen_bytes(decoder->input->screen, decoder->input->page, decoder->input->bytes,
                  decoder->screened);
}
