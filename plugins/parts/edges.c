#include "edges.h"

#include <stdlib.h>
#include <string.h>

enum { FEW = 16 };

/* Sorts edges by `key`, whose values are below `keys`; those with equal keys stay as they are. */
static void spread(const struct edge *from, struct edge *to, size_t count, uint32_t *starts,
                   uint32_t keys, const uint32_t *ranks)
{
  memset(starts, 0, ((size_t)keys + 1) * sizeof *starts);
  for (size_t i = 0; i < count; i++)
    starts[(ranks == NULL ? from[i].total : ranks[from[i].dimension]) + 1]++;
  for (uint32_t key = 0; key < keys; key++)
    starts[key + 1] += starts[key];
  for (size_t i = 0; i < count; i++)
    to[starts[ranks == NULL ? from[i].total : ranks[from[i].dimension]]++] = from[i];
}

/* Sorts numbers by their texts; merges, since the library's sort may ask the system for memory. */
static void sort_numbers(const struct texts *texts, uint32_t *numbers, uint32_t *other,
                         uint32_t count)
{
  for (uint32_t run = 1; run < count; run *= 2) {
    for (uint32_t left = 0; left < count; left += 2 * run) {
      uint32_t middle = left + run < count ? left + run : count;
      uint32_t right = left + 2 * run < count ? left + 2 * run : count;
      for (uint32_t i = left, a = left, b = middle; i < right; i++) {
        bool first =
            a < middle && (b >= right || texts_compare(texts->entries[numbers[a]].text,
                                                       texts->entries[numbers[b]].text) <= 0);
        other[i] = numbers[first ? a++ : b++];
      }
    }
    memcpy(numbers, other, count * sizeof *numbers);
  }
}

/* The place of each dimension among the sorted ones, by text number; how many there are. */
static uint32_t rank_dimensions(const struct edge *edges, size_t count, const struct texts *texts,
                                uint32_t *ranks, uint32_t *numbers)
{
  uint32_t found = 0;
  for (size_t i = 0; i < count; i++)
    if (ranks[edges[i].dimension]++ == 0)
      numbers[found++] = edges[i].dimension;
  sort_numbers(texts, numbers, numbers + found, found);
  for (uint32_t i = 0; i < found; i++)
    ranks[numbers[i]] = i;
  return found;
}

/* Many dimensions: sorts by them, then by total. Takes the numbers in `room`. */
static bool group_many(struct edges *edges, const uint32_t *ranks, uint32_t dimensions,
                       uint32_t *room)
{
  struct edge *other = calloc(edges->count + 1, sizeof *other);
  if (other == NULL)
    return false;
  spread(edges->items, other, edges->count, room, dimensions, ranks);
  spread(other, edges->items, edges->count, room, edges->rows, NULL);
  free(other);
  for (size_t i = 0; i < edges->count; i++) {
    const struct edge *edge = &edges->items[i];
    edges->parts[i] = edge->part;
    if (i > 0 && edge->total == edge[-1].total && edge->dimension == edge[-1].dimension)
      edges->groups[edges->group_count - 1].count++;
    else
      edges->groups[edges->group_count++] =
          (struct edge_group){edge->total, edge->dimension, (uint32_t)i, 1};
  }
  return true;
}

/* Few dimensions: a count for each total and dimension tells where its parts go. */
static bool group_few(struct edges *edges, const uint32_t *ranks, uint32_t dimensions,
                      const uint32_t *numbers)
{
  size_t keys = (size_t)edges->rows * dimensions;
  uint32_t *starts = calloc(keys + 1, sizeof *starts);
  uint32_t first = 0;
  if (starts == NULL)
    return false;
  for (size_t i = 0; i < edges->count; i++) {
    const struct edge *edge = &edges->items[i];
    starts[(size_t)edge->total * dimensions + ranks[edge->dimension]]++;
  }
  for (size_t key = 0; key < keys; key++) {
    uint32_t count = starts[key];
    starts[key] = first;
    if (count > 0)
      edges->groups[edges->group_count++] = (struct edge_group){
          (uint32_t)(key / dimensions), numbers[key % dimensions], first, count};
    first += count;
  }
  for (size_t i = 0; i < edges->count; i++) {
    const struct edge *edge = &edges->items[i];
    edges->parts[starts[(size_t)edge->total * dimensions + ranks[edge->dimension]]++] = edge->part;
  }
  free(starts);
  return true;
}

bool edges_group(struct edges *edges, const struct texts *texts)
{
  size_t keys = (size_t)texts->count + edges->rows + 1;
  uint32_t *ranks = calloc((size_t)texts->count + 1, sizeof *ranks);
  uint32_t *room = calloc(2 * keys, sizeof *room);
  edges->parts = calloc(edges->count + 1, sizeof *edges->parts);
  edges->groups = calloc(edges->count + 1, sizeof *edges->groups);
  bool made = ranks != NULL && room != NULL && edges->parts != NULL && edges->groups != NULL;
  if (made) {
    uint32_t dimensions = rank_dimensions(edges->items, edges->count, texts, ranks, room);
    made = dimensions <= FEW ? group_few(edges, ranks, dimensions, room)
                             : group_many(edges, ranks, dimensions, room);
  }
  free(ranks);
  free(room);
  return made;
}

bool edges_add(struct edges *edges, uint32_t total, uint32_t part, uint32_t dimension)
{
  if (edges->count == edges->room) {
    size_t room = edges->room == 0 ? 1024 : edges->room * 2;
    struct edge *items = room > UINT32_MAX ? NULL : realloc(edges->items, room * sizeof *items);
    if (items == NULL)
      return false;
    edges->items = items;
    edges->room = room;
  }
  edges->items[edges->count++] = (struct edge){total, part, dimension};
  return true;
}

void edges_free(struct edges *edges)
{
  free(edges->items);
  free(edges->parts);
  free(edges->groups);
}
