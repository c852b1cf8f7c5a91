/*
 * What main, zygote and workers say to each other: one frame is one packet on a SOCK_SEQPACKET
 * pair, a fixed head of numbers and up to four texts, with at most FRAME_FDS descriptors. A packet
 * that is not exactly one frame is PLUG-PROTO.
 */
#ifndef VT_WORKER_FRAME_H
#define VT_WORKER_FRAME_H

#include "base/error.h"

enum frame_kind {
  /* zygote to main */
  FRAME_LOADING = 1, /* text 0: the plugin about to be opened; empty: all are loaded */
  FRAME_READY,       /* + memfd with what was loaded (worker/loaded.h) */
  /* worker id, wait status, cpu ms, peak bytes; text 0: what it was at, or empty */
  FRAME_EXITED,
  FRAME_UNBORN, /* worker id, errno: fork failed */
  /* main to zygote */
  FRAME_FORK, /* worker id, limits; + socket, output pipe, memfd with the job */
  FRAME_KILL, /* worker id */
  /* main to worker */
  FRAME_PAGE,   /* framing; texts media type, charset, signature (in two); + sealed memfd */
  FRAME_FINISH, /* + empty memfd for the result */
  /* worker to main */
  FRAME_READ,   /* refused, unknown key; text 0: the cursor */
  FRAME_RESULT, /* the memfd is written */
  FRAME_FAILED, /* status, offset, line, column; texts code, message */
  FRAME_DENIED, /* number of a system call: what the sandbox stopped */
  FRAME_FAULT,  /* before FAILED, one of several: offset, line, column, width; texts message, source
                 */
  FRAME_KIND_END
};

enum { FRAME_NUMBERS = 6, FRAME_TEXTS = 4, FRAME_TEXT_BYTES = 4096, FRAME_FDS = 3 };

struct frame {
  uint32_t kind;
  uint64_t numbers[FRAME_NUMBERS];
  struct vater_str texts[FRAME_TEXTS]; /* len at most FRAME_TEXT_BYTES; borrowed */
};

enum { FRAME_BYTES = 8 + 8 * FRAME_NUMBERS + 4 * FRAME_TEXTS + FRAME_TEXTS * FRAME_TEXT_BYTES };

/* Room for one frame as it comes in; its texts point here. */
struct frame_room {
  char bytes[FRAME_BYTES];
  int fds[FRAME_FDS];
  uint32_t fd_count;
};

/* From a packet; every length checked. */
int vt_frame_parse(struct vater_str packet, struct frame *frame, struct vt_error *error);
/* VATER_E_IO when the other side is gone, or does not read. */
int vt_frame_send(int socket, const struct frame *frame, const int *fds, uint32_t fd_count,
                  struct vt_error *error);
/* Waits unless the socket is non-blocking: then VATER_DONE where nothing is there. VATER_E_IO when
 * the other side is gone. `accept_fds`: descriptors come into room->fds, the caller's; without it
 * the kernel drops what a worker may send along. */
int vt_frame_receive(int socket, struct frame *frame, struct frame_room *room, bool accept_fds,
                     struct vt_error *error);
/* Closes the descriptors of a frame. */
void vt_frame_drop(struct frame_room *room);

#endif
