#include "run/job.h"

#include "judge/screen.h"

static void conceal(const struct vt_authorization *authorization, struct vt_buffer *text)
{
  if (authorization != NULL)
    vt_config_conceal(authorization->config, text);
  if (text->len > 0)
    vt_screen_mask_hits(text->bytes, text->len);
}

void vt_run_conceal_job(void *job, struct vt_buffer *text)
{
  conceal(((const struct vt_job *)job)->authorization, text);
}

void vt_run_conceal_conversation(void *authorization, struct vt_buffer *text)
{
  conceal(authorization, text);
}

static int conceal_text(const struct vt_net_exchange *exchange, struct vt_arena *arena,
                        struct vater_str *text)
{
  *text = vt_net_exchange_shown(exchange, arena, *text, text->len);
  return text->ptr != NULL ? VATER_OK : VATER_E_NOMEM;
}

int vt_run_refusal(const struct vt_net_exchange *exchange, struct vt_arena *arena,
                   struct vater_response *response)
{
  int status = vt_answer_to_response(vt_net_exchange_answer(exchange), arena, response);
  if (status != VATER_OK || response->status < 400)
    return status;
  if (response->body.len > 0)
    status = conceal_text(exchange, arena, &response->body);
  for (uint32_t i = 0; i < response->header_count && status == VATER_OK; i++) {
    struct vt_response_header *header =
        (struct vt_response_header *)(uintptr_t)&response->headers[i];
    if (vt_str_equal_nocase(header->name, VT_STR("WWW-Authenticate")))
      status = conceal_text(exchange, arena, &header->value);
  }
  return status;
}
