/* Code lists: codes with their days, and what replaced what. */
#include "base/date.h"
#include "rules/bundle.h"

#include <stdio.h>

#define FIRST_DAY "0001-01-01"
#define LAST_DAY "9999-12-31"

static struct vater_str text_or(const struct vater_node *object, const char *member,
                                struct vater_str fallback)
{
  struct vater_str text = vt_rules_text(object, member);
  return text.len > 0 ? text : fallback;
}

static int new_map(struct vt_rules *rules, const struct vt_cel_entry *entries, size_t count,
                   struct vt_cel_value *map)
{
  int status = vt_cel_map_new(rules->arena, entries, (uint32_t)count, map, NULL);
  if (status == VATER_E_RULE)
    vt_cel_map_new(rules->arena, entries, 0, map, NULL);
  return status;
}

/* One map from each code to what `member` says of it; the list's own member, then `fallback`, where
 * it does not. */
static int take_member(struct vt_rules *rules, const struct vt_rules_source *source,
                       const char *member, struct vater_str fallback, struct vt_cel_value *map)
{
  const struct vater_node *codes = vt_node_member(source->root, "codes");
  size_t count = vt_node_length(codes), index = 0;
  struct vt_cel_entry *entries = vt_arena_array(rules->arena, count + 1, sizeof *entries);
  if (entries == NULL)
    return VATER_E_NOMEM;
  const struct vater_str common = text_or(source->root, member, fallback);
  for (const struct vater_node *item = vt_node_first(codes); item != NULL;
       item = vt_node_next(item), index++) {
    entries[index].key = vt_cel_string(vt_rules_text(item, "code"));
    entries[index].value = vt_cel_string(text_or(item, member, common));
  }
  return new_map(rules, entries, count, map);
}

/* "1508, 1580" of a list of codes. */
static int join(struct vt_rules *rules, const struct vater_node *codes, struct vater_str *joined)
{
  size_t room = 1, len = 0;
  const struct vater_node *code;
  for (code = vt_node_first(codes); code != NULL; code = vt_node_next(code))
    room += vt_rules_item_text(code).len + 2;
  char *text = vt_arena_alloc(rules->arena, room);
  if (text == NULL)
    return VATER_E_NOMEM;
  for (code = vt_node_first(codes); code != NULL; code = vt_node_next(code)) {
    struct vater_str one = vt_rules_item_text(code);
    if (one.ptr != NULL)
      len +=
          (size_t)snprintf(text + len, room - len, "%s%.*s", len > 0 ? ", " : "", VT_STR_ARGS(one));
  }
  *joined = (struct vater_str){text, len};
  return VATER_OK;
}

/* Whether the code ceased when the change came; a code that took others in did not. */
static bool ceased(const struct vt_cel_value *names, const struct vater_node *change,
                   struct vater_str code)
{
  const struct vater_node *to = vt_node_first(vt_node_member(change, "to"));
  for (; to != NULL; to = vt_node_next(to))
    if (vt_str_equal(code, vt_rules_item_text(to)))
      return false;
  struct vt_cel_value key = vt_cel_string(code);
  return vt_cel_map_get(names->as.map, &key) != NULL;
}

static int take_next(struct vt_rules *rules, const struct vater_node *changes,
                     struct vt_codelist *list)
{
  size_t room = 1, filled = 0;
  const struct vater_node *change, *from;
  for (change = vt_node_first(changes); change != NULL; change = vt_node_next(change))
    room += vt_node_length(vt_node_member(change, "from"));
  struct vt_cel_entry *entries = vt_arena_array(rules->arena, room, sizeof *entries);
  if (entries == NULL)
    return VATER_E_NOMEM;
  for (change = vt_node_first(changes); change != NULL; change = vt_node_next(change)) {
    struct vater_str next;
    int status = join(rules, vt_node_member(change, "to"), &next);
    if (status != VATER_OK)
      return status;
    from = vt_node_first(vt_node_member(change, "from"));
    for (; from != NULL; from = vt_node_next(from)) {
      struct vater_str code = vt_rules_item_text(from);
      if (code.ptr == NULL || !ceased(&list->maps[VT_CODELIST_NAME], change, code))
        continue;
      entries[filled].key = vt_cel_string(code);
      entries[filled++].value = vt_cel_string(next);
    }
  }
  return new_map(rules, entries, filled, &list->maps[VT_CODELIST_NEXT]);
}

static void check_day(struct vt_rules_loader *loader, const struct vt_rules_source *source,
                      const struct vater_node *object, const char *member, const char *pointer)
{
  struct vater_str text = vt_rules_text(object, member);
  int64_t day;
  if (text.len == 0 || vt_date_parse(text, &day))
    return;
  char place[64];
  snprintf(place, sizeof place, "%s/%s", pointer, member);
  vt_rules_report(loader, VATER_SEVERITY_ERROR, "RULE-LOAD", source, place,
                  "'%.*s' is no day of the calendar", VT_STR_ARGS(text));
}

/* Days that are days and in order. */
static void check_code(struct vt_rules_loader *loader, const struct vt_rules_source *source,
                       const struct vt_codelist *list, const struct vater_node *item,
                       const char *place)
{
  check_day(loader, source, item, "validFrom", place);
  check_day(loader, source, item, "validTo", place);
  struct vt_cel_value code = vt_cel_string(vt_rules_text(item, "code"));
  const struct vt_cel_value *from = vt_cel_map_get(list->maps[VT_CODELIST_FROM].as.map, &code);
  const struct vt_cel_value *end = vt_cel_map_get(list->maps[VT_CODELIST_TO].as.map, &code);
  if (from != NULL && end != NULL && vt_str_compare(from->as.text, end->as.text) > 0)
    vt_rules_report(loader, VATER_SEVERITY_ERROR, "RULE-LOAD", source, place,
                    "the code ceases before it begins");
}

/* Successors that are in the list. */
static void check_change(struct vt_rules_loader *loader, const struct vt_rules_source *source,
                         const struct vt_codelist *list, const struct vater_node *change,
                         const char *place)
{
  check_day(loader, source, change, "date", place);
  const struct vater_node *to = vt_node_first(vt_node_member(change, "to"));
  for (size_t number = 0; to != NULL; to = vt_node_next(to), number++) {
    struct vater_str text = vt_rules_item_text(to);
    struct vt_cel_value code = vt_cel_string(text);
    if (text.ptr == NULL || vt_cel_map_get(list->maps[VT_CODELIST_NAME].as.map, &code) != NULL)
      continue;
    char pointer[96];
    snprintf(pointer, sizeof pointer, "%s/to/%zu", place, number);
    vt_rules_report(loader, VATER_SEVERITY_ERROR, "RULE-LOAD", source, pointer,
                    "'%.*s' is not a code of the list", VT_STR_ARGS(text));
  }
}

static void check_codes(struct vt_rules_loader *loader, const struct vt_rules_source *source,
                        const struct vt_codelist *list)
{
  char place[64];
  const struct vater_node *item = vt_node_first(vt_node_member(source->root, "codes"));
  for (size_t index = 0; item != NULL; item = vt_node_next(item), index++) {
    snprintf(place, sizeof place, "/codes/%zu", index);
    check_code(loader, source, list, item, place);
  }
  item = vt_node_first(vt_node_member(source->root, "changes"));
  for (size_t index = 0; item != NULL; item = vt_node_next(item), index++) {
    snprintf(place, sizeof place, "/changes/%zu", index);
    check_change(loader, source, list, item, place);
  }
}

/* Which code it is that stands twice. */
static void report_repeated(struct vt_rules_loader *loader, const struct vt_rules_source *source)
{
  const struct vater_node *codes = vt_node_member(source->root, "codes");
  size_t index = 0;
  for (const struct vater_node *item = vt_node_first(codes); item != NULL;
       item = vt_node_next(item), index++) {
    const struct vater_node *other = vt_node_first(codes);
    struct vater_str code = vt_rules_text(item, "code");
    size_t before = 0;
    while (other != item && !vt_str_equal(vt_rules_text(other, "code"), code)) {
      other = vt_node_next(other);
      before++;
    }
    if (other == item)
      continue;
    char pointer[64];
    snprintf(pointer, sizeof pointer, "/codes/%zu/code", index);
    vt_rules_report(loader, VATER_SEVERITY_ERROR, "RULE-LOAD", source, pointer,
                    "the code '%.*s' stands twice in the list; it is number %zu already",
                    VT_STR_ARGS(code), before + 1);
  }
}

static const struct vt_codelist *find_list(const struct vt_rules *rules, struct vater_str name)
{
  for (uint32_t i = 0; i < rules->list_count; i++)
    if (vt_str_equal(rules->lists[i].name, name))
      return &rules->lists[i];
  return NULL;
}

static int take_maps(struct vt_rules_loader *loader, struct vt_rules_source *source,
                     struct vt_codelist *list)
{
  struct vt_rules *rules = loader->rules;
  int status = take_member(rules, source, "name", VT_STR_NONE, &list->maps[VT_CODELIST_NAME]);
  if (status == VATER_E_RULE) {
    report_repeated(loader, source);
    return VATER_OK;
  }
  if (status == VATER_OK)
    status =
        take_member(rules, source, "validFrom", VT_STR(FIRST_DAY), &list->maps[VT_CODELIST_FROM]);
  if (status == VATER_OK)
    status = take_member(rules, source, "validTo", VT_STR(LAST_DAY), &list->maps[VT_CODELIST_TO]);
  if (status == VATER_OK)
    status = take_next(rules, vt_node_member(source->root, "changes"), list);
  if (status == VATER_E_RULE) {
    vt_rules_report(loader, VATER_SEVERITY_ERROR, "RULE-LOAD", source, "/changes",
                    "a code ceases twice");
    return VATER_OK;
  }
  if (status == VATER_OK)
    check_codes(loader, source, list);
  return status;
}

int vt_rules_take_codes(struct vt_rules_loader *loader, struct vt_rules_source *source)
{
  struct vt_rules *rules = loader->rules;
  struct vater_str name = vt_rules_text(source->root, "codelist");
  const struct vt_codelist *first = find_list(rules, name);
  if (first != NULL) {
    vt_rules_report(loader, VATER_SEVERITY_ERROR, "RULE-LOAD", source, "/codelist",
                    "a code list of the name '%.*s' is in %.*s already; rename one of them, or use "
                    "one alone",
                    VT_STR_ARGS(name), VT_STR_ARGS(first->file));
    return VATER_OK;
  }
  struct vt_codelist *list = &rules->lists[rules->list_count++];
  for (int map = 0; map < VT_CODELIST_MAPS; map++)
    vt_cel_map_new(rules->arena, NULL, 0, &list->maps[map], NULL);
  list->name = name;
  list->file = source->path;
  return take_maps(loader, source, list);
}

static const struct vt_cel_map *names_of(const struct vt_rules *rules, struct vater_str list)
{
  const struct vt_codelist *found = find_list(rules, list);
  return found == NULL ? NULL : found->maps[VT_CODELIST_NAME].as.map;
}

bool vt_rules_code_known(const struct vt_rules *rules, struct vater_str list, struct vater_str code)
{
  const struct vt_cel_map *names = names_of(rules, list);
  const struct vt_cel_value key = {.kind = VT_CEL_STRING, .as.text = code};
  return names != NULL && vt_cel_map_get(names, &key) != NULL;
}

size_t vt_rules_code_names(const struct vt_rules *rules, struct vater_str list,
                           struct vater_str *names, size_t room)
{
  const struct vt_cel_map *all = names_of(rules, list);
  uint32_t count = all != NULL ? vt_cel_map_count(all) : 0;
  const struct vt_cel_entry *entries = all != NULL ? vt_cel_map_entries(all) : NULL;
  uint32_t i = 0;
  for (; i < count && i < room; i++)
    names[i] = entries[i].key.as.text;
  return i;
}
