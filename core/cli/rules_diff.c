#include "cli/rules_frame.h"

#include "base/encode.h"
#include "rules/review.h"

#include <jansson.h>
#include <stdlib.h>

/* What is different between two bundles, as a changelog. */
struct diff {
  struct vt_cli *cli;
  const struct vt_rules *old, *fresh;
  json_t *changes;
};

typedef const json_t *finder(const struct vt_rules *rules, struct vater_str name);

static const json_t *find_rule(const struct vt_rules *rules, struct vater_str code)
{
  for (uint32_t i = 0; i < vt_rules_count(rules); i++)
    if (vt_str_equal(vt_rules_info(rules, i)->code, code))
      return vt_rules_rule_json(rules, i);
  return NULL;
}

static const json_t *find_indicator(const struct vt_rules *rules, struct vater_str id)
{
  for (uint32_t i = 0; i < vt_rules_indicator_count(rules); i++)
    if (vt_str_equal(vt_rules_indicator(rules, i)->id, id))
      return vt_rules_indicator_json(rules, i);
  return NULL;
}

static void add(struct diff *diff, const char *kind, struct vater_str name, const char *change,
                json_t *members)
{
  json_t *made =
      json_pack("{s:s, s:s%, s:s}", "kind", kind, "name", name.ptr, name.len, "change", change);
  if (members != NULL)
    json_object_set_new(made, "members", members);
  json_array_append_new(diff->changes, made);
}

static void compare_member(json_t *members, const char *name, const json_t *a, const json_t *b)
{
  if (a != NULL && b != NULL && json_equal(a, b))
    return;
  json_t *made = json_pack("{s:s}", "member", name);
  if (a != NULL)
    json_object_set_new(made, "old", json_deep_copy(a));
  if (b != NULL)
    json_object_set_new(made, "new", json_deep_copy(b));
  json_array_append_new(members, made);
}

static void compare(struct diff *diff, const char *kind, struct vater_str name, const json_t *a,
                    const json_t *b)
{
  const char *key;
  json_t *value, *members = json_array();
  json_object_foreach((json_t *)(uintptr_t)a, key, value)
      compare_member(members, key, value, json_object_get(b, key));
  json_object_foreach((json_t *)(uintptr_t)b, key, value) if (json_object_get(a, key) == NULL)
      compare_member(members, key, NULL, value);
  if (json_array_size(members) > 0)
    add(diff, kind, name, "changed", members);
  else
    json_decref(members);
}

static void compare_indicators(struct diff *diff)
{
  for (uint32_t i = 0; i < vt_rules_indicator_count(diff->old); i++) {
    struct vater_str id = vt_rules_indicator(diff->old, i)->id;
    const json_t *other = find_indicator(diff->fresh, id);
    if (other == NULL)
      add(diff, "indicator", id, "removed", NULL);
    else
      compare(diff, "indicator", id, vt_rules_indicator_json(diff->old, i), other);
  }
  for (uint32_t i = 0; i < vt_rules_indicator_count(diff->fresh); i++)
    if (find_indicator(diff->old, vt_rules_indicator(diff->fresh, i)->id) == NULL)
      add(diff, "indicator", vt_rules_indicator(diff->fresh, i)->id, "added", NULL);
}

static void compare_rules(struct diff *diff)
{
  for (uint32_t i = 0; i < vt_rules_count(diff->old); i++) {
    struct vater_str code = vt_rules_info(diff->old, i)->code;
    const json_t *other = find_rule(diff->fresh, code);
    if (other == NULL)
      add(diff, "rule", code, "removed", NULL);
    else
      compare(diff, "rule", code, vt_rules_rule_json(diff->old, i), other);
  }
  for (uint32_t i = 0; i < vt_rules_count(diff->fresh); i++)
    if (find_rule(diff->old, vt_rules_info(diff->fresh, i)->code) == NULL)
      add(diff, "rule", vt_rules_info(diff->fresh, i)->code, "added", NULL);
}

/* ---- Markdown ---------------------------------------------------------------------------------
 */

/* Samples, examples and other long members are named, not quoted. */
static void put_value(struct vt_buffer *out, const json_t *value)
{
  char *text = value == NULL ? NULL : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
  if (value == NULL)
    vt_buffer_text(out, "nothing");
  else if (text == NULL || strlen(text) > 300)
    vt_buffer_text(out, "…");
  else {
    vt_buffer_char(out, '`');
    vt_encode_terminal(out, vt_str(text));
    vt_buffer_char(out, '`');
  }
  free(text);
}

static void put_change(struct vt_buffer *out, const json_t *change)
{
  size_t index;
  const json_t *member;
  vt_buffer_text(out, "- ");
  vt_encode_terminal(out, vt_str(json_string_value(json_object_get(change, "name"))));
  vt_buffer_text(out, "\n");
  json_array_foreach(json_object_get(change, "members"), index, member)
  {
    vt_buffer_format(out, "  - %s: ", json_string_value(json_object_get(member, "member")));
    put_value(out, json_object_get(member, "old"));
    vt_buffer_text(out, " → ");
    put_value(out, json_object_get(member, "new"));
    vt_buffer_text(out, "\n");
  }
}

static void put_section(struct vt_buffer *out, const json_t *changes, const char *title,
                        const char *kind, const char *what)
{
  size_t index;
  const json_t *change;
  bool any = false;
  json_array_foreach(changes, index, change)
  {
    if (strcmp(json_string_value(json_object_get(change, "kind")), kind) != 0 ||
        strcmp(json_string_value(json_object_get(change, "change")), what) != 0)
      continue;
    if (!any)
      vt_buffer_format(out, "%s## %s\n\n", out->len > 0 ? "\n" : "", title);
    any = true;
    put_change(out, change);
  }
}

static void put_markdown(struct diff *diff)
{
  struct vt_buffer out;
  vt_buffer_init(&out, &diff->cli->environment.allocator, 64 * 1024 * 1024);
  put_section(&out, diff->changes, "Indicators added", "indicator", "added");
  put_section(&out, diff->changes, "Indicators changed", "indicator", "changed");
  put_section(&out, diff->changes, "Indicators removed", "indicator", "removed");
  put_section(&out, diff->changes, "Rules added", "rule", "added");
  put_section(&out, diff->changes, "Rules changed", "rule", "changed");
  put_section(&out, diff->changes, "Rules removed", "rule", "removed");
  if (out.len == 0)
    vt_buffer_text(&out, "No indicator or rule was added, changed or removed.\n");
  vt_cli_put(diff->cli->out, &out);
  vt_buffer_fini(&out);
}

/* A folder of packs, or a pack. */
static int load(struct vt_cli *cli, const struct vt_rules_asked *asked, const char *path,
                struct vt_rules_frame *frame)
{
  const char *const paths[] = {path};
  bool pack = vt_str_ends(vt_str(path), VT_STR(".json"));
  if (!pack)
    vt_text_copy(cli->rules, sizeof cli->rules, vt_str(path));
  int status = vt_rules_frame_begin(cli, &asked->plugins, pack ? paths : NULL, pack, frame);
  if (status != VATER_OK)
    fprintf(cli->error, "vater rules: out of memory\n");
  else if (frame->rules == NULL)
    vt_cli_diagnostics(cli, &frame->diagnostics);
  return status == VATER_OK && frame->rules != NULL ? VT_EXIT_CLEAN : VT_EXIT_REFUSED;
}

int vt_rules_diff(struct vt_cli *cli, const struct vt_rules_asked *asked)
{
  struct vt_rules_frame old = {0}, fresh = {0};
  if (asked->name_count != 2)
    return vt_cli_usage(cli, "rules", "diff takes two folders of packs: OLD NEW");
  int code = load(cli, asked, asked->names[0], &old);
  if (code == VT_EXIT_CLEAN)
    code = load(cli, asked, asked->names[1], &fresh);
  if (code == VT_EXIT_CLEAN) {
    struct diff diff = {cli, old.rules, fresh.rules, json_array()};
    compare_indicators(&diff);
    compare_rules(&diff);
    if (asked->json) {
      json_t *root = json_pack("{s:O}", "changes", diff.changes);
      json_dumpf(root, cli->out, JSON_INDENT(2));
      fputc('\n', cli->out);
      json_decref(root);
    } else {
      put_markdown(&diff);
    }
    json_decref(diff.changes);
  }
  vt_rules_frame_end(&fresh);
  vt_rules_frame_end(&old);
  return code;
}
