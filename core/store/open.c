#include "store/files.h"
#include "store/schema.h"

#include <stdio.h>
#include <unistd.h>

/* What came after this version are indexes, which reading does without. */
enum { OLDEST_READABLE = 4 };

/* ---- a new store ----------------------------------------------------------------------------- */

/* Made under another name and renamed when complete: a file that is empty or half made is then
 * never our own doing. */
static int create(struct vt_store *store, const char *path, struct vt_error *error)
{
  char fresh[VT_STORE_PATH];
  int status = vt_store_file_name(fresh, path, ".new", error);
  if (status == VATER_OK)
    status = vt_store_file_make(fresh, error);
  if (status == VATER_OK)
    status = vt_store_connect(store, fresh, SQLITE_OPEN_READWRITE, error);
  if (status == VATER_OK)
    status = vt_store_execute(store, "PRAGMA synchronous = FULL", error);
  if (status == VATER_OK)
    status = vt_store_migrate(store, vt_store_schema_version(), error);
  vt_store_disconnect(store);
  if (status == VATER_OK)
    status = vt_store_file_publish(fresh, path, error);
  return status;
}

/* ---- is it sound? ---------------------------------------------------------------------------- */

/* One text from a query; empty where there is none. False: SQLite could not say. */
static bool ask(sqlite3 *connection, const char *sql, char *out, size_t size)
{
  sqlite3_stmt *statement = NULL;
  bool ok = sqlite3_prepare_v2(connection, sql, -1, &statement, NULL) == SQLITE_OK &&
            sqlite3_step(statement) == SQLITE_ROW;
  const unsigned char *text = ok ? sqlite3_column_text(statement, 0) : NULL;
  snprintf(out, size, "%s", text != NULL ? (const char *)text : "");
  sqlite3_finalize(statement);
  return ok;
}

static const char store_id[] = "SELECT value FROM meta WHERE name = 'id'";

/* "file:" URI of a path; false when it does not fit. */
static bool make_uri(const char *path, char *out, size_t size)
{
  size_t used = (size_t)snprintf(out, size, "file:");
  for (const char *at = path; *at != '\0'; at++) {
    bool plain = *at != '%' && *at != '?' && *at != '#';
    int len = snprintf(out + used, size - used, plain ? "%c" : "%%%02X", (unsigned char)*at);
    used += (size_t)len;
    if (used >= size)
      return false;
  }
  return (size_t)snprintf(out + used, size - used, "?immutable=1") < size - used;
}

/* A WAL of another store would be taken as this one's newest pages. The store's id, which never
 * changes, is read with the WAL and without it. */
static bool foreign_wal(struct vt_store *store, const char *path)
{
  char name[VT_STORE_PATH], uri[VT_STORE_PATH * 3], with[64], without[64];
  if (vt_store_file_name(name, path, "-wal", NULL) != VATER_OK || vt_store_file_size(name) <= 0 ||
      !make_uri(path, uri, sizeof uri) || !ask(store->connection, store_id, with, sizeof with))
    return false;
  sqlite3 *bare = NULL;
  bool known =
      sqlite3_open_v2(uri, &bare, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) == SQLITE_OK &&
      ask(bare, store_id, without, sizeof without);
  sqlite3_close(bare);
  return known && strcmp(with, without) != 0;
}

/* VATER_OK, or why it must not be used; `why` then says so. */
static int examine(struct vt_store *store, const char *path, char *why, size_t size,
                   struct vt_error *error)
{
  int version = 0;
  int64_t application = 0;
  struct vt_error first = {0};
  int status = vt_store_read_version(store, &version, &application, &first);
  if (status == VATER_E_IO && strcmp(first.code, "STORE-CORRUPT") == 0)
    snprintf(why, size, "is not a database or is damaged");
  else if (status != VATER_OK && error != NULL)
    *error = first;
  if (status != VATER_OK)
    return status;
  if (application != VT_STORE_APPLICATION_ID)
    return vt_fail(error, VATER_E_REFUSED, "STORE-CORRUPT",
                   "%s: is another program's database; left as it is", path);
  if (version > vt_store_schema_version())
    return vt_fail(error, VATER_E_REFUSED, "STORE-SCHEMA",
                   "%s: has schema version %d; this program knows up to %d", path, version,
                   vt_store_schema_version());
  if (foreign_wal(store, path)) {
    snprintf(why, size, "its write-ahead log belongs to another store");
    return VATER_E_IO;
  }
  char verdict[160];
  if (ask(store->connection, "PRAGMA quick_check(1)", verdict, sizeof verdict) &&
      strcmp(verdict, "ok") == 0)
    return VATER_OK;
  snprintf(why, size, "is damaged (%.120s)",
           verdict[0] != '\0' ? verdict : sqlite3_errmsg(store->connection));
  return VATER_E_IO;
}

/* ---- opening --------------------------------------------------------------------------------- */

static int settle(struct vt_store *store, const char *path, struct vt_error *error)
{
  char mode[16];
  if (!ask(store->connection, "PRAGMA journal_mode = WAL", mode, sizeof mode) ||
      strcmp(mode, "wal") != 0)
    return vt_fail(
        error, VATER_E_REFUSED, "STORE-FS",
        "%s: write-ahead logging is not possible here (%s); use a folder on a local disk", path,
        sqlite3_errmsg(store->connection));
  int status = vt_store_execute(store,
                                "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                                "PRAGMA secure_delete = ON; PRAGMA cell_size_check = ON;"
                                "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768;"
                                "PRAGMA wal_autocheckpoint = 4000;"
                                "PRAGMA journal_size_limit = 67108864",
                                error);
  if (status != VATER_OK)
    return status;
  sqlite3_db_config(store->connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
  return vt_store_migrate(store, vt_store_schema_version(), error);
}

static int open_existing(struct vt_store *store, const char *path, struct vt_error *error)
{
  const struct vt_clock *clock = &store->environment.clock;
  if (vt_store_file_size(path) == 0)
    return vt_store_set_aside(path, clock, "is empty", error);
  char why[200] = "";
  int status = vt_store_connect(store, path, SQLITE_OPEN_READWRITE, error);
  if (status == VATER_OK)
    status = examine(store, path, why, sizeof why, error);
  if (status == VATER_OK)
    return settle(store, path, error);
  vt_store_disconnect(store);
  return why[0] != '\0' ? vt_store_set_aside(path, clock, why, error) : status;
}

static int open_writer(struct vt_store *store, const char *path, struct vt_error *error)
{
  int status = vt_store_lock(path, &store->lock, error);
  if (status == VATER_OK && vt_store_file_size(path) < 0)
    status = create(store, path, error);
  if (status == VATER_OK)
    status = open_existing(store, path, error);
  return status;
}

static int open_reader(struct vt_store *store, const char *path, struct vt_error *error)
{
  if (vt_store_file_size(path) < 0)
    return vt_fail(error, VATER_E_IO, "OPS-FILE", "%s: there is no store; run 'vater run' first",
                   path);
  int version = 0;
  int64_t application = 0;
  int status = vt_store_connect(store, path, SQLITE_OPEN_READONLY, error);
  if (status == VATER_OK)
    status = vt_store_read_version(store, &version, &application, error);
  if (status != VATER_OK)
    return status;
  if (application != VT_STORE_APPLICATION_ID)
    return vt_fail(error, VATER_E_REFUSED, "STORE-CORRUPT", "%s: is not a store of this program",
                   path);
  if (version < OLDEST_READABLE)
    return vt_fail(error, VATER_E_REFUSED, "STORE-SCHEMA",
                   "%s: has schema version %d; this program reads %d to %d; 'vater run' brings it "
                   "up to date",
                   path, version, OLDEST_READABLE, vt_store_schema_version());
  if (version > vt_store_schema_version())
    return vt_fail(error, VATER_E_REFUSED, "STORE-SCHEMA",
                   "%s: has schema version %d; this program reads %d to %d", path, version,
                   OLDEST_READABLE, vt_store_schema_version());
  return VATER_OK;
}

int vt_store_open(const char *path, enum vt_store_mode mode,
                  const struct vt_environment *environment, struct vt_store **out,
                  struct vt_error *error)
{
  *out = NULL;
  char longest[VT_STORE_PATH];
  if (vt_store_file_name(longest, path, ".corrupt-20261122T195733Z.99-journal", error) != VATER_OK)
    return VATER_E_LIMIT;
  struct vt_store *store = vt_alloc(&environment->allocator, sizeof *store);
  if (store == NULL)
    return vt_store_no_memory(error);
  memset(store, 0, sizeof *store);
  store->environment = *environment;
  store->lock = -1;
  int status =
      mode == VT_STORE_WRITE ? open_writer(store, path, error) : open_reader(store, path, error);
  if (status == VATER_OK)
    *out = store;
  else
    vt_store_close(store);
  return status;
}

void vt_store_close(struct vt_store *store)
{
  if (store == NULL)
    return;
  vt_store_disconnect(store);
  vt_store_packer_free(store);
  if (store->lock >= 0)
    close(store->lock);
  struct vt_allocator allocator = store->environment.allocator;
  vt_free(&allocator, store);
}
