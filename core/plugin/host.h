/* The function table that plugins get, and the handles of format and check callbacks. */
#ifndef VT_PLUGIN_HOST_H
#define VT_PLUGIN_HOST_H

#include "plugin/call.h"
#include "plugin/config.h"
#include "table/breakdown.h"
#include "table/table.h"

/* Constant; valid for the process's life. */
const struct vater_host *vt_host(void);

/* What the rules know beside the rows that a check reads. */
struct vt_row_facts {
  const void *context;
  /* As in its pack, or NULL. */
  const struct vater_node *(*indicator)(const void *context, uint32_t row);
  /* Code, first and last day; false behind the last. */
  bool (*code)(const void *context, const char *list, uint32_t index, struct vater_str entry[3]);
};

/* Observations being written (builder) or read (rows). */
struct vater_table {
  struct vt_table_builder *builder;
  const struct vt_table *rows;
  const struct vt_row_facts *facts; /* NULL: none */
  uint32_t page;
  struct vt_arena *arena;        /* for the cursor */
  struct vt_breakdown breakdown; /* of the row under way */
  struct vater_str cursor;       /* what set_cursor() said; .ptr NULL: nothing */
  /* What a format finds wrong with the payload; `text` is valid UTF-8 of at most CHECK_TEXT_BYTES.
   * NULL: nobody listens. */
  int (*finding)(void *context, int severity, uint64_t offset, struct vater_str text,
                 struct vt_error *error);
  void *context;
};

/* For vt_format_decode; the cursor lives as long as the arena. */
void vt_plugin_table_write(struct vater_table *table, struct vt_table_builder *builder,
                           uint32_t page, struct vt_arena *arena);
/* Writes what the last row still holds; vt_format_decode does so itself. */
int vt_plugin_table_flush(struct vater_table *table, struct vt_error *error);
/* Behind a page's last row. */
int vt_plugin_table_end(struct vater_table *table, struct vt_error *error);
/* For vt_check_run; both borrowed, `facts` may be NULL. */
void vt_plugin_table_read(struct vater_table *table, const struct vt_table *rows,
                          const struct vt_row_facts *facts);

#define VT_FINDINGS_ALL UINT32_MAX /* row: the submission as a whole */

/* Where a check's findings go. `fail` gets valid UTF-8 of at most CHECK_TEXT_BYTES and a row below
 * `rows`.
 */
struct vater_findings {
  uint32_t rows;
  int (*fail)(void *context, uint32_t row, int column, struct vater_str text,
              struct vt_error *error);
  void *context;
};

#endif
