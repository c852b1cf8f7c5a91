#include "flow/rig.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 40, WAIT_SECONDS = 120 };

void rig_folder(char *path, size_t size)
{
  snprintf(path, size, "%s/flow-XXXXXX", VATER_BUILD_DIR);
  assert_non_null(mkdtemp(path));
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
  (void)info;
  (void)kind;
  (void)place;
  return remove(path);
}

void rig_remove(const char *path)
{
  nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void read_ready_line(int fd)
{
  char line[64] = "";
  size_t len = 0;
  while (len < sizeof line - 1) {
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&wait, 1, 30000), 1);
    ssize_t got = read(fd, line + len, 1);
    assert_int_equal(got, 1);
    if (line[len++] == '\n')
      break;
  }
  assert_memory_equal(line, "ready ", 6);
}

/* A test that fails jumps out: what it started goes with it. */
static void end_with_the_test(void)
{
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() == 1)
    _exit(126);
}

pid_t rig_fixtures(const char *folder, char *const *extra)
{
  char *arguments[ARGUMENTS_MAX] = {(char *)(uintptr_t)VATER_FIXTURES,
                                    (char *)(uintptr_t) "--directory", (char *)(uintptr_t)folder,
                                    (char *)(uintptr_t) "--with-parent"};
  int count = 4;
  for (int i = 0; extra != NULL && extra[i] != NULL; i++)
    arguments[count++] = extra[i];
  int pipes[2];
  assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    end_with_the_test();
    if (dup2(pipes[1], 1) < 0)
      _exit(126);
    execv(VATER_FIXTURES, arguments);
    _exit(127);
  }
  close(pipes[1]);
  read_ready_line(pipes[0]);
  close(pipes[0]);
  return pid;
}

pid_t rig_bulk(char *folder, size_t size, const char *jobs, const char *bytes)
{
  char table[600];
  const char *const extra[] = {"--table", table,     "--hosts", "10", "--jobs",
                               jobs,      "--bytes", bytes,     NULL};
  rig_folder(folder, size);
  rig_write(folder, "table.json", "{\"actors\": []}");
  snprintf(table, sizeof table, "%s/table.json", folder);
  return rig_fixtures(folder, (char *const *)(uintptr_t)extra);
}

void rig_stop(pid_t pid)
{
  int status;
  kill(pid, SIGTERM);
  for (int i = 0; i < 500; i++) {
    if (waitpid(pid, &status, WNOHANG) == pid)
      return;
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
  }
  kill(pid, SIGKILL);
  waitpid(pid, &status, 0);
}

static void redirect(const char *folder, const char *name, int fd)
{
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0 || dup2(file, fd) < 0)
    _exit(126);
}

static pid_t start(const char *folder, const char *const *arguments, void (*prepare)(void))
{
  char *list[ARGUMENTS_MAX] = {(char *)(uintptr_t)VATER_BINARY};
  for (int i = 0; arguments[i] != NULL; i++) {
    assert_true(i + 2 < ARGUMENTS_MAX);
    list[i + 1] = (char *)(uintptr_t)arguments[i];
  }
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid > 0)
    return pid;
  end_with_the_test();
  redirect(folder, "out", 1);
  redirect(folder, "error", 2);
  if (chdir(folder) != 0)
    _exit(126);
  if (prepare != NULL)
    prepare();
  execv(VATER_BINARY, list);
  _exit(127);
}

pid_t rig_vater_start(const char *folder, const char *const *arguments)
{
  return start(folder, arguments, NULL);
}

pid_t rig_vater_start_in(const char *folder, const char *const *arguments, void (*prepare)(void))
{
  return start(folder, arguments, prepare);
}

static void wait_for(pid_t pid, struct rig_run *run)
{
  int status = 0;
  for (int i = 0; i < WAIT_SECONDS * 100; i++) {
    if (waitpid(pid, &status, WNOHANG) == pid) {
      run->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
      run->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
      return;
    }
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
  }
  kill(pid, SIGKILL);
  waitpid(pid, &status, 0);
  fail_msg("vater did not end within %d s", WAIT_SECONDS);
}

struct rig_run rig_vater(const char *folder, const char *const *arguments)
{
  return rig_vater_in(folder, arguments, NULL);
}

struct rig_run rig_vater_in(const char *folder, const char *const *arguments, void (*prepare)(void))
{
  struct rig_run run = {0};
  pid_t pid = start(folder, arguments, prepare);
  wait_for(pid, &run);
  run.out = rig_text(folder, "out");
  run.error = rig_text(folder, "error");
  run.out_len = strlen(run.out);
  run.error_len = strlen(run.error);
  return run;
}

void rig_await_begun(const char *folder)
{
  char path[600];
  struct stat info;
  snprintf(path, sizeof path, "%s/vater.db-wal", folder);
  for (int i = 0; i < 2000; i++) {
    if (stat(path, &info) == 0 && info.st_size > 0)
      return;
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
  }
  fail_msg("no run began in %s", folder);
}

void rig_await_record(const char *folder)
{
  char path[600];
  snprintf(path, sizeof path, "%s/error", folder);
  for (int i = 0; i < 1000; i++) {
    char *error = access(path, R_OK) == 0 ? rig_text(folder, "error") : NULL;
    bool recorded = error != NULL && rig_contains(error, "stage=record");
    free(error);
    if (recorded)
      return;
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
  }
  fail_msg("no job was recorded within ten seconds");
}

void rig_done(struct rig_run *run)
{
  free(run->out);
  free(run->error);
}

char *rig_text(const char *folder, const char *name)
{
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  if (file == NULL)
    fail_msg("cannot open %s: %s", path, strerror(errno));
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  char *text = malloc((size_t)size + 1);
  assert_non_null(text);
  assert_int_equal(fread(text, 1, (size_t)size, file), (size_t)size);
  text[size] = '\0';
  fclose(file);
  return text;
}

json_t *rig_json(const char *folder, const char *name)
{
  char path[1024];
  json_error_t fault;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &fault);
  if (root == NULL)
    fail_msg("%s:%d: %s", path, fault.line, fault.text);
  return root;
}

void rig_write(const char *folder, const char *name, const char *text)
{
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
  assert_int_equal(fclose(file), 0);
}

void rig_orgnr(unsigned first, char orgnr[10])
{
  static const unsigned weights[] = {3, 2, 7, 6, 5, 4, 3, 2};
  unsigned control = 10;
  for (unsigned serial = first; control == 10; serial++) {
    unsigned sum = 0;
    snprintf(orgnr, 10, "%08u", serial % 100000000);
    for (int i = 0; i < 8; i++)
      sum += (unsigned)(orgnr[i] - '0') * weights[i];
    control = (11 - sum % 11) % 11;
  }
  orgnr[8] = (char)('0' + control);
  orgnr[9] = '\0';
}

bool rig_contains(const char *text, const char *part)
{
  return strstr(text, part) != NULL;
}

int rig_listen(unsigned *port)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  assert_true(fd >= 0);
  assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(listen(fd, 8), 0);
  assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
  *port = (unsigned)ntohs(address.sin_port);
  return fd;
}

void rig_unasked(int listener, const char *folder)
{
  char path[1024];
  assert_int_equal(accept4(listener, NULL, NULL, SOCK_CLOEXEC), -1);
  snprintf(path, sizeof path, "%s/vater.db", folder);
  assert_int_equal(access(path, F_OK), -1);
  close(listener);
}

void rig_says(const char *text, const char *const *parts, size_t count)
{
  for (size_t i = 0; i < count; i++)
    if (!rig_contains(text, parts[i]))
      fail_msg("missing: %s\nin: %s", parts[i], text);
}
