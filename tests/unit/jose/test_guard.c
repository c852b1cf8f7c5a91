#include "unit/jose/jose_rig.h"
#include "unit/jose/vectors.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Rows A09 and A10 of the fault table: headers and sizes that somebody chose to do us harm. */

static const char claims[] = "{\"exp\":2000000000,\"iss\":\"a\"}";

/* From here on the process ends with SIGSYS when it opens a file or makes a socket. */
static void forbid_files_and_sockets(void)
{
  static const int calls[] = {
#ifdef SYS_open
      SYS_open,
#endif
      SYS_openat, SYS_socket, SYS_connect};
  enum { COUNT = sizeof calls / sizeof *calls };
  struct sock_filter filter[COUNT + 3] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
  for (unsigned i = 0; i < COUNT; i++)
    filter[i + 1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i],
                                                 (unsigned char)(COUNT - i), 0);
  filter[COUNT + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  filter[COUNT + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
  struct sock_fprog program = {COUNT + 3, filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    _exit(99);
}

static void open_a_file(void)
{
  int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
  if (fd >= 0)
    close(fd);
}

static void make_a_socket(void)
{
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0)
    close(fd);
}

static int forbidden(void (*act)(void))
{
  int status;
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    forbid_files_and_sockets();
    act();
    _exit(0);
  }
  assert_int_equal(waitpid(pid, &status, 0), pid);
  return status;
}

static void refuse_kids(void)
{
  static const char *const headers[] = {
      "{\"alg\":\"ES256\",\"kid\":\"../../etc/passwd\"}",
      "{\"alg\":\"ES256\",\"kid\":\"' OR 1=1 --\"}",
      "{\"alg\":\"ES256\",\"kid\":\"A\"}",
      "{\"alg\":\"ES256\",\"kid\":7}",
      "{\"alg\":\"ES256\"}",
      "{\"alg\":\"ES256\",\"jku\":\"https://mallory.example/jwks\"}",
      "{\"alg\":\"ES256\",\"x5u\":\"https://mallory.example/chain\"}",
      "{\"alg\":\"ES256\",\"jwk\":" RFC7515_A3_PUBLIC "}"};
  struct jose_rig rig;
  jose_rig_init(&rig);
  struct vt_keys *keys =
      jose_keys(&rig,
                "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"a\"," RFC7515_A3_XY
                "},{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"b\",\"x\":\"" RFC8037_X "\"}]}",
                VT_ALGORITHM_NONE);
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
    jose_refused(&rig, keys, jose_forged(&rig, headers[i], claims, "AAAA"), "AUTH-KID", "kid");
  char *header = malloc(5000);
  assert_non_null(header);
  int used = snprintf(header, 64, "{\"alg\":\"ES256\",\"kid\":\"");
  memset(header + used, 'a', 4096);
  memcpy(header + used + 4096, "\"}", 3);
  jose_refused(&rig, keys, jose_forged(&rig, header, claims, "AAAA"), "AUTH-KID",
               "at most 200 bytes");
  free(header);
  vt_keys_free(keys);
  jose_rig_fini(&rig);
}

/* Whatever a header says: no file is opened and nothing is connected to. */
static void A09_kid_names_a_registered_key_and_nothing_else(void **state)
{
  (void)state;
  refuse_kids();
  int status = forbidden(open_a_file);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 99) {
    print_message("the system takes no filter: what is opened is not looked at\n");
    return;
  }
  assert_true(WIFSIGNALED(status));
  assert_int_equal(WTERMSIG(status), SIGSYS);
  assert_true(WIFSIGNALED(forbidden(make_a_socket)));
  assert_int_equal(forbidden(refuse_kids), 0);
}

/* A10: a token made for something else, and one of a megabyte. */
static void A10_type_and_size(void **state)
{
  static const char *const types[] = {"dpop+jwt", "at+jwt", "client-authentication+jwt", "JWE"};
  struct jose_rig rig;
  struct vt_jose_token token;
  (void)state;
  jose_rig_init(&rig);
  struct vt_key *key = jose_private(&rig, jose_pem(&rig, "EC", 0, "P-256", false, NULL));
  struct vt_keys *keys = jose_keys_of(&rig, key, VT_ALGORITHM_ES256);
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    struct vater_str header = vt_arena_format(rig.arena, "{\"typ\":\"%s\"}", types[i]);
    jose_refused(&rig, keys, jose_signed(&rig, key, VT_ALGORITHM_ES256, header.ptr, claims),
                 "AUTH-CLAIMS", "typ");
  }
  const struct vt_jose_guard guard = {.keys = keys, .typ = "dpop+jwt"};
  vt_error_clear(&rig.error);
  assert_true(vt_jose_verify(
                  &guard, jose_signed(&rig, key, VT_ALGORITHM_ES256, "{\"typ\":\"JWT\"}", claims),
                  0, rig.arena, &token, &rig.error) < 0);
  enum { MEGABYTE = 1024 * 1024 };
  char *payload = malloc(MEGABYTE + 16);
  assert_non_null(payload);
  memcpy(payload, "{\"a\":\"", 6);
  memset(payload + 6, 'a', MEGABYTE);
  memcpy(payload + 6 + MEGABYTE, "\"}", 3);
  jose_refused(&rig, keys, jose_signed(&rig, key, VT_ALGORITHM_ES256, "{}", payload),
               "AUTH-SIGNATURE", "bytes; the limit is 16384");
  free(payload);
  vt_keys_free(keys);
  vt_key_free(key);
  jose_rig_fini(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(A09_kid_names_a_registered_key_and_nothing_else),
      cmocka_unit_test(A10_type_and_size),
  };
  return cmocka_run_group_tests_name("jose guard", tests, NULL, NULL);
}
