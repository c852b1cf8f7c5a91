#include "report/render.h"

#include "base/date.h"

#include <jansson.h>

/* vt_report_conclude() has made texts valid; what is not, against all expectation, is not written.
 */
static json_t *text(struct vater_str value)
{
  json_t *made = json_stringn(value.ptr != NULL ? value.ptr : "", value.len);
  return made != NULL ? made : json_string("\xef\xbf\xbd");
}

static json_t *integer(uint64_t value)
{
  return json_integer((json_int_t)value);
}

static void set(json_t *object, const char *name, json_t *value)
{
  json_object_set_new(object, name, value);
}

/* Left out where empty. */
static void set_text(json_t *object, const char *name, struct vater_str value)
{
  if (value.len > 0)
    set(object, name, text(value));
}

static void set_time(json_t *object, const char *name, int64_t unix_ms)
{
  char out[32];
  if (unix_ms != 0)
    set(object, name, json_stringn(out, vt_date_print_time(unix_ms, out)));
}

static json_t *counts(const struct vt_report_counts *counts)
{
  json_t *object = json_object();
  set(object, "total", integer(counts->total));
  set(object, "error", integer(counts->errors));
  set(object, "warning", integer(counts->warnings));
  set(object, "info", integer(counts->infos));
  return object;
}

static const char *severity_name(int severity)
{
  return severity == VATER_SEVERITY_ERROR     ? "error"
         : severity == VATER_SEVERITY_WARNING ? "warning"
                                              : "info";
}

static json_t *languages(const struct vater_str *texts)
{
  json_t *object = json_object();
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++)
    set_text(object, vt_language_name((enum vt_language)i), texts[i]);
  return object;
}

/* ---- result ---------------------------------------------------------------------------------- */

static json_t *finding(const struct vt_report_job *job, const struct vt_store_finding *finding)
{
  json_t *object = json_object();
  set(object, "code", text(finding->code));
  set(object, "severity", json_string(severity_name(finding->severity)));
  set(object, "outcome", text(finding->outcome));
  if (finding->block >= 0 && (uint64_t)finding->block < job->block_count) {
    const struct vt_store_block *block = &job->blocks[finding->block];
    set(object, "actor", text(block->actor));
    set(object, "indicator", text(block->indicator));
    set(object, "period", text(block->period));
  }
  if (finding->row >= 0)
    set(object, "row", json_integer(finding->row));
  set_text(object, "field", finding->column);
  set_text(object, "pointer", finding->pointer);
  set(object, "page", integer((uint64_t)finding->page + 1));
  if (finding->line > 0) {
    set(object, "line", integer(finding->line));
    set(object, "column", integer(finding->line_column));
  }
  set(object, "message", languages(finding->message));
  set(object, "remedy", languages(finding->remedy));
  set_text(object, "excerpt", finding->excerpt);
  if (finding->caret_width > 0) {
    set(object, "caret", integer(finding->caret));
    set(object, "caretWidth", integer(finding->caret_width));
  }
  return object;
}

static json_t *block(const struct vt_store_block *block)
{
  json_t *object = json_object();
  set(object, "actor", text(block->actor));
  set(object, "indicator", text(block->indicator));
  set(object, "period", text(block->period));
  set(object, "verdict", text(block->verdict));
  set(object, "observations", integer(block->rows));
  struct vt_report_counts found = {(uint64_t)block->errors + block->warnings + block->infos,
                                   block->errors, block->warnings, block->infos};
  set(object, "findings", counts(&found));
  set(object, "undecided", integer(block->undecided));
  return object;
}

static json_t *rule(const struct vt_store_rule *rule)
{
  json_t *object = json_object();
  set(object, "code", text(rule->code));
  set(object, "pass", integer(rule->pass));
  set(object, "fail", integer(rule->fail));
  set(object, "notApplicable", integer(rule->not_applicable));
  set(object, "skipped", integer(rule->skipped));
  set(object, "error", integer(rule->error));
  set_text(object, "reason", rule->reason);
  return object;
}

static json_t *job(const struct vt_report_job *job)
{
  const struct vt_store_job_row *row = &job->row;
  json_t *object = json_object(), *blocks = json_array(), *findings = json_array(),
         *rules = json_array();
  set_text(object, "endpoint", row->endpoint);
  set_text(object, "period", row->period);
  set(object, "delivery", text(row->delivery));
  set_text(object, "code", row->code);
  set(object, "test", json_boolean(row->test));
  set(object, "pages", integer(row->pages));
  set(object, "bytes", integer(row->bytes));
  set(object, "observations", integer(row->rows));
  struct vt_report_counts found = {row->finding_total, row->finding_errors, row->finding_warnings,
                                   row->finding_infos};
  set(object, "counts", counts(&found));
  for (size_t i = 0; i < job->block_count; i++)
    json_array_append_new(blocks, block(&job->blocks[i]));
  for (size_t i = 0; i < job->finding_count; i++)
    json_array_append_new(findings, finding(job, &job->findings[i]));
  for (size_t i = 0; i < job->rule_count; i++)
    json_array_append_new(rules, rule(&job->rules[i]));
  set(object, "blocks", blocks);
  set(object, "findings", findings);
  set(object, "rules", rules);
  return object;
}

static json_t *conclusion_finding(const struct vt_store_conclusion_finding *finding)
{
  json_t *object = json_object();
  set(object, "code", text(finding->code));
  set(object, "severity", json_string(severity_name(finding->severity)));
  set(object, "outcome", text(finding->outcome));
  set_text(object, "actor", finding->actor);
  set(object, "period", text(finding->period));
  set_text(object, "area", finding->area);
  set_text(object, "areaRole", finding->area_role);
  set_text(object, "breakdown", finding->breakdown);
  set_text(object, "field", finding->column);
  set(object, "message", languages(finding->message));
  set(object, "remedy", languages(finding->remedy));
  return object;
}

static json_t *conclusion(const struct vt_store_conclusion *conclusion)
{
  json_t *object = json_object(), *findings = json_array(), *rules = json_array();
  bool deliveries = conclusion->indicator.len == 0;
  set_text(object, "indicator", conclusion->indicator);
  set_text(object, "code", conclusion->code);
  set(object, deliveries ? "deliveries" : "observations", integer(conclusion->brought));
  if (!deliveries)
    set(object, "known", integer(conclusion->known));
  struct vt_report_counts found = {conclusion->finding_total, 0, conclusion->finding_warnings,
                                   conclusion->finding_infos};
  set(object, "counts", counts(&found));
  for (size_t i = 0; i < conclusion->finding_count; i++)
    json_array_append_new(findings, conclusion_finding(&conclusion->findings[i]));
  for (size_t i = 0; i < conclusion->rule_count; i++)
    json_array_append_new(rules, rule(&conclusion->rules[i]));
  set(object, "findings", findings);
  set(object, "rules", rules);
  return object;
}

static json_t *conclusions(const struct vt_report *report)
{
  json_t *array = json_array();
  for (size_t i = 0; i < report->conclusion_count; i++)
    json_array_append_new(array, conclusion(&report->conclusions[i]));
  return array;
}

static json_t *actor(const struct vt_report_actor *actor)
{
  json_t *object = json_object(), *jobs = json_array();
  set_text(object, "actor", actor->orgnr);
  set_text(object, "name", actor->name);
  set(object, "status", json_string(vt_status_name(actor->status)));
  for (size_t i = 0; i < actor->job_count; i++)
    json_array_append_new(jobs, job(&actor->jobs[i]));
  set(object, "jobs", jobs);
  return object;
}

static json_t *summary(const struct vt_report *report)
{
  json_t *object = json_object(), *statuses = json_object(), *verdicts = json_object();
  for (int i = 0; i < VT_STATUS_COUNT; i++)
    set(statuses, vt_status_name((enum vt_status)i), integer(report->statuses[i]));
  for (int i = 0; i < VT_REPORT_VERDICTS; i++)
    set(verdicts, vt_report_verdict_name(i), integer(report->verdicts[i]));
  set(object, "actors", integer(report->actor_count));
  set(object, "observations", integer(report->rows));
  set(object, "statuses", statuses);
  set(object, "verdicts", verdicts);
  set(object, "findings", counts(&report->findings));
  set(object, "exit", json_integer(vt_report_exit(report)));
  return object;
}

static json_t *groups(const struct vt_report *report)
{
  json_t *array = json_array();
  for (size_t i = 0; i < report->group_count; i++) {
    const struct vt_report_group *group = &report->groups[i];
    json_t *object = json_object();
    set(object, "code", text(group->code));
    set(object, "severity", json_string(severity_name(group->severity)));
    set(object, "count", integer(group->count));
    set(object, "deliveries", integer(group->job_count));
    json_array_append_new(array, object);
  }
  return array;
}

static json_t *pins(const struct vt_report *report)
{
  json_t *array = json_array();
  for (size_t i = 0; i < report->pin_count; i++) {
    json_t *object = json_object();
    set(object, "kind", text(report->pins[i].kind));
    set(object, "name", text(report->pins[i].name));
    set(object, "sha256", text(report->pins[i].sha256));
    json_array_append_new(array, object);
  }
  return array;
}

static json_t *result(const struct vt_report *report)
{
  char day[16];
  json_t *object = json_object(), *actors = json_array();
  set(object, "referenceDate", json_stringn(day, vt_date_print(report->run.reference_day, day)));
  set_text(object, "file", report->file);
  set(object, "summary", summary(report));
  for (size_t i = 0; i < report->actor_count; i++)
    json_array_append_new(actors, actor(&report->actors[i]));
  set(object, "actors", actors);
  set(object, "findings", groups(report));
  if (report->conclusion_count > 0)
    set(object, "conclusions", conclusions(report));
  set(object, "pins", pins(report));
  return object;
}

/* ---- execution ------------------------------------------------------------------------------- */

static json_t *execution_of_job(const struct vt_store_job_row *row)
{
  const struct vt_store_execution *execution = &row->execution;
  json_t *object = json_object();
  set(object, "actor", text(row->actor));
  set(object, "endpoint", text(row->endpoint));
  set_text(object, "message", row->message);
  set_time(object, "started", execution->started_ms);
  set_time(object, "finished", execution->finished_ms);
  set(object, "fetchMs", json_integer(execution->fetch_ms));
  set(object, "judgeMs", json_integer(execution->judge_ms));
  set(object, "tries", integer(execution->tries));
  set(object, "httpStatus", json_integer(execution->http_status));
  set(object, "wireBytes", integer(execution->wire_bytes));
  set(object, "workerCpuUs", json_integer(execution->worker_cpu_us));
  set(object, "workerMemory", integer(execution->worker_memory));
  set(object, "workerSignal", json_integer(execution->worker_signal));
  set_text(object, "address", execution->address);
  return object;
}

static json_t *execution_of_conclusion(const struct vt_store_conclusion *conclusion)
{
  json_t *object = json_object();
  set_text(object, "indicator", conclusion->indicator);
  set_text(object, "message", conclusion->message);
  set_time(object, "started", conclusion->started_ms);
  set_time(object, "finished", conclusion->finished_ms);
  set(object, "workerCpuUs", json_integer(conclusion->worker_cpu_us));
  set(object, "workerMemory", integer(conclusion->worker_memory));
  return object;
}

static void set_conclusions(json_t *object, const struct vt_report *report)
{
  json_t *array = json_array();
  for (size_t i = 0; i < report->conclusion_count; i++)
    json_array_append_new(array, execution_of_conclusion(&report->conclusions[i]));
  set(object, "conclusions", array);
}

static json_t *execution(const struct vt_report *report)
{
  json_t *object = json_object(), *jobs = json_array();
  set_text(object, "version", report->run.version);
  if (report->file.len > 0) {
    json_decref(jobs);
    return object;
  }
  set(object, "run", json_integer(report->run.id));
  set_text(object, "host", report->run.host);
  set_time(object, "started", report->run.started_ms);
  set_time(object, "finished", report->run.finished_ms);
  set(object, "resumed", integer(report->run.resumed));
  for (size_t i = 0; i < report->job_count; i++)
    json_array_append_new(jobs, execution_of_job(&report->jobs[i].row));
  set(object, "jobs", jobs);
  if (report->conclusion_count > 0)
    set_conclusions(object, report);
  return object;
}

static int append(const char *bytes, size_t size, void *out)
{
  return vt_buffer_append(out, (struct vater_str){bytes, size}) == VATER_OK ? 0 : -1;
}

int vt_report_json(const struct vt_report *report, struct vt_buffer *out)
{
  json_t *object = json_object();
  set(object, "format", json_string("vater-report-1"));
  set(object, "result", result(report));
  set(object, "execution", execution(report));
  int failed = json_dump_callback(object, append, out, JSON_INDENT(2) | JSON_ENSURE_ASCII);
  json_decref(object);
  if (failed != 0)
    return out->len >= out->limit ? VATER_E_LIMIT : VATER_E_NOMEM;
  return vt_buffer_char(out, '\n');
}
