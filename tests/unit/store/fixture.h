/* A folder of its own, an open store in it, and jobs made up for it. */
#ifndef VT_TEST_STORE_FIXTURE_H
#define VT_TEST_STORE_FIXTURE_H

#include "unit/test.h"

#include "store/store.h"

struct fixture {
  struct vt_environment environment;
  struct vt_arena *arena;
  struct vt_store *store;
  struct vt_error error;
  char folder[128], path[160];
};

/* A row of a made-up table. */
struct row {
  const char *indicator, *actor, *period, *area, *breakdown, *action;
  double numerator, denominator, value;
  const char *missing;
};

void fixture_open(struct fixture *fixture);
void fixture_reopen(struct fixture *fixture, enum vt_store_mode mode);
void fixture_close(struct fixture *fixture);
/* cmocka's set-up and tear-down: *state is a struct fixture with an open store */
int fixture_setup(void **state);
int fixture_teardown(void **state);
/* "-wal", ".corrupt-…": the store's path with that suffix */
const char *fixture_file(struct fixture *fixture, const char *suffix);
int64_t fixture_run(struct fixture *fixture);
/* A table of the rows with a head; in the fixture's arena. `head` ends with a field of 0. */
struct head {
  int field;
  const char *text;
};
const struct vt_table *fixture_table(struct fixture *fixture, const struct row *rows, size_t count,
                                     const struct head *head, bool test);
/* `count` rows of one municipality and quarter */
const struct vt_table *fixture_many(struct fixture *fixture, const char *actor, size_t count,
                                    double value);
struct vt_store_job fixture_job(const char *actor, const struct vt_table *table);
/* One integer from the store's file, by a connection of its own. */
int64_t fixture_ask(struct fixture *fixture, const char *sql);

#define assert_ok(fixture, call)                                                        \
  do {                                                                                  \
    int assert_ok_status = (call);                                                      \
    if (assert_ok_status != VATER_OK)                                                   \
      fail_msg("%s: status %d, %s: %s", #call, assert_ok_status, (fixture)->error.code, \
               (fixture)->error.text);                                                  \
  } while (0)

#endif
