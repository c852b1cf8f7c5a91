/* Plugins that must not be loaded; BROKEN_… says what is wrong with this one. */
#include "vater/plugin.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef BROKEN_NAME
#define BROKEN_NAME "broken"
#endif

/* ---- constructors --------------------------------------------------------------------------- */

#if defined(BROKEN_CONSTRUCTOR_CRASH) || defined(BROKEN_CONSTRUCTOR_EXIT) || \
    defined(BROKEN_CONSTRUCTOR_FORK) || defined(BROKEN_CONSTRUCTOR_SLEEP) || \
    defined(BROKEN_CONSTRUCTOR_THREAD)
static void *wait_for_ever(void *nothing)
{
  for (;;)
    pause();
  return nothing;
}

__attribute__((constructor)) static void construct(void)
{
#if defined(BROKEN_CONSTRUCTOR_CRASH)
  raise(SIGSEGV);
#elif defined(BROKEN_CONSTRUCTOR_EXIT)
  _exit(0);
#elif defined(BROKEN_CONSTRUCTOR_FORK)
  if (fork() == 0) {
    alarm(20);
    wait_for_ever(NULL);
  }
#elif defined(BROKEN_CONSTRUCTOR_SLEEP)
  wait_for_ever(NULL);
#else
  static pthread_t thread;
  pthread_create(&thread, NULL, wait_for_ever, NULL);
#endif
  (void)wait_for_ever;
}
#endif

/* ---- tables --------------------------------------------------------------------------------- */

#if !defined(BROKEN_MISSING_MEMBER) && !defined(BROKEN_NOTHING_OFFERED)
static int first(vater_call *call, void *self, const struct vater_collect *collect,
                 vater_request *request)
{
  (void)call;
  (void)self;
  (void)collect;
  (void)request;
  return VATER_DONE;
}
#endif

#if !defined(BROKEN_NOTHING_OFFERED)
static const struct vater_source_ops source = {
#if defined(BROKEN_SHORT_TABLE)
    .size = 8,
#else
    .size = sizeof source,
#endif
#if !defined(BROKEN_MISSING_MEMBER)
    .first = first,
#endif
};
#endif

static const struct vater_setting settings[] = {
#if defined(BROKEN_SETTING)
    {"limit", VATER_SETTING_INTEGER, false, false, "many", "How many."},
#elif defined(BROKEN_SECRET)
    {"key", VATER_SETTING_TEXT, false, true, "0000", "A secret with a fallback."},
#endif
    {NULL, 0, false, false, NULL, NULL},
};

#if defined(BROKEN_LOAD_FAILS) || defined(BROKEN_LOAD_CRASH)
static int load(const struct vater_host *host)
{
  (void)host;
#if defined(BROKEN_LOAD_CRASH)
  abort();
#endif
  return VATER_E_IO;
}
#endif

#if defined(BROKEN_FUNCTION)
static int call_function(vater_call *call, const struct vater_value *arguments, uint32_t count,
                         struct vater_value *result)
{
  (void)call;
  (void)arguments;
  (void)count;
  (void)result;
  return VATER_OK;
}

static const struct vater_function functions[] = {
    {"isOdd", "string -> bool", "A signature without parentheses.", call_function},
    {NULL, NULL, NULL, NULL},
};
#endif

static const struct vater_plugin plugin = {
#if defined(BROKEN_SHORT_STRUCT)
    .size = 24,
    .abi_major = VATER_ABI_MAJOR,
#elif defined(BROKEN_HUGE_STRUCT)
    .size = UINT32_MAX,
    .abi_major = VATER_ABI_MAJOR,
#elif defined(BROKEN_MAJOR_IN_STRUCT)
    .size = sizeof(struct vater_plugin),
    .abi_major = 2,
#else
    VATER_PLUGIN_HEAD,
#endif
    .name = BROKEN_NAME,
#if defined(BROKEN_VERSION)
    .version = "latest",
#else
    .version = "1.0.0",
#endif
    .summary = "Must not be loaded.",
    .settings = settings,
#if defined(BROKEN_LOAD_FAILS) || defined(BROKEN_LOAD_CRASH)
    .load = load,
#endif
#if !defined(BROKEN_NOTHING_OFFERED)
    .source = &source,
#endif
#if defined(BROKEN_FUNCTION)
    .functions = functions,
#endif
};

#if defined(BROKEN_NO_SYMBOL)
#define vater_plugin_1 something_else
#elif defined(BROKEN_MAJOR)
#define vater_plugin_1 vater_plugin_2
#endif

#if defined(BROKEN_NULL_STRUCT)
VATER_EXPORT const struct vater_plugin *vater_plugin_1(void);
const struct vater_plugin *vater_plugin_1(void)
{
  return plugin.size != 0 ? NULL : &plugin;
}
#else
VATER_PLUGIN(plugin)
#endif
