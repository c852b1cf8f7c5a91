#include "cli/plugin_check.h"

#include "base/encode.h"
#include "plugin/registry.h"
#include "worker/frame.h"
#include "worker/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Above the descriptors of a worker; and of what both sides have of this process. */
enum { LINE_BYTES = 600, FREE_DESCRIPTOR = 10 };

/* What the sandbox's handler said of a system call, as it says it of a worker's. */
static bool was_denied(int denials, char *text, size_t size)
{
  struct frame_room room;
  struct frame frame;
  if (vt_frame_receive(denials, &frame, &room, false, NULL) != VATER_OK ||
      frame.kind != FRAME_DENIED)
    return false;
  char *name = vt_seccomp_name(frame.numbers[0]);
  snprintf(text, size,
           "it made a system call that the sandbox denies: %s (%llu); a plugin does no I/O",
           name != NULL ? name : "unknown", (unsigned long long)frame.numbers[0]);
  free(name);
  return true;
}

static const char *why_ended(int how, bool late, int denials, char *text, size_t size)
{
  if (late)
    snprintf(text, size, "it did not come back within %d s", VT_EXERCISE_SECONDS);
  else if (was_denied(denials, text, size))
    return text;
  else if (WIFSIGNALED(how) && (WTERMSIG(how) == SIGXCPU || WTERMSIG(how) == SIGKILL))
    snprintf(text, size, "it used more than %d s of processor time", VT_EXERCISE_CPU_SECONDS);
  else if (WIFSIGNALED(how))
    snprintf(text, size, "it crashed (signal %d, %s)", WTERMSIG(how), strsignal(WTERMSIG(how)));
  else
    snprintf(text, size, "it ended the process (exit status %d)", WEXITSTATUS(how));
  return text;
}

struct report {
  struct vt_cli *cli;
  bool json;
  json_t *results;
  unsigned faults;
  char trying[LINE_BYTES]; /* empty: between two */
};

/* `why` NULL: it held; a note is no fault. */
static void tell(struct report *report, const char *why, const char *note)
{
  report->faults += why != NULL;
  if (report->json) {
    json_t *one = json_pack("{s:s, s:b}", "what", report->trying, "held", why == NULL);
    if (why != NULL)
      json_object_set_new(one, "why", json_stringn_nocheck(why, strlen(why)));
    if (note != NULL)
      json_object_set_new(one, "note", json_stringn_nocheck(note, strlen(note)));
    json_array_append_new(report->results, one);
  } else {
    struct vt_buffer line;
    vt_buffer_init(&line, &report->cli->environment.allocator, 4 * LINE_BYTES);
    vt_buffer_text(&line, why == NULL ? "ok      " : "FAILED  ");
    vt_encode_terminal(&line, vt_str(report->trying));
    if (why != NULL || note != NULL) {
      vt_buffer_text(&line, "\n        ");
      vt_encode_terminal(&line, vt_str(why != NULL ? why : note));
    }
    vt_buffer_char(&line, '\n');
    vt_cli_put(report->cli->out, &line);
    vt_buffer_fini(&line);
  }
  report->trying[0] = '\0';
}

static void take_line(struct report *report, char *line)
{
  line[strcspn(line, "\n")] = '\0';
  if (line[0] == '?' && line[1] == ' ')
    vt_text_copy(report->trying, sizeof report->trying, vt_str(line + 2));
  else if (line[0] == '+')
    tell(report, NULL, NULL);
  else if (line[0] == '=' && line[1] == ' ')
    tell(report, NULL, line + 2);
  else if (line[0] == '-' && line[1] == ' ')
    tell(report, line + 2, NULL);
}

static void watch(struct report *report, pid_t child, int in, int denials)
{
  char line[LINE_BYTES];
  char why[LINE_BYTES];
  int how = 0;
  FILE *from = fdopen(in, "r");
  while (from != NULL && fgets(line, sizeof line, from) != NULL)
    take_line(report, line);
  while (waitpid(child, &how, 0) < 0 && errno == EINTR)
    continue;
  bool late = WIFSIGNALED(how) && WTERMSIG(how) == SIGALRM;
  if (report->trying[0] != '\0')
    tell(report, why_ended(how, late, denials, why, sizeof why), NULL);
  if (from != NULL)
    fclose(from);
}

static int finish(struct report *report, const char *path)
{
  if (report->json) {
    json_t *all = json_pack("{s:s, s:i, s:o}", "file", path, "faults", (int)report->faults,
                            "results", report->results);
    char *text = json_dumps(all, JSON_INDENT(2));
    fprintf(report->cli->out, "%s\n", text);
    free(text);
    json_decref(all);
  } else {
    json_decref(report->results);
    fprintf(report->cli->out, "%s: %s\n", path,
            report->faults == 0 ? "keeps the contract" : "does not keep the contract");
  }
  return report->faults == 0 ? VT_EXIT_CLEAN : VT_EXIT_FINDINGS;
}

int vt_plugin_conformance(struct vt_cli *cli, const char *path, const json_t *with, bool json)
{
  int ends[2], denials[2];
  struct vt_error error = {0};
  if (access(path, R_OK) != 0) {
    vt_fail(&error, VATER_E_IO, NULL, "cannot read '%s': %s", path, strerror(errno));
    return vt_cli_error(cli, "plugin check", &error, VT_EXIT_FAILED);
  }
  struct report report = {.cli = cli, .json = json, .results = json_array()};
  int status = vt_plugin_check_trust(path, &error);
  if (status == VATER_OK)
    status = vt_plugin_check_file(&cli->environment.allocator, path, &error);
  vt_text_copy(report.trying, sizeof report.trying, VT_STR("the file is a plugin of this ABI"));
  tell(&report, status == VATER_OK ? NULL : error.text, NULL);
  if (status != VATER_OK)
    return finish(&report, path);
  if (pipe(ends) != 0 ||
      socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, denials) != 0)
    return VT_EXIT_FAILED;
  fflush(cli->out);
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    int out = fcntl(ends[1], F_DUPFD_CLOEXEC, FREE_DESCRIPTOR);
    dup2(denials[1], WORKER_SOCKET);
    vt_plugin_exercise(&cli->environment, path, with, out);
  }
  close(ends[1]);
  close(denials[1]);
  if (child < 0)
    return VT_EXIT_FAILED;
  watch(&report, child, ends[0], denials[0]);
  close(denials[0]);
  return finish(&report, path);
}
