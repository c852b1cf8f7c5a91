/* Totals and their parts as pairs of rows, and the groups that these make. */
#ifndef VATER_PARTS_EDGES_H
#define VATER_PARTS_EDGES_H

#include "texts.h"

/* A part of a total; the dimension is a text's number. */
struct edge {
  uint32_t total, part, dimension;
};

/* Parts of one total along one dimension: `count` of edges' parts, from `first` on. */
struct edge_group {
  uint32_t total, dimension, first, count;
};

/* Begins zeroed but for `rows`, which all totals are below. */
struct edges {
  uint32_t rows;
  struct edge *items; /* as they were added */
  size_t count, room;
  uint32_t *parts;
  struct edge_group *groups;
  uint32_t group_count;
};

/* False: no memory. */
bool edges_add(struct edges *edges, uint32_t total, uint32_t part, uint32_t dimension);
/* Makes parts and groups: by total, then by the dimension's text; parts as they were added. */
bool edges_group(struct edges *edges, const struct texts *texts);
void edges_free(struct edges *edges);

#endif
