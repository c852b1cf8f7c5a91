/*
 * The payload reader: strict RFC 8259 over bytes in memory, one pass, pull style. Each next() gives
 * one event; several consumers (schema, row decoding, screening) are fed from one loop.
 *
 *   while ((status = vt_doc_next(reader, &event)) == VATER_OK && event.kind != VT_DOC_END) …
 *
 * Refused, with code, offset, line, column and pointer: syntax, a byte order mark, UTF-16, an empty
 * document, data behind the end (PAY-SYNTAX); bad UTF-8, lone surrogates, \u0000 and non-characters
 * (PAY-TEXT); duplicate member names also when spelled with escapes (PAY-DUPKEY); depth
 * (PAY-DEPTH); a number beyond the double range, one that underflows to zero, NaN, Infinity, the
 * length limit (PAY-NUMBER); budgets (PAY-LIMIT). A document may be a scalar. No recursion; memory
 * is O(depth + longest escaped text + members of open objects). Sources: RFC 8259, 3629, 6901.
 */
#ifndef VT_DOC_READER_H
#define VT_DOC_READER_H

#include "base/arena.h"
#include "base/error.h"

enum vt_doc_kind {
  VT_DOC_OBJECT,
  VT_DOC_OBJECT_END,
  VT_DOC_LIST,
  VT_DOC_LIST_END,
  VT_DOC_NAME,   /* a member's name, decoded; its value is the next event */
  VT_DOC_TEXT,   /* decoded */
  VT_DOC_NUMBER, /* as written */
  VT_DOC_TRUE,
  VT_DOC_FALSE,
  VT_DOC_NULL,
  VT_DOC_END /* after the document: nothing but white space was left */
};

struct vt_doc_event {
  enum vt_doc_kind kind;
  uint32_t depth;        /* of the value: 0 for the document's value */
  struct vater_str text; /* name, text, number; borrowed until the next next() */
  size_t offset, end;    /* bytes of the token, quotes included */
};

/* What one document may use; zero members take the default of limits.def. */
struct vt_doc_budget {
  uint32_t depth;
  uint64_t bytes, nodes, members, text_bytes, number_bytes;
  bool allow_all_text; /* \u0000 and non-characters too: files of ours, never payloads */
};

struct vt_doc_reader;

/* `bytes` is borrowed until free. NULL budget: defaults. */
int vt_doc_reader_new(const struct vt_allocator *allocator, struct vater_str bytes,
                      const struct vt_doc_budget *budget, uint64_t hash_seed,
                      struct vt_doc_reader **reader);
void vt_doc_reader_free(struct vt_doc_reader *reader); /* NULL is fine */
/* NDJSON, before the first next(): the first line is an object, each further line is an item of its
 * list `name`, and the events are those of the one document that this stands for. Each value stands
 * on a line of its own; blank lines are nothing. `name` is borrowed until free. */
void vt_doc_reader_lines(struct vt_doc_reader *reader, struct vater_str name);
/* An object that ends with the first line, and another that begins on the next one. */
bool vt_doc_looks_like_lines(struct vater_str bytes);
/* After a failure every further call returns the same status; after VT_DOC_END again VT_DOC_END. */
int vt_doc_next(struct vt_doc_reader *reader, struct vt_doc_event *event, struct vt_error *error);
/* Behind the event of an object or list: goes to its end without looking at what is inside, which
 * may thus be wrong in any way but its texts and brackets. For those who only want the outline. */
void vt_doc_skip(struct vt_doc_reader *reader);
/* An item of a list that is null (length 0) or a number as most are written: no exponent, at most
 * VT_DOC_ITEM_BYTES characters. */
enum { VT_DOC_ITEM_BYTES = 11 };
struct vt_doc_item {
  uint32_t offset, length;
};
/* The next items of a list where they are such and end at `until` or before, at most `room`, in
 * place of as many events; 0 where something else comes, which next() tells. */
uint32_t vt_doc_next_items(struct vt_doc_reader *reader, size_t until, struct vt_doc_item *items,
                           uint32_t room);
/* RFC 6901 pointer of the event just read (of a name: of the member), appended to `out`. */
struct vt_buffer;
int vt_doc_pointer(const struct vt_doc_reader *reader, struct vt_buffer *out);

#endif
