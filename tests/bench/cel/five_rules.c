#include "bench/cel/five_rules.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static uint32_t next(uint64_t *state)
{
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(*state >> 33);
}

void five_fill(struct five_data *data)
{
  uint64_t state = 2026;
  memset(data, 0, sizeof *data);
  for (int i = 0; i < FIVE_AREAS; i++)
    snprintf(data->areas[i], sizeof data->areas[i], "%04u", (unsigned)(301 + i * 15) % 10000u);
  for (int i = 0; i < FIVE_ROWS; i++) {
    struct five_row *row = &data->rows[i];
    bool faulty = next(&state) % 100 == 0;
    row->denominator = 1 + next(&state) % 5000;
    row->numerator = next(&state) % (uint32_t)(row->denominator + 1);
    if (faulty)
      row->numerator += 5000;
    row->value = 100.0 * row->numerator / row->denominator;
    if (next(&state) % 100 == 0)
      row->value += 1;
    unsigned period = next(&state) % FIVE_PERIODS;
    snprintf(row->period, sizeof row->period, "%04u-Q%u", 2020 + period / 4,
             next(&state) % 100 == 0 ? 7 : 1 + period % 4);
    if (next(&state) % 100 == 0)
      memcpy(row->area, "9999", 5);
    else
      memcpy(row->area, data->areas[next(&state) % FIVE_AREAS], 5);
    snprintf(row->status, sizeof row->status, "%s",
             next(&state) % 4 == 0     ? "preliminary"
             : next(&state) % 100 == 0 ? "draft"
                                       : "final");
  }
}

static bool is_quarter(const char *text)
{
  for (int i = 0; i < 4; i++)
    if (text[i] < '0' || text[i] > '9')
      return false;
  return text[4] == '-' && text[5] == 'Q' && text[6] >= '1' && text[6] <= '4' && text[7] == '\0';
}

static bool known_area(const struct five_data *data, const char *area)
{
  uint32_t number = 0;
  for (int i = 0; i < 4; i++)
    number = number * 10 + (uint32_t)(area[i] - '0');
  uint32_t index = (number - 301) / 15;
  return number >= 301 && (number - 301) % 15 == 0 && index < FIVE_AREAS &&
         memcmp(data->areas[index], area, 4) == 0;
}

void five_by_hand(const struct five_data *data, uint32_t broken[5])
{
  memset(broken, 0, 5 * sizeof *broken);
  for (int i = 0; i < FIVE_ROWS; i++) {
    const struct five_row *row = &data->rows[i];
    bool is_final = strcmp(row->status, "final") == 0;
    broken[0] += !(row->numerator <= row->denominator);
    broken[1] += !(fabs(row->value - 100.0 * row->numerator / row->denominator) <= 0.05);
    broken[2] += !is_quarter(row->period);
    broken[3] += !known_area(data, row->area);
    broken[4] += !((is_final || strcmp(row->status, "preliminary") == 0) &&
                   (!is_final || row->denominator >= 5.0));
  }
}
