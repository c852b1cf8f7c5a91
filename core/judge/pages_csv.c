#include "judge/collection.h"
#include "judge/judging.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "doc/csv.h"
#include "doc/tree.h"
#include "plugin/host.h"

enum { NAME_BYTES = 200 };

/* A page of CSV on its way to the format's record(). */
struct feeding {
  struct vt_judge *judge;
  struct collection *collection;
  struct vater_str bytes;
  uint32_t page;
  struct vater_str *names; /* of columns, from the first record: for the screen */
  uint32_t name_count;
  struct vt_screen_hit candidate; /* the next in the raw bytes; offset SIZE_MAX: none */
  size_t screened;
};

static int take_fault(void *context, size_t offset, size_t end, const char *text)
{
  struct feeding *feeding = context;
  struct collection *collection = feeding->collection;
  if (++collection->found[VATER_SEVERITY_ERROR] > VT_LIMIT_FINDINGS_PER_RULE)
    return VATER_OK;
  const struct vt_decode_violation violation = {.code = "PAY-CSV",
                                                .page = feeding->page,
                                                .row = VT_DECODE_NO_ROW,
                                                .said = true,
                                                .offset = offset,
                                                .end = end,
                                                .message = {[VT_LANGUAGE_EN] = vt_str(text)}};
  return vt_judge_collect(collection, &violation);
}

/* ---- person numbers ----------------------------------------------------------------------------
 */

static void next_candidate(struct feeding *feeding)
{
  if (!vt_screen_next_any(feeding->bytes, &feeding->screened, &feeding->candidate))
    feeding->candidate.offset = SIZE_MAX;
  feeding->candidate.page = feeding->page;
}

static struct vater_str name_of(const struct feeding *feeding, uint32_t column)
{
  return column < feeding->name_count ? feeding->names[column] : VT_STR_NONE;
}

static int keep_names(struct feeding *feeding, const struct vater_record *record)
{
  feeding->names = vt_arena_array(feeding->judge->arena, record->count, sizeof *feeding->names);
  if (feeding->names == NULL)
    return VATER_E_NOMEM;
  for (uint32_t i = 0; i < record->count; i++)
    feeding->names[i] =
        vt_arena_copy(feeding->judge->arena, judged_cut(record->cells[i].text, NAME_BYTES));
  feeding->name_count = record->count;
  return VATER_OK;
}

static size_t end_of(const struct vater_cell *cell)
{
  size_t quotes = cell->quoted ? 2 : 0;
  return (size_t)cell->offset + cell->text.len + quotes;
}

/* A candidate that lies in a plain or quoted cell counts by the column's name; any other counts. */
static bool counts_there(const struct feeding *feeding, const struct vater_cell *cell,
                         uint32_t column)
{
  struct vt_screen_hit inside = feeding->candidate;
  size_t start = (size_t)cell->offset + (cell->quoted ? 1 : 0);
  if (inside.offset < start)
    return !inside.padded;
  inside.offset -= start;
  inside.end -= start;
  return vt_screen_counts(&feeding->judge->accounts, name_of(feeding, column), cell->text, &inside);
}

/* What doubled quotes hid in the raw bytes, and numbers as spreadsheets write them. */
static void screen_text(struct feeding *feeding, const struct vater_cell *cell, uint32_t column)
{
  struct vt_screen_hit hit;
  size_t from = 0;
  struct vater_str name = name_of(feeding, column);
  bool raw = cell->text.ptr >= feeding->bytes.ptr &&
             cell->text.ptr <= feeding->bytes.ptr + feeding->bytes.len;
  bool found = false;
  while (!raw && !found && vt_screen_next_any(cell->text, &from, &hit))
    found = vt_screen_counts(&feeding->judge->accounts, name, cell->text, &hit);
  if (!found && raw && vt_screen_person_name(name))
    found = vt_screen_number(cell->text, &hit);
  if (!found)
    return;
  hit.page = feeding->page;
  hit.offset = cell->offset;
  hit.end = end_of(cell);
  vt_screen_add(&feeding->judge->screen, &hit, VT_STR_NONE);
}

static bool is_odd(const struct feeding *feeding, const struct vater_cell *cell)
{
  bool raw = cell->text.ptr >= feeding->bytes.ptr &&
             cell->text.ptr <= feeding->bytes.ptr + feeding->bytes.len;
  return !raw || cell->text.len > 11;
}

static void screen_record(struct feeding *feeding, const struct vater_record *record)
{
  for (uint32_t i = 0; i < record->count; i++) {
    const struct vater_cell *cell = &record->cells[i];
    for (; feeding->candidate.offset < end_of(cell); next_candidate(feeding))
      if (counts_there(feeding, cell, i))
        vt_screen_add(&feeding->judge->screen, &feeding->candidate, VT_STR_NONE);
    if (is_odd(feeding, cell))
      screen_text(feeding, cell, i);
  }
}

/* What no record covered. */
static void screen_rest(struct feeding *feeding)
{
  for (; feeding->candidate.offset != SIZE_MAX; next_candidate(feeding))
    if (!feeding->candidate.padded)
      vt_screen_add(&feeding->judge->screen, &feeding->candidate, VT_STR_NONE);
  vt_screen_urls(&feeding->judge->screen, feeding->page, feeding->bytes);
}

/* ---- records -----------------------------------------------------------------------------------
 */

/* One cell in the first row, and another separator divides it: nothing else would make sense. */
static int check_delimiter(struct feeding *feeding, const struct vater_record *record)
{
  char looks = vt_csv_looks_like(feeding->bytes);
  char agreed = feeding->judge->dialect.delimiter;
  if (record->count > 1 || looks == '\0' || looks == agreed)
    return VATER_OK;
  struct vater_str text =
      vt_judge_format(feeding->judge,
                      "the first row is one cell; the separator that was agreed is '%s', this "
                      "looks like '%s'",
                      agreed == '\t' ? "tab" : (char[]){agreed, '\0'},
                      looks == '\t' ? "tab" : (char[]){looks, '\0'});
  int status = take_fault(feeding, (size_t)record->offset, (size_t)record->offset + 1,
                          text.ptr != NULL ? text.ptr : "");
  return status == VATER_OK ? VATER_DONE : status;
}

static int feed(struct feeding *feeding, struct vt_csv_reader *reader, vater_table *table,
                struct vt_error *fault)
{
  struct vt_judge *judge = feeding->judge;
  struct vater_record record;
  int status;
  while ((status = vt_csv_next(reader, &record, fault)) == VATER_OK) {
    if (record.number == 1) {
      status = keep_names(feeding, &record);
      if (status == VATER_OK)
        status = check_delimiter(feeding, &record);
      if (status != VATER_OK)
        return status == VATER_DONE ? VATER_OK : status;
    }
    screen_record(feeding, &record);
    status = vt_format_record(&judge->call, &judge->instance, &record, table, fault);
    if (status != VATER_OK)
      return status;
  }
  if (status != VATER_DONE)
    return status;
  return vt_format_record(&judge->call, &judge->instance, NULL, table, fault);
}

/* The first letter beyond ASCII where all of them are UTF-8, which by chance they are not;
 * SIZE_MAX: none. */
static size_t find_utf8(struct vater_str bytes)
{
  for (size_t i = 0; i < bytes.len; i++)
    if ((unsigned char)bytes.ptr[i] >= 0x80)
      return vt_utf8_valid(bytes) == bytes.len ? i : SIZE_MAX;
  return SIZE_MAX;
}

/* A page in another encoding becomes UTF-8, for positions and excerpts too. */
static int settle_encoding(struct vt_judge *judge, struct judged_page *page, struct vt_error *fault)
{
  if (judge->dialect.encoding == VT_CSV_UTF_8)
    return VATER_OK;
  if (page->bytes.len >= 3 && memcmp(page->bytes.ptr, "\xef\xbb\xbf", 3) == 0)
    return vt_fail(fault, VATER_E_DECODE, "PAY-CSV",
                   "the text begins with a UTF-8 byte order mark; another encoding was agreed");
  size_t letter = find_utf8(page->bytes);
  if (letter != SIZE_MAX && fault != NULL) {
    vt_fail(fault, VATER_E_DECODE, "PAY-CSV", "the text is UTF-8; another encoding was agreed");
    fault->offset = letter;
    return fault->status;
  }
  struct vt_buffer text;
  vt_buffer_init(&text, judge->allocator, 3 * page->bytes.len + 1);
  int status = vt_csv_transcode(page->bytes, judge->dialect.encoding, &text, fault);
  if (status != VATER_OK) {
    vt_buffer_fini(&text);
    return status;
  }
  page->own = text.bytes;
  page->bytes = vt_buffer_str(&text);
  return VATER_OK;
}

static bool is_blank(struct vater_str bytes)
{
  if (vt_str_starts(bytes, VT_STR("\xef\xbb\xbf")))
    bytes = vt_str_slice(bytes, 3, SIZE_MAX);
  return vt_str_trim(bytes).len == 0;
}

int vt_judge_decode_csv(struct vt_judge *judge, struct collection *collection,
                        struct vater_str *cursor, struct vt_error *fault)
{
  uint32_t number = judge->page_count - 1;
  struct judged_page *page = &judge->pages[number];
  struct vt_csv_reader *reader = NULL;
  int status = is_blank(page->bytes)
                   ? vt_fail(fault, VATER_E_DECODE, "PAY-SYNTAX", "the document is empty")
                   : settle_encoding(judge, page, fault);
  struct feeding feeding = {
      .judge = judge, .collection = collection, .bytes = page->bytes, .page = number};
  next_candidate(&feeding);
  const struct vt_csv_sink sink = {take_fault, &feeding};
  struct vater_table table;
  vt_plugin_table_write(&table, judge->rows, number, judge->arena);
  table.finding = vt_judge_take_finding;
  table.context = collection;
  if (status == VATER_OK)
    status =
        vt_csv_reader_new(judge->allocator, page->bytes, judge->dialect.delimiter, &sink, &reader);
  if (status == VATER_OK)
    status = feed(&feeding, reader, &table, fault);
  if (status == VATER_E_NOMEM)
    vt_fail(fault, status, "PLUG-LIMIT", "out of memory while reading a page");
  screen_rest(&feeding);
  vt_csv_reader_free(reader);
  *cursor = table.cursor;
  return status;
}

/* ---- the dialect -------------------------------------------------------------------------------
 */

static const struct vater_node *dialect_of(const struct vt_judge *judge)
{
  const struct vater_setting *setting = judge->format->plugin->info.settings;
  for (; setting->name != NULL; setting++) {
    const struct vater_node *root = vt_config_node(judge->config, setting->name);
    if (root != NULL)
      return vt_node_member(root, "dialect");
  }
  return NULL;
}

void vt_judge_take_dialect(struct vt_judge *judge)
{
  const struct vater_node *node = dialect_of(judge);
  struct vater_str delimiter = vt_node_text(vt_node_member(node, "delimiter"));
  struct vater_str encoding = vt_node_text(vt_node_member(node, "encoding"));
  judge->dialect = (struct judged_dialect){.delimiter = ',', .encoding = VT_CSV_UTF_8};
  if (delimiter.len == 1)
    judge->dialect.delimiter = delimiter.ptr[0];
  vt_csv_encoding_parse(encoding, &judge->dialect.encoding);
}

bool vt_judge_charset_fits(const struct vt_judge *judge, struct vater_str charset)
{
  enum vt_csv_encoding encoding;
  if (vt_str_is(charset, "us-ascii"))
    return true;
  return vt_csv_encoding_parse(charset, &encoding) && encoding == judge->dialect.encoding;
}
