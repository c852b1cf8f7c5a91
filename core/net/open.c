#include "base/file.h"
#include "net/internal.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { LARGEST_ORIGINS = 200000 };

void vt_net_options_default(struct vt_net_options *options,
                            const struct vt_environment *environment)
{
  *options = (struct vt_net_options){
      .environment = environment,
      .in_flight = 64,
      .per_host = 6,
      .connect_ms = 10000,
      .attempt_ms = 120000,
      .slow_bytes = 100,
      .slow_seconds = 30,
      .retry_ms = 1000,
  };
}

static int copy_word(struct vt_net *net, const char *word, char **copy, struct vt_error *error)
{
  *copy = vt_alloc(&net->environment->allocator, strlen(word) + 1);
  if (*copy == NULL)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for the network");
  memcpy(*copy, word, strlen(word) + 1);
  return VATER_OK;
}

static int check_authorities(struct vt_net *net, struct vt_error *error)
{
  struct vater_str text = VT_STR_NONE;
  struct vt_error reading = {0};
  const struct vt_allocator *allocator = &net->environment->allocator;
  if (vt_file_load(allocator, net->ca_file, VT_LIMIT_CONFIG_BYTES, &text, &reading) != VATER_OK)
    return vt_fail(error, VATER_E_CONFIG, "OPS-CA", "the CA file cannot be read: %s", reading.text);
  bool found = vt_str_find(text, VT_STR("CERTIFICATE-----"), 0) < text.len;
  vt_free(allocator, (void *)(uintptr_t)text.ptr);
  if (!found)
    return vt_fail(error, VATER_E_CONFIG, "OPS-CA",
                   "the CA file %s holds no certificate; give a file of PEM certificates",
                   net->ca_file);
  return VATER_OK;
}

static int copy_options(struct vt_net *net, struct vt_error *error)
{
  const char *ca_file = net->options.ca_file;
  const char *agent = net->options.user_agent != NULL ? net->options.user_agent : "vater";
  if (ca_file == NULL)
    ca_file = curl_version_info(CURLVERSION_NOW)->cainfo;
  if (ca_file == NULL)
    return vt_fail(error, VATER_E_CONFIG, "OPS-CA", "the system has no CA file; name one");
  int status = copy_word(net, ca_file, &net->ca_file, error);
  if (status == VATER_OK)
    status = copy_word(net, agent, &net->user_agent, error);
  const char *const *resolve = net->options.resolve;
  for (; status == VATER_OK && resolve != NULL && *resolve != NULL; resolve++) {
    struct curl_slist *longer = curl_slist_append(net->resolve, *resolve);
    if (longer == NULL)
      return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for the network");
    net->resolve = longer;
  }
  return status == VATER_OK ? check_authorities(net, error) : status;
}

static int fill(struct vt_net *net, struct vt_error *error)
{
  const struct vt_environment *environment = net->environment;
  uint64_t seed = 0;
  environment->random.fill(environment->random.context, &seed, sizeof seed);
  net->arena = vt_arena_new(&environment->allocator, 0);
  vt_map_init(&net->origins, &environment->allocator, LARGEST_ORIGINS, seed);
  if (net->arena == NULL)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for the network");
  net->epoll = epoll_create1(EPOLL_CLOEXEC);
  if (net->epoll < 0)
    return vt_fail(error, VATER_E_IO, "OPS-MEMORY", "epoll: %s", strerror(errno));
  return copy_options(net, error);
}

int vt_net_new(const struct vt_net_options *options, struct vt_net **net, struct vt_error *error)
{
  *net = NULL;
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "libcurl does not start");
  struct vt_net *made = vt_alloc(&options->environment->allocator, sizeof *made);
  if (made == NULL) {
    curl_global_cleanup();
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for the network");
  }
  *made = (struct vt_net){.options = *options, .environment = options->environment, .epoll = -1};
  int status = fill(made, error);
  if (status != VATER_OK) {
    vt_net_free(made);
    return status;
  }
  *net = made;
  return VATER_OK;
}

static void free_list(struct vt_net_list *list)
{
  while (list->first != NULL)
    vt_net_exchange_free(list->first);
}

void vt_net_free(struct vt_net *net)
{
  if (net == NULL)
    return;
  const struct vt_allocator *allocator = &net->environment->allocator;
  free_list(&net->active);
  free_list(&net->waiting);
  free_list(&net->queued);
  free_list(&net->finished);
  free_list(&net->taken);
  for (size_t i = 0; i < VT_NET_LANES; i++)
    if (net->lanes[i].multi != NULL)
      curl_multi_cleanup(net->lanes[i].multi);
  if (net->epoll >= 0)
    close(net->epoll);
  curl_slist_free_all(net->resolve);
  vt_map_fini(&net->origins);
  vt_arena_free(net->arena);
  vt_free(allocator, net->merged);
  vt_free(allocator, net->ca_file);
  vt_free(allocator, net->user_agent);
  vt_free(allocator, net);
  curl_global_cleanup();
}
