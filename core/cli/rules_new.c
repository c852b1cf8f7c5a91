#include "cli/rules_frame.h"

#include "base/file.h"

#include <ctype.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_ROOM = 64, PATH_ROOM = 700 };

static const char indicator_text[] =
    "{\n"
    "  \"$schema\": \"schemas/rules.schema.json\",\n"
    "  \"pack\": \"%s\",\n"
    "  \"version\": \"1\",\n"
    "  \"title\": {\"nb\": \"%s\", \"nn\": \"%s\", \"en\": \"%s\"},\n"
    "  \"use\": [%s],\n"
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

/* What is being written, and into which packs. */
struct making {
  struct vt_cli *cli;
  const char *given; /* id, code or name */
  struct vt_rules_frame frame;
  const struct vt_rules *rules; /* may have errors; NULL where there are no packs */
  bool rule;                    /* what is made is a rule */
  bool alone;                   /* no common.json beside it */
  struct vt_buffer text;
};

static bool is_there(const char *folder, const char *name)
{
  char path[PATH_ROOM];
  return vt_file_join(path, sizeof path, folder, name) == VATER_OK && access(path, F_OK) == 0;
}

/* The folder that was named; else, as long as nobody says so, never that of the installation. */
static void choose_folder(struct vt_cli *cli, const struct vt_rules_asked *asked)
{
  struct stat info;
  if (asked->changed != NULL)
    return;
  bool rules = stat("rules", &info) == 0 && S_ISDIR(info.st_mode);
  vt_text_copy(cli->rules, sizeof cli->rules, rules ? VT_STR("rules") : VT_STR("."));
}

static int in_use(const struct making *making, const char *what, struct vater_str file,
                  uint32_t line)
{
  struct vt_error error = {0};
  vt_fail(&error, VATER_E_CONFIG, NULL, "the %s '%s' is in use (%.*s, line %u)", what,
          making->given, VT_STR_ARGS(file), line);
  return vt_cli_error(making->cli, "rules new", &error, VT_EXIT_FAILED);
}

static void tell_next(const struct making *making, const char *rules)
{
  FILE *out = making->cli->error;
  fflush(making->cli->out);
  fprintf(out, "next: vater rules lint --rules %s\n", rules);
  if (making->rule)
    fprintf(out, "      vater rules test --rules %s %s\n", rules, making->given);
}

/* Never over a file that is there. */
static int write_new(struct making *making, const char *name)
{
  char path[PATH_ROOM], file[NAME_ROOM + 24];
  struct vt_error error = {0};
  struct vt_cli *cli = making->cli;
  bool here = strcmp(cli->rules, ".") == 0;
  snprintf(file, sizeof file, "%s.json", name);
  snprintf(path, sizeof path, "%s%s%s", here ? "" : cli->rules, here ? "" : "/", file);
  if (access(path, F_OK) == 0) {
    vt_fail(&error, VATER_E_CONFIG, "OPS-FILE", "'%s' is there already", path);
    return vt_cli_error(cli, "rules new", &error, VT_EXIT_FAILED);
  }
  if (vt_cli_replace(cli, path, &making->text, &error) != VATER_OK)
    return vt_cli_error(cli, "rules new", &error, VT_EXIT_FAILED);
  fprintf(cli->out, "%s\n", path);
  if (making->alone)
    fprintf(cli->error,
            "vater rules new: there is no common.json beside it, with the rules for every "
            "indicator; begin with a copy of %s, or add it to \"use\" later\n",
            cli->installed);
  tell_next(making, cli->rules);
  return VT_EXIT_CLEAN;
}

static const struct vt_indicator_info *find(const struct vt_rules *rules, const char *id)
{
  uint32_t count = rules != NULL ? vt_rules_indicator_count(rules) : 0;
  for (uint32_t i = 0; i < count; i++)
    if (vt_str_is(vt_rules_indicator(rules, i)->id, id))
      return vt_rules_indicator(rules, i);
  return NULL;
}

static int new_indicator(struct making *making)
{
  char pack[NAME_ROOM];
  const char *given = making->given;
  const struct vt_indicator_info *used = find(making->rules, given);
  if (used != NULL)
    return in_use(making, "indicator", used->file, used->line);
  lower(given, pack);
  making->alone = !is_there(making->cli->rules, "common.json");
  vt_buffer_format(&making->text, indicator_text, pack, given, given, given,
                   making->alone ? "" : "\"common.json\"", given, given);
  return write_new(making, pack);
}

static int new_rule(struct making *making, const char *id)
{
  char pack[NAME_ROOM], used[NAME_ROOM + 8];
  const char *code = making->given;
  const struct vt_rules *rules = making->frame.rules;
  if (rules == NULL) {
    vt_cli_diagnostics(making->cli, &making->frame.diagnostics);
    if (vt_rules_file_count(making->rules) == 0)
      fprintf(making->cli->error,
              "vater rules new: a rule is added to packs; work in a copy of %s, or name their "
              "folder with --rules\n",
              making->cli->installed);
    return VT_EXIT_REFUSED;
  }
  const struct vt_indicator_info *indicator = find(rules, id);
  const struct vt_rule_info *taken = vt_rules_find(rules, vt_str(code));
  if (indicator == NULL)
    return vt_rules_unknown(making->cli, "new", "indicator", id);
  if (taken != NULL)
    return in_use(making, "code", taken->file, taken->line);
  lower(code, pack);
  snprintf(used, sizeof used, "%.*s.json", VT_STR_ARGS(indicator->pack));
  vt_buffer_format(&making->text, rule_text, pack, code, code, code, used, code, id);
  return write_new(making, pack);
}

static int new_codelist(struct making *making)
{
  char name[NAME_ROOM + 16], folder[PATH_ROOM];
  const char *given = making->given;
  struct vater_str code;
  if (making->rules != NULL && vt_rules_code_names(making->rules, vt_str(given), &code, 1) > 0) {
    struct vt_error error = {0};
    vt_fail(&error, VATER_E_CONFIG, NULL, "the code list '%s' is in use", given);
    return vt_cli_error(making->cli, "rules new", &error, VT_EXIT_FAILED);
  }
  if (vt_file_join(folder, sizeof folder, making->cli->rules, "codelists") == VATER_OK &&
      !is_there(making->cli->rules, "codelists")) {
    mode_t ours = umask((mode_t)making->cli->mask);
    mkdir(folder, 0755);
    umask(ours);
  }
  snprintf(name, sizeof name, "codelists/%s", given);
  vt_buffer_format(&making->text, codelist_text, given, given, given, given);
  return write_new(making, name);
}

static int begin(struct making *making, const struct vt_rules_asked *asked)
{
  int status = vt_rules_frame_begin(making->cli, &asked->plugins, NULL, 0, &making->frame);
  making->rules = making->frame.rules != NULL ? making->frame.rules : making->frame.faulty;
  return status;
}

/* The packs of the folder; where it has none, for an indicator those of the installation, whose ids
 * are in use as well. */
static int load(struct making *making, const struct vt_rules_asked *asked, bool rule)
{
  char folder[sizeof making->cli->rules];
  struct vt_cli *cli = making->cli;
  int status = begin(making, asked);
  if (status != VATER_OK || rule || vt_rules_file_count(making->rules) > 0)
    return status;
  vt_rules_frame_end(&making->frame);
  memcpy(folder, cli->rules, sizeof folder);
  memcpy(cli->rules, cli->installed, sizeof cli->rules);
  status = begin(making, asked);
  memcpy(cli->rules, folder, sizeof folder);
  return status;
}

int vt_rules_new(struct vt_cli *cli, const struct vt_rules_asked *asked)
{
  struct making making = {.cli = cli};
  const char *kind = asked->name_count > 0 ? asked->names[0] : "";
  bool list = strcmp(kind, "codelist") == 0, rule = strcmp(kind, "rule") == 0;
  if (asked->name_count != 2 || (!list && !rule && strcmp(kind, "indicator") != 0))
    return vt_cli_usage(cli, "rules new",
                        "say what is new: indicator ID, rule CODE --indicator ID, codelist NAME");
  making.given = asked->names[1];
  making.rule = rule;
  if (!is_name(making.given, !list))
    return vt_cli_usage(cli, "rules new", "'%s' is no name for that; wanted: %s", making.given,
                        list ? "a lower-case letter, then letters and digits, such as readTypes"
                             : "capitals and digits with a hyphen, such as A-01 or A-0101");
  if (rule && asked->indicator == NULL)
    return vt_cli_usage(cli, "rules new", "--indicator is absent: say which one the rule is for");
  if (!rule && asked->indicator != NULL)
    return vt_cli_usage(cli, "rules new", "--indicator is for a new rule");
  choose_folder(cli, asked);
  vt_buffer_init(&making.text, &cli->environment.allocator, 64 * 1024);
  int code = VT_EXIT_FAILED;
  if (load(&making, asked, rule) != VATER_OK)
    fprintf(cli->error, "vater rules new: out of memory\n");
  else
    code = rule   ? new_rule(&making, asked->indicator)
           : list ? new_codelist(&making)
                  : new_indicator(&making);
  vt_rules_frame_end(&making.frame);
  vt_buffer_fini(&making.text);
  return code;
}
