/* What decode.c and its helpers share. */
#ifndef VT_JUDGE_DECODE_PARTS_H
#define VT_JUDGE_DECODE_PARTS_H

#include "base/buffer.h"
#include "judge/decode_plan.h"
#include "table/breakdown.h"

/* An open container. */
struct vt_decode_frame {
  uint32_t node;     /* in the plan; VT_PLAN_NONE: nothing in it is declared */
  uint32_t expected; /* the child that comes next if members keep the declared order */
};

struct vt_decoder {
  const struct vt_decode_input *input;
  const struct vt_decode_plan *plan;
  struct vt_doc_reader *reader;
  struct vt_schema_sink sink; /* borrowed by the validator */
  struct vt_schema_validator *validator;
  struct vt_doc_tree *tree;
  struct vt_decode_frame *frames;
  uint32_t depth;  /* open containers */
  uint32_t member; /* node of the value that comes, in an object */
  uint32_t node;   /* node of the event's value */
  bool row_open;
  size_t row_from, row_to; /* of the last row */
  uint64_t own_violations;
  struct vt_breakdown breakdown;
  uint32_t breakdown_depth; /* of the breakdown's object + 1; 0: not in one */
  size_t breakdown_name;
  char breakdown_names[VT_BREAKDOWN_BYTES]; /* the dimension whose value comes */
  struct vt_screen_hit candidate;           /* the next in the raw bytes; offset SIZE_MAX: none */
  size_t screened;                          /* raw bytes looked at */
};

/* decode_screen.c */
void vt_decode_screen_begin(struct vt_decoder *decoder);
/* Settles the raw candidates up to the event's end, and looks into decoded texts. */
void vt_decode_screen_found(struct vt_decoder *decoder, const struct vt_doc_event *event);
/* What no event covered. */
void vt_decode_screen_end(struct vt_decoder *decoder);

/* decode_rows.c */
int vt_decode_rows_event(struct vt_decoder *decoder, const struct vt_doc_event *event,
                         struct vt_error *error);
/* Whether the event's number fills a number column; in a format without declared columns the name
 * of its member tells. */
bool vt_decode_is_figure(const struct vt_decoder *decoder, struct vater_str name);
/* The nearest member's name of the event under way, in `pointer`; indices of lists do not count. */
struct vater_str vt_decode_name(const struct vt_decoder *decoder, struct vt_buffer *pointer);

/* Gives the error place and pointer of the event. */
int vt_decode_fail_at(struct vt_decoder *decoder, const struct vt_doc_event *event, int status,
                      struct vt_error *error);
/* The row that holds the offset. */
uint32_t vt_decode_row_of(const struct vt_decoder *decoder, size_t offset);

static inline bool vt_decode_was_escaped(const struct vt_doc_event *event)
{
  return (event->kind == VT_DOC_TEXT || event->kind == VT_DOC_NAME) &&
         event->text.len + 2 != event->end - event->offset;
}

/* Room for eleven digits and an exponent, or a decimal sign. */
static inline bool vt_decode_is_long(const struct vt_doc_event *event)
{
  return event->kind == VT_DOC_NUMBER && event->end - event->offset > 11;
}

static inline void vt_decode_screen_event(struct vt_decoder *decoder,
                                          const struct vt_doc_event *event)
{
  if (decoder->candidate.offset < event->end || vt_decode_was_escaped(event) ||
      vt_decode_is_long(event))
    vt_decode_screen_found(decoder, event);
}

#endif
