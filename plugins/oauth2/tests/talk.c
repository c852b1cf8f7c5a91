#include "talk.h"

#include "jose/base64url.h"

/* The settings with the paths put in for the first and second {}. */
static void fill(char *text, size_t size, const char *settings, const char *key, const char *secret)
{
  size_t used = 0;
  for (const char *at = settings; *at != '\0' && used + 64 < size; at++) {
    if (at[0] == '{' && at[1] == '}') {
      used += (size_t)snprintf(text + used, size - used, "%s", key);
      key = secret;
      at++;
    } else {
      text[used++] = *at;
    }
  }
  text[used] = '\0';
}

void begin_with(struct talk *talk, const char *settings, const char *key, const char *public_jwk,
                enum vt_algorithm algorithm)
{
  char text[2048];
  memset(talk, 0, sizeof *talk);
  rig_init(&talk->rig);
  rig_load(&talk->rig, "oauth2");
  rig_secret_file(talk->key, sizeof talk->key, key);
  rig_secret_file(talk->secret, sizeof talk->secret, "p w&d");
  fill(text, sizeof text, settings, talk->key, talk->secret);
  const vater_config *config = rig_config(&talk->rig, talk->rig.plugin->info.settings, text);
  if (config == NULL)
    fail_msg("settings: %s", talk->rig.diagnostics.items[0].error.text);
  assert_int_equal(vt_session_new(&talk->rig.environment, &talk->session), VATER_OK);
  assert_int_equal(vt_nonces_new(&talk->rig.environment, &talk->nonces), VATER_OK);
  vt_session_share_nonces(talk->session, talk->nonces);
  assert_int_equal(vt_keys_parse(&talk->rig.environment.allocator, vt_str(public_jwk), algorithm,
                                 &talk->keys, NULL),
                   VATER_OK);
  vt_instance_open(&talk->rig.call, talk->rig.plugin, VT_CAPABILITY_AUTH, config, &talk->instance,
                   &talk->rig.error);
  vt_request_init(&talk->request, talk->rig.arena);
}

void begin(struct talk *talk, const char *settings)
{
  begin_with(talk, settings, PRIVATE_JWK, PUBLIC_JWK, VT_ALGORITHM_NONE);
}

void end(struct talk *talk)
{
  vt_request_fini(&talk->request);
  vt_instance_close(&talk->instance);
  vt_session_free(talk->session);
  vt_nonces_free(talk->nonces);
  vt_keys_free(talk->keys);
  unlink(talk->key);
  unlink(talk->secret);
  rig_fini(&talk->rig);
}

int next(struct talk *talk, const struct vater_response *last)
{
  vt_request_fini(&talk->request);
  vt_request_init(&talk->request, talk->rig.arena);
  vt_error_clear(&talk->rig.error);
  return vt_auth_next(&talk->rig.call, &talk->instance, talk->session, last, &talk->request,
                      &talk->rig.error);
}

int answer(struct talk *talk, int status, const char *nonce, const char *body)
{
  struct vt_response_header header = {VT_STR("dpop-nonce"), vt_str(nonce)};
  struct vater_response response = {.status = status,
                                    .url = talk->request.url,
                                    .headers = &header,
                                    .header_count = nonce != NULL ? 1 : 0,
                                    .body = vt_str(body)};
  return next(talk, &response);
}

json_t *claims_of(struct talk *talk, struct vater_str text, const char *typ, json_t **header)
{
  struct vt_jose_guard guard = {.keys = talk->keys, .typ = typ};
  struct vt_jose_token token;
  struct vt_error error = {0};
  if (vt_jose_verify(&guard, text, 0, talk->rig.arena, &token, &error) != VATER_OK)
    fail_msg("%s", error.text);
  struct vt_buffer bytes;
  vt_buffer_init(&bytes, &talk->rig.environment.allocator, 16384);
  assert_true(
      vt_base64url_decode(&bytes, vt_str_slice(text, 0, vt_str_find(text, VT_STR("."), 0))));
  if (header != NULL)
    *header = json_loadb(bytes.bytes, bytes.len, 0, NULL);
  vt_buffer_fini(&bytes);
  return json_loadb(token.payload.ptr, token.payload.len, 0, NULL);
}

struct vater_str field(struct talk *talk, const char *name)
{
  struct vater_str body = talk->request.body;
  struct vater_str wanted = vt_arena_format(talk->rig.arena, "%s=", name);
  size_t at = vt_str_find(body, wanted, 0);
  if (at == body.len)
    return VT_STR_NONE;
  size_t stop = vt_str_find(body, VT_STR("&"), at);
  return vt_str_slice(body, at + wanted.len, stop);
}

void text_is(const json_t *object, const char *name, const char *wanted)
{
  const char *found = json_string_value(json_object_get(object, name));
  assert_string_equal(found != NULL ? found : "(absent)", wanted);
}

json_t *proof_of(struct talk *talk, const struct vater_request *request)
{
  json_t *header = NULL;
  const struct vt_request_header *proof = vt_request_header(request, "DPoP");
  assert_non_null(proof);
  json_t *claims = claims_of(talk, proof->value, "dpop+jwt", &header);
  char *jwk = json_dumps(json_object_get(header, "jwk"), JSON_COMPACT | JSON_SORT_KEYS);
  assert_string_equal(jwk, PUBLIC_JWK);
  free(jwk);
  json_decref(header);
  return claims;
}

void failed(struct talk *talk, int status, const char *code, const char *wanted)
{
  assert_int_equal(status, VATER_E_AUTH);
  assert_string_equal(talk->rig.error.code, code);
  if (strstr(talk->rig.error.text, wanted) == NULL)
    fail_msg("'%s' does not say '%s'", talk->rig.error.text, wanted);
  assert_null(strstr(talk->rig.error.text, "kanari"));
}

void ready(struct talk *talk)
{
  assert_int_equal(next(talk, NULL), VATER_OK);
  assert_int_equal(answer(talk, 200, NULL, METADATA), VATER_OK);
  assert_int_equal(answer(talk, 200, NULL, TOKEN), VATER_DONE);
}
