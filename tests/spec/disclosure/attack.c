#include "attack.h"

#include <string.h>

enum { SUMS = 256, STEPS = 4000000, LARGEST = 4000 };

/* total = parts + whatever nobody lists, where the truth has that. */
struct sum {
  uint32_t total, parts[ATTACK_ROWS], count;
  bool open;
};

struct reader {
  const struct attack_row *rows;
  uint32_t count;
  struct sum sums[SUMS];
  uint32_t sum_count;
  long known[ATTACK_ROWS]; /* ATTACK_NONE: hidden and not guessed */
  long steps;
};

/* Whether `part` is `total` with one dimension more, which then stands in `name`. */
static bool is_part_by(const char *total, const char *part, char name[64])
{
  char without[128], one[64];
  for (const char *at = part; *at != '\0' && strcmp(part, "-") != 0;) {
    size_t len = strcspn(at, ";");
    memcpy(one, at, len);
    one[len] = '\0';
    size_t before = (size_t)(at - part);
    memcpy(without, part, before);
    size_t behind = strlen(at + len + (at[len] == ';'));
    memcpy(without + before, at + len + (at[len] == ';'), behind + 1);
    size_t end = before + behind;
    if (end > 0 && without[end - 1] == ';')
      without[end - 1] = '\0';
    if (strcmp(without[0] == '\0' ? "-" : without, total) == 0) {
      one[strcspn(one, "=")] = '\0';
      memcpy(name, one, strlen(one) + 1);
      return true;
    }
    at += len + (at[len] == ';');
  }
  return false;
}

static bool is_below(const char *area, const char *part)
{
  if (strcmp(area, "NO") == 0)
    return strcmp(part, "NO") != 0;
  return strlen(part) > strlen(area) && strncmp(part, area, strlen(area)) == 0;
}

/* Directly: nobody that is listed stands between. */
static bool is_area_part(const struct reader *reader, uint32_t total, uint32_t part)
{
  const struct attack_row *a = &reader->rows[total], *b = &reader->rows[part];
  if (!is_below(a->area, b->area) || strcmp(a->breakdown, b->breakdown) != 0)
    return false;
  for (uint32_t i = 0; i < reader->count; i++) {
    const struct attack_row *c = &reader->rows[i];
    if (c->vintage == b->vintage && strcmp(c->period, b->period) == 0 &&
        strcmp(c->breakdown, b->breakdown) == 0 && is_below(a->area, c->area) &&
        is_below(c->area, b->area))
      return false;
  }
  return true;
}

static bool is_part(const struct reader *reader, uint32_t total, uint32_t part, const char *way)
{
  const struct attack_row *a = &reader->rows[total], *b = &reader->rows[part];
  char name[64];
  if (a->vintage != b->vintage || strcmp(a->period, b->period) != 0)
    return false;
  if (strcmp(way, "area") == 0)
    return is_area_part(reader, total, part);
  return strcmp(a->area, b->area) == 0 && is_part_by(a->breakdown, b->breakdown, name) &&
         strcmp(name, way) == 0;
}

static void find_sums(struct reader *reader)
{
  static const char *const ways[] = {"area", "sex", "age"};
  for (uint32_t total = 0; total < reader->count; total++)
    for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
      struct sum sum = {.total = total};
      long left = reader->rows[total].number;
      bool whole = left != ATTACK_NONE;
      for (uint32_t part = 0; part < reader->count; part++) {
        if (!is_part(reader, total, part, ways[way]))
          continue;
        sum.parts[sum.count++] = part;
        whole = whole && reader->rows[part].number != ATTACK_NONE;
        left -= reader->rows[part].number == ATTACK_NONE ? 0 : reader->rows[part].number;
      }
      sum.open = whole && left > 0;
      if (sum.count > 0 && left >= 0 && reader->rows[total].number != ATTACK_NONE)
        reader->sums[reader->sum_count++] = sum;
    }
}

/* What is left for the one that is not known yet; false where the sum cannot be. */
static bool look_at(const struct reader *reader, const struct sum *sum, uint32_t *unknown,
                    uint32_t *which, long *left)
{
  *unknown = 0;
  *left = 0;
  bool has_total = reader->known[sum->total] != ATTACK_NONE;
  if (has_total)
    *left = reader->known[sum->total];
  for (uint32_t i = 0; i < sum->count; i++) {
    long known = reader->known[sum->parts[i]];
    if (known != ATTACK_NONE)
      *left -= known;
    else {
      *which = sum->parts[i];
      *unknown += 1;
    }
  }
  if (has_total)
    return *left >= 0 && (*unknown > 0 || sum->open || *left == 0);
  *which = sum->total;
  *left = -*left;
  *unknown += 1;
  return true;
}

static bool solve(struct reader *reader);

static bool guess(struct reader *reader, uint32_t row, long from, long to)
{
  for (long number = from; number <= to; number++) {
    reader->known[row] = number;
    if (solve(reader))
      return true;
  }
  reader->known[row] = ATTACK_NONE;
  return false;
}

/* One that is forced, else the most bounded one. */
static bool solve(struct reader *reader)
{
  uint32_t row = UINT32_MAX;
  long most = LARGEST;
  if (++reader->steps > STEPS)
    return false;
  for (uint32_t i = 0; i < reader->sum_count; i++) {
    uint32_t unknown, which = 0;
    long left;
    const struct sum *sum = &reader->sums[i];
    if (!look_at(reader, sum, &unknown, &which, &left))
      return false;
    if (unknown == 1 && !sum->open)
      return guess(reader, which, left, left);
    bool bounded = reader->known[sum->total] != ATTACK_NONE;
    if (unknown > 0 && bounded && left <= most) {
      row = which;
      most = left;
    }
  }
  if (row != UINT32_MAX)
    return guess(reader, row, 0, most);
  return true;
}

bool attack_allows(const struct attack_row *rows, uint32_t count, uint32_t row, long number)
{
  struct reader reader = {.rows = rows, .count = count};
  find_sums(&reader);
  for (uint32_t i = 0; i < count; i++)
    reader.known[i] = rows[i].shown ? rows[i].number : ATTACK_NONE;
  reader.known[row] = number;
  return solve(&reader);
}
