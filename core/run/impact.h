/*
 * What changed rules would have said of what was delivered. Stored payloads are judged anew, in
 * workers as a run does it, on the reference day of their run: by the rules in force and by the
 * changed ones. So a difference comes from the rules alone. Nothing is asked of anybody, nothing is
 * written, and no keys are needed: a signature was verified when the payload came.
 *
 * An actor here is whose endpoint delivered. A rule fails an actor where it fails for any target in
 * any of its deliveries. Rules of scope series and indicator look beyond a delivery: they are asked
 * about what these runs brought and what was known at their end, as the store has it, and count by
 * what they look at: observations, or an indicator's periods.
 */
#ifndef VT_RUN_IMPACT_H
#define VT_RUN_IMPACT_H

#include "run/run.h"

struct vt_impact_options {
  const struct vt_run_options *run; /* configuration, store, plugins, rules in force */
  const char *changed;              /* folder of changed packs */
  int64_t since; /* deliveries of runs with this reference day or later; INT64_MIN: the last one of
                    each endpoint */
};

struct vt_impact_actor {
  struct vater_str orgnr, name; /* empty: all actors of a period */
  struct vater_str place; /* "G4-15 2026-09", a code where the delivery is refused, or empty; of an
                             observation with area and breakdown */
};

enum vt_impact_unit { VT_IMPACT_ACTORS, VT_IMPACT_OBSERVATIONS, VT_IMPACT_PERIODS };

/* One rule; or the verdicts, where the code is empty and to fail is to have a block rejected or
 * the delivery refused. */
struct vt_impact_rule {
  struct vater_str code;
  int severity;             /* enum vater_severity, of its findings; -1: it found nothing */
  enum vt_impact_unit unit; /* of all counts */
  uint32_t asked;           /* that the changed rule came to a decision about */
  uint32_t sound;           /* of those, which it did not fail before */
  struct vt_impact_actor *fails, *passes; /* that did not before; by orgnr */
  uint32_t fail_count, pass_count;
  uint32_t fails_beyond, passes_beyond; /* counted, and too many to be named */
  uint32_t undecided;                   /* that it can not be evaluated for, and could before */
};

/* A delivery whose payload could not be judged by both; or an indicator (in place of the actor,
 * with an empty endpoint), that could not be concluded on by both. */
struct vt_impact_left {
  struct vater_str orgnr, endpoint;
  int64_t run;
  struct vater_str reason;
  bool fault; /* a worker failed: ours to mend */
};

/* Texts and lists live in the arena that was given. */
struct vt_impact {
  uint32_t deliveries, actors; /* judged by both */
  struct vt_impact_rule verdicts;
  struct vt_impact_rule *rules; /* with any difference; most newly failing first, then by code */
  struct vater_str *silent;     /* changed rules that decided nothing in any delivery; by code */
  struct vt_impact_left *left;  /* by orgnr, endpoint, run */
  uint32_t rule_count, silent_count, left_count;
};

/* The share of the `sound` that newly fails, 0 to 1. */
double vt_impact_share(const struct vt_impact_rule *rule);

/* VATER_OK, also where deliveries were left. Negative: nothing was judged (diagnostics and error
 * say why, as vt_run() does), or it could not go on. */
int vt_run_impact(const struct vt_impact_options *options, struct vt_arena *arena,
                  struct vt_impact *impact, struct vt_diagnostics *diagnostics,
                  struct vt_error *error);

#endif
