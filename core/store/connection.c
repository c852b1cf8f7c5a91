#include "store/connection.h"

static const char *const texts[VT_STATEMENT_COUNT] = {
#define VT_STATEMENT(name, sql) [VT_STATEMENT_##name] = (sql),
#include "store/statements.def"
#undef VT_STATEMENT
};

/* ---- errors ---------------------------------------------------------------------------------- */

struct meaning {
  int code; /* SQLite's primary result code */
  int status;
  const char *name;
};

static const struct meaning meanings[] = {
    {SQLITE_NOMEM, VATER_E_NOMEM, "OPS-MEMORY"},    {SQLITE_BUSY, VATER_E_TIMEOUT, "STORE-BUSY"},
    {SQLITE_LOCKED, VATER_E_TIMEOUT, "STORE-BUSY"}, {SQLITE_CORRUPT, VATER_E_IO, "STORE-CORRUPT"},
    {SQLITE_NOTADB, VATER_E_IO, "STORE-CORRUPT"},   {SQLITE_CANTOPEN, VATER_E_IO, "STORE-FS"},
    {SQLITE_READONLY, VATER_E_IO, "STORE-FS"},      {SQLITE_PERM, VATER_E_IO, "STORE-FS"},
    {SQLITE_CONSTRAINT, VATER_E_BUG, "OPS-BUG"},    {SQLITE_MISUSE, VATER_E_BUG, "OPS-BUG"},
    {SQLITE_RANGE, VATER_E_BUG, "OPS-BUG"},
};

int vt_store_fail(struct vt_store *store, int code, const char *what, struct vt_error *error)
{
  int status = VATER_E_IO;
  const char *name = "STORE-IO";
  for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
    if ((code & 0xff) == meanings[i].code) {
      status = meanings[i].status;
      name = meanings[i].name;
    }
  vt_fail(error, status, name, "%s: %s (%s)", what, sqlite3_errmsg(store->connection),
          sqlite3_errstr(code));
  return status;
}

int vt_store_no_memory(struct vt_error *error)
{
  return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "out of memory in the store");
}

/* ---- queries --------------------------------------------------------------------------------- */

struct vt_query vt_query_begin(struct vt_store *store, enum vt_statement which)
{
  struct vt_query query = {.store = store, .code = SQLITE_OK};
  if (store->statements[which] == NULL)
    query.code = sqlite3_prepare_v3(store->connection, texts[which], -1, SQLITE_PREPARE_PERSISTENT,
                                    &store->statements[which], NULL);
  query.statement = store->statements[which];
  return query;
}

static void note(struct vt_query *query, int code)
{
  if (query->code == SQLITE_OK)
    query->code = code;
}

void vt_query_bind_text(struct vt_query *query, struct vater_str text)
{
  query->at++;
  if (query->code == SQLITE_OK)
    note(query, sqlite3_bind_text64(query->statement, query->at, text.ptr != NULL ? text.ptr : "",
                                    text.len, SQLITE_STATIC, SQLITE_UTF8));
}

void vt_query_bind_bytes(struct vt_query *query, struct vater_str bytes)
{
  query->at++;
  if (query->code == SQLITE_OK)
    note(query, sqlite3_bind_blob64(query->statement, query->at, bytes.ptr != NULL ? bytes.ptr : "",
                                    bytes.len, SQLITE_STATIC));
}

void vt_query_bind_integer(struct vt_query *query, int64_t value)
{
  query->at++;
  if (query->code == SQLITE_OK)
    note(query, sqlite3_bind_int64(query->statement, query->at, value));
}

void vt_query_bind_number(struct vt_query *query, double value)
{
  query->at++;
  if (query->code == SQLITE_OK)
    note(query, sqlite3_bind_double(query->statement, query->at, value));
}

void vt_query_bind_null(struct vt_query *query)
{
  query->at++;
  if (query->code == SQLITE_OK)
    note(query, sqlite3_bind_null(query->statement, query->at));
}

void vt_query_end(struct vt_query *query)
{
  if (query->statement == NULL)
    return;
  sqlite3_reset(query->statement);
  sqlite3_clear_bindings(query->statement);
}

int vt_query_step(struct vt_query *query, struct vt_error *error)
{
  int code = query->code == SQLITE_OK ? sqlite3_step(query->statement) : query->code;
  if (code == SQLITE_ROW)
    return VATER_OK;
  int status = VATER_DONE;
  if (code != SQLITE_DONE)
    status = vt_store_fail(query->store, code, "the store", error);
  vt_query_end(query);
  return status;
}

int vt_query_run(struct vt_query *query, struct vt_error *error)
{
  int status = vt_query_step(query, error);
  if (status == VATER_OK)
    vt_query_end(query);
  return status < 0 ? status : VATER_OK;
}

struct vater_str vt_query_text(const struct vt_query *query, int column, struct vt_arena *arena)
{
  const void *bytes = sqlite3_column_blob(query->statement, column);
  int len = sqlite3_column_bytes(query->statement, column);
  return vt_arena_copy(arena, (struct vater_str){bytes != NULL ? bytes : "", (size_t)len});
}

int64_t vt_query_integer(const struct vt_query *query, int column)
{
  return sqlite3_column_int64(query->statement, column);
}

void *vt_gather_add(struct vt_gather *gather)
{
  if (gather->count == gather->room) {
    size_t room = gather->room == 0 ? 16 : gather->room * 2;
    void *items = vt_arena_array(gather->arena, room, gather->size);
    if (items == NULL)
      return NULL;
    if (gather->count > 0)
      memcpy(items, gather->items, gather->count * gather->size);
    gather->items = items;
    gather->room = room;
  }
  return (char *)gather->items + gather->size * gather->count++;
}

/* ---- transactions ---------------------------------------------------------------------------- */

int vt_store_execute(struct vt_store *store, const char *sql, struct vt_error *error)
{
  int code = sqlite3_exec(store->connection, sql, NULL, NULL, NULL);
  return code == SQLITE_OK ? VATER_OK : vt_store_fail(store, code, "the store", error);
}

int vt_store_begin(struct vt_store *store, struct vt_error *error)
{
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_BEGIN);
  return vt_query_run(&query, error);
}

int vt_store_end(struct vt_store *store, int status, struct vt_error *error)
{
  if (status == VATER_OK) {
    /* A full disk makes SQLite roll back by itself; what came after would be stored one by one. */
    if (sqlite3_get_autocommit(store->connection))
      status = vt_fail(error, VATER_E_IO, "STORE-IO", "the store undid the transaction by itself");
    else {
      struct vt_query query = vt_query_begin(store, VT_STATEMENT_COMMIT);
      status = vt_query_run(&query, error);
    }
  }
  if (status != VATER_OK && !sqlite3_get_autocommit(store->connection))
    sqlite3_exec(store->connection, "ROLLBACK", NULL, NULL, NULL);
  if (status != VATER_OK)
    store->next_vintage = store->next_observation = 0;
  return status;
}

/* ---- the connection -------------------------------------------------------------------------- */

int vt_store_connect(struct vt_store *store, const char *path, int flags, struct vt_error *error)
{
  int code = sqlite3_open_v2(path, &store->connection, flags | SQLITE_OPEN_NOMUTEX, NULL);
  if (store->connection == NULL)
    return vt_store_no_memory(error);
  if (code != SQLITE_OK)
    return vt_store_fail(store, code, path, error);
  sqlite3_extended_result_codes(store->connection, 1);
  sqlite3_busy_timeout(store->connection, 5000);
  sqlite3_db_config(store->connection, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config(store->connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  /* Until the file is known to be sound, closing must not write a doubtful WAL into it. */
  sqlite3_db_config(store->connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  return VATER_OK;
}

void vt_store_disconnect(struct vt_store *store)
{
  for (size_t i = 0; i < VT_STATEMENT_COUNT; i++) {
    sqlite3_finalize(store->statements[i]);
    store->statements[i] = NULL;
  }
  sqlite3_close(store->connection);
  store->connection = NULL;
}

int vt_gather_rows(struct vt_query *query, struct vt_gather *gather, vt_row_reader *read,
                   struct vt_error *error)
{
  int status = vt_query_step(query, error);
  while (status == VATER_OK) {
    void *item = vt_gather_add(gather);
    if (item == NULL) {
      vt_query_end(query);
      status = vt_store_no_memory(error);
      break;
    }
    read(query, gather->arena, item);
    status = vt_query_step(query, error);
  }
  if (status == VATER_DONE)
    return VATER_OK;
  gather->items = NULL;
  gather->count = 0;
  return status;
}
