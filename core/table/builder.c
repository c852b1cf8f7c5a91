#include "table/builder.h"

#include "base/limits.h"

enum { FIRST_ROWS = 64 };

int vt_table_builder_new(const struct vt_allocator *allocator, uint64_t hash_seed,
                         struct vt_table_builder **builder)
{
  *builder = vt_alloc(allocator, sizeof **builder);
  if (*builder == NULL)
    return VATER_E_NOMEM;
  **builder = (struct vt_table_builder){.allocator = *allocator};
  vt_dictionary_init(&(*builder)->dictionary, allocator, hash_seed);
  for (int column = 0; column < VT_TABLE_COLUMNS; column++)
    (*builder)->columns[column].type = vt_column_type(column);
  memset((*builder)->head_truths, VT_HEAD_ABSENT, sizeof(*builder)->head_truths);
  return VATER_OK;
}

void vt_table_drop_column(struct vt_table_builder *builder, int column)
{
  struct vt_builder_column *dropped = &builder->columns[column];
  vt_free(&builder->allocator, dropped->data);
  vt_free(&builder->allocator, dropped->decimals);
  vt_free(&builder->allocator, dropped->present);
  vt_free(&builder->allocator, dropped->places);
  *dropped = (struct vt_builder_column){.type = dropped->type};
}

void vt_table_builder_free(struct vt_table_builder *builder)
{
  if (builder == NULL)
    return;
  struct vt_allocator allocator = builder->allocator;
  for (int column = 0; column < VT_TABLE_COLUMNS; column++)
    vt_table_drop_column(builder, column);
  vt_dictionary_fini(&builder->dictionary);
  vt_free(&allocator, builder->offsets);
  vt_free(&allocator, builder->pages);
  vt_free(&allocator, builder);
}

uint32_t vt_table_builder_rows(const struct vt_table_builder *builder)
{
  return builder->rows;
}

static int no_memory(struct vt_error *error)
{
  return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for the observations");
}

/* Twice as much each time, or at once what is expected: small arrays that grow are moved, large
 * ones are faulted in by small pages. Room for as much again is only addresses until it is
 * written to, and saves large arrays the move when another page follows. */
static uint32_t larger(const struct vt_table_builder *builder, uint32_t room, uint32_t wanted)
{
  enum { LARGE = 1 << 17, AGAIN = 1 << 20 };
  uint32_t most = room == 0 ? FIRST_ROWS : room * 8;
  room = room == 0 ? FIRST_ROWS : room;
  while (room < wanted)
    room *= 2;
  most = most < builder->expected / 2 ? most : builder->expected;
  room = room < most ? most : room;
  return room >= LARGE && room <= AGAIN ? room * 2 : room;
}

static void expect(struct vt_table_builder *builder, uint64_t offset)
{
  enum { SEEN = 1024 };
  uint64_t rows = builder->rows - builder->page_start;
  if (builder->page_bytes == 0 || rows < SEEN || offset < SEEN)
    return;
  uint64_t all = builder->page_start + rows * builder->page_bytes / offset * 17 / 16;
  builder->expected = (uint32_t)(all < VT_LIMIT_ROWS ? all : VT_LIMIT_ROWS);
}

void vt_table_begin_page(struct vt_table_builder *builder, uint64_t bytes)
{
  builder->page_start = builder->rows;
  builder->page_bytes = bytes;
}

static bool resize(const struct vt_table_builder *builder, void **array, uint32_t room,
                   size_t width)
{
  void *fresh = vt_resize(&builder->allocator, *array, (size_t)room * width);
  if (fresh != NULL)
    *array = fresh;
  return fresh != NULL;
}

static int set_page(struct vt_table_builder *builder, uint32_t row, uint32_t page,
                    struct vt_error *error)
{
  if (page == 0 && builder->pages == NULL)
    return VATER_OK;
  if (builder->page_room <= row) {
    uint32_t room = larger(builder, builder->page_room, row + 1);
    void *array = builder->pages;
    if (!resize(builder, &array, room, sizeof *builder->pages))
      return no_memory(error);
    builder->pages = array;
    if (builder->page_room == 0)
      memset(builder->pages, 0, row * sizeof *builder->pages);
    builder->page_room = room;
  }
  builder->pages[row] = (uint16_t)page;
  return VATER_OK;
}

int vt_table_add_row(struct vt_table_builder *builder, uint32_t page, uint64_t offset,
                     struct vt_error *error)
{
  if (builder->rows >= VT_LIMIT_ROWS)
    return vt_fail(error, VATER_E_LIMIT, "PAY-LIMIT",
                   "the delivery has more than %llu observations (limit ROWS)",
                   (unsigned long long)VT_LIMIT_ROWS);
  if (page > UINT16_MAX || page >= VT_LIMIT_PAGES || offset > UINT32_MAX)
    return vt_fail(error, VATER_E_LIMIT, "PAY-LIMIT",
                   "the delivery has more pages than %llu "
                   "(limit PAGES) or one that is too large",
                   (unsigned long long)VT_LIMIT_PAGES);
  uint32_t row = builder->rows;
  if (row >= builder->room) {
    expect(builder, offset);
    uint32_t room = larger(builder, builder->room, row + 1);
    void *array = builder->offsets;
    if (!resize(builder, &array, room, sizeof *builder->offsets))
      return no_memory(error);
    builder->offsets = array;
    builder->room = room;
  }
  int status = set_page(builder, row, page, error);
  if (status != VATER_OK)
    return status;
  builder->offsets[row] = (uint32_t)offset;
  builder->rows++;
  return VATER_OK;
}

/* Room for `rows` rows in a column. */
static bool make_room(struct vt_table_builder *builder, int column, uint32_t rows)
{
  struct vt_builder_column *target = &builder->columns[column];
  if (rows <= target->room)
    return true;
  uint32_t room = larger(builder, target->room, rows);
  enum vt_column_type type = vt_column_type(column);
  void *data = target->data;
  void *decimals = target->decimals;
  void *present = target->present;
  bool done = resize(builder, &data, room, vt_column_width(type));
  if (done && type == VT_COLUMN_NUMBER)
    done = resize(builder, &decimals, room, 1);
  if (done && type != VT_COLUMN_TEXT)
    done = resize(builder, &present, room, 1);
  target->data = data;
  target->decimals = decimals;
  target->present = present;
  if (done)
    target->room = room;
  return done;
}

static void repeat(uint32_t *ids, uint32_t id, size_t from, size_t to)
{
  for (size_t row = from; row < to; row++)
    ids[row] = id;
}

/* Makes rows up to `rows` absent that were not set, or gives them what the column has otherwise. */
static int fill(struct vt_table_builder *builder, int column, uint32_t rows, struct vt_error *error)
{
  struct vt_builder_column *target = &builder->columns[column];
  if (!make_room(builder, column, rows))
    return no_memory(error);
  size_t width = vt_column_width(vt_column_type(column));
  size_t from = target->filled;
  if (from < rows) {
    if (target->otherwise != VT_TABLE_NO_TEXT)
      repeat((uint32_t *)(void *)target->data, target->otherwise, from, rows);
    else
      memset(target->data + from * width, 0, (rows - from) * width);
    if (target->decimals != NULL)
      memset(target->decimals + from, 0, rows - from);
    if (target->present != NULL)
      memset(target->present + from, 0, rows - from);
    target->filled = rows;
  }
  return VATER_OK;
}

static int begin_cell_slowly(struct vt_table_builder *builder, int column, enum vt_column_type type,
                             struct vt_error *error)
{
  static const char *const kinds[] = {"a text", "a number", "true or false"};
  if (column <= VATER_COLUMN_NONE || column >= VT_TABLE_COLUMNS)
    return vt_fail(error, VATER_E_CONFIG, "PLUG-PROTO", "there is no column %d", column);
  if (vt_column_type(column) != type)
    return vt_fail(error, VATER_E_CONFIG, "PLUG-PROTO", "the column '%s' takes %s",
                   vt_column_name(column), kinds[vt_column_type(column)]);
  if (builder->rows == 0)
    return vt_fail(error, VATER_E_CONFIG, "PLUG-PROTO", "a cell was set before the first row");
  return fill(builder, column, builder->rows, error);
}

/* Readies the current row's cell. */
static inline int begin_cell(struct vt_table_builder *builder, int column, enum vt_column_type type,
                             struct vt_error *error)
{
  if (column > VATER_COLUMN_NONE && column < VT_TABLE_COLUMNS) {
    struct vt_builder_column *target = &builder->columns[column];
    if (target->type == type && target->filled + 1 == builder->rows &&
        target->filled < target->room) {
      target->filled++;
      return VATER_OK;
    }
  }
  return begin_cell_slowly(builder, column, type, error);
}

bool vt_table_repeat_text(struct vt_table_builder *builder, int column, struct vater_str text)
{
  if (column <= VATER_COLUMN_NONE || column >= VT_TABLE_COLUMNS)
    return false;
  struct vt_builder_column *target = &builder->columns[column];
  if (target->last == 0 || target->filled + 1 != builder->rows || target->filled >= target->room ||
      !vt_str_equal(vt_dictionary_text(&builder->dictionary, target->last), text))
    return false;
  ((uint32_t *)(void *)target->data)[target->filled++] = target->last;
  return true;
}

int vt_table_set_text(struct vt_table_builder *builder, int column, struct vater_str text,
                      struct vt_error *error)
{
  if (vt_table_repeat_text(builder, column, text))
    return VATER_OK;
  int status = begin_cell(builder, column, VT_COLUMN_TEXT, error);
  if (status != VATER_OK)
    return status;
  struct vt_builder_column *target = &builder->columns[column];
  uint32_t id = VT_TABLE_NO_TEXT;
  status = vt_dictionary_intern(&builder->dictionary, text, &id, error);
  ((uint32_t *)(void *)target->data)[builder->rows - 1] = id;
  if (status == VATER_OK)
    target->last = id;
  return status;
}

int vt_table_set_otherwise(struct vt_table_builder *builder, int column, struct vater_str text,
                           struct vt_error *error)
{
  uint32_t id = VT_TABLE_NO_TEXT;
  if (column <= VATER_COLUMN_NONE || column >= VT_TABLE_COLUMNS ||
      vt_column_type(column) != VT_COLUMN_TEXT)
    return vt_fail(error, VATER_E_CONFIG, "PLUG-PROTO", "column %d holds no texts", column);
  struct vt_builder_column *target = &builder->columns[column];
  int status = VATER_OK;
  if (text.ptr != NULL)
    status = vt_dictionary_intern(&builder->dictionary, text, &id, error);
  if (status == VATER_OK && id != target->otherwise)
    status = fill(builder, column, builder->rows, error);
  if (status == VATER_OK)
    target->otherwise = id;
  return status;
}

int vt_table_end_page(struct vt_table_builder *builder, struct vt_error *error)
{
  int status = VATER_OK;
  for (int column = 1; column < VT_TABLE_COLUMNS && status == VATER_OK; column++) {
    if (builder->columns[column].otherwise == VT_TABLE_NO_TEXT)
      continue;
    status = fill(builder, column, builder->rows, error);
    builder->columns[column].otherwise = VT_TABLE_NO_TEXT;
  }
  return status;
}

int vt_table_repeat_breakdown(struct vt_table_builder *builder, struct vt_error *error)
{
  struct vt_builder_column *target = &builder->columns[VATER_COLUMN_BREAKDOWN];
  if (builder->rows < 2 || target->filled >= builder->rows)
    return vt_fail(error, VATER_E_CONFIG, "PLUG-PROTO",
                   "there is no row before, or the row has a breakdown already");
  if (target->filled + 1 < builder->rows)
    return VATER_OK; /* the row before has none */
  if (!make_room(builder, VATER_COLUMN_BREAKDOWN, builder->rows))
    return no_memory(error);
  uint32_t *ids = (uint32_t *)(void *)target->data;
  ids[target->filled] = ids[target->filled - 1];
  target->filled++;
  return VATER_OK;
}

int vt_table_set_number(struct vt_table_builder *builder, int column, double value,
                        unsigned decimals, struct vt_error *error)
{
  int status = begin_cell(builder, column, VT_COLUMN_NUMBER, error);
  if (status != VATER_OK)
    return status;
  struct vt_builder_column *target = &builder->columns[column];
  uint32_t row = builder->rows - 1;
  ((double *)(void *)target->data)[row] = value;
  target->decimals[row] = (uint8_t)(decimals > UINT8_MAX ? UINT8_MAX : decimals);
  target->present[row] = 1;
  return VATER_OK;
}

int vt_table_set_truth(struct vt_table_builder *builder, int column, bool value,
                       struct vt_error *error)
{
  int status = begin_cell(builder, column, VT_COLUMN_TRUTH, error);
  if (status != VATER_OK)
    return status;
  struct vt_builder_column *target = &builder->columns[column];
  target->data[builder->rows - 1] = value ? 1 : 0;
  target->present[builder->rows - 1] = 1;
  return VATER_OK;
}

int vt_table_set_place(struct vt_table_builder *builder, int column, uint64_t offset,
                       struct vt_error *error)
{
  if (column <= VATER_COLUMN_NONE || column >= VT_TABLE_COLUMNS || builder->rows == 0)
    return vt_fail(error, VATER_E_CONFIG, "PLUG-PROTO", "there is no cell of column %d", column);
  if (offset >= UINT32_MAX)
    return vt_fail(error, VATER_E_LIMIT, "PAY-LIMIT", "the place of a cell is beyond its page");
  struct vt_builder_column *target = &builder->columns[column];
  uint32_t row = builder->rows - 1;
  if (row >= target->place_room) {
    uint32_t room = larger(builder, target->place_room, row + 1);
    void *array = target->places;
    if (!resize(builder, &array, room, sizeof *target->places))
      return no_memory(error);
    target->places = array;
    target->place_room = room;
  }
  if (target->placed < row)
    memset(target->places + target->placed, 0, (row - target->placed) * sizeof *target->places);
  target->places[row] = (uint32_t)offset + 1;
  target->placed = builder->rows;
  return VATER_OK;
}

static int check_head(int field, bool truth, struct vt_error *error)
{
  if (field <= VATER_HEAD_NONE || field >= VT_TABLE_HEADS)
    return vt_fail(error, VATER_E_CONFIG, "PLUG-PROTO", "there is no head field %d", field);
  if (vt_head_is_truth(field) != truth)
    return vt_fail(error, VATER_E_CONFIG, "PLUG-PROTO", "the head field '%s' takes %s",
                   vt_head_name(field), truth ? "a text" : "true or false");
  return VATER_OK;
}

static int fail_other_head(int field, struct vt_error *error)
{
  return vt_fail(error, VATER_E_REFUSED, "PAY-SCHEMA",
                 "the pages of the delivery do not agree about '%s'", vt_head_name(field));
}

static int append_cell(struct vt_table_builder *builder, const struct vt_table *from, uint32_t row,
                       int column, struct vt_error *error)
{
  const struct vt_column *cells = &from->columns[column];
  double number;
  bool truth;
  if (cells->type == VT_COLUMN_NUMBER) {
    if (!vt_table_number(from, row, column, &number))
      return VATER_OK;
    unsigned decimals = cells->decimals != NULL ? cells->decimals[row] : 0;
    return vt_table_set_number(builder, column, number, decimals, error);
  }
  if (cells->type == VT_COLUMN_TRUTH)
    return vt_table_truth(from, row, column, &truth)
               ? vt_table_set_truth(builder, column, truth, error)
               : VATER_OK;
  struct vater_str text =
      column == VATER_COLUMN_ACTOR ? vt_table_actor(from, row) : vt_table_cell(from, row, column);
  return text.ptr == NULL ? VATER_OK : vt_table_set_text(builder, column, text, error);
}

int vt_table_append(struct vt_table_builder *builder, const struct vt_table *from, uint32_t row,
                    struct vt_error *error)
{
  int status = vt_table_add_row(builder, 0, 0, error);
  for (int column = 1; column < VT_TABLE_COLUMNS && status == VATER_OK; column++)
    status = append_cell(builder, from, row, column, error);
  return status;
}

int vt_table_set_head_text(struct vt_table_builder *builder, int field, struct vater_str text,
                           struct vt_error *error)
{
  int status = check_head(field, false, error);
  uint32_t id = 0;
  if (status == VATER_OK)
    status = vt_dictionary_intern(&builder->dictionary, text, &id, error);
  if (status != VATER_OK)
    return status;
  uint32_t *head = &builder->head_texts[field];
  if (*head != VT_TABLE_NO_TEXT && *head != id)
    return fail_other_head(field, error);
  *head = id;
  return VATER_OK;
}

int vt_table_set_head_truth(struct vt_table_builder *builder, int field, bool value,
                            struct vt_error *error)
{
  int status = check_head(field, true, error);
  if (status != VATER_OK)
    return status;
  uint8_t *head = &builder->head_truths[field];
  if (*head != VT_HEAD_ABSENT && *head != (value ? VT_HEAD_TRUE : VT_HEAD_FALSE))
    return fail_other_head(field, error);
  *head = value ? VT_HEAD_TRUE : VT_HEAD_FALSE;
  return VATER_OK;
}

static void view_column(const struct vt_table_builder *builder, int column, struct vt_column *view)
{
  const struct vt_builder_column *from = &builder->columns[column];
  view->type = vt_column_type(column);
  view->decimals = from->decimals;
  view->places = NULL; /* what reads a table under way asks for no places */
  view->present = from->present;
  if (view->type == VT_COLUMN_TEXT)
    view->ids = (const uint32_t *)(const void *)from->data;
  else if (view->type == VT_COLUMN_NUMBER)
    view->numbers = (const double *)(const void *)from->data;
  else
    view->truths = (const uint8_t *)from->data;
}

int vt_table_view(struct vt_table_builder *builder, struct vt_table *table, struct vt_error *error)
{
  static const uint32_t no_starts[2] = {0, 0};
  const struct vt_dictionary *dictionary = &builder->dictionary;
  *table = (struct vt_table){.rows = builder->rows,
                             .texts = dictionary->count,
                             .text_starts = dictionary->count > 0 ? dictionary->starts : no_starts,
                             .text_bytes = dictionary->bytes != NULL ? dictionary->bytes : "",
                             .pages = builder->pages,
                             .offsets = builder->offsets};
  memcpy(table->head_texts, builder->head_texts, sizeof table->head_texts);
  memcpy(table->head_truths, builder->head_truths, sizeof table->head_truths);
  for (int column = 1; column < VT_TABLE_COLUMNS; column++) {
    bool used = builder->columns[column].data != NULL;
    int status = used ? fill(builder, column, builder->rows, error) : VATER_OK;
    if (status != VATER_OK) {
      *table = (struct vt_table){0};
      return status;
    }
    view_column(builder, column, &table->columns[column]);
  }
  return VATER_OK;
}
