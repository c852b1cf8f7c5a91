/* What the reader's files share; nobody else's business. */
#ifndef VT_DOC_READER_PARTS_H
#define VT_DOC_READER_PARTS_H

#include "base/buffer.h"
#include "doc/reader.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum vt_doc_state {
  VT_DOC_STATE_START,
  VT_DOC_STATE_VALUE,      /* a value must come */
  VT_DOC_STATE_FIRST_ITEM, /* behind '[' */
  VT_DOC_STATE_FIRST_NAME, /* behind '{' */
  VT_DOC_STATE_AFTER,      /* behind a value in a container */
  VT_DOC_STATE_TAIL,       /* behind the document's value */
  VT_DOC_STATE_LINES,      /* of NDJSON: before its list */
  VT_DOC_STATE_LINE,       /* before an item of it, or behind one */
  VT_DOC_STATE_LINES_END,  /* behind the list */
  VT_DOC_STATE_FAILED
};

/* A member name of an open object. Kept as a place, since the memory behind may move. */
struct vt_doc_name {
  uint64_t at; /* into the payload, or into name_text where decoded */
  uint32_t len;
  uint32_t hash;
};

/* Names are few in most objects: then one word of bits tells that a name is new, and at worst all
 * are compared. From VT_DOC_NAMES_COMPARED on there is a table with a keyed hash. */
enum { VT_DOC_NAMES_COMPARED = 24 };

struct vt_doc_frame {
  bool object, indexed;
  uint32_t first_name, names; /* range in reader->names */
  uint64_t items;             /* items begun, of a list */
  uint64_t seen;
  size_t text_from; /* reader->name_text.len when the object began */
  uint32_t *slots;  /* kept for the next large object of this depth */
  uint32_t slot_mask, slot_room;
};

struct vt_doc_reader {
  struct vt_allocator allocator;
  const char *bytes;
  size_t len, at;
  struct vater_str lines; /* NDJSON: the name of its list; empty: one document */
  size_t whole;           /* NDJSON: of all lines, `len` being the end of this one */
  uint32_t outer;         /* open containers around a value that stands alone: 0, of a line 2 */
  enum vt_doc_state state;
  int failed;     /* status, when state is FAILED */
  uint32_t depth; /* open containers */
  struct vt_doc_frame *frames;
  struct vt_doc_name *names;
  uint32_t name_count, name_room;
  struct vt_buffer name_text; /* decoded names of open objects that were written with escapes */
  char *scratch;              /* the text being decoded */
  size_t scratch_room;
  uint64_t nodes, seed;
  struct vt_doc_budget budget;
};

/* A text as found: raw bytes between the quotes. */
struct vt_doc_span {
  size_t from, to;
  bool escaped;
};

#define VT_DOC_DECODED 0x80000000u /* in vt_doc_name.len */

/* Records code, offset, line, column and pointer; the reader is finished. */
int vt_doc_fail(struct vt_doc_reader *reader, struct vt_error *error, size_t offset, int status,
                const char *code, const char *format, ...) VATER_PRINTF(6, 7);
int vt_doc_fail_memory(struct vt_doc_reader *reader, struct vt_error *error);
/* "expected X, found Y", PAY-SYNTAX; says so when the document ends there. */
int vt_doc_fail_expected(struct vt_doc_reader *reader, struct vt_error *error, size_t offset,
                         const char *expected);
/* What is wrong before the first value, if anything. */
int vt_doc_check_start(struct vt_doc_reader *reader, struct vt_error *error);
/* The best text for a byte that starts no value. */
int vt_doc_fail_value(struct vt_doc_reader *reader, struct vt_error *error, size_t offset);

/* The first byte at or after `at` that ends a run of plain ASCII text: a quote, a backslash, a
 * control character or a byte of 0x80 and more. Reads no byte behind `len`. */
static inline size_t vt_doc_skip_plain(const char *bytes, size_t at, size_t len)
{
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i space = _mm_set1_epi8(' ');
  while (len - at >= 16) {
    __m128i block = _mm_loadu_si128((const __m128i *)(const void *)(bytes + at));
    __m128i stop = _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash));
    /* signed: 0x80 and more are negative, thus less than a space too */
    stop = _mm_or_si128(stop, _mm_cmplt_epi8(block, space));
    unsigned mask = (unsigned)_mm_movemask_epi8(stop);
    if (mask != 0)
      return at + (size_t)__builtin_ctz(mask);
    at += 16;
  }
#endif
  while (at < len) {
    unsigned char c = (unsigned char)bytes[at];
    if (c == '"' || c == '\\' || c < 0x20 || c >= 0x80)
      break;
    at++;
  }
  return at;
}

/* From behind the opening quote at `from`: validates, finds the closing one. */
int vt_doc_scan_text(struct vt_doc_reader *reader, size_t from, struct vt_doc_span *span,
                     struct vt_error *error);
/* The text of a span, decoded where needed; borrowed until the next call. */
int vt_doc_decode_text(struct vt_doc_reader *reader, const struct vt_doc_span *span,
                       struct vater_str *text, struct vt_error *error);
/* NDJSON: the document ends with the line that holds `at`, until the next line is begun. */
void vt_doc_limit_to_line(struct vt_doc_reader *reader, size_t at);
/* A number at `from`, its end in *to. */
int vt_doc_scan_number(struct vt_doc_reader *reader, size_t from, size_t *to,
                       struct vt_error *error);
/* Notes the name of a new member of the innermost object, refusing one that is there. */
int vt_doc_note_name(struct vt_doc_reader *reader, const struct vt_doc_span *span,
                     struct vater_str name, struct vt_error *error);
struct vater_str vt_doc_name_text(const struct vt_doc_reader *reader,
                                  const struct vt_doc_name *name);

#endif
