/* Writes a native submission of N observations to standard output; the same N, the same bytes. */
#include <inttypes.h>
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

static void print_observation(uint64_t *state, unsigned index)
{
  static const char *const ages[] = {"0-17", "18-44", "45-66", "67-79", "80+"};
  unsigned area = 301 + index / 10 % 357 * 15;
  unsigned denominator = 200 + (unsigned)(next(state) % 20000);
  unsigned numerator = (unsigned)(next(state) % (denominator + 1));
  unsigned tenths = (numerator * 1000 + denominator / 2) / denominator;
  printf("%s{\"indicator\":\"G1-11\",\"period\":\"2026-Q%u\",\"area\":\"%04u\","
         "\"areaRole\":\"provider\",\"breakdown\":{\"sex\":\"%c\",\"age\":\"%s\"},"
         "\"numerator\":%u,\"denominator\":%u,\"value\":%u.%u,\"unit\":\"percent\","
         "\"status\":\"final\"}",
         index > 0 ? ",\n" : "", index / 3570 % 4 + 1, area, index % 2 == 0 ? 'F' : 'M',
         ages[index / 2 % 5], numerator, denominator, tenths / 10, tenths % 10);
}

int main(int argc, char **argv)
{
  unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
  uint64_t state = 2026;
  puts("{\"schemaVersion\":\"1.0.0\",\"submissionId\":\"bench-1\",\"reporter\":"
       "{\"orgnr\":\"983974724\",\"name\":\"Helse Bergen HF\"},\"delivery\":\"full\","
       "\"period\":{\"start\":\"2026-01-01\",\"end\":\"2026-12-31\"},"
       "\"generatedAt\":\"2026-10-15T08:30:00Z\",\"observations\":[");
  for (unsigned long i = 0; i < count; i++)
    print_observation(&state, (unsigned)i);
  puts("]}");
  return 0;
}
