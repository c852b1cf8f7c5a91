#include "run/job.h"

#include "net/net.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- first requests ----------------------------------------------------------------------------
 */

static void rehearse_request(struct vt_running *running, struct vt_job *job)
{
  struct vater_request request;
  char pointer[128];
  const struct vt_endpoint *endpoint = job->endpoint;
  snprintf(pointer, sizeof pointer, "%s/source/url", endpoint->pointer);
  vt_request_init(&request, running->arena);
  if (vt_run_describe_first(job, &request) != VATER_OK)
    vt_document_complain(&running->actors.document, running->environment, running->diagnostics,
                         pointer, "%s", job->error.text);
  else if (!vt_str_starts(request.url, VT_STR("https://")) && !endpoint->allow_plain_http)
    vt_document_complain(&running->actors.document, running->environment, running->diagnostics,
                         pointer, "only https:// is asked; wanted: an address that begins with it");
  vt_request_fini(&request);
}

/* ---- formats -----------------------------------------------------------------------------------
 */

/* A format opened with settings, by itself or as one of those that "auto" chooses from. */
struct opening {
  struct vater_str format, settings;
  struct vt_config_document *documents;
  size_t document_count;
};

static bool same(const struct vt_job *a, const struct vt_job *b)
{
  return vt_str_equal(a->endpoint->format, b->endpoint->format) &&
         vt_str_equal(a->format_settings, b->format_settings);
}

static void complain(struct vt_running *running, const struct vt_job *job, const char *text)
{
  char pointer[128];
  snprintf(pointer, sizeof pointer, "%s/format", job->endpoint->pointer);
  vt_document_complain(&running->actors.document, running->environment, running->diagnostics,
                       pointer, "%s", text);
}

/* Which endpoint it is whose mapping is told of. */
static void refer(struct vt_running *running, const struct vt_job *job, const char *file)
{
  char pointer[128];
  struct vt_error error = {0};
  snprintf(pointer, sizeof pointer, "%s/format", job->endpoint->pointer);
  vt_fail(&error, VATER_E_CONFIG, "OPS-CONFIG",
          "this endpoint's mapping is '%s', whose faults are listed; see 'vater rules lint %s'",
          file, file);
  vt_document_add(&running->actors.document, running->environment, running->diagnostics,
                  VATER_SEVERITY_INFO, pointer, &error);
}

static void tell_faults(struct vt_running *running, const struct vt_job *job,
                        const struct opening *opening, const struct vt_worker_event *event)
{
  const char *referred = NULL;
  for (uint32_t i = 0; i < event->faults->count; i++) {
    const struct vt_diagnostic *fault = &event->faults->items[i];
    if (!vt_mapping_tell(fault, opening->documents, opening->document_count, running->diagnostics))
      complain(running, job, fault->error.text);
    else if (referred == NULL || strcmp(referred, fault->error.source) != 0)
      refer(running, job, referred = fault->error.source);
  }
  if (event->faults->count == 0)
    complain(running, job, event->error->text);
}

/* A worker opens the format and gets no page: what it says against the settings, it would say of
 * every delivery. A plugin that breaks costs the jobs that use it, not the run. */
static int open_once(struct vt_running *running, const struct vt_job *job,
                     const struct opening *opening, struct vt_error *error)
{
  const struct vt_judge_job described = {.id = job->endpoint->id,
                                         .actor = job->actor->orgnr,
                                         .format = opening->format,
                                         .settings = opening->settings,
                                         .documents = opening->documents,
                                         .document_count = opening->document_count,
                                         .today = running->today};
  struct vt_worker *worker = NULL;
  struct vt_worker_event event = {.worker = NULL};
  int status = vt_worker_open(running->zygote, &described, NULL, &worker, error);
  if (status == VATER_OK)
    status = vt_worker_finish(worker, error);
  while (status == VATER_OK && (event.worker != worker || event.kind == VT_WORKER_PAGE))
    status = vt_zygote_wait(running->zygote, &event, error);
  bool refused = status == VATER_OK && event.kind == VT_WORKER_FAILED;
  if (refused && strcmp(event.error->code, "OPS-CONFIG") == 0)
    tell_faults(running, job, opening, &event);
  vt_worker_close(worker);
  return status;
}

/* Formats without documents have nothing that the plan did not see. */
static bool takes_documents(const struct vt_running *running, struct vater_str format)
{
  const struct vt_zygote_info *info = vt_zygote_info(running->zygote);
  for (uint32_t i = 0; i < info->plugin_count; i++)
    if (vt_str_equal(info->plugins[i].name, format))
      return info->plugins[i].document_setting_count > 0;
  return vt_str_is(format, "auto");
}

/* With format "auto" each plugin has settings of its own, and documents as "csv/mapping". */
static int open_each(struct vt_running *running, const struct vt_job *job, const json_t *settings,
                     struct vt_error *error)
{
  const char *name;
  json_t *own;
  int status = VATER_OK;
  json_object_foreach((json_t *)(uintptr_t)settings, name, own)
  {
    struct opening opening = {.format = vt_str(name)};
    if (!takes_documents(running, opening.format) || status != VATER_OK)
      continue;
    char *text = json_dumps(own, JSON_COMPACT | JSON_SORT_KEYS);
    opening.settings = text != NULL ? vt_arena_copy(running->arena, vt_str(text)) : VT_STR_NONE;
    free(text);
    opening.documents =
        vt_arena_array(running->arena, job->document_count + 1, sizeof *opening.documents);
    if (opening.settings.ptr == NULL || opening.documents == NULL)
      return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
    for (size_t i = 0; i < job->document_count; i++) {
      struct vater_str setting = job->documents[i].setting;
      size_t slash = vt_str_find(setting, VT_STR("/"), 0);
      if (!vt_str_equal(vt_str_slice(setting, 0, slash), opening.format))
        continue;
      opening.documents[opening.document_count] = job->documents[i];
      opening.documents[opening.document_count++].setting =
          vt_str_slice(setting, slash + 1, SIZE_MAX);
    }
    status = open_once(running, job, &opening, error);
  }
  return status;
}

static int rehearse_format(struct vt_running *running, const struct vt_job *job,
                           struct vt_error *error)
{
  const struct opening opening = {job->endpoint->format, job->format_settings, job->documents,
                                  job->document_count};
  if (!vt_str_is(opening.format, "auto"))
    return open_once(running, job, &opening, error);
  json_t *settings = json_loadb(opening.settings.ptr, opening.settings.len, 0, NULL);
  int status = open_each(running, job, settings, error);
  json_decref(settings);
  return status;
}

int vt_run_open_formats(struct vt_running *running, struct vt_error *error)
{
  for (uint32_t i = 0; i < running->job_count; i++) {
    const struct vt_job *job = &running->jobs[i];
    uint32_t before = 0;
    if (!takes_documents(running, job->endpoint->format) || job->format_settings.ptr == NULL)
      continue;
    while (before < i && !same(&running->jobs[before], job))
      before++;
    int status = before < i ? VATER_OK : rehearse_format(running, job, error);
    if (status != VATER_OK)
      return status;
  }
  return vt_run_conclude_plan(running, error);
}

int vt_run_rehearse(struct vt_running *running, struct vt_error *error)
{
  bool sound = running->diagnostics->errors == 0; /* all sources are open */
  for (uint32_t i = 0; i < running->job_count && sound; i++)
    rehearse_request(running, &running->jobs[i]);
  return vt_run_open_formats(running, error);
}
