#include "cli/explain_pointers.h"

#include "base/buffer.h"
#include "base/limits.h"
#include "doc/reader.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
  uint64_t one = ((const struct vt_explain_place *)a)->offset;
  uint64_t other = ((const struct vt_explain_place *)b)->offset;
  return (one > other) - (one < other);
}

static bool is_value(const struct vt_doc_event *event)
{
  return event->kind == VT_DOC_OBJECT || event->kind == VT_DOC_LIST ||
         (event->kind >= VT_DOC_TEXT && event->kind <= VT_DOC_NULL);
}

/* All places with the event's offset; `at` moves behind them. */
static int take(const struct vt_doc_reader *reader, const struct vt_doc_event *event,
                struct vt_buffer *pointer, struct vt_arena *arena, struct vt_explain_place *places,
                size_t count, size_t *at)
{
  while (*at < count && places[*at].offset < event->offset)
    ++*at;
  if (*at == count || places[*at].offset != event->offset)
    return VATER_OK;
  pointer->len = 0;
  if (vt_doc_pointer(reader, pointer) != VATER_OK)
    return VATER_OK;
  struct vater_str text = vt_arena_copy(arena, vt_buffer_str(pointer));
  if (text.ptr == NULL)
    return VATER_E_NOMEM;
  for (; *at < count && places[*at].offset == event->offset; ++*at)
    places[*at].pointer = text;
  return VATER_OK;
}

int vt_explain_pointers(const struct vt_allocator *allocator, struct vt_arena *arena,
                        struct vater_str document, struct vt_explain_place *places, size_t count)
{
  struct vt_doc_reader *reader = NULL;
  struct vt_doc_event event = {.kind = VT_DOC_NULL};
  struct vt_buffer pointer;
  size_t at = 0;
  qsort(places, count, sizeof *places, compare);
  int status = vt_doc_reader_new(allocator, document, NULL, 0, &reader);
  if (status != VATER_OK)
    return status;
  vt_buffer_init(&pointer, allocator, 64 * 1024);
  while (status == VATER_OK && at < count && vt_doc_next(reader, &event, NULL) == VATER_OK &&
         event.kind != VT_DOC_END)
    if (is_value(&event))
      status = take(reader, &event, &pointer, arena, places, count, &at);
  vt_buffer_fini(&pointer);
  vt_doc_reader_free(reader);
  return status;
}

struct vater_str vt_explain_pointer(const struct vt_explain_place *places, size_t count,
                                    uint64_t offset)
{
  const struct vt_explain_place wanted = {.offset = offset};
  const struct vt_explain_place *found =
      count > 0 ? bsearch(&wanted, places, count, sizeof *places, compare) : NULL;
  return found != NULL ? found->pointer : VT_STR_NONE;
}
