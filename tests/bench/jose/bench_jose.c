/* Signatures per second of processor time (as openssl speed counts) of DPoP proofs, through
 * vt_jose_sign with a key that was read once. bench_jose ALGORITHM KEY-FILE */
#include "jose/jws.h"

#include <stdio.h>
#include <time.h>

enum { SECONDS = 2, TEXT = 16 * 1024 };

static double now(void)
{
  struct timespec at;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
  return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
  static char bytes[TEXT];
  static const char claims[] =
      "{\"jti\":\"6f9619ff-8b86-4011-b42d-00c04fc964ff\",\"htm\":\"GET\",\"htu\":"
      "\"https://data.example.no/indicators\",\"iat\":1767225600,\"ath\":"
      "\"fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo\"}";
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_error error = {0};
  struct vt_key *key = NULL;
  enum vt_algorithm algorithm;
  FILE *file =
      argc == 3 && vt_algorithm_parse(vt_str(argv[1]), &algorithm) ? fopen(argv[2], "r") : NULL;
  if (file == NULL) {
    fputs("usage: bench_jose ALGORITHM KEY-FILE\n", stderr);
    return 64;
  }
  size_t size = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  struct vt_arena *arena = vt_arena_new(&allocator, 0);
  if (vt_key_parse_private(&allocator, (struct vater_str){bytes, size}, &key, &error) != VATER_OK) {
    fprintf(stderr, "bench_jose: %s\n", error.text);
    return 1;
  }
  struct vater_str header = vt_arena_format(arena, "{\"typ\":\"dpop+jwt\",\"jwk\":%.*s}",
                                            VT_STR_ARGS(vt_key_public_jwk(key)));
  struct vt_arena_mark mark = vt_arena_mark(arena);
  unsigned count = 0;
  double begun = now(), took = 0;
  for (; took < SECONDS; took = now() - begun, count++) {
    struct vater_str token;
    vt_arena_rewind(arena, mark);
    if (vt_jose_sign(key, algorithm, header, vt_str(claims), arena, &token, &error) != VATER_OK) {
      fprintf(stderr, "bench_jose: %s\n", error.text);
      return 1;
    }
  }
  printf("%.0f\n", count / took);
  vt_key_free(key);
  vt_arena_free(arena);
  return 0;
}
