#include "table/builder.h"

static uint64_t place(uint64_t *cursor, size_t size)
{
  uint64_t at = *cursor;
  *cursor = (at + size + 7) & ~(uint64_t)7;
  return at;
}

static void place_column(const struct vt_table_builder *builder, int column,
                         struct vt_table_header *header)
{
  const struct vt_builder_column *from = &builder->columns[column];
  size_t rows = builder->rows;
  if (from->data == NULL || rows == 0)
    return;
  header->data[column] = place(&header->size, rows * vt_column_width(vt_column_type(column)));
  if (from->decimals != NULL)
    header->decimals[column] = place(&header->size, rows);
  if (from->present != NULL)
    header->present[column] = place(&header->size, rows);
  if (from->places != NULL)
    header->places[column] = place(&header->size, rows * sizeof *from->places);
}

static void plan(const struct vt_table_builder *builder, struct vt_table_header *header)
{
  const struct vt_dictionary *dictionary = &builder->dictionary;
  memset(header, 0, sizeof *header);
  header->magic = VT_TABLE_MAGIC;
  header->rows = builder->rows;
  header->texts = dictionary->count;
  header->head_truth_count = VT_TABLE_HEADS;
  header->text_length = dictionary->byte_count;
  memcpy(header->head_texts, builder->head_texts, sizeof header->head_texts);
  memcpy(header->head_truths, builder->head_truths, sizeof header->head_truths);
  place(&header->size, sizeof *header);
  header->text_starts =
      place(&header->size, ((size_t)dictionary->count + 2) * sizeof *dictionary->starts);
  header->text_bytes = place(&header->size, dictionary->byte_count);
  header->offsets = place(&header->size, (size_t)builder->rows * sizeof *builder->offsets);
  if (builder->pages != NULL && builder->rows > 0)
    header->pages = place(&header->size, (size_t)builder->rows * sizeof *builder->pages);
  for (int column = 1; column < VT_TABLE_COLUMNS; column++)
    place_column(builder, column, header);
}

size_t vt_table_size(const struct vt_table_builder *builder)
{
  struct vt_table_header header;
  plan(builder, &header);
  return (size_t)header.size;
}

/* Copies `filled` bytes, zeroes up to the section's end. */
static void copy(char *block, uint64_t at, const void *from, size_t filled, size_t size)
{
  if (at == 0 || size == 0)
    return;
  if (filled > 0)
    memcpy(block + at, from, filled);
  size_t padded = (size + 7) & ~(size_t)7;
  memset(block + at + filled, 0, padded - filled);
}

static void write_column(const struct vt_table_builder *builder, int column,
                         const struct vt_table_header *header, char *block)
{
  const struct vt_builder_column *from = &builder->columns[column];
  size_t width = vt_column_width(vt_column_type(column));
  size_t rows = builder->rows;
  copy(block, header->data[column], from->data, from->filled * width, rows * width);
  copy(block, header->decimals[column], from->decimals, from->filled, rows);
  copy(block, header->present[column], from->present, from->filled, rows);
  copy(block, header->places[column], from->places, from->placed * sizeof *from->places,
       rows * sizeof *from->places);
}

static void write_rest(const struct vt_table_builder *builder, const struct vt_table_header *header,
                       char *block)
{
  const struct vt_dictionary *dictionary = &builder->dictionary;
  size_t starts = ((size_t)dictionary->count + 2) * sizeof *dictionary->starts;
  size_t offsets = (size_t)builder->rows * sizeof *builder->offsets;
  size_t pages = (size_t)builder->rows * sizeof *builder->pages;
  memset(block, 0, (sizeof *header + 7) & ~(size_t)7);
  memcpy(block, header, sizeof *header);
  copy(block, header->text_starts, dictionary->starts, dictionary->count > 0 ? starts : 0, starts);
  copy(block, header->text_bytes, dictionary->bytes, dictionary->byte_count,
       dictionary->byte_count);
  copy(block, header->offsets, builder->offsets, offsets, offsets);
  copy(block, header->pages, builder->pages, pages, pages);
}

void vt_table_write(const struct vt_table_builder *builder, void *block)
{
  struct vt_table_header header;
  plan(builder, &header);
  write_rest(builder, &header, block);
  for (int column = 1; column < VT_TABLE_COLUMNS; column++)
    write_column(builder, column, &header, block);
}

void vt_table_move(struct vt_table_builder *builder, void *block)
{
  struct vt_table_header header;
  plan(builder, &header);
  write_rest(builder, &header, block);
  vt_dictionary_fini(&builder->dictionary);
  vt_free(&builder->allocator, builder->offsets);
  vt_free(&builder->allocator, builder->pages);
  builder->offsets = NULL;
  builder->pages = NULL;
  for (int column = 1; column < VT_TABLE_COLUMNS; column++) {
    write_column(builder, column, &header, block);
    vt_table_drop_column(builder, column);
  }
  builder->rows = builder->room = builder->page_room = 0;
  memset(builder->head_texts, 0, sizeof builder->head_texts);
  memset(builder->head_truths, VT_HEAD_ABSENT, sizeof builder->head_truths);
}
