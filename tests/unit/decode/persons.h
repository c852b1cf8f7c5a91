/*
 * Numbers of persons made for tests, of every class and in every written form, so that none stands
 * in the tree: the n-th is always the same. Rules: norwegian national identity numbers (two control
 * digits modulus 11; first remainder 0 to 3 from 2032 on), KOSTRA placeholders, DUF numbers.
 */
#ifndef TEST_DECODE_PERSONS_H
#define TEST_DECODE_PERSONS_H

#include "judge/screen.h"

#include <stdio.h>
#include <string.h>

enum { PERSON_KINDS = 16, PERSON_FORMS = 13, PERSON_FORM_BYTES = 128 };

struct person {
  enum vt_screen_class class;
  char digits[16]; /* 11, of a DUF number 12 */
  const char *form;
  char written[PERSON_FORM_BYTES]; /* JSON text: escapes stand as they do in bytes */
  bool dropped;                    /* its first zero is lost */
};

static inline uint64_t person_random(uint64_t *state)
{
  *state += 0x9e3779b97f4a7c15u; /* splitmix64 */
  uint64_t z = *state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static inline int person_sum(const char *digits, const char *weights)
{
  int sum = 0;
  for (int i = 0; weights[i] != '\0'; i++)
    sum += (digits[i] - '0') * (weights[i] - '0');
  return sum % 11;
}

/* Fills both control digits; false where there are none. */
static inline bool person_controls(char digits[16], int remainder)
{
  int first = (11 + remainder - person_sum(digits, "376189452")) % 11;
  if (first == 10)
    return false;
  digits[9] = (char)('0' + first);
  int second = (11 - person_sum(digits, "5432765432")) % 11;
  if (second == 10)
    return false;
  digits[10] = (char)('0' + second);
  digits[11] = '\0';
  return true;
}

static inline void person_duf(struct person *person, uint64_t *random)
{
  snprintf(person->digits, sizeof person->digits, "%04u%06u",
           1990 + (unsigned)(person_random(random) % 40),
           (unsigned)(person_random(random) % 1000000));
  int sum = person_sum(person->digits, "4632463275");
  snprintf(person->digits + 10, sizeof person->digits - 10, "%02d", sum);
  person->class = VT_SCREEN_DUF;
}

/* What each kind adds to day and month, and its first remainder. */
static inline void person_number(struct person *person, unsigned kind, uint64_t *random)
{
  static const struct {
    enum vt_screen_class class;
    int day, month, remainder;
  } kinds[PERSON_KINDS - 1] = {
      {VT_SCREEN_FNR, 0, 0, 0},         {VT_SCREEN_FNR, 0, 0, 1},
      {VT_SCREEN_FNR, 0, 0, 2},         {VT_SCREEN_FNR, 0, 0, 3},
      {VT_SCREEN_DNR, 40, 0, 0},        {VT_SCREEN_DNR, 40, 0, 3},
      {VT_SCREEN_HNR, 0, 40, 0},        {VT_SCREEN_HNR, 40, 40, 0},
      {VT_SCREEN_SYNTHETIC, 0, 80, 0},  {VT_SCREEN_SYNTHETIC, 0, 80, 2},
      {VT_SCREEN_SYNTHETIC, 0, 65, 0},  {VT_SCREEN_SYNTHETIC, 40, 80, 0},
      {VT_SCREEN_FNR, 0, 0, 0},         {VT_SCREEN_FHNR, 0, 0, 0},
      {VT_SCREEN_PLACEHOLDER, 0, 0, 0},
  };
  if (kind == PERSON_KINDS - 1) {
    person_duf(person, random);
    return;
  }
  person->class = kinds[kind].class;
  do {
    int day = 1 + (int)(person_random(random) % 28) + kinds[kind].day;
    int month = 1 + (int)(person_random(random) % 12) + kinds[kind].month;
    snprintf(person->digits, sizeof person->digits, "%02d%02d%02d%03d", day % 100, month % 100,
             (int)(person_random(random) % 100), (int)(person_random(random) % 1000));
    if (person->class == VT_SCREEN_FHNR)
      snprintf(person->digits, sizeof person->digits, "8%08u",
               (unsigned)(person_random(random) % 100000000));
    if (person->class == VT_SCREEN_PLACEHOLDER) {
      static const char *const tails[] = {"00100", "00200", "99999"};
      memcpy(person->digits + 6, tails[person_random(random) % 3], 6);
      return;
    }
  } while (!person_controls(person->digits, kinds[kind].remainder));
}

/* `digits` with `separator` where `groups` says ("65": six, then five). */
static inline void person_grouped(char *out, const char *digits, const char *groups,
                                  const char *separator)
{
  for (; *groups != '\0'; groups++) {
    size_t count = (size_t)(*groups - '0');
    memcpy(out, digits, count);
    out += count;
    digits += count;
    if (groups[1] != '\0') {
      memcpy(out, separator, strlen(separator));
      out += strlen(separator);
    }
  }
  *out = '\0';
}

/* Each digit behind `escape`. */
static inline void person_each(char *out, const char *digits, const char *escape)
{
  size_t size = strlen(escape);
  for (; *digits != '\0'; digits++) {
    memcpy(out, escape, size);
    out[size] = *digits;
    out += size + 1;
  }
  *out = '\0';
}

static inline void person_wide(char *out, const char *digits)
{
  size_t len = 0;
  for (; *digits != '\0'; digits++, len += 3)
    memcpy(out + len, (const char[]){'\xef', '\xbc', (char)(0x90 + *digits - '0')}, 3);
  out[len] = '\0';
}

static inline void person_write(struct person *person, unsigned form)
{
  static const char *const names[PERSON_FORMS] = {
      "plain",   "space", "no-break space", "hyphen", "dot",     "full width",  "\\u0031",
      "\\uFF11", "pairs", "six three two",  "url",    "percent", "zero dropped"};
  bool duf = person->class == VT_SCREEN_DUF;
  const char *groups = duf ? "462" : "65";
  person->form = names[form];
  person->dropped = false;
  char *out = person->written;
  const char *digits = person->digits;
  switch (form) {
  case 1:
    person_grouped(out, digits, groups, " ");
    break;
  case 2:
    person_grouped(out, digits, groups, "\xc2\xa0");
    break;
  case 3:
    person_grouped(out, digits, groups, "-");
    break;
  case 4:
    person_grouped(out, digits, groups, ".");
    break;
  case 5:
    person_wide(out, digits);
    break;
  case 6:
    person_each(out, digits, "\\u003");
    break;
  case 7:
    person_each(out, digits, "\\uFF1");
    break;
  case 8:
    person_grouped(out, digits, duf ? groups : "2225", " ");
    break;
  case 9:
    person_grouped(out, digits, duf ? groups : "632", " ");
    break;
  case 10:
    snprintf(out, PERSON_FORM_BYTES, "https://example.no/p/%s?x=1", digits);
    break;
  case 11:
    person_each(out, digits, "%3");
    break;
  case 12:
    person->dropped = digits[0] == '0';
    snprintf(out, PERSON_FORM_BYTES, "%s", digits + (person->dropped ? 1 : 0));
    break;
  default:
    snprintf(out, PERSON_FORM_BYTES, "%s", digits);
    break;
  }
}

/* The n-th: kind and form go round. */
static inline struct person person_make(unsigned n)
{
  struct person person = {0};
  uint64_t random = n;
  person_number(&person, n % PERSON_KINDS, &random);
  person_write(&person, n / PERSON_KINDS % PERSON_FORMS);
  return person;
}

#endif
