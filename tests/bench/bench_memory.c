/* bench_memory PROGRAM [ARGUMENT…]: the peak of the summed proportional set size, in bytes, of the
 * program and all processes that it starts, sampled as fast as /proc can be read. */
#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { PROCESSES_MAX = 4096 };

struct process {
  long pid, parent;
};

static bool read_file(const char *path, char *text, size_t size)
{
  int fd = open(path, O_RDONLY);
  if (fd < 0)
    return false;
  ssize_t got = read(fd, text, size - 1);
  close(fd);
  text[got > 0 ? got : 0] = '\0';
  return got > 0;
}

static size_t list_processes(struct process *list)
{
  size_t count = 0;
  DIR *folder = opendir("/proc");
  struct dirent *entry;
  while (folder != NULL && (entry = readdir(folder)) != NULL && count < PROCESSES_MAX) {
    char path[300];
    char text[1024];
    if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
      continue;
    snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
    if (!read_file(path, text, sizeof text))
      continue;
    const char *behind = strrchr(text, ')');
    if (behind == NULL || strlen(behind) < 4)
      continue;
    list[count].pid = (long)strtoul(entry->d_name, NULL, 10);
    list[count++].parent = (long)strtoul(behind + 4, NULL, 10);
  }
  if (folder != NULL)
    closedir(folder);
  return count;
}

static unsigned long pss_of(long pid)
{
  char path[64];
  char text[4096];
  snprintf(path, sizeof path, "/proc/%ld/smaps_rollup", pid);
  if (!read_file(path, text, sizeof text))
    return 0;
  const char *line = strstr(text, "\nPss:");
  return line != NULL ? strtoul(line + 5, NULL, 10) * 1024 : 0;
}

static unsigned long sum_of_tree(pid_t root)
{
  static struct process list[PROCESSES_MAX];
  static bool ours[PROCESSES_MAX];
  size_t count = list_processes(list);
  unsigned long sum = 0;
  bool more = true;
  for (size_t i = 0; i < count; i++)
    ours[i] = list[i].pid == root;
  while (more) {
    more = false;
    for (size_t i = 0; i < count; i++)
      for (size_t j = 0; j < count && !ours[i]; j++)
        if (ours[j] && list[j].pid == list[i].parent)
          more = ours[i] = true;
  }
  for (size_t i = 0; i < count; i++)
    if (ours[i])
      sum += pss_of(list[i].pid);
  return sum;
}

int main(int argc, char **argv)
{
  unsigned long peak = 0;
  pid_t pid;
  int status;
  posix_spawn_file_actions_t actions;
  if (argc < 2)
    return 64;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  if (posix_spawn(&pid, argv[1], &actions, NULL, argv + 1, environ) != 0)
    return 1;
  while (waitpid(pid, &status, WNOHANG) == 0) {
    unsigned long sum = sum_of_tree(pid);
    if (sum > peak)
      peak = sum;
  }
  printf("%lu\n", peak);
  return 0;
}
