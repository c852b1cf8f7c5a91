/*
 * The CSV reader: RFC 4180 over UTF-8 in memory, pull style, one record a call, with the delimiter
 * that was declared and nothing guessed. LF ends a record as well as CRLF; a byte order mark at the
 * start is skipped once; spaces are data; lines that are empty behind the last record are none.
 *
 * What is wrong and does not stop reading is told to the sink, with its place: a quote in a cell
 * that was not quoted, text behind a closing quote, a bare CR. What stops it is an error with
 * offset, line and column: bad UTF-8 and NUL (PAY-TEXT), a quote that is never closed (PAY-CSV),
 * a limit (PAY-LIMIT). Memory is that of one record. Source: RFC 4180.
 */
#ifndef VT_DOC_CSV_H
#define VT_DOC_CSV_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"

/* `text` is one English sentence without full stop. A negative return ends reading with it. */
struct vt_csv_sink {
  int (*fault)(void *context, size_t offset, size_t end, const char *text);
  void *context;
};

struct vt_csv_reader;

/* `bytes` is borrowed until free. VATER_E_NOMEM. */
int vt_csv_reader_new(const struct vt_allocator *allocator, struct vater_str bytes, char delimiter,
                      const struct vt_csv_sink *sink, struct vt_csv_reader **reader);
void vt_csv_reader_free(struct vt_csv_reader *reader); /* NULL is fine */
/* VATER_OK with a record, borrowed until the next call; VATER_DONE behind the last. */
int vt_csv_next(struct vt_csv_reader *reader, struct vater_record *record, struct vt_error *error);

enum vt_csv_encoding { VT_CSV_UTF_8, VT_CSV_WINDOWS_1252, VT_CSV_ISO_8859_1 };

/* False where the name is none of "utf-8", "windows-1252", "iso-8859-1". */
bool vt_csv_encoding_parse(struct vater_str name, enum vt_csv_encoding *encoding);
/* `bytes` of a one-byte encoding as UTF-8, appended; line and column of every character stay what
 * they were. VATER_E_DECODE with the offset of a byte that is no character. */
int vt_csv_transcode(struct vater_str bytes, enum vt_csv_encoding encoding, struct vt_buffer *out,
                     struct vt_error *error);
/* Which of , ; tab | divides the first line, by counting outside quotes; 0: none. For messages. */
char vt_csv_looks_like(struct vater_str bytes);

#endif
