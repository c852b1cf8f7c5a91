#include "cli/check_explain.h"

#include "base/encode.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/number.h"
#include "cli/explain_pointers.h"
#include "cli/rules_frame.h"
#include "doc/csv.h"
#include "doc/tree.h"
#include "judge/lines.h"

#include <jansson.h>

enum { OUT_BYTES = 256 * 1024 * 1024 };

/* The pages again, as the worker read them. */
struct pages {
  uint8_t *hidden; /* a row: 1 where no number of it is shown */
  struct vt_lines **lines;
  struct vt_buffer *texts;
  int count;
  struct vt_explain_place **places; /* of a page that is JSON: with their pointers */
  size_t *place_counts;
};

static enum vt_csv_encoding encoding_of(struct vt_cli *cli, const struct vt_judge_job *job)
{
  static const struct vt_doc_budget budget = {.allow_all_text = true};
  enum vt_csv_encoding encoding = VT_CSV_UTF_8;
  struct vt_doc_tree *tree = NULL;
  if (job->document_count == 0 ||
      vt_doc_tree_read(&cli->environment.allocator, job->documents[0].bytes, &budget, 0, &tree,
                       NULL) != VATER_OK)
    return encoding;
  const struct vater_node *dialect = vt_node_member(vt_doc_tree_root(tree), "dialect");
  vt_csv_encoding_parse(vt_node_text(vt_node_member(dialect, "encoding")), &encoding);
  vt_doc_tree_free(tree);
  return encoding;
}

static int load_page(struct vt_cli *cli, const char *path, enum vt_csv_encoding encoding,
                     struct vt_buffer *text, struct vt_error *error)
{
  const struct vt_allocator *allocator = &cli->environment.allocator;
  struct vater_str bytes;
  vt_buffer_init(text, allocator, 3 * VT_LIMIT_PAYLOAD_BYTES);
  int status = vt_file_load(allocator, path, VT_LIMIT_PAYLOAD_BYTES, &bytes, error);
  if (status != VATER_OK)
    return status;
  status = encoding == VT_CSV_UTF_8 ? vt_buffer_append(text, bytes)
                                    : vt_csv_transcode(bytes, encoding, text, error);
  vt_free(allocator, (void *)(uintptr_t)bytes.ptr);
  return status;
}

static int load_pages(struct vt_cli *cli, const struct vt_explain_asked *asked,
                      struct vt_arena *arena, struct pages *pages, struct vt_error *error)
{
  enum vt_csv_encoding encoding = encoding_of(cli, asked->job);
  size_t count = (size_t)asked->file_count;
  pages->lines = vt_arena_array(arena, count, sizeof *pages->lines);
  pages->texts = vt_arena_array(arena, count, sizeof *pages->texts);
  if (pages->lines == NULL || pages->texts == NULL)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
  int status = VATER_OK;
  for (; pages->count < asked->file_count && status == VATER_OK; pages->count++) {
    struct vt_buffer *text = &pages->texts[pages->count];
    status = load_page(cli, asked->files[pages->count], encoding, text, error);
    pages->lines[pages->count] =
        vt_lines_new(&cli->environment.allocator, vt_buffer_str(text), NULL);
    if (pages->lines[pages->count] == NULL)
      status = vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
  }
  return status;
}

static void free_pages(struct pages *pages)
{
  for (int i = 0; i < pages->count; i++) {
    vt_lines_free(pages->lines[i]);
    vt_buffer_fini(&pages->texts[i]);
  }
}

/* ---- cells -------------------------------------------------------------------------------------
 */

/* Of a row with small cells, or one that gives them away, no number, and no text that may tell it.
 */
static bool is_hidden(const struct pages *pages, uint32_t row, int column)
{
  return pages->hidden[row] != 0 &&
         (vt_column_type(column) == VT_COLUMN_NUMBER || column == VATER_COLUMN_COMMENT_TEXT ||
          column == VATER_COLUMN_REASON);
}

static bool cell_text(const struct vt_table *table, const struct pages *pages, uint32_t row,
                      int column, char number[32], struct vater_str *text)
{
  double value;
  bool truth;
  if (vt_column_type(column) == VT_COLUMN_TEXT) {
    *text = vt_table_cell(table, row, column);
    bool there = text->ptr != NULL;
    *text = there && is_hidden(pages, row, column) ? VT_STR("*") : *text;
    return there;
  }
  if (vt_table_truth(table, row, column, &truth)) {
    *text = truth ? VT_STR("true") : VT_STR("false");
    return true;
  }
  if (!vt_table_number(table, row, column, &value))
    return false;
  *text = is_hidden(pages, row, column)
              ? VT_STR("*")
              : (struct vater_str){number, vt_number_print(value, number)};
  return true;
}

/* Where something of the payload stands. */
struct stand {
  uint32_t line, column;
  struct vater_str pointer; /* in JSON */
};

static struct stand stand_at(const struct pages *pages, uint32_t page, uint64_t offset)
{
  struct stand stand = {0};
  vt_lines_place(pages->lines[page], (size_t)offset, &stand.line, &stand.column);
  if (pages->places != NULL)
    stand.pointer = vt_explain_pointer(pages->places[page], pages->place_counts[page], offset);
  return stand;
}

/* False: by a fixed value, or by the row as a whole. */
static bool find_place(const struct vt_table *table, const struct pages *pages, uint32_t row,
                       int column, struct stand *stand)
{
  uint64_t offset;
  uint32_t page = vt_table_page(table, row);
  if (!vt_table_place(table, row, column, &offset) || page >= (uint32_t)pages->count)
    return false;
  *stand = stand_at(pages, page, offset);
  return true;
}

static struct stand place_of_row(const struct vt_table *table, const struct pages *pages,
                                 uint32_t row)
{
  uint32_t page = vt_table_page(table, row);
  if (page >= (uint32_t)pages->count)
    return (struct stand){0};
  return stand_at(pages, page, table->offsets[row]);
}

/* Rows and cells of one page, counted or written down. */
static size_t list_places(const struct vt_table *table, uint32_t page,
                          struct vt_explain_place *places)
{
  size_t count = 0;
  for (uint32_t row = 0; row < table->rows; row++) {
    uint64_t offset;
    if (vt_table_page(table, row) != page)
      continue;
    if (places != NULL)
      places[count] = (struct vt_explain_place){.offset = table->offsets[row]};
    count++;
    for (int column = 1; column < VATER_COLUMN_COUNT; column++) {
      if (!vt_table_place(table, row, column, &offset))
        continue;
      if (places != NULL)
        places[count] = (struct vt_explain_place){.offset = offset};
      count++;
    }
  }
  return count;
}

static int find_pointers(struct vt_cli *cli, const struct vt_table *table, struct vt_arena *arena,
                         struct pages *pages, struct vt_error *error)
{
  size_t count = (size_t)pages->count;
  struct vt_explain_place **places = vt_arena_array(arena, count, sizeof *places);
  pages->place_counts = vt_arena_array(arena, count, sizeof *pages->place_counts);
  int status = places == NULL || pages->place_counts == NULL ? VATER_E_NOMEM : VATER_OK;
  for (uint32_t page = 0; page < (uint32_t)count && status == VATER_OK; page++) {
    struct vater_str text = vt_buffer_str(&pages->texts[page]);
    struct vater_str start = vt_str_trim(vt_str_slice(text, 0, 64));
    if (start.len == 0 || (start.ptr[0] != '{' && start.ptr[0] != '['))
      continue;
    pages->place_counts[page] = list_places(table, page, NULL);
    places[page] = vt_arena_array(arena, pages->place_counts[page] + 1, sizeof **places);
    if (places[page] == NULL)
      break;
    list_places(table, page, places[page]);
    status = vt_explain_pointers(&cli->environment.allocator, arena, text, places[page],
                                 pages->place_counts[page]);
  }
  pages->places = places;
  return status == VATER_OK ? VATER_OK : vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
}

static void print_row(const struct vt_explain_asked *asked, const struct pages *pages, uint32_t row,
                      struct vt_buffer *out)
{
  const struct vt_table *table = &asked->result->table;
  uint32_t page = vt_table_page(table, row);
  struct stand stand = place_of_row(table, pages, row);
  vt_buffer_format(out, "observation %u, ", row + 1);
  if (page < (uint32_t)asked->file_count)
    vt_encode_terminal(out, vt_str(asked->files[page]));
  vt_buffer_format(out, ":%u:%u\n", stand.line, stand.column);
  for (int column = 1; column < VATER_COLUMN_COUNT; column++) {
    char number[32];
    struct vater_str text;
    if (!cell_text(table, pages, row, column, number, &text))
      continue;
    vt_buffer_format(out, "  %-13s ", vt_column_name(column));
    size_t before = out->len;
    vt_encode_terminal(out, text);
    while (out->len < before + 24 && !out->failed)
      vt_buffer_char(out, ' ');
    if (find_place(table, pages, row, column, &stand))
      vt_buffer_format(out, " from %u:%u\n", stand.line, stand.column);
    else
      vt_buffer_text(out,
                     column == VATER_COLUMN_BREAKDOWN ? " from the row\n" : " by the mapping\n");
  }
}

static void add_place(json_t *object, const struct stand *stand)
{
  json_object_set_new(object, "line", json_integer(stand->line));
  json_object_set_new(object, "column", json_integer(stand->column));
  if (stand->pointer.ptr != NULL)
    json_object_set_new(object, "pointer", json_stringn(stand->pointer.ptr, stand->pointer.len));
}

static json_t *row_json(const struct vt_explain_asked *asked, const struct pages *pages,
                        uint32_t row)
{
  const struct vt_table *table = &asked->result->table;
  json_t *cells = json_array();
  for (int column = 1; column < VATER_COLUMN_COUNT; column++) {
    char number[32];
    struct stand stand;
    struct vater_str text;
    if (!cell_text(table, pages, row, column, number, &text))
      continue;
    json_t *cell =
        json_pack("{s:s, s:s%}", "member", vt_column_name(column), "value", text.ptr, text.len);
    if (find_place(table, pages, row, column, &stand))
      add_place(cell, &stand);
    json_array_append_new(cells, cell);
  }
  uint32_t page = vt_table_page(table, row);
  struct stand stand = place_of_row(table, pages, row);
  json_t *object = json_pack("{s:i, s:i}", "observation", (int)row + 1, "page", (int)page + 1);
  if (page < (uint32_t)asked->file_count)
    json_object_set_new(object, "file", json_string(asked->files[page]));
  add_place(object, &stand);
  json_object_set_new(object, "cells", cells);
  return object;
}

static int append(const char *bytes, size_t size, void *out)
{
  return vt_buffer_append(out, (struct vater_str){bytes, size}) == VATER_OK ? 0 : -1;
}

static void print_json(const struct vt_explain_asked *asked, const struct pages *pages,
                       struct vt_buffer *out)
{
  json_t *list = json_array();
  for (uint32_t row = 0; row < asked->result->table.rows; row++)
    json_array_append_new(list, row_json(asked, pages, row));
  json_t *root = json_pack("{s:o}", "observations", list);
  if (root == NULL || json_dump_callback(root, append, out, JSON_INDENT(2)) != 0)
    out->failed = true;
  vt_buffer_char(out, '\n');
  json_decref(root);
}

/* The table leaves as a whole. */
static int hide(struct vt_cli *cli, const struct vt_explain_asked *asked, struct vt_arena *arena,
                struct pages *pages, struct vt_error *error)
{
  const struct vt_table *table = &asked->result->table;
  struct vt_rules_frame frame;
  pages->hidden = vt_arena_array(arena, (size_t)table->rows + 1, 1);
  int status = pages->hidden == NULL ? VATER_E_NOMEM : VATER_OK;
  if (status == VATER_OK) {
    status = vt_rules_frame_begin(cli, asked->plugins, NULL, 0, &frame);
    if (status == VATER_OK && frame.rules == NULL)
      status = vt_fail(error, VATER_E_RULE, "RULE-LOAD", "the rule packs cannot be used");
    if (status == VATER_OK) {
      const struct vt_disclosure_source source = vt_rules_disclosure(frame.rules);
      status = vt_disclosure_mask(&cli->environment.allocator, table, &source, VT_DISCLOSURE_TABLE,
                                  pages->hidden);
    }
    vt_rules_frame_end(&frame);
  }
  return status == VATER_E_NOMEM ? vt_fail(error, status, NULL, "out of memory") : status;
}

int vt_check_explain(struct vt_cli *cli, const struct vt_explain_asked *asked)
{
  struct pages pages = {.count = 0};
  struct vt_error error = {0};
  struct vt_buffer out;
  struct vt_arena *arena = vt_arena_new(&cli->environment.allocator, 0);
  vt_buffer_init(&out, &cli->environment.allocator, OUT_BYTES);
  int status = arena == NULL ? vt_fail(&error, VATER_E_NOMEM, NULL, "out of memory")
                             : load_pages(cli, asked, arena, &pages, &error);
  if (status == VATER_OK)
    status = hide(cli, asked, arena, &pages, &error);
  if (status == VATER_OK && asked->json)
    status = find_pointers(cli, &asked->result->table, arena, &pages, &error);
  if (status == VATER_OK && asked->json)
    print_json(asked, &pages, &out);
  for (uint32_t row = 0; status == VATER_OK && !asked->json && row < asked->result->table.rows;
       row++)
    print_row(asked, &pages, row, &out);
  if (status == VATER_OK && out.failed)
    status = vt_fail(&error, VATER_E_LIMIT, NULL, "the explanation is too long");
  if (status == VATER_OK)
    vt_cli_put(cli->out, &out);
  vt_buffer_fini(&out);
  free_pages(&pages);
  vt_arena_free(arena);
  return status == VATER_OK ? VT_EXIT_CLEAN : vt_cli_error(cli, "check", &error, VT_EXIT_FAILED);
}
