#include "fhir.h"

/* One MeasureReport being read. */
struct report {
  const struct fhir_out *out;
  const vater_node *root;
  struct vater_str canonical;
  const vater_node *period_at, *measure_at;
  char period[FHIR_PERIOD_ROOM];
  struct fhir_reporter reporter;
};

static int note(const struct report *report, int severity, const vater_node *at, const char *text)
{
  return fhir_note(report->out->call, report->out->table, severity, fhir_host->node->offset(at),
                   "%s", text);
}

/* ---- rows ----------------------------------------------------------------------------------- */

static int put(const struct report *report, int column, struct vater_str text, const vater_node *at)
{
  if (text.len == 0)
    return VATER_OK;
  if (at == NULL)
    return fhir_host->table->set_text(report->out->call, report->out->table, column, text);
  return fhir_host->table->set_text_at(report->out->call, report->out->table, column, text,
                                       fhir_host->node->offset(at));
}

static int begin_row(const struct report *report, const struct fhir_measure *measure,
                     const vater_node *at)
{
  const struct fhir_mapping *mapping = report->out->mapping;
  const struct {
    int column;
    struct vater_str text;
    const vater_node *at;
  } cells[] = {
      {VATER_COLUMN_INDICATOR, measure->indicator, report->measure_at},
      {VATER_COLUMN_ACTOR, report->reporter.orgnr,
       fhir_host->node->member(report->root, "reporter")},
      {VATER_COLUMN_PERIOD, {report->period, strlen(report->period)}, report->period_at},
      {VATER_COLUMN_AREA, report->reporter.area, NULL},
      {VATER_COLUMN_AREA_ROLE, mapping->area_role, NULL},
      {VATER_COLUMN_UNIT, measure->unit, NULL},
      {VATER_COLUMN_STATUS, mapping->status, NULL},
  };
  int status =
      fhir_host->table->row(report->out->call, report->out->table, fhir_host->node->offset(at));
  for (size_t i = 0; i < sizeof cells / sizeof *cells && status == VATER_OK; i++)
    status = put(report, cells[i].column, cells[i].text, cells[i].at);
  return status;
}

/* ---- strata --------------------------------------------------------------------------------- */

static int read_stratum(const struct report *report, const struct fhir_measure *measure,
                        const vater_node *code, const vater_node *stratum, struct fhir_figures *sum)
{
  const struct vater_node_api *node = fhir_host->node;
  struct fhir_figures figures;
  int status = VATER_OK;
  if ((node->member(stratum, "value") != NULL) == (node->member(stratum, "component") != NULL))
    return note(report, VATER_SEVERITY_ERROR, stratum,
                "a stratum has either value or component (mrp-2)");
  status = fhir_figures_read(report->out, stratum, &figures);
  if (status == VATER_OK)
    status = fhir_figures_check(report->out, measure, &figures);
  fhir_figures_add(sum, &figures);
  if (status != VATER_OK || !fhir_figures_any(&figures))
    return status;
  status = begin_row(report, measure, stratum);
  if (status == VATER_OK)
    status = fhir_breakdown_put(report->out, code, stratum);
  return status == VATER_OK ? fhir_figures_put(report->out, measure, &figures) : status;
}

/* Its one code, in a list or (as some write it) alone; NULL where several codes name components. */
static const vater_node *code_of(const vater_node *stratifier)
{
  const struct vater_node_api *node = fhir_host->node;
  const vater_node *code = node->member(stratifier, "code");
  if (node->type(code) != VATER_NODE_LIST)
    return code;
  return node->length(code) == 1 ? node->first(code) : NULL;
}

static int read_stratifier(const struct report *report, const struct fhir_measure *measure,
                           const struct fhir_figures *group, const vater_node *stratifier)
{
  const struct vater_node_api *node = fhir_host->node;
  const vater_node *code = code_of(stratifier);
  struct fhir_figures sum = {0};
  bool named = false;
  int status = fhir_breakdown_named(report->out, stratifier, code, &named);
  const vater_node *first = node->first(node->member(stratifier, "stratum"));
  if (status != VATER_OK || !named || first == NULL)
    return status;
  for (const vater_node *one = first; one != NULL && status == VATER_OK; one = node->next(one))
    status = read_stratum(report, measure, code, one, &sum);
  if (status != VATER_OK || fhir_mapping_lists(report->out->mapping->overlapping, code))
    return status;
  return fhir_figures_sum(report->out, stratifier, group, &sum);
}

/* ---- groups --------------------------------------------------------------------------------- */

static int read_group(const struct report *report, const vater_node *group)
{
  const struct vater_node_api *node = fhir_host->node;
  const vater_node *code = node->member(group, "code");
  const struct fhir_measure *measure =
      fhir_mapping_measure(report->out->mapping, report->canonical, code);
  struct fhir_figures figures;
  struct vater_str said = fhir_concept(code);
  if (measure == NULL)
    return fhir_note(report->out->call, report->out->table, VATER_SEVERITY_WARNING,
                     node->offset(group),
                     "the group '%.*s' of the measure is not in the mapping; it is left out",
                     FHIR_SHOWN(said, 60));
  int status = fhir_figures_read(report->out, group, &figures);
  if (status == VATER_OK)
    status = fhir_figures_check(report->out, measure, &figures);
  if (status == VATER_OK && fhir_figures_any(&figures)) {
    status = begin_row(report, measure, group);
    if (status == VATER_OK)
      status = fhir_figures_put(report->out, measure, &figures);
  }
  for (const vater_node *one = node->first(node->member(group, "stratifier"));
       one != NULL && status == VATER_OK; one = node->next(one))
    status = read_stratifier(report, measure, &figures, one);
  return status;
}

/* pending and error: the report says of each of its indicators why there is no figure. */
static int put_without_figures(const struct report *report, const char *missing,
                               const vater_node *at)
{
  const struct fhir_mapping *mapping = report->out->mapping;
  int status = VATER_OK;
  for (uint32_t i = 0; i < mapping->measure_count && status == VATER_OK; i++) {
    if (!fhir_mapping_accepts(&mapping->measures[i], report->canonical))
      continue;
    status = begin_row(report, &mapping->measures[i], at);
    if (status == VATER_OK)
      status = put(report, VATER_COLUMN_MISSING, (struct vater_str){missing, strlen(missing)}, at);
  }
  return status;
}

/* ---- the report ----------------------------------------------------------------------------- */

static int read_period(struct report *report)
{
  const struct vater_node_api *node = fhir_host->node;
  const vater_node *period = node->member(report->root, "period");
  struct vater_str start = fhir_text(period, "start");
  struct vater_str end = fhir_text(period, "end");
  report->period_at = period;
  if (fhir_period(start, end, report->out->mapping->exclusive_end, report->period))
    return VATER_OK;
  int status =
      fhir_note(report->out->call, report->out->table, VATER_SEVERITY_ERROR, node->offset(period),
                "%.*s to %.*s is no year, four months, quarter or month; a date without "
                "time is the last day of the period",
                FHIR_SHOWN(start, 30), FHIR_SHOWN(end, 30));
  report->period[0] = '\0';
  return status;
}

static int check_date(const struct report *report)
{
  const vater_node *at = fhir_host->node->member(report->root, "date");
  const vater_node *period = report->period_at;
  int64_t date;
  int64_t end;
  if (at == NULL)
    return VATER_OK;
  if (!fhir_day(fhir_host->node->text(at), &date))
    return note(report, VATER_SEVERITY_ERROR, at, "date is no date");
  if (date > fhir_host->now_ms(report->out->call) / 86400000 + 1)
    return note(report, VATER_SEVERITY_WARNING, at, "the report's date is in the future");
  if (fhir_day(fhir_text(period, "end"), &end) && date < end)
    return note(report, VATER_SEVERITY_WARNING, at, "the report is older than its period");
  return VATER_OK;
}

static int read_groups(const struct report *report)
{
  const struct vater_node_api *node = fhir_host->node;
  const vater_node *state = node->member(report->root, "status");
  const vater_node *groups = node->member(report->root, "group");
  int status = VATER_OK;
  if (fhir_is(node->text(state), "pending"))
    return put_without_figures(report, "not-yet", state);
  if (fhir_is(node->text(state), "error"))
    return put_without_figures(report, "collection-error", state);
  if (node->length(groups) == 0)
    return note(report, VATER_SEVERITY_WARNING, report->root,
                "the report is complete and has no group");
  for (const vater_node *group = node->first(groups); group != NULL && status == VATER_OK;
       group = node->next(group))
    status = read_group(report, group);
  return status;
}

int fhir_report_read(const struct fhir_out *out, const struct fhir_places *places,
                     const vater_node *root, struct fhir_reporter *reporter)
{
  struct report report = {.out = out, .root = root};
  report.measure_at = fhir_host->node->member(root, "measure");
  report.canonical = fhir_text(root, "measure");
  *reporter = (struct fhir_reporter){{NULL, 0}, {NULL, 0}};
  if (!fhir_mapping_knows(out->mapping, report.canonical))
    return fhir_note(out->call, out->table, VATER_SEVERITY_WARNING,
                     fhir_host->node->offset(report.measure_at),
                     "the measure '%.*s' is not in the mapping; the report is left out",
                     FHIR_SHOWN(report.canonical, 100));
  int status = fhir_check_members(out, root);
  if (status == VATER_OK)
    status = fhir_strict(out, root);
  if (status == VATER_OK)
    status = read_period(&report);
  if (status == VATER_OK)
    status = fhir_reporter_find(out, places, root, &report.reporter);
  if (status == VATER_OK)
    status = check_date(&report);
  *reporter = report.reporter;
  if (status != VATER_OK || report.period[0] == '\0')
    return status;
  return read_groups(&report);
}
