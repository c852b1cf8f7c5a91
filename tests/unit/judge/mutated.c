#include "mutated.h"

#include "base/buffer.h"
#include "doc/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mutated_cuts(const struct mutated *mutated, unsigned parts)
{
  for (unsigned part = 1; part < parts; part++) {
    size_t len = mutated->payload.len * part / parts;
    char *exact = malloc(len + 1); /* so that a read behind the end is seen */
    assert_non_null(exact);
    memcpy(exact, mutated->payload.ptr, len);
    char *cut = realloc(exact, len > 0 ? len : 1);
    struct judged judged = observed_payload(mutated->world, mutated->format, mutated->settings,
                                            (struct vater_str){cut, len});
    assert_int_equal(judged.result.delivery, VT_DELIVERY_REFUSED);
    assert_int_equal(judged.result.table.rows, 0);
    assert_int_equal(judged.result.finding_count, 1);
    if (!vt_str_is(judged.result.code, "PAY-SYNTAX"))
      assert_str(judged.result.code, "PAY-PERSON");
    judged_free(&judged);
    free(cut);
  }
}

/* ---- values --------------------------------------------------------------------------------- */

struct place {
  char pointer[400];
  size_t offset, end;
  size_t name; /* of a member: where its name begins; SIZE_MAX in lists */
  bool container;
};

struct places {
  struct place *items;
  size_t count, room;
};

static struct place *add(struct places *places)
{
  if (places->count == places->room) {
    places->room = places->room == 0 ? 64 : places->room * 2;
    places->items = realloc(places->items, places->room * sizeof *places->items);
    assert_non_null(places->items);
  }
  return &places->items[places->count++];
}

/* All values of the payload in the order in which they begin; the first is the whole. */
static struct places find_places(struct vater_str payload)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct places places = {NULL, 0, 0};
  struct vt_doc_reader *reader;
  struct vt_doc_event event;
  size_t open[64];
  size_t depth = 0;
  size_t name = SIZE_MAX;
  assert_int_equal(vt_doc_reader_new(&allocator, payload, NULL, 1, &reader), VATER_OK);
  while (vt_doc_next(reader, &event, NULL) == VATER_OK && event.kind != VT_DOC_END) {
    if (event.kind == VT_DOC_NAME) {
      name = event.offset;
      continue;
    }
    if (event.kind == VT_DOC_OBJECT_END || event.kind == VT_DOC_LIST_END) {
      places.items[open[--depth]].end = event.end;
      continue;
    }
    struct vt_buffer pointer;
    vt_buffer_init(&pointer, &allocator, 4096);
    vt_doc_pointer(reader, &pointer);
    struct place *place = add(&places);
    place->offset = event.offset;
    place->end = event.end;
    place->name = name;
    place->container = event.kind == VT_DOC_OBJECT || event.kind == VT_DOC_LIST;
    snprintf(place->pointer, sizeof place->pointer, "%.*s", VT_STR_ARGS(vt_buffer_str(&pointer)));
    if (place->container)
      open[depth++] = places.count - 1;
    vt_buffer_fini(&pointer);
    name = SIZE_MAX;
  }
  vt_doc_reader_free(reader);
  return places;
}

static bool is_unread(const struct mutated *mutated, const char *pointer)
{
  for (const char *const *one = mutated->unread; *one != NULL; one++) {
    size_t len = strlen(*one);
    size_t whole = strlen(pointer);
    if ((*one)[0] == '*' ? whole + 1 >= len && strcmp(pointer + whole - (len - 1), *one + 1) == 0
                         : strcmp(pointer, *one) == 0)
      return true;
  }
  return false;
}

/* The payload with [from, to) replaced. */
static char *replaced(struct vater_str payload, size_t from, size_t to, const char *by,
                      size_t *size)
{
  size_t len = strlen(by);
  *size = payload.len - (to - from) + len;
  char *text = malloc(*size);
  assert_non_null(text);
  memcpy(text, payload.ptr, from);
  memcpy(text + from, by, len);
  memcpy(text + from + len, payload.ptr + to, payload.len - to);
  return text;
}

/* Judges the changed payload; whether it has a finding of the payload at the pointer or around it.
 */
static bool is_found(const struct mutated *mutated, size_t from, size_t to, const char *by,
                     const char *pointer, bool exactly)
{
  size_t size;
  char *text = replaced(mutated->payload, from, to, by, &size);
  struct judged judged = observed_payload(mutated->world, mutated->format, mutated->settings,
                                          (struct vater_str){text, size});
  bool found = false;
  for (uint32_t i = 0; i < judged.result.finding_count && !found; i++) {
    struct vt_finding finding;
    vt_result_finding(&judged.result, i, &finding);
    size_t len = finding.pointer.len;
    struct vater_str wanted = vt_str(pointer);
    bool around = len < wanted.len && vt_str_starts(wanted, finding.pointer) && pointer[len] == '/';
    bool inside = len > wanted.len && vt_str_starts(finding.pointer, wanted);
    found = vt_str_starts(finding.code, VT_STR("PAY-")) &&
            (vt_str_equal(finding.pointer, wanted) || (!exactly && (around || inside))) &&
            !vt_str_is(finding.code, "PAY-NOTE") && !vt_str_is(finding.code, "PAY-MANY") &&
            !vt_str_is(finding.code, "PAY-MISSING");
  }
  judged_free(&judged);
  free(text);
  return found;
}

size_t mutated_values(const struct mutated *mutated, const char *other)
{
  struct places places = find_places(mutated->payload);
  size_t missed = 0;
  for (size_t i = 1; i < places.count; i++) {
    const struct place *place = &places.items[i];
    bool found = is_found(mutated, place->offset, place->end, other, place->pointer, false);
    if (found || is_unread(mutated, place->pointer))
      continue;
    print_message("%s <- %s: no finding there\n", place->pointer, other);
    missed++;
  }
  size_t count = places.count - 1;
  free(places.items);
  assert_int_equal(missed, 0);
  return count;
}

size_t mutated_extras(const struct mutated *mutated)
{
  struct places places = find_places(mutated->payload);
  size_t found = 0;
  for (size_t i = 0; i < places.count; i++) {
    const struct place *place = &places.items[i];
    char pointer[420];
    if (!place->container || mutated->payload.ptr[place->offset] != '{')
      continue;
    snprintf(pointer, sizeof pointer, "%s/zzz", place->pointer);
    found += is_found(mutated, place->offset + 1, place->offset + 1, "\"zzz\":1,", pointer, true);
  }
  free(places.items);
  return found;
}

size_t mutated_missing(const struct mutated *mutated)
{
  struct places places = find_places(mutated->payload);
  size_t found = 0;
  for (size_t i = 1; i < places.count; i++) {
    const struct place *place = &places.items[i];
    struct vater_str payload = mutated->payload;
    size_t from = place->name;
    size_t to = place->end;
    if (place->name == SIZE_MAX)
      continue;
    while (to < payload.len && strchr(" \n\t", payload.ptr[to]) != NULL)
      to++;
    if (payload.ptr[to] == ',') {
      to++;
    } else { /* the last member: the comma before goes */
      while (from > 0 && strchr(" \n\t", payload.ptr[from - 1]) != NULL)
        from--;
      from -= from > 0 && payload.ptr[from - 1] == ',';
    }
    found += is_found(mutated, from, to, "", place->pointer, false);
  }
  free(places.items);
  return found;
}
