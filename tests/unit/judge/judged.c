#include "judged.h"

#include <stdio.h>
#include <stdlib.h>

void judged_setup(struct judged_world *world)
{
  static const char *const folders[] = {VATER_BUILD_DIR "/lib/vater/plugins"};
  static const struct vt_judge_schemas schemas = {.directory = VATER_SOURCE_DIR "/rules/schemas"};
  struct vt_plugin_files files;
  *world = (struct judged_world){.environment = vt_environment_real()};
  world->arena = vt_arena_new(&world->environment.allocator, 0);
  vt_diagnostics_init(&world->diagnostics, world->arena);
  assert_int_equal(vt_registry_init(&world->registry, &world->environment, world->arena, NULL),
                   VATER_OK);
  assert_int_equal(vt_plugin_scan(folders, 1, world->arena, &files, &world->diagnostics), VATER_OK);
  assert_int_equal(vt_registry_load_all(&world->registry, &files, NULL, &world->diagnostics),
                   VATER_OK);
  const struct vt_rules_options options = {.environment = &world->environment,
                                           .directory = VATER_SOURCE_DIR "/rules",
                                           .plugins = &world->registry};
  int status = vt_rules_load(&options, &world->rules, &world->diagnostics);
  if (status == VATER_OK)
    status = vt_judge_context_init(&world->context, &world->environment, &world->registry,
                                   world->rules, &schemas, &world->diagnostics);
  if (status != VATER_OK)
    fail_msg("%s", world->diagnostics.items[0].error.text);
}

void judged_teardown(struct judged_world *world)
{
  vt_judge_context_fini(&world->context);
  vt_rules_free(world->rules);
  vt_registry_fini(&world->registry);
  vt_arena_free(world->arena);
}

struct vt_judge_job judged_job(void)
{
  static const struct vt_rules_actor self = {{ACTOR, sizeof ACTOR - 1}, {"trust", 5}};
  return (struct vt_judge_job){.id = VT_STR("test"),
                               .actor = VT_STR(ACTOR),
                               .format = VT_STR("indicator_json"),
                               .actors = &self,
                               .actor_count = 1,
                               .today = 20779, /* 2026-11-22 */
                               .hash_seed = 1,
                               .proposed = true};
}

/* What is said of how a payload is written has words of its own in each language. */
static void check_languages(const struct vt_finding *finding)
{
  static const char *const codes[] = {"PAY-VALUE",  "PAY-FORMAT", "PAY-NOTE",
                                      "PAY-CSV",    "PAY-SYNTAX", "PAY-TEXT",
                                      "PAY-NUMBER", "PAY-LIMIT",  "HTTP-TYPE"};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    if (!vt_str_is(finding->code, codes[i]))
      continue;
    const struct vt_code *code = vt_code_find(finding->code);
    struct vater_str said[VT_LANGUAGE_COUNT];
    for (int language = 0; language < VT_LANGUAGE_COUNT; language++) {
      struct vater_str title = vt_str(code->title[language]);
      said[language] = finding->message[language];
      if (vt_str_starts(said[language], title))
        said[language] = vt_str_slice(said[language], title.len, SIZE_MAX);
    }
    struct vater_str english = said[VT_LANGUAGE_EN];
    if (english.len > 0 && (vt_str_equal(english, said[VT_LANGUAGE_NB]) ||
                            vt_str_equal(english, said[VT_LANGUAGE_NN])))
      fail_msg("English only: %.*s %.*s at %u:%u: %.*s", VT_STR_ARGS(finding->code),
               VT_STR_ARGS(finding->message[VT_LANGUAGE_EN]), finding->line, finding->line_column,
               VT_STR_ARGS(finding->excerpt));
  }
}

struct judged judged_pages(struct judged_world *world, const struct vt_judge_job *job,
                           const struct vt_judge_head *head, const struct vater_str *pages)
{
  struct judged judged = {0};
  struct vt_judge *judge;
  struct vt_error error = {0};
  assert_int_equal(vt_judge_begin(&world->context, job, &judge, &error), VATER_OK);
  for (; pages->ptr != NULL; pages++)
    if (vt_judge_page(judge, *pages, head, &judged.page, &error) != VATER_OK)
      fail_msg("%s %s", error.code, error.text);
  if (vt_judge_finish(judge, &judged.size, &error) != VATER_OK)
    fail_msg("%s %s", error.code, error.text);
  judged.block = malloc(judged.size);
  vt_judge_write(judge, judged.block);
  vt_judge_free(judge);
  if (vt_result_open(judged.block, judged.size, &judged.result, &error) != VATER_OK)
    fail_msg("%s %s", error.code, error.text);
  assert_int_equal(vt_judge_result_belongs(job, &judged.result, NULL), VATER_OK);
  for (uint32_t i = 0; i < judged.result.finding_count; i++) {
    struct vt_finding finding;
    vt_result_finding(&judged.result, i, &finding);
    check_languages(&finding);
  }
  return judged;
}

struct judged judged_text(struct judged_world *world, const char *text)
{
  const struct vt_judge_job job = judged_job();
  const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  const struct vater_str pages[] = {vt_str(text), VT_STR_NONE};
  return judged_pages(world, &job, &head, pages);
}

void judged_free(struct judged *judged)
{
  free(judged->block);
  *judged = (struct judged){0};
}

unsigned judged_count(const struct judged *judged, const char *code)
{
  unsigned count = 0;
  for (uint32_t i = 0; i < judged->result.finding_count; i++) {
    struct vt_finding finding;
    vt_result_finding(&judged->result, i, &finding);
    count += vt_str_is(finding.code, code);
  }
  return count;
}

struct vt_finding judged_finding(const struct judged *judged, const char *code, unsigned index)
{
  struct vt_finding finding;
  for (uint32_t i = 0; i < judged->result.finding_count; i++) {
    vt_result_finding(&judged->result, i, &finding);
    if (vt_str_is(finding.code, code) && index-- == 0)
      return finding;
  }
  fail_msg("no finding %s", code);
  return (struct vt_finding){0};
}

char *judged_submission(const char *observations)
{
  static const char form[] =
      "{\"schemaVersion\":\"1.0.0\",\"reporter\":{\"orgnr\":\"" ACTOR "\"},\n"
      "\"generatedAt\":\"2026-10-15T08:30:00Z\",\"observations\":[\n%s]}";
  size_t size = sizeof form + strlen(observations);
  char *text = malloc(size);
  assert_non_null(text);
  snprintf(text, size, form, observations);
  return text;
}
