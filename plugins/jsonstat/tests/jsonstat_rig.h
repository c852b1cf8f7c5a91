/* What the tests of the format jsonstat share. */
#ifndef JSONSTAT_RIG_H
#define JSONSTAT_RIG_H

#include "unit/judge/mutated.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct judged_world world;

static const char own[] =
    "{\"mapping\":{\"format\":\"jsonstat\",\"measures\":{\"TELLER\":{\"indicator\":\"G1-11\","
    "\"as\":"
    "\"numerator\"},\"NEVNER\":{\"indicator\":\"G1-11\",\"as\":\"denominator\"},\"RATE\":{"
    "\"indicator\":"
    "\"G1-11\",\"as\":\"value\",\"unit\":\"percent\"}},\"area\":{\"from\":\"GEO\",\"codes\":{\"0\":"
    "\"NO\"},\"otherwise\":\"keep\"},\"status\":{\"fixed\":\"final\"},\"breakdown\":{\"sex\":{"
    "\"from\":"
    "\"KJONN\",\"codes\":{\"0\":null,\"1\":\"M\",\"2\":\"F\"}}},\"preliminary\":[\"*\"]}}";

static inline int setup(void **state)
{
  (void)state;
  judged_setup(&world);
  return 0;
}

static inline int teardown(void **state)
{
  (void)state;
  judged_teardown(&world);
  return 0;
}

#endif
