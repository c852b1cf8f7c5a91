#include "cel/report.h"

#include "base/limits.h"
#include "base/utf8.h"

#include <stdio.h>

static size_t document_offset(const struct vt_cel_source *source, size_t offset)
{
  if (source->place != NULL)
    return source->place(source->context, offset);
  return source->offset + offset;
}

VATER_PRINTF(5, 0)
static void report_fault(struct vt_cel_report *report, uint32_t offset, uint32_t width,
                         const char *code, const char *format, va_list arguments)
{
  const struct vt_cel_source *source = report->source;
  report->count++;
  if (report->diagnostics == NULL)
    return;
  if (report->diagnostics->count >= VT_LIMIT_DIAGNOSTICS) {
    /* counted only: finding a place takes time */
    vt_diagnostics_add(report->diagnostics, VATER_SEVERITY_ERROR,
                       &(struct vt_error){.status = VATER_E_RULE}, VT_STR_NONE, 1);
    return;
  }
  struct vater_str document = source->document.ptr != NULL ? source->document : source->text;
  size_t start = source->document.ptr != NULL ? document_offset(source, offset) : offset;
  struct vt_error error = {0};
  vt_fail_v(&error, VATER_E_RULE, code, format, arguments);
  uint32_t line = 0, column = 0;
  struct vater_str line_text;
  vt_text_place(document, start, &line, &column, &line_text);
  vt_error_at(&error, source->name.len > 0 ? source->name : VT_STR("expression"), line, column);
  vt_error_pointer(&error, source->pointer);
  error.offset = start;
  size_t marked = vt_utf8_count(vt_str_slice(source->text, offset, (size_t)offset + width));
  vt_diagnostics_add(report->diagnostics, VATER_SEVERITY_ERROR, &error, document,
                     marked > 0 ? (uint32_t)marked : 1);
}

void vt_cel_report(struct vt_cel_report *report, uint32_t offset, uint32_t width,
                   const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  report_fault(report, offset, width, report->source->code, format, arguments);
  va_end(arguments);
}

void vt_cel_report_cost(struct vt_cel_report *report, uint32_t offset, uint32_t width,
                        const char *format, ...)
{
  const struct vt_cel_source *source = report->source;
  va_list arguments;
  va_start(arguments, format);
  report_fault(report, offset, width, source->cost_code != NULL ? source->cost_code : source->code,
               format, arguments);
  va_end(arguments);
}
