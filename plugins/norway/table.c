/* table LIST OUT: writes the tables of kommune.h from the code list. */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENTRIES_MAX = 4096 };

struct entry {
  const char *code, *first, *last;
};

struct change {
  const char *day, *from, *to;
};

static struct entry entries[ENTRIES_MAX];
static struct change changes[ENTRIES_MAX];
static size_t entry_count, change_count;

static const char *text_of(const json_t *object, const char *member, const char *fallback)
{
  const char *text = json_string_value(json_object_get(object, member));
  return text != NULL ? text : fallback;
}

static int stop(const char *what, const char *which)
{
  fprintf(stderr, "norway_table: %s%s\n", what, which);
  return 1;
}

static int add_entries(const json_t *list)
{
  size_t i;
  json_t *one;
  const char *first = text_of(list, "validFrom", "0000-01-01");
  const char *last = text_of(list, "validTo", "9999-12-31");
  json_array_foreach(json_object_get(list, "codes"), i, one)
  {
    struct entry entry = {text_of(one, "code", ""), text_of(one, "validFrom", first),
                          text_of(one, "validTo", last)};
    if (strlen(entry.code) != 4 || strlen(entry.first) != 10 || strlen(entry.last) != 10)
      return stop("no municipality: ", entry.code);
    if (entry_count == ENTRIES_MAX)
      return stop("too many codes", "");
    entries[entry_count++] = entry;
  }
  return 0;
}

static int add_pairs(const char *day, const json_t *from, const json_t *to)
{
  size_t i, j;
  json_t *old, *new;
  json_array_foreach(from, i, old)
  {
    json_array_foreach(to, j, new)
    {
      struct change change = {day, json_string_value(old), json_string_value(new)};
      bool fits = change.from != NULL && change.to != NULL && strlen(change.from) == 4 &&
                  strlen(change.to) == 4 && strlen(day) == 10;
      if (!fits || change_count == ENTRIES_MAX)
        return stop("an odd change on ", day);
      changes[change_count++] = change;
    }
  }
  return 0;
}

static int add_changes(const json_t *list)
{
  size_t i;
  json_t *one;
  int status = 0;
  json_array_foreach(json_object_get(list, "changes"), i, one)
  {
    status |= add_pairs(text_of(one, "date", ""), json_object_get(one, "from"),
                        json_object_get(one, "to"));
  }
  return status;
}

static int by_code(const void *left, const void *right)
{
  const struct entry *a = left;
  const struct entry *b = right;
  int order = strcmp(a->code, b->code);
  return order != 0 ? order : strcmp(a->first, b->first);
}

static int by_day(const void *left, const void *right)
{
  const struct change *a = left;
  const struct change *b = right;
  int order = strcmp(a->day, b->day);
  if (order == 0)
    order = strcmp(a->from, b->from);
  return order != 0 ? order : strcmp(a->to, b->to);
}

static void write_tables(FILE *out)
{
  fprintf(out, "#include \"kommune.h\"\n\nconst struct kommune kommune_table[] = {\n");
  for (size_t i = 0; i < entry_count; i++)
    fprintf(out, "    {\"%s\", \"%s\", \"%s\"},\n", entries[i].code, entries[i].first,
            entries[i].last);
  fprintf(out, "};\nconst uint32_t kommune_count = %zu;\n", entry_count);
  fprintf(out, "const struct kommune_change kommune_changes[] = {\n");
  for (size_t i = 0; i < change_count; i++)
    fprintf(out, "    {\"%s\", \"%s\", \"%s\"},\n", changes[i].day, changes[i].from, changes[i].to);
  fprintf(out, "    {\"\", \"\", \"\"}};\nconst uint32_t kommune_change_count = %zu;\n",
          change_count);
}

int main(int argc, char **argv)
{
  if (argc != 3)
    return stop("usage: norway_table LIST OUT", "");
  json_error_t error;
  json_t *list = json_load_file(argv[1], 0, &error);
  if (list == NULL)
    return stop(error.text, "");
  int status = add_entries(list) | add_changes(list);
  if (status == 0 && entry_count == 0)
    status = stop("no codes in ", argv[1]);
  qsort(entries, entry_count, sizeof *entries, by_code);
  qsort(changes, change_count, sizeof *changes, by_day);
  FILE *out = status == 0 ? fopen(argv[2], "w") : NULL;
  if (out != NULL) {
    write_tables(out);
    status = fclose(out) != 0;
  } else if (status == 0) {
    status = stop("cannot write ", argv[2]);
  }
  json_decref(list);
  return status;
}
