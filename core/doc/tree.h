/*
 * The compact tree of one payload, for formats that must walk: 8 to 24 bytes a value, texts
 * without escapes stay in the payload. Built from the reader's events, so that the same pass feeds
 * schema and screening. The functions on nodes have the shape of struct vater_node_api; NULL nodes
 * read as absent. member() and item() walk the siblings; first() and next() are the way through
 * long lists.
 */
#ifndef VT_DOC_TREE_H
#define VT_DOC_TREE_H

#include "doc/reader.h"

struct vt_doc_tree;

/* `bytes` (at most 4 GiB) is borrowed until free. */
int vt_doc_tree_new(const struct vt_allocator *allocator, struct vater_str bytes,
                    struct vt_doc_tree **tree);
void vt_doc_tree_free(struct vt_doc_tree *tree); /* NULL is fine */
/* Each event of one reader over the same bytes, in order. No node is read before VT_DOC_END is fed.
 */
int vt_doc_tree_feed(struct vt_doc_tree *tree, const struct vt_doc_event *event,
                     struct vt_error *error);
/* What vt_doc_next_items() gave. */
int vt_doc_tree_feed_items(struct vt_doc_tree *tree, const struct vt_doc_item *items,
                           uint32_t count, struct vt_error *error);
/* new, feed all, in one; PAY-… errors as the reader's. */
int vt_doc_tree_read(const struct vt_allocator *allocator, struct vater_str bytes,
                     const struct vt_doc_budget *budget, uint64_t hash_seed,
                     struct vt_doc_tree **tree, struct vt_error *error);
/* NULL before the end was fed. */
const struct vater_node *vt_doc_tree_root(const struct vt_doc_tree *tree);
size_t vt_doc_tree_memory(const struct vt_doc_tree *tree); /* bytes held */

int vt_node_type(const struct vater_node *node); /* enum vater_node_type */
struct vater_str vt_node_text(const struct vater_node *node);
bool vt_node_number(const struct vater_node *node, double *value);
bool vt_node_integer(const struct vater_node *node, int64_t *value); /* 5, not 5.0 or 5e0 */
bool vt_node_truth(const struct vater_node *node, bool *value);
uint32_t vt_node_length(const struct vater_node *node);
const struct vater_node *vt_node_first(const struct vater_node *node);
const struct vater_node *vt_node_next(const struct vater_node *node);
struct vater_str vt_node_name(const struct vater_node *node);
const struct vater_node *vt_node_member(const struct vater_node *node, const char *name);
const struct vater_node *vt_node_item(const struct vater_node *node, uint32_t index);
uint64_t vt_node_offset(const struct vater_node *node);
/* The member of that name, which may hold any character. */
const struct vater_node *vt_node_find(const struct vater_node *object, struct vater_str name);
/* The value as written, quotes and brackets included. */
struct vater_str vt_node_source(const struct vater_node *node);

#endif
