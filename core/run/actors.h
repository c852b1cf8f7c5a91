/* The actor registry, actors.json: who reports, where we ask, for whom. Immutable once loaded. */
#ifndef VT_RUN_ACTORS_H
#define VT_RUN_ACTORS_H

#include "base/arena.h"
#include "base/codes.h"
#include "base/date.h"
#include "base/diagnostics.h"
#include "judge/judge.h"
#include "run/document.h"

/* How an endpoint's deliveries are signed. */
struct vt_signature_setting {
  enum vt_signature_form form; /* NONE: not looked at */
  bool required;
  struct vater_str header;        /* of a detached signature, NUL-terminated; else empty */
  struct vater_str keys, key_url; /* JWKS, JWK or PEM; or where a JWKS is */
  struct vater_str key_file;      /* that the keys were read from, as the registry names it */
  struct vater_str algorithm, issuer, audience;
};

struct vt_endpoint {
  struct vater_str id;
  struct vater_str source, format, auth; /* plugin names; auth may be empty */
  struct vater_str url;                  /* a template; the source plugin fills it in */
  /* the plugin's settings: the object as it stands in the file */
  struct json_t *source_settings, *format_settings, *auth_settings;
  char pointer[96]; /* "/actors/3/endpoints/0", for messages about its settings */
  enum vt_period_kind frequency;
  unsigned goal;      /* 0: none */
  uint64_t max_bytes; /* 0: the limit */
  bool allow_loopback, allow_private, allow_plain_http;
  bool enabled;
  struct vt_signature_setting signature;
};

struct vt_obligation {
  struct vater_str indicator;
  struct vater_str from, to; /* periods, may be empty */
};

struct vt_delegation {
  struct vater_str actor;       /* that the holder may report for */
  int64_t valid_from, valid_to; /* days since 1970 */
};

struct vt_actor {
  struct vater_str orgnr, name, type, level, parent, contact, environment;
  enum vt_language language;
  int64_t valid_from, valid_to; /* days since 1970; INT64_MIN and INT64_MAX when open */
  struct vt_endpoint *endpoints;
  uint32_t endpoint_count;
  struct vt_obligation *obligations;
  uint32_t obligation_count;
  struct vt_delegation *delegations;
  uint32_t delegation_count;
};

struct vt_actors {
  struct vt_actor *items; /* in the order of the file */
  uint32_t count;
  struct vt_document document; /* for messages about places in it */
};

/*
 * Loads and checks: structure by actors.schema.json (in `rules_directory`/schemas), then meaning:
 * control digits, duplicate orgnr, duplicate endpoint id, dates in order, parent and delegations
 * known, keys that signatures can be verified with, an empty list. Everything wrong is listed in
 * one go (OPS-CONFIG) with file, line, column. VATER_OK only when no error was added; what could be
 * read is there all the same. Free with vt_actors_fini().
 */
int vt_actors_load(const struct vt_environment *environment, const char *path,
                   const char *rules_directory, struct vt_arena *arena, struct vt_actors *actors,
                   struct vt_diagnostics *diagnostics);
void vt_actors_fini(struct vt_actors *actors);
/* NULL where there is none. */
const struct vt_actor *vt_actors_find(const struct vt_actors *actors, struct vater_str orgnr);
/* Nine digits whose last is the modulus-11 control digit (Brønnøysundregistrene: weights
 * 3 2 7 6 5 4 3 2). */
bool vt_orgnr_valid(struct vater_str orgnr);

#endif
