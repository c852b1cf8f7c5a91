/* Inside store/ only: the connection, its prepared statements, transactions, and errors. */
#ifndef VT_STORE_CONNECTION_H
#define VT_STORE_CONNECTION_H

#include "store/store.h"

#include <sqlite3.h>

enum vt_statement {
#define VT_STATEMENT(name, sql) VT_STATEMENT_##name,
#include "store/statements.def"
#undef VT_STATEMENT
  VT_STATEMENT_COUNT
};

struct vt_packer;

struct vt_store {
  struct vt_environment environment;
  sqlite3 *connection;
  sqlite3_stmt *statements[VT_STATEMENT_COUNT]; /* prepared when first used */
  struct vt_packer *packer;                     /* made when first used */
  int64_t next_vintage, next_observation;       /* 0: not known yet */
  int lock;                                     /* file descriptor, -1: read mode */
};

/* A statement being bound, in order of its parameters; `failed` is looked at by the first step. */
struct vt_query {
  struct vt_store *store;
  sqlite3_stmt *statement;
  int at;   /* parameters bound */
  int code; /* SQLite's result code so far */
};

struct vt_query vt_query_begin(struct vt_store *store, enum vt_statement which);
/* What is bound is borrowed until the query ends. */
void vt_query_bind_text(struct vt_query *query, struct vater_str text);
void vt_query_bind_bytes(struct vt_query *query, struct vater_str bytes);
void vt_query_bind_integer(struct vt_query *query, int64_t value);
void vt_query_bind_number(struct vt_query *query, double value);
void vt_query_bind_null(struct vt_query *query);
/* VATER_OK: a row; VATER_DONE: no more, and the query has ended. */
int vt_query_step(struct vt_query *query, struct vt_error *error);
/* For statements without rows: one step and the end. */
int vt_query_run(struct vt_query *query, struct vt_error *error);
void vt_query_end(struct vt_query *query);
/* Of the current row, from column 0. Texts are copied; .ptr NULL without memory. */
struct vater_str vt_query_text(const struct vt_query *query, int column, struct vt_arena *arena);
int64_t vt_query_integer(const struct vt_query *query, int column);

/* Rows gathered in an arena. */
struct vt_gather {
  struct vt_arena *arena;
  void *items;
  size_t count, room, size; /* size of one */
};

/* A zeroed item at the end; NULL without memory. */
void *vt_gather_add(struct vt_gather *gather);
typedef void vt_row_reader(const struct vt_query *query, struct vt_arena *arena, void *item);
/* Hands each row to `read` with a new item of the gather, which is empty on failure. */
int vt_gather_rows(struct vt_query *query, struct vt_gather *gather, vt_row_reader *read,
                   struct vt_error *error);

/* Records SQLite's last error as one of ours: "what: text". Leaves no transaction open. */
int vt_store_fail(struct vt_store *store, int code, const char *what, struct vt_error *error);
int vt_store_no_memory(struct vt_error *error);
int vt_store_execute(struct vt_store *store, const char *sql, struct vt_error *error);
int vt_store_begin(struct vt_store *store, struct vt_error *error);
/* Commits when `status` is VATER_OK, otherwise undoes; the status of the whole. */
int vt_store_end(struct vt_store *store, int status, struct vt_error *error);

/* Only for opening: a bare connection, no policy applied. */
int vt_store_connect(struct vt_store *store, const char *path, int flags, struct vt_error *error);
void vt_store_disconnect(struct vt_store *store);

/* What table/ the statements write for a job's observations (vintages.c). */
int vt_store_record_vintages(struct vt_store *store, int64_t job_id, const struct vt_store_job *job,
                             struct vt_error *error);
/* Content by hash, kept once, compressed (payload.c). `insert`: a statement (sha256, bytes,
 * packed). */
int vt_store_keep(struct vt_store *store, enum vt_statement has, enum vt_statement insert,
                  struct vater_str sha256, struct vater_str content, struct vt_error *error);
int vt_store_unpack(struct vater_str packed, uint64_t bytes, struct vt_arena *arena,
                    struct vater_str *content, struct vt_error *error);
void vt_store_packer_free(struct vt_store *store);

#endif
