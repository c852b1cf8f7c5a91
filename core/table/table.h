/*
 * Observations in columns in one relocatable block: offsets, no pointers, so that a block crosses a
 * process border or a store as it is. Texts are interned in one dictionary per table; a number
 * keeps how many decimals it was written with; each row knows page and byte offset it came from. A
 * column that no row fills costs nothing. The bytes depend on what was set, not on the hash seed.
 *
 * A reader opens a block with vt_table_open(), which checks every offset: a block may come from a
 * worker that lies.
 */
#ifndef VT_TABLE_TABLE_H
#define VT_TABLE_TABLE_H

#include "base/environment.h"
#include "base/error.h"

#define VT_TABLE_NO_TEXT 0u /* dictionary id of "absent" */

/* ---- writing ------------------------------------------------------------------------------ */

struct vt_table;
struct vt_table_builder;

int vt_table_builder_new(const struct vt_allocator *allocator, uint64_t hash_seed,
                         struct vt_table_builder **builder);
void vt_table_builder_free(struct vt_table_builder *builder); /* NULL is fine */
/* Begins the next row (limit ROWS). */
int vt_table_add_row(struct vt_table_builder *builder, uint32_t page, uint64_t offset,
                     struct vt_error *error);
/* Of the current row; enum vater_column. A cell set twice keeps the last. */
int vt_table_set_text(struct vt_table_builder *builder, int column, struct vater_str text,
                      struct vt_error *error);
/* Sets a text cell where the column's cell that was set last has the same text; else does nothing
 * and returns false. */
bool vt_table_repeat_text(struct vt_table_builder *builder, int column, struct vater_str text);
/* What a text column holds in each further row of the page that does not set it; .ptr NULL: nothing
 * again. */
int vt_table_set_otherwise(struct vt_table_builder *builder, int column, struct vater_str text,
                           struct vt_error *error);
/* Before a page of so many bytes: what its first rows take says how much room all will. */
void vt_table_begin_page(struct vt_table_builder *builder, uint64_t bytes);
/* Behind the last row of a page: rows of the next one have nothing otherwise. */
int vt_table_end_page(struct vt_table_builder *builder, struct vt_error *error);
/* The current row, whose breakdown is not set yet, has that of the row before. */
int vt_table_repeat_breakdown(struct vt_table_builder *builder, struct vt_error *error);
int vt_table_set_number(struct vt_table_builder *builder, int column, double value,
                        unsigned decimals, struct vt_error *error);
int vt_table_set_truth(struct vt_table_builder *builder, int column, bool value,
                       struct vt_error *error);
/* Where the current row's cell stands in its page; a column whose cells have none costs nothing. */
int vt_table_set_place(struct vt_table_builder *builder, int column, uint64_t offset,
                       struct vt_error *error);
/* enum vater_head; a later page may repeat the head: same values, or VATER_E_REFUSED. */
int vt_table_set_head_text(struct vt_table_builder *builder, int field, struct vater_str text,
                           struct vt_error *error);
int vt_table_set_head_truth(struct vt_table_builder *builder, int field, bool value,
                            struct vt_error *error);
/* A new row with all cells of another table's row, its actor resolved (vt_table_actor()). */
int vt_table_append(struct vt_table_builder *builder, const struct vt_table *from, uint32_t row,
                    struct vt_error *error);
uint32_t vt_table_builder_rows(const struct vt_table_builder *builder);
/* What was built so far, to be read without a copy: valid until the next call on the builder. */
int vt_table_view(struct vt_table_builder *builder, struct vt_table *table, struct vt_error *error);
/* The block's size, and the block itself written into caller's memory of that size, aligned to 8.
 */
size_t vt_table_size(const struct vt_table_builder *builder);
void vt_table_write(const struct vt_table_builder *builder, void *block);
/* The same, giving back each column's memory as soon as it is copied; the builder is empty then. */
void vt_table_move(struct vt_table_builder *builder, void *block);

/* ---- reading ------------------------------------------------------------------------------ */

enum vt_column_type { VT_COLUMN_TEXT, VT_COLUMN_NUMBER, VT_COLUMN_TRUTH };

/* One column as CEL's columns want it; NULL members where the column is absent as a whole. */
struct vt_column {
  enum vt_column_type type;
  const uint32_t *ids;     /* text: dictionary id a row, 0 absent */
  const double *numbers;   /* number */
  const uint8_t *decimals; /* number: decimals as written */
  const uint8_t *truths;   /* truth: 0, 1 */
  const uint8_t *present;  /* number and truth: 1 where there is a value (a byte a row) */
  const uint32_t *places;  /* offset of the cell in its page + 1, 0 unknown; NULL: none known */
};

enum { VT_TABLE_COLUMNS = VATER_COLUMN_COUNT, VT_TABLE_HEADS = VATER_HEAD_COUNT };

struct vt_table {
  uint32_t rows, texts;                       /* dictionary ids are 1 … texts */
  struct vt_column columns[VT_TABLE_COLUMNS]; /* by enum vater_column; [0] unused */
  const uint32_t *text_starts; /* texts + 2 entries; text id i is [starts[i], starts[i+1]) */
  const char *text_bytes;
  const uint16_t *pages;               /* a row; NULL: all from page 0. vt_table_page() */
  const uint32_t *offsets;             /* a row: byte offset in its page */
  uint32_t head_texts[VT_TABLE_HEADS]; /* dictionary ids by enum vater_head */
  uint8_t head_truths[VT_TABLE_HEADS]; /* 0 false, 1 true, 2 absent */
  const void *block;
  size_t size;
};

/* Checks every offset, id and flag of an untrusted block (PLUG-PROTO). The block is borrowed and
 * must be aligned to 8. */
int vt_table_open(const void *block, size_t size, struct vt_table *table, struct vt_error *error);
static inline struct vater_str vt_table_text(const struct vt_table *table, uint32_t id)
{
  return (struct vater_str){table->text_bytes + table->text_starts[id],
                            id == 0 ? 0 : table->text_starts[id + 1] - table->text_starts[id]};
}
static inline uint32_t vt_table_page(const struct vt_table *table, uint32_t row)
{
  return table->pages != NULL ? table->pages[row] : 0;
}
/* Text of a cell; len 0 and ptr NULL where absent. */
struct vater_str vt_table_cell(const struct vt_table *table, uint32_t row, int column);
bool vt_table_number(const struct vt_table *table, uint32_t row, int column, double *value);
bool vt_table_truth(const struct vt_table *table, uint32_t row, int column, bool *value);
/* The cell's own offset in its page; false where it is not known. */
bool vt_table_place(const struct vt_table *table, uint32_t row, int column, uint64_t *offset);
struct vater_str vt_table_head(const struct vt_table *table, int field);
bool vt_table_head_truth(const struct vt_table *table, int field, bool *value);
/* The actor of a row: its own, or the reporter. */
struct vater_str vt_table_actor(const struct vt_table *table, uint32_t row);
enum vt_column_type vt_column_type(int column);
const char *vt_column_name(int column); /* "numerator", "sample.n"; the native member's name */
bool vt_head_is_truth(int field);
const char *vt_head_name(int field); /* "reporter.orgnr" */

#endif
