/* bench_screen FILE: the screen for person numbers over a file's raw bytes, beside memchr() for a
 * byte that is not there; gigabytes a second of the fastest of ten runs each. */
#include "base/file.h"
#include "judge/screen.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { RUNS = 10 };

static double seconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint64_t screen(struct vater_str bytes)
{
  struct vt_screen_hit hit;
  size_t from = 0;
  uint64_t hits = 0;
  while (vt_screen_next_any(bytes, &from, &hit))
    hits++;
  return hits;
}

static uint64_t search(struct vater_str bytes)
{
  return memchr(bytes.ptr, '\1', bytes.len) != NULL;
}

static double best(struct vater_str bytes, uint64_t (*what)(struct vater_str), uint64_t *hits)
{
  double fastest = 1e9;
  for (int i = 0; i < RUNS; i++) {
    double from = seconds();
    *hits = what(bytes);
    double took = seconds() - from;
    fastest = took < fastest ? took : fastest;
  }
  return (double)bytes.len / fastest / 1e9;
}

int main(int argc, char **argv)
{
  struct vt_environment environment = vt_environment_real();
  struct vater_str bytes;
  struct vt_error error = {0};
  uint64_t hits, none;
  if (argc != 2 ||
      vt_file_load(&environment.allocator, argv[1], 1ull << 30, &bytes, &error) != VATER_OK) {
    fprintf(stderr, "bench_screen: %s\n", argc == 2 ? error.text : "FILE");
    return 1;
  }
  double ours = best(bytes, screen, &hits);
  double peer = best(bytes, search, &none);
  printf("%.2f %.2f %llu\n", ours, peer, (unsigned long long)hits);
  return 0;
}
