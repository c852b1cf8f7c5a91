#include "fixture.h"

#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void fixture_open(struct fixture *fixture)
{
  memset(fixture, 0, sizeof *fixture);
  fixture->environment = vt_environment_real();
  fixture->arena = vt_arena_new(&fixture->environment.allocator, 0);
  const char *folder = getenv("TMPDIR");
  snprintf(fixture->folder, sizeof fixture->folder, "%s/vater-store-XXXXXX",
           folder != NULL ? folder : "/tmp");
  assert_non_null(mkdtemp(fixture->folder));
  snprintf(fixture->path, sizeof fixture->path, "%s/store.db", fixture->folder);
}

void fixture_reopen(struct fixture *fixture, enum vt_store_mode mode)
{
  vt_store_close(fixture->store);
  fixture->store = NULL;
  vt_error_clear(&fixture->error);
  assert_ok(fixture, vt_store_open(fixture->path, mode, &fixture->environment, &fixture->store,
                                   &fixture->error));
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
  (void)about;
  (void)kind;
  (void)where;
  return remove(path);
}

void fixture_close(struct fixture *fixture)
{
  vt_store_close(fixture->store);
  vt_arena_free(fixture->arena);
  nftw(fixture->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int fixture_setup(void **state)
{
  struct fixture *fixture = malloc(sizeof *fixture);
  assert_non_null(fixture);
  fixture_open(fixture);
  fixture_reopen(fixture, VT_STORE_WRITE);
  *state = fixture;
  return 0;
}

int fixture_teardown(void **state)
{
  fixture_close(*state);
  free(*state);
  return 0;
}

const char *fixture_file(struct fixture *fixture, const char *suffix)
{
  return vt_arena_format(fixture->arena, "%s%s", fixture->path, suffix).ptr;
}

int64_t fixture_run(struct fixture *fixture)
{
  struct vt_store_run run = {.started_ms = 1000,
                             .reference_day = 20779,
                             .version = VT_STR("0.1.0"),
                             .host = VT_STR("host")};
  int64_t id = 0;
  assert_ok(fixture, vt_store_begin_run(fixture->store, &run, NULL, 0, &id, &fixture->error));
  return id;
}

static void set_text(struct vt_table_builder *builder, int column, const char *text)
{
  if (text != NULL)
    assert_int_equal(vt_table_set_text(builder, column, vt_str(text), NULL), VATER_OK);
}

static void set_number(struct vt_table_builder *builder, int column, double value)
{
  if (value >= 0)
    assert_int_equal(vt_table_set_number(builder, column, value, 1, NULL), VATER_OK);
}

static void add_row(struct vt_table_builder *builder, const struct row *row, size_t number)
{
  assert_int_equal(vt_table_add_row(builder, 0, number * 100, NULL), VATER_OK);
  set_text(builder, VATER_COLUMN_INDICATOR, row->indicator);
  set_text(builder, VATER_COLUMN_ACTOR, row->actor);
  set_text(builder, VATER_COLUMN_PERIOD, row->period);
  set_text(builder, VATER_COLUMN_AREA, row->area);
  set_text(builder, VATER_COLUMN_AREA_ROLE, "provider");
  set_text(builder, VATER_COLUMN_BREAKDOWN, row->breakdown);
  set_text(builder, VATER_COLUMN_ACTION, row->action);
  set_text(builder, VATER_COLUMN_UNIT, "percent");
  set_text(builder, VATER_COLUMN_STATUS, "final");
  set_text(builder, VATER_COLUMN_MISSING, row->missing);
  set_number(builder, VATER_COLUMN_NUMERATOR, row->numerator);
  set_number(builder, VATER_COLUMN_DENOMINATOR, row->denominator);
  set_number(builder, VATER_COLUMN_VALUE, row->value);
}

static const struct vt_table *finish(struct fixture *fixture, struct vt_table_builder *builder)
{
  void *block = vt_arena_alloc(fixture->arena, vt_table_size(builder));
  struct vt_table *table = vt_arena_alloc(fixture->arena, sizeof *table);
  assert_non_null(block);
  assert_non_null(table);
  size_t size = vt_table_size(builder);
  vt_table_write(builder, block);
  vt_table_builder_free(builder);
  assert_int_equal(vt_table_open(block, size, table, &fixture->error), VATER_OK);
  return table;
}

const struct vt_table *fixture_table(struct fixture *fixture, const struct row *rows, size_t count,
                                     const struct head *head, bool test)
{
  struct vt_table_builder *builder;
  assert_int_equal(vt_table_builder_new(&fixture->environment.allocator, 1, &builder), VATER_OK);
  for (; head != NULL && head->field != 0; head++)
    assert_int_equal(vt_table_set_head_text(builder, head->field, vt_str(head->text), NULL),
                     VATER_OK);
  if (test)
    assert_int_equal(vt_table_set_head_truth(builder, VATER_HEAD_TEST, true, NULL), VATER_OK);
  for (size_t i = 0; i < count; i++)
    add_row(builder, &rows[i], i);
  return finish(fixture, builder);
}

const struct vt_table *fixture_many(struct fixture *fixture, const char *actor, size_t count,
                                    double value)
{
  struct vt_table_builder *builder;
  assert_int_equal(vt_table_builder_new(&fixture->environment.allocator, 1, &builder), VATER_OK);
  for (size_t i = 0; i < count; i++) {
    char area[24];
    snprintf(area, sizeof area, "%04zu", i);
    struct row row = {"G1-11", actor, "2026-Q3", area, "sex=F", NULL, 1, 2, value, NULL};
    add_row(builder, &row, i);
  }
  return finish(fixture, builder);
}

struct vt_store_job fixture_job(const char *actor, const struct vt_table *table)
{
  return (struct vt_store_job){.actor = vt_str(actor),
                               .actor_name = VT_STR("Bergen"),
                               .endpoint = VT_STR("main"),
                               .language = VT_STR("nb"),
                               .delivery = VT_STR("received"),
                               .screened = true,
                               .table = table};
}

int64_t fixture_ask(struct fixture *fixture, const char *sql)
{
  sqlite3 *connection = NULL;
  sqlite3_stmt *statement = NULL;
  assert_int_equal(sqlite3_open_v2(fixture->path, &connection, SQLITE_OPEN_READONLY, NULL),
                   SQLITE_OK);
  int code = sqlite3_prepare_v2(connection, sql, -1, &statement, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_step(statement);
  if (code != SQLITE_ROW)
    fail_msg("%s: %s", sql, sqlite3_errmsg(connection));
  int64_t value = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  sqlite3_close(connection);
  return value;
}
