#include "run/job.h"

#include "base/limits.h"

enum { ASK_AGAIN_MS = 5 * 60 * 1000 };

/* What one endpoint may ask, another one may not. */
static bool is_of(const struct vt_keyset *keyset, const struct vt_job *job)
{
  return vt_str_equal(keyset->url, job->endpoint->signature.key_url) &&
         keyset->allow == vt_endpoint_allowance(job->endpoint);
}

static struct vt_keyset *find(const struct vt_job *job)
{
  struct vt_running *running = job->running;
  for (uint32_t i = 0; i < running->keyset_count; i++)
    if (is_of(&running->keysets[i], job))
      return &running->keysets[i];
  return NULL;
}

static struct vt_keyset *keyset_of(struct vt_job *job)
{
  struct vt_running *running = job->running;
  struct vt_keyset *keyset = find(job);
  if (keyset != NULL)
    return keyset;
  keyset = &running->keysets[running->keyset_count++];
  *keyset = (struct vt_keyset){.url = job->endpoint->signature.key_url,
                               .allow = vt_endpoint_allowance(job->endpoint)};
  return keyset;
}

static int ask(struct vt_running *running, struct vt_keyset *keyset, struct vt_error *error)
{
  const struct vt_net_request request = {.url = keyset->url,
                                         .allow = keyset->allow,
                                         .body_limit = VT_LIMIT_KEYS_BYTES,
                                         .sink = -1,
                                         .tries = running->configuration.tries,
                                         .user = keyset};
  keyset->state = VT_KEYSET_ASKED;
  keyset->asked_ms = vt_run_now_ms(running);
  return vt_net_submit(running->net, &request, &keyset->exchange, error);
}

/* That the run was stopped, or its time was up, is no fault of the keys. */
static bool is_of_run(const struct vt_error *error)
{
  struct vater_str code = vt_str(error->code);
  return vt_str_is(code, "OPS-STOPPED") || vt_str_is(code, "NET-DEADLINE");
}

int vt_run_keys(struct vt_job *job, struct vater_str *keys)
{
  const struct vt_signature_setting *setting = &job->endpoint->signature;
  *keys = setting->keys;
  if (setting->key_url.len == 0)
    return VATER_OK;
  struct vt_keyset *keyset = keyset_of(job);
  if (keyset->state == VT_KEYSET_NEW && ask(job->running, keyset, &job->error) != VATER_OK)
    return job->error.status;
  if (keyset->state == VT_KEYSET_ASKED)
    return VATER_DONE;
  *keys = keyset->text;
  job->keys_generation = keyset->generation;
  if (keyset->state == VT_KEYSET_THERE)
    return VATER_OK;
  if (is_of_run(&keyset->error)) {
    job->error = keyset->error;
    return job->error.status;
  }
  return vt_fail(&job->error, VATER_E_AUTH, "AUTH-JWKS", "the keys of %.*s: %s",
                 VT_STR_ARGS(keyset->url), keyset->error.text);
}

bool vt_run_keys_renew(struct vt_job *job)
{
  struct vt_keyset *keyset = job->endpoint->signature.key_url.len > 0 ? find(job) : NULL;
  if (keyset == NULL || keyset->state == VT_KEYSET_FAILED)
    return false;
  if (keyset->state == VT_KEYSET_ASKED || keyset->generation != job->keys_generation)
    return true;
  if (vt_run_now_ms(job->running) - keyset->asked_ms < ASK_AGAIN_MS)
    return false;
  keyset->state = VT_KEYSET_NEW;
  return true;
}

struct vt_keyset *vt_run_keys_of(struct vt_running *running, const struct vt_net_exchange *exchange)
{
  for (uint32_t i = 0; i < running->keyset_count; i++)
    if (running->keysets[i].exchange == exchange)
      return &running->keysets[i];
  return NULL;
}

/* A set that cannot be had anew leaves the one that there was. */
static void take(struct vt_running *running, struct vt_keyset *keyset)
{
  const struct vt_net_answer *answer = vt_net_exchange_answer(keyset->exchange);
  struct vater_str text = VT_STR_NONE;
  if (answer->result == VT_NET_RECEIVED)
    text = vt_arena_copy(running->arena, answer->body);
  keyset->state = text.ptr != NULL || keyset->text.ptr != NULL ? VT_KEYSET_THERE : VT_KEYSET_FAILED;
  keyset->generation++;
  if (text.ptr != NULL) {
    keyset->text = text;
    return;
  }
  keyset->error = answer->error;
  if (answer->result != VT_NET_FAILED)
    vt_fail(&keyset->error, VATER_E_AUTH, "AUTH-JWKS", "the answer is empty");
}

void vt_run_keys_answer(struct vt_running *running, struct vt_keyset *keyset)
{
  take(running, keyset);
  vt_net_exchange_free(keyset->exchange);
  keyset->exchange = NULL;
  for (uint32_t i = 0; i < running->next_job; i++)
    if (running->jobs[i].state == VT_JOB_KEYS && is_of(keyset, &running->jobs[i]))
      vt_run_judge_page(&running->jobs[i]);
}
