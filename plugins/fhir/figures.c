#include "fhir.h"

static bool known(const struct fhir_figures *figures, enum fhir_population population)
{
  const struct fhir_count *count = &figures->counts[population];
  return count->node != NULL && count->missing == NULL;
}

static int64_t count_of(const struct fhir_figures *figures, enum fhir_population population)
{
  return known(figures, population) ? figures->counts[population].count : 0;
}

static uint64_t offset_of(const struct fhir_figures *figures, enum fhir_population population)
{
  return fhir_host->node->offset(figures->counts[population].node);
}

/* ---- reading -------------------------------------------------------------------------------- */

static int read_count(const struct fhir_out *out, const vater_node *population,
                      struct fhir_count *count)
{
  const struct vater_node_api *node = fhir_host->node;
  const vater_node *value = node->member(population, "count");
  const vater_node *beside = node->member(population, "_count");
  const char *missing = fhir_absent(beside);
  if (value != NULL && missing != NULL)
    return fhir_note(out->call, out->table, VATER_SEVERITY_ERROR, node->offset(beside),
                     "a count has both a value and a reason why it has none");
  if (value == NULL && missing == NULL)
    return fhir_note(out->call, out->table, VATER_SEVERITY_WARNING, node->offset(population),
                     "a population has neither a count nor a reason why it has none");
  count->node = value != NULL ? value : beside;
  count->missing = missing;
  if (value == NULL ||
      (node->integer(value, &count->count) && count->count >= 0 && count->count <= INT32_MAX))
    return VATER_OK;
  return fhir_note(out->call, out->table, VATER_SEVERITY_ERROR, node->offset(value),
                   "a count is a whole number from 0 to 2147483647");
}

static int read_population(const struct fhir_out *out, const vater_node *population,
                           struct fhir_figures *figures)
{
  const struct vater_node_api *node = fhir_host->node;
  enum fhir_population which =
      fhir_mapping_population(out->mapping, node->member(population, "code"));
  int status = VATER_OK;
  if (node->member(population, "code") == NULL)
    status = fhir_note(out->call, out->table, VATER_SEVERITY_WARNING, node->offset(population),
                       "a population has no code");
  if (which == FHIR_POPULATIONS || status != VATER_OK)
    return status;
  if (figures->counts[which].node != NULL)
    return fhir_note(out->call, out->table, VATER_SEVERITY_ERROR, node->offset(population),
                     "the same population is given twice; which count holds is not defined");
  return read_count(out, population, &figures->counts[which]);
}

static int read_score(const struct fhir_out *out, const vater_node *element,
                      struct fhir_figures *figures)
{
  const struct vater_node_api *node = fhir_host->node;
  figures->quantity = node->member(element, "measureScore");
  if (figures->quantity == NULL)
    return VATER_OK;
  const vater_node *comparator = node->member(figures->quantity, "comparator");
  if (comparator != NULL)
    return fhir_note(out->call, out->table, VATER_SEVERITY_ERROR, node->offset(comparator),
                     "measureScore says only more or less than a number; give the number, or "
                     "data-absent-reason masked");
  const vater_node *value = node->member(figures->quantity, "value");
  if (node->type(value) == VATER_NODE_NUMBER)
    figures->score = value;
  figures->score_missing = fhir_absent(figures->quantity);
  if (figures->score_missing == NULL)
    figures->score_missing = fhir_absent(node->member(figures->quantity, "_value"));
  if (value == NULL && figures->score_missing == NULL)
    return fhir_note(out->call, out->table, VATER_SEVERITY_WARNING, node->offset(figures->quantity),
                     "measureScore has neither a value nor a reason why it has none");
  return VATER_OK;
}

int fhir_figures_read(const struct fhir_out *out, const vater_node *element,
                      struct fhir_figures *figures)
{
  const struct vater_node_api *node = fhir_host->node;
  int status = VATER_OK;
  *figures = (struct fhir_figures){.at = element};
  for (const vater_node *population = node->first(node->member(element, "population"));
       population != NULL && status == VATER_OK; population = node->next(population))
    status = read_population(out, population, figures);
  return status == VATER_OK ? read_score(out, element, figures) : status;
}

bool fhir_figures_any(const struct fhir_figures *figures)
{
  for (int i = 0; i < FHIR_POPULATIONS; i++)
    if (figures->counts[i].node != NULL)
      return true;
  return figures->score != NULL || figures->score_missing != NULL;
}

/* ---- arithmetic ----------------------------------------------------------------------------- */

static int64_t net_numerator(const struct fhir_figures *figures)
{
  return count_of(figures, FHIR_NUMERATOR) - count_of(figures, FHIR_NUMERATOR_EXCLUSION);
}

static int64_t net_denominator(const struct fhir_figures *figures)
{
  return count_of(figures, FHIR_DENOMINATOR) - count_of(figures, FHIR_DENOMINATOR_EXCLUSION) -
         count_of(figures, FHIR_DENOMINATOR_EXCEPTION);
}

static bool has_gaps(const struct fhir_figures *figures)
{
  for (int i = 0; i < FHIR_POPULATIONS; i++)
    if (figures->counts[i].missing != NULL)
      return true;
  return false;
}

/* A number of a part that is larger than the whole. */
static int check_part(const struct fhir_out *out, const struct fhir_figures *figures,
                      enum fhir_population part, int64_t whole, const char *text)
{
  if (!known(figures, part) || figures->counts[part].count <= whole)
    return VATER_OK;
  return fhir_note(out->call, out->table, VATER_SEVERITY_WARNING, offset_of(figures, part),
                   "%s (%lld of %lld)", text, (long long)figures->counts[part].count,
                   (long long)whole);
}

/* 0 <= numerator <= denominator - exclusions - exceptions <= denominator <= initial population. */
static int check_proportion(const struct fhir_out *out, const struct fhir_figures *figures)
{
  int status = VATER_OK;
  if (known(figures, FHIR_INITIAL))
    status = check_part(out, figures, FHIR_DENOMINATOR, figures->counts[FHIR_INITIAL].count,
                        "the denominator is larger than the initial population");
  if (status == VATER_OK && known(figures, FHIR_NUMERATOR))
    status =
        check_part(out, figures, FHIR_NUMERATOR_EXCLUSION, figures->counts[FHIR_NUMERATOR].count,
                   "more is excluded from the numerator than it counts");
  if (status != VATER_OK || !known(figures, FHIR_DENOMINATOR))
    return status;
  int64_t denominator = figures->counts[FHIR_DENOMINATOR].count;
  status = check_part(out, figures, FHIR_DENOMINATOR_EXCLUSION, denominator,
                      "more is excluded from the denominator than it counts");
  if (status == VATER_OK)
    status = check_part(out, figures, FHIR_DENOMINATOR_EXCEPTION,
                        denominator - count_of(figures, FHIR_DENOMINATOR_EXCLUSION),
                        "more exceptions are taken from the denominator than it counts");
  bool excluded = net_denominator(figures) != denominator && net_denominator(figures) >= 0;
  if (status == VATER_OK && excluded)
    status = check_part(out, figures, FHIR_NUMERATOR,
                        net_denominator(figures) + count_of(figures, FHIR_NUMERATOR_EXCLUSION),
                        "the numerator is larger than the denominator without exclusions and "
                        "exceptions");
  return status;
}

/* Of the score as written: 100 where it is in percent. */
static double factor_of(const struct fhir_figures *figures)
{
  struct vater_str unit = fhir_text(figures->quantity, "unit");
  struct vater_str code = fhir_text(figures->quantity, "code");
  return fhir_is(unit, "%") || fhir_is(code, "%") ? 100 : 1;
}

static double apart_of(double a, double b)
{
  return a > b ? a - b : b - a;
}

/* Within half a unit of the last decimal; cut instead of rounded is told. */
static int check_score(const struct fhir_out *out, const struct fhir_figures *figures)
{
  double score;
  if (figures->score == NULL || has_gaps(figures) || !known(figures, FHIR_NUMERATOR) ||
      !known(figures, FHIR_DENOMINATOR) || !fhir_host->node->number(figures->score, &score))
    return VATER_OK;
  uint64_t at = fhir_host->node->offset(figures->score);
  int64_t denominator = net_denominator(figures);
  if (denominator == 0)
    return fhir_note(out->call, out->table, VATER_SEVERITY_WARNING, at,
                     "there is a measureScore, and the denominator is 0");
  double computed = factor_of(figures) * (double)net_numerator(figures) / (double)denominator;
  double last = 1;
  for (unsigned i = fhir_decimals(fhir_host->node->text(figures->score)); i > 0; i--)
    last /= 10;
  double apart = apart_of(score, computed);
  if (apart <= 0.5 * last + 1e-9)
    return VATER_OK;
  if (apart < last && apart_of(score, 0) < apart_of(computed, 0))
    return fhir_note(out->call, out->table, VATER_SEVERITY_WARNING, at,
                     "measureScore is cut, not rounded: the counts give %.6g", computed);
  return fhir_note(out->call, out->table, VATER_SEVERITY_WARNING, at,
                   "measureScore does not fit the counts, which give %.6g", computed);
}

int fhir_figures_check(const struct fhir_out *out, const struct fhir_measure *measure,
                       const struct fhir_figures *figures)
{
  int status = VATER_OK;
  if (measure->scoring == FHIR_PROPORTION)
    status = check_proportion(out, figures);
  if (status == VATER_OK && (measure->scoring == FHIR_PROPORTION || measure->scoring == FHIR_RATIO))
    status = check_score(out, figures);
  return status;
}

void fhir_figures_add(struct fhir_figures *sum, const struct fhir_figures *stratum)
{
  for (int i = 0; i < FHIR_POPULATIONS; i++) {
    struct fhir_count *to = &sum->counts[i];
    const struct fhir_count *from = &stratum->counts[i];
    if (from->node == NULL || from->missing != NULL)
      to->missing = "not-available";
    else
      to->count += from->count;
  }
}

int fhir_figures_sum(const struct fhir_out *out, const vater_node *stratifier,
                     const struct fhir_figures *group, const struct fhir_figures *sum)
{
  static const struct {
    enum fhir_population population;
    const char *name;
  } added[] = {{FHIR_INITIAL, "initial-population"},
               {FHIR_NUMERATOR, "numerator"},
               {FHIR_DENOMINATOR, "denominator"}};
  int status = VATER_OK;
  for (size_t i = 0; i < sizeof added / sizeof *added && status == VATER_OK; i++) {
    const struct fhir_count *whole = &group->counts[added[i].population];
    const struct fhir_count *parts = &sum->counts[added[i].population];
    if (!known(group, added[i].population) || parts->missing != NULL ||
        parts->count == whole->count)
      continue;
    status = fhir_note(out->call, out->table, VATER_SEVERITY_WARNING,
                       fhir_host->node->offset(stratifier),
                       "the strata do not add up to the group's %s (%lld, not %lld)", added[i].name,
                       (long long)parts->count, (long long)whole->count);
  }
  return status;
}

/* ---- putting -------------------------------------------------------------------------------- */

static int put_count(const struct fhir_out *out, int column, const struct fhir_figures *figures,
                     enum fhir_population population, int64_t net)
{
  char room[FHIR_NUMBER_ROOM];
  if (!known(figures, population))
    return VATER_OK;
  struct vater_str written = net == figures->counts[population].count
                                 ? fhir_host->node->text(figures->counts[population].node)
                                 : fhir_integer(net, room);
  return fhir_host->table->set_number_at(out->call, out->table, column, written,
                                         offset_of(figures, population));
}

static int put_counts(const struct fhir_out *out, const struct fhir_measure *measure,
                      const struct fhir_figures *figures)
{
  int64_t numerator = measure->net ? net_numerator(figures) : count_of(figures, FHIR_NUMERATOR);
  int64_t denominator =
      measure->net ? net_denominator(figures) : count_of(figures, FHIR_DENOMINATOR);
  int status = put_count(out, VATER_COLUMN_NUMERATOR, figures, FHIR_NUMERATOR, numerator);
  if (status == VATER_OK)
    status = put_count(out, VATER_COLUMN_DENOMINATOR, figures, FHIR_DENOMINATOR, denominator);
  return status;
}

/* A plain share of few decimals says less than its counts do: 0.7 would become 70, as if it were
 * that exact. A value beside counts that still hold what was excluded would contradict them. */
static bool says_more(const struct fhir_measure *measure, const struct fhir_figures *figures,
                      int shift)
{
  if (!known(figures, FHIR_NUMERATOR) || !known(figures, FHIR_DENOMINATOR))
    return true;
  bool excluded = net_numerator(figures) != count_of(figures, FHIR_NUMERATOR) ||
                  net_denominator(figures) != count_of(figures, FHIR_DENOMINATOR);
  if (!measure->net && excluded)
    return false;
  return (int)fhir_decimals(fhir_host->node->text(figures->score)) >= shift;
}

/* Units that mean the number itself, and "%". */
static bool is_plain(struct vater_str unit)
{
  return unit.len == 0 || fhir_is(unit, "1") || fhir_is(unit, "{score}");
}

static int put_score(const struct fhir_out *out, const struct fhir_measure *measure,
                     const struct fhir_figures *figures)
{
  char room[FHIR_NUMBER_ROOM];
  struct vater_str code = fhir_text(figures->quantity, "code");
  struct vater_str unit = code.len > 0 ? code : fhir_text(figures->quantity, "unit");
  bool percent = factor_of(figures) > 1;
  int shift = measure->shift - (percent ? 2 : 0);
  bool fits = measure->shift > 0 ? percent || is_plain(unit) : !percent;
  if (!fits || shift < 0)
    return fhir_note(out->call, out->table, VATER_SEVERITY_ERROR,
                     fhir_host->node->offset(figures->quantity),
                     "measureScore is in '%.*s', which cannot be read as %.*s",
                     FHIR_SHOWN(unit, 20), FHIR_SHOWN(measure->unit, 20));
  if (!says_more(measure, figures, shift))
    return VATER_OK;
  return fhir_host->table->set_number_at(
      out->call, out->table, VATER_COLUMN_VALUE,
      fhir_shifted(fhir_host->node->text(figures->score), shift, room),
      fhir_host->node->offset(figures->score));
}

/* Why there is no number: the score's reason, or that of a count which the figure is made of. */
static const char *missing_of(const struct fhir_measure *measure,
                              const struct fhir_figures *figures, const vater_node **at)
{
  *at = figures->quantity;
  if (figures->score_missing != NULL)
    return figures->score_missing;
  if (measure->scoring == FHIR_CONTINUOUS && figures->score != NULL)
    return NULL;
  for (int i = 0; i < FHIR_POPULATIONS; i++) {
    bool used = measure->scoring != FHIR_COHORT ? i != FHIR_INITIAL : i == FHIR_INITIAL;
    *at = figures->counts[i].node;
    if (used && figures->counts[i].missing != NULL)
      return figures->counts[i].missing;
  }
  return NULL;
}

/* Numbers do not stand beside the reason why there is none: what is lost by that is told. */
static int put_missing(const struct fhir_out *out, const struct fhir_figures *figures,
                       const char *missing, uint64_t at)
{
  int status = VATER_OK;
  if (figures->score != NULL || known(figures, FHIR_NUMERATOR) || known(figures, FHIR_DENOMINATOR))
    status = fhir_note(out->call, out->table, VATER_SEVERITY_WARNING, at,
                       "a number of the observation is missing (%s); its other numbers are not "
                       "read",
                       missing);
  if (status == VATER_OK)
    status = fhir_host->table->set_text_at(out->call, out->table, VATER_COLUMN_MISSING,
                                           (struct vater_str){missing, strlen(missing)}, at);
  return status;
}

int fhir_figures_put(const struct fhir_out *out, const struct fhir_measure *measure,
                     const struct fhir_figures *figures)
{
  const vater_node *at;
  const char *missing = missing_of(measure, figures, &at);
  if (missing != NULL)
    return put_missing(out, figures, missing, fhir_host->node->offset(at));
  if (measure->scoring == FHIR_COHORT)
    return put_count(out, VATER_COLUMN_VALUE, figures, FHIR_INITIAL,
                     count_of(figures, FHIR_INITIAL));
  int status = VATER_OK;
  if (measure->scoring != FHIR_CONTINUOUS)
    status = put_counts(out, measure, figures);
  if (status == VATER_OK && figures->score != NULL)
    status = put_score(out, measure, figures);
  return status;
}
