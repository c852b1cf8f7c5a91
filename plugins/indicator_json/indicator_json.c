#include "vater/plugin.h"

static const struct vater_row_member members[] = {
    {"indicator", VATER_COLUMN_INDICATOR},
    {"actor", VATER_COLUMN_ACTOR},
    {"period", VATER_COLUMN_PERIOD},
    {"asOf", VATER_COLUMN_AS_OF},
    {"area", VATER_COLUMN_AREA},
    {"areaRole", VATER_COLUMN_AREA_ROLE},
    {"breakdown", VATER_COLUMN_BREAKDOWN},
    {"numerator", VATER_COLUMN_NUMERATOR},
    {"denominator", VATER_COLUMN_DENOMINATOR},
    {"value", VATER_COLUMN_VALUE},
    {"unit", VATER_COLUMN_UNIT},
    {"status", VATER_COLUMN_STATUS},
    {"action", VATER_COLUMN_ACTION},
    {"reason", VATER_COLUMN_REASON},
    {"missing", VATER_COLUMN_MISSING},
    {"sample/n", VATER_COLUMN_SAMPLE_SIZE},
    {"sample/margin", VATER_COLUMN_SAMPLE_MARGIN},
    {"sample/weighted", VATER_COLUMN_SAMPLE_WEIGHTED},
    {"comment/code", VATER_COLUMN_COMMENT_CODE},
    {"comment/text", VATER_COLUMN_COMMENT_TEXT},
    {NULL, VATER_COLUMN_NONE},
};

static const struct vater_head_member head[] = {
    {"schemaVersion", VATER_HEAD_SCHEMA_VERSION},
    {"submissionId", VATER_HEAD_SUBMISSION_ID},
    {"replaces", VATER_HEAD_REPLACES},
    {"test", VATER_HEAD_TEST},
    {"nil", VATER_HEAD_NIL},
    {"reporter/orgnr", VATER_HEAD_REPORTER},
    {"reporter/name", VATER_HEAD_REPORTER_NAME},
    {"reporter/system", VATER_HEAD_REPORTER_SYSTEM},
    {"delivery", VATER_HEAD_DELIVERY},
    {"period/start", VATER_HEAD_PERIOD_START},
    {"period/end", VATER_HEAD_PERIOD_END},
    {"generatedAt", VATER_HEAD_GENERATED_AT},
    {"comment", VATER_HEAD_COMMENT},
    {NULL, VATER_HEAD_NONE},
};

static const struct vater_rows rows = {
    .size = sizeof rows,
    .at = "/observations",
    .members = members,
    .head = head,
};

static const char *const media_types[] = {
    "application/json",     "application/vnd.vater.submission+json",
    "application/x-ndjson", "application/ndjson",
    "application/jsonl",    NULL,
};

/* Members of the document, and of the lines of NDJSON. */
static const char *const marks[] = {"observations", "schemaVersion", "indicator", NULL};

static const struct vater_format_ops format = {
    .size = sizeof format,
    .syntax = "json",
    .media_types = media_types,
    .schema = "submission.schema.json",
    .rows = &rows,
    .marks = marks,
};

static const struct vater_plugin plugin = {
    VATER_PLUGIN_HEAD,
    .name = "indicator_json",
    .version = "1.0.0",
    .summary = "The native submission: observations of indicators as one JSON document a page.",
    .format = &format,
};

VATER_PLUGIN(plugin)
