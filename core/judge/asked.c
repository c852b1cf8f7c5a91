/* Whether a delivery tells of the period that was asked for. */
#include "judge/judging.h"

#include "base/date.h"

/* The figures that are not about earlier reports, and how far they reach. */
struct reported {
  bool any, asked; /* there are some; one of the table is of the period asked for */
  uint32_t row;    /* the first */
  struct vt_period first, last;
};

static bool amends(const struct vt_table *table, uint32_t row)
{
  const uint32_t *actions = table->columns[VATER_COLUMN_ACTION].ids;
  struct vater_str action = actions == NULL || actions[row] == VT_TABLE_NO_TEXT
                                ? VT_STR_NONE
                                : vt_table_text(table, actions[row]);
  return vt_str_is(action, "correct") || vt_str_is(action, "withdraw");
}

static void add_period(struct reported *reported, uint32_t row, const struct vt_period *period)
{
  if (!reported->any)
    *reported = (struct reported){.any = true, .row = row, .first = *period, .last = *period};
  if (period->start < reported->first.start)
    reported->first = *period;
  if (period->end > reported->last.end)
    reported->last = *period;
}

static struct reported look(const struct vt_table *table, const struct vt_period *asked)
{
  struct reported reported = {.any = false};
  const uint32_t *ids = table->columns[VATER_COLUMN_PERIOD].ids;
  uint32_t last = VT_TABLE_NO_TEXT;
  struct vt_period period;
  bool known = false;
  for (uint32_t row = 0; ids != NULL && row < table->rows; row++) {
    if (ids[row] != last) {
      last = ids[row];
      known = last != VT_TABLE_NO_TEXT && vt_period_parse(vt_table_text(table, last), &period);
    }
    if (!known)
      continue;
    if (period.start <= asked->end && period.end >= asked->start)
      return (struct reported){.asked = true};
    if (!amends(table, row))
      add_period(&reported, row, &period);
  }
  return reported;
}

bool vt_judge_tells_of(const struct vt_table *table, struct vater_str period)
{
  struct vt_period asked;
  return !vt_period_parse(period, &asked) || look(table, &asked).asked;
}

/* "2026-07", or "2026-07 to 2026-09" */
static struct vater_str span(struct vt_judge *judge, const struct reported *reported,
                             const char *until)
{
  char first[16];
  char last[16];
  vt_period_print(&reported->first, first);
  vt_period_print(&reported->last, last);
  return strcmp(first, last) == 0 ? vt_judge_format(judge, "%s", first)
                                  : vt_judge_format(judge, "%s %s %s", first, until, last);
}

int vt_judge_check_asked(struct vt_judge *judge, struct vt_error *error)
{
  struct vt_period asked;
  if (!vt_period_parse(judge->job->period, &asked))
    return VATER_OK;
  struct reported reported = look(&judge->table, &asked);
  if (!reported.any)
    return VATER_OK;
  const struct vater_str period = judge->job->period;
  const struct vater_str norwegian =
      vt_judge_format(judge, "spurt etter %.*s, levert %.*s", VT_STR_ARGS(period),
                      VT_STR_ARGS(span(judge, &reported, "til")));
  const struct vater_str details[VT_LANGUAGE_COUNT] = {
      [VT_LANGUAGE_NB] = norwegian,
      [VT_LANGUAGE_NN] = norwegian,
      [VT_LANGUAGE_EN] =
          vt_judge_format(judge, "asked for %.*s, delivered %.*s", VT_STR_ARGS(period),
                          VT_STR_ARGS(span(judge, &reported, "to"))),
  };
  struct judged_place place = vt_judge_place_of_row(judge, reported.row, VATER_COLUMN_PERIOD);
  return vt_judge_report(judge, "PAY-PERIOD", &place, reported.row, details, error);
}
