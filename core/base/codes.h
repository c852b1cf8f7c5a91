/* The engine's finding codes, each once in codes.def: what it is, how serious, who acts, and texts.
 */
#ifndef VT_BASE_CODES_H
#define VT_BASE_CODES_H

#include "base/str.h"

enum vt_acts { VT_ACTS_ACTOR, VT_ACTS_OPERATOR, VT_ACTS_US };

enum vt_language { VT_LANGUAGE_NB, VT_LANGUAGE_NN, VT_LANGUAGE_EN, VT_LANGUAGE_COUNT };

struct vt_code {
  const char *code;     /* "NET-REFUSED" */
  int severity;         /* enum vater_severity */
  enum vt_acts acts;    /* who has to do something */
  bool retried;         /* the fetch is tried again */
  const char *delivery; /* what it makes of the job: "not-delivered", "refused", … or "" */
  const char *title[VT_LANGUAGE_COUNT];  /* what happened */
  const char *remedy[VT_LANGUAGE_COUNT]; /* what to do */
};

/* NULL where there is no such code. */
const struct vt_code *vt_code_find(struct vater_str code);
const struct vt_code *vt_code_list(size_t *count);
const char *vt_acts_name(enum vt_acts acts);          /* "actor", "operator", "us" */
const char *vt_language_name(enum vt_language which); /* "nb", "nn", "en" */
bool vt_language_parse(struct vater_str name, enum vt_language *which);

#endif
