#include "judge/judge.h"

#include "base/pack.h"

enum { ACTOR_BYTES = 16, TEXT_BYTES = 8, OBLIGATION_BYTES = 32, DOCUMENT_BYTES = 24 };

static void write_signature(const struct vt_judge_signature *signature, struct vt_buffer *out)
{
  vt_pack_number(out, signature->form);
  vt_pack_number(out, signature->required);
  vt_pack_number(out, signature->verified);
  vt_pack_text(out, signature->keys);
  vt_pack_text(out, signature->algorithm);
  vt_pack_text(out, signature->issuer);
  vt_pack_text(out, signature->audience);
  vt_pack_number(out, (uint64_t)signature->now_ms);
}

static bool read_signature(struct vt_unpack *from, struct vt_judge_signature *signature)
{
  uint64_t form = vt_unpack_number(from);
  signature->form =
      form <= VT_SIGNATURE_DETACHED ? (enum vt_signature_form)form : VT_SIGNATURE_COMPACT;
  signature->required = vt_unpack_number(from) != 0;
  signature->verified = vt_unpack_number(from) != 0;
  signature->keys = vt_unpack_text(from);
  signature->algorithm = vt_unpack_text(from);
  signature->issuer = vt_unpack_text(from);
  signature->audience = vt_unpack_text(from);
  signature->now_ms = (int64_t)vt_unpack_number(from);
  return form <= VT_SIGNATURE_DETACHED;
}

int vt_judge_job_write(const struct vt_judge_job *job, struct vt_buffer *out)
{
  vt_pack_text(out, job->id);
  vt_pack_text(out, job->actor);
  vt_pack_text(out, job->format);
  vt_pack_text(out, job->settings);
  vt_pack_text(out, job->period);
  vt_pack_number(out, job->actor_count);
  for (size_t i = 0; i < job->actor_count; i++) {
    vt_pack_text(out, job->actors[i].orgnr);
    vt_pack_text(out, job->actors[i].type);
  }
  vt_pack_number(out, job->expected_count);
  for (size_t i = 0; i < job->expected_count; i++)
    vt_pack_text(out, job->expected[i]);
  vt_pack_number(out, (uint64_t)job->today);
  vt_pack_number(out, job->hash_seed);
  vt_pack_number(out, job->proposed);
  vt_pack_number(out, job->concludes);
  vt_pack_number(out, job->history.current);
  vt_pack_number(out, job->history.obligation_count);
  for (size_t i = 0; i < job->history.obligation_count; i++) {
    const struct vt_rules_obligation *obligation = &job->history.obligations[i];
    vt_pack_text(out, obligation->actor);
    vt_pack_text(out, obligation->indicator);
    vt_pack_number(out, (uint64_t)obligation->from);
    vt_pack_number(out, (uint64_t)obligation->to);
  }
  vt_pack_number(out, job->document_count);
  for (size_t i = 0; i < job->document_count; i++) {
    vt_pack_text(out, job->documents[i].setting);
    vt_pack_text(out, job->documents[i].name);
    vt_pack_text(out, job->documents[i].bytes);
  }
  write_signature(&job->signature, out);
  return out->failed ? VATER_E_LIMIT : VATER_OK;
}

static int read_actors(struct vt_unpack *from, struct vt_arena *arena, struct vt_judge_job *job)
{
  size_t count = vt_unpack_count(from, ACTOR_BYTES);
  struct vt_rules_actor *actors = vt_arena_array(arena, count + 1, sizeof *actors);
  if (actors == NULL)
    return VATER_E_NOMEM;
  for (size_t i = 0; i < count; i++) {
    actors[i].orgnr = vt_unpack_text(from);
    actors[i].type = vt_unpack_text(from);
  }
  job->actors = actors;
  job->actor_count = count;
  return VATER_OK;
}

static int read_expected(struct vt_unpack *from, struct vt_arena *arena, struct vt_judge_job *job)
{
  size_t count = vt_unpack_count(from, TEXT_BYTES);
  struct vater_str *expected = vt_arena_array(arena, count + 1, sizeof *expected);
  if (expected == NULL)
    return VATER_E_NOMEM;
  for (size_t i = 0; i < count; i++)
    expected[i] = vt_unpack_text(from);
  job->expected = expected;
  job->expected_count = count;
  return VATER_OK;
}

static int read_history(struct vt_unpack *from, struct vt_arena *arena, struct vt_judge_job *job)
{
  job->history.current = (uint32_t)vt_unpack_number(from);
  size_t count = vt_unpack_count(from, OBLIGATION_BYTES);
  struct vt_rules_obligation *obligations = vt_arena_array(arena, count + 1, sizeof *obligations);
  if (obligations == NULL)
    return VATER_E_NOMEM;
  for (size_t i = 0; i < count; i++) {
    obligations[i].actor = vt_unpack_text(from);
    obligations[i].indicator = vt_unpack_text(from);
    obligations[i].from = (int64_t)vt_unpack_number(from);
    obligations[i].to = (int64_t)vt_unpack_number(from);
  }
  job->history.obligations = obligations;
  job->history.obligation_count = count;
  return VATER_OK;
}

static int read_documents(struct vt_unpack *from, struct vt_arena *arena, struct vt_judge_job *job)
{
  size_t count = vt_unpack_count(from, DOCUMENT_BYTES);
  struct vt_config_document *documents = vt_arena_array(arena, count + 1, sizeof *documents);
  if (documents == NULL)
    return VATER_E_NOMEM;
  for (size_t i = 0; i < count; i++) {
    documents[i].setting = vt_unpack_text(from);
    documents[i].name = vt_unpack_text(from);
    documents[i].bytes = vt_unpack_text(from);
  }
  job->documents = documents;
  job->document_count = count;
  return VATER_OK;
}

int vt_judge_job_read(struct vater_str bytes, struct vt_arena *arena, struct vt_judge_job *job,
                      struct vt_error *error)
{
  struct vt_unpack from = {.rest = bytes};
  *job = (struct vt_judge_job){
      .id = vt_unpack_text(&from),
  };
  job->actor = vt_unpack_text(&from);
  job->format = vt_unpack_text(&from);
  job->settings = vt_unpack_text(&from);
  job->period = vt_unpack_text(&from);
  int status = read_actors(&from, arena, job);
  if (status == VATER_OK)
    status = read_expected(&from, arena, job);
  job->today = (int64_t)vt_unpack_number(&from);
  job->hash_seed = vt_unpack_number(&from);
  job->proposed = vt_unpack_number(&from) != 0;
  job->concludes = vt_unpack_number(&from) != 0;
  if (status == VATER_OK)
    status = read_history(&from, arena, job);
  if (status == VATER_OK)
    status = read_documents(&from, arena, job);
  if (status != VATER_OK) {
    *job = (struct vt_judge_job){0};
    return vt_fail(error, status, "PLUG-LIMIT", "no memory for the job");
  }
  bool known = read_signature(&from, &job->signature);
  if (vt_unpack_done(&from) && known)
    return VATER_OK;
  *job = (struct vt_judge_job){0};
  return vt_fail(error, VATER_E_BUG, "PLUG-PROTO", "the job's bytes are not a job");
}

static bool known_actor(const struct vt_judge_job *job, struct vater_str orgnr)
{
  if (vt_str_equal(orgnr, job->actor))
    return true;
  for (size_t i = 0; i < job->actor_count; i++)
    if (vt_str_equal(orgnr, job->actors[i].orgnr))
      return true;
  return false;
}

static int foreign(const struct vt_judge_job *job, struct vt_error *error)
{
  return vt_fail(error, VATER_E_REFUSED, "PLUG-PROTO",
                 "the worker's result for %.*s books something on another actor",
                 VT_STR_ARGS(job->actor));
}

/* Rows repeat few actors: each dictionary entry is compared once in a row of equals. */
static bool rows_belong(const struct vt_judge_job *job, const struct vt_table *table)
{
  const uint32_t *ids = table->columns[VATER_COLUMN_ACTOR].ids;
  uint32_t last = VT_TABLE_NO_TEXT;
  for (uint32_t row = 0; ids != NULL && row < table->rows; row++) {
    if (ids[row] == last)
      continue;
    last = ids[row];
    if (last != VT_TABLE_NO_TEXT && !known_actor(job, vt_table_text(table, last)))
      return false;
  }
  return table->rows == 0 || known_actor(job, vt_table_head(table, VATER_HEAD_REPORTER));
}

int vt_judge_result_belongs(const struct vt_judge_job *job, const struct vt_result *result,
                            struct vt_error *error)
{
  if (job->actor.len == 0)
    return VATER_OK;
  for (uint32_t i = 0; i < result->verdict_count; i++) {
    struct vt_block_verdict verdict;
    vt_result_verdict(result, i, &verdict);
    if (!known_actor(job, verdict.actor))
      return foreign(job, error);
  }
  return rows_belong(job, &result->table) ? VATER_OK : foreign(job, error);
}
