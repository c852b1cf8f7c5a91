#include "unit/test.h"

#include "worker/frame.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void make_pair(int pair[2])
{
  assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
}

static void test_round_trip_with_descriptors(void **state)
{
  (void)state;
  int pair[2];
  int given[2];
  make_pair(pair);
  make_pair(given);
  const struct frame sent = {.kind = FRAME_PAGE,
                             .numbers = {1, 2, UINT64_MAX, 4, 5, 6},
                             .texts = {VT_STR("application/json"), VT_STR("")}};
  struct frame got;
  struct frame_room room;
  assert_int_equal(vt_frame_send(pair[0], &sent, given, 2, NULL), VATER_OK);
  assert_int_equal(vt_frame_receive(pair[1], &got, &room, true, NULL), VATER_OK);
  assert_int_equal(got.kind, FRAME_PAGE);
  assert_memory_equal(got.numbers, sent.numbers, sizeof sent.numbers);
  assert_str(got.texts[0], "application/json");
  assert_int_equal(got.texts[1].len, 0);
  assert_int_equal(room.fd_count, 2);
  assert_true((fcntl(room.fds[0], F_GETFD) & FD_CLOEXEC) != 0);
  vt_frame_drop(&room);
  for (int i = 0; i < 2; i++) {
    close(pair[i]);
    close(given[i]);
  }
}

/* A worker that sends descriptors along fills nobody's table. */
static void test_G08_unwanted_descriptors_are_dropped(void **state)
{
  (void)state;
  int pair[2];
  make_pair(pair);
  const struct frame sent = {.kind = FRAME_READ};
  struct frame got;
  struct frame_room room;
  int before = dup(0);
  close(before);
  assert_int_equal(vt_frame_send(pair[0], &sent, pair, 2, NULL), VATER_OK);
  assert_int_equal(vt_frame_receive(pair[1], &got, &room, false, NULL), VATER_OK);
  assert_int_equal(room.fd_count, 0);
  int after = dup(0);
  assert_int_equal(before, after);
  close(after);
  close(pair[0]);
  close(pair[1]);
}

static void test_end_and_nothing_there(void **state)
{
  (void)state;
  int pair[2];
  struct frame got;
  struct frame_room room;
  struct vt_error error = {0};
  make_pair(pair);
  fcntl(pair[1], F_SETFL, O_NONBLOCK);
  assert_int_equal(vt_frame_receive(pair[1], &got, &room, true, NULL), VATER_DONE);
  close(pair[0]);
  assert_int_equal(vt_frame_receive(pair[1], &got, &room, true, &error), VATER_E_IO);
  const struct frame sent = {.kind = FRAME_KILL};
  assert_int_equal(vt_frame_send(pair[1], &sent, NULL, 0, NULL), VATER_E_IO);
  close(pair[1]);
}

/* The last words of a peer that ended with our frames unread are not lost to ECONNRESET. */
static void test_last_words(void **state)
{
  (void)state;
  int pair[2];
  struct frame got;
  struct frame_room room;
  make_pair(pair);
  const struct frame ours = {.kind = FRAME_PAGE};
  const struct frame theirs = {.kind = FRAME_FAILED, .texts = {VT_STR("PLUG-ERROR")}};
  assert_int_equal(vt_frame_send(pair[0], &ours, NULL, 0, NULL), VATER_OK);
  assert_int_equal(vt_frame_send(pair[1], &theirs, NULL, 0, NULL), VATER_OK);
  close(pair[1]);
  assert_int_equal(vt_frame_receive(pair[0], &got, &room, false, NULL), VATER_OK);
  assert_int_equal(got.kind, FRAME_FAILED);
  assert_str(got.texts[0], "PLUG-ERROR");
  assert_int_equal(vt_frame_receive(pair[0], &got, &room, false, NULL), VATER_E_IO);
  close(pair[0]);
}

static void refuse_packet(const char *bytes, size_t size)
{
  int pair[2];
  struct frame got;
  struct frame_room room;
  struct vt_error error = {0};
  make_pair(pair);
  assert_int_equal(send(pair[0], bytes, size, 0), (ssize_t)size);
  assert_int_equal(vt_frame_receive(pair[1], &got, &room, false, &error), VATER_E_REFUSED);
  assert_string_equal(error.code, "PLUG-PROTO");
  assert_int_equal(got.kind, 0);
  close(pair[0]);
  close(pair[1]);
}

static void test_G08_garbage(void **state)
{
  (void)state;
  static char bytes[FRAME_BYTES + 1];
  memset(bytes, 0x5a, sizeof bytes);
  refuse_packet(bytes, 1);
  refuse_packet(bytes, 63);
  refuse_packet(bytes, 64);
  refuse_packet(bytes, FRAME_BYTES);
  refuse_packet(bytes, FRAME_BYTES + 1);
  memset(bytes, 0, sizeof bytes);
  refuse_packet(bytes, 64); /* kind 0 */
  bytes[0] = FRAME_KIND_END;
  refuse_packet(bytes, 64);
  bytes[0] = FRAME_READ;
  refuse_packet(bytes, 65); /* longer than it says */
  bytes[56] = 1;
  refuse_packet(bytes, 64); /* shorter than it says */
  bytes[58] = 1;
  refuse_packet(bytes, FRAME_BYTES); /* a text over the limit */
}

static void test_text_limit(void **state)
{
  (void)state;
  static char bytes[FRAME_TEXT_BYTES + 1];
  int pair[2];
  struct frame got;
  struct frame_room room;
  make_pair(pair);
  memset(bytes, 'x', sizeof bytes);
  struct frame sent = {.kind = FRAME_READ,
                       .texts = {{bytes, FRAME_TEXT_BYTES}, {bytes, FRAME_TEXT_BYTES}}};
  assert_int_equal(vt_frame_send(pair[0], &sent, NULL, 0, NULL), VATER_OK);
  assert_int_equal(vt_frame_receive(pair[1], &got, &room, false, NULL), VATER_OK);
  assert_int_equal(got.texts[1].len, FRAME_TEXT_BYTES);
  sent.texts[0].len++;
  assert_int_equal(vt_frame_send(pair[0], &sent, NULL, 0, NULL), VATER_E_LIMIT);
  close(pair[0]);
  close(pair[1]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_round_trip_with_descriptors),
      cmocka_unit_test(test_G08_unwanted_descriptors_are_dropped),
      cmocka_unit_test(test_end_and_nothing_there),
      cmocka_unit_test(test_last_words),
      cmocka_unit_test(test_G08_garbage),
      cmocka_unit_test(test_text_limit),
  };
  return cmocka_run_group_tests_name("worker_frame", tests, NULL, NULL);
}
