#include "judge/result.h"

#include "base/arena.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/utf8.h"
#include "judge/result_block.h"

enum { REPLACED_BYTES = 3 }; /* of U+FFFD */

/* Records grow like a buffer's bytes; texts stand once each, in order of first use. */
struct vt_result_builder {
  struct vt_allocator allocator;
  struct vt_arena *arena;
  struct vt_map texts;    /* text → its start */
  struct vt_map per_code; /* code → findings seen */
  uint64_t texts_size, kept_per_code;
  struct vt_buffer findings, verdicts, rules;
  struct result_head head;
};

int vt_result_builder_new(const struct vt_allocator *allocator, struct vt_result_builder **out)
{
  *out = NULL;
  struct vt_result_builder *builder = vt_alloc(allocator, sizeof *builder);
  if (builder == NULL)
    return VATER_E_NOMEM;
  *builder = (struct vt_result_builder){.allocator = *allocator};
  builder->arena = vt_arena_new(allocator, 0);
  if (builder->arena == NULL) {
    vt_free(allocator, builder);
    return VATER_E_NOMEM;
  }
  vt_map_init(&builder->texts, allocator, UINT32_MAX / 2, 0);
  vt_map_init(&builder->per_code, allocator, UINT32_MAX / 2, 0);
  vt_buffer_init(&builder->findings, allocator, VT_LIMIT_RESULT_BYTES);
  vt_buffer_init(&builder->verdicts, allocator, VT_LIMIT_RESULT_BYTES);
  vt_buffer_init(&builder->rules, allocator, VT_LIMIT_RESULT_BYTES);
  builder->kept_per_code = VT_LIMIT_FINDINGS_PER_RULE;
  builder->head.magic = RESULT_MAGIC;
  builder->head.delivery = VT_DELIVERY_RECEIVED;
  *out = builder;
  return VATER_OK;
}

void vt_result_builder_free(struct vt_result_builder *builder)
{
  if (builder == NULL)
    return;
  vt_buffer_fini(&builder->findings);
  vt_buffer_fini(&builder->verdicts);
  vt_buffer_fini(&builder->rules);
  vt_map_fini(&builder->texts);
  vt_map_fini(&builder->per_code);
  vt_arena_free(builder->arena);
  vt_free(&builder->allocator, builder);
}

static int no_memory(struct vt_error *error)
{
  return vt_fail(error, VATER_E_NOMEM, "PLUG-LIMIT", "no memory for the result");
}

/* Excerpts of what is no UTF-8 are none either: each bad byte becomes U+FFFD, as readers demand. */
static struct vater_str mended(struct vt_result_builder *builder, struct vater_str text)
{
  if (vt_utf8_valid(text) == text.len)
    return text;
  char *bytes = vt_arena_bytes(builder->arena, text.len * REPLACED_BYTES);
  struct vater_str mended = {bytes, 0};
  for (size_t at = 0; bytes != NULL && at < text.len;) {
    char point[4];
    size_t size = vt_utf8_put(vt_utf8_next(text, &at), point);
    memcpy(bytes + mended.len, point, size);
    mended.len += size;
  }
  return mended;
}

static int intern(struct vt_result_builder *builder, struct vater_str given,
                  struct result_text *reference, struct vt_error *error)
{
  *reference = (struct result_text){0};
  struct vater_str text = mended(builder, given);
  if (text.len == 0 && given.len > 0)
    return no_memory(error);
  if (text.len == 0)
    return VATER_OK;
  const uint64_t *known = vt_map_get(&builder->texts, text);
  if (known == NULL) {
    if (builder->texts_size + text.len > UINT32_MAX)
      return vt_fail(error, VATER_E_LIMIT, "PAY-LIMIT", "texts of the result exceed 4 GiB");
    struct vater_str copy = vt_arena_copy(builder->arena, text);
    bool added = false;
    uint64_t *place = copy.ptr == NULL ? NULL : vt_map_put(&builder->texts, copy, &added);
    if (place == NULL)
      return no_memory(error);
    *place = builder->texts_size;
    known = place;
    builder->texts_size += text.len;
  }
  *reference = (struct result_text){(uint32_t)*known, (uint32_t)text.len};
  return VATER_OK;
}

int vt_result_set_delivery(struct vt_result_builder *builder, enum vt_delivery delivery,
                           const char *code, struct vt_error *error)
{
  builder->head.delivery = delivery;
  return intern(builder, vt_str(code), &builder->head.code, error);
}

void vt_result_set_screened(struct vt_result_builder *builder, bool screened, bool pii)
{
  builder->head.flags = (screened ? RESULT_SCREENED : 0) | (pii ? RESULT_PII : 0);
}

void vt_result_set_kept(struct vt_result_builder *builder, uint32_t per_code)
{
  builder->kept_per_code = per_code;
}

static int append(struct vt_buffer *records, const void *record, size_t size,
                  struct vt_error *error)
{
  int status = vt_buffer_append(records, (struct vater_str){record, size});
  if (status == VATER_E_LIMIT)
    return vt_fail(error, status, "PAY-LIMIT", "the result exceeds RESULT_BYTES (%llu)",
                   (unsigned long long)VT_LIMIT_RESULT_BYTES);
  return status == VATER_OK ? VATER_OK : no_memory(error);
}

void vt_result_add_more(struct vt_result_builder *builder, int severity, uint64_t count)
{
  struct result_head *head = &builder->head;
  head->total += count;
  head->errors += severity == VATER_SEVERITY_ERROR ? count : 0;
  head->warnings += severity == VATER_SEVERITY_WARNING ? count : 0;
  head->infos += severity == VATER_SEVERITY_INFO ? count : 0;
}

bool vt_result_has_faults(const struct vt_result_builder *builder)
{
  return builder->head.errors + builder->head.warnings > 0;
}

bool vt_result_truncated(const struct vt_result_builder *builder)
{
  return builder->head.total > builder->head.finding_count;
}

int vt_result_add_code_counts(struct vt_result_builder *builder, struct vt_error *error)
{
  int status = VATER_OK;
  for (uint32_t i = 0; status == VATER_OK && i < builder->per_code.count; i++) {
    const struct vt_map_entry *entry = &builder->per_code.entries[i];
    struct vt_rule_outcomes outcomes = {.code = entry->key};
    outcomes.counts[VT_OUTCOME_FAIL] = entry->value;
    if (entry->value > builder->kept_per_code && vt_code_find(entry->key) != NULL)
      status = vt_result_add_rule(builder, &outcomes, error);
  }
  return status;
}

/* Counts the finding; *keep says whether it is also to be shown. */
static int count_finding(struct vt_result_builder *builder, const struct vt_finding *finding,
                         bool *keep, struct vt_error *error)
{
  vt_result_add_more(builder, finding->severity, 1);
  *keep = false;
  uint64_t *seen = vt_map_get(&builder->per_code, finding->code);
  if (seen == NULL) {
    struct vater_str code = vt_arena_copy(builder->arena, finding->code);
    bool added = false;
    seen = code.ptr == NULL ? NULL : vt_map_put(&builder->per_code, code, &added);
  }
  if (seen == NULL)
    return no_memory(error);
  *keep =
      (*seen)++ < builder->kept_per_code && builder->head.finding_count < VT_LIMIT_FINDINGS_KEPT;
  return VATER_OK;
}

static int intern_finding(struct vt_result_builder *builder, const struct vt_finding *finding,
                          struct result_finding *record, struct vt_error *error)
{
  int status = intern(builder, finding->code, &record->code, error);
  if (status == VATER_OK)
    status = intern(builder, finding->pointer, &record->pointer, error);
  if (status == VATER_OK)
    status = intern(builder, finding->excerpt, &record->excerpt, error);
  for (int i = 0; i < VT_LANGUAGE_COUNT && status == VATER_OK; i++) {
    status = intern(builder, finding->message[i], &record->message[i], error);
    if (status == VATER_OK)
      status = intern(builder, finding->remedy[i], &record->remedy[i], error);
  }
  return status;
}

int vt_result_add_finding(struct vt_result_builder *builder, const struct vt_finding *finding,
                          struct vt_error *error)
{
  bool keep = false;
  int status = count_finding(builder, finding, &keep, error);
  if (status != VATER_OK || !keep)
    return status;
  struct result_finding record = {
      .offset = finding->offset,
      .row = finding->row,
      .verdict = finding->verdict,
      .page = finding->page,
      .line = finding->line,
      .line_column = finding->line_column,
      .caret = finding->caret,
      .caret_width = finding->caret_width,
      .column = finding->column,
      .severity = finding->severity,
      .outcome = finding->outcome,
  };
  status = intern_finding(builder, finding, &record, error);
  if (status == VATER_OK)
    status = append(&builder->findings, &record, sizeof record, error);
  builder->head.finding_count += status == VATER_OK;
  return status;
}

/* Texts are written from the map's own copies. */
static void wipe_text(struct vt_result_builder *builder, struct result_text text)
{
  for (uint32_t i = 0; i < builder->texts.count; i++) {
    const struct vt_map_entry *entry = &builder->texts.entries[i];
    if (entry->value == text.start)
      memset((char *)(uintptr_t)entry->key.ptr, ' ', entry->key.len);
  }
}

void vt_result_drop_excerpts(struct vt_result_builder *builder)
{
  struct result_finding finding;
  for (size_t at = 0; at < builder->findings.len; at += sizeof finding) {
    char *record = builder->findings.bytes + at;
    memcpy(&finding, record, sizeof finding);
    if (finding.excerpt.len == 0)
      continue;
    wipe_text(builder, finding.excerpt);
    finding.excerpt = (struct result_text){0};
    finding.caret = finding.caret_width = 0;
    memcpy(record, &finding, sizeof finding);
  }
}

int vt_result_add_verdict(struct vt_result_builder *builder, const struct vt_block_verdict *verdict,
                          struct vt_error *error)
{
  struct result_verdict record = {
      .verdict = verdict->verdict,
      .rows = verdict->rows,
      .errors = verdict->errors,
      .warnings = verdict->warnings,
      .infos = verdict->infos,
      .undecided = verdict->undecided,
  };
  int status = intern(builder, verdict->actor, &record.actor, error);
  if (status == VATER_OK)
    status = intern(builder, verdict->indicator, &record.indicator, error);
  if (status == VATER_OK)
    status = intern(builder, verdict->period, &record.period, error);
  if (status == VATER_OK)
    status = append(&builder->verdicts, &record, sizeof record, error);
  builder->head.verdict_count += status == VATER_OK;
  return status;
}

int vt_result_add_rule(struct vt_result_builder *builder, const struct vt_rule_outcomes *outcomes,
                       struct vt_error *error)
{
  struct result_rule record = {0};
  memcpy(record.counts, outcomes->counts, sizeof record.counts);
  int status = intern(builder, outcomes->code, &record.code, error);
  if (status == VATER_OK)
    status = intern(builder, outcomes->reason, &record.reason, error);
  if (status == VATER_OK)
    status = append(&builder->rules, &record, sizeof record, error);
  builder->head.rule_count += status == VATER_OK;
  return status;
}

static struct result_head lay_out(const struct vt_result_builder *builder,
                                  const struct vt_table *table)
{
  struct result_head head = builder->head;
  head.findings = result_align(sizeof head);
  head.verdicts = result_align(head.findings + builder->findings.len);
  head.rules = result_align(head.verdicts + builder->verdicts.len);
  head.texts = result_align(head.rules + builder->rules.len);
  head.texts_size = builder->texts_size;
  head.size = result_align(head.texts + head.texts_size);
  if (table != NULL) {
    head.table = head.size;
    head.table_size = table->size;
    head.size = result_align(head.table + head.table_size);
  }
  return head;
}

size_t vt_result_size(const struct vt_result_builder *builder, const struct vt_table *table)
{
  return (size_t)lay_out(builder, table).size;
}

static void put(char *block, uint64_t at, uint64_t next, const void *bytes, size_t size)
{
  if (size > 0)
    memcpy(block + at, bytes, size);
  memset(block + at + size, 0, (size_t)(next - at) - size);
}

void vt_result_write(const struct vt_result_builder *builder, const struct vt_table *table,
                     void *block)
{
  char *to = block;
  struct result_head head = lay_out(builder, table);
  uint64_t texts_end = table != NULL ? head.table : head.size;
  put(to, 0, head.findings, &head, sizeof head);
  put(to, head.findings, head.verdicts, builder->findings.bytes, builder->findings.len);
  put(to, head.verdicts, head.rules, builder->verdicts.bytes, builder->verdicts.len);
  put(to, head.rules, head.texts, builder->rules.bytes, builder->rules.len);
  for (uint32_t i = 0; i < builder->texts.count; i++) {
    const struct vt_map_entry *entry = &builder->texts.entries[i];
    memcpy(to + head.texts + entry->value, entry->key.ptr, entry->key.len);
  }
  memset(to + head.texts + head.texts_size, 0, (size_t)(texts_end - head.texts - head.texts_size));
  if (table != NULL)
    put(to, head.table, head.size, table->block, table->size);
}
