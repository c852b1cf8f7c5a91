/* Any bytes as a table's block: refused, or readable everywhere. */
#include "table/table.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static size_t read_all(const struct vt_table *table)
{
  size_t sum = 0;
  for (uint32_t row = 0; row < table->rows; row++) {
    for (int column = 0; column <= VT_TABLE_COLUMNS; column++) {
      double number;
      bool truth;
      struct vater_str text = vt_table_cell(table, row, column);
      sum += text.len > 0 ? (unsigned char)text.ptr[text.len - 1] : 0;
      sum += vt_table_number(table, row, column, &number);
      sum += vt_table_truth(table, row, column, &truth);
    }
    sum += vt_table_page(table, row) + table->offsets[row] + vt_table_actor(table, row).len;
  }
  for (int field = 0; field <= VT_TABLE_HEADS; field++)
    sum += vt_table_head(table, field).len;
  return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  struct vt_table table;
  void *block = aligned_alloc(8, (size + 8) & ~(size_t)7);
  if (block == NULL)
    return 0;
  memcpy(block, bytes, size);
  volatile size_t sum = 0;
  if (vt_table_open(block, size, &table, NULL) == VATER_OK)
    sum = read_all(&table);
  (void)sum;
  free(block);
  return 0;
}
