#include "observed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_text(FILE *out, const struct vt_table *table, uint32_t row, int column,
                     const char *name)
{
  struct vater_str text = vt_table_cell(table, row, column);
  if (text.ptr != NULL)
    fprintf(out, " %s%.*s", name, VT_STR_ARGS(text));
}

static void put_number(FILE *out, const struct vt_table *table, uint32_t row, int column,
                       const char *name)
{
  double value;
  if (vt_table_number(table, row, column, &value))
    fprintf(out, " %s=%.*f", name, (int)table->columns[column].decimals[row], value);
}

char *observed_rows(const struct judged *judged)
{
  const struct vt_table *table = &judged->result.table;
  char *text = NULL;
  size_t len = 0;
  FILE *out = open_memstream(&text, &len);
  assert_non_null(out);
  for (uint32_t row = 0; row < table->rows; row++) {
    struct vater_str indicator = vt_table_cell(table, row, VATER_COLUMN_INDICATOR);
    fprintf(out, "%.*s", VT_STR_ARGS(indicator));
    put_text(out, table, row, VATER_COLUMN_ACTOR, "");
    put_text(out, table, row, VATER_COLUMN_PERIOD, "");
    put_text(out, table, row, VATER_COLUMN_AREA, "");
    put_text(out, table, row, VATER_COLUMN_AREA_ROLE, "");
    put_text(out, table, row, VATER_COLUMN_BREAKDOWN, "");
    put_number(out, table, row, VATER_COLUMN_NUMERATOR, "num");
    put_number(out, table, row, VATER_COLUMN_DENOMINATOR, "den");
    put_number(out, table, row, VATER_COLUMN_VALUE, "val");
    put_text(out, table, row, VATER_COLUMN_UNIT, "");
    put_text(out, table, row, VATER_COLUMN_STATUS, "");
    put_text(out, table, row, VATER_COLUMN_MISSING, "missing=");
    fputc('\n', out);
  }
  fclose(out);
  return text;
}

char *observed_findings(const struct judged *judged, const char *prefix)
{
  char *text = NULL;
  size_t len = 0;
  FILE *out = open_memstream(&text, &len);
  assert_non_null(out);
  for (uint32_t i = 0; i < judged->result.finding_count; i++) {
    struct vt_finding finding;
    vt_result_finding(&judged->result, i, &finding);
    if (!vt_str_starts(finding.code, vt_str(prefix)))
      continue;
    fprintf(out, "%.*s %.*s: %.*s\n", VT_STR_ARGS(finding.code), VT_STR_ARGS(finding.pointer),
            VT_STR_ARGS(finding.message[VT_LANGUAGE_EN]));
  }
  fclose(out);
  return text;
}

struct judged observed_payload(struct judged_world *world, const char *format, const char *settings,
                               struct vater_str payload)
{
  struct vt_judge_job job = judged_job();
  const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  const struct vater_str pages[] = {payload, VT_STR_NONE};
  job.format = vt_str(format);
  job.settings = vt_str(settings);
  return judged_pages(world, &job, &head, pages);
}

static struct vater_str load(const char *path)
{
  FILE *file = fopen(path, "rb");
  if (file == NULL)
    return VT_STR_NONE;
  char *bytes = malloc(1u << 20);
  assert_non_null(bytes);
  size_t len = fread(bytes, 1, 1u << 20, file);
  fclose(file);
  return (struct vater_str){bytes, len};
}

struct vater_str observed_sample(const char *name)
{
  char path[1024];
  snprintf(path, sizeof path, "%s/../shared/samples/%s", VATER_SOURCE_DIR, name);
  return load(path);
}

struct vater_str observed_fixture(const char *name)
{
  char path[1024];
  snprintf(path, sizeof path, "%s/fixtures/payloads/%s", VATER_SOURCE_DIR, name);
  struct vater_str payload = load(path);
  assert_non_null(payload.ptr);
  return payload;
}
