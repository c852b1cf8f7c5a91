/* CSV: the first byte chooses delimiter and encoding, the rest is the page. */
#include "doc/csv.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int take_fault(void *context, size_t offset, size_t end, const char *text)
{
  const struct vater_str *bytes = context;
  if (offset > bytes->len || end < offset || text == NULL)
    abort();
  return VATER_OK;
}

static void read_all(struct vater_str bytes, char delimiter)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_csv_sink sink = {take_fault, &bytes};
  struct vt_csv_reader *reader;
  struct vater_record record;
  struct vt_error error = {0};
  uint64_t number = 0;
  if (vt_csv_reader_new(&allocator, bytes, delimiter, &sink, &reader) != VATER_OK)
    return;
  while (vt_csv_next(reader, &record, &error) == VATER_OK) {
    if (record.number != ++number || record.count == 0 || record.offset > bytes.len)
      abort();
    for (uint32_t i = 0; i < record.count; i++)
      if (record.cells[i].offset + record.cells[i].text.len > bytes.len)
        abort();
  }
  vt_csv_reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const char delimiters[] = {',', ';', '\t', '|'};
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_buffer text;
  if (size == 0)
    return 0;
  struct vater_str bytes = {(const char *)data + 1, size - 1};
  char delimiter = delimiters[data[0] & 3];
  enum vt_csv_encoding encoding = (enum vt_csv_encoding)((data[0] >> 2) % 3);
  if (encoding == VT_CSV_UTF_8) {
    read_all(bytes, delimiter);
    vt_csv_looks_like(bytes);
    return 0;
  }
  vt_buffer_init(&text, &allocator, 3 * size + 1);
  if (vt_csv_transcode(bytes, encoding, &text, NULL) == VATER_OK)
    read_all(vt_buffer_str(&text), delimiter);
  vt_buffer_fini(&text);
  return 0;
}
