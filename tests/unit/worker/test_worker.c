#include "unit/test.h"

#include "worker/main_side.h"
#include "worker/memory.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define ACTOR "983974724"
#define PAYLOAD                                                                          \
  "{\"schemaVersion\":\"1.0.0\",\"reporter\":{\"orgnr\":\"" ACTOR "\"},"                 \
  "\"generatedAt\":\"2026-10-15T08:30:00Z\",\"observations\":[{\"indicator\":\"G1-13\"," \
  "\"period\":\"2025\",\"area\":\"4601\",\"value\":1,\"unit\":\"yes-no\",\"status\":\"final\"}]}"

struct world {
  struct vt_environment environment;
  struct vt_arena *arena;
  struct vt_diagnostics diagnostics;
  struct vt_zygote_options options;
  struct vt_zygote *zygote;
};

static const char *const folders[] = {VATER_BUILD_DIR "/lib/vater/plugins"};

static void prepare(struct world *world)
{
  *world = (struct world){.environment = vt_environment_real()};
  world->arena = vt_arena_new(&world->environment.allocator, 0);
  vt_diagnostics_init(&world->diagnostics, world->arena);
  world->options = (struct vt_zygote_options){.environment = &world->environment,
                                              .plugin_directories = folders,
                                              .plugin_directory_count = 1,
                                              .rules = VATER_SOURCE_DIR "/rules",
                                              .schemas = VATER_SOURCE_DIR "/rules/schemas",
                                              .sandbox = VT_SANDBOX_WARN};
}

static void start(struct world *world)
{
  struct vt_error error = {0};
  if (vt_zygote_start(&world->options, &world->zygote, &world->diagnostics, &error) != VATER_OK)
    fail_msg("%s %s", error.text,
             world->diagnostics.count > 0 ? world->diagnostics.items[0].error.text : "");
}

static void stop(struct world *world)
{
  vt_zygote_stop(world->zygote);
  vt_arena_free(world->arena);
  errno = 0;
  assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
  assert_int_equal(errno, ECHILD);
}

static struct vt_judge_job job_of_actor(void)
{
  static const struct vt_rules_actor self = {{ACTOR, sizeof ACTOR - 1}, {"trust", 5}};
  return (struct vt_judge_job){.id = VT_STR("test"),
                               .actor = VT_STR(ACTOR),
                               .format = VT_STR("indicator_json"),
                               .actors = &self,
                               .actor_count = 1,
                               .today = 20779,
                               .hash_seed = 1,
                               .proposed = true};
}

static struct vt_worker *open_worker(struct world *world, void *tag)
{
  const struct vt_judge_job job = job_of_actor();
  struct vt_worker *worker;
  struct vt_error error = {0};
  if (vt_worker_open(world->zygote, &job, tag, &worker, &error) != VATER_OK)
    fail_msg("%s", error.text);
  return worker;
}

static void give_page(struct vt_worker *worker, const char *text)
{
  const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  int fd;
  assert_int_equal(vt_memory_of("page", vt_str(text), &fd, NULL), VATER_OK);
  assert_int_equal(vt_worker_page(worker, fd, &head, NULL), VATER_OK);
  close(fd);
}

static struct vt_worker_event await(struct world *world, enum vt_worker_event_kind kind)
{
  struct vt_worker_event event;
  struct vt_error error = {0};
  assert_int_equal(vt_zygote_wait(world->zygote, &event, &error), VATER_OK);
  if (event.kind != kind)
    fail_msg("event %d: %s", (int)event.kind, event.error != NULL ? event.error->text : "");
  return event;
}

/* The whole way of one page; the worker stays open. */
static const struct vt_result *run(struct world *world, struct vt_worker *worker, const char *text)
{
  give_page(worker, text);
  await(world, VT_WORKER_PAGE);
  assert_int_equal(vt_worker_finish(worker, NULL), VATER_OK);
  return await(world, VT_WORKER_RESULT).result;
}

static void test_info(void **state)
{
  (void)state;
  struct world world;
  prepare(&world);
  start(&world);
  const struct vt_zygote_info *info = vt_zygote_info(world.zygote);
  static const char *const shipped[] = {"basic", "bearer",         "consistency", "disclosure",
                                        "http",  "indicator_json", "norway"};
  bool found = false;
  for (size_t n = 0; n < sizeof shipped / sizeof *shipped; n++) {
    unsigned times = 0;
    for (uint32_t i = 0; i < info->plugin_count; i++)
      times += vt_str_is(info->plugins[i].name, shipped[n]);
    assert_int_equal(times, 1);
  }
  for (uint32_t i = 0; i < info->plugin_count; i++) {
    const struct vt_zygote_plugin *plugin = &info->plugins[i];
    assert_int_equal(plugin->sha256.len, 0);
    if (!vt_str_is(plugin->name, "indicator_json"))
      continue;
    found = plugin->format && !plugin->source && !plugin->auth;
    assert_true(vt_str_ends(plugin->path, VT_STR("/indicator_json.so")));
  }
  assert_true(found);
  assert_true(info->rule_count > 0 && info->indicator_count > 0);
  assert_true(info->sandbox.len > 0);
#ifdef VATER_SANITIZED
  assert_false(info->sandboxed);
  assert_str(info->sandbox, "off: built with sanitizers, which need what it forbids");
#else
  assert_true(info->sandboxed);
#endif
  stop(&world);
}

static void test_same_bytes_each_time(void **state)
{
  (void)state;
  struct world world;
  prepare(&world);
  start(&world);
  struct vt_worker *worker = open_worker(&world, NULL);
  const struct vt_result *result = run(&world, worker, PAYLOAD);
  assert_int_equal(result->delivery, VT_DELIVERY_RECEIVED);
  assert_int_equal(result->table.rows, 1);
  struct vt_worker *again = open_worker(&world, NULL);
  const struct vt_result *same = run(&world, again, PAYLOAD);
  assert_int_equal(result->size, same->size);
  assert_memory_equal(result->block, same->block, same->size);
  vt_worker_close(again);
  vt_worker_close(worker);
  stop(&world);
}

static void test_O06_pinned_files_judge_alike(void **state)
{
  (void)state;
  struct world first;
  struct world second;
  prepare(&first);
  first.options.pins = true;
  start(&first);
  const struct vt_zygote_info *info = vt_zygote_info(first.zygote);
  bool schema = false;
  for (size_t i = 0; i < info->rule_file_count; i++)
    schema |= vt_str_is(info->rule_files[i].name, "schemas/submission.schema.json");
  assert_true(schema);
  assert_int_equal(info->plugins[0].sha256.len, 64);
  struct vt_worker *worker = open_worker(&first, NULL);
  const struct vt_result *result = run(&first, worker, PAYLOAD);
  prepare(&second);
  second.options.rules = second.options.schemas = "/nonexistent";
  second.options.pinned = info->rule_files;
  second.options.pinned_count = info->rule_file_count;
  start(&second);
  struct vt_worker *other = open_worker(&second, NULL);
  const struct vt_result *same = run(&second, other, PAYLOAD);
  assert_int_equal(result->size, same->size);
  assert_memory_equal(result->block, same->block, same->size);
  vt_zygote_stop(first.zygote);
  vt_arena_free(first.arena);
  stop(&second);
}

static void test_many_in_flight(void **state)
{
  (void)state;
  enum { COUNT = 40 };
  struct world world;
  int tags[COUNT] = {0};
  prepare(&world);
  start(&world);
  for (int i = 0; i < COUNT; i++)
    give_page(open_worker(&world, &tags[i]), PAYLOAD);
  for (int done = 0; done < COUNT;) {
    struct vt_worker_event event;
    assert_int_equal(vt_zygote_wait(world.zygote, &event, NULL), VATER_OK);
    int *tag = event.tag;
    assert_int_not_equal(event.kind, VT_WORKER_FAILED);
    (*tag)++;
    if (event.kind == VT_WORKER_PAGE) {
      vt_worker_finish(event.worker, NULL);
      continue;
    }
    assert_int_equal(event.result->delivery, VT_DELIVERY_RECEIVED);
    vt_worker_close(event.worker);
    done++;
  }
  for (int i = 0; i < COUNT; i++)
    assert_int_equal(tags[i], 2);
  struct vt_worker_event event;
  assert_int_equal(vt_zygote_wait(world.zygote, &event, NULL), VATER_DONE);
  assert_int_equal(vt_zygote_timeout_ms(world.zygote), -1);
  stop(&world);
}

static void test_refused_page_and_two_pages(void **state)
{
  (void)state;
  struct world world;
  prepare(&world);
  start(&world);
  struct vt_worker *worker = open_worker(&world, NULL);
  give_page(worker, PAYLOAD);
  assert_false(await(&world, VT_WORKER_PAGE).page.refused);
  give_page(worker, "{\"a\":");
  assert_true(await(&world, VT_WORKER_PAGE).page.refused);
  assert_int_equal(vt_worker_finish(worker, NULL), VATER_OK);
  const struct vt_result *result = await(&world, VT_WORKER_RESULT).result;
  assert_int_equal(result->delivery, VT_DELIVERY_REFUSED);
  assert_str(result->code, "PAY-SYNTAX");
  vt_worker_close(worker);
  stop(&world);
}

static void test_out_of_turn_and_early_close(void **state)
{
  (void)state;
  struct world world;
  prepare(&world);
  start(&world);
  struct vt_worker *worker = open_worker(&world, NULL);
  give_page(worker, PAYLOAD);
  struct vt_error error = {0};
  assert_int_equal(vt_worker_finish(worker, &error), VATER_E_BUG);
  assert_string_equal(error.text, "the worker was asked out of turn");
  assert_true(vt_zygote_timeout_ms(world.zygote) > 0);
  vt_worker_close(worker);
  worker = open_worker(&world, NULL);
  run(&world, worker, PAYLOAD);
  vt_worker_close(worker);
  open_worker(&world, NULL); /* stop closes it */
  stop(&world);
}

static void test_judges_own_error(void **state)
{
  (void)state;
  struct world world;
  prepare(&world);
  start(&world);
  struct vt_judge_job job = job_of_actor();
  struct vt_worker *worker;
  job.format = VT_STR("nothing");
  assert_int_equal(vt_worker_open(world.zygote, &job, NULL, &worker, NULL), VATER_OK);
  struct vt_worker_event event = await(&world, VT_WORKER_FAILED);
  assert_string_equal(event.error->code, "OPS-CONFIG");
  assert_string_equal(event.error->text,
                      "no loaded plugin reads the format 'nothing'; see 'vater plugin list'");
  vt_worker_close(worker);
  stop(&world);
}

/* The zygote dies: every job under way is told of, nothing hangs, no new one begins. */
static void test_lost_zygote(void **state)
{
  (void)state;
  struct world world;
  prepare(&world);
  start(&world);
  struct vt_worker *one = open_worker(&world, NULL);
  struct vt_worker *two = open_worker(&world, NULL);
  give_page(one, PAYLOAD);
  await(&world, VT_WORKER_PAGE);
  kill(world.zygote->process, SIGKILL);
  for (int i = 0; i < 2; i++) {
    struct vt_worker_event event = await(&world, VT_WORKER_FAILED);
    assert_string_equal(event.error->code, "PLUG-CRASH");
  }
  struct vt_worker_event event;
  struct vt_error error = {0};
  assert_int_equal(vt_zygote_next(world.zygote, &event, &error), VATER_E_IO);
  const struct vt_judge_job job = job_of_actor();
  struct vt_worker *three;
  assert_int_equal(vt_worker_open(world.zygote, &job, NULL, &three, NULL), VATER_E_IO);
  vt_worker_close(one);
  vt_worker_close(two);
  stop(&world);
}

static void test_R01_faulty_rules(void **state)
{
  (void)state;
  struct world world;
  char folder[] = "/tmp/vater-worker-XXXXXX";
  char path[64];
  prepare(&world);
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/bad.json", folder);
  FILE *file = fopen(path, "w");
  fputs("{\"pack\": \"bad\",\n \"version\": 1}", file);
  fclose(file);
  world.options.rules = folder;
  struct vt_error error = {0};
  assert_int_equal(vt_zygote_start(&world.options, &world.zygote, &world.diagnostics, &error),
                   VATER_E_CONFIG);
  assert_null(world.zygote);
  assert_true(world.diagnostics.errors > 0);
  assert_string_equal(world.diagnostics.items[0].error.code, "RULE-LOAD");
  bool placed = false;
  for (uint32_t i = 0; i < world.diagnostics.count; i++)
    placed |= world.diagnostics.items[i].error.line == 2 &&
              vt_str_is(world.diagnostics.items[i].line_text, " \"version\": 1}");
  assert_true(placed);
  unlink(path);
  rmdir(folder);
  stop(&world);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_info),
      cmocka_unit_test(test_same_bytes_each_time),
      cmocka_unit_test(test_O06_pinned_files_judge_alike),
      cmocka_unit_test(test_many_in_flight),
      cmocka_unit_test(test_refused_page_and_two_pages),
      cmocka_unit_test(test_out_of_turn_and_early_close),
      cmocka_unit_test(test_judges_own_error),
      cmocka_unit_test(test_lost_zygote),
      cmocka_unit_test(test_R01_faulty_rules),
  };
  return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
