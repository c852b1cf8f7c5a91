#include "rules/examples.h"

#include "base/date.h"
#include "base/encode.h"
#include "base/limits.h"
#include "doc/place.h"
#include "doc/tree.h"
#include "rules/bundle.h"

#include <stdio.h>

static const char *const expect_names[] = {
    [VT_EXAMPLE_PASS] = "pass",
    [VT_EXAMPLE_FAIL] = "fail",
    [VT_EXAMPLE_NOT_APPLICABLE] = "not-applicable",
    [VT_EXAMPLE_SKIPPED] = "skipped",
    [VT_EXAMPLE_ERROR] = "error",
    [VT_EXAMPLE_CLEARED] = "cleared",
};

enum { EXPECT_COUNT = sizeof expect_names / sizeof *expect_names };

const char *vt_example_expect_name(enum vt_example_expect expect)
{
  return (unsigned)expect < EXPECT_COUNT ? expect_names[expect] : "?";
}

bool vt_example_met(enum vt_example_expect expect, const uint64_t counts[VT_OUTCOME_COUNT],
                    uint64_t cleared)
{
  uint64_t passed = counts[VT_OUTCOME_PASS], failed = counts[VT_OUTCOME_FAIL];
  uint64_t skipped = counts[VT_OUTCOME_SKIPPED], errors = counts[VT_OUTCOME_ERROR];
  switch (expect) {
  case VT_EXAMPLE_PASS:
    return passed > 0 && failed == 0 && errors == 0;
  case VT_EXAMPLE_FAIL:
    return failed > cleared && errors == 0;
  case VT_EXAMPLE_NOT_APPLICABLE:
    return passed == 0 && failed == 0 && errors == 0 && skipped == 0;
  case VT_EXAMPLE_SKIPPED:
    return skipped > 0 && passed == 0 && failed == 0 && errors == 0;
  case VT_EXAMPLE_ERROR:
    return errors > 0;
  case VT_EXAMPLE_CLEARED:
    return failed > 0 && failed == cleared && errors == 0;
  default:
    return false;
  }
}

/* Not the submission's: the day on which the example is judged. */
#define REFERENCE_DATE "referenceDate"

/* ---- merging, as text so that numbers stay as written ---------------------------------------- */

static bool is_null(const struct vater_node *node)
{
  return node != NULL && vt_node_type(node) == VATER_NODE_NULL;
}

static void write_merged(struct vt_buffer *out, const struct vater_node *target,
                         const struct vater_node *patch, bool top);

static void write_name(struct vt_buffer *out, struct vater_str name, bool *first)
{
  if (!*first)
    vt_buffer_char(out, ',');
  *first = false;
  vt_encode_json(out, name);
  vt_buffer_char(out, ':');
}

/* The nth patch on the nth item; patches beyond the last item on a copy of it. */
static void write_items(struct vt_buffer *out, const struct vater_node *target,
                        const struct vater_node *patch)
{
  const struct vater_node *item = vt_node_first(target), *change = vt_node_first(patch);
  bool none = vt_node_length(patch) == 0;
  vt_buffer_char(out, '[');
  for (bool first = true; !none && item != NULL; first = false) {
    const struct vater_node *next = vt_node_next(item);
    if (!first)
      vt_buffer_char(out, ',');
    write_merged(out, item, change, false);
    change = vt_node_next(change);
    item = next == NULL && change != NULL ? item : next;
  }
  vt_buffer_char(out, ']');
}

static void write_object(struct vt_buffer *out, const struct vater_node *target,
                         const struct vater_node *patch, bool top)
{
  bool object = target != NULL && vt_node_type(target) == VATER_NODE_OBJECT, first = true;
  vt_buffer_char(out, '{');
  for (const struct vater_node *member = object ? vt_node_first(target) : NULL; member != NULL;
       member = vt_node_next(member)) {
    const struct vater_node *change = vt_node_find(patch, vt_node_name(member));
    if (is_null(change))
      continue;
    write_name(out, vt_node_name(member), &first);
    bool items = top && vt_str_is(vt_node_name(member), "observations") && change != NULL &&
                 vt_node_type(change) == VATER_NODE_LIST;
    if (items)
      write_items(out, member, change);
    else
      write_merged(out, member, change, false);
  }
  for (const struct vater_node *change = vt_node_first(patch); change != NULL;
       change = vt_node_next(change)) {
    if (is_null(change) || (object && vt_node_find(target, vt_node_name(change)) != NULL) ||
        (top && vt_str_is(vt_node_name(change), REFERENCE_DATE)))
      continue;
    write_name(out, vt_node_name(change), &first);
    write_merged(out, NULL, change, false);
  }
  vt_buffer_char(out, '}');
}

static void write_list(struct vt_buffer *out, const struct vater_node *list)
{
  bool first = true;
  vt_buffer_char(out, '[');
  for (const struct vater_node *item = vt_node_first(list); item != NULL;
       item = vt_node_next(item)) {
    if (!first)
      vt_buffer_char(out, ',');
    first = false;
    write_merged(out, item, NULL, false);
  }
  vt_buffer_char(out, ']');
}

static void write_scalar(struct vt_buffer *out, const struct vater_node *node)
{
  bool truth = false;
  switch (vt_node_type(node)) {
  case VATER_NODE_NUMBER:
    vt_buffer_append(out, vt_node_text(node));
    break;
  case VATER_NODE_TEXT:
    vt_encode_json(out, vt_node_text(node));
    break;
  case VATER_NODE_TRUTH:
    vt_node_truth(node, &truth);
    vt_buffer_text(out, truth ? "true" : "false");
    break;
  default:
    vt_buffer_text(out, "null");
    break;
  }
}

/* RFC 7386's MergePatch(target, patch); `patch` NULL: the target as it is. The depth of both is
 * bounded by the reader. */
static void write_merged(struct vt_buffer *out, const struct vater_node *target,
                         const struct vater_node *patch, bool top)
{
  const struct vater_node *shown = patch != NULL ? patch : target;
  int type = vt_node_type(shown);
  if (type == VATER_NODE_OBJECT)
    write_object(out, patch != NULL ? target : shown, patch, top);
  else if (type == VATER_NODE_LIST)
    write_list(out, shown);
  else
    write_scalar(out, shown);
}

static int merge(const struct vt_rules *rules, const struct vater_node *target,
                 const struct vater_node *change, struct vt_arena *arena, struct vater_str *merged,
                 struct vt_error *error)
{
  struct vt_buffer out;
  vt_buffer_init(&out, &rules->environment->allocator, VT_LIMIT_RULE_FILE_BYTES);
  write_merged(&out, target, change, true);
  *merged = vt_arena_copy(arena, vt_buffer_str(&out));
  int status = out.failed || merged->ptr == NULL
                   ? vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for an example")
                   : VATER_OK;
  vt_buffer_fini(&out);
  return status;
}

/* ---- the list ----------------------------------------------------------------------------------
 */

static const struct vater_node *list_of(const struct vt_rule *rule, int expect)
{
  return vt_node_member(vt_node_member(rule->node, "examples"), expect_names[expect]);
}

/* Whose sample the examples patch; false where it is in no pack. */
static bool indicator_of(const struct vt_rules *rules, const struct vt_rule *rule, uint32_t *index)
{
  struct vater_str id = vt_rules_text(vt_node_member(rule->node, "examples"), "indicator");
  if (id.len == 0 && rule->info.applies_count > 0)
    id = rule->info.applies_to[0];
  const uint64_t *found = vt_map_get(&rules->ids, id);
  *index = found == NULL ? 0 : (uint32_t)*found;
  return found != NULL;
}

int vt_rules_index(struct vt_rules_loader *loader)
{
  struct vt_rules *rules = loader->rules;
  size_t room = 1;
  for (uint32_t i = 0; i < rules->rule_count; i++)
    for (int expect = 0; expect < EXPECT_COUNT; expect++)
      room += vt_node_length(list_of(&rules->rules[i], expect));
  rules->examples = vt_arena_array(rules->arena, room, sizeof *rules->examples);
  if (rules->examples == NULL)
    return VATER_E_NOMEM;
  for (uint32_t i = 0; i < rules->rule_count; i++) {
    uint32_t indicator;
    if (!indicator_of(rules, &rules->rules[i], &indicator))
      continue;
    for (int expect = 0; expect < EXPECT_COUNT; expect++)
      for (uint32_t n = 0; n < vt_node_length(list_of(&rules->rules[i], expect)); n++)
        rules->examples[rules->example_count++] =
            (struct vt_rule_example){i, indicator, n, (uint8_t)expect};
  }
  return VATER_OK;
}

uint32_t vt_rules_example_count(const struct vt_rules *rules)
{
  return rules->example_count;
}

struct vater_str vt_rules_example_code(const struct vt_rules *rules, uint32_t index)
{
  return rules->rules[rules->examples[index].rule].info.code;
}

/* A text of a payload that the schema has not seen yet: what is no plain text is empty. */
static struct vater_str plain_text(const struct vt_rules *rules, struct vater_str payload,
                                   const char *pointer)
{
  size_t offset, end;
  if (vt_doc_find(&rules->environment->allocator, payload, vt_str(pointer), &offset, &end, NULL) !=
          VATER_OK ||
      end < offset + 2 || payload.ptr[offset] != '"')
    return VT_STR_NONE;
  return vt_str_slice(payload, offset + 1, end - 1);
}

static int64_t day_made(const struct vt_rules *rules, struct vater_str payload)
{
  int64_t made = 0;
  vt_date_parse_time(plain_text(rules, payload, "/generatedAt"), &made);
  return (made - (made < 0 ? 86399999 : 0)) / 86400000;
}

static void describe_delivery(const struct vt_rules *rules, struct vater_str from,
                              struct vt_example_delivery *delivery)
{
  delivery->reporter = plain_text(rules, from, "/reporter/orgnr");
  delivery->today = day_made(rules, from);
}

static int describe(const struct vt_indicator *indicator, uint32_t deliveries,
                    struct vt_arena *arena, struct vt_example *example, struct vt_error *error)
{
  const struct vater_node *types = vt_node_member(indicator->node, "reportedBy");
  *example = (struct vt_example){
      .indicator = indicator->info.id, .line = indicator->info.line, .file = indicator->info.file};
  example->deliveries = vt_arena_array(arena, (size_t)deliveries + 1, sizeof *example->deliveries);
  example->delivery_count = deliveries;
  example->reporter_type = vt_rules_item_text(vt_node_first(types));
  return example->deliveries != NULL
             ? VATER_OK
             : vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for an example");
}

int vt_rules_sample(const struct vt_rules *rules, uint32_t index, struct vt_arena *arena,
                    struct vt_example *example, struct vt_error *error)
{
  int status = describe(&rules->indicators[index], 1, arena, example, error);
  if (status != VATER_OK)
    return status;
  example->deliveries[0].payload = rules->indicators[index].info.sample;
  describe_delivery(rules, example->deliveries[0].payload, &example->deliveries[0]);
  return VATER_OK;
}

/* Lint has told an example of the wrong shape; here it is a delivery, or a list of them, as it is.
 */
static int patch_all(const struct vt_rules *rules, const struct vt_indicator *indicator,
                     const struct vater_node *change, struct vt_arena *arena,
                     struct vt_example *example, struct vt_error *error)
{
  struct vt_doc_tree *target = NULL;
  bool list = vt_node_type(change) == VATER_NODE_LIST;
  int status = vt_doc_tree_read(&rules->environment->allocator, indicator->info.sample, NULL,
                                rules->seed, &target, error);
  if (status == VATER_OK)
    status =
        describe(indicator, list ? (uint32_t)vt_node_length(change) : 1, arena, example, error);
  const struct vater_node *patch = list ? vt_node_first(change) : change;
  for (uint32_t i = 0; status == VATER_OK && i < example->delivery_count; i++) {
    struct vt_example_delivery *delivery = &example->deliveries[i];
    status = merge(rules, vt_doc_tree_root(target), patch, arena, &delivery->payload, error);
    if (status == VATER_OK)
      describe_delivery(rules, list ? delivery->payload : indicator->info.sample, delivery);
    int64_t day;
    if (vt_date_parse(vt_node_text(vt_node_find(patch, VT_STR(REFERENCE_DATE))), &day))
      delivery->today = day;
    patch = vt_node_next(patch);
  }
  vt_doc_tree_free(target);
  return status;
}

int vt_rules_example(const struct vt_rules *rules, uint32_t index, struct vt_arena *arena,
                     struct vt_example *example, struct vt_error *error)
{
  const struct vt_rule_example *from = &rules->examples[index];
  const struct vt_rule *rule = &rules->rules[from->rule];
  struct vater_str document = rule->source->file.bytes;
  struct vt_doc_tree *change = NULL;
  size_t offset, end;
  uint32_t line, column;
  struct vater_str line_text;
  char pointer[96];
  snprintf(pointer, sizeof pointer, "/rules/%u/examples/%s/%u", rule->number,
           expect_names[from->expect], from->number);
  int status =
      vt_doc_find(&rules->environment->allocator, document, vt_str(pointer), &offset, &end, error);
  if (status != VATER_OK)
    return status == VATER_DONE ? vt_fail(error, VATER_E_BUG, NULL, "no example at %s", pointer)
                                : status;
  vt_text_place(document, offset, &line, &column, &line_text);
  status = vt_doc_tree_read(&rules->environment->allocator, vt_str_slice(document, offset, end),
                            NULL, rules->seed, &change, error);
  if (status == VATER_OK)
    status = patch_all(rules, &rules->indicators[from->indicator], vt_doc_tree_root(change), arena,
                       example, error);
  vt_doc_tree_free(change);
  if (status != VATER_OK)
    return status;
  example->code = rule->info.code;
  example->scope = rule->info.scope;
  example->file = rule->info.file;
  example->line = line;
  example->expect = (enum vt_example_expect)from->expect;
  example->number = from->number + 1;
  return VATER_OK;
}
