/* From what libcurl, TLS and HTTP say to the engine's codes. Pure; the rows are reasons.def. */
#ifndef VT_NET_REASONS_H
#define VT_NET_REASONS_H

#include "base/buffer.h"

/* How far a try came. */
enum vt_net_phase {
  VT_NET_PHASE_NAME = 1,
  VT_NET_PHASE_CONNECT = 2,
  VT_NET_PHASE_TLS = 4,
  VT_NET_PHASE_ASK = 8,
  VT_NET_PHASE_HEAD = 16,
  VT_NET_PHASE_BODY = 32,
  VT_NET_PHASE_ANY = 63
};

struct vt_net_reason {
  const char *code;     /* one of codes.def */
  const char *sentence; /* lower case, no full stop */
};

/* A failed transfer. `curl` is a CURLcode, `verify` OpenSSL's verify result, `system` the
 * errno of connect, `message` libcurl's own text. There is always a reason. */
struct vt_net_reason vt_net_reason_transfer(enum vt_net_phase phase, int curl, long verify,
                                            int system, const char *message);
/* An HTTP status; code NULL where it is one that brings a body (200-204, 207 and up are not). */
struct vt_net_reason vt_net_reason_status(int status);

/* Whether `content_type` is one of `accepted` (ends with NULL; NULL: any) in UTF-8. An absent type
 * passes: the payload's reader decides. */
bool vt_net_type_accepted(struct vater_str content_type, const char *const *accepted);

/* Whether a compressed body grows out of all proportion (VT_LIMIT_GZIP_RATIO); the first MiB is
 * free. */
bool vt_net_is_bomb(uint64_t decoded, uint64_t wire);

/* The first bytes of a refusal for a message: one line, at most 160 bytes of text, runs of six and
 * more digits as '#', so that no person number is passed on. */
int vt_net_excerpt(struct vater_str body, struct vt_buffer *out);

#endif
