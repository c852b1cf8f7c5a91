/* What net.c, exchange.c and answer.c share. */
#ifndef VT_NET_INTERNAL_H
#define VT_NET_INTERNAL_H

#include "base/buffer.h"
#include "base/map.h"
#include "net/address.h"
#include "net/net.h"
#include "net/reasons.h"
#include "net/url.h"

#include <curl/curl.h>

enum { VT_NET_LANES = 8 };

/* One connection pool an allowance: a reused connection never meets the address guard. */
struct vt_net_lane {
  struct vt_net *net;
  CURLM *multi;
  int64_t due_ms; /* when libcurl wants to be called, on the system's monotonic clock; -1: not */
};

struct vt_net_origin {
  uint32_t active;
  int64_t certificate_until_ms;
  const char *certificate_chain;
};

struct vt_net_list {
  struct vt_net_exchange *first, *last;
  uint32_t count;
};

struct vt_net {
  struct vt_net_options options;
  const struct vt_environment *environment;
  char *ca_file, *user_agent;
  struct curl_slist *resolve;
  struct vt_arena *arena; /* names of origins */
  struct vt_map origins;  /* name and allowance → struct vt_net_origin */
  struct vt_net_lane lanes[VT_NET_LANES];
  int epoll;
  struct pollfd *merged; /* the caller's descriptors behind ours */
  size_t merged_room;
  struct vt_net_list queued, waiting, active, finished, taken;
  int64_t next_due_ms; /* of the waiting ones */
  bool stopped;
};

/* Why one of our own callbacks ended a try. */
enum vt_net_stop {
  VT_NET_STOP_NONE,
  VT_NET_STOP_HEADERS,  /* headers over the cap */
  VT_NET_STOP_INTERIM,  /* too many 1xx */
  VT_NET_STOP_ENCODING, /* a content coding that was not asked for */
  VT_NET_STOP_TYPE,     /* not a media type that the format reads */
  VT_NET_STOP_TOOBIG,
  VT_NET_STOP_BOMB,
  VT_NET_STOP_SINK,   /* our own sink cannot be written */
  VT_NET_STOP_REFUSAL /* enough of a refusal's body was read */
};

struct vt_net_exchange {
  struct vt_net *net;
  struct vt_net_list *list;
  struct vt_net_exchange *before, *after;
  struct vt_arena *arena;
  struct vt_net_url url;
  struct vt_net_origin *origin;
  struct vt_net_request request; /* texts copied into the arena */
  uint32_t tries;
  int64_t deadline_ms; /* the earlier of its own and the run's; 0: none */
  int64_t due_ms;      /* when a waiting one is tried again */
  /* one try */
  CURL *easy;
  struct curl_slist *headers;
  char message[CURL_ERROR_SIZE];
  int64_t begun_ms;
  int socket; /* the last one made, while its connection is young */
  bool preparing, socket_made, connected, sent, head_done, compressed;
  uint32_t interim, encodings;
  enum vt_net_stop stop;
  enum vt_net_address refused_kind;
  char refused[64]; /* an address that the guard did not let pass */
  struct vt_buffer head, body, request_head;
  struct vt_buffer credentials; /* values of the last try's closed headers, a line each; wiped */
  struct vt_net_answer answer;
};

/* exchange.c: our credentials and the caller's secrets alone, where every word is wanted. */
void vt_net_conceal_own(const struct vt_net_exchange *exchange, struct vt_buffer *text);
/* exchange.c: one try */
int vt_net_try_begin(struct vt_net_exchange *exchange, struct vt_error *error);
void vt_net_try_end(struct vt_net_exchange *exchange);            /* frees what the try held */
void vt_net_forget_credentials(struct vt_net_exchange *exchange); /* wipes them */
int64_t vt_net_now(const struct vt_net *net);

/* net.c */
void vt_net_enqueue(struct vt_net_exchange *exchange);

/* answer.c: what came of a try. Fills the answer; its error is recorded unless all went well. */
void vt_net_answer_judge(struct vt_net_exchange *exchange, CURLcode code);
/* The raw value of a header in the head received so far. */
bool vt_net_head_find(const struct vt_net_exchange *exchange, struct vater_str name,
                      struct vater_str *value);
/* The headers as a list in the exchange's arena. */
int vt_net_answer_list(struct vt_net_exchange *exchange);

#endif
