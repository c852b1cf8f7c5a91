#include "worker/frame.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

struct wire_head {
  uint32_t kind, zero;
  uint64_t numbers[FRAME_NUMBERS];
  uint32_t lengths[FRAME_TEXTS];
};

_Static_assert(sizeof(struct wire_head) + FRAME_TEXTS * FRAME_TEXT_BYTES == FRAME_BYTES,
               "FRAME_BYTES holds the largest frame");

static int garbled(struct vt_error *error)
{
  return vt_fail(error, VATER_E_REFUSED, "PLUG-PROTO", "a garbled frame");
}

int vt_frame_parse(struct vater_str packet, struct frame *frame, struct vt_error *error)
{
  *frame = (struct frame){0};
  struct wire_head head;
  if (packet.len < sizeof head)
    return garbled(error);
  memcpy(&head, packet.ptr, sizeof head);
  size_t wanted = sizeof head;
  for (int i = 0; i < FRAME_TEXTS; i++) {
    if (head.lengths[i] > FRAME_TEXT_BYTES)
      return garbled(error);
    wanted += head.lengths[i];
  }
  if (head.kind == 0 || head.kind >= FRAME_KIND_END || head.zero != 0 || wanted != packet.len)
    return garbled(error);
  frame->kind = head.kind;
  memcpy(frame->numbers, head.numbers, sizeof frame->numbers);
  const char *at = packet.ptr + sizeof head;
  for (int i = 0; i < FRAME_TEXTS; at += head.lengths[i], i++)
    frame->texts[i] = (struct vater_str){head.lengths[i] > 0 ? at : NULL, head.lengths[i]};
  return VATER_OK;
}

static int gone(struct vt_error *error, const char *what)
{
  return vt_fail(error, VATER_E_IO, "PLUG-PROTO", "%s: %s", what, strerror(errno));
}

int vt_frame_send(int socket, const struct frame *frame, const int *fds, uint32_t fd_count,
                  struct vt_error *error)
{
  struct wire_head head = {.kind = frame->kind};
  memcpy(head.numbers, frame->numbers, sizeof head.numbers);
  struct iovec parts[1 + FRAME_TEXTS] = {{&head, sizeof head}};
  for (int i = 0; i < FRAME_TEXTS; i++) {
    if (frame->texts[i].len > FRAME_TEXT_BYTES)
      return vt_fail(error, VATER_E_LIMIT, "PLUG-PROTO", "a frame's text exceeds %d bytes",
                     FRAME_TEXT_BYTES);
    head.lengths[i] = (uint32_t)frame->texts[i].len;
    parts[1 + i] = (struct iovec){(void *)(uintptr_t)frame->texts[i].ptr, frame->texts[i].len};
  }
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * FRAME_FDS)] = {0};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 1 + FRAME_TEXTS};
  if (fd_count > 0) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * fd_count);
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    *rights = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int) * fd_count),
                               .cmsg_level = SOL_SOCKET,
                               .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(rights), fds, sizeof(int) * fd_count);
  }
  ssize_t sent;
  do
    sent = sendmsg(socket, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? gone(error, "cannot send") : VATER_OK;
}

static void take_fds(struct msghdr *message, struct frame_room *room)
{
  for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at != NULL; at = CMSG_NXTHDR(message, at)) {
    if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != SCM_RIGHTS)
      continue;
    size_t count = (at->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(room->fds, CMSG_DATA(at), count * sizeof(int));
    room->fd_count = (uint32_t)count;
  }
}

int vt_frame_receive(int socket, struct frame *frame, struct frame_room *room, bool accept_fds,
                     struct vt_error *error)
{
  *frame = (struct frame){0};
  room->fd_count = 0;
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * FRAME_FDS)] = {0};
  struct iovec part = {room->bytes, sizeof room->bytes};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (accept_fds) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
  }
  /* a peer that ended with frames of ours unread gives one ECONNRESET before its own last words */
  ssize_t got;
  do
    got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && (errno == EINTR || errno == ECONNRESET));
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
    return VATER_DONE;
  if (got <= 0)
    return got == 0 ? vt_fail(error, VATER_E_IO, "PLUG-PROTO", "the other side is gone")
                    : gone(error, "cannot receive");
  if (accept_fds)
    take_fds(&message, room);
  if ((message.msg_flags & (MSG_TRUNC | (accept_fds ? MSG_CTRUNC : 0))) != 0) {
    vt_frame_drop(room);
    return garbled(error);
  }
  int status = vt_frame_parse((struct vater_str){room->bytes, (size_t)got}, frame, error);
  if (status != VATER_OK)
    vt_frame_drop(room);
  return status;
}

void vt_frame_drop(struct frame_room *room)
{
  for (uint32_t i = 0; i < room->fd_count; i++)
    close(room->fds[i]);
  room->fd_count = 0;
}
