/* bench_worker BUILD: what a sandboxed worker costs beside judging the same payload in one's own
 * process. Small payload, so that the fork, the sandbox and the frames are what is measured. */
#include "worker/memory.h"
#include "worker/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { JOBS = 2000, ROUNDS = 3 };

static const char payload[] =
    "{\"schemaVersion\":\"1.0.0\",\"reporter\":{\"orgnr\":\"983974724\"},"
    "\"generatedAt\":\"2026-10-15T08:30:00Z\",\"observations\":[{\"indicator\":\"G1-11\","
    "\"period\":\"2026\",\"area\":\"4601\",\"value\":1,\"unit\":\"yes-no\",\"status\":\"final\"}]}";

struct bench {
  struct vt_environment environment;
  struct vt_arena *arena;
  struct vt_diagnostics diagnostics;
  char plugins[512], rules[512], schemas[512];
  struct vt_judge_job job;
  int page;
};

static double seconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void give_up(const char *what, const struct vt_error *error)
{
  fprintf(stderr, "bench_worker: %s: %s\n", what, error->text);
  exit(2);
}

static void prepare(struct bench *bench, const char *build)
{
  struct vt_error error = {0};
  *bench = (struct bench){.environment = vt_environment_real()};
  bench->arena = vt_arena_new(&bench->environment.allocator, 0);
  vt_diagnostics_init(&bench->diagnostics, bench->arena);
  snprintf(bench->plugins, sizeof bench->plugins, "%s/lib/vater/plugins", build);
  snprintf(bench->rules, sizeof bench->rules, "%s/share/vater/rules", build);
  snprintf(bench->schemas, sizeof bench->schemas, "%s/share/vater/rules/schemas", build);
  bench->job = (struct vt_judge_job){.id = VT_STR("bench"),
                                     .actor = VT_STR("983974724"),
                                     .format = VT_STR("indicator_json"),
                                     .today = 20779,
                                     .hash_seed = 1,
                                     .proposed = true};
  if (vt_memory_of("bench", vt_str(payload), &bench->page, &error) != VATER_OK)
    give_up("payload", &error);
}

/* Hands every worker its page at once; the next steps follow as it answers. */
static void open_one(struct bench *bench, struct vt_zygote *zygote)
{
  const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  struct vt_worker *worker;
  struct vt_error error = {0};
  if (vt_worker_open(zygote, &bench->job, bench, &worker, &error) != VATER_OK ||
      vt_worker_page(worker, bench->page, &head, &error) != VATER_OK)
    give_up("open", &error);
}

static double run_workers(struct bench *bench, struct vt_zygote *zygote, int in_flight)
{
  double start = seconds();
  int opened = 0;
  int done = 0;
  while (done < JOBS) {
    struct vt_worker_event event;
    struct vt_error error = {0};
    while (opened < JOBS && opened - done < in_flight) {
      open_one(bench, zygote);
      opened++;
    }
    if (vt_zygote_wait(zygote, &event, &error) != VATER_OK)
      give_up("wait", &error);
    if (event.kind == VT_WORKER_FAILED)
      give_up("worker", event.error);
    if (event.kind == VT_WORKER_PAGE) {
      vt_worker_finish(event.worker, &error);
      continue;
    }
    vt_worker_close(event.worker);
    done++;
  }
  return (seconds() - start) * 1000 / JOBS;
}

static void judge_one(const struct vt_judge_context *context, const struct vt_judge_job *job)
{
  const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  struct vt_judge *judge;
  struct vt_judge_page page;
  struct vt_error error = {0};
  size_t size = 0;
  if (vt_judge_begin(context, job, &judge, &error) != VATER_OK ||
      vt_judge_page(judge, vt_str(payload), &head, &page, &error) != VATER_OK ||
      vt_judge_finish(judge, &size, &error) != VATER_OK)
    give_up("judge", &error);
  void *block = malloc(size);
  vt_judge_write(judge, block);
  free(block);
  vt_judge_free(judge);
}

static double run_here(struct bench *bench)
{
  struct vt_registry registry;
  struct vt_rules *rules;
  struct vt_judge_context context;
  struct vt_plugin_files files;
  const char *const folders[] = {bench->plugins};
  const struct vt_judge_schemas schemas = {.directory = bench->schemas};
  const struct vt_rules_options options = {
      .environment = &bench->environment, .directory = bench->rules, .plugins = &registry};
  if (vt_registry_init(&registry, &bench->environment, bench->arena, NULL) != VATER_OK ||
      vt_plugin_scan(folders, 1, bench->arena, &files, &bench->diagnostics) != VATER_OK ||
      vt_registry_load_all(&registry, &files, NULL, &bench->diagnostics) != VATER_OK ||
      vt_rules_load(&options, &rules, &bench->diagnostics) != VATER_OK ||
      vt_judge_context_init(&context, &bench->environment, &registry, rules, &schemas,
                            &bench->diagnostics) != VATER_OK)
    give_up("load", &bench->diagnostics.items[0].error);
  double start = seconds();
  for (int i = 0; i < JOBS; i++)
    judge_one(&context, &bench->job);
  double took = (seconds() - start) * 1000 / JOBS;
  vt_judge_context_fini(&context);
  vt_rules_free(rules);
  return took;
}

static void print_row(const char *what, double ours, double peer, const char *wanted)
{
  printf("%-44s %12.3f %12.3f %+10.3f  %s\n", what, ours, peer, ours - peer, wanted);
}

int main(int argc, char **argv)
{
  if (argc != 2) {
    fprintf(stderr, "usage: bench_worker BUILD\n");
    return 64;
  }
  struct bench bench;
  struct vt_zygote *zygote;
  struct vt_error error = {0};
  prepare(&bench, argv[1]);
  const char *const folders[] = {bench.plugins};
  const struct vt_zygote_options options = {.environment = &bench.environment,
                                            .plugin_directories = folders,
                                            .plugin_directory_count = 1,
                                            .rules = bench.rules,
                                            .schemas = bench.schemas,
                                            .sandbox = VT_SANDBOX_WARN};
  if (vt_zygote_start(&options, &zygote, &bench.diagnostics, &error) != VATER_OK)
    give_up("start", &error);
  double alone = 1e9;
  double together = 1e9;
  for (int i = 0; i < ROUNDS; i++) {
    double one = run_workers(&bench, zygote, 1);
    double many = run_workers(&bench, zygote, 64);
    alone = one < alone ? one : alone;
    together = many < together ? many : together;
  }
  printf("sandbox: %.*s\n", VT_STR_ARGS(vt_zygote_info(zygote)->sandbox));
  vt_zygote_stop(zygote);
  double here = run_here(&bench);
  print_row("ms a job, one at a time, peer is no worker", alone, here, "+2 at most");
  print_row("ms a job, 64 in flight, peer is no worker", together, here, "+2 at most");
  vt_arena_free(bench.arena);
  return 0;
}
