#include "run/job.h"

static int list_actors(struct vt_job *job, struct vt_rules_actor **list, size_t *count)
{
  const struct vt_actor *actor = job->actor;
  const struct vt_running *running = job->running;
  *list = vt_arena_array(job->arena, (size_t)actor->delegation_count + 1, sizeof **list);
  *count = 0;
  if (*list == NULL)
    return VATER_E_NOMEM;
  (*list)[(*count)++] = (struct vt_rules_actor){actor->orgnr, actor->type};
  for (uint32_t i = 0; i < actor->delegation_count; i++) {
    const struct vt_delegation *delegation = &actor->delegations[i];
    if (running->today < delegation->valid_from || running->today > delegation->valid_to)
      continue;
    const struct vt_actor *other = vt_actors_find(&running->actors, delegation->actor);
    if (other != NULL)
      (*list)[(*count)++] = (struct vt_rules_actor){other->orgnr, other->type};
  }
  return VATER_OK;
}

static bool due(const struct vt_obligation *obligation, struct vater_str period)
{
  struct vt_period asked;
  struct vt_period edge;
  if (!vt_period_parse(period, &asked))
    return true;
  if (vt_period_parse(obligation->from, &edge) && asked.end < edge.start)
    return false;
  return !vt_period_parse(obligation->to, &edge) || asked.start <= edge.end;
}

static int list_expected(struct vt_job *job, struct vater_str **list, size_t *count)
{
  const struct vt_actor *actor = job->actor;
  *list = vt_arena_array(job->arena, actor->obligation_count, sizeof **list);
  *count = 0;
  if (*list == NULL)
    return VATER_E_NOMEM;
  for (uint32_t i = 0; i < actor->obligation_count; i++)
    if (due(&actor->obligations[i], vt_str(job->period)))
      (*list)[(*count)++] = actor->obligations[i].indicator;
  return VATER_OK;
}

static struct vt_judge_signature describe_signature(const struct vt_job *job, struct vater_str keys)
{
  const struct vt_signature_setting *setting = &job->endpoint->signature;
  const struct vt_clock *clock = &job->running->environment->clock;
  return (struct vt_judge_signature){.form = setting->form,
                                     .required = setting->required,
                                     .verified = job->replayed,
                                     .keys = keys,
                                     .algorithm = setting->algorithm,
                                     .issuer = setting->issuer,
                                     .audience = setting->audience,
                                     .now_ms = clock->wall_ms(clock->context)};
}

int vt_run_open_worker(struct vt_job *job, struct vater_str keys)
{
  struct vt_running *running = job->running;
  struct vt_rules_actor *actors;
  struct vater_str *expected;
  struct vt_judge_job described = {.id = job->endpoint->id,
                                   .actor = job->actor->orgnr,
                                   .format = job->endpoint->format,
                                   .settings = job->format_settings,
                                   .documents = job->documents,
                                   .document_count = job->document_count,
                                   .period = job->names_period ? vt_str(job->period) : VT_STR_NONE,
                                   .today = running->today,
                                   .proposed = running->options->proposed,
                                   .signature = describe_signature(job, keys)};
  if (list_actors(job, &actors, &described.actor_count) != VATER_OK ||
      list_expected(job, &expected, &described.expected_count) != VATER_OK)
    return vt_fail(&job->error, VATER_E_NOMEM, NULL, "out of memory");
  described.actors = actors;
  described.expected = expected;
  running->environment->random.fill(running->environment->random.context, &described.hash_seed,
                                    sizeof described.hash_seed);
  job->judge_started_ms = vt_run_now_ms(running);
  return vt_worker_open(running->zygote, &described, job, &job->worker, &job->error);
}

void vt_run_split_media_type(struct vt_job *job, struct vater_str text, struct vt_judge_head *head)
{
  size_t semicolon = vt_str_find(text, VT_STR(";"), 0);
  head->media_type = vt_str_trim(vt_str_slice(text, 0, semicolon));
  for (size_t at = semicolon; at < text.len;) {
    size_t end = vt_str_find(text, VT_STR(";"), at + 1);
    struct vater_str part = vt_str_trim(vt_str_slice(text, at + 1, end));
    at = end;
    if (part.len <= 8 || !vt_str_equal_nocase(vt_str_slice(part, 0, 8), VT_STR("charset=")))
      continue;
    struct vater_str value = vt_str_slice(part, 8, part.len);
    if (value.len >= 2 && value.ptr[0] == '"')
      value = vt_str_slice(value, 1, value.len - 1);
    char *lower = vt_arena_bytes(job->arena, value.len);
    for (size_t i = 0; lower != NULL && i < value.len; i++)
      lower[i] =
          (char)(value.ptr[i] >= 'A' && value.ptr[i] <= 'Z' ? value.ptr[i] + 32 : value.ptr[i]);
    if (lower != NULL)
      head->charset = (struct vater_str){lower, value.len};
  }
}

void vt_run_judge_page(struct vt_job *job)
{
  const struct vt_job_page *page = &job->pages[job->page_count - 1];
  struct vt_judge_head head = {.framing = page->framing == VT_NET_FRAMING_CLOSE ? VT_FRAMING_CLOSE
                                                                                : VT_FRAMING_WHOLE,
                               .signature = page->signature};
  struct vater_str keys = VT_STR_NONE;
  int status = job->worker == NULL ? vt_run_keys(job, &keys) : VATER_OK;
  if (status == VATER_DONE) {
    job->state = VT_JOB_KEYS;
    return;
  }
  if (status != VATER_OK) {
    vt_run_fetch_failed(job);
    return;
  }
  vt_run_split_media_type(job, page->media_type, &head);
  status = job->worker == NULL ? vt_run_open_worker(job, keys) : VATER_OK;
  job->asked_ms = vt_run_now_ms(job->running);
  if (status == VATER_OK)
    status = vt_worker_page(job->worker, page->fd, &head, &job->error);
  if (status == VATER_OK)
    job->state = VT_JOB_JUDGING;
  else
    vt_job_fail(job, VT_DELIVERY_INTERNAL_ERROR, NULL);
}

void vt_run_judge_finish(struct vt_job *job)
{
  job->state = VT_JOB_JUDGING;
  job->asked_ms = vt_run_now_ms(job->running);
  if (vt_worker_finish(job->worker, &job->error) != VATER_OK)
    vt_job_fail(job, VT_DELIVERY_INTERNAL_ERROR, NULL);
}

static void page_read(struct vt_job *job, const struct vt_judge_page *page)
{
  if (page->unknown_key && job->page_count == 1 && vt_run_keys_renew(job)) {
    vt_worker_close(job->worker);
    job->worker = NULL;
    vt_run_judge_page(job);
    return;
  }
  if (page->refused || job->unchanged)
    vt_run_judge_finish(job);
  else
    vt_run_fetch_next(job, page->cursor);
}

void vt_run_judge_event(struct vt_running *running, const struct vt_worker_event *event)
{
  struct vt_job *job = event->tag;
  if (event->kind != VT_WORKER_PAGE) {
    job->worker_cpu_ms = event->cpu_ms;
    job->worker_peak_bytes = event->peak_bytes;
    job->worker_noisy = event->noisy;
    job->judge_ms = vt_run_now_ms(running) - job->judge_started_ms;
  }
  switch (event->kind) {
  case VT_WORKER_PAGE:
    vt_run_took(running, VT_RUN_DECODE, job->asked_ms);
    page_read(job, &event->page);
    return;
  case VT_WORKER_RESULT:
    vt_run_took(running, VT_RUN_RULES, job->asked_ms);
    job->result = event->result;
    job->delivery = event->result->delivery;
    if (job->unchanged && job->delivery == VT_DELIVERY_RECEIVED)
      job->delivery = VT_DELIVERY_UNCHANGED;
    vt_run_record(job);
    return;
  case VT_WORKER_FAILED:
    vt_job_fail(job, VT_DELIVERY_INTERNAL_ERROR, event->error);
    return;
  }
}
