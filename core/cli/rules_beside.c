/* What lies beside packs: the strategy's points, and code lists that no pack uses. */
#include "cli/rules_frame.h"

#include "base/file.h"
#include "base/limits.h"
#include "rules/review.h"

#include <dirent.h>
#include <jansson.h>
#include <stdlib.h>

enum { PATH_ROOM = 1024, POINTS_MAX = 256 };

/* ---- points -----------------------------------------------------------------------------------
 */

static json_t *read_strategy(struct vt_cli *cli)
{
  const char *folders[] = {cli->rules, cli->installed};
  json_t *strategy = NULL;
  for (size_t i = 0; i < 2 && strategy == NULL; i++) {
    char path[PATH_ROOM];
    struct vater_str text = VT_STR_NONE;
    if (vt_file_join(path, sizeof path, folders[i], "strategy/goals.json") != VATER_OK ||
        vt_file_load(&cli->environment.allocator, path, VT_LIMIT_RULE_FILE_BYTES, &text, NULL) !=
            VATER_OK)
      continue;
    strategy = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
    vt_free(&cli->environment.allocator, (void *)(uintptr_t)text.ptr);
  }
  return strategy;
}

static size_t points_of(const json_t *strategy, struct vater_str points[POINTS_MAX])
{
  size_t count = 0, i, n;
  const json_t *goal, *bullet;
  json_array_foreach(json_object_get(strategy, "goals"), i, goal)
  {
    json_array_foreach(json_object_get(goal, "bullets"), n, bullet)
    {
      const char *id = json_string_value(json_object_get(bullet, "id"));
      if (id != NULL && count < POINTS_MAX)
        points[count++] = vt_str(id);
    }
  }
  return count;
}

static void lint_points(const struct vt_rules *rules, uint32_t indicator,
                        const struct vater_str *points, size_t count,
                        struct vt_diagnostics *diagnostics)
{
  const json_t *list = json_object_get(vt_rules_indicator_json(rules, indicator), "bullets");
  size_t i;
  const json_t *item;
  json_array_foreach(list, i, item)
  {
    const char *point = json_string_value(item);
    size_t at = 0;
    while (point != NULL && at < count && !vt_str_is(points[at], point))
      at++;
    if (point == NULL || at < count)
      continue;
    char pointer[96];
    snprintf(pointer, sizeof pointer, "/bullets/%zu", i);
    vt_rules_complain(rules, diagnostics, indicator, pointer,
                      "the strategy has no such point (strategy/goals.json)");
  }
}

static void lint_all_points(struct vt_cli *cli, const struct vt_rules *rules,
                            struct vt_diagnostics *diagnostics)
{
  struct vater_str points[POINTS_MAX];
  json_t *strategy = read_strategy(cli);
  size_t count = points_of(strategy, points);
  for (uint32_t i = 0; i < vt_rules_indicator_count(rules) && count > 0; i++)
    lint_points(rules, i, points, count, diagnostics);
  json_decref(strategy);
}

/* ---- code lists -------------------------------------------------------------------------------
 */

static int is_list_file(const struct dirent *entry)
{
  struct vater_str name = vt_str(entry->d_name);
  return name.len > 5 && name.ptr[0] != '.' && vt_str_ends(name, VT_STR(".json"));
}

static bool is_used(const struct vt_rules *rules, const char *name)
{
  for (size_t i = 0; i < vt_rules_file_count(rules); i++)
    if (vt_str_is(vt_rules_file(rules, i)->name, name))
      return true;
  return false;
}

static int lint_list(struct vt_cli *cli, const struct vt_rules *rules, const char *path,
                     struct vt_diagnostics *diagnostics)
{
  struct vt_rules *made = NULL;
  struct vater_str name, code;
  const struct vt_rules_options options = {
      .environment = &cli->environment, .paths = &path, .path_count = 1, .reviewed = true};
  int status = vt_rules_load(&options, &made, diagnostics);
  if (made != NULL && vt_rules_list_name(made, &name) &&
      vt_rules_code_names(rules, name, &code, 1) > 0) {
    struct vt_error error = {0};
    vt_fail(&error, VATER_E_RULE, "RULE-LOAD",
            "no pack uses this list, and its name '%.*s' is that of one in use; rename it, or take "
            "it out",
            VT_STR_ARGS(name));
    vt_error_at(&error, vt_str(path), 0, 0);
    vt_diagnostics_add(diagnostics, VATER_SEVERITY_ERROR, &error, VT_STR_NONE, 0);
  }
  vt_rules_free(made);
  return status == VATER_E_NOMEM ? status : VATER_OK;
}

static int lint_lists(struct vt_cli *cli, const struct vt_rules *rules,
                      struct vt_diagnostics *diagnostics)
{
  char folder[PATH_ROOM];
  struct dirent **entries = NULL;
  int status = vt_file_join(folder, sizeof folder, cli->rules, "codelists");
  int count = status == VATER_OK ? scandir(folder, &entries, is_list_file, alphasort) : 0;
  status = VATER_OK;
  for (int i = 0; i < count; i++) {
    char name[PATH_ROOM], path[PATH_ROOM + 512];
    snprintf(name, sizeof name, "codelists/%s", entries[i]->d_name);
    snprintf(path, sizeof path, "%s/%s", cli->rules, name);
    if (status == VATER_OK && !is_used(rules, name))
      status = lint_list(cli, rules, path, diagnostics);
    free(entries[i]);
  }
  free(entries);
  return status;
}

int vt_rules_lint_beside(struct vt_cli *cli, const struct vt_rules_asked *asked,
                         const struct vt_rules *rules, struct vt_diagnostics *diagnostics)
{
  lint_all_points(cli, rules, diagnostics);
  return asked->name_count == 0 ? lint_lists(cli, rules, diagnostics) : VATER_OK;
}
