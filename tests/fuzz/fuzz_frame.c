/* Any bytes as a packet between main and worker, and as a job: refused, or whole. */
#include "judge/judge.h"
#include "worker/frame.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void read_job(struct vater_str bytes)
{
  const struct vt_allocator allocator = vt_allocator_real();
  struct vt_arena *arena = vt_arena_new(&allocator, (size_t)64 << 20);
  struct vt_judge_job job;
  volatile size_t sum = 0;
  if (arena == NULL)
    return;
  if (vt_judge_job_read(bytes, arena, &job, NULL) == VATER_OK) {
    for (size_t i = 0; i < job.actor_count; i++)
      sum += job.actors[i].orgnr.len > 0 ? (unsigned char)job.actors[i].orgnr.ptr[0] : 0;
    for (size_t i = 0; i < job.expected_count; i++)
      sum += job.expected[i].len > 0 ? (unsigned char)job.expected[i].ptr[0] : 0;
  }
  (void)sum;
  vt_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  const struct vater_str packet = {(const char *)bytes, size};
  struct frame frame;
  if (vt_frame_parse(packet, &frame, NULL) == VATER_OK)
    for (int i = 0; i < FRAME_TEXTS; i++)
      if (frame.texts[i].len > FRAME_TEXT_BYTES ||
          (frame.texts[i].len > 0 && (frame.texts[i].ptr < packet.ptr ||
                                      frame.texts[i].ptr + frame.texts[i].len > packet.ptr + size)))
        abort();
  read_job(packet);
  return 0;
}
