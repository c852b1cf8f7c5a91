#include "oauth2.h"

#include <string.h>

enum { SHOWN = 160, LONGEST_WORD = 40 };

static const struct {
  const char *code, *meaning;
} explanations[] = {
#define OAUTH2_CODE(code, en, nb, nn) {code, en},
#include "explain.def"
#undef OAUTH2_CODE
};

static struct vater_str text_of(const vater_node *object, const char *name)
{
  const vater_node *member = oauth2_host->node->member(object, name);
  return oauth2_host->node->type(member) == VATER_NODE_TEXT ? oauth2_host->node->text(member)
                                                            : (struct vater_str){NULL, 0};
}

/* A code is told from a longer one that begins alike. */
static bool has_code(struct vater_str text, const char *code)
{
  size_t len = strlen(code);
  for (size_t i = 0; i + len <= text.len; i++)
    if (memcmp(text.ptr + i, code, len) == 0 &&
        (i + len == text.len || text.ptr[i + len] < '0' || text.ptr[i + len] > '9'))
      return true;
  return false;
}

bool oauth2_is_late(const vater_node *body)
{
  return has_code(text_of(body, "error_description"), "MP-130");
}

static bool is_word(char c)
{
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '+' || c == '/' || c == '=' || c == '~';
}

/* What the service says, without what it may have quoted of ours: long words are tokens or keys. */
static size_t quote(struct vater_str text, char out[SHOWN + 1])
{
  size_t used = 0;
  for (size_t i = 0; i < text.len && used + 4 < SHOWN;) {
    size_t word = 0;
    while (i + word < text.len && is_word(text.ptr[i + word]))
      word++;
    if (word > LONGEST_WORD) {
      memcpy(out + used, "...", 3);
      used += 3;
      i += word;
      continue;
    }
    word = word > 0 ? word : 1;
    size_t kept = word < SHOWN - used ? word : SHOWN - used;
    memcpy(out + used, text.ptr + i, kept);
    used += kept;
    i += word;
  }
  out[used] = '\0';
  return used;
}

static const char *meaning_of(struct vater_str error, struct vater_str description,
                              const char **code)
{
  for (size_t i = 0; i < sizeof explanations / sizeof *explanations; i++)
    if (has_code(description, explanations[i].code) || str_is(error, explanations[i].code)) {
      *code = explanations[i].code;
      return explanations[i].meaning;
    }
  return NULL;
}

int oauth2_explain(vater_call *call, const struct client *client, const vater_response *response,
                   const vater_node *body)
{
  char said[SHOWN + 1];
  const char *code = NULL;
  struct vater_str error = text_of(body, "error");
  struct vater_str description = text_of(body, "error_description");
  const char *meaning = meaning_of(error, description, &code);
  int http_status = oauth2_host->http->status(response);
  quote(description, said);
  if (meaning != NULL)
    return oauth2_host->fail(call, VATER_E_AUTH, "client '%.*s' was refused a token (%s): %s%s%s%s",
                             client->id.len > 60 ? 60 : (int)client->id.len, client->id.ptr, code,
                             meaning, said[0] != '\0' ? "; the service says: \"" : "", said,
                             said[0] != '\0' ? "\"" : "");
  if (http_status >= 500 || http_status == 429 || error.len == 0)
    return oauth2_host->fail(call, VATER_E_AUTH, "AUTH-IDP: the token service answered %d%s",
                             http_status, error.len == 0 ? " without OAuth's error" : "");
  return oauth2_host->fail(
      call, VATER_E_AUTH, "client '%.*s' was refused a token (%d, error '%.*s')%s%s%s",
      client->id.len > 60 ? 60 : (int)client->id.len, client->id.ptr, http_status,
      error.len > 60 ? 60 : (int)error.len, error.ptr,
      said[0] != '\0' ? "; the service says: \"" : "", said, said[0] != '\0' ? "\"" : "");
}
