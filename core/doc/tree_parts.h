/* What building and walking a tree share. */
#ifndef VT_DOC_TREE_PARTS_H
#define VT_DOC_TREE_PARTS_H

#include "base/buffer.h"
#include "doc/tree.h"

/*
 * A value is one to three units of eight bytes, in the order of the document:
 *   head   offset of the value's token << 32 | length << 8 | flags | enum vater_node_type
 *   name   offset of the name's token << 32 | bytes of the name << 1 | NAME_DECODED    (of a
 * member) more   where its last unit lies << 32 | items or members        (of a list or an object)
 *          bytes                          (of a text or number of LENGTH_MAX and more)
 * Units lie in chunks, aligned to their size, that begin with the tree and their own number: so any
 * node leads to its tree, and nothing moves when the tree grows.
 */
enum { TYPE_MASK = 7, PADDING = 7, TRUTH = 8, DECODED = 16, NAMED = 32, LAST = 64, WIDE = 128 };
enum { LENGTH_SHIFT = 8, LENGTH_MAX = 0xffffff, HIGH = 32, NAME_DECODED = 1 };
enum { CHUNK_UNITS = 512, CHUNK_BYTES = CHUNK_UNITS * 8, CHUNK_FIRST = 2, SLAB_CHUNKS = 4096 };

struct vater_node {
  uint64_t head;
};

/* A text that was written with escapes, by the offset of its token; in ascending order. */
struct decoded {
  uint32_t offset, length;
  size_t at;
};

struct open_container {
  uint64_t *more; /* its third unit */
  uint64_t *last; /* head of its last child, or NULL */
};

struct vt_doc_tree {
  struct vt_allocator allocator;
  struct vater_str bytes;
  uint64_t **chunks;
  uint32_t chunk_count, chunk_room;
  void **slabs; /* what chunks were cut from */
  uint32_t slab_count, slab_room, slab_left, slab_chunks;
  size_t slab_bytes;
  uint64_t *at, *end; /* where the next unit goes, in the newest chunk */
  uint64_t *root;
  struct decoded *decoded;
  uint32_t decoded_count, decoded_room;
  struct vt_buffer text;
  struct open_container *open;
  uint32_t depth, open_room;
  uint64_t name; /* unit of the member whose value comes, where `named` */
  bool named;
  bool done;
};

#endif
