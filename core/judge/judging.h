/* The state of one judging, shared by its stages: each reads what earlier ones wrote. */
#ifndef VT_JUDGE_JUDGING_H
#define VT_JUDGE_JUDGING_H

#include "doc/csv.h"
#include "judge/judge.h"
#include "judge/lines.h"
#include "plugin/call.h"
#include "plugin/config.h"

struct judged_page {
  struct vater_str bytes; /* what is judged: of a signed page the payload inside */
  bool unpacked;          /* bytes are in the arena */
  enum vt_framing framing;
  uint32_t first_row;
  bool ndjson;
  bool json;              /* as decode() read it */
  bool looked_at;         /* for what must be hidden where it is not decoded */
  char *own;              /* `bytes` where they had to be made UTF-8 */
  struct vt_lines *lines; /* made when the first place is asked for */
};

/* How CSV is written, as the settings' document says. */
struct judged_dialect {
  char delimiter;
  enum vt_csv_encoding encoding;
};

struct vt_judge {
  const struct vt_judge_context *context;
  const struct vt_judge_job *job;
  const struct vt_allocator *allocator;
  const struct vt_judge_format *format; /* NULL: "auto", before the first page */
  struct judged_dialect dialect;
  struct vt_arena *arena;
  struct vt_diagnostics diagnostics; /* of the settings */
  vater_config *config;
  struct vater_call call; /* for formats that walk */
  bool calling;
  struct vt_instance instance;
  struct vt_keys *keys; /* of signatures; made when the first is looked at */
  struct judged_page *pages;
  uint32_t page_count, page_room;
  /* decode writes rows; finish turns them into one block */
  struct vt_table_builder *rows;
  struct vt_screen screen;
  struct vt_screen_accounts accounts; /* from the format's settings */
  struct vt_table table;
  void *block;
  struct vt_result_builder *result;
  size_t walked_bytes;           /* read again for pointers */
  uint32_t rows_looked_at;       /* for indicators whose numbers are hidden */
  bool hides;                    /* numbers of persons: no excerpt shows a digit */
  struct vt_rules_naming naming; /* of settings and documents, once they were looked at */
  bool names_looked_at;
  uint64_t bytes_looked_at; /* of pages that could not be decoded */
  bool starved;        /* a text could not be kept for want of memory: the answer would differ */
  bool personal;       /* about single persons: nothing of the pages is shown or stored */
  const char *refusal; /* code of the first reason, NULL: none */
};

/* Where a finding is: bytes [offset, end) of a page. */
struct judged_place {
  uint32_t page;
  size_t offset, end;
  struct vater_str pointer; /* empty: unknown */
};

/* The first `max` bytes, whole code points. */
static inline struct vater_str judged_cut(struct vater_str text, size_t max)
{
  if (text.len <= max)
    return text;
  while (max > 0 && ((unsigned char)text.ptr[max] & 0xc0) == 0x80)
    max--;
  return (struct vater_str){text.ptr, max};
}

/* ---- verify.c ----------------------------------------------------------------------------------
 */

/* Whether the newest page is signed as it should be, else refuses (AUTH-*); of a signed page the
 * payload takes the place of its bytes. *head is what then holds of it. */
int vt_judge_verify(struct vt_judge *judge, struct vt_judge_head *head, struct vt_judge_page *page,
                    bool *readable, struct vt_error *error);
/* ---- settings.c, choose.c ----------------------------------------------------------------------
 */

/* NULL where there is none. */
const struct vt_judge_format *vt_judge_find_format(const struct vt_judge_context *context,
                                                   struct vater_str name);
/* Settings, mappings, open() of the format. */
int vt_judge_open_format(struct vt_judge *judge, struct vt_error *error);
/* Format "auto": which one the first page is, by media type and content, and opens it; says what it
 * saw. Refuses (HTTP-TYPE) where none fits. */
int vt_judge_choose(struct vt_judge *judge, const struct vt_judge_head *head,
                    struct vt_error *error);

/* ---- read.c: is this page what the format reads at all -----------------------------------------
 */

/* Screens and refuses (HTTP-TYPE) by a finding; *readable says whether to decode. */
int vt_judge_read(struct vt_judge *judge, const struct vt_judge_head *head, bool *readable,
                  struct vt_error *error);
/* What a page is that is of no format at all ("the body is a PDF"); empty: it may be of one. */
struct vater_str vt_judge_other_file(struct vater_str bytes);
/* Whether a page that ended with its connection was cut, by the fault that its reader met. */
/* The member that lines of NDJSON are the list of: "observations"; empty where the format has none.
 */
struct vater_str vt_judge_lines_name(const struct vt_judge *judge);
bool vt_judge_was_cut(const struct judged_page *page, const struct vt_error *fault);

/* ---- pages.c: screen and decode ----------------------------------------------------------------
 */

int vt_judge_decode(struct vt_judge *judge, struct vater_str *cursor, struct vt_error *error);
/* Content about single persons, which only the format can tell: VATER_E_REFUSED with a fault that
 * is to be reported and outweighs whatever else is wrong with the page. `tree` may be NULL. */
int vt_judge_screen_persons(struct vt_judge *judge, const struct vt_doc_tree *tree,
                            struct vt_error *fault);
/* What ended the reading of the last page, as a finding. */
int vt_judge_report_fault(struct vt_judge *judge, const struct vt_error *fault,
                          struct vt_error *error);

/* ---- pages_csv.c -------------------------------------------------------------------------------
 */

struct collection;
int vt_judge_decode_csv(struct vt_judge *judge, struct collection *collection,
                        struct vater_str *cursor, struct vt_error *fault);
/* From the settings' document. */
void vt_judge_take_dialect(struct vt_judge *judge);
/* Whether a Content-Type's charset is what was agreed. */
bool vt_judge_charset_fits(const struct vt_judge *judge, struct vater_str charset);

/* ---- check.c -----------------------------------------------------------------------------------
 */

/* Who reports for whom: PAY-OWNER refuses. */
int vt_judge_check_owner(struct vt_judge *judge, struct vt_error *error);
/* What the delivery says and leaves out, then the rules. */
int vt_judge_check(struct vt_judge *judge, struct vt_error *error);

/* ---- asked.c -----------------------------------------------------------------------------------
 */

/* PAY-PERIOD: no figure is of the period that was asked for. Corrections and withdrawals may be of
 * any period. */
int vt_judge_check_asked(struct vt_judge *judge, struct vt_error *error);

/* ---- conclude.c --------------------------------------------------------------------------------
 */

/* The table block of a job that concludes. */
int vt_judge_conclude_page(struct vt_judge *judge, struct vater_str bytes, struct vt_error *error);
/* Rules over time and actors. */
int vt_judge_conclude(struct vt_judge *judge, struct vt_error *error);

/* A text in the arena; without memory the judging is starved. */
struct vater_str vt_judge_format(struct vt_judge *judge, const char *format, ...)
    VATER_PRINTF(2, 3);

/* ---- finding.c ---------------------------------------------------------------------------------
 */

/* A finding of our own with these messages and the remedy of codes.def. A code whose delivery there
 * is "refused" or the like refuses. Masked where the screen has hits. */
int vt_judge_say(struct vt_judge *judge, const char *code, const struct judged_place *place,
                 uint32_t row, const struct vater_str message[VT_LANGUAGE_COUNT],
                 struct vt_error *error);
/* The message is the code's title with a detail (may be NULL) by language behind it; an empty one
 * is taken from English. */
int vt_judge_report(struct vt_judge *judge, const char *code, const struct judged_place *place,
                    uint32_t row, const struct vater_str detail[VT_LANGUAGE_COUNT],
                    struct vt_error *error);
/* The same with an English detail only, or none (NULL). */
int vt_judge_report_text(struct vt_judge *judge, const char *code, const struct judged_place *place,
                         const char *detail, struct vt_error *error);
/* Whether what stands around a place in that page may hold numbers that are shown to nobody
 * (rules.h). */
bool vt_judge_hides(struct vt_judge *judge, uint32_t page);
/* Every digit as '*'; in the arena. */
struct vater_str vt_judge_without_digits(struct vt_judge *judge, struct vater_str text);
/* Line, column, excerpt and caret; masked where the screen has hits. Texts live in the arena. */
int vt_judge_place(struct vt_judge *judge, const struct judged_place *place,
                   struct vt_finding *finding);
/* The value or cell that starts at an offset: its end, and in JSON its pointer, as long as finding
 * that again and again stays cheap. */
struct judged_place vt_judge_place_at(struct vt_judge *judge, uint32_t page, size_t offset);
/* The place of a row, or of one of its cells. */
struct judged_place vt_judge_place_of_row(struct vt_judge *judge, uint32_t row, int column);

#endif
