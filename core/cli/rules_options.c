#include "cli/rules_options.h"

struct tool {
  const char *name;
  const char *usage, *summary; /* for the page of all tools */
  const char *options;         /* short letters */
  const char *text;            /* what it does, and how it ends */
};

static const struct tool tools[] = {
    {"lint", "lint [OPTION…] [FILE…]", "tells everything that is wrong with rule packs", "rGUjh",
     "Checks rule packs (all of the folder, or those named) and mapping files, and tells\n"
     "everything that is wrong in one go, with line and column: structure, unknown names, types,\n"
     "missing translations, dead and overlapping rules, and codes that ask something else than\n"
     "codes.lock beside the packs has recorded.\n\n"
     "exit: 0 no errors, 1 errors, 2 something could not be done, 3 the folder or a file cannot "
     "be\n"
     "      read, or a plugin not loaded, 64 wrong usage\n"},
    {"test", "test [OPTION…] [CODE…]", "judges the examples in the packs", "rGmjh",
     "Judges every example: a patch on the indicator's sample, which the rule has to pass, fail,\n"
     "… as the example says. A rule that no failing example trips is a fault.\n\n"
     "exit: 0 in order, 1 something is wrong with an example or a rule's examples, 2 something\n"
     "      could not be done, 3 the packs cannot be loaded, 64 wrong usage\n"},
    {"list", "list [OPTION…]", "the rules, one a line", "rGgiljh",
     "exit: 0 listed, 2 there is no such indicator, 3 the packs cannot be loaded, 64 wrong "
     "usage\n"},
    {"docs", "docs [OPTION…]", "a catalogue of indicators and rules", "rGHlh",
     "Writes all indicators and rules as Markdown or HTML, with an anchor a code.\n\n"
     "exit: 0 written, 3 the packs cannot be loaded, 64 wrong usage\n"},
    {"coverage", "coverage [OPTION…]", "the strategy's points, and what has no indicator or rule",
     "rGgHjh",
     "Tells the strategy's goals and points (strategy/goals.json beside the packs), the\n"
     "indicators and rules that follow them, what has none, and a table by goal.\n\n"
     "exit: 0 all is covered, 1 something is not, 2 something could not be done, 3 the packs\n"
     "      cannot be loaded, 64 wrong usage\n"},
    {"diff", "diff [OPTION…] OLD NEW", "a changelog of two folders of packs, or two packs", "Gjh",
     "exit: 0 told, 3 the packs cannot be loaded, 64 wrong usage\n"},
    {"impact", "impact --rules NEW [OPTION…]", "whom changed packs would hit", "rcsSTjh",
     "Judges stored payloads by the rules in force and by changed ones, and tells which actors\n"
     "would newly fail or pass, by verdict and by rule; the last delivery of each endpoint, or\n"
     "those since a day.\n\n"
     "exit: 0 within the threshold, 1 beyond it, 2 something could not be done or judged, 3 the\n"
     "      configuration, store or packs cannot be loaded, 64 wrong usage\n"},
    {"new", "new indicator ID | rule CODE -i ID | codelist NAME",
     "writes a pack or code list to begin with", "rGih",
     "Writes a file that lints clean into the folder of --rules; without it into 'rules' here, or\n"
     "where there is none, into the current folder. Never over a file, nor an id, code or name\n"
     "in use.\n\n"
     "exit: 0 written, 2 in use or could not be written, 3 the packs cannot be loaded, 64 wrong\n"
     "      usage\n"},
};
enum { TOOLS = sizeof tools / sizeof *tools };

/* The first line whose `tool` is NULL or the one that is told about. */
static const struct {
  char option;
  const char *tool, *text;
} options[] = {
    {'r', "impact", "-r, --rules DIRECTORY    the changed rule packs"},
    {'r', "new", "-r, --rules DIRECTORY    where to"},
    {'r', NULL, "-r, --rules DIRECTORY    rule packs (default: those beside this program)"},
    {'c', NULL, "-c, --config FILE        whose store, actors and rules (default vater.json)"},
    {'s', NULL,
     "-s, --store FILE         the store, instead of the configuration's; where there is no\n"
     "                           vater.json, actors and rules are those of its last run"},
    {'S', NULL, "-S, --since DATE         all deliveries of runs of that day and later"},
    {'T', NULL,
     "-T, --threshold PERCENT  more of those that passed before may not newly fail by one\n"
     "                           rule, nor be rejected (default 50)"},
    {'m', NULL,
     "-m, --mutate             also change each rule's expression a little, and report changes\n"
     "                           that none of its examples notices"},
    {'U', NULL, "    --update-lock        record in codes.lock what each code asks"},
    {'H', NULL, "    --html               HTML"},
    {'G', NULL, "    --plugins DIRECTORY  plugins there as well; may be given several times"},
    {'g', NULL, "-g, --goal N             of that goal"},
    {'i', "new", "-i, --indicator ID       the indicator that the new rule is for"},
    {'i', NULL, "-i, --indicator ID       for that indicator"},
    {'l', NULL, "-l, --language nb|nn|en  of the texts (default en)"},
    {'j', NULL, "-j, --json               machine-readable"},
    {'h', NULL, "-h, --help               this text"},
};

const struct option vt_rules_long_options[] = {{"rules", required_argument, NULL, 'r'},
                                               {"config", required_argument, NULL, 'c'},
                                               {"store", required_argument, NULL, 's'},
                                               {"since", required_argument, NULL, 'S'},
                                               {"threshold", required_argument, NULL, 'T'},
                                               {"plugins", required_argument, NULL, 'G'},
                                               {"goal", required_argument, NULL, 'g'},
                                               {"indicator", required_argument, NULL, 'i'},
                                               {"language", required_argument, NULL, 'l'},
                                               {"json", no_argument, NULL, 'j'},
                                               {"mutate", no_argument, NULL, 'm'},
                                               {"update-lock", no_argument, NULL, 'U'},
                                               {"html", no_argument, NULL, 'H'},
                                               {"help", no_argument, NULL, 'h'},
                                               {NULL, 0, NULL, 0}};

static const struct tool *find(const char *name)
{
  for (size_t i = 0; i < TOOLS; i++)
    if (strcmp(tools[i].name, name) == 0)
      return &tools[i];
  return NULL;
}

static void print_all(FILE *out)
{
  for (size_t i = 0; i < TOOLS; i++)
    fprintf(out, "%s vater rules %s\n", i == 0 ? "usage:" : "      ", tools[i].usage);
  fputc('\n', out);
  for (size_t i = 0; i < TOOLS; i++)
    fprintf(out, "  %-9s %s\n", tools[i].name, tools[i].summary);
  fputs(
      "\n'vater rules TOOL --help' tells its options and exit codes; docs/rules.md how packs are\n"
      "written.\n",
      out);
}

static void print_options(FILE *out, const struct tool *tool)
{
  char told = '\0';
  for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
    bool here = strchr(tool->options, options[i].option) != NULL && options[i].option != told &&
                (options[i].tool == NULL || strcmp(options[i].tool, tool->name) == 0);
    if (!here)
      continue;
    fprintf(out, "  %s\n", options[i].text);
    told = options[i].option;
  }
}

int vt_rules_help(struct vt_cli *cli, const char *name)
{
  const struct tool *tool = name != NULL ? find(name) : NULL;
  if (name != NULL && tool == NULL)
    return vt_rules_unknown_tool(cli, name);
  if (tool == NULL) {
    print_all(cli->out);
    return VT_EXIT_CLEAN;
  }
  const char *exits = strstr(tool->text, "exit: ");
  fprintf(cli->out, "usage: vater rules %s\n\n", tool->usage);
  if (exits == tool->text)
    fprintf(cli->out, "%s\n\n", tool->summary);
  else
    fprintf(cli->out, "%.*s", (int)(exits - tool->text), tool->text);
  print_options(cli->out, tool);
  fprintf(cli->out, "\n%s", exits);
  return VT_EXIT_CLEAN;
}

int vt_rules_unknown_tool(struct vt_cli *cli, const char *name)
{
  struct vater_str names[TOOLS];
  for (size_t i = 0; i < TOOLS; i++)
    names[i] = vt_str(tools[i].name);
  struct vater_str near = vt_str_nearest(vt_str(name), names, TOOLS);
  if (near.len > 0)
    return vt_cli_usage(cli, "rules", "there is no tool '%s'; did you mean '%.*s'?", name,
                        VT_STR_ARGS(near));
  return vt_cli_usage(cli, "rules", "'%s' is none of " VT_RULES_TOOLS, name);
}

int vt_rules_check_options(struct vt_cli *cli, const char *name, const bool *given)
{
  char command[32];
  const struct tool *tool = find(name);
  if (tool == NULL)
    return vt_rules_unknown_tool(cli, name);
  snprintf(command, sizeof command, "rules %s", name);
  for (const struct option *option = vt_rules_long_options; option->name != NULL; option++)
    if (given[option->val] && strchr(tool->options, option->val) == NULL)
      return vt_cli_usage(cli, command, "%s takes no option --%s", name, option->name);
  return VT_EXIT_CLEAN;
}
