#include "doc/csv.h"

#include "base/diagnostics.h"
#include "base/utf8.h"

/* Windows-1252 0x80 … 0x9f (WHATWG and Unicode's CP1252.TXT); 0: no character. */
static const uint16_t high[32] = {0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                  0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
                                  0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                  0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

bool vt_csv_encoding_parse(struct vater_str name, enum vt_csv_encoding *encoding)
{
  static const char *const names[] = {"utf-8", "windows-1252", "iso-8859-1"};
  for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
    if (vt_str_equal_nocase(name, vt_str(names[i]))) {
      *encoding = (enum vt_csv_encoding)i;
      return true;
    }
  return false;
}

static uint32_t character(unsigned char byte, enum vt_csv_encoding encoding)
{
  bool control = byte >= 0x80 && byte < 0xa0;
  if (!control)
    return byte;
  return encoding == VT_CSV_WINDOWS_1252 ? high[byte - 0x80] : 0;
}

int vt_csv_transcode(struct vater_str bytes, enum vt_csv_encoding encoding, struct vt_buffer *out,
                     struct vt_error *error)
{
  for (size_t at = 0; at < bytes.len;) {
    size_t end = at;
    while (end < bytes.len && (unsigned char)bytes.ptr[end] < 0x80)
      end++;
    vt_buffer_append(out, vt_str_slice(bytes, at, end));
    for (; end < bytes.len && (unsigned char)bytes.ptr[end] >= 0x80; end++) {
      char text[4];
      uint32_t found = character((unsigned char)bytes.ptr[end], encoding);
      if (found == 0) {
        struct vater_str line;
        int status = vt_fail(error, VATER_E_DECODE, "PAY-TEXT",
                             "byte 0x%02x is no character of the encoding that was agreed",
                             (unsigned)(unsigned char)bytes.ptr[end]);
        if (error != NULL) {
          error->offset = end;
          vt_text_place(bytes, end, &error->line, &error->column, &line);
        }
        return status;
      }
      vt_buffer_append(out, (struct vater_str){text, vt_utf8_put(found, text)});
    }
    at = end;
  }
  return out->failed ? vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for the text") : VATER_OK;
}

char vt_csv_looks_like(struct vater_str bytes)
{
  static const char candidates[] = {';', ',', '\t', '|'};
  size_t counts[sizeof candidates] = {0};
  bool quoted = false;
  for (size_t at = 0; at < bytes.len && (quoted || bytes.ptr[at] != '\n'); at++) {
    if (bytes.ptr[at] == '"')
      quoted = !quoted;
    for (size_t i = 0; i < sizeof candidates && !quoted; i++)
      counts[i] += bytes.ptr[at] == candidates[i];
  }
  size_t best = 0;
  for (size_t i = 1; i < sizeof candidates; i++)
    if (counts[i] > counts[best])
      best = i;
  return counts[best] > 0 ? candidates[best] : '\0';
}
