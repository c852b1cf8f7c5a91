/* The same bytes as before, and as another actor's. */
#include "store/connection.h"

enum { HASH_CHARS = 64 };

static struct vater_str list_hashes(const struct vt_store_job *job, struct vt_arena *arena)
{
  char *text = vt_arena_bytes(arena, job->page_count * (HASH_CHARS + 1));
  size_t len = 0;
  for (size_t i = 0; text != NULL && i < job->page_count; i++) {
    struct vater_str hash = vt_str_slice(job->pages[i].sha256, 0, HASH_CHARS);
    if (i > 0)
      text[len++] = ',';
    memcpy(text + len, hash.ptr, hash.len);
    len += hash.len;
  }
  return (struct vater_str){text, len};
}

int vt_store_find_earlier(struct vt_store *store, int64_t run, const struct vt_store_job *job,
                          bool same_period, struct vt_arena *arena,
                          struct vt_store_earlier *earlier, struct vt_error *error)
{
  if (job->page_count == 0)
    return VATER_DONE;
  struct vater_str hashes = list_hashes(job, arena);
  if (hashes.ptr == NULL)
    return vt_store_no_memory(error);
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_JOB_EARLIER);
  vt_query_bind_text(&query, job->actor);
  vt_query_bind_text(&query, job->endpoint);
  vt_query_bind_integer(&query, run);
  vt_query_bind_text(&query, job->pages[0].sha256);
  vt_query_bind_text(&query, job->period);
  vt_query_bind_integer(&query, same_period);
  vt_query_bind_integer(&query, (int64_t)job->page_count);
  vt_query_bind_text(&query, hashes);
  int status = vt_query_step(&query, error);
  if (status != VATER_OK)
    return status;
  *earlier = (struct vt_store_earlier){vt_query_integer(&query, 0), vt_query_text(&query, 1, arena),
                                       vt_query_integer(&query, 2) != 0};
  vt_query_end(&query);
  return earlier->period.ptr == NULL ? vt_store_no_memory(error) : VATER_OK;
}

static void read_copy(const struct vt_query *query, struct vt_arena *arena, void *item)
{
  struct vt_store_copy *copy = item;
  copy->actor = vt_query_text(query, 0, arena);
  copy->period = vt_query_text(query, 1, arena);
  copy->other = vt_query_text(query, 2, arena);
  copy->reference_day = vt_query_integer(query, 3);
}

static int count_compared(struct vt_store *store, int64_t run, uint64_t *compared,
                          struct vt_error *error)
{
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_JOB_COMPARED);
  vt_query_bind_integer(&query, run);
  int status = vt_query_step(&query, error);
  *compared = status == VATER_OK ? (uint64_t)vt_query_integer(&query, 0) : 0;
  if (status == VATER_OK)
    vt_query_end(&query);
  return status;
}

int vt_store_list_copies(struct vt_store *store, int64_t run, struct vt_arena *arena,
                         struct vt_store_copy **copies, size_t *count, uint64_t *compared,
                         struct vt_error *error)
{
  struct vt_gather gather = {.arena = arena, .size = sizeof **copies};
  *copies = NULL;
  *count = 0;
  int status = count_compared(store, run, compared, error);
  if (status != VATER_OK || *compared == 0)
    return status;
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_JOB_COPIES);
  vt_query_bind_integer(&query, run);
  status = vt_gather_rows(&query, &gather, read_copy, error);
  *copies = gather.items;
  *count = gather.count;
  return status;
}
