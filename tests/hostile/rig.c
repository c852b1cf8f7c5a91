#include "rig.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLACE "@RULE@"
#define HARMLESS \
  "\"scope\": \"observation\", \"assert\": \"obs.value >= 0.0\", \"missing\": \"skip\""

/* The pack of hostile.json with its one rule filled in. */
static void write_pack(struct rig *rig, const char *rule)
{
  const char *const source = VATER_SOURCE_DIR "/tests/hostile/hostile.json";
  struct vater_str text;
  snprintf(rig->rules, sizeof rig->rules, "/tmp/vater-hostile-XXXXXX");
  assert_non_null(mkdtemp(rig->rules));
  snprintf(rig->pack, sizeof rig->pack, "%s/hostile.json", rig->rules);
  assert_int_equal(vt_file_load(&rig->environment.allocator, source, 1024 * 1024, &text, NULL),
                   VATER_OK);
  size_t place = vt_str_find(text, VT_STR(PLACE), 0);
  assert_true(place < text.len);
  FILE *file = fopen(rig->pack, "w");
  assert_non_null(file);
  fwrite(text.ptr, 1, place, file);
  fputs(rule != NULL ? rule : HARMLESS, file);
  fwrite(text.ptr + place + strlen(PLACE), 1, text.len - place - strlen(PLACE), file);
  fclose(file);
  vt_free(&rig->environment.allocator, (void *)(uintptr_t)text.ptr);
}

void rig_start(struct rig *rig, const char *rule)
{
  *rig = (struct rig){.environment = vt_environment_real()};
  rig->arena = vt_arena_new(&rig->environment.allocator, 0);
  vt_diagnostics_init(&rig->diagnostics, rig->arena);
  write_pack(rig, rule);
  static const char *const folders[] = {VATER_BUILD_DIR "/hostile-plugins/hostile"};
  const struct vt_zygote_options options = {
      .environment = &rig->environment,
      .plugin_directories = folders,
      .plugin_directory_count = 1,
      .rules = rig->rules,
      .schemas = rig->rules,
      .sandbox = VT_SANDBOX_REQUIRE,
      .limits = {.memory = 64 * 1024 * 1024,
                 .cpu_seconds = 5,
                 .wall_ms = RIG_WALL_MS,
                 .output_bytes = 64 * 1024,
                 .result_bytes = 32 * 1024 * 1024},
  };
  struct vt_error error = {0};
  int status = vt_zygote_start(&options, &rig->zygote, &rig->diagnostics, &error);
  if (status != VATER_OK) {
    struct vt_buffer text;
    vt_buffer_init(&text, &rig->environment.allocator, 1024 * 1024);
    vt_diagnostics_print(&rig->diagnostics, &text);
    fail_msg("%s %s\n%.*s", error.code, error.text, VT_STR_ARGS(vt_buffer_str(&text)));
  }
}

void rig_stop(struct rig *rig)
{
  vt_zygote_stop(rig->zygote);
  unlink(rig->pack);
  rmdir(rig->rules);
  vt_arena_free(rig->arena);
}

static void copy_text(char *to, size_t size, struct vater_str text)
{
  vt_text_copy(to, size, text);
}

static void take_result(struct outcome *outcome, const struct vt_result *result)
{
  outcome->delivery = result->delivery;
  outcome->findings = result->finding_total;
  copy_text(outcome->code, sizeof outcome->code, result->code);
  outcome->size = result->size;
  outcome->block = malloc(result->size);
  memcpy(outcome->block, result->block, result->size);
  if (result->table.rows == 0)
    return;
  copy_text(outcome->reason, sizeof outcome->reason,
            vt_table_cell(&result->table, 0, VATER_COLUMN_REASON));
  copy_text(outcome->comment, sizeof outcome->comment,
            vt_table_cell(&result->table, 0, VATER_COLUMN_COMMENT_TEXT));
}

static void take_end(struct rig *rig, struct outcome *outcome, const struct vt_worker_event *event)
{
  outcome->output = vt_arena_copy(rig->arena, event->output);
  outcome->noisy = event->noisy;
  outcome->cpu_ms = event->cpu_ms;
  outcome->peak_bytes = event->peak_bytes;
  outcome->failed = event->kind == VT_WORKER_FAILED;
  if (!outcome->failed) {
    take_result(outcome, event->result);
    return;
  }
  outcome->error = *event->error;
  outcome->delivery = VT_DELIVERY_INTERNAL_ERROR;
  copy_text(outcome->code, sizeof outcome->code, vt_str(event->error->code));
}

static struct vt_judge_job describe(const char *settings)
{
  static const struct vt_rules_actor self = {{RIG_ACTOR, sizeof RIG_ACTOR - 1}, {"trust", 5}};
  return (struct vt_judge_job){.id = VT_STR("hostile-1"),
                               .actor = VT_STR(RIG_ACTOR),
                               .format = VT_STR("hostile"),
                               .settings = vt_str(settings),
                               .period = VT_STR("2026"),
                               .actors = &self,
                               .actor_count = 1,
                               .today = 20779,
                               .hash_seed = 1};
}

struct outcome rig_run(struct rig *rig, const char *settings, const char *payload)
{
  struct outcome outcome = {0};
  struct vt_worker *worker;
  struct vt_worker_event event;
  int page;
  const struct vt_judge_job job = describe(settings);
  const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  assert_int_equal(vt_memory_of("page", vt_str(payload), &page, NULL), VATER_OK);
  assert_int_equal(vt_worker_open(rig->zygote, &job, rig, &worker, NULL), VATER_OK);
  assert_int_equal(vt_worker_page(worker, page, &head, NULL), VATER_OK);
  close(page);
  assert_int_equal(vt_zygote_wait(rig->zygote, &event, NULL), VATER_OK);
  assert_ptr_equal(event.worker, worker);
  assert_ptr_equal(event.tag, rig);
  if (event.kind == VT_WORKER_PAGE) {
    assert_int_equal(vt_worker_finish(worker, NULL), VATER_OK);
    assert_int_equal(vt_zygote_wait(rig->zygote, &event, NULL), VATER_OK);
  }
  assert_int_not_equal(event.kind, VT_WORKER_PAGE);
  take_end(rig, &outcome, &event);
  vt_worker_close(worker);
  return outcome;
}

struct outcome rig_control(struct rig *rig)
{
  return rig_run(rig, "{\"at\": \"never\", \"act\": \"segv\"}", "control");
}

void outcome_free(struct outcome *outcome)
{
  free(outcome->block);
  outcome->block = NULL;
}
