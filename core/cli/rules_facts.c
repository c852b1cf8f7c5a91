#include "cli/rules_facts.h"

#include <jansson.h>

static void put_list(const json_t *list, struct vt_buffer *out)
{
  for (size_t i = 0; i < json_array_size(list); i++)
    vt_buffer_format(out, "%s%s", i > 0 ? ", " : "", json_string_value(json_array_get(list, i)));
}

static void put_breakdowns(json_t *breakdowns, struct vt_buffer *out)
{
  const char *name, *between = "";
  json_t *values;
  json_object_foreach(breakdowns, name, values)
  {
    vt_buffer_format(out, "%s%s = ", between, name);
    put_list(values, out);
    between = "; ";
  }
}

/* "0 – 100", open ends left out. */
static void put_range(const json_t *range, struct vt_buffer *out)
{
  const json_t *min = json_object_get(range, "min"), *max = json_object_get(range, "max");
  if (min != NULL)
    vt_buffer_format(out, "%.15g ", json_number_value(min));
  vt_buffer_text(out, "–");
  if (max != NULL)
    vt_buffer_format(out, " %.15g", json_number_value(max));
}

static void put_targets(const json_t *targets, struct vt_buffer *out)
{
  size_t i;
  const json_t *target;
  json_array_foreach(targets, i, target)
  {
    vt_buffer_format(out, "%s%s: ", i > 0 ? "; " : "",
                     json_string_value(json_object_get(target, "date")));
    put_range(target, out);
    vt_buffer_format(out, " (%s)", json_string_value(json_object_get(target, "origin")));
  }
}

static void put_validity(const json_t *indicator, struct vt_buffer *out)
{
  const char *from = json_string_value(json_object_get(indicator, "validFrom"));
  const char *to = json_string_value(json_object_get(indicator, "validTo"));
  if (from != NULL || to != NULL)
    vt_buffer_format(out, "%s –%s%s", from != NULL ? from : "", to != NULL ? " " : "",
                     to != NULL ? to : "");
}

void vt_fact_put(const struct json_t *indicator, enum vt_fact fact, struct vt_buffer *out)
{
  const char *role = json_string_value(json_object_get(indicator, "areaRole"));
  const json_t *plausible = json_object_get(indicator, "plausible");
  switch (fact) {
  case VT_FACT_REQUIRES:
    put_list(json_object_get(indicator, "requires"), out);
    break;
  case VT_FACT_BREAKDOWNS:
    put_breakdowns(json_object_get(indicator, "breakdowns"), out);
    break;
  case VT_FACT_AREA_ROLE:
    vt_buffer_text(out, role != NULL ? role : "");
    break;
  case VT_FACT_VALID:
    put_validity(indicator, out);
    break;
  case VT_FACT_PLAUSIBLE:
    if (plausible != NULL)
      put_range(plausible, out);
    break;
  case VT_FACT_TARGETS:
    put_targets(json_object_get(indicator, "targets"), out);
    break;
  default:
    break;
  }
}

json_t *vt_fact_own_rules(const struct vt_rules *rules, struct vater_str indicator)
{
  json_t *codes = json_array();
  for (uint32_t i = 0; i < vt_rules_count(rules); i++) {
    const struct vt_rule_info *rule = vt_rules_info(rules, i);
    for (uint32_t j = 0; j < rule->applies_count; j++)
      if (vt_str_equal(rule->applies_to[j], indicator))
        json_array_append_new(codes, json_stringn(rule->code.ptr, rule->code.len));
  }
  return codes;
}
