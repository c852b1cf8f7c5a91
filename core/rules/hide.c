#include "rules/judging.h"

/* An indicator of no pack may be a misspelt one: it is protected where any is. */
static void find_disclosure(const void *context, struct vater_str id,
                            struct vt_disclosure *disclosure)
{
  const struct vt_rules *rules = context;
  const uint64_t *index = vt_map_get(&rules->ids, id);
  *disclosure = index != NULL ? rules->indicators[*index].disclosure : rules->unknown_disclosure;
}

struct vt_disclosure_source vt_rules_disclosure(const struct vt_rules *rules)
{
  return (struct vt_disclosure_source){find_disclosure, rules};
}

void vt_rules_take_disclosure(struct vt_rules *rules)
{
  rules->unknown_disclosure = (struct vt_disclosure){.threshold = VT_DISCLOSURE_THRESHOLD};
  for (uint32_t i = 0; i < rules->indicator_count; i++) {
    const struct vater_node *node = vt_node_member(rules->indicators[i].node, "disclosure");
    struct vater_str purpose = vt_rules_text(node, "purpose");
    struct vt_disclosure *disclosure = &rules->indicators[i].disclosure;
    *disclosure = (struct vt_disclosure){
        .purpose = vt_str_is(purpose, "publication")  ? VT_DISCLOSURE_PUBLICATION
                   : vt_str_is(purpose, "collection") ? VT_DISCLOSURE_COLLECTION
                                                      : VT_DISCLOSURE_NONE,
        .threshold = VT_DISCLOSURE_THRESHOLD};
    if (!vt_node_number(vt_node_member(node, "threshold"), &disclosure->threshold))
      disclosure->threshold = VT_DISCLOSURE_THRESHOLD;
    vt_node_number(vt_node_member(node, "base"), &disclosure->base);
    vt_node_truth(vt_node_member(node, "cumulative"), &disclosure->cumulative);
    if (disclosure->purpose != VT_DISCLOSURE_NONE)
      rules->unknown_disclosure.purpose = disclosure->purpose;
  }
}

bool vt_rules_hides(const struct vt_rules *rules, const struct vt_table *table)
{
  const struct vt_disclosure_source source = vt_rules_disclosure(rules);
  const uint32_t *ids = table->columns[VATER_COLUMN_INDICATOR].ids;
  uint32_t last = VT_TABLE_NO_TEXT;
  for (uint32_t row = 0; ids != NULL && row < table->rows; row++) {
    struct vt_disclosure disclosure;
    if (ids[row] == last)
      continue;
    last = ids[row];
    source.find(source.context, vt_table_text(table, last), &disclosure);
    if (disclosure.purpose != VT_DISCLOSURE_NONE)
      return true;
  }
  return false;
}

bool vt_rules_hides_indicator(const struct vt_rules *rules, struct vater_str id)
{
  struct vt_disclosure disclosure;
  find_disclosure(rules, id, &disclosure);
  return disclosure.purpose != VT_DISCLOSURE_NONE;
}

static bool stands_in(struct vater_str text, struct vater_str wanted)
{
  return vt_str_find(text, wanted, 0) < text.len;
}

void vt_rules_naming_add(const struct vt_rules *rules, struct vater_str text,
                         struct vt_rules_naming *naming)
{
  naming->escaped = naming->escaped || stands_in(text, VT_STR("\\u"));
  for (uint32_t i = 0; i < rules->indicator_count && !naming->counts; i++) {
    const struct vt_indicator *indicator = &rules->indicators[i];
    bool counts = indicator->disclosure.purpose != VT_DISCLOSURE_NONE;
    if ((naming->named && !counts) || !stands_in(text, indicator->info.id))
      continue;
    naming->named = true;
    naming->counts = counts;
  }
}

bool vt_rules_naming_hides(const struct vt_rules *rules, const struct vt_rules_naming *naming)
{
  return rules->unknown_disclosure.purpose != VT_DISCLOSURE_NONE &&
         (!naming->named || naming->counts || naming->escaped);
}

bool vt_judging_protects(const struct vt_judging *judging, uint32_t row)
{
  const struct vt_indicator *indicator = judging->groups[judging->row_group[row]].indicator;
  const struct vt_disclosure *disclosure =
      indicator == NULL ? &judging->rules->unknown_disclosure : &indicator->disclosure;
  return disclosure->purpose != VT_DISCLOSURE_NONE;
}

/* Fields that hold or tell a number. */
static bool is_number_field(uint32_t field)
{
  return field == VT_FIELD_NUMERATOR || field == VT_FIELD_DENOMINATOR || field == VT_FIELD_VALUE ||
         field == VT_FIELD_SAMPLE_SIZE || field == VT_FIELD_SAMPLE_MARGIN ||
         field == VT_FIELD_COMMENT_TEXT || field == VT_FIELD_REASON || field >= VT_FIELD_COUNT;
}

bool vt_judging_hides(const void *context, const struct vt_cel_program *program)
{
  const struct vt_rules_scope *scope = context;
  uint32_t count = 0;
  const struct vt_cel_reference *references = vt_cel_program_references(program, &count);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t slot = references[i].slot;
    bool one = slot == scope->obs || slot == scope->previous;
    if (one && is_number_field(references[i].field))
      return true;
    if (slot == scope->rows || slot == scope->series || slot == scope->actors)
      return true;
  }
  return false;
}

struct vater_str vt_judging_without_digits(struct vt_arena *arena, struct vater_str text)
{
  char *made = vt_arena_array(arena, text.len + 1, 1);
  for (size_t i = 0; made != NULL && i < text.len; i++)
    made[i] = text.ptr[i] >= '0' && text.ptr[i] <= '9' ? '*' : text.ptr[i];
  return (struct vater_str){made, made == NULL ? 0 : text.len};
}
