#include "fixture.h"

#include "store/schema.h"

#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A store with some content, closed. */
static int setup_filled(void **state)
{
  fixture_setup(state);
  struct fixture *fixture = *state;
  int64_t run = fixture_run(fixture);
  for (int i = 0; i < 40; i++) {
    char actor[24];
    snprintf(actor, sizeof actor, "9839747%02d", i);
    struct vt_store_job job = fixture_job(actor, fixture_many(fixture, actor, 50, i));
    assert_ok(fixture, vt_store_record_job(fixture->store, run, &job, &fixture->error));
  }
  vt_store_close(fixture->store);
  fixture->store = NULL;
  return 0;
}

static struct vater_str load(struct fixture *fixture, const char *path)
{
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  struct stat about;
  assert_int_equal(fstat(fileno(file), &about), 0);
  char *bytes = vt_arena_bytes(fixture->arena, (size_t)about.st_size + 1);
  size_t len = fread(bytes, 1, (size_t)about.st_size, file);
  fclose(file);
  return (struct vater_str){bytes, len};
}

static void replace(const char *path, struct vater_str content)
{
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(content.ptr, 1, content.len, file), content.len);
  fclose(file);
}

static char *aside(struct fixture *fixture)
{
  glob_t found;
  assert_int_equal(glob(fixture_file(fixture, ".corrupt-*Z"), 0, NULL, &found), 0);
  assert_int_equal(found.gl_pathc, 1);
  char *path = vt_arena_bytes(fixture->arena, 300);
  snprintf(path, 300, "%s", found.gl_pathv[0]);
  globfree(&found);
  return path;
}

/* Opening refuses, the file is set aside with the same bytes, and the next open starts anew. */
static void assert_set_aside(struct fixture *fixture, const char *why)
{
  struct vater_str before = load(fixture, fixture->path);
  vt_error_clear(&fixture->error);
  int status = vt_store_open(fixture->path, VT_STORE_WRITE, &fixture->environment, &fixture->store,
                             &fixture->error);
  assert_int_equal(status, VATER_E_REFUSED);
  assert_null(fixture->store);
  assert_string_equal(fixture->error.code, "STORE-CORRUPT");
  if (strstr(fixture->error.text, why) == NULL)
    fail_msg("\"%s\" is not in \"%s\"", why, fixture->error.text);
  assert_int_equal(access(fixture->path, F_OK), -1);
  struct vater_str after = load(fixture, aside(fixture));
  assert_int_equal(after.len, before.len);
  assert_memory_equal(after.ptr, before.ptr, before.len);
  fixture_reopen(fixture, VT_STORE_WRITE);
  assert_int_equal(fixture_run(fixture), 1);
}

static void S05_a_file_that_is_no_database(void **state)
{
  struct fixture *fixture = *state;
  replace(fixture->path, VT_STR("actor;value\n983974724;27\nThis is a table of somebody else's, "
                                "long enough to have a header's length and more than that.\n"));
  assert_set_aside(fixture, "is not a database or is damaged");
}

static void S05_an_empty_file(void **state)
{
  struct fixture *fixture = *state;
  replace(fixture->path, VT_STR(""));
  assert_set_aside(fixture, "is empty");
}

static void S05_a_short_file_of_garbage(void **state)
{
  struct fixture *fixture = *state;
  replace(fixture->path, (struct vater_str){"\0\1\2", 3});
  assert_set_aside(fixture, "is not a database or is damaged");
}

static void S05_a_file_that_was_cut(void **state)
{
  struct fixture *fixture = *state;
  struct vater_str whole = load(fixture, fixture->path);
  replace(fixture->path, vt_str_slice(whole, 0, whole.len / 2 + 100));
  assert_set_aside(fixture, "damaged");
}

static void S05_flipped_pages(void **state)
{
  struct fixture *fixture = *state;
  struct vater_str whole = load(fixture, fixture->path);
  char *bytes = vt_arena_bytes(fixture->arena, whole.len);
  memcpy(bytes, whole.ptr, whole.len);
  for (size_t page = 4; page * 4096 + 64 < whole.len; page += 3)
    for (size_t i = 0; i < 64; i++)
      bytes[page * 4096 + i] ^= 0x5a;
  replace(fixture->path, (struct vater_str){bytes, whole.len});
  assert_set_aside(fixture, "is damaged");
}

/* Leaves a WAL behind, as a killed process does. */
static void write_and_die(struct fixture *fixture, const char *path)
{
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    struct vt_store *store;
    struct vt_store_run run = {.started_ms = 1, .version = VT_STR("v"), .host = VT_STR("h")};
    int64_t id;
    if (vt_store_open(path, VT_STORE_WRITE, &fixture->environment, &store, NULL) == VATER_OK &&
        vt_store_begin_run(store, &run, NULL, 0, &id, NULL) == VATER_OK)
      raise(SIGKILL);
    _exit(1);
  }
  int result;
  assert_int_equal(waitpid(child, &result, 0), child);
  assert_true(WIFSIGNALED(result));
}

/* Lays the log of `other`, a sound store in use, beside the fixture's store. */
static void lay_log(struct fixture *fixture, const char *other)
{
  char wal[208];
  snprintf(wal, sizeof wal, "%s-wal", other);
  sqlite3 *connection;
  assert_int_equal(sqlite3_open(other, &connection), SQLITE_OK);
  assert_int_equal(sqlite3_exec(connection, "UPDATE meta SET value = 'other'", NULL, NULL, NULL),
                   SQLITE_OK);
  replace(fixture_file(fixture, "-wal"), load(fixture, wal));
  sqlite3_close(connection);
}

static void S05_a_log_of_another_store(void **state)
{
  struct fixture *fixture = *state;
  char other[200];
  snprintf(other, sizeof other, "%s/other.db", fixture->folder);
  struct vt_store *store;
  assert_ok(fixture,
            vt_store_open(other, VT_STORE_WRITE, &fixture->environment, &store, &fixture->error));
  vt_store_close(store);
  lay_log(fixture, other);
  assert_set_aside(fixture, "is damaged");
}

/* With the same pages as ours, so that nothing but the store's id tells them apart. */
static void S05_a_log_of_another_store_of_the_same_shape(void **state)
{
  struct fixture *fixture = *state;
  char other[200];
  snprintf(other, sizeof other, "%s/other.db", fixture->folder);
  replace(other, load(fixture, fixture->path));
  lay_log(fixture, other);
  assert_set_aside(fixture, "its write-ahead log belongs to another store");
}

static void a_log_of_our_own_is_used(void **state)
{
  struct fixture *fixture = *state;
  write_and_die(fixture, fixture->path);
  assert_int_equal(access(fixture_file(fixture, "-wal"), F_OK), 0);
  fixture_reopen(fixture, VT_STORE_WRITE);
  struct vt_store_run run;
  assert_ok(fixture, vt_store_find_run(fixture->store, 0, fixture->arena, &run, &fixture->error));
  assert_int_equal(run.id, 2);
}

static void another_programs_database_is_left_alone(void **state)
{
  struct fixture *fixture = *state;
  unlink(fixture->path);
  sqlite3 *connection;
  assert_int_equal(sqlite3_open(fixture->path, &connection), SQLITE_OK);
  assert_int_equal(sqlite3_exec(connection, "CREATE TABLE theirs (x)", NULL, NULL, NULL),
                   SQLITE_OK);
  sqlite3_close(connection);
  struct vater_str before = load(fixture, fixture->path);
  assert_int_equal(vt_store_open(fixture->path, VT_STORE_WRITE, &fixture->environment,
                                 &fixture->store, &fixture->error),
                   VATER_E_REFUSED);
  assert_string_equal(fixture->error.code, "STORE-CORRUPT");
  assert_non_null(strstr(fixture->error.text, "is another program's database; left as it is"));
  struct vater_str after = load(fixture, fixture->path);
  assert_int_equal(after.len, before.len);
  assert_memory_equal(after.ptr, before.ptr, before.len);
}

/* ---- versions -------------------------------------------------------------------------------- */

static void a_newer_schema_is_refused(void **state)
{
  struct fixture *fixture = *state;
  sqlite3 *connection;
  assert_int_equal(sqlite3_open(fixture->path, &connection), SQLITE_OK);
  assert_int_equal(sqlite3_exec(connection, "PRAGMA user_version = 99", NULL, NULL, NULL),
                   SQLITE_OK);
  sqlite3_close(connection);
  for (int mode = VT_STORE_READ; mode <= VT_STORE_WRITE; mode++) {
    vt_error_clear(&fixture->error);
    assert_int_equal(vt_store_open(fixture->path, (enum vt_store_mode)mode, &fixture->environment,
                                   &fixture->store, &fixture->error),
                     VATER_E_REFUSED);
    assert_string_equal(fixture->error.code, "STORE-SCHEMA");
    assert_non_null(strstr(fixture->error.text, "has schema version 99; this program"));
  }
  assert_int_equal(fixture_ask(fixture, "PRAGMA user_version"), 99);
}

/* A store as version `version` of the schema left it. */
static void make_old(struct fixture *fixture, int version)
{
  unlink(fixture->path);
  struct vt_store bare = {.environment = fixture->environment, .lock = -1};
  assert_ok(fixture, vt_store_connect(&bare, fixture->path,
                                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &fixture->error));
  assert_ok(fixture, vt_store_migrate(&bare, version, &fixture->error));
  assert_ok(fixture, vt_store_execute(&bare,
                                      "INSERT INTO run (started_ms, reference_day, version, host) "
                                      "VALUES (7, 8, 'old', 'old')",
                                      &fixture->error));
  vt_store_disconnect(&bare);
}

static void assert_migrated(struct fixture *fixture)
{
  fixture_reopen(fixture, VT_STORE_WRITE);
  assert_int_equal(fixture_ask(fixture, "PRAGMA user_version"), vt_store_schema_version());
  struct vt_store_run run;
  assert_ok(fixture, vt_store_find_run(fixture->store, 1, fixture->arena, &run, &fixture->error));
  assert_int_equal(run.started_ms, 7);
  struct vt_store_job job = fixture_job("983974724", fixture_many(fixture, NULL, 3, 1));
  assert_ok(fixture, vt_store_record_job(fixture->store, 1, &job, &fixture->error));
}

static void every_older_schema_is_migrated(void **state)
{
  struct fixture *fixture = *state;
  for (int version = 1; version <= vt_store_schema_version(); version++) {
    vt_store_close(fixture->store);
    fixture->store = NULL;
    make_old(fixture, version);
    assert_migrated(fixture);
  }
}

/* What lacks an index only is read; what lacks more is told what brings it up to date. */
static void older_schemas_are_read_or_told_of(void **state)
{
  struct fixture *fixture = *state;
  for (int version = 3; version <= 4; version++) {
    vt_store_close(fixture->store);
    fixture->store = NULL;
    make_old(fixture, version);
    vt_error_clear(&fixture->error);
    int status = vt_store_open(fixture->path, VT_STORE_READ, &fixture->environment, &fixture->store,
                               &fixture->error);
    assert_int_equal(status, version == 3 ? VATER_E_REFUSED : VATER_OK);
    if (version == 3)
      assert_non_null(strstr(fixture->error.text, "has schema version 3; this program reads 4 to "
                                                  "5; 'vater run' brings it up to date"));
    assert_int_equal(fixture_ask(fixture, "PRAGMA user_version"), version);
  }
}

/* SQLite runs this for every connection of the process: the child dies at its n-th statement. */
static int die_at; /* of the child alone */

static int count_down(unsigned event, void *context, void *statement, void *text)
{
  (void)event;
  (void)context;
  (void)statement;
  (void)text;
  if (--die_at == 0)
    raise(SIGKILL);
  return 0;
}

static int install(sqlite3 *connection, const char **message, const void *api)
{
  (void)message;
  (void)api;
  return sqlite3_trace_v2(connection, SQLITE_TRACE_STMT, count_down, NULL);
}

/* True when the child died; false when it finished first. */
static bool open_and_die_at(struct fixture *fixture, int statement)
{
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    die_at = statement;
    sqlite3_auto_extension((void (*)(void))install);
    struct vt_store *store;
    int status = vt_store_open(fixture->path, VT_STORE_WRITE, &fixture->environment, &store, NULL);
    _exit(status == VATER_OK ? 0 : 1);
  }
  int result;
  assert_int_equal(waitpid(child, &result, 0), child);
  if (WIFSIGNALED(result))
    return true;
  assert_int_equal(WEXITSTATUS(result), 0);
  return false;
}

static void a_migration_killed_at_each_statement_is_taken_up_again(void **state)
{
  struct fixture *fixture = *state;
  int kills = 0;
  for (int statement = 1;; statement++, kills++) {
    vt_store_close(fixture->store);
    fixture->store = NULL;
    make_old(fixture, 1);
    if (!open_and_die_at(fixture, statement))
      break;
    assert_migrated(fixture);
  }
  assert_true(kills > 20);
}

static void making_a_store_killed_at_each_statement_is_taken_up_again(void **state)
{
  struct fixture *fixture = *state;
  int kills = 0;
  for (int statement = 1;; statement++, kills++) {
    vt_store_close(fixture->store);
    fixture->store = NULL;
    unlink(fixture->path);
    if (!open_and_die_at(fixture, statement))
      break;
    fixture_reopen(fixture, VT_STORE_WRITE);
    assert_int_equal(fixture_run(fixture), 1);
  }
  assert_true(kills > 20);
}

/* ---- places ---------------------------------------------------------------------------------- */

static void only_the_owner_can_read_it(void **state)
{
  struct fixture *fixture = *state;
  fixture_reopen(fixture, VT_STORE_WRITE);
  fixture_run(fixture);
  static const char *const suffixes[] = {"", "-wal", "-shm", "-lock"};
  for (size_t i = 0; i < 4; i++) {
    struct stat about;
    assert_int_equal(stat(fixture_file(fixture, suffixes[i]), &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
  }
}

static void a_missing_folder_is_named(void **state)
{
  struct fixture *fixture = *state;
  assert_int_equal(vt_store_open("/nowhere/at/all.db", VT_STORE_WRITE, &fixture->environment,
                                 &fixture->store, &fixture->error),
                   VATER_E_REFUSED);
  assert_string_equal(fixture->error.code, "STORE-FS");
  assert_string_equal(fixture->error.text, "/nowhere/at/all.db-lock: No such file or directory");
  vt_error_clear(&fixture->error);
  assert_int_equal(vt_store_open("/nowhere/at/all.db", VT_STORE_READ, &fixture->environment,
                                 &fixture->store, &fixture->error),
                   VATER_E_IO);
  assert_string_equal(fixture->error.code, "OPS-FILE");
}

static void a_path_of_odd_characters(void **state)
{
  struct fixture *fixture = *state;
  snprintf(fixture->path, sizeof fixture->path, "%s/a ?#%%41'\"b.db", fixture->folder);
  write_and_die(fixture, fixture->path);
  fixture_reopen(fixture, VT_STORE_WRITE);
  struct vt_store_run run;
  assert_ok(fixture, vt_store_find_run(fixture->store, 1, fixture->arena, &run, &fixture->error));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_filled, fixture_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(S05_a_file_that_is_no_database),
      TEST(S05_an_empty_file),
      TEST(S05_a_short_file_of_garbage),
      TEST(S05_a_file_that_was_cut),
      TEST(S05_flipped_pages),
      TEST(S05_a_log_of_another_store),
      TEST(S05_a_log_of_another_store_of_the_same_shape),
      TEST(a_log_of_our_own_is_used),
      TEST(another_programs_database_is_left_alone),
      TEST(a_newer_schema_is_refused),
      TEST(every_older_schema_is_migrated),
      TEST(older_schemas_are_read_or_told_of),
      TEST(a_migration_killed_at_each_statement_is_taken_up_again),
      TEST(making_a_store_killed_at_each_statement_is_taken_up_again),
      TEST(only_the_owner_can_read_it),
      TEST(a_missing_folder_is_named),
      TEST(a_path_of_odd_characters),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
