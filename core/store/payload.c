#include "base/buffer.h"
#include "base/limits.h"
#include "store/connection.h"

#define ZLIB_CONST
#include <zlib.h>

/* Level 6 takes five times as long and saves a seventh more (docs/decisions/011-zlib.md). */
enum { LEVEL = 3 };

/* One compressor for the store's life: setting one up costs more than packing a small payload. */
struct vt_packer {
  z_stream stream;
  struct vt_buffer buffer;
};

static void *take(void *context, unsigned count, unsigned size)
{
  return vt_alloc(context, (size_t)count * size);
}

static void give(void *context, void *pointer)
{
  vt_free(context, pointer);
}

static struct vt_packer *packer_of(struct vt_store *store)
{
  if (store->packer != NULL)
    return store->packer;
  struct vt_allocator *allocator = &store->environment.allocator;
  struct vt_packer *packer = vt_alloc(allocator, sizeof *packer);
  if (packer == NULL)
    return NULL;
  memset(packer, 0, sizeof *packer);
  packer->stream.zalloc = take;
  packer->stream.zfree = give;
  packer->stream.opaque = allocator;
  if (deflateInit(&packer->stream, LEVEL) != Z_OK) {
    vt_free(allocator, packer);
    return NULL;
  }
  vt_buffer_init(&packer->buffer, allocator, (size_t)VT_LIMIT_PAYLOAD_BYTES * 2);
  store->packer = packer;
  return packer;
}

void vt_store_packer_free(struct vt_store *store)
{
  if (store->packer == NULL)
    return;
  deflateEnd(&store->packer->stream);
  vt_buffer_fini(&store->packer->buffer);
  vt_free(&store->environment.allocator, store->packer);
  store->packer = NULL;
}

/* Borrowed until the next one is packed; .ptr NULL without memory or over the limit. */
static struct vater_str pack(struct vt_store *store, struct vater_str content)
{
  struct vt_packer *packer = packer_of(store);
  if (packer == NULL || content.len > VT_LIMIT_PAYLOAD_BYTES)
    return VT_STR_NONE;
  z_stream *stream = &packer->stream;
  deflateReset(stream);
  size_t room = deflateBound(stream, content.len);
  vt_buffer_reset(&packer->buffer);
  char *bytes = vt_buffer_extend(&packer->buffer, room);
  if (bytes == NULL)
    return VT_STR_NONE;
  stream->next_in = (const unsigned char *)content.ptr;
  stream->avail_in = (unsigned)content.len;
  stream->next_out = (unsigned char *)bytes;
  stream->avail_out = (unsigned)room;
  if (deflate(stream, Z_FINISH) != Z_STREAM_END)
    return VT_STR_NONE;
  return (struct vater_str){bytes, room - stream->avail_out};
}

int vt_store_keep(struct vt_store *store, enum vt_statement has, enum vt_statement insert,
                  struct vater_str sha256, struct vater_str content, struct vt_error *error)
{
  struct vt_query query = vt_query_begin(store, has);
  vt_query_bind_text(&query, sha256);
  int status = vt_query_step(&query, error);
  if (status == VATER_OK)
    vt_query_end(&query);
  if (status != VATER_DONE)
    return status;
  struct vater_str packed = pack(store, content);
  if (packed.ptr == NULL)
    return vt_store_no_memory(error);
  query = vt_query_begin(store, insert);
  vt_query_bind_text(&query, sha256);
  vt_query_bind_integer(&query, (int64_t)content.len);
  vt_query_bind_bytes(&query, packed);
  return vt_query_run(&query, error);
}

int vt_store_unpack(struct vater_str packed, uint64_t bytes, struct vt_arena *arena,
                    struct vater_str *content, struct vt_error *error)
{
  *content = VT_STR_NONE;
  if (bytes > VT_LIMIT_PAYLOAD_BYTES)
    return vt_fail(error, VATER_E_LIMIT, "STORE-CORRUPT",
                   "a stored payload claims %llu bytes (limit PAYLOAD_BYTES)",
                   (unsigned long long)bytes);
  char *out = vt_arena_bytes(arena, (size_t)bytes + 1);
  if (out == NULL)
    return vt_store_no_memory(error);
  uLongf len = (uLongf)bytes + 1;
  int code = uncompress((unsigned char *)out, &len, (const unsigned char *)packed.ptr, packed.len);
  if (code != Z_OK || len != bytes)
    return vt_fail(error, VATER_E_IO, "STORE-CORRUPT", "a stored payload cannot be unpacked");
  out[bytes] = '\0';
  *content = (struct vater_str){out, (size_t)bytes};
  return VATER_OK;
}

int vt_store_find_payload(struct vt_store *store, struct vater_str sha256, struct vt_arena *arena,
                          struct vater_str *content, struct vt_error *error)
{
  *content = VT_STR_NONE;
  struct vt_query query = vt_query_begin(store, VT_STATEMENT_PAYLOAD_FIND);
  vt_query_bind_text(&query, sha256);
  int status = vt_query_step(&query, error);
  if (status != VATER_OK)
    return status;
  struct vater_str packed = {sqlite3_column_blob(query.statement, 1),
                             (size_t)sqlite3_column_bytes(query.statement, 1)};
  status = vt_store_unpack(packed, (uint64_t)vt_query_integer(&query, 0), arena, content, error);
  vt_query_end(&query);
  return status;
}
