/* How a block lies in memory; all offsets from its start, sections aligned to 8, 0 = absent. */
#ifndef VT_TABLE_LAYOUT_H
#define VT_TABLE_LAYOUT_H

#include "table/table.h"

#define VT_TABLE_MAGIC 0x32425456u /* "VTB2" */

struct vt_table_header {
  uint32_t magic, rows, texts, head_truth_count;
  uint64_t size;
  uint64_t text_starts, text_bytes, text_length;
  uint64_t offsets, pages;
  uint64_t data[VT_TABLE_COLUMNS], decimals[VT_TABLE_COLUMNS], present[VT_TABLE_COLUMNS];
  uint64_t places[VT_TABLE_COLUMNS];
  uint32_t head_texts[VT_TABLE_HEADS];
  uint8_t head_truths[VT_TABLE_HEADS];
};

/* Bytes a row of a column's data. */
static inline size_t vt_column_width(enum vt_column_type type)
{
  return type == VT_COLUMN_TEXT ? sizeof(uint32_t)
                                : (type == VT_COLUMN_NUMBER ? sizeof(double) : sizeof(uint8_t));
}

#endif
