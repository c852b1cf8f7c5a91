#include "jsonstat.h"

static bool digits(struct vater_str text, size_t at, size_t count, unsigned *value)
{
  *value = 0;
  if (at + count > text.len)
    return false;
  for (size_t i = at; i < at + count; i++) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9')
      return false;
    *value = *value * 10 + (unsigned)(text.ptr[i] - '0');
  }
  return true;
}

static bool put(char out[JSONSTAT_PERIOD_ROOM], struct vater_str year, char kind, unsigned number)
{
  size_t len = 4;
  memcpy(out, year.ptr, 4);
  out[len++] = '-';
  if (kind == 'M')
    out[len++] = (char)('0' + number / 10);
  else
    out[len++] = kind;
  out[len++] = (char)('0' + number % 10);
  out[len] = '\0';
  return true;
}

/* What stands behind the year; quarters are K in Norwegian. */
static const struct form {
  const char *mark;
  char kind;
  size_t digits;
  unsigned most;
} forms[] = {{"K", 'Q', 1, 4},  {"Q", 'Q', 1, 4},  {"-Q", 'Q', 1, 4}, {"T", 'T', 1, 3},
             {"-T", 'T', 1, 3}, {"M", 'M', 2, 12}, {"-", 'M', 2, 12}, {"", 'M', 2, 12}};

static bool part_of_year(struct vater_str code, char out[JSONSTAT_PERIOD_ROOM])
{
  unsigned number;
  for (const struct form *form = forms; form < forms + sizeof forms / sizeof *forms; form++) {
    size_t from = 4 + strlen(form->mark);
    if (code.len == from + form->digits && memcmp(code.ptr + 4, form->mark, from - 4) == 0 &&
        digits(code, from, form->digits, &number) && number >= 1 && number <= form->most)
      return put(out, code, form->kind, number);
  }
  return false;
}

bool jsonstat_period(struct vater_str code, char out[JSONSTAT_PERIOD_ROOM])
{
  unsigned year;
  out[0] = '\0';
  if (!digits(code, 0, 4, &year) || year == 0)
    return false;
  bool pair = code.len == 9 && (code.ptr[4] == '_' || code.ptr[4] == '-') &&
              memcmp(code.ptr, code.ptr + 5, 4) == 0;
  if (code.len == 4 || pair) {
    memcpy(out, code.ptr, 4);
    out[4] = '\0';
    return true;
  }
  return part_of_year(code, out);
}
