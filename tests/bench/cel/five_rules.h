/* The five rules of the measurement and their observations, the same in every implementation. */
#ifndef VT_TESTS_FIVE_RULES_H
#define VT_TESTS_FIVE_RULES_H

#include <stdint.h>

enum { FIVE_ROWS = 100000, FIVE_AREAS = 357, FIVE_PERIODS = 24 };

struct five_row {
  double numerator, denominator, value;
  char period[8];
  char area[5];
  char status[12];
};

struct five_data {
  struct five_row rows[FIVE_ROWS];
  char areas[FIVE_AREAS][5];
};

/* Deterministic; about one row in a hundred breaks each rule. */
void five_fill(struct five_data *data);
/* The rules by hand over the structs: how many rows break each. */
void five_by_hand(const struct five_data *data, uint32_t broken[5]);

#endif
