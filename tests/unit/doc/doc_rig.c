#include "unit/doc/doc_rig.h"

#include <malloc.h>
#include <stdlib.h>

static void *resize(void *context, void *pointer, size_t size)
{
  struct rig_memory *memory = context;
  size_t before = pointer != NULL ? malloc_usable_size(pointer) : 0;
  if (size == 0) {
    memory->held -= before;
    free(pointer);
    return NULL;
  }
  memory->count++;
  if (memory->countdown >= 0 && memory->countdown-- == 0) {
    memory->countdown = 0;
    return NULL;
  }
  void *fresh = realloc(pointer, size);
  if (fresh == NULL)
    return NULL;
  memory->held += malloc_usable_size(fresh) - before;
  memory->peak = memory->held > memory->peak ? memory->held : memory->peak;
  return fresh;
}

struct vt_allocator rig_allocator(struct rig_memory *memory)
{
  return (struct vt_allocator){resize, memory};
}

static int read_events(struct vt_doc_reader *reader, struct vt_error *error, uint64_t *events)
{
  struct vt_doc_event event;
  int status;
  do {
    status = vt_doc_next(reader, &event, error);
    *events += status == VATER_OK;
  } while (status == VATER_OK && event.kind != VT_DOC_END);
  return status;
}

int rig_read(struct vater_str document, const struct vt_doc_budget *budget, struct vt_error *error,
             uint64_t *events)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_doc_reader *reader;
  uint64_t count = 0;
  char *exact = malloc(document.len > 0 ? document.len : 1);
  if (exact == NULL)
    abort();
  if (document.len > 0)
    memcpy(exact, document.ptr, document.len);
  struct vater_str copy = {exact, document.len};
  int status = vt_doc_reader_new(&allocator, copy, budget, 42, &reader);
  if (status == VATER_OK)
    status = read_events(reader, error, &count);
  vt_doc_reader_free(reader);
  free(exact);
  if (events != NULL)
    *events = count;
  return status;
}

uint64_t rig_random(uint64_t *state)
{
  *state += 0x9e3779b97f4a7c15u;
  uint64_t word = *state;
  word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9u;
  word = (word ^ word >> 27) * 0x94d049bb133111ebu;
  return word ^ word >> 31;
}
