#include "run/job.h"
#include "run/stored.h"

#include "plugin/url.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

/* Room for the findings of the result and those of main itself. */
enum { OWN_FINDINGS = 4 };

/* A finding of the engine about the delivery as a whole; texts from codes.def, `detail` behind. */
static void add_own_finding(struct vt_job *job, struct vt_store_job *record, const char *name,
                            const struct vater_str detail[VT_LANGUAGE_COUNT])
{
  const struct vt_code *code = vt_code_find(vt_str(name));
  if (code == NULL)
    return;
  struct vt_store_finding *finding =
      (struct vt_store_finding *)(uintptr_t)&record->findings[record->finding_count++];
  *finding = (struct vt_store_finding){.code = vt_str(code->code),
                                       .severity = code->severity,
                                       .outcome = VT_STR("fail"),
                                       .row = -1,
                                       .block = -1};
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++) {
    finding->message[i] =
        detail[i].len > 0
            ? vt_arena_format(job->arena, "%s (%.*s)", code->title[i], VT_STR_ARGS(detail[i]))
            : vt_str(code->title[i]);
    finding->remedy[i] = vt_str(code->remedy[i]);
  }
  record->finding_total++;
  record->finding_errors += code->severity == VATER_SEVERITY_ERROR;
  record->finding_warnings += code->severity == VATER_SEVERITY_WARNING;
  record->finding_infos += code->severity == VATER_SEVERITY_INFO;
}

/* The same in all languages. */
static void add_plain_finding(struct vt_job *job, struct vt_store_job *record, const char *name,
                              struct vater_str detail)
{
  const struct vater_str details[VT_LANGUAGE_COUNT] = {detail, detail, detail};
  add_own_finding(job, record, name, details);
}

static void add_own_findings(struct vt_job *job, struct vt_store_job *record)
{
  if (job->error.code[0] != '\0') {
    record->code = vt_str(job->error.code);
    record->message = vt_str(job->error.text);
    /* the text has times and ports in it: how it went, not what came of it */
    add_plain_finding(job, record, job->error.code, VT_STR_NONE);
  }
  if (job->certificate_days >= 0)
    add_plain_finding(job, record, "TLS-EXPIRING",
                      vt_arena_format(job->arena, "%lld", (long long)job->certificate_days));
  if (job->worker_noisy)
    add_plain_finding(job, record, "PLUG-NOISE", job->endpoint->format);
}

static struct vater_str map_page(const struct vt_job_page *page)
{
  if (page->fd < 0 || page->size == 0)
    return VT_STR_NONE;
  void *bytes = mmap(NULL, page->size, PROT_READ, MAP_PRIVATE, page->fd, 0);
  return bytes != MAP_FAILED ? (struct vater_str){bytes, page->size} : VT_STR_NONE;
}

static struct vt_store_page *copy_pages(struct vt_job *job, bool keep)
{
  struct vt_store_page *pages = vt_arena_array(job->arena, job->page_count, sizeof *pages);
  for (uint32_t i = 0; pages != NULL && i < job->page_count; i++) {
    const struct vt_job_page *from = &job->pages[i];
    pages[i] = (struct vt_store_page){.url = from->url,
                                      .sha256 = vt_str(from->sha256),
                                      .bytes = from->size,
                                      .content = keep ? map_page(from) : VT_STR_NONE,
                                      .etag = from->etag,
                                      .last_modified = from->last_modified,
                                      .media_type = from->media_type};
  }
  return pages;
}

static void unmap_pages(const struct vt_store_page *pages, uint32_t count)
{
  for (uint32_t i = 0; pages != NULL && i < count; i++)
    if (pages[i].content.ptr != NULL)
      munmap((void *)(uintptr_t)pages[i].content.ptr, pages[i].content.len);
}

static struct vt_store_execution execution_of(const struct vt_job *job)
{
  return (struct vt_store_execution){.started_ms = job->started_ms,
                                     .finished_ms = vt_run_wall_ms(job->running),
                                     .fetch_ms = job->fetch_ms,
                                     .judge_ms = job->judge_ms,
                                     .tries = job->tries,
                                     .http_status = job->http_status,
                                     .wire_bytes = job->bytes,
                                     .worker_cpu_us = (int64_t)job->worker_cpu_ms * 1000,
                                     .worker_memory = job->worker_peak_bytes,
                                     .address = vt_str(job->address)};
}

static int write_job(struct vt_job *job, struct vt_error *error)
{
  struct vt_running *running = job->running;
  struct vt_store_job record = {.actor = job->actor->orgnr,
                                .actor_name = job->actor->name,
                                .endpoint = job->endpoint->id,
                                .language = vt_str(vt_language_name(job->actor->language)),
                                .period = vt_str(job->period),
                                .delivery = vt_str(vt_delivery_name(job->delivery)),
                                .execution = execution_of(job)};
  if (vt_result_to_store(job->result, job->arena, OWN_FINDINGS, &record) != VATER_OK)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
  add_own_findings(job, &record);
  struct vt_store_page *pages = copy_pages(job, record.screened && !record.pii && !job->unchanged);
  record.pages = pages;
  record.page_count = pages != NULL ? job->page_count : 0;
  struct vater_str stale[VT_LANGUAGE_COUNT];
  int status = vt_run_is_stale(job, &record, stale, error);
  if (status == VATER_OK)
    add_own_finding(job, &record, "PAY-STALE", stale);
  if (status >= 0)
    status = vt_store_record_job(running->store, running->run, &record, error);
  unmap_pages(pages, job->page_count);
  return status;
}

static void look_at_blocks(const struct vt_result *result, bool *rejected, bool *undecided)
{
  struct vt_block_verdict block;
  *rejected = *undecided = false;
  for (uint32_t i = 0; result != NULL && i < result->verdict_count; i++) {
    vt_result_verdict(result, i, &block);
    *rejected = *rejected || block.verdict == VT_VERDICT_REJECTED;
    *undecided = *undecided || block.undecided > 0;
  }
}

void vt_run_count(const struct vt_job *job, bool rejected, bool undecided)
{
  struct vt_run_summary *summary = job->running->summary;
  summary->progress.done++;
  summary->progress.deliveries[job->delivery]++;
  if (job->delivery == VT_DELIVERY_REFUSED || rejected)
    summary->findings = true;
  if (job->delivery == VT_DELIVERY_NOT_DELIVERED || job->delivery == VT_DELIVERY_INTERNAL_ERROR ||
      undecided)
    summary->failures = true;
}

static void log_job(const struct vt_job *job)
{
  const struct vt_log_field fields[] = {
      {"actor", job->actor->orgnr},
      {"endpoint", job->endpoint->id},
      {"delivery", vt_str(vt_delivery_name(job->delivery))},
      {"code", vt_str(job->error.code[0] != '\0' ? job->error.code : "-")},
      {NULL, VT_STR_NONE}};
  bool fault = job->delivery == VT_DELIVERY_INTERNAL_ERROR;
  vt_log(job->running->log, fault ? VATER_LOG_WARNING : VATER_LOG_DEBUG, "record", fields, "%s",
         job->error.text);
}

void vt_run_record(struct vt_job *job)
{
  struct vt_running *running = job->running;
  struct vt_error error = {0};
  if (write_job(job, &error) != VATER_OK) {
    if (running->failure.status == VATER_OK)
      running->failure = error;
    running->stopping = true;
  } else {
    bool rejected;
    bool undecided;
    look_at_blocks(job->result, &rejected, &undecided);
    vt_run_count(job, rejected, undecided);
    log_job(job);
  }
  if (job->state != VT_JOB_HELD && job->state != VT_JOB_PLANNED)
    running->active--;
  vt_job_fini(job);
  job->state = VT_JOB_DONE;
}

void vt_job_fini(struct vt_job *job)
{
  vt_worker_close(job->worker);
  vt_net_exchange_free(job->exchange);
  for (uint32_t i = 0; i < job->page_count; i++)
    if (job->pages[i].fd >= 0)
      close(job->pages[i].fd);
  if (job->sink >= 0)
    close(job->sink);
  vt_instance_close(&job->source);
  vt_config_free(job->source_config);
  vt_arena_free(job->arena);
  job->worker = NULL;
  job->exchange = NULL;
  job->result = NULL;
  job->pages = NULL;
  job->page_count = 0;
  job->sink = -1;
  job->source_config = NULL;
  job->arena = NULL;
}

/* Faults that our own network would cause as well: held until some connection stood. Any number of
 * jobs may be, so none of them keeps more than what is recorded. */
static void hold(struct vt_job *job)
{
  vt_net_exchange_free(job->exchange);
  job->exchange = NULL;
  if (job->sink >= 0)
    close(job->sink);
  job->sink = -1;
  vt_worker_close(job->worker);
  job->worker = NULL;
  job->state = VT_JOB_HELD;
  job->running->active--;
}

/* Of a failure that nobody named: want of memory or descriptors, or our own fault. */
static struct vater_str code_of(int status)
{
  bool want = status == VATER_E_NOMEM || status == VATER_E_LIMIT || status == VATER_E_IO;
  return want ? VT_STR("OPS-MEMORY") : VT_STR("OPS-BUG");
}

/* Neither failed nor recorded: a resumed run does it. */
static bool is_left(const struct vt_job *job)
{
  if (job->running->stopping && vt_str_is(vt_str(job->error.code), "OPS-STOPPED"))
    return true;
  return job->delivery == VT_DELIVERY_INTERNAL_ERROR && vt_zygote_is_gone(job->running->zygote);
}

void vt_job_fail(struct vt_job *job, enum vt_delivery delivery, const struct vt_error *error)
{
  if (error != NULL)
    job->error = *error;
  if (job->error.code[0] == '\0')
    vt_text_copy(job->error.code, sizeof job->error.code, code_of(job->error.status));
  job->delivery = delivery;
  if (is_left(job)) {
    job->running->active--;
    vt_job_fini(job);
    job->state = VT_JOB_DONE;
    return;
  }
  if (!job->running->connected && vt_net_before_connection(vt_str(job->error.code))) {
    hold(job);
    return;
  }
  vt_run_record(job);
}

static int collect_held(struct vt_running *running, struct vater_str *hosts,
                        struct vater_str *codes)
{
  int held = 0;
  for (uint32_t i = 0; i < running->job_count; i++) {
    const struct vt_job *job = &running->jobs[i];
    if (job->state != VT_JOB_HELD)
      continue;
    struct vt_url url;
    hosts[held] = vt_url_split(job->url, &url) ? url.authority : job->actor->orgnr;
    codes[held++] = vt_str(job->error.code);
  }
  return held;
}

void vt_run_record_held(struct vt_running *running)
{
  struct vater_str *hosts = vt_arena_array(running->arena, running->job_count, sizeof *hosts);
  struct vater_str *codes = vt_arena_array(running->arena, running->job_count, sizeof *codes);
  if (hosts == NULL || codes == NULL) {
    vt_fail(&running->failure, VATER_E_NOMEM, "OPS-MEMORY", "out of memory");
    return;
  }
  int held = collect_held(running, hosts, codes);
  bool local = !running->connected && vt_net_failed_locally(hosts, codes, (size_t)held);
  running->summary->local_fault = local;
  for (uint32_t i = 0; i < running->job_count; i++) {
    struct vt_job *job = &running->jobs[i];
    if (job->state != VT_JOB_HELD)
      continue;
    if (local)
      vt_text_copy(job->error.code, sizeof job->error.code, VT_STR("NET-LOCAL"));
    vt_run_record(job);
  }
}
