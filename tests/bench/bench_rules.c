/* bench_rules BUILD [ROUNDS]: loads plugins and packs as each start of vater does, and prints what
 * each stage takes: "milliseconds stage", the last line their sum without the plugins. Each round
 * is a process of its own, so that memory is as fresh as at a start; of each stage the fastest
 * round counts. */
#include "base/environment.h"
#include "bench/stages.h"
#include "plugin/registry.h"
#include "rules/rules.h"

#include <sys/wait.h>
#include <unistd.h>

enum { DEFAULT_ROUNDS = 25 };

static void give_up(const char *what)
{
  fprintf(stderr, "bench_rules: %s\n", what);
  exit(2);
}

static void load(const char *build, struct stages *stages)
{
  struct vt_environment environment = vt_environment_real();
  struct vt_arena *arena = vt_arena_new(&environment.allocator, 0);
  struct vt_diagnostics diagnostics;
  struct vt_plugin_files files = {0};
  struct vt_registry plugins;
  char folder[512], rules[512];
  snprintf(folder, sizeof folder, "%s/lib/vater/plugins", build);
  snprintf(rules, sizeof rules, "%s/share/vater/rules", build);
  const char *folders[] = {folder};
  const struct vt_watch watch = {.ended = stages_ended, .context = stages};
  vt_diagnostics_init(&diagnostics, arena);
  stages_begin(stages);
  if (vt_registry_init(&plugins, &environment, arena, NULL) != VATER_OK ||
      vt_plugin_scan(folders, 1, arena, &files, &diagnostics) != VATER_OK ||
      vt_registry_load_all(&plugins, &files, NULL, &diagnostics) != VATER_OK)
    give_up("the plugins cannot be loaded");
  stages_ended(stages, VT_STR("plugins"));
  const struct vt_rules_options options = {
      .environment = &environment, .plugins = &plugins, .directory = rules, .watch = &watch};
  struct vt_rules *loaded;
  if (vt_rules_load(&options, &loaded, &diagnostics) != VATER_OK)
    give_up("the packs cannot be loaded");
  stages_ended(stages, VT_STR("sort"));
}

/* One load in a child, which tells its stages through a pipe. */
static void measure(const char *build, struct stages *stages)
{
  int ends[2];
  if (pipe(ends) != 0)
    give_up("no pipe");
  pid_t child = fork();
  if (child < 0)
    give_up("no process");
  if (child == 0) {
    load(build, stages);
    _exit(write(ends[1], stages, sizeof *stages) == (ssize_t)sizeof *stages ? 0 : 1);
  }
  int state = 0;
  close(ends[1]);
  ssize_t size = read(ends[0], stages, sizeof *stages);
  close(ends[0]);
  if (waitpid(child, &state, 0) != child || state != 0 || size != (ssize_t)sizeof *stages)
    give_up("a round failed");
}

static double sum(const struct stages *stages)
{
  double all = 0;
  for (unsigned i = 0; i < stages->count; i++)
    all += strcmp(stages->stages[i].name, "plugins") == 0 ? 0 : stages->stages[i].seconds;
  return all;
}

int main(int argc, char **argv)
{
  static struct stages best, round;
  if (argc < 2)
    give_up("usage: bench_rules BUILD [ROUNDS]");
  long rounds = argc > 2 ? strtol(argv[2], NULL, 10) : DEFAULT_ROUNDS;
  for (long i = 0; i < rounds; i++) {
    round.count = 0;
    measure(argv[1], &round);
    stages_best(&best, &round);
  }
  for (unsigned i = 0; i < best.count; i++)
    printf("%.2f %s\n", best.stages[i].seconds * 1e3, best.stages[i].name);
  printf("%.2f all\n", sum(&best) * 1e3);
  return 0;
}
