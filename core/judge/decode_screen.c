#include "judge/decode_parts.h"

#include "base/buffer.h"

enum { POINTER_BYTES = 4096 };

static void next_candidate(struct vt_decoder *decoder)
{
  if (!vt_screen_next(decoder->input->bytes, &decoder->screened, &decoder->candidate))
    decoder->candidate.offset = SIZE_MAX;
  decoder->candidate.page = decoder->input->page;
}

void vt_decode_screen_begin(struct vt_decoder *decoder)
{
  decoder->screened = 0;
  next_candidate(decoder);
}

static void add_hit(struct vt_decoder *decoder, const struct vt_screen_hit *hit)
{
  struct vt_buffer pointer;
  vt_buffer_init(&pointer, decoder->input->allocator, POINTER_BYTES);
  if (decoder->input->screen->kept < VT_SCREEN_KEPT)
    vt_doc_pointer(decoder->reader, &pointer);
  vt_screen_add(decoder->input->screen, hit,
                pointer.failed ? VT_STR_NONE : vt_buffer_str(&pointer));
  vt_buffer_fini(&pointer);
}

/* The candidates before the event's end belong to it: no other token holds digits. */
static void settle(struct vt_decoder *decoder, const struct vt_doc_event *event)
{
  bool figure = event->kind == VT_DOC_NUMBER && vt_decode_is_figure(decoder, event);
  while (decoder->candidate.offset < event->end) {
    if (!figure)
      add_hit(decoder, &decoder->candidate);
    next_candidate(decoder);
  }
}

static void screen_decoded(struct vt_decoder *decoder, const struct vt_doc_event *event)
{
  struct vt_screen_hit hit;
  struct vt_screen_hit raw;
  struct vater_str token = vt_str_slice(decoder->input->bytes, event->offset, event->end);
  if (!vt_screen_text(event->text, &hit) || vt_screen_text(token, &raw))
    return;
  hit.page = decoder->input->page;
  hit.offset = event->offset;
  hit.end = event->end;
  add_hit(decoder, &hit);
}

void vt_decode_screen_found(struct vt_decoder *decoder, const struct vt_doc_event *event)
{
  if (decoder->candidate.offset < event->end)
    settle(decoder, event);
  if (vt_decode_was_escaped(event))
    screen_decoded(decoder, event);
}

void vt_decode_screen_end(struct vt_decoder *decoder)
{
  if (decoder->candidate.offset != SIZE_MAX)
    vt_screen_add(decoder->input->screen, &decoder->candidate, VT_STR_NONE);
  vt_screen_bytes(decoder->input->screen, decoder->input->page, decoder->input->bytes,
                  decoder->screened);
}
