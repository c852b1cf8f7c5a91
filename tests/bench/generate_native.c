/* Writes a native submission of N observations to standard output, most of them in order; the same
 * N, the same bytes. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t next(uint64_t *state)
{
  *state += 0x9e3779b97f4a7c15u;
  uint64_t word = *state;
  word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9u;
  word = (word ^ word >> 27) * 0x94d049bb133111ebu;
  return word ^ word >> 31;
}

static const char *const areas[] = {"0301", "1101", "1103", "1106", "1108", "1505", "1506", "1804",
                                    "1806", "1813", "3101", "3103", "3105", "3201", "3203", "3205",
                                    "3301", "3303", "3305", "3401", "3403", "3405", "3901", "3903",
                                    "3905", "4001", "4003", "4201", "4202", "4203", "4601", "4602",
                                    "4612", "5001", "5006", "5007", "5501", "5503", "5601", "5603"};
enum { AREAS = sizeof areas / sizeof areas[0], FIRST_YEAR = 2021 };

static void print_breakdown(unsigned sex, unsigned age, unsigned mode)
{
  static const char *const sexes[] = {"", "\"sex\":\"F\"", "\"sex\":\"M\""};
  static const char *const ages[] = {"", "\"age\":\"0-17\"", "\"age\":\"18-66\"",
                                     "\"age\":\"67-79\"", "\"age\":\"80+\""};
  static const char *const modes[] = {"", "\"mode\":\"phone\"", "\"mode\":\"video\""};
  if (sex + age + mode == 0)
    return;
  printf("\"breakdown\":{%s%s%s%s%s},", sexes[sex], sex > 0 && age + mode > 0 ? "," : "", ages[age],
         age > 0 && mode > 0 ? "," : "", modes[mode]);
}

static void print_observation(uint64_t *state, unsigned index)
{
  unsigned sex = index % 3;
  unsigned age = index / 3 % 5;
  unsigned mode = index / 15 % 3;
  unsigned month = index / 45 / AREAS;
  bool whole = sex + age + mode == 0;
  unsigned denominator = (whole ? 40000 : 200) + (unsigned)(next(state) % 20000);
  unsigned numerator = denominator / 20 + (unsigned)(next(state) % (denominator / 2));
  unsigned tenths = (numerator * 1000 + denominator / 2) / denominator;
  printf("%s{\"indicator\":\"G1-11\",\"period\":\"%u-%02u\",\"area\":\"%s\","
         "\"areaRole\":\"provider\",",
         index > 0 ? ",\n" : "", FIRST_YEAR + month / 12, month % 12 + 1,
         areas[index / 45 % AREAS]);
  print_breakdown(sex, age, mode);
  printf("\"numerator\":%u,\"denominator\":%u,\"value\":%u.%u,\"unit\":\"percent\","
         "\"status\":\"final\"}",
         numerator, denominator, tenths / 10, tenths % 10);
}

int main(int argc, char **argv)
{
  unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
  uint64_t state = 2026;
  puts("{\"schemaVersion\":\"1.0.0\",\"submissionId\":\"bench-1\",\"reporter\":"
       "{\"orgnr\":\"983974724\",\"name\":\"Helse Bergen HF\"},\"delivery\":\"full\","
       "\"period\":{\"start\":\"2021-01-01\",\"end\":\"2026-09-30\"},"
       "\"generatedAt\":\"2026-10-15T08:30:00Z\",\"observations\":[");
  for (unsigned long i = 0; i < count; i++)
    print_observation(&state, (unsigned)i);
  puts("]}");
  return 0;
}
