#include "mutated.h"

#include "base/buffer.h"
#include "doc/reader.h"

#include <fnmatch.h>
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

/* ---- exactly there -------------------------------------------------------------------------- */

/* Whether `by` is among "A|B". */
static bool is_among(const char *list, const char *by)
{
  size_t len = strlen(by);
  for (const char *at = list; at != NULL; at = strchr(at, '|')) {
    at += *at == '|';
    if (strncmp(at, by, len) == 0 && (at[len] == '|' || at[len] == '\0'))
      return true;
  }
  return false;
}

static const struct mutated_known *find_known(const struct mutated_known *known,
                                              const char *pointer, const char *by)
{
  for (; known->pointer != NULL; known++)
    if (fnmatch(known->pointer, pointer, 0) == 0 && (known->by == NULL || is_among(known->by, by)))
      return known;
  return NULL;
}

/* Codes of how the payload is written, as against what its figures say. */
static bool is_of_writing(struct vater_str code)
{
  static const char *const codes[] = {"PAY-VALUE",  "PAY-FORMAT", "PAY-SCHEMA",  "PAY-NUMBER",
                                      "PAY-TEXT",   "PAY-SYNTAX", "PAY-VERSION", "PAY-DUPKEY",
                                      "PAY-PERSON", "PAY-LIMIT"};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    if (vt_str_is(code, codes[i]))
      return true;
  return false;
}

/* What came of the change that should be told at `pointer`. */
static bool check_told(const struct mutated *mutated, struct vater_str payload, const char *what,
                       const char *by, const char *pointer, bool may_be, bool figure)
{
  struct judged judged =
      observed_payload(mutated->world, mutated->format, mutated->settings, payload);
  const char *elsewhere = NULL;
  bool anywhere = strcmp(pointer, "*") == 0, maybe = strcmp(pointer, "?") == 0;
  bool told = maybe;
  char shown[512];
  for (uint32_t i = 0; i < judged.result.finding_count; i++) {
    struct vt_finding finding;
    vt_result_finding(&judged.result, i, &finding);
    bool there = vt_str_is(finding.pointer, pointer);
    bool by_rule = !vt_str_starts(finding.code, VT_STR("PAY-"));
    told |= (there || anywhere || (figure && by_rule)) && !vt_str_is(finding.code, "PAY-MANY");
    if (!there && !anywhere && !maybe && is_of_writing(finding.code)) {
      snprintf(shown, sizeof shown, "%.*s %.*s %.*s", VT_STR_ARGS(finding.code),
               VT_STR_ARGS(finding.pointer), VT_STR_ARGS(finding.message[VT_LANGUAGE_EN]));
      elsewhere = shown;
    }
  }
  judged_free(&judged);
  if (!told && !may_be)
    print_message("%s <- %s: not told at %s%s%s\n", what, by, pointer,
                  elsewhere != NULL ? "; but " : "", elsewhere != NULL ? elsewhere : "");
  else if (elsewhere != NULL)
    print_message("%s <- %s: told elsewhere: %s\n", what, by, elsewhere);
  return (told || may_be) && elsewhere == NULL;
}

/* A number for a number: rules may tell that it does not fit the others, where they are. */
static bool is_digit_of(struct vater_str text, size_t at)
{
  return at < text.len && ((text.ptr[at] >= '0' && text.ptr[at] <= '9') || text.ptr[at] == '-');
}

static bool try_change(const struct mutated *mutated, const struct mutated_known *known,
                       const struct place *place, size_t from, size_t to, const char *text,
                       const char *by)
{
  char at[420];
  const struct mutated_known *one = find_known(known, place->pointer, by);
  bool left_out = strcmp(by, "-") == 0;
  snprintf(at, sizeof at, "%s%s", place->pointer, strcmp(by, "+") == 0 ? "/zzz" : "");
  if (one != NULL && one->at != NULL && strcmp(one->at, "..") != 0)
    snprintf(at, sizeof at, "%s", one->at);
  else if (left_out || (one != NULL && one->at != NULL))
    *strrchr(at, '/') = '\0';
  size_t size;
  char *changed = replaced(mutated->payload, from, to, text, &size);
  bool good =
      check_told(mutated, (struct vater_str){changed, size}, place->pointer, by, at,
                 one != NULL && one->at == NULL,
                 is_digit_of(mutated->payload, from + (mutated->payload.ptr[from] == '"')) &&
                     is_digit_of(vt_str(text), 0));
  free(changed);
  return good;
}

/* The member with the comma behind or before it. */
static void member_span(struct vater_str payload, const struct place *place, size_t *from,
                        size_t *to)
{
  *from = place->name;
  *to = place->end;
  while (*to < payload.len && strchr(" \n\t", payload.ptr[*to]) != NULL)
    ++*to;
  if (payload.ptr[*to] == ',') {
    ++*to;
    return;
  }
  while (*from > 0 && strchr(" \n\t", payload.ptr[*from - 1]) != NULL)
    --*from;
  *from -= *from > 0 && payload.ptr[*from - 1] == ',';
}

size_t mutated_exactly(const struct mutated *mutated, const struct mutated_known *known)
{
  static const char *const others[] = {
      "null",  "true",       "7.25", "-1",      "99999999999999999999999999",
      "1e300", "1e999",      "\"\"", "\"zzz\"", "[]",
      "{}",    "[{\"x\":1}]"};
  struct places places = find_places(mutated->payload);
  size_t count = 0, bad = 0;
  for (size_t i = 1; i < places.count; i++) {
    const struct place *place = &places.items[i];
    for (size_t k = 0; k < sizeof others / sizeof *others; k++, count++)
      bad += !try_change(mutated, known, place, place->offset, place->end, others[k], others[k]);
  }
  for (size_t i = 1; i < places.count; i++) {
    size_t from, to;
    if (places.items[i].name == SIZE_MAX)
      continue;
    member_span(mutated->payload, &places.items[i], &from, &to);
    bad += !try_change(mutated, known, &places.items[i], from, to, "", "-");
    count++;
  }
  for (size_t i = 0; i < places.count; i++) {
    size_t inside = places.items[i].offset + 1;
    if (!places.items[i].container || mutated->payload.ptr[inside - 1] != '{')
      continue;
    bad += !try_change(mutated, known, &places.items[i], inside, inside, "\"zzz\":1,", "+");
    count++;
  }
  free(places.items);
  assert_int_equal(bad, 0);
  return count;
}
