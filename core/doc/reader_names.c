#include "doc/reader_parts.h"

enum { FIRST_SLOTS = 128 }; /* a power of two, twice VT_DOC_NAMES_COMPARED or more */

struct vater_str vt_doc_name_text(const struct vt_doc_reader *reader,
                                  const struct vt_doc_name *name)
{
  const char *base = (name->len & VT_DOC_DECODED) != 0 ? reader->name_text.bytes : reader->bytes;
  return (struct vater_str){base + name->at, name->len & ~VT_DOC_DECODED};
}

static inline uint64_t load8(const char *from)
{
  uint64_t word;
  memcpy(&word, from, sizeof word);
  return word;
}

static inline uint32_t load4(const char *from)
{
  uint32_t word;
  memcpy(&word, from, sizeof word);
  return word;
}

/* Cheap and not collision-proof: only spares comparisons among VT_DOC_NAMES_COMPARED names. */
static inline uint32_t small_hash(struct vater_str name, uint64_t seed)
{
  uint64_t a = 0;
  uint64_t b = 0;
  if (name.len >= 8) {
    a = load8(name.ptr);
    b = load8(name.ptr + name.len - 8);
  } else if (name.len >= 4) {
    a = load4(name.ptr);
    b = load4(name.ptr + name.len - 4);
  } else if (name.len > 0) {
    a = (unsigned char)name.ptr[0];
    b = (uint64_t)(unsigned char)name.ptr[name.len / 2] << 8 |
        (unsigned char)name.ptr[name.len - 1];
  }
  uint64_t hash = ((a ^ seed) * 0x9e3779b97f4a7c15u ^ (b + name.len)) * 0xff51afd7ed558ccdu;
  return (uint32_t)(hash >> 32);
}

static int fail_duplicate(struct vt_doc_reader *reader, const struct vt_doc_span *span,
                          struct vt_error *error)
{
  return vt_doc_fail(reader, error, span->from - 1, VATER_E_DECODE, "PAY-DUPKEY",
                     "the object has two members of this name; which one counts is not defined");
}

static bool name_is(const struct vt_doc_reader *reader, const struct vt_doc_name *name,
                    struct vater_str text)
{
  return vt_str_equal(vt_doc_name_text(reader, name), text);
}

static bool among_few(const struct vt_doc_reader *reader, const struct vt_doc_frame *frame,
                      struct vater_str name, uint32_t hash)
{
  const struct vt_doc_name *names = reader->names + frame->first_name;
  for (uint32_t i = 0; i < frame->names; i++)
    if (names[i].hash == hash && name_is(reader, &names[i], name))
      return true;
  return false;
}

/* The slot with the name, or the empty one where it belongs. */
static uint32_t *find_slot(const struct vt_doc_reader *reader, const struct vt_doc_frame *frame,
                           struct vater_str name, uint32_t hash)
{
  const struct vt_doc_name *names = reader->names + frame->first_name;
  for (uint32_t at = hash & frame->slot_mask;; at = (at + 1) & frame->slot_mask) {
    uint32_t index = frame->slots[at];
    if (index == 0)
      return &frame->slots[at];
    if (names[index - 1].hash == hash && name_is(reader, &names[index - 1], name))
      return &frame->slots[at];
  }
}

static void place_again(struct vt_doc_reader *reader, struct vt_doc_frame *frame)
{
  memset(frame->slots, 0, ((size_t)frame->slot_mask + 1) * sizeof *frame->slots);
  struct vt_doc_name *names = reader->names + frame->first_name;
  for (uint32_t i = 0; i < frame->names; i++) {
    uint32_t at = names[i].hash & frame->slot_mask;
    while (frame->slots[at] != 0)
      at = (at + 1) & frame->slot_mask;
    frame->slots[at] = i + 1;
  }
}

/* Slots for twice `names`, cleared; those of an earlier object of this depth are used again. */
static int make_slots(struct vt_doc_reader *reader, struct vt_doc_frame *frame, uint32_t slots,
                      struct vt_error *error)
{
  if (slots > frame->slot_room) {
    uint32_t *fresh =
        vt_resize(&reader->allocator, frame->slots, (size_t)slots * sizeof *frame->slots);
    if (fresh == NULL)
      return vt_doc_fail_memory(reader, error);
    frame->slots = fresh;
    frame->slot_room = slots;
  }
  frame->slot_mask = slots - 1;
  place_again(reader, frame);
  return VATER_OK;
}

static int begin_index(struct vt_doc_reader *reader, struct vt_doc_frame *frame,
                       struct vt_error *error)
{
  struct vt_doc_name *names = reader->names + frame->first_name;
  for (uint32_t i = 0; i < frame->names; i++)
    names[i].hash = (uint32_t)vt_str_hash(vt_doc_name_text(reader, &names[i]), reader->seed);
  frame->indexed = true;
  return make_slots(reader, frame, FIRST_SLOTS, error);
}

/* VATER_DONE where the name is there. */
static int check_indexed(struct vt_doc_reader *reader, struct vt_doc_frame *frame,
                         struct vater_str name, uint32_t hash, struct vt_error *error)
{
  if (frame->names >= frame->slot_mask / 2) {
    int status = make_slots(reader, frame, (frame->slot_mask + 1) * 2, error);
    if (status != VATER_OK)
      return status;
  }
  uint32_t *slot = find_slot(reader, frame, name, hash);
  if (*slot != 0)
    return VATER_DONE;
  *slot = frame->names + 1;
  return VATER_OK;
}

static int make_room(struct vt_doc_reader *reader, struct vt_error *error)
{
  if (reader->name_count < reader->name_room)
    return VATER_OK;
  uint32_t room = reader->name_room == 0 ? 64 : reader->name_room * 2;
  struct vt_doc_name *names = room > UINT32_MAX / 4 ? NULL
                                                    : vt_resize(&reader->allocator, reader->names,
                                                                (size_t)room * sizeof *names);
  if (names == NULL)
    return vt_doc_fail_memory(reader, error);
  reader->names = names;
  reader->name_room = room;
  return VATER_OK;
}

static int append_name(struct vt_doc_reader *reader, struct vt_doc_frame *frame,
                       const struct vt_doc_span *span, struct vater_str name, uint32_t hash,
                       struct vt_error *error)
{
  struct vt_doc_name entry = {span->from, (uint32_t)name.len, hash};
  if (span->escaped) {
    entry.at = reader->name_text.len;
    entry.len |= VT_DOC_DECODED;
    if (vt_buffer_append(&reader->name_text, name) != VATER_OK)
      return vt_doc_fail_memory(reader, error);
  }
  reader->names[reader->name_count++] = entry;
  frame->names++;
  return VATER_OK;
}

int vt_doc_note_name(struct vt_doc_reader *reader, const struct vt_doc_span *span,
                     struct vater_str name, struct vt_error *error)
{
  struct vt_doc_frame *frame = &reader->frames[reader->depth - 1];
  if (frame->names >= reader->budget.members)
    return vt_doc_fail(reader, error, span->from - 1, VATER_E_LIMIT, "PAY-LIMIT",
                       "an object has more than %llu members (limit PAYLOAD_MEMBERS)",
                       (unsigned long long)reader->budget.members);
  int status = make_room(reader, error);
  if (status == VATER_OK && !frame->indexed && frame->names == VT_DOC_NAMES_COMPARED)
    status = begin_index(reader, frame, error);
  if (status != VATER_OK)
    return status;
  uint32_t hash;
  if (frame->indexed) {
    hash = (uint32_t)vt_str_hash(name, reader->seed);
    status = check_indexed(reader, frame, name, hash, error);
  } else {
    hash = small_hash(name, reader->seed);
    uint64_t bit = 1ull << (hash >> 26);
    if ((frame->seen & bit) != 0 && among_few(reader, frame, name, hash))
      status = VATER_DONE;
    frame->seen |= bit;
  }
  if (status < 0)
    return status;
  bool twice = status == VATER_DONE;
  status = append_name(reader, frame, span, name, hash, error);
  return twice && status == VATER_OK ? fail_duplicate(reader, span, error) : status;
}
