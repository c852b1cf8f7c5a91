#include "live.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH = 512, FOLDER = 128 };

static struct {
  char directory[FOLDER], authorities[PATH];
  pid_t server;
  unsigned port;
  json_t *addresses;
  struct vt_environment environment;
  uint64_t seed;
} live;

static void in_directory(const char *name, char out[PATH])
{
  snprintf(out, PATH, "%s/%s", live.directory, name);
}

static void serve(int out)
{
  dup2(out, STDOUT_FILENO);
  execl(VATER_BUILD_DIR "/bin/vater-fixtures", "vater-fixtures", "--directory", live.directory,
        "--with-parent", (char *)NULL);
  _exit(127);
}

int live_start(void **state)
{
  (void)state;
  char path[PATH];
  int out[2];
  signal(SIGPIPE, SIG_IGN);
  live.seed = 1;
  live.environment = vt_environment_real();
  live.environment.random = vt_random_seeded(&live.seed);
  snprintf(live.directory, sizeof live.directory, "/tmp/vater-net-XXXXXX");
  if (mkdtemp(live.directory) == NULL || pipe(out) != 0)
    return -1;
  live.server = fork();
  if (live.server == 0)
    serve(out[1]);
  close(out[1]);
  FILE *line = fdopen(out[0], "r");
  int read = line != NULL ? fscanf(line, "ready %u", &live.port) : 0;
  if (line != NULL)
    fclose(line);
  in_directory("addresses.json", path);
  live.addresses = json_load_file(path, 0, NULL);
  in_directory("ca.pem", live.authorities);
  return read == 1 && live.addresses != NULL ? 0 : -1;
}

int live_stop(void **state)
{
  (void)state;
  char command[PATH + 16];
  kill(live.server, SIGTERM);
  waitpid(live.server, NULL, 0);
  json_decref(live.addresses);
  snprintf(command, sizeof command, "%s", live.directory);
  char *const arguments[] = {(char *)(uintptr_t) "rm", (char *)(uintptr_t) "-r", command, NULL};
  pid_t child = fork();
  if (child == 0) {
    execvp("rm", arguments);
    _exit(127);
  }
  waitpid(child, NULL, 0);
  return 0;
}

struct vt_net_options live_options(void)
{
  struct vt_net_options options;
  vt_net_options_default(&options, &live.environment);
  options.ca_file = live.authorities;
  options.connect_ms = 700;
  options.attempt_ms = 4000;
  options.slow_seconds = 1;
  options.retry_ms = 20;
  return options;
}

int64_t live_now(void)
{
  return live.environment.clock.monotonic_ms(live.environment.clock.context);
}

struct vt_net *live_net(const char *const *resolve, int64_t run_ms)
{
  struct vt_net_options options = live_options();
  struct vt_net *net = NULL;
  struct vt_error error = {0};
  options.resolve = resolve;
  options.deadline_ms = run_ms > 0 ? live_now() + run_ms : 0;
  if (vt_net_new(&options, &net, &error) != VATER_OK)
    fail_msg("no net: %s", error.text);
  return net;
}

const char *live_url(const char *id)
{
  const char *url = json_string_value(json_object_get(live.addresses, id));
  if (url == NULL)
    fail_msg("no fixture %s", id);
  return url;
}

void live_url_at(const char *id, const char *host, char out[256])
{
  const char *url = live_url(id);
  const char *start = strstr(url, "://") + 3;
  snprintf(out, 256, "%.*s%s%s", (int)(start - url), url, host, strchr(start, ':'));
}

uint16_t live_port(void)
{
  return (uint16_t)live.port;
}

int live_counter(const char *id, const char *name)
{
  char url[PATH], path[PATH];
  in_directory("counters.url", path);
  FILE *file = fopen(path, "r");
  if (file == NULL || fgets(url, sizeof url, file) == NULL)
    fail_msg("no address of the counters");
  fclose(file);
  url[strcspn(url, "\n")] = '\0';
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_request request = {
      .url = vt_str(url), .sink = -1, .allow = VT_NET_ALLOW_LOOPBACK | VT_NET_ALLOW_HTTP};
  struct vt_net_exchange *exchange = live_run(net, &request);
  struct vater_str body = vt_net_exchange_answer(exchange)->body;
  json_t *counters = json_loadb(body.ptr, body.len, 0, NULL);
  int value = (int)json_integer_value(json_object_get(json_object_get(counters, id), name));
  json_decref(counters);
  vt_net_exchange_free(exchange);
  vt_net_free(net);
  return value;
}

struct vt_net_request live_request(const char *id)
{
  static const char *const types[] = {"application/json", NULL};
  const char *url = live_url(id);
  uint32_t http = strncmp(url, "http:", 5) == 0 ? VT_NET_ALLOW_HTTP : 0;
  return (struct vt_net_request){
      .url = vt_str(url), .media_types = types, .sink = -1, .allow = VT_NET_ALLOW_LOOPBACK | http};
}

struct vt_net_exchange *live_run(struct vt_net *net, const struct vt_net_request *request)
{
  struct vt_net_exchange *exchange = NULL;
  struct vt_error error = {0};
  if (vt_net_submit(net, request, &exchange, &error) != VATER_OK)
    fail_msg("not submitted: %s", error.text);
  struct vt_net_exchange *taken = NULL;
  while (taken == NULL) {
    assert_int_equal(vt_net_poll(net, 30000, NULL, 0, &error), VATER_OK);
    taken = vt_net_take(net);
  }
  assert_ptr_equal(taken, exchange);
  return exchange;
}

void live_assert_fails(const char *id, const char *code, uint32_t tries, const char *text)
{
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_request request = live_request(id);
  struct vt_net_exchange *exchange = live_run(net, &request);
  const struct vt_net_answer *answer = vt_net_exchange_answer(exchange);
  if (answer->result != VT_NET_FAILED || strcmp(answer->error.code, code) != 0 ||
      answer->try_count != tries || strstr(answer->error.text, text) == NULL)
    fail_msg("%s: %s after %u tries, expected %s after %u: %s", id, answer->error.code,
             answer->try_count, code, tries, answer->error.text);
  for (uint32_t i = 0; i < tries; i++)
    assert_string_equal(answer->tries[i].code, code);
  vt_net_exchange_free(exchange);
  vt_net_free(net);
}
