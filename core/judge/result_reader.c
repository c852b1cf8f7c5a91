#include "judge/result.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "judge/result_block.h"

static const char *const delivery_names[VT_DELIVERY_COUNT] = {
    "received", "unchanged", "nil", "not-due", "not-delivered", "refused", "internal-error",
};

const char *vt_delivery_name(enum vt_delivery delivery)
{
  return delivery_names[delivery];
}

bool vt_delivery_parse(struct vater_str name, enum vt_delivery *delivery)
{
  for (int i = 0; i < VT_DELIVERY_COUNT; i++) {
    if (!vt_str_is(name, delivery_names[i]))
      continue;
    *delivery = (enum vt_delivery)i;
    return true;
  }
  return false;
}

static int refuse(struct vt_error *error, const char *what)
{
  return vt_fail(error, VATER_E_REFUSED, "PLUG-PROTO", "the worker's result is not sound: %s",
                 what);
}

static const struct result_head *head_of(const struct vt_result *result)
{
  return result->block;
}

/* `count` records of `size` bytes lie between `at` and `end`, at the place the writer gives them.
 */
static bool section(uint64_t at, uint64_t end, uint64_t count, uint64_t size)
{
  return at % 8 == 0 && at <= end && count <= (end - at) / size &&
         end == result_align(at + count * size);
}

static bool sections(const struct result_head *head, uint64_t size)
{
  uint64_t texts_end = head->table != 0 ? head->table : head->size;
  return head->size == size && head->findings == result_align(sizeof *head) &&
         head->verdicts <= size && head->rules <= size && head->texts <= size &&
         texts_end <= size &&
         section(head->findings, head->verdicts, head->finding_count,
                 sizeof(struct result_finding)) &&
         section(head->verdicts, head->rules, head->verdict_count, sizeof(struct result_verdict)) &&
         section(head->rules, head->texts, head->rule_count, sizeof(struct result_rule)) &&
         section(head->texts, texts_end, head->texts_size, 1) &&
         (head->table == 0 ? head->table_size == 0
                           : section(head->table, size, head->table_size, 1));
}

static bool text_fits(const struct result_head *head, struct result_text text)
{
  return text.start <= head->texts_size && text.len <= head->texts_size - text.start;
}

static struct vater_str text_of(const struct result_head *head, struct result_text text)
{
  if (text.len == 0)
    return VT_STR_NONE;
  return (struct vater_str){(const char *)head + head->texts + text.start, text.len};
}

static bool texts_sound(const struct result_head *head, const struct result_text *texts,
                        size_t count)
{
  for (size_t i = 0; i < count; i++) {
    if (!text_fits(head, texts[i]))
      return false;
    struct vater_str text = text_of(head, texts[i]);
    if (vt_utf8_valid(text) != text.len)
      return false;
  }
  return true;
}

/* Codes are keys of store and report: plain ASCII, never empty here. */
static bool code_sound(const struct result_head *head, struct result_text text)
{
  if (!text_fits(head, text) || text.len == 0 || text.len > RESULT_CODE_BYTES)
    return false;
  struct vater_str code = text_of(head, text);
  for (size_t i = 0; i < code.len; i++) {
    unsigned char c = (unsigned char)code.ptr[i];
    bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                 c == '-' || c == '_' || c == '.';
    if (!plain)
      return false;
  }
  return true;
}

static bool head_sound(const struct result_head *head)
{
  bool coded = head->code.len == 0 ||
               (code_sound(head, head->code) && vt_code_find(text_of(head, head->code)) != NULL);
  return coded && head->delivery < VT_DELIVERY_COUNT && head->zero == 0 &&
         (head->flags & ~(RESULT_SCREENED | RESULT_PII)) == 0 && head->errors <= head->total &&
         head->warnings <= head->total &&
         head->infos == head->total - head->errors - head->warnings &&
         head->errors + head->warnings <= head->total && head->finding_count <= head->total &&
         head->finding_count <= VT_LIMIT_FINDINGS_KEPT;
}

static bool finding_sound(const struct result_head *head, const struct result_finding *finding,
                          uint32_t rows)
{
  return code_sound(head, finding->code) && texts_sound(head, &finding->pointer, 1) &&
         texts_sound(head, &finding->excerpt, 1) &&
         texts_sound(head, finding->message, VT_LANGUAGE_COUNT) &&
         texts_sound(head, finding->remedy, VT_LANGUAGE_COUNT) &&
         finding->severity <= VATER_SEVERITY_ERROR &&
         (finding->outcome == VT_OUTCOME_FAIL || finding->outcome == VT_OUTCOME_ERROR) &&
         (finding->row < rows || finding->row == VT_NO_ROW) && finding->column >= 0 &&
         finding->column < VATER_COLUMN_COUNT &&
         (finding->verdict < head->verdict_count || finding->verdict == UINT32_MAX) &&
         finding->page < VT_LIMIT_PAGES;
}

static bool verdict_sound(const struct result_head *head, const struct result_verdict *verdict)
{
  return texts_sound(head, &verdict->actor, 1) && texts_sound(head, &verdict->indicator, 1) &&
         texts_sound(head, &verdict->period, 1) && verdict->verdict < VT_VERDICT_COUNT;
}

static bool rule_sound(const struct result_head *head, const struct result_rule *rule)
{
  return code_sound(head, rule->code) && texts_sound(head, &rule->reason, 1);
}

static const void *record(const struct result_head *head, uint64_t section, size_t size,
                          uint32_t index)
{
  return (const char *)head + section + (uint64_t)index * size;
}

static int check_records(const struct result_head *head, uint32_t rows, struct vt_error *error)
{
  for (uint32_t i = 0; i < head->finding_count; i++)
    if (!finding_sound(head, record(head, head->findings, sizeof(struct result_finding), i), rows))
      return refuse(error, "a finding");
  for (uint32_t i = 0; i < head->verdict_count; i++)
    if (!verdict_sound(head, record(head, head->verdicts, sizeof(struct result_verdict), i)))
      return refuse(error, "a verdict");
  for (uint32_t i = 0; i < head->rule_count; i++)
    if (!rule_sound(head, record(head, head->rules, sizeof(struct result_rule), i)))
      return refuse(error, "a rule's outcomes");
  return VATER_OK;
}

static void fill(struct vt_result *result, const struct result_head *head)
{
  result->delivery = (enum vt_delivery)head->delivery;
  result->code = text_of(head, head->code);
  result->screened = (head->flags & RESULT_SCREENED) != 0;
  result->pii = (head->flags & RESULT_PII) != 0;
  result->finding_total = head->total;
  result->finding_errors = head->errors;
  result->finding_warnings = head->warnings;
  result->finding_infos = head->infos;
  result->finding_count = head->finding_count;
  result->verdict_count = head->verdict_count;
  result->rule_count = head->rule_count;
  result->block = head;
  result->size = (size_t)head->size;
}

int vt_result_open(const void *block, size_t size, struct vt_result *result, struct vt_error *error)
{
  *result = (struct vt_result){0};
  const struct result_head *head = block;
  if ((uintptr_t)block % 8 != 0 || size < sizeof *head || head->magic != RESULT_MAGIC)
    return refuse(error, "it does not begin as one");
  if (!sections(head, size))
    return refuse(error, "a section lies outside of it");
  if (!head_sound(head))
    return refuse(error, "its head");
  struct vt_table table = {0};
  int status = VATER_OK;
  if (head->table != 0)
    status =
        vt_table_open((const char *)block + head->table, (size_t)head->table_size, &table, error);
  if (status == VATER_OK)
    status = check_records(head, table.rows, error);
  if (status != VATER_OK)
    return status;
  result->table = table;
  fill(result, head);
  return VATER_OK;
}

void vt_result_finding(const struct vt_result *result, uint32_t index, struct vt_finding *finding)
{
  const struct result_head *head = head_of(result);
  const struct result_finding *from =
      record(head, head->findings, sizeof(struct result_finding), index);
  *finding = (struct vt_finding){
      .code = text_of(head, from->code),
      .severity = from->severity,
      .outcome = from->outcome,
      .row = from->row,
      .column = from->column,
      .verdict = from->verdict,
      .page = from->page,
      .offset = from->offset,
      .line = from->line,
      .line_column = from->line_column,
      .pointer = text_of(head, from->pointer),
      .excerpt = text_of(head, from->excerpt),
      .caret = from->caret,
      .caret_width = from->caret_width,
  };
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++) {
    finding->message[i] = text_of(head, from->message[i]);
    finding->remedy[i] = text_of(head, from->remedy[i]);
  }
}

void vt_result_verdict(const struct vt_result *result, uint32_t index,
                       struct vt_block_verdict *verdict)
{
  const struct result_head *head = head_of(result);
  const struct result_verdict *from =
      record(head, head->verdicts, sizeof(struct result_verdict), index);
  *verdict = (struct vt_block_verdict){
      .actor = text_of(head, from->actor),
      .indicator = text_of(head, from->indicator),
      .period = text_of(head, from->period),
      .verdict = (uint8_t)from->verdict,
      .rows = from->rows,
      .errors = from->errors,
      .warnings = from->warnings,
      .infos = from->infos,
      .undecided = from->undecided,
  };
}

void vt_result_rule(const struct vt_result *result, uint32_t index,
                    struct vt_rule_outcomes *outcomes)
{
  const struct result_head *head = head_of(result);
  const struct result_rule *from = record(head, head->rules, sizeof(struct result_rule), index);
  *outcomes = (struct vt_rule_outcomes){.code = text_of(head, from->code),
                                        .reason = text_of(head, from->reason)};
  memcpy(outcomes->counts, from->counts, sizeof outcomes->counts);
}
