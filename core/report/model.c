#include "report/model.h"

#include "base/map.h"
#include "base/utf8.h"

#include <stdlib.h>

static const char *const status_names[VT_STATUS_COUNT] = {
    "internal-error",      "refused",  "rejected",  "partly-accepted", "not-delivered",
    "accepted-with-notes", "accepted", "unchanged", "not-due"};

static const char *const verdict_names[VT_REPORT_VERDICTS] = {"accepted", "accepted-with-notes",
                                                              "rejected", "undecided"};

enum { ACCEPTED, WITH_NOTES, REJECTED, UNDECIDED };

const char *vt_status_name(enum vt_status status)
{
  return status_names[status];
}

const char *vt_report_verdict_name(int verdict)
{
  return verdict_names[verdict];
}

static int verdict_of(const struct vt_store_block *block)
{
  for (int i = 0; i < VT_REPORT_VERDICTS; i++)
    if (vt_str_is(block->verdict, verdict_names[i]))
      return i;
  return UNDECIDED;
}

/* ---- status ---------------------------------------------------------------------------------- */

static enum vt_status status_of_blocks(const struct vt_report_job *job)
{
  size_t counts[VT_REPORT_VERDICTS] = {0};
  for (size_t i = 0; i < job->block_count; i++)
    counts[verdict_of(&job->blocks[i])]++;
  if (counts[REJECTED] > 0)
    return counts[REJECTED] == job->block_count ? VT_STATUS_REJECTED : VT_STATUS_PARTLY_ACCEPTED;
  bool notes =
      counts[WITH_NOTES] + counts[UNDECIDED] + job->row.finding_errors + job->row.finding_warnings >
      0;
  return notes ? VT_STATUS_ACCEPTED_WITH_NOTES : VT_STATUS_ACCEPTED;
}

static bool is_good(enum vt_status status)
{
  return status == VT_STATUS_ACCEPTED || status == VT_STATUS_ACCEPTED_WITH_NOTES ||
         status == VT_STATUS_UNCHANGED;
}

static enum vt_status status_of_job(const struct vt_report_job *job)
{
  static const struct {
    const char *delivery;
    enum vt_status status;
  } fixed[] = {{"nil", VT_STATUS_ACCEPTED},
               {"not-due", VT_STATUS_NOT_DUE},
               {"not-delivered", VT_STATUS_NOT_DELIVERED},
               {"refused", VT_STATUS_REFUSED},
               {"internal-error", VT_STATUS_INTERNAL_ERROR}};
  for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
    if (vt_str_is(job->row.delivery, fixed[i].delivery))
      return fixed[i].status;
  enum vt_status status = status_of_blocks(job);
  /* what did not change is judged again: by today's rules it may not be good any more */
  return is_good(status) && vt_str_is(job->row.delivery, "unchanged") ? VT_STATUS_UNCHANGED
                                                                      : status;
}

/* A job that is not due says nothing where there is another; a fault of ours is never hidden; what
 * was good beside what was not makes it partly accepted; otherwise the worst holds. */
enum vt_status vt_report_status(const struct vt_report_job *jobs, size_t count)
{
  enum vt_status worst = VT_STATUS_NOT_DUE;
  bool good = false, bad = false;
  for (size_t i = 0; i < count; i++) {
    enum vt_status status = status_of_job(&jobs[i]);
    worst = status < worst ? status : worst;
    good = good || is_good(status);
    bad = bad || (!is_good(status) && status != VT_STATUS_NOT_DUE);
  }
  return good && bad && worst != VT_STATUS_INTERNAL_ERROR ? VT_STATUS_PARTLY_ACCEPTED : worst;
}

/* ---- actors ---------------------------------------------------------------------------------- */

static int compare_actors(const void *left, const void *right)
{
  const struct vt_report_actor *a = left, *b = right;
  if (a->status != b->status)
    return a->status < b->status ? -1 : 1;
  return vt_str_compare(a->orgnr, b->orgnr);
}

static int list_actors(struct vt_report *report, struct vt_arena *arena, struct vt_error *error)
{
  report->actors = vt_arena_array(arena, report->job_count + 1, sizeof *report->actors);
  if (report->actors == NULL)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "out of memory in the report");
  for (size_t i = 0; i < report->job_count;) {
    size_t end = i + 1;
    while (end < report->job_count &&
           vt_str_equal(report->jobs[end].row.actor, report->jobs[i].row.actor))
      end++;
    struct vt_report_actor *actor = &report->actors[report->actor_count++];
    *actor = (struct vt_report_actor){.orgnr = report->jobs[i].row.actor,
                                      .name = report->jobs[i].row.actor_name,
                                      .jobs = &report->jobs[i],
                                      .job_count = end - i};
    actor->status = vt_report_status(actor->jobs, actor->job_count);
    report->statuses[actor->status]++;
    i = end;
  }
  qsort(report->actors, report->actor_count, sizeof *report->actors, compare_actors);
  return VATER_OK;
}

static void count(struct vt_report *report)
{
  for (size_t i = 0; i < report->job_count; i++) {
    const struct vt_report_job *job = &report->jobs[i];
    for (size_t j = 0; j < job->block_count; j++)
      report->verdicts[verdict_of(&job->blocks[j])]++;
    report->rows += job->row.rows;
    report->findings.total += job->row.finding_total;
    report->findings.errors += job->row.finding_errors;
    report->findings.warnings += job->row.finding_warnings;
    report->findings.infos += job->row.finding_infos;
  }
}

/* ---- findings by code ------------------------------------------------------------------------ */

struct grouping {
  struct vt_map codes; /* code to group index */
  struct vt_report_group *groups;
  size_t count, room;
  size_t *jobs; /* a group: index of the job last counted in it, plus 1 */
};

/* Enough groups for every finding and rule of every job. */
static size_t most_groups(const struct vt_report *report)
{
  size_t most = 0;
  for (size_t i = 0; i < report->job_count; i++)
    most += report->jobs[i].finding_count + report->jobs[i].rule_count;
  return most;
}

static struct vt_report_group *group_of(struct grouping *grouping, struct vater_str code)
{
  bool added;
  uint64_t *index = vt_map_put(&grouping->codes, code, &added);
  if (index == NULL)
    return NULL;
  if (added) {
    *index = grouping->count;
    grouping->groups[grouping->count++] = (struct vt_report_group){.code = code};
  }
  return &grouping->groups[*index];
}

/* True the first time that the job is seen in the group. */
static bool count_job(struct grouping *grouping, struct vt_report_group *group, size_t job)
{
  size_t index = (size_t)(group - grouping->groups);
  if (grouping->jobs[index] == job + 1)
    return false;
  grouping->jobs[index] = job + 1;
  group->job_count++;
  return true;
}

static bool has_rule(const struct vt_report_job *job, struct vater_str code)
{
  for (size_t i = 0; i < job->rule_count; i++)
    if (vt_str_equal(job->rules[i].code, code))
      return true;
  return false;
}

/* A rule's outcomes count every finding, kept or not; a code of the engine has only its findings.
 */
static int group_job(struct grouping *grouping, const struct vt_report_job *job, size_t number)
{
  for (size_t i = 0; i < job->rule_count; i++) {
    const struct vt_store_rule *rule = &job->rules[i];
    if (rule->fail + rule->error == 0)
      continue;
    struct vt_report_group *group = group_of(grouping, rule->code);
    if (group == NULL)
      return VATER_E_NOMEM;
    group->count += rule->fail + rule->error;
    count_job(grouping, group, number);
  }
  for (size_t i = 0; i < job->finding_count; i++) {
    const struct vt_store_finding *finding = &job->findings[i];
    struct vt_report_group *group = group_of(grouping, finding->code);
    if (group == NULL)
      return VATER_E_NOMEM;
    bool first = count_job(grouping, group, number);
    if (!has_rule(job, finding->code))
      group->count += finding->of_code == 0 ? 1 : first ? finding->of_code : 0;
    group->severity = finding->severity > group->severity ? finding->severity : group->severity;
    group->sample_count++;
  }
  return VATER_OK;
}

static int gather_samples(struct vt_report *report, struct grouping *grouping,
                          struct vt_arena *arena)
{
  for (size_t i = 0; i < grouping->count; i++) {
    struct vt_report_group *group = &grouping->groups[i];
    group->samples = vt_arena_array(arena, group->sample_count + 1, sizeof *group->samples);
    if (group->samples == NULL)
      return VATER_E_NOMEM;
    group->sample_count = 0;
  }
  for (size_t i = 0; i < report->job_count; i++) {
    const struct vt_report_job *job = &report->jobs[i];
    for (size_t j = 0; j < job->finding_count; j++) {
      struct vt_report_group *group = group_of(grouping, job->findings[j].code);
      group->samples[group->sample_count++] = (struct vt_report_sample){job, &job->findings[j]};
    }
  }
  return VATER_OK;
}

static int compare_groups(const void *left, const void *right)
{
  const struct vt_report_group *a = left, *b = right;
  if (a->severity != b->severity)
    return a->severity > b->severity ? -1 : 1;
  if (a->count != b->count)
    return a->count > b->count ? -1 : 1;
  return vt_str_compare(a->code, b->code);
}

static int fill_groups(struct vt_report *report, struct grouping *grouping, struct vt_arena *arena)
{
  size_t most = most_groups(report);
  grouping->groups = vt_arena_array(arena, most + 1, sizeof *grouping->groups);
  grouping->jobs = vt_arena_array(arena, most + 1, sizeof *grouping->jobs);
  if (grouping->groups == NULL || grouping->jobs == NULL)
    return VATER_E_NOMEM;
  int status = VATER_OK;
  for (size_t i = 0; status == VATER_OK && i < report->job_count; i++)
    status = group_job(grouping, &report->jobs[i], i);
  return status == VATER_OK ? gather_samples(report, grouping, arena) : status;
}

/* ---- texts ----------------------------------------------------------------------------------- */

/* Excerpts and messages quote bytes as they came: what is not UTF-8 becomes U+FFFD. */
static bool clean(struct vater_str *text, struct vt_arena *arena)
{
  if (vt_utf8_valid(*text) == text->len)
    return true;
  char *bytes = vt_arena_bytes(arena, text->len * 3);
  size_t len = 0;
  for (size_t at = 0; bytes != NULL && at < text->len;)
    len += vt_utf8_put(vt_utf8_next(*text, &at), bytes + len);
  *text = (struct vater_str){bytes, len};
  return bytes != NULL;
}

static bool clean_job(struct vt_report_job *job, struct vt_arena *arena)
{
  bool done = clean(&job->row.message, arena);
  for (size_t i = 0; done && i < job->finding_count; i++) {
    struct vt_store_finding *finding = &job->findings[i];
    done = clean(&finding->excerpt, arena) && clean(&finding->pointer, arena);
    for (int j = 0; done && j < VT_LANGUAGE_COUNT; j++)
      done = clean(&finding->message[j], arena) && clean(&finding->remedy[j], arena);
  }
  return done;
}

static bool clean_conclusion(struct vt_store_conclusion *conclusion, struct vt_arena *arena)
{
  bool done = clean(&conclusion->message, arena);
  for (size_t i = 0; done && i < conclusion->finding_count; i++)
    for (int j = 0; done && j < VT_LANGUAGE_COUNT; j++)
      done = clean(&conclusion->findings[i].message[j], arena) &&
             clean(&conclusion->findings[i].remedy[j], arena);
  return done;
}

static int clean_all(struct vt_report *report, struct vt_arena *arena, struct vt_error *error)
{
  for (size_t i = 0; i < report->job_count; i++)
    if (!clean_job(&report->jobs[i], arena))
      return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "out of memory in the report");
  for (size_t i = 0; i < report->conclusion_count; i++)
    if (!clean_conclusion(&report->conclusions[i], arena))
      return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "out of memory in the report");
  return VATER_OK;
}

int vt_report_conclude(struct vt_report *report, struct vt_arena *arena, struct vt_error *error)
{
  int status = clean_all(report, arena, error);
  if (status == VATER_OK)
    status = list_actors(report, arena, error);
  if (status != VATER_OK)
    return status;
  count(report);
  struct vt_allocator allocator = vt_allocator_real();
  struct grouping grouping = {.groups = NULL};
  vt_map_init(&grouping.codes, &allocator, UINT32_MAX / 2, 0);
  status = fill_groups(report, &grouping, arena);
  vt_map_fini(&grouping.codes);
  if (status != VATER_OK)
    return vt_fail(error, status, "OPS-MEMORY", "out of memory in the report");
  qsort(grouping.groups, grouping.count, sizeof *grouping.groups, compare_groups);
  report->groups = grouping.groups;
  report->group_count = grouping.count;
  return VATER_OK;
}

/* ---- exit code ------------------------------------------------------------------------------- */

static bool concluding_failed(const struct vt_report *report)
{
  for (size_t i = 0; i < report->conclusion_count; i++) {
    const struct vt_store_conclusion *conclusion = &report->conclusions[i];
    if (conclusion->code.len > 0)
      return true;
    for (size_t j = 0; j < conclusion->rule_count; j++)
      if (conclusion->rules[j].error > 0)
        return true;
  }
  return false;
}

int vt_report_exit(const struct vt_report *report)
{
  bool failed = report->verdicts[UNDECIDED] > 0 || concluding_failed(report);
  bool findings = report->findings.errors > 0;
  for (size_t i = 0; i < report->job_count; i++) {
    for (size_t j = 0; j < report->jobs[i].block_count; j++)
      failed = failed || report->jobs[i].blocks[j].undecided > 0;
    struct vater_str delivery = report->jobs[i].row.delivery;
    failed =
        failed || vt_str_is(delivery, "not-delivered") || vt_str_is(delivery, "internal-error");
    findings = findings || vt_str_is(delivery, "refused");
  }
  findings = findings || report->verdicts[REJECTED] > 0;
  return failed ? 2 : findings ? 1 : 0;
}
