#include "damage.h"

#include "doc/reader.h"

#include <stdlib.h>
#include <string.h>

enum { PIECES = 50 };

static struct judged judge(const struct damage *damage, struct vater_str bytes)
{
  const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  char *exact = malloc(bytes.len > 0 ? bytes.len : 1); /* reads beyond are found */
  if (bytes.len > 0)
    memcpy(exact, bytes.ptr, bytes.len);
  const struct vater_str pages[] = {{exact, bytes.len}, VT_STR_NONE};
  struct judged judged = judged_pages(damage->world, &damage->job, &head, pages);
  free(exact);
  return judged;
}

static bool has_place(const struct judged *judged)
{
  for (uint32_t i = 0; i < judged->result.finding_count; i++) {
    struct vt_finding finding;
    vt_result_finding(&judged->result, i, &finding);
    if (finding.line > 0 && finding.line_column > 0)
      return true;
  }
  return false;
}

static void check(const struct damage *damage, struct vater_str bytes)
{
  struct judged judged = judge(damage, bytes);
  bool received = judged.result.delivery == VT_DELIVERY_RECEIVED;
  bool whole = received && judged.result.table.rows == damage->rows;
  if (!whole && !has_place(&judged))
    fail_msg("%s, %u of %u observations, and no finding, for: %.*s", received ? "received" : "not",
             judged.result.table.rows, damage->rows, VT_STR_ARGS(bytes));
  judged_free(&judged);
}

void damage_whole(struct damage *damage)
{
  struct judged judged = judge(damage, damage->bytes);
  if (judged.result.delivery != VT_DELIVERY_RECEIVED) {
    struct vt_finding finding;
    vt_result_finding(&judged.result, 0, &finding);
    fail_msg("%.*s", VT_STR_ARGS(finding.message[VT_LANGUAGE_EN]));
  }
  damage->rows = judged.result.table.rows;
  assert_true(damage->rows > 0);
  judged_free(&judged);
}

/* Rows of CSV before the cut are whole deliveries of their own. */
static bool is_shorter_table(const struct damage *damage, size_t cut)
{
  if (damage->delimiter == '\0')
    return false;
  char before = cut > 0 ? damage->bytes.ptr[cut - 1] : '\n';
  return before == '\n' || damage->bytes.ptr[cut] == '\n' || damage->bytes.ptr[cut] == '\r';
}

void damage_cuts(const struct damage *damage)
{
  for (size_t i = 0; i < PIECES; i++) {
    size_t cut = damage->bytes.len * i / PIECES;
    struct judged judged = judge(damage, vt_str_slice(damage->bytes, 0, cut));
    bool refused = judged.result.delivery != VT_DELIVERY_RECEIVED;
    if (refused && !has_place(&judged))
      fail_msg("cut at %zu: refused without a place", cut);
    if (!refused && damage->delimiter == '\0')
      fail_msg("cut at %zu: received", cut);
    if (!refused && !is_shorter_table(damage, cut) && judged.result.table.rows > damage->rows)
      fail_msg("cut at %zu: %u observations", cut, judged.result.table.rows);
    judged_free(&judged);
  }
}

static void replace(const struct damage *damage, size_t from, size_t to, const char *with)
{
  struct vater_str bytes = damage->bytes;
  size_t len = strlen(with);
  char *copy = malloc(bytes.len + len + 1);
  memcpy(copy, bytes.ptr, from);
  memcpy(copy + from, with, len);
  memcpy(copy + from + len, bytes.ptr + to, bytes.len - to);
  check(damage, (struct vater_str){copy, from + len + bytes.len - to});
  free(copy);
}

static void damage_cells(const struct damage *damage)
{
  char extra[] = {damage->delimiter, 'x', '\0'};
  const char *const others[] = {"",      "null", "-1",  "99999999999999999999999999",
                                "x",     "\"",   "1e9", "NaN",
                                "=1+1;", "\xe6", "\r",  extra};
  struct vater_str bytes = damage->bytes;
  for (size_t from = 0; from < bytes.len;) {
    size_t to = from;
    while (to < bytes.len && bytes.ptr[to] != damage->delimiter && bytes.ptr[to] != '\n')
      to++;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
      replace(damage, from, to, others[i]);
    from = to + 1;
  }
}

static void damage_members(const struct damage *damage)
{
  static const char *const others[] = {"null",
                                       "true",
                                       "1",
                                       "-1",
                                       "\"\"",
                                       "\"x\"",
                                       "[]",
                                       "{}",
                                       "1e300",
                                       "1e400",
                                       "\"\\u0000\"",
                                       "99999999999999999999999999",
                                       "\"a\", \"extra\": 1"};
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_doc_reader *reader;
  struct vt_doc_event event = {.kind = VT_DOC_NULL};
  assert_int_equal(vt_doc_reader_new(&allocator, damage->bytes, NULL, 1, &reader), VATER_OK);
  while (event.kind != VT_DOC_END) {
    assert_int_equal(vt_doc_next(reader, &event, NULL), VATER_OK);
    if (event.kind < VT_DOC_TEXT || event.kind > VT_DOC_NULL)
      continue;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
      replace(damage, event.offset, event.end, others[i]);
  }
  vt_doc_reader_free(reader);
}

void damage_values(const struct damage *damage)
{
  if (damage->delimiter != '\0')
    damage_cells(damage);
  else
    damage_members(damage);
}
