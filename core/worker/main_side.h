/* What main keeps of the zygote and its workers; for start.c, worker.c and events.c. */
#ifndef VT_WORKER_MAIN_SIDE_H
#define VT_WORKER_MAIN_SIDE_H

#include "worker/frame.h"
#include "worker/outcome.h"
#include "worker/worker.h"

#include <sys/types.h>

enum worker_state {
  WORKER_IDLE,     /* waits for a page or for finish */
  WORKER_PAGE_OUT, /* reads a page */
  WORKER_FINISHING,
  WORKER_ENDING, /* has answered, failed or been killed; its end is awaited */
  WORKER_OVER    /* the last event was taken */
};

struct vt_worker {
  struct vt_zygote *zygote;
  struct vt_worker *previous, *next;
  uint64_t id;
  void *tag;
  enum worker_state state;
  int socket, output, result_fd; /* -1: closed */
  int64_t deadline_ms;           /* monotonic; 0: none */
  struct vater_str job_bytes;    /* ours; `job` points into it */
  struct vt_arena *arena;
  struct vt_judge_job job;
  struct vt_buffer printed;
  bool noisy;
  bool killed;       /* by us */
  bool page_pending; /* an event to hand out */
  bool ended;        /* the end was reported, or the zygote is gone */
  struct ending ending;
  struct vt_judge_page page;
  char cursor[FRAME_TEXT_BYTES];
  struct vater_str mapped; /* the result's memory */
  struct vt_result result; /* block NULL: none came */
  struct vt_error error;
  struct vt_diagnostics faults; /* in the arena */
};

struct vt_zygote {
  struct vt_environment environment;
  struct vt_worker_limits limits;
  struct vt_arena *arena;
  struct vt_zygote_info info;
  struct vater_str loaded; /* mapping that info points into */
  pid_t process;
  int control, watch; /* watch: epoll */
  bool gone;
  uint64_t last_id;
  struct vt_worker *workers;
};

/* From a worker's last word, or from killing it, to its end: ample, since nothing is left to do. */
enum { VT_WORKER_END_MS = 5000 };

enum { WATCH_CONTROL = 0 }; /* epoll data: 0, or worker id * 2, + 1 for its output */

/* Puts a descriptor under watch and makes it non-blocking. */
int vt_zygote_watch(struct vt_zygote *zygote, int fd, uint64_t data, struct vt_error *error);
/* Closes a watched descriptor and sets it to -1. */
void vt_worker_shut(int *fd);
/* Marks the worker as failed (unless it has an error already) and has it killed. */
void vt_worker_break(struct vt_worker *worker, int status, const char *code, const char *text);

#endif
