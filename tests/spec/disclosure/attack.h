/* A reader who adds and subtracts. */
#ifndef TEST_DISCLOSURE_ATTACK_H
#define TEST_DISCLOSURE_ATTACK_H

#include <stdbool.h>
#include <stdint.h>

enum { ATTACK_ROWS = 64, ATTACK_NONE = -1 };

/* One row as the reader sees it, in one measure. Names are those of the table. */
struct attack_row {
  char area[16], breakdown[64], period[16];
  int vintage;
  long number; /* as it is in truth; ATTACK_NONE: there is none */
  bool shown;
};

/* Whether the row's number could be `number` for all that the shown rows tell: hidden ones are
 * whole and not negative, and totals that the truth has are known to be totals. */
bool attack_allows(const struct attack_row *rows, uint32_t count, uint32_t row, long number);

#endif
