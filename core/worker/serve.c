#include "worker/zygote.h"

#include "base/limits.h"
#include "base/pages.h"
#include "worker/frame.h"
#include "worker/memory.h"
#include "worker/sandbox.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

struct serving {
  const struct vt_judge_context *context;
  const struct vt_worker_limits *limits;
  struct vt_arena *arena; /* of the job */
  struct vt_judge *judge;
};

_Noreturn void vt_worker_give_up(const struct vt_error *error)
{
  struct frame frame = {
      .kind = FRAME_FAILED,
      .numbers = {(uint64_t)(int64_t)error->status, error->offset, error->line, error->column},
      .texts = {vt_str(error->code), vt_str(error->text)},
  };
  vt_frame_send(WORKER_SOCKET, &frame, NULL, 0, NULL);
  _exit(0);
}

static int begin(struct serving *serving, struct vt_error *error)
{
  struct vater_str bytes;
  struct vt_judge_job *job;
  serving->arena = vt_arena_new(&serving->context->environment->allocator, 0);
  job = serving->arena == NULL ? NULL : vt_arena_alloc(serving->arena, sizeof *job);
  if (job == NULL)
    return vt_fail(error, VATER_E_NOMEM, "PLUG-LIMIT", "no memory for the job");
  vt_diagnostics_init(serving->context->faults, serving->arena);
  int status = vt_memory_map(WORKER_JOB, VT_LIMIT_CONFIG_BYTES, &bytes, error);
  if (status == VATER_OK)
    status = vt_judge_job_read(bytes, serving->arena, job, error);
  if (status == VATER_OK)
    status = vt_judge_begin(serving->context, job, &serving->judge, error);
  return status;
}

/* The error is the first of them. */
static void tell_faults(const struct vt_diagnostics *faults)
{
  for (uint32_t i = 0; i < faults->count; i++) {
    const struct vt_error *fault = &faults->items[i].error;
    struct frame frame = {
        .kind = FRAME_FAULT,
        .numbers = {fault->offset, fault->line, fault->column, faults->items[i].width},
        .texts = {vt_str(fault->text), vt_str(fault->source)},
    };
    if (vt_frame_send(WORKER_SOCKET, &frame, NULL, 0, NULL) != VATER_OK)
      return;
  }
}

/* A page stays mapped for excerpts; what is not looked at soon need not be in memory. */
void vt_worker_release(struct vater_str bytes)
{
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t start = ((uintptr_t)bytes.ptr + page - 1) / page * page;
  uintptr_t end = ((uintptr_t)bytes.ptr + bytes.len) / page * page;
  if (end > start)
    madvise((void *)start, end - start, MADV_DONTNEED);
}

static int serve_page(struct serving *serving, const struct frame *frame, int fd,
                      struct vt_error *error)
{
  struct vater_str bytes;
  int status = vt_memory_map(fd, VT_LIMIT_PAYLOAD_BYTES, &bytes, error);
  close(fd);
  if (status != VATER_OK)
    return status;
  struct vt_judge_head head = {
      .media_type = frame->texts[0],
      .charset = frame->texts[1],
      /* its two texts lie one behind the other */
      .signature = {frame->texts[2].ptr, frame->texts[2].len + frame->texts[3].len},
      .framing = frame->numbers[0] == VT_FRAMING_CLOSE ? VT_FRAMING_CLOSE : VT_FRAMING_WHOLE};
  struct vt_judge_page page;
  status = vt_judge_page(serving->judge, bytes, &head, &page, error);
  if (status != VATER_OK)
    return status;
  struct frame answer = {
      .kind = FRAME_READ, .numbers = {page.refused, page.unknown_key}, .texts = {page.cursor}};
  return vt_frame_send(WORKER_SOCKET, &answer, NULL, 0, error);
}

static int write_result(const struct serving *serving, size_t size, int fd, struct vt_error *error)
{
  if (size > serving->limits->result_bytes)
    return vt_fail(error, VATER_E_LIMIT, "PLUG-LIMIT",
                   "a result of %zu bytes exceeds RESULT_BYTES (%llu)", size,
                   (unsigned long long)serving->limits->result_bytes);
  if (ftruncate(fd, (off_t)size) != 0)
    return vt_fail(error, VATER_E_IO, "PLUG-PROTO", "the result cannot grow: %s", strerror(errno));
  void *block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (block == MAP_FAILED)
    return vt_fail(error, VATER_E_NOMEM, "PLUG-LIMIT", "the result cannot be mapped: %s",
                   strerror(errno));
  vt_pages_expect(block, size);
  vt_judge_write(serving->judge, block);
  munmap(block, size);
  return VATER_OK;
}

static int serve_result(struct serving *serving, int fd, struct vt_error *error)
{
  size_t size = 0;
  int status = vt_judge_finish(serving->judge, &size, error);
  if (status == VATER_OK)
    status = write_result(serving, size, fd, error);
  close(fd);
  /* the plugin's close() is part of the job: only then is there an answer */
  vt_judge_free(serving->judge);
  serving->judge = NULL;
  struct frame answer = {.kind = FRAME_RESULT};
  if (status == VATER_OK)
    status = vt_frame_send(WORKER_SOCKET, &answer, NULL, 0, error);
  return status;
}

/* One request of main's; VATER_DONE when it was the last. */
static int serve(struct serving *serving, struct vt_error *error)
{
  struct frame_room room;
  struct frame frame;
  int status = vt_frame_receive(WORKER_SOCKET, &frame, &room, true, error);
  if (status == VATER_E_IO)
    _exit(0); /* main closed the worker */
  if (status != VATER_OK)
    return status;
  if (room.fd_count == 1 && frame.kind == FRAME_PAGE)
    return serve_page(serving, &frame, room.fds[0], error);
  if (room.fd_count == 1 && frame.kind == FRAME_FINISH) {
    status = serve_result(serving, room.fds[0], error);
    return status == VATER_OK ? VATER_DONE : status;
  }
  return vt_fail(error, VATER_E_BUG, "OPS-BUG", "an unknown request of kind %u", frame.kind);
}

_Noreturn void vt_worker_main(const struct vt_judge_context *context,
                              const struct vt_worker_limits *limits)
{
  struct vt_error error = {0};
  struct vt_diagnostics faults = {0};
  struct vt_judge_context own = *context;
  struct serving serving = {.context = &own, .limits = limits};
  own.faults = &faults;
  int status = begin(&serving, &error);
  if (status == VATER_E_CONFIG)
    tell_faults(&faults);
  while (status == VATER_OK)
    status = serve(&serving, &error);
  if (status < 0)
    vt_worker_give_up(&error);
  _exit(0);
}
