#include "run/impact.h"

#include "run/impact_wide.h"
#include "run/start.h"
#include "worker/memory.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

enum { AT_ONCE = 4 };

/* One delivery under way: the same pages before both. */
struct replayed {
  struct replay *replay;
  const struct vt_store_delivery *stored;
  uint32_t order;
  struct vt_arena *arena;
  struct vt_store_page *pages;
  int *page_fds;
  size_t page_count;
  struct side {
    struct replayed *replayed;
    struct vt_job job;
    size_t handed; /* pages */
    bool ended;
  } sides[VT_IMPACT_SIDES];
  struct vt_error error; /* why it is left */
};

struct replay {
  const struct vt_impact_options *options;
  struct vt_running running[VT_IMPACT_SIDES]; /* the second borrows all but zygote and mappings */
  struct vt_arena *arena;
  struct vt_impact *impact;
  struct vt_impact_tally tally;
  struct vt_impact_wide wide;
  struct vt_store_delivery *deliveries;
  size_t count, next;
  struct replayed *under_way[AT_ONCE];
  size_t active;
};

static int no_memory(struct vt_error *error)
{
  return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "out of memory while replaying");
}

/* ---- what is left ------------------------------------------------------------------------------
 */

static int leave(struct replay *replay, const struct vt_store_delivery *stored,
                 struct vater_str reason, bool fault, struct vt_error *error)
{
  struct vt_impact_left *left = &replay->impact->left[replay->impact->left_count++];
  *left = (struct vt_impact_left){.orgnr = vt_arena_copy(replay->arena, stored->actor),
                                  .endpoint = vt_arena_copy(replay->arena, stored->endpoint),
                                  .run = stored->run,
                                  .reason = vt_arena_copy(replay->arena, reason),
                                  .fault = fault};
  return left->reason.ptr == NULL ? no_memory(error) : VATER_OK;
}

static int by_delivery(const void *a, const void *b)
{
  const struct vt_impact_left *left = a, *right = b;
  int order = vt_str_compare(left->orgnr, right->orgnr);
  if (order == 0)
    order = vt_str_compare(left->endpoint, right->endpoint);
  return order != 0 ? order : (left->run > right->run) - (left->run < right->run);
}

static const struct vt_endpoint *endpoint_of(const struct vt_actor *actor, struct vater_str id)
{
  for (uint32_t i = 0; actor != NULL && i < actor->endpoint_count; i++)
    if (vt_str_equal(actor->endpoints[i].id, id))
      return &actor->endpoints[i];
  return NULL;
}

/* Why it cannot be judged any more, or NULL. */
static const char *obstacle(const struct replay *replay, const struct vt_store_delivery *stored)
{
  const struct vt_actor *actor = vt_actors_find(&replay->running[0].actors, stored->actor);
  if (stored->test)
    return "a test delivery";
  if (stored->pii)
    return "its payload was dropped: person numbers (PAY-PII)";
  if (vt_str_starts(stored->code, VT_STR("AUTH-")))
    return "it was refused before it was read: its signature";
  if (actor == NULL)
    return "the actor is not in the registry any more";
  return endpoint_of(actor, stored->endpoint) == NULL
             ? "the endpoint is not in the registry any more"
             : NULL;
}

/* ---- one delivery ----------------------------------------------------------------------------
 */

static void end(struct replayed *replayed)
{
  for (int i = 0; i < VT_IMPACT_SIDES; i++)
    vt_worker_close(replayed->sides[i].job.worker);
  for (size_t i = 0; i < replayed->page_count; i++)
    if (replayed->page_fds[i] >= 0)
      close(replayed->page_fds[i]);
  struct replay *replay = replayed->replay;
  for (size_t i = 0; i < AT_ONCE; i++)
    if (replay->under_way[i] == replayed) {
      replay->under_way[i] = NULL;
      replay->active--;
    }
  vt_arena_free(replayed->arena);
}

static int load_pages(struct replayed *replayed, struct vt_error *error)
{
  struct vt_store *store = replayed->replay->running[0].store;
  size_t count = 0;
  int status = vt_store_list_pages(store, replayed->stored->job, replayed->arena, &replayed->pages,
                                   &count, error);
  if (status != VATER_OK)
    return status;
  replayed->page_fds = vt_arena_array(replayed->arena, count, sizeof *replayed->page_fds);
  if (replayed->page_fds == NULL)
    return no_memory(error);
  for (size_t i = 0; i < count; i++)
    replayed->page_fds[i] = -1;
  replayed->page_count = count;
  for (size_t i = 0; i < count; i++) {
    struct vater_str content;
    struct vt_arena_mark mark = vt_arena_mark(replayed->arena);
    status =
        vt_store_find_payload(store, replayed->pages[i].sha256, replayed->arena, &content, error);
    if (status == VATER_OK)
      status = vt_memory_of("page", content, &replayed->page_fds[i], error);
    vt_arena_rewind(replayed->arena, mark);
    if (status != VATER_OK)
      return status;
  }
  return VATER_OK;
}

static int hand_page(struct side *side, struct vt_error *error)
{
  const struct replayed *replayed = side->replayed;
  struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  if (side->handed == replayed->page_count)
    return vt_worker_finish(side->job.worker, error);
  size_t index = side->handed++;
  vt_run_split_media_type(&side->job, replayed->pages[index].media_type, &head);
  return vt_worker_page(side->job.worker, replayed->page_fds[index], &head, error);
}

static int begin_side(struct replayed *replayed, enum vt_impact_side which)
{
  struct vt_running *running = &replayed->replay->running[which];
  const struct vt_store_delivery *stored = replayed->stored;
  const struct vt_actor *actor = vt_actors_find(&running->actors, stored->actor);
  struct side *side = &replayed->sides[which];
  *side = (struct side){.replayed = replayed,
                        .job = {.running = running,
                                .actor = actor,
                                .endpoint = endpoint_of(actor, stored->endpoint),
                                .arena = replayed->arena,
                                .replayed = true}};
  vt_text_copy(side->job.period, sizeof side->job.period, stored->period);
  running->today = stored->reference_day;
  if (vt_run_format_settings(running, &side->job) != VATER_OK)
    return vt_fail(&side->job.error, VATER_E_CONFIG, "OPS-CONFIG",
                   "the settings of its format are wrong");
  int status = vt_run_open_worker(&side->job, VT_STR_NONE);
  return status == VATER_OK ? hand_page(side, &side->job.error) : status;
}

/* The tag of a worker's events is its job. */
static struct side *side_of(struct vt_job *job)
{
  return (struct side *)(void *)((char *)job - offsetof(struct side, job));
}

static int begin(struct replay *replay, const struct vt_store_delivery *stored, uint32_t order,
                 struct vt_error *error)
{
  struct vt_arena *arena = vt_arena_new(&replay->running[0].environment->allocator, 0);
  struct replayed *replayed = arena != NULL ? vt_arena_alloc(arena, sizeof *replayed) : NULL;
  if (replayed == NULL) {
    vt_arena_free(arena);
    return no_memory(error);
  }
  *replayed = (struct replayed){.replay = replay, .stored = stored, .order = order, .arena = arena};
  size_t slot = 0;
  while (replay->under_way[slot] != NULL)
    slot++;
  replay->under_way[slot] = replayed;
  replay->active++;
  int status = load_pages(replayed, error);
  if (status == VATER_DONE) {
    status = leave(replay, stored, VT_STR("its payload is not kept"), false, error);
    end(replayed);
    return status;
  }
  for (int i = 0; i < VT_IMPACT_SIDES && status == VATER_OK; i++)
    if (begin_side(replayed, (enum vt_impact_side)i) != VATER_OK) {
      status = leave(replay, stored, vt_str(replayed->sides[i].job.error.text), true, error);
      end(replayed);
      return status;
    }
  return status;
}

static int judged(struct replayed *replayed, struct vt_error *error)
{
  struct replay *replay = replayed->replay;
  const struct vt_result *results[VT_IMPACT_SIDES];
  int status = VATER_OK;
  for (int i = 0; i < VT_IMPACT_SIDES; i++)
    results[i] = replayed->sides[i].job.result;
  if (replayed->error.status != VATER_OK)
    status = leave(replay, replayed->stored, vt_str(replayed->error.text), true, error);
  else if (vt_impact_tally_take(&replay->tally, replayed->sides[0].job.actor, replayed->order,
                                results) != VATER_OK)
    status = no_memory(error);
  end(replayed);
  return status;
}

static void side_failed(struct side *side, enum vt_impact_side which, const struct vt_error *why)
{
  struct replayed *replayed = side->replayed;
  side->ended = true;
  if (replayed->error.status != VATER_OK)
    return;
  vt_fail(&replayed->error, why->status, why->code, "by the %s rules: %s: %s",
          which == VT_IMPACT_NOW ? "present" : "changed", why->code, why->text);
}

static int take_event(enum vt_impact_side which, const struct vt_worker_event *event,
                      struct vt_error *error)
{
  struct side *side = side_of(event->tag);
  struct replayed *replayed = side->replayed;
  struct vt_error failure = {0};
  switch (event->kind) {
  case VT_WORKER_PAGE:
    if (event->page.refused)
      side->handed = replayed->page_count;
    if (hand_page(side, &failure) != VATER_OK)
      side_failed(side, which, &failure);
    break;
  case VT_WORKER_RESULT:
    side->job.result = event->result;
    side->ended = true;
    break;
  case VT_WORKER_FAILED:
    side_failed(side, which, event->error);
    break;
  }
  if (!replayed->sides[VT_IMPACT_NOW].ended || !replayed->sides[VT_IMPACT_CHANGED].ended)
    return VATER_OK;
  return judged(replayed, error);
}

/* ---- all of them -------------------------------------------------------------------------------
 */

static int take_events(struct replay *replay, struct vt_error *error)
{
  for (int i = 0; i < VT_IMPACT_SIDES; i++) {
    struct vt_worker_event event;
    int status;
    while ((status = vt_zygote_next(replay->running[i].zygote, &event, error)) == VATER_OK) {
      status = take_event((enum vt_impact_side)i, &event, error);
      if (status != VATER_OK)
        return status;
    }
    if (status != VATER_DONE)
      return status;
    if (replay->active > 0 && vt_zygote_is_gone(replay->running[i].zygote))
      return vt_fail(error, VATER_E_IO, "OPS-BUG", "the zygote ended while replaying");
  }
  return VATER_OK;
}

static int wait_for(const struct replay *replay, struct vt_error *error)
{
  struct pollfd watched[VT_IMPACT_SIDES];
  int timeout = 1000;
  for (int i = 0; i < VT_IMPACT_SIDES; i++) {
    struct vt_zygote *zygote = replay->running[i].zygote;
    watched[i] = (struct pollfd){.fd = vt_zygote_fd(zygote), .events = POLLIN};
    int due = vt_zygote_timeout_ms(zygote);
    if (due >= 0 && due < timeout)
      timeout = due;
  }
  if (poll(watched, VT_IMPACT_SIDES, timeout) < 0 && errno != EINTR)
    return vt_fail(error, VATER_E_IO, "OPS-BUG", "cannot wait: %s", strerror(errno));
  return VATER_OK;
}

static bool same_pages(const struct vt_store_page *a, size_t a_count, const struct vt_store_page *b,
                       size_t b_count)
{
  if (a_count != b_count)
    return false;
  for (size_t i = 0; i < a_count; i++)
    if (!vt_str_equal(a[i].sha256, b[i].sha256))
      return false;
  return true;
}

/* What an endpoint delivered again without a change is judged once, the last time it came. */
static int drop_repeated(struct replay *replay, struct vt_error *error)
{
  struct vt_store *store = replay->running[0].store;
  const struct vt_store_delivery *all = replay->deliveries;
  struct vt_store_page *next_pages = NULL;
  size_t next_count = 0, kept = replay->count;
  int status = VATER_OK;
  for (size_t i = replay->count; i > 0 && status == VATER_OK; i--) {
    const struct vt_store_delivery *one = &all[i - 1];
    struct vt_store_page *pages;
    size_t count;
    status = vt_store_list_pages(store, one->job, replay->arena, &pages, &count, error);
    bool repeated =
        status == VATER_OK && i < replay->count && vt_str_equal(one->actor, all[i].actor) &&
        vt_str_equal(one->endpoint, all[i].endpoint) && vt_str_equal(one->period, all[i].period) &&
        same_pages(pages, count, next_pages, next_count);
    if (!repeated)
      replay->deliveries[--kept] = *one;
    next_pages = pages;
    next_count = count;
  }
  replay->deliveries += kept;
  replay->count -= kept;
  return status;
}

static int start_some(struct replay *replay, struct vt_error *error)
{
  int status = VATER_OK;
  while (replay->active < AT_ONCE && replay->next < replay->count && status == VATER_OK) {
    uint32_t order = (uint32_t)replay->next;
    const struct vt_store_delivery *stored = &replay->deliveries[replay->next++];
    const char *why = obstacle(replay, stored);
    status = why != NULL ? leave(replay, stored, vt_str(why), false, error)
                         : begin(replay, stored, order, error);
  }
  return status;
}

static int replay_all(struct replay *replay, struct vt_error *error)
{
  int status = vt_store_list_deliveries(replay->running[0].store, replay->options->since,
                                        replay->arena, &replay->deliveries, &replay->count, error);
  if (status == VATER_OK)
    status = drop_repeated(replay, error);
  replay->impact->left =
      vt_arena_array(replay->arena, replay->count + 1, sizeof *replay->impact->left);
  if (status == VATER_OK && replay->impact->left == NULL)
    status = no_memory(error);
  while (status == VATER_OK && (replay->active > 0 || replay->next < replay->count)) {
    status = start_some(replay, error);
    if (status == VATER_OK && replay->active > 0)
      status = wait_for(replay, error);
    if (status == VATER_OK)
      status = take_events(replay, error);
  }
  return status;
}

static int start(struct replay *replay, struct vt_run_summary *summary,
                 struct vt_diagnostics *diagnostics, struct vt_error *error)
{
  struct vt_running *now = &replay->running[VT_IMPACT_NOW];
  struct vt_running *changed = &replay->running[VT_IMPACT_CHANGED];
  int status = vt_run_start_judging(replay->options->run, summary, diagnostics, now, error);
  *changed = *now;
  changed->zygote = NULL;
  if (status == VATER_OK)
    status = vt_run_start_zygote(now, replay->options->changed, false, &changed->zygote, error);
  if (status == VATER_OK)
    status = vt_store_open(now->configuration.store.ptr, VT_STORE_READ, now->environment,
                           &now->store, error);
  if (status != VATER_OK)
    return status;
  changed->store = now->store;
  vt_impact_wide_init(&replay->wide, now, replay->arena);
  vt_run_search_mappings(now);
  vt_run_search_mappings(changed);
  return vt_impact_tally_init(&replay->tally, now->environment, &now->actors, replay->arena) ==
                 VATER_OK
             ? VATER_OK
             : no_memory(error);
}

int vt_run_impact(const struct vt_impact_options *options, struct vt_arena *arena,
                  struct vt_impact *impact, struct vt_diagnostics *diagnostics,
                  struct vt_error *error)
{
  struct replay replay = {.options = options, .arena = arena, .impact = impact};
  struct vt_run_summary summary = {0};
  *impact = (struct vt_impact){0};
  int status = start(&replay, &summary, diagnostics, error);
  if (status == VATER_OK)
    status = replay_all(&replay, error);
  if (status == VATER_OK)
    status = vt_impact_conclude(replay.running, replay.deliveries, replay.count, &replay.wide,
                                impact, error);
  for (size_t i = 0; i < AT_ONCE; i++)
    if (replay.under_way[i] != NULL)
      end(replay.under_way[i]);
  if (status == VATER_OK && vt_impact_tally_tell(&replay.tally, &replay.wide, impact) != VATER_OK)
    status = no_memory(error);
  if (status == VATER_OK && impact->left_count > 0)
    qsort(impact->left, impact->left_count, sizeof *impact->left, by_delivery);
  if (replay.tally.arena != NULL)
    vt_impact_tally_fini(&replay.tally);
  if (replay.wide.arena != NULL)
    vt_impact_wide_fini(&replay.wide);
  vt_zygote_stop(replay.running[VT_IMPACT_CHANGED].zygote);
  vt_run_end(&replay.running[VT_IMPACT_NOW]);
  return status;
}
