/*
 * HTTPS for everything that asks: one event loop over libcurl, the only user of libcurl.
 *
 * An exchange is one request with its tries: submitted, prepared before each try, sent, tried again
 * where that helps (waiting never blocks others), finished, taken, freed. Nothing here blocks but
 * vt_net_poll, which also watches the caller's own descriptors.
 *
 * What holds for every exchange: https only (http to loopback where allowed), redirects are not
 * followed, the address is checked when the socket is made, no proxy, only gzip asked for, headers
 * and decoded body counted and capped here, TLS 1.2 or later with verification. The process ignores
 * SIGPIPE. Single-threaded.
 */
#ifndef VT_NET_NET_H
#define VT_NET_NET_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/environment.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"

#include <poll.h>

struct vt_net;
struct vt_net_exchange;

struct vt_net_options {
  const struct vt_environment *environment; /* outlives the net */
  const struct vt_log *log;                 /* may be NULL */
  const char *ca_file;                      /* PEM bundle; NULL: the system's */
  const char *user_agent;                   /* NULL: "vater" */
  uint32_t in_flight;                       /* exchanges on the wire at once */
  uint32_t per_host;                        /* of those, to one host and port */
  int64_t connect_ms;                       /* name, TCP and TLS of one try */
  int64_t attempt_ms;                       /* one try altogether */
  int64_t deadline_ms;                      /* of the run, on the monotonic clock; 0: none */
  int64_t slow_bytes;                       /* fewer bytes a second than this … */
  int64_t slow_seconds;       /* … for this long is too slow; also how long silence is borne */
  int64_t retry_ms;           /* wait before the second try; doubles, with jitter */
  const char *const *resolve; /* "host:port:address[,address]" to use instead of DNS, ends with
                                 NULL; may be NULL */
};

/* 64 in flight, 6 to one host, 10 s to connect, 120 s a try, 100 bytes/s for 30 s, 1 s before the
 * second try. */
void vt_net_options_default(struct vt_net_options *options,
                            const struct vt_environment *environment);

/* OPS-CA where the CA file is missing, empty or has no certificate. Free with vt_net_free, which
 * cancels what is under way; exchanges not yet freed are freed too. */
int vt_net_new(const struct vt_net_options *options, struct vt_net **net, struct vt_error *error);
void vt_net_free(struct vt_net *net); /* NULL is fine */

/* Which addresses beyond public ones an actor's endpoints may have. Exchanges of different
 * allowances never share a connection. */
enum vt_net_allow {
  VT_NET_ALLOW_PUBLIC = 0,
  VT_NET_ALLOW_LOOPBACK = 1, /* 127.0.0.0/8, ::1 */
  VT_NET_ALLOW_PRIVATE = 2,  /* RFC 1918, unique local, carrier-grade NAT */
  VT_NET_ALLOW_HTTP = 4      /* http, to loopback only; needs ALLOW_LOOPBACK */
};

struct vt_net_header {
  struct vater_str name, value;
  bool secret; /* wiped after use, never logged */
};

/* Called before each try (1, 2, …) to add its headers with vt_net_exchange_header. A negative
 * status ends the exchange with that error. */
typedef int (*vt_net_prepare)(void *user, struct vt_net_exchange *exchange, uint32_t attempt,
                              struct vt_error *error);

/* Takes the caller's secrets, and what else may not be shown, out of a text that quotes the answer
 * (base/conceal.h). */
typedef void (*vt_net_conceal)(void *user, struct vt_buffer *text);

/* Everything is copied by vt_net_submit, but the sink, which stays the caller's. */
struct vt_net_request {
  struct vater_str url;
  struct vater_str method; /* empty: GET, or POST with a body */
  const struct vt_net_header *headers;
  uint32_t header_count;
  struct vater_str body, body_type;
  struct vater_str etag, last_modified; /* of what we have: the answer may be "unchanged" */
  const char *const *media_types; /* accepted, ends with NULL; NULL: any. Also the Accept header */
  uint32_t allow;                 /* enum vt_net_allow, or-ed */
  uint64_t body_limit;            /* decoded bytes; 0: VT_LIMIT_PAYLOAD_BYTES */
  int sink;            /* where the decoded body of a 200 goes, from offset 0, cut to length; a try
                          begins it anew. -1: into answer.body */
  int64_t deadline_ms; /* of this exchange with its tries, on the monotonic clock; 0: none */
  uint32_t tries;      /* at most; 0: VT_LIMIT_RETRIES */
  vt_net_prepare prepare; /* may be NULL */
  vt_net_conceal conceal; /* may be NULL */
  void *user;
  bool secret; /* body and answer are wiped when the exchange is freed */
  /* PEM of a client certificate with its chain, and of its key; not copied: they outlive the
   * exchange. Empty: none is presented. */
  struct vater_str certificate, certificate_key;
};

/* OPS-CONFIG: not an absolute https URL, user name in it, bad header. NULL exchange on failure. */
int vt_net_submit(struct vt_net *net, const struct vt_net_request *request,
                  struct vt_net_exchange **exchange, struct vt_error *error);
/* In prepare only: one more header of this try. */
int vt_net_exchange_header(struct vt_net_exchange *exchange, const struct vt_net_header *header,
                           struct vt_error *error);

/* In prepare only: presents this client certificate, as vt_net_request has it. */
void vt_net_exchange_certificate(struct vt_net_exchange *exchange, struct vater_str certificate,
                                 struct vater_str key);
/* As it is asked, after normalising. */
struct vater_str vt_net_exchange_url(const struct vt_net_exchange *exchange);
struct vater_str vt_net_exchange_method(const struct vt_net_exchange *exchange);
/* Sends a taken exchange once more, with headers prepared anew; its tries go on counting. Its own
 * deadline moves by `waited_ms`, which somebody else took. */
void vt_net_again(struct vt_net_exchange *exchange, int64_t waited_ms);

/* Works until an exchange has finished, a watched descriptor is ready or `timeout_ms` (-1: for
 * ever) has passed. `watched` as in poll(2), may be NULL. VATER_E_IO when polling itself fails. */
int vt_net_poll(struct vt_net *net, int64_t timeout_ms, struct pollfd *watched, size_t count,
                struct vt_error *error);
/* Submitted and not yet taken. */
uint32_t vt_net_pending(const struct vt_net *net);
/* The next finished exchange, in the order of finishing, or NULL. Free it. */
struct vt_net_exchange *vt_net_take(struct vt_net *net);
/* Cancels where it is under way. NULL is fine. */
void vt_net_exchange_free(struct vt_net_exchange *exchange);
/* Ends everything that is queued, waiting or on the wire as failed, OPS-STOPPED; then to be taken.
 * From then on nothing is submitted any more: VATER_E_CANCELLED, OPS-STOPPED. */
void vt_net_stop(struct vt_net *net);

enum vt_net_result {
  VT_NET_FAILED,   /* error says why */
  VT_NET_RECEIVED, /* 2xx with a body */
  VT_NET_NIL,      /* 204 */
  VT_NET_UNCHANGED /* 304 to a conditional request */
};

/* How the end of the body was known. CLOSE cannot tell a cut from an end: there the payload's
 * reader must prove that it is whole. It is also HTTP/2 without a length, since libcurl 7.88 takes
 * a stream that is reset in its body for one that has ended. */
enum vt_net_framing {
  VT_NET_FRAMING_NONE,
  VT_NET_FRAMING_LENGTH,
  VT_NET_FRAMING_CHUNKED,
  VT_NET_FRAMING_CLOSE
};

struct vt_net_try {
  int status;    /* HTTP status or 0 */
  char code[24]; /* empty when it went well */
  int64_t ms;    /* how long it took */
};

struct vt_net_answer {
  enum vt_net_result result;
  struct vt_error error; /* code of codes.def and a sentence with host and reason */
  int status;            /* HTTP status of the last try, 0 = none */
  const struct vt_net_header
      *headers; /* of the last answer, as sent: bytes may be anything but LF */
  uint32_t header_count;
  /* What was sent in the last try, a line each: "Accept: text/csv". Values of headers that may hold
   * a secret are not in it: "Authorization (840 bytes)". */
  struct vater_str sent;
  struct vater_str body; /* without a sink; and the first bytes of a refusal */
  uint64_t body_bytes;   /* decoded */
  uint64_t wire_bytes;   /* as received */
  enum vt_net_framing framing;
  struct vater_str url;          /* as asked, after normalising */
  char address[64];              /* who answered: "127.0.0.5" */
  int http_version;              /* 10, 11, 20; 0 = none */
  const char *certificate_chain; /* names, the server's first, with " < " between; NULL = unknown */
  int64_t certificate_until_ms;  /* when the server's certificate ends, since 1970; 0 = unknown */
  int64_t dns_ms, connect_ms, tls_ms, first_byte_ms, total_ms; /* of the last try, from its start */
  int64_t waited_ms;                                           /* between tries */
  uint32_t try_count;
  struct vt_net_try tries[8];
};

/* Borrowed until the exchange is freed; only of a finished one. */
const struct vt_net_answer *vt_net_exchange_answer(const struct vt_net_exchange *exchange);
void *vt_net_exchange_user(const struct vt_net_exchange *exchange);
/* Takes out of a text what the other side may have quoted of ours: credentials that the last try
 * was sent with, the caller's secrets, and every long word. For all texts that are shown or kept.
 */
void vt_net_exchange_conceal(const struct vt_net_exchange *exchange, struct vt_buffer *text);
/* The first `most` bytes of what is left of a text then, in the arena; ptr NULL without memory. */
struct vater_str vt_net_exchange_shown(const struct vt_net_exchange *exchange,
                                       struct vt_arena *arena, struct vater_str text, size_t most);
/* First header of that name, any case. */
bool vt_net_answer_header(const struct vt_net_answer *answer, const char *name,
                          struct vater_str *value);
/* TLS-EXPIRING: true where the certificate ends within 30 days of `now_ms`; *days left. */
bool vt_net_answer_expiring(const struct vt_net_answer *answer, int64_t now_ms, int64_t *days);

/* Whether that code says that no connection stood: NET-DNS, NET-UNREACHABLE, NET-REFUSED,
 * NET-CONNECT-TIMEOUT. */
bool vt_net_before_connection(struct vater_str code);
/* True where the failures of a run look like our own: at least three hosts were asked, and each of
 * them failed before a connection stood. `codes`: the code of each exchange, empty when it went
 * well; `hosts`: whom it asked. */
bool vt_net_failed_locally(const struct vater_str *hosts, const struct vater_str *codes,
                           size_t count);

#endif
