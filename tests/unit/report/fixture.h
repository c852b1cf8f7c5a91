/* A made-up run of actors of every kind, and golden outputs. */
#ifndef VT_TEST_REPORT_FIXTURE_H
#define VT_TEST_REPORT_FIXTURE_H

#include "unit/test.h"

#include "report/render.h"

struct fixture {
  struct vt_environment environment;
  struct vt_arena *arena;
  struct vt_buffer out;
  struct vt_report report; /* concluded */
};

/* cmocka's set-up and tear-down; *state is a struct fixture */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* A job of that delivery, to be filled further. */
struct vt_report_job fixture_job(const char *actor, const char *endpoint, const char *delivery);
struct vt_store_block fixture_block(const char *indicator, const char *verdict);
struct vt_store_finding fixture_finding(const char *code, int severity, const char *message);
/* A report of these jobs in place of the fixture's own. */
void fixture_report(struct fixture *fixture, struct vt_report_job *jobs, size_t count);

/* What was rendered equals tests/unit/report/golden/NAME; VATER_WRITE_GOLDEN=1 writes it instead.
 */
void assert_golden(const struct fixture *fixture, const char *name);

#endif
