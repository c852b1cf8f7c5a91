/* The builder's inside, shared with the file that writes blocks. */
#ifndef VT_TABLE_BUILDER_H
#define VT_TABLE_BUILDER_H

#include "table/dictionary.h"
#include "table/layout.h"

/* Grown by resizing in place where the allocator can; rows behind `filled` are absent. */
struct vt_builder_column {
  char *data;
  uint8_t *decimals, *present;
  uint32_t *places; /* a row: offset in its page + 1, 0 unknown; NULL where none was set */
  uint32_t filled, room, placed, place_room;
  uint32_t last;      /* text: id of the cell set last */
  uint32_t otherwise; /* text: id of the cells that are not set, of rows from now on */
  enum vt_column_type type;
};

struct vt_table_builder {
  struct vt_allocator allocator;
  struct vt_dictionary dictionary;
  struct vt_builder_column columns[VT_TABLE_COLUMNS];
  uint32_t *offsets;
  uint16_t *pages; /* NULL while all are 0 */
  uint32_t rows, room, page_room;
  uint32_t page_start; /* first row of the page under way */
  uint64_t page_bytes; /* 0: unknown */
  uint32_t expected;   /* rows, by those that are there */
  uint32_t head_texts[VT_TABLE_HEADS];
  uint8_t head_truths[VT_TABLE_HEADS];
};

enum { VT_HEAD_FALSE = 0, VT_HEAD_TRUE = 1, VT_HEAD_ABSENT = 2 };

void vt_table_drop_column(struct vt_table_builder *builder, int column);

#endif
