#include "base/limits.h"
#include "plugin/http.h"

enum { NAME_BYTES = 64 };

struct entry {
  char name[NAME_BYTES + 1];
  struct vt_secret *value; /* NULL: free */
  int64_t expires_ms;
};

struct vater_session {
  struct vt_allocator allocator;
  struct vt_clock clock;
  struct entry *entries; /* VT_LIMIT_SESSION_VALUES of them */
  struct vt_nonces *nonces;
};

int vt_session_new(const struct vt_environment *environment, vater_session **session)
{
  size_t size = VT_LIMIT_SESSION_VALUES * sizeof(struct entry);
  *session = NULL;
  vater_session *fresh = vt_alloc(&environment->allocator, sizeof *fresh);
  struct entry *entries = vt_alloc(&environment->allocator, size);
  if (fresh == NULL || entries == NULL) {
    vt_free(&environment->allocator, fresh);
    vt_free(&environment->allocator, entries);
    return VATER_E_NOMEM;
  }
  memset(entries, 0, size);
  *fresh = (vater_session){environment->allocator, environment->clock, entries, NULL};
  *session = fresh;
  return VATER_OK;
}

void vt_session_free(vater_session *session)
{
  if (session == NULL)
    return;
  struct vt_allocator allocator = session->allocator;
  for (size_t i = 0; i < VT_LIMIT_SESSION_VALUES; i++)
    vt_secret_free(session->entries[i].value);
  vt_free(&allocator, session->entries);
  vt_free(&allocator, session);
}

static void forget(struct entry *entry)
{
  vt_secret_free(entry->value);
  *entry = (struct entry){.value = NULL};
}

/* Expired ones are forgotten on the way. */
static struct entry *find(vater_session *session, struct vater_str name, struct entry **unused)
{
  int64_t now = session->clock.wall_ms(session->clock.context);
  struct entry *found = NULL;
  *unused = NULL;
  for (size_t i = 0; i < VT_LIMIT_SESSION_VALUES; i++) {
    struct entry *entry = &session->entries[i];
    if (entry->value != NULL && entry->expires_ms != 0 && entry->expires_ms <= now)
      forget(entry);
    if (entry->value == NULL)
      *unused = *unused != NULL ? *unused : entry;
    else if (vt_str_is(name, entry->name))
      found = entry;
  }
  return found;
}

int vt_session_set(vater_session *session, struct vater_str name, struct vater_str value,
                   int64_t expires_ms, struct vt_error *error)
{
  struct entry *unused;
  struct vt_secret *fresh = NULL;
  if (name.len == 0 || name.len > NAME_BYTES || memchr(name.ptr, '\0', name.len) != NULL)
    return vt_fail(error, VATER_E_REFUSED, NULL, "a session value's name has 1 to %d bytes",
                   (int)NAME_BYTES);
  if (value.len > VT_LIMIT_SESSION_VALUE_BYTES)
    return vt_fail(error, VATER_E_LIMIT, NULL,
                   "the session value '%.*s' has %zu bytes; the limit SESSION_VALUE_BYTES is %llu",
                   VT_STR_ARGS(name), value.len, (unsigned long long)VT_LIMIT_SESSION_VALUE_BYTES);
  struct entry *entry = find(session, name, &unused);
  if (value.len == 0) {
    if (entry != NULL)
      forget(entry);
    return VATER_OK;
  }
  if (entry == NULL && unused == NULL)
    return vt_fail(error, VATER_E_LIMIT, NULL,
                   "the session is full; the limit SESSION_VALUES is %llu",
                   (unsigned long long)VT_LIMIT_SESSION_VALUES);
  if (vt_secret_copy(value, &fresh) != VATER_OK)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for a session value");
  entry = entry != NULL ? entry : unused;
  forget(entry);
  vt_text_copy(entry->name, sizeof entry->name, name);
  entry->value = fresh;
  entry->expires_ms = expires_ms;
  return VATER_OK;
}

bool vt_session_get(vater_session *session, struct vater_str name, struct vater_str *value)
{
  struct entry *unused;
  const struct entry *entry = find(session, name, &unused);
  *value = entry != NULL ? vt_secret_reveal(entry->value) : VT_STR_NONE;
  return entry != NULL;
}

void vt_session_share_nonces(vater_session *session, struct vt_nonces *nonces)
{
  session->nonces = nonces;
}

struct vt_nonces *vt_session_nonces(const vater_session *session)
{
  return session->nonces;
}
