#include "base/date.h"
#include "rules/bundle.h"
#include "rules/function.h"

#include <stdio.h>

static const struct vt_cel_field observation_fields[] = {
#define VT_FIELD(id, name, type, function, of) {name, type, function, of},
#include "rules/fields.def"
#undef VT_FIELD
};

/* A member of the pack that an expression reads as it stands: {name in expressions, path}. */
enum indicator_field {
  INDICATOR_ID,
  INDICATOR_GOAL,
  INDICATOR_STATE,
  INDICATOR_UNIT,
  INDICATOR_FREQUENCY,
  INDICATOR_ORIGIN,
  INDICATOR_DERIVE,
  INDICATOR_DIRECTION,
  INDICATOR_AREA_ROLE,
  INDICATOR_PURPOSE,
  INDICATOR_THRESHOLD,
  INDICATOR_MIN,
  INDICATOR_MAX,
  INDICATOR_FACTOR,
  INDICATOR_ESTIMATED,
  INDICATOR_REQUIRES,
  INDICATOR_REPORTED_BY,
  INDICATOR_VALID_FROM,
  INDICATOR_VALID_TO,
  INDICATOR_DEFINITION_VERSION,
  INDICATOR_KNOWN,
  INDICATOR_COLLECTED
};

static const struct vt_cel_field indicator_fields[] = {
    [INDICATOR_ID] = {"id", "string", NULL, NULL},
    [INDICATOR_GOAL] = {"goal", "int", NULL, NULL},
    [INDICATOR_STATE] = {"state", "string", NULL, NULL},
    [INDICATOR_UNIT] = {"unit", "string", NULL, NULL},
    [INDICATOR_FREQUENCY] = {"frequency", "string", NULL, NULL},
    [INDICATOR_ORIGIN] = {"origin", "string", NULL, NULL},
    [INDICATOR_DERIVE] = {"derive", "string", NULL, NULL},
    [INDICATOR_DIRECTION] = {"direction", "string", NULL, NULL},
    [INDICATOR_AREA_ROLE] = {"areaRole", "string", NULL, NULL},
    [INDICATOR_PURPOSE] = {"purpose", "string", NULL, NULL},
    [INDICATOR_THRESHOLD] = {"threshold", "int", NULL, NULL},
    [INDICATOR_MIN] = {"min", "double", NULL, NULL},
    [INDICATOR_MAX] = {"max", "double", NULL, NULL},
    [INDICATOR_FACTOR] = {"factor", "double", NULL, NULL},
    [INDICATOR_ESTIMATED] = {"estimated", "bool", NULL, NULL},
    [INDICATOR_REQUIRES] = {"requires", "list(string)", NULL, NULL},
    [INDICATOR_REPORTED_BY] = {"reportedBy", "list(string)", NULL, NULL},
    [INDICATOR_VALID_FROM] = {"validFrom", "string", NULL, NULL},
    [INDICATOR_VALID_TO] = {"validTo", "string", NULL, NULL},
    [INDICATOR_DEFINITION_VERSION] = {"definitionVersion", "int", NULL, NULL},
    [INDICATOR_KNOWN] = {"known", "bool", NULL, NULL},
    [INDICATOR_COLLECTED] = {"collected", "bool", NULL, NULL},
};

/* By enum vater_head, from VATER_HEAD_SCHEMA_VERSION. */
static const struct vt_cel_field submission_fields[] = {
    {"schemaVersion", "string", NULL, NULL},
    {"submissionId", "string", NULL, NULL},
    {"replaces", "string", NULL, NULL},
    {"test", "bool", NULL, NULL},
    {"nil", "bool", NULL, NULL},
    {"reporter", "string", NULL, NULL},
    {"reporterName", "string", NULL, NULL},
    {"reporterSystem", "string", NULL, NULL},
    {"delivery", "string", NULL, NULL},
    {"periodStart", "string", NULL, NULL},
    {"periodEnd", "string", NULL, NULL},
    {"generatedAt", "string", NULL, NULL},
    {"comment", "string", NULL, NULL},
};

static const struct vt_cel_field run_fields[] = {{"date", "string", NULL, NULL}};

static const struct vt_cel_field actor_fields[] = {{"orgnr", "string", NULL, NULL},
                                                   {"type", "string", NULL, NULL}};

enum { LISTS_NAMED = 256 };

#define COUNT(list) ((uint32_t)(sizeof(list) / sizeof *(list)))

static struct vt_cel_value text_or_missing(struct vater_str text)
{
  return text.ptr == NULL ? vt_cel_missing() : vt_cel_string(text);
}

static struct vt_cel_value number_or_missing(const struct vater_node *value)
{
  double number;
  return vt_node_number(value, &number) ? vt_cel_double(number) : vt_cel_missing();
}

/* What a ratio is multiplied by in that unit. */
static struct vt_cel_value factor_of(struct vater_str unit)
{
  if (vt_str_is(unit, "percent"))
    return vt_cel_double(100);
  if (vt_str_is(unit, "per1000"))
    return vt_cel_double(1000);
  return vt_str_is(unit, "ratio") ? vt_cel_double(1) : vt_cel_missing();
}

static struct vt_cel_value known_field(const struct vt_indicator *indicator,
                                       enum indicator_field field)
{
  const struct vater_node *node = indicator->node;
  const struct vater_node *plausible = vt_node_member(node, "plausible");
  const struct vater_node *disclosure = vt_node_member(node, "disclosure");
  bool estimated;
  switch (field) {
  case INDICATOR_GOAL:
    return indicator->info.goal == 0 ? vt_cel_missing() : vt_cel_int(indicator->info.goal);
  case INDICATOR_PURPOSE:
    return text_or_missing(vt_rules_text(disclosure, "purpose"));
  case INDICATOR_THRESHOLD:
    return vt_node_member(disclosure, "threshold") == NULL
               ? vt_cel_missing()
               : vt_cel_int(vt_rules_integer(disclosure, "threshold"));
  case INDICATOR_MIN:
    return number_or_missing(vt_node_member(plausible, "min"));
  case INDICATOR_MAX:
    return number_or_missing(vt_node_member(plausible, "max"));
  case INDICATOR_FACTOR:
    return factor_of(indicator->info.unit);
  case INDICATOR_ESTIMATED:
    vt_node_truth(vt_node_member(node, "estimated"), &estimated);
    return vt_cel_bool(estimated);
  case INDICATOR_REQUIRES:
    return indicator->requires
    ;
  case INDICATOR_REPORTED_BY:
    return indicator->reported_by;
  case INDICATOR_VALID_FROM:
    return text_or_missing(indicator->valid_from);
  case INDICATOR_VALID_TO:
    return text_or_missing(indicator->valid_to);
  case INDICATOR_DEFINITION_VERSION:
    return vt_cel_int(vt_rules_integer(node, "definitionVersion"));
  default:
    return text_or_missing(vt_rules_text(node, indicator_fields[field].name));
  }
}

void vt_rules_indicator_field(const void *view, uint32_t row, uint32_t field,
                              struct vt_cel_value *value)
{
  (void)row;
  const struct vt_indicator_view *seen = view;
  if (field == INDICATOR_KNOWN)
    *value = vt_cel_bool(seen->indicator != NULL);
  else if (field == INDICATOR_COLLECTED)
    *value = vt_cel_bool(seen->collected);
  else if (seen->indicator == NULL)
    *value = vt_cel_missing();
  else
    *value = known_field(seen->indicator, (enum indicator_field)field);
}

void vt_rules_submission_field(const void *table, uint32_t row, uint32_t field,
                               struct vt_cel_value *value)
{
  (void)row;
  int head = (int)field + VATER_HEAD_SCHEMA_VERSION;
  bool truth;
  if (head != VATER_HEAD_TEST && head != VATER_HEAD_NIL)
    *value = text_or_missing(vt_table_head(table, head));
  else
    *value = vt_table_head_truth(table, head, &truth) ? vt_cel_bool(truth) : vt_cel_missing();
}

void vt_rules_actor_field(const void *actors, uint32_t row, uint32_t field,
                          struct vt_cel_value *value)
{
  const struct vt_rules_actor *actor = (const struct vt_rules_actor *)actors + row;
  *value = text_or_missing(field == 0 ? actor->orgnr : actor->type);
}

void vt_rules_run_field(const void *today, uint32_t row, uint32_t field, struct vt_cel_value *value)
{
  (void)row;
  (void)field;
  *value = vt_cel_string(*(const struct vater_str *)today);
}

/* ---- declaring ------------------------------------------------------------------------------ */

/* Which variables a target's expressions may name. */
static const struct {
  bool obs, rows, indicator, submission, series, actors, expected;
} named[VT_TARGET_COUNT] = {
    [VT_TARGET_OBSERVATION] = {.obs = true, .indicator = true, .submission = true},
    [VT_TARGET_BLOCK] = {.rows = true, .indicator = true, .submission = true},
    [VT_TARGET_AREA] = {.rows = true, .indicator = true, .submission = true},
    [VT_TARGET_DELIVERY] = {.rows = true, .submission = true},
    [VT_TARGET_SERIES] = {.obs = true, .series = true, .indicator = true},
    [VT_TARGET_PERIOD] = {.actors = true, .expected = true, .indicator = true},
    [VT_TARGET_PEERS] = {.obs = true, .actors = true, .indicator = true},
};

static int declare_records(struct vt_rules_scope *scope, struct vt_error *error)
{
  struct vt_cel_environment *made = scope->environment;
  int status = vt_cel_declare_record(made, "Observation", observation_fields,
                                     COUNT(observation_fields), error);
  if (status == VATER_OK)
    status =
        vt_cel_declare_record(made, "Indicator", indicator_fields, COUNT(indicator_fields), error);
  if (status == VATER_OK)
    status = vt_cel_declare_record(made, "Submission", submission_fields, COUNT(submission_fields),
                                   error);
  if (status == VATER_OK)
    status = vt_cel_declare_record(made, "Run", run_fields, COUNT(run_fields), error);
  if (status == VATER_OK)
    status = vt_cel_declare_record(made, "Actor", actor_fields, COUNT(actor_fields), error);
  scope->observation_type = vt_cel_record_find(made, "Observation");
  scope->indicator_type = vt_cel_record_find(made, "Indicator");
  scope->submission_type = vt_cel_record_find(made, "Submission");
  scope->run_type = vt_cel_record_find(made, "Run");
  scope->actor_type = vt_cel_record_find(made, "Actor");
  return status;
}

static const char *const list_prefixes[VT_CODELIST_MAPS] = {"codelists", "codelistsFrom",
                                                            "codelistsTo", "codelistsNext"};

static int declare_lists(struct vt_rules *rules, struct vt_rules_scope *scope,
                         struct vt_error *error)
{
  uint32_t count = rules->list_count * VT_CODELIST_MAPS;
  scope->list_slots = vt_arena_array(rules->arena, count + 1, sizeof *scope->list_slots);
  if (scope->list_slots == NULL)
    return VATER_E_NOMEM;
  int status = VATER_OK;
  for (uint32_t i = 0; i < count && status == VATER_OK; i++) {
    char name[64];
    snprintf(name, sizeof name, "%s.%.*s", list_prefixes[i % VT_CODELIST_MAPS],
             VT_STR_ARGS(rules->lists[i / VT_CODELIST_MAPS].name));
    status = vt_cel_declare_variable(scope->environment, name, "map(string, string)",
                                     &scope->list_slots[i], error);
  }
  return status;
}

static int declare_variables(struct vt_rules_scope *scope, enum vt_target target,
                             struct vt_error *error)
{
  const struct {
    bool wanted;
    const char *name, *type;
    uint32_t *slot;
  } variables[] = {
      {named[target].obs, "obs", "Observation", &scope->obs},
      {named[target].rows, "rows", "list(Observation)", &scope->rows},
      {named[target].indicator, "indicator", "Indicator", &scope->indicator},
      {named[target].submission, "submission", "Submission", &scope->submission},
      {named[target].series, "series", "list(Observation)", &scope->series},
      {named[target].series, "previous", "Observation", &scope->previous},
      {named[target].actors, "actors", "list(Observation)", &scope->actors},
      {named[target].expected, "expected", "list(Actor)", &scope->expected},
      {true, "run", "Run", &scope->run},
  };
  int status = VATER_OK;
  for (size_t i = 0; i < COUNT(variables) && status == VATER_OK; i++) {
    *variables[i].slot = VT_SLOT_NONE;
    if (variables[i].wanted)
      status = vt_cel_declare_variable(scope->environment, variables[i].name, variables[i].type,
                                       variables[i].slot, error);
  }
  return status;
}

static bool explain_list(const struct vt_rules *rules, struct vater_str prefix,
                         struct vater_str name, char *text, size_t size)
{
  struct vater_str names[LISTS_NAMED];
  size_t count = 0;
  bool list = false;
  for (int i = 0; i < VT_CODELIST_MAPS; i++)
    list = list || vt_str_is(prefix, list_prefixes[i]);
  text[0] = '\0';
  if (list && rules->incomplete)
    return true;
  if (!list || name.len == 0)
    return false;
  for (uint32_t i = 0; i < rules->list_count && count < LISTS_NAMED; i++)
    names[count++] = rules->lists[i].name;
  struct vater_str near = vt_str_nearest(name, names, count);
  if (near.len > 0)
    snprintf(text, size, "there is no code list '%.*s'; did you mean '%.*s'?", VT_STR_ARGS(name),
             VT_STR_ARGS(near));
  else
    snprintf(text, size, "there is no code list '%.*s'; does the pack \"use\" its file?",
             VT_STR_ARGS(name));
  return true;
}

static bool explain_name(void *context, struct vater_str name, char *text, size_t size)
{
  static const struct {
    const char *name, *scopes;
  } elsewhere[] = {
      {"obs", "observation, series and indicator (per observation)"},
      {"rows", "submission"},
      {"series", "series"},
      {"previous", "series"},
      {"actors", "indicator"},
      {"expected", "indicator (per period)"},
      {"submission", "observation and submission"},
      {"indicator", "observation, submission (per block, area), series and indicator"},
  };
  size_t dot = vt_str_find(name, VT_STR("."), 0);
  struct vater_str first = vt_str_slice(name, 0, dot);
  struct vater_str rest = dot < name.len ? vt_str_slice(name, dot + 1, name.len) : VT_STR_NONE;
  for (size_t i = 0; i < COUNT(elsewhere) && rest.len == 0; i++)
    if (vt_str_is(first, elsewhere[i].name)) {
      snprintf(text, size, "'%s' is not there in this scope; it is in scope %s", elsewhere[i].name,
               elsewhere[i].scopes);
      return true;
    }
  return explain_list(context, first, vt_str_slice(rest, 0, vt_str_find(rest, VT_STR("."), 0)),
                      text, size);
}

static int declare_scope(struct vt_rules *rules, enum vt_target target, struct vt_error *error)
{
  struct vt_rules_scope *scope = &rules->scopes[target];
  struct vt_cel_options options = {.allocator = rules->environment->allocator,
                                   .unknown = {explain_name, rules}};
  int status = vt_cel_environment_new(rules->arena, &options, &scope->environment);
  if (status == VATER_OK)
    status = declare_records(scope, error);
  if (status == VATER_OK)
    status = declare_variables(scope, target, error);
  if (status == VATER_OK)
    status = declare_lists(rules, scope, error);
  return status;
}

int vt_rules_declare(struct vt_rules_loader *loader)
{
  struct vt_rules *rules = loader->rules;
  rules->incomplete = loader->incomplete;
  for (int target = 0; target < VT_TARGET_COUNT; target++) {
    struct vt_error error = {0};
    int status = declare_scope(rules, (enum vt_target)target, &error);
    if (status == VATER_OK)
      status = vt_rules_declare_functions(loader, &rules->scopes[target]);
    rules->scopes[target].faulty = status != VATER_OK;
    if (status == VATER_E_RULE)
      vt_rules_report_file(loader, "RULE-LOAD", VT_STR("code lists"), "%s", error.text);
    else if (status != VATER_OK)
      return status;
    rules->scopes[target].variable_count = vt_cel_variable_count(rules->scopes[target].environment);
  }
  return VATER_OK;
}
