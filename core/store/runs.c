#include "store/connection.h"

/* ---- writing --------------------------------------------------------------------------------- */

static int insert_pin(struct vt_store *store, int64_t run, const struct vt_store_pin *pin,
                      struct vt_error *error)
{
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_PIN_INSERT);
  vt_query_bind_integer(&query, run);
  vt_query_bind_text(&query, pin->kind);
  vt_query_bind_text(&query, pin->name);
  vt_query_bind_text(&query, pin->sha256);
  int status = vt_query_run(&query, error);
  if (status != VATER_OK || pin->content.ptr == NULL)
    return status;
  return vt_store_keep(store, VT_STATEMENT_CONTENT_HAS, VT_STATEMENT_CONTENT_INSERT, pin->sha256,
                       pin->content, error);
}

int vt_store_begin_run(struct vt_store *store, const struct vt_store_run *run,
                       const struct vt_store_pin *pins, size_t pin_count, int64_t *id,
                       struct vt_error *error)
{
  *id = 0;
  int status = vt_store_begin(store, error);
  if (status != VATER_OK)
    return status;
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_RUN_INSERT);
  vt_query_bind_integer(&query, run->started_ms);
  vt_query_bind_integer(&query, run->reference_day);
  vt_query_bind_text(&query, run->version);
  vt_query_bind_text(&query, run->host);
  status = vt_query_run(&query, error);
  int64_t made = sqlite3_last_insert_rowid(store->connection);
  for (size_t i = 0; status == VATER_OK && i < pin_count; i++)
    status = insert_pin(store, made, &pins[i], error);
  status = vt_store_end(store, status, error);
  if (status == VATER_OK)
    *id = made;
  return status;
}

int vt_store_finish_run(struct vt_store *store, int64_t run, int64_t finished_ms, int exit_code,
                        struct vt_error *error)
{
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_RUN_FINISH);
  vt_query_bind_integer(&query, finished_ms);
  vt_query_bind_integer(&query, exit_code);
  vt_query_bind_integer(&query, run);
  return vt_query_run(&query, error);
}

/* ---- reading --------------------------------------------------------------------------------- */

static void read_run(const struct vt_query *query, struct vt_arena *arena, struct vt_store_run *run)
{
  *run = (struct vt_store_run){.id = vt_query_integer(query, 0),
                               .started_ms = vt_query_integer(query, 1),
                               .finished_ms = vt_query_integer(query, 2),
                               .reference_day = vt_query_integer(query, 3),
                               .exit_code = (int)vt_query_integer(query, 4),
                               .resumed = (uint32_t)vt_query_integer(query, 5),
                               .version = vt_query_text(query, 6, arena),
                               .host = vt_query_text(query, 7, arena)};
}

static int read_one(struct vt_query *query, struct vt_arena *arena, struct vt_store_run *run,
                    struct vt_error *error)
{
  *run = (struct vt_store_run){0};
  int status = vt_query_step(query, error);
  if (status != VATER_OK)
    return status;
  read_run(query, arena, run);
  vt_query_end(query);
  return run->host.ptr != NULL ? VATER_OK : vt_store_no_memory(error);
}

int vt_store_find_unfinished(struct vt_store *store, struct vt_arena *arena,
                             struct vt_store_run *run, struct vt_error *error)
{
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_RUN_UNFINISHED);
  return read_one(&query, arena, run, error);
}

int vt_store_find_run(struct vt_store *store, int64_t id, struct vt_arena *arena,
                      struct vt_store_run *run, struct vt_error *error)
{
  struct vt_query query =
      vt_query_begin(store, id == 0 ? VT_STATEMENT_RUN_LATEST : VT_STATEMENT_RUN_FIND);
  vt_query_bind_integer(&query, id == 0 ? 1 : id);
  return read_one(&query, arena, run, error);
}

int vt_store_list_runs(struct vt_store *store, uint32_t limit, struct vt_arena *arena,
                       struct vt_store_run **runs, size_t *count, struct vt_error *error)
{
  struct vt_gather gather = {.arena = arena, .size = sizeof **runs};
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_RUN_LATEST);
  vt_query_bind_integer(&query, limit);
  int status = vt_query_step(&query, error);
  for (; status == VATER_OK; status = vt_query_step(&query, error)) {
    struct vt_store_run *run = vt_gather_add(&gather);
    if (run == NULL) {
      vt_query_end(&query);
      status = vt_store_no_memory(error);
      break;
    }
    read_run(&query, arena, run);
  }
  *runs = status == VATER_DONE ? gather.items : NULL;
  *count = status == VATER_DONE ? gather.count : 0;
  return status == VATER_DONE ? VATER_OK : status;
}

int vt_store_count_last_actors(struct vt_store *store, uint32_t *count, struct vt_error *error)
{
  *count = 0;
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_RUN_ACTORS);
  int status = vt_query_step(&query, error);
  if (status != VATER_OK)
    return status < 0 ? status : VATER_OK;
  *count = (uint32_t)vt_query_integer(&query, 0);
  vt_query_end(&query);
  return VATER_OK;
}

/* ---- pins ------------------------------------------------------------------------------------ */

static int read_pin(const struct vt_query *query, struct vt_arena *arena, struct vt_store_pin *pin,
                    struct vt_error *error)
{
  pin->kind = vt_query_text(query, 0, arena);
  pin->name = vt_query_text(query, 1, arena);
  pin->sha256 = vt_query_text(query, 2, arena);
  if (pin->sha256.ptr == NULL)
    return vt_store_no_memory(error);
  const void *packed = sqlite3_column_blob(query->statement, 4);
  if (packed == NULL)
    return VATER_OK;
  size_t len = (size_t)sqlite3_column_bytes(query->statement, 4);
  return vt_store_unpack((struct vater_str){packed, len}, (uint64_t)vt_query_integer(query, 3),
                         arena, &pin->content, error);
}

static int list_pins(struct vt_query query, struct vt_arena *arena, struct vt_store_pin **pins,
                     size_t *count, struct vt_error *error)
{
  struct vt_gather gather = {.arena = arena, .size = sizeof **pins};
  int status = vt_query_step(&query, error);
  while (status == VATER_OK) {
    struct vt_store_pin *pin = vt_gather_add(&gather);
    status = pin != NULL ? read_pin(&query, arena, pin, error) : vt_store_no_memory(error);
    if (status == VATER_OK)
      status = vt_query_step(&query, error);
    else
      vt_query_end(&query);
  }
  *pins = status == VATER_DONE ? gather.items : NULL;
  *count = status == VATER_DONE ? gather.count : 0;
  return status == VATER_DONE ? VATER_OK : status;
}

int vt_store_list_pins(struct vt_store *store, int64_t run, struct vt_arena *arena,
                       struct vt_store_pin **pins, size_t *count, struct vt_error *error)
{
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_PIN_LIST);
  vt_query_bind_integer(&query, run);
  return list_pins(query, arena, pins, count, error);
}

int vt_store_list_pin_names(struct vt_store *store, int64_t run, struct vt_arena *arena,
                            struct vt_store_pin **pins, size_t *count, struct vt_error *error)
{
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_PIN_NAMES);
  vt_query_bind_integer(&query, run);
  return list_pins(query, arena, pins, count, error);
}

static const struct vt_store_pin *find_pin(const struct vt_store_pin *pins, size_t count,
                                           const struct vt_store_pin *wanted)
{
  for (size_t i = 0; i < count; i++)
    if (vt_str_equal(pins[i].kind, wanted->kind) && vt_str_equal(pins[i].name, wanted->name))
      return &pins[i];
  return NULL;
}

struct differences {
  struct vt_arena *arena;
  struct vater_str text; /* "rules goal-4.json was changed, …" */
  size_t count;
};

enum { DIFFERENCES_NAMED = 8 };

static void differ(struct differences *list, const struct vt_store_pin *pin, const char *how)
{
  if (list->count++ < DIFFERENCES_NAMED)
    list->text = vt_arena_format(list->arena, "%.*s%s%.*s %.*s was %s", VT_STR_ARGS(list->text),
                                 list->text.len > 0 ? ", " : "", VT_STR_ARGS(pin->kind),
                                 VT_STR_ARGS(pin->name), how);
}

static void compare(struct differences *list, const struct vt_store_pin *old, size_t old_count,
                    const struct vt_store_pin *now, size_t now_count)
{
  for (size_t i = 0; i < old_count; i++) {
    const struct vt_store_pin *other = find_pin(now, now_count, &old[i]);
    if (other == NULL)
      differ(list, &old[i], "removed");
    else if (!vt_str_equal(other->sha256, old[i].sha256))
      differ(list, &old[i], "changed");
  }
  for (size_t i = 0; i < now_count; i++)
    if (find_pin(old, old_count, &now[i]) == NULL)
      differ(list, &now[i], "added");
}

int vt_store_resume(struct vt_store *store, int64_t run, const struct vt_store_pin *pins,
                    size_t pin_count, struct vt_error *error)
{
  struct vt_arena *arena = vt_arena_new(&store->environment.allocator, 0);
  if (arena == NULL)
    return vt_store_no_memory(error);
  struct vt_store_pin *old;
  size_t old_count;
  struct differences list = {.arena = arena};
  int status = vt_store_list_pin_names(store, run, arena, &old, &old_count, error);
  if (status == VATER_OK)
    compare(&list, old, old_count, pins, pin_count);
  if (status == VATER_OK && list.count > 0)
    status =
        vt_fail(error, VATER_E_REFUSED, "OPS-PINNED",
                "run %lld cannot go on: %.*s%s; put it back, or start a new run", (long long)run,
                VT_STR_ARGS(list.text), list.count > DIFFERENCES_NAMED ? " and more" : "");
  vt_arena_free(arena);
  if (status != VATER_OK)
    return status;
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_RUN_RESUME);
  vt_query_bind_integer(&query, run);
  return vt_query_run(&query, error);
}
