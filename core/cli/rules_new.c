#include "cli/rules_frame.h"

#include "base/file.h"
#include "rules/review.h"

#include <ctype.h>
#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_ROOM = 64, PATH_ROOM = 700 };

static const char indicator_text[] =
    "{\n"
    "  \"$schema\": \"schemas/rules.schema.json\",\n"
    "  \"pack\": \"%s\",\n"
    "  \"version\": \"1\",\n"
    "  \"title\": {\"nb\": \"%s\", \"nn\": \"%s\", \"en\": \"%s\"},\n"
    "  \"use\": [\"common.json\"],\n"
    "  \"indicators\": [\n"
    "    {\n"
    "      \"id\": \"%s\",\n"
    "      \"state\": \"proposed\",\n"
    "      \"objective\": null,\n"
    "      \"bullets\": [\"1.1\"],\n"
    "      \"title\": {\"nb\": \"Tittel\", \"nn\": \"Tittel\", \"en\": \"Title\"},\n"
    "      \"definition\": {\"nb\": \"Hva som telles.\", \"nn\": \"Kva som vert talt.\", \"en\": "
    "\"What is counted.\"},\n"
    "      \"unit\": \"count\",\n"
    "      \"frequency\": \"year\",\n"
    "      \"origin\": \"actor\",\n"
    "      \"reportedBy\": [\"trust\"],\n"
    "      \"requires\": [\"value\"],\n"
    "      \"derive\": \"sum\",\n"
    "      \"breakdowns\": {},\n"
    "      \"areaRole\": \"provider\",\n"
    "      \"plausible\": {\"min\": 0},\n"
    "      \"disclosure\": {\"purpose\": \"none\"},\n"
    "      \"direction\": \"increase\",\n"
    "      \"baseline\": [],\n"
    "      \"targets\": [],\n"
    "      \"definitionVersion\": 1,\n"
    "      \"validFrom\": \"2025\",\n"
    "      \"sdg\": [3],\n"
    "      \"sample\": {\n"
    "        \"schemaVersion\": \"1.0.0\",\n"
    "        \"reporter\": {\"orgnr\": \"983974724\", \"name\": \"Helse Bergen HF\"},\n"
    "        \"generatedAt\": \"2026-02-01T08:00:00Z\",\n"
    "        \"observations\": [\n"
    "          {\"indicator\": \"%s\", \"period\": \"2025\", \"area\": \"46\", \"areaRole\": "
    "\"provider\",\n"
    "           \"value\": 100, \"unit\": \"count\", \"status\": \"final\"}\n"
    "        ]\n"
    "      }\n"
    "    }\n"
    "  ],\n"
    "  \"rules\": []\n"
    "}\n";

static const char rule_text[] =
    "{\n"
    "  \"$schema\": \"schemas/rules.schema.json\",\n"
    "  \"pack\": \"%s\",\n"
    "  \"version\": \"1\",\n"
    "  \"title\": {\"nb\": \"%s\", \"nn\": \"%s\", \"en\": \"%s\"},\n"
    "  \"use\": [\"%s\"],\n"
    "  \"rules\": [\n"
    "    {\n"
    "      \"code\": \"%s\",\n"
    "      \"appliesTo\": [\"%s\"],\n"
    "      \"scope\": \"observation\",\n"
    "      \"severity\": \"warning\",\n"
    "      \"assert\": \"obs.status != 'preliminary'\",\n"
    "      \"missing\": \"skip\",\n"
    "      \"message\": {\n"
    "        \"nb\": \"Tallet for {obs.period} er foreløpig.\",\n"
    "        \"nn\": \"Talet for {obs.period} er førebels.\",\n"
    "        \"en\": \"The figure of {obs.period} is preliminary.\"\n"
    "      },\n"
    "      \"remedy\": {\n"
    "        \"nb\": \"Lever endelige tall.\",\n"
    "        \"nn\": \"Lever endelege tal.\",\n"
    "        \"en\": \"Deliver final figures.\"\n"
    "      },\n"
    "      \"reference\": \"docs/rules.md\",\n"
    "      \"examples\": {\n"
    "        \"pass\": [{}],\n"
    "        \"fail\": [{\"observations\": [{\"status\": \"preliminary\"}]}]\n"
    "      }\n"
    "    }\n"
    "  ]\n"
    "}\n";

static const char codelist_text[] =
    "{\n"
    "  \"codelist\": \"%s\",\n"
    "  \"title\": {\"nb\": \"%s\", \"nn\": \"%s\", \"en\": \"%s\"},\n"
    "  \"source\": \"where the list is published\",\n"
    "  \"licence\": \"NLOD 2.0\",\n"
    "  \"validFrom\": \"2026-01-01\",\n"
    "  \"codes\": [\n"
    "    {\"code\": \"1\", \"name\": \"One\"}\n"
    "  ]\n"
    "}\n";

/* "A-01" to "a-01": a pack's name is its file's. */
static void lower(const char *name, char out[NAME_ROOM])
{
  size_t i = 0;
  for (; name[i] != '\0' && i + 1 < NAME_ROOM; i++)
    out[i] = (char)(isalnum((unsigned char)name[i]) ? tolower((unsigned char)name[i]) : '-');
  out[i] = '\0';
}

static bool is_name(const char *name, bool code)
{
  size_t len = strlen(name);
  if (len == 0 || len >= NAME_ROOM ||
      (code ? !isupper((unsigned char)name[0]) : !islower((unsigned char)name[0])))
    return false;
  for (size_t i = 0; i < len; i++)
    if (!isalnum((unsigned char)name[i]) && !(code && (name[i] == '-' || name[i] == '.')))
      return false;
  return !code || strchr(name, '-') != NULL;
}

/* Never over a file that is there. */
static int write_new(struct vt_cli *cli, const char *name, const struct vt_buffer *text)
{
  char path[PATH_ROOM];
  struct vt_error error = {0};
  snprintf(path, sizeof path, "%s/%s.json", cli->rules, name);
  if (access(path, F_OK) == 0) {
    vt_fail(&error, VATER_E_CONFIG, "OPS-FILE", "'%s' is there already", path);
    return vt_cli_error(cli, "rules", &error, VT_EXIT_FAILED);
  }
  if (text->failed || vt_file_replace(path, vt_buffer_str(text), 0644, &error) != VATER_OK)
    return vt_cli_error(cli, "rules", &error, VT_EXIT_FAILED);
  fprintf(cli->out, "%s\n", path);
  return VT_EXIT_CLEAN;
}

static const struct vt_indicator_info *find(const struct vt_rules *rules, const char *id)
{
  for (uint32_t i = 0; i < vt_rules_indicator_count(rules); i++)
    if (vt_str_is(vt_rules_indicator(rules, i)->id, id))
      return vt_rules_indicator(rules, i);
  return NULL;
}

static int new_rule(struct vt_cli *cli, const struct vt_rules_asked *asked, const char *code,
                    struct vt_buffer *text)
{
  char pack[NAME_ROOM], used[NAME_ROOM + 8];
  struct vt_rules_frame frame;
  int exit_code = VT_EXIT_REFUSED;
  lower(code, pack);
  int status = vt_rules_frame_begin(cli, &asked->plugins, NULL, 0, &frame);
  const struct vt_indicator_info *indicator =
      status != VATER_OK || frame.rules == NULL ? NULL : find(frame.rules, asked->indicator);
  if (status == VATER_OK && frame.rules == NULL)
    vt_cli_diagnostics(cli, &frame.diagnostics);
  else if (indicator == NULL)
    exit_code = vt_cli_usage(cli, "rules", "there is no indicator '%s'", asked->indicator);
  else if (vt_rules_find(frame.rules, vt_str(code)) != NULL)
    exit_code = vt_cli_usage(cli, "rules", "the code '%s' is taken", code);
  else {
    snprintf(used, sizeof used, "%.*s.json", VT_STR_ARGS(indicator->pack));
    vt_buffer_format(text, rule_text, pack, code, code, code, used, code, asked->indicator);
    exit_code = write_new(cli, pack, text);
  }
  vt_rules_frame_end(&frame);
  return exit_code;
}

int vt_rules_new(struct vt_cli *cli, const struct vt_rules_asked *asked)
{
  struct vt_buffer text;
  char name[NAME_ROOM + 16] = "";
  const char *kind = asked->name_count > 0 ? asked->names[0] : "";
  bool list = strcmp(kind, "codelist") == 0, rule = strcmp(kind, "rule") == 0;
  if (asked->name_count != 2 || (!list && !rule && strcmp(kind, "indicator") != 0))
    return vt_cli_usage(cli, "rules",
                        "say what is new: indicator ID, rule CODE --indicator ID, codelist NAME");
  const char *given = asked->names[1];
  if (!is_name(given, !list))
    return vt_cli_usage(cli, "rules", "'%s' is no name for that; wanted: %s", given,
                        list ? "a word that begins in lower case"
                             : "capitals and digits with a hyphen, such as A-01 or A-0101");
  if (rule && asked->indicator == NULL)
    return vt_cli_usage(cli, "rules", "--indicator is absent: say which one the rule is for");
  vt_buffer_init(&text, &cli->environment.allocator, 64 * 1024);
  int code;
  if (rule) {
    code = new_rule(cli, asked, given, &text);
  } else if (list) {
    snprintf(name, sizeof name, "codelists/%s", given);
    vt_buffer_format(&text, codelist_text, given, given, given, given);
    code = write_new(cli, name, &text);
  } else {
    lower(given, name);
    vt_buffer_format(&text, indicator_text, name, given, given, given, given, given);
    code = write_new(cli, name, &text);
  }
  vt_buffer_fini(&text);
  return code;
}
