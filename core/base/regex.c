#include "base/regex.h"

#include "base/limits.h"
#include "base/regex_dialect.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { HEAP_KIBIBYTES = 4096, STEP = 16 };

#define SHARED_OPTIONS                                                               \
  (PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_UTF_CHECK | \
   PCRE2_AUTO_CALLOUT)
#define ECMA_OPTIONS (PCRE2_MATCH_UNSET_BACKREF | PCRE2_ALLOW_EMPTY_CLASS)

struct vt_regex {
  struct vt_allocator allocator;
  pcre2_general_context *general;
  pcre2_match_context *limits;
  pcre2_code *code;
  pcre2_match_data *data; /* scratch of the one match at a time */
  uint32_t repeat;        /* characters that one item may take before it fails, in sixteens */
};

static void *take_memory(size_t size, void *context)
{
  return vt_alloc(context, size);
}

static void give_memory(void *pointer, void *context)
{
  vt_free(context, pointer);
}

static int fail_pattern(struct vt_error *error, struct vater_str pattern, size_t offset,
                        const char *what)
{
  int status = vt_fail(error, VATER_E_RULE, NULL, "pattern '%.*s': %s at byte %zu",
                       VT_STR_ARGS(vt_str_slice(pattern, 0, 200)), what, offset);
  if (error != NULL && error->status == status)
    error->offset = offset;
  return status;
}

static int compile_code(struct vt_regex *regex, enum vt_regex_dialect dialect,
                        struct vater_str pattern, struct vater_str translated,
                        struct vt_error *error)
{
  int number = 0;
  PCRE2_SIZE offset = 0;
  pcre2_compile_context *context = pcre2_compile_context_create(regex->general);
  if (context == NULL)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for a pattern");
  pcre2_set_newline(context, PCRE2_NEWLINE_LF);
  regex->code =
      pcre2_compile((PCRE2_SPTR)(translated.ptr != NULL ? translated.ptr : ""), translated.len,
                    dialect == VT_REGEX_RE2 ? SHARED_OPTIONS : SHARED_OPTIONS | ECMA_OPTIONS,
                    &number, &offset, context);
  pcre2_compile_context_free(context);
  if (regex->code != NULL)
    return VATER_OK;
  if (number == PCRE2_ERROR_HEAP_FAILED)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for a pattern");
  if (number == PCRE2_ERROR_PATTERN_TOO_LARGE)
    return vt_fail(error, VATER_E_LIMIT, NULL,
                   "pattern '%.*s' is too large once repeats are unrolled",
                   VT_STR_ARGS(vt_str_slice(pattern, 0, 200)));
  PCRE2_UCHAR text[160];
  pcre2_get_error_message(number, text, sizeof text);
  return fail_pattern(error, pattern, offset < pattern.len ? offset : pattern.len,
                      (const char *)text);
}

/* The largest number behind a brace: an item with it looks at as many characters unseen. */
static uint32_t largest_repeat(struct vater_str pattern)
{
  uint32_t largest = 0;
  for (size_t at = 0; at < pattern.len; at++) {
    uint32_t number = 0;
    if (pattern.ptr[at] != '{')
      continue;
    for (; at + 1 < pattern.len && pattern.ptr[at + 1] >= '0' && pattern.ptr[at + 1] <= '9'; at++)
      number = number < UINT16_MAX ? number * 10 + (uint32_t)(pattern.ptr[at + 1] - '0') : number;
    largest = number > largest ? number : largest;
  }
  return largest;
}

static int compile(struct vt_regex *regex, struct vater_str pattern, enum vt_regex_dialect dialect,
                   struct vt_error *error)
{
  struct vt_buffer translated;
  struct vt_regex_fault fault = {0};
  vt_buffer_init(&translated, &regex->allocator, 16 * VT_LIMIT_REGEX_PATTERN_BYTES);
  int status = dialect == VT_REGEX_RE2 ? vt_regex_translate_re2(pattern, &translated, &fault)
                                       : vt_regex_translate_ecma(pattern, &translated, &fault);
  if (status == VATER_E_RULE)
    fail_pattern(error, pattern, fault.offset, fault.text);
  else if (status != VATER_OK)
    vt_fail(error, status, NULL, "out of memory for a pattern");
  else
    status = compile_code(regex, dialect, pattern, vt_buffer_str(&translated), error);
  regex->repeat = largest_repeat(vt_buffer_str(&translated)) / STEP;
  vt_buffer_fini(&translated);
  return status;
}

int vt_regex_compile(struct vater_str pattern, enum vt_regex_dialect dialect,
                     const struct vt_allocator *allocator, struct vt_regex **regex,
                     struct vt_error *error)
{
  *regex = NULL;
  if (pattern.len > VT_LIMIT_REGEX_PATTERN_BYTES)
    return vt_fail(error, VATER_E_LIMIT, NULL,
                   "a pattern of %zu bytes, more than %llu (limit REGEX_PATTERN_BYTES)",
                   pattern.len, (unsigned long long)VT_LIMIT_REGEX_PATTERN_BYTES);
  struct vt_regex *made = vt_alloc(allocator, sizeof *made);
  if (made == NULL)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for a pattern");
  *made = (struct vt_regex){.allocator = *allocator};
  made->general = pcre2_general_context_create(take_memory, give_memory, &made->allocator);
  made->limits = made->general != NULL ? pcre2_match_context_create(made->general) : NULL;
  int status = made->limits != NULL
                   ? compile(made, pattern, dialect, error)
                   : vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for a pattern");
  if (status == VATER_OK) {
    pcre2_set_match_limit(made->limits, (uint32_t)VT_LIMIT_REGEX_STEPS);
    pcre2_set_heap_limit(made->limits, HEAP_KIBIBYTES);
    made->data = pcre2_match_data_create_from_pattern(made->code, made->general);
    if (made->data == NULL)
      status = vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for a pattern");
  }
  if (status == VATER_OK)
    *regex = made;
  else
    vt_regex_free(made);
  return status;
}

void vt_regex_free(struct vt_regex *regex)
{
  if (regex == NULL)
    return;
  struct vt_allocator allocator = regex->allocator;
  pcre2_match_data_free(regex->data);
  pcre2_code_free(regex->code);
  pcre2_match_context_free(regex->limits);
  pcre2_general_context_free(regex->general);
  vt_free(&allocator, regex);
}

void vt_regex_prepare(struct vt_regex *regex)
{
  pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE);
}

/* PCRE2's own limit begins anew at each place where a match could begin, so all is counted here, in
 * parts of a step: what a place costs that is given up at once is one. */
struct meter {
  uint64_t spent;
  size_t at; /* in the text */
  uint32_t repeat;
};

static int count_item(pcre2_callout_block *item, void *context)
{
  struct meter *meter = context;
  size_t at = item->current_position;
  meter->spent += at > meter->at ? at - meter->at : meter->at - at;
  meter->spent += (item->pattern_position == 0 ? 1 : STEP) + meter->repeat;
  meter->at = at;
  return meter->spent > STEP * VT_LIMIT_REGEX_STEPS ? PCRE2_ERROR_MATCHLIMIT : 0;
}

/* 1 matched, 0 not, negative: a status. */
static int run_match(const struct vt_regex *regex, struct vater_str text, size_t from,
                     uint32_t *steps, struct vt_error *error)
{
  struct meter meter = {.at = from, .repeat = regex->repeat};
  pcre2_set_callout(regex->limits, count_item, &meter);
  PCRE2_SPTR subject = (PCRE2_SPTR)(text.ptr != NULL ? text.ptr : "");
  int count = pcre2_match(regex->code, subject, text.len, from, PCRE2_NO_UTF_CHECK, regex->data,
                          regex->limits);
  if (count == PCRE2_ERROR_JIT_STACKLIMIT)
    count = pcre2_match(regex->code, subject, text.len, from, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT,
                        regex->data, regex->limits);
  bool done = count > 0 || count == PCRE2_ERROR_NOMATCH;
  *steps = done ? (uint32_t)(meter.spent / STEP) : (uint32_t)VT_LIMIT_REGEX_STEPS;
  if (done)
    return count > 0 ? 1 : 0;
  if (count == PCRE2_ERROR_NOMEMORY)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for a match");
  return vt_fail(error, VATER_E_LIMIT, NULL,
                 "the match took more than %llu steps (limit REGEX_STEPS)",
                 (unsigned long long)VT_LIMIT_REGEX_STEPS);
}

int vt_regex_match_counted(const struct vt_regex *regex, struct vater_str text, uint32_t *steps,
                           bool *matched, struct vt_error *error)
{
  int outcome = run_match(regex, text, 0, steps, error);
  *matched = outcome == 1;
  return outcome < 0 ? outcome : VATER_OK;
}

int vt_regex_match(const struct vt_regex *regex, struct vater_str text, bool *matched,
                   struct vt_error *error)
{
  uint32_t steps;
  return vt_regex_match_counted(regex, text, &steps, matched, error);
}

int vt_regex_find(const struct vt_regex *regex, struct vater_str text, size_t from, size_t *groups,
                  uint32_t group_count, struct vt_error *error)
{
  uint32_t steps;
  int outcome = from <= text.len ? run_match(regex, text, from, &steps, error) : 0;
  if (outcome <= 0)
    return outcome < 0 ? outcome : VATER_DONE;
  const PCRE2_SIZE *found = pcre2_get_ovector_pointer(regex->data);
  uint32_t have = pcre2_get_ovector_count(regex->data);
  for (uint32_t i = 0; i < group_count; i++) {
    bool set = i < have && found[2 * i] != PCRE2_UNSET;
    groups[2 * i] = set ? found[2 * i] : SIZE_MAX;
    groups[2 * i + 1] = set ? found[2 * i + 1] : SIZE_MAX;
  }
  return VATER_OK;
}

uint32_t vt_regex_groups(const struct vt_regex *regex)
{
  return pcre2_get_ovector_count(regex->data);
}
