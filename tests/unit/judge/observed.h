/* What came out of a judging, as lines of text that a test can compare as a whole. */
#ifndef TEST_JUDGE_OBSERVED_H
#define TEST_JUDGE_OBSERVED_H

#include "judged.h"

/* A line a row: "G4-15 983974724 2026-Q3 46 sex=F num=12 den=20 val=60.0 percent final", what is
 * absent left out, a reason as "missing=suppressed". Free it. */
char *observed_rows(const struct judged *judged);
/* A line a finding whose code begins with `prefix`: "PAY-FORMAT /group/0: message". Free it. */
char *observed_findings(const struct judged *judged, const char *prefix);
/* A payload judged as that format with those settings. */
struct judged observed_payload(struct judged_world *world, const char *format, const char *settings,
                               struct vater_str payload);
/* A sample of the folder beside the project; empty where it is not there. Free its ptr. */
struct vater_str observed_sample(const char *name);
/* A payload of the fixtures, which must be there. Free its ptr. */
struct vater_str observed_fixture(const char *name);

#endif
