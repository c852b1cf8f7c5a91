#include "store/schema.h"

#include <stdio.h>

static const char runs[] =
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE run (id INTEGER PRIMARY KEY, started_ms INTEGER NOT NULL,"
    " finished_ms INTEGER NOT NULL DEFAULT 0, reference_day INTEGER NOT NULL,"
    " exit_code INTEGER NOT NULL DEFAULT 0, resumed INTEGER NOT NULL DEFAULT 0,"
    " version TEXT NOT NULL, host TEXT NOT NULL) STRICT;"
    "CREATE TABLE content (id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE,"
    " bytes INTEGER NOT NULL, packed BLOB NOT NULL) STRICT;"
    "CREATE TABLE pin (run INTEGER NOT NULL REFERENCES run, kind TEXT NOT NULL, name TEXT NOT NULL,"
    " sha256 TEXT NOT NULL, PRIMARY KEY (run, kind, name)) STRICT, WITHOUT ROWID;";

static const char jobs[] =
    "CREATE TABLE job (id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run,"
    " actor TEXT NOT NULL, endpoint TEXT NOT NULL, actor_name TEXT NOT NULL,"
    " language TEXT NOT NULL, period TEXT NOT NULL, delivery TEXT NOT NULL, code TEXT NOT NULL,"
    " message TEXT NOT NULL, screened INTEGER NOT NULL, pii INTEGER NOT NULL,"
    " test INTEGER NOT NULL, pages INTEGER NOT NULL,"
    " rows INTEGER NOT NULL, bytes INTEGER NOT NULL, finding_total INTEGER NOT NULL,"
    " finding_errors INTEGER NOT NULL, finding_warnings INTEGER NOT NULL,"
    " finding_infos INTEGER NOT NULL, started_ms INTEGER NOT NULL, finished_ms INTEGER NOT NULL,"
    " fetch_ms INTEGER NOT NULL, judge_ms INTEGER NOT NULL, tries INTEGER NOT NULL,"
    " http_status INTEGER NOT NULL, wire_bytes INTEGER NOT NULL, worker_cpu_us INTEGER NOT NULL,"
    " worker_memory INTEGER NOT NULL, worker_signal INTEGER NOT NULL, address TEXT NOT NULL,"
    " UNIQUE (run, actor, endpoint)) STRICT;"
    "CREATE INDEX job_of_actor ON job (actor, endpoint, id);"
    "CREATE TABLE page (job INTEGER NOT NULL REFERENCES job, number INTEGER NOT NULL,"
    " url TEXT NOT NULL,"
    " sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, etag TEXT NOT NULL,"
    " last_modified TEXT NOT NULL, media_type TEXT NOT NULL, PRIMARY KEY (job, number))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE payload (id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE,"
    " bytes INTEGER NOT NULL, packed BLOB NOT NULL) STRICT;"
    "CREATE TABLE block (job INTEGER NOT NULL REFERENCES job, number INTEGER NOT NULL,"
    " actor TEXT NOT NULL, indicator TEXT NOT NULL, period TEXT NOT NULL, verdict TEXT NOT NULL,"
    " rows INTEGER NOT NULL, errors INTEGER NOT NULL, warnings INTEGER NOT NULL,"
    " infos INTEGER NOT NULL, undecided INTEGER NOT NULL, PRIMARY KEY (job, number))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE finding (job INTEGER NOT NULL REFERENCES job, number INTEGER NOT NULL,"
    " code TEXT NOT NULL, severity INTEGER NOT NULL, outcome TEXT NOT NULL, row INTEGER NOT NULL,"
    " field TEXT NOT NULL, block INTEGER NOT NULL, page INTEGER NOT NULL,"
    " position INTEGER NOT NULL, line INTEGER NOT NULL, line_column INTEGER NOT NULL,"
    " caret INTEGER NOT NULL, caret_width INTEGER NOT NULL, pointer TEXT NOT NULL,"
    " excerpt TEXT NOT NULL, message_nb TEXT NOT NULL, message_nn TEXT NOT NULL,"
    " message_en TEXT NOT NULL, remedy_nb TEXT NOT NULL, remedy_nn TEXT NOT NULL,"
    " remedy_en TEXT NOT NULL, PRIMARY KEY (job, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE outcome (job INTEGER NOT NULL REFERENCES job, number INTEGER NOT NULL,"
    " code TEXT NOT NULL, reason TEXT NOT NULL, pass INTEGER NOT NULL, fail INTEGER NOT NULL,"
    " not_applicable INTEGER NOT NULL, skipped INTEGER NOT NULL, error INTEGER NOT NULL,"
    " PRIMARY KEY (job, number)) STRICT, WITHOUT ROWID;";

static const char observations[] =
    "CREATE TABLE endpoint (id INTEGER PRIMARY KEY, actor TEXT NOT NULL, name TEXT NOT NULL,"
    " UNIQUE (actor, name)) STRICT;"
    "CREATE TABLE observation (id INTEGER PRIMARY KEY, actor TEXT NOT NULL,"
    " indicator TEXT NOT NULL, period TEXT NOT NULL, area TEXT NOT NULL, area_role TEXT NOT NULL,"
    " breakdown TEXT NOT NULL, endpoint INTEGER NOT NULL REFERENCES endpoint,"
    " period_start INTEGER NOT NULL, period_end INTEGER NOT NULL, latest INTEGER NOT NULL,"
    " current INTEGER, UNIQUE (actor, indicator, period, area, area_role, breakdown)) STRICT;"
    "CREATE INDEX observation_of_endpoint ON observation (endpoint, period_start);"
    "CREATE TABLE vintage (id INTEGER PRIMARY KEY,"
    " observation INTEGER NOT NULL REFERENCES observation, job INTEGER NOT NULL REFERENCES job,"
    " row INTEGER, page INTEGER, position INTEGER, action TEXT NOT NULL, numerator REAL,"
    " numerator_decimals INTEGER, denominator REAL, denominator_decimals INTEGER, value REAL,"
    " value_decimals INTEGER, unit TEXT NOT NULL, status TEXT NOT NULL, as_of TEXT NOT NULL,"
    " missing TEXT NOT NULL, reason TEXT NOT NULL, sample_size REAL, sample_margin REAL,"
    " sample_weighted INTEGER, comment_code TEXT NOT NULL, comment_text TEXT NOT NULL,"
    " accepted INTEGER NOT NULL, superseded_job INTEGER REFERENCES job) STRICT;"
    "CREATE INDEX vintage_of_observation ON vintage (observation);";

/* Rules over time and over actors, an indicator of a run. */
static const char conclusions[] =
    "CREATE TABLE conclusion (id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run,"
    " indicator TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL,"
    " brought INTEGER NOT NULL, known INTEGER NOT NULL, finding_total INTEGER NOT NULL,"
    " finding_warnings INTEGER NOT NULL, finding_infos INTEGER NOT NULL,"
    " started_ms INTEGER NOT NULL, finished_ms INTEGER NOT NULL, worker_cpu_us INTEGER NOT NULL,"
    " worker_memory INTEGER NOT NULL, UNIQUE (run, indicator)) STRICT;"
    "CREATE TABLE conclusion_finding (conclusion INTEGER NOT NULL REFERENCES conclusion,"
    " number INTEGER NOT NULL, code TEXT NOT NULL, severity INTEGER NOT NULL,"
    " outcome TEXT NOT NULL, actor TEXT NOT NULL, period TEXT NOT NULL, area TEXT NOT NULL,"
    " area_role TEXT NOT NULL, breakdown TEXT NOT NULL, field TEXT NOT NULL,"
    " message_nb TEXT NOT NULL, message_nn TEXT NOT NULL, message_en TEXT NOT NULL,"
    " remedy_nb TEXT NOT NULL, remedy_nn TEXT NOT NULL, remedy_en TEXT NOT NULL,"
    " PRIMARY KEY (conclusion, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE conclusion_outcome (conclusion INTEGER NOT NULL REFERENCES conclusion,"
    " number INTEGER NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL, pass INTEGER NOT NULL,"
    " fail INTEGER NOT NULL, not_applicable INTEGER NOT NULL, skipped INTEGER NOT NULL,"
    " error INTEGER NOT NULL, PRIMARY KEY (conclusion, number)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX observation_of_indicator ON observation (indicator, period);";

/* Who else sent the same bytes. */
static const char same_bytes[] = "CREATE INDEX page_of_bytes ON page (sha256);";

/* migrations[n] leads from version n to n + 1 */
static const char *const migrations[] = {runs, jobs, observations, conclusions, same_bytes};
#define VERSION ((int)(sizeof migrations / sizeof migrations[0]))

int vt_store_schema_version(void)
{
  return VERSION;
}

static int read_pragma(struct vt_store *store, const char *sql, int64_t *value,
                       struct vt_error *error)
{
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2(store->connection, sql, -1, &statement, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_step(statement);
  *value = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
  sqlite3_finalize(statement);
  return code == SQLITE_ROW ? VATER_OK : vt_store_fail(store, code, "reading the header", error);
}

int vt_store_read_version(struct vt_store *store, int *version, int64_t *application,
                          struct vt_error *error)
{
  int64_t number = 0;
  int status = read_pragma(store, "PRAGMA user_version", &number, error);
  *version = (int)number;
  if (status == VATER_OK)
    status = read_pragma(store, "PRAGMA application_id", application, error);
  return status;
}

static int name_the_store(struct vt_store *store, struct vt_error *error)
{
  unsigned char random[16];
  store->environment.random.fill(store->environment.random.context, random, sizeof random);
  char sql[160];
  int used =
      snprintf(sql, sizeof sql, "PRAGMA application_id = %d; INSERT INTO meta VALUES ('id', '",
               VT_STORE_APPLICATION_ID);
  for (size_t i = 0; i < sizeof random; i++)
    used += snprintf(sql + used, sizeof sql - (size_t)used, "%02x", random[i]);
  snprintf(sql + used, sizeof sql - (size_t)used, "')");
  return vt_store_execute(store, sql, error);
}

static int migrate_once(struct vt_store *store, int from, struct vt_error *error)
{
  char stamp[48];
  snprintf(stamp, sizeof stamp, "PRAGMA user_version = %d", from + 1);
  int status = vt_store_begin(store, error);
  if (status != VATER_OK)
    return status;
  status = vt_store_execute(store, migrations[from], error);
  if (status == VATER_OK && from == 0)
    status = name_the_store(store, error);
  if (status == VATER_OK)
    status = vt_store_execute(store, stamp, error);
  return vt_store_end(store, status, error);
}

int vt_store_migrate(struct vt_store *store, int version, struct vt_error *error)
{
  int at = 0;
  int64_t application = 0;
  int status = vt_store_read_version(store, &at, &application, error);
  for (; status == VATER_OK && at < version; at++)
    status = migrate_once(store, at, error);
  return status;
}
