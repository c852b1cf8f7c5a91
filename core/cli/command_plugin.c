#include "base/encode.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/plugin_check.h"
#include "cli/plugin_new.h"
#include "plugin/config.h"
#include "plugin/registry.h"

#include <getopt.h>

static const char help[] =
    "usage: vater plugin list [-j] [-p FOLDER]…\n"
    "       vater plugin info [-j] [-p FOLDER]… NAME\n"
    "       vater plugin check [-j] [--with JSON] FILE.so\n"
    "       vater plugin new check NAME\n"
    "\n"
    "list   the plugins that are installed, and what each offers\n"
    "info   one plugin's settings, checks and functions. NAME is a plugin's name or the path of\n"
    "       its file; each is loaded in a process of its own: a bad one is named, and harms none\n"
    "check  holds a plugin against the contract, whatever it offers (source, auth, format, check,\n"
    "       functions): help texts, odd settings and input, texts of failures, the same answer\n"
    "       twice, conversations that end, no I/O, memory given back, bounded memory and time\n"
    "new    makes a folder NAME with a plugin that has one check, its build file, its test and a\n"
    "       README; it builds and passes as it is. The other kinds begin as the examples of\n"
    "       docs/plugins.md\n"
    "\n"
    "  -j, --json            as JSON\n"
    "  -p, --plugins FOLDER  look there instead; may be given several times\n"
    "  -w, --with JSON       check: settings to try it with, an object; a secret is\n"
    "                        {\"file\": PATH}\n"
    "  -h, --help            this text\n"
    "\n"
    "exit: 0, 1 check found a fault, 2 a plugin was refused or is not there, 64 wrong usage\n";

enum { FOLDERS_MAX = 16, PROBE_MS = 5000 };

struct plugins {
  struct vt_cli *cli;
  struct vt_arena *arena;
  bool json;
  bool given[128]; /* options, by their letter */
  json_t *with;
  const char *folders[FOLDERS_MAX];
  uint32_t folder_count;
  struct vt_plugin_info *items;
  uint32_t count;
  struct vt_diagnostics refused;
};

/* ---- finding -------------------------------------------------------------------------------- */

static void refuse(struct plugins *plugins, const struct vt_error *error)
{
  vt_diagnostics_add(&plugins->refused, VATER_SEVERITY_ERROR, error, VT_STR_NONE, 0);
}

static void refuse_twin(struct plugins *plugins, const struct vt_plugin_info *twin,
                        const struct vt_plugin_info *first)
{
  struct vt_error error = {0};
  vt_fail(&error, VATER_E_REFUSED, "PLUG-ABI",
          "it calls itself '%s', as '%s' does; wanted: each name once; remove one of them",
          twin->name, first->path);
  vt_error_at(&error, vt_str(twin->path), 0, 0);
  refuse(plugins, &error);
}

static void add_file(struct plugins *plugins, const char *path)
{
  struct vt_error error = {0};
  struct vt_plugin_info *info = &plugins->items[plugins->count];
  struct vt_plugin_infos known = {plugins->items, plugins->count};
  if (vt_plugin_probe(&plugins->cli->environment, path, PROBE_MS, plugins->arena, info, &error) !=
      VATER_OK) {
    refuse(plugins, &error);
    return;
  }
  const struct vt_plugin_info *first = vt_plugin_info_find(&known, vt_str(info->name));
  if (first != NULL)
    refuse_twin(plugins, info, first);
  else
    plugins->count++;
}

static int add_folders(struct plugins *plugins)
{
  struct vt_plugin_files files;
  int status = vt_plugin_scan(plugins->folders, plugins->folder_count, plugins->arena, &files,
                              &plugins->refused);
  for (uint32_t i = 0; i < files.count && status == VATER_OK; i++)
    add_file(plugins, files.paths[i]);
  return status;
}

/* ---- showing -------------------------------------------------------------------------------- */

static void put_capabilities(const struct vt_plugin_info *info, struct vt_buffer *out)
{
  bool first = true;
  for (unsigned one = VT_CAPABILITY_SOURCE; one <= VT_CAPABILITY_FUNCTION; one <<= 1) {
    if ((info->capabilities & one) == 0)
      continue;
    vt_buffer_format(out, "%s%s", first ? "" : ", ", vt_capability_name((enum vt_capability)one));
    first = false;
  }
}

static void put_padded(struct vt_buffer *out, struct vater_str text, size_t width)
{
  vt_encode_terminal(out, text);
  for (size_t at = vt_encode_width(text); at < width + 2; at++)
    vt_buffer_char(out, ' ');
}

static void show_list(const struct plugins *plugins, struct vt_buffer *out)
{
  size_t name = strlen("NAME"), version = strlen("VERSION"), offers = strlen("OFFERS");
  struct vt_buffer cell;
  vt_buffer_init(&cell, &plugins->cli->environment.allocator, 200);
  for (uint32_t i = 0; i < plugins->count; i++) {
    const struct vt_plugin_info *info = &plugins->items[i];
    vt_buffer_reset(&cell);
    put_capabilities(info, &cell);
    name = strlen(info->name) > name ? strlen(info->name) : name;
    version = strlen(info->version) > version ? strlen(info->version) : version;
    offers = cell.len > offers ? cell.len : offers;
  }
  put_padded(out, VT_STR("NAME"), name);
  put_padded(out, VT_STR("VERSION"), version);
  put_padded(out, VT_STR("OFFERS"), offers);
  vt_buffer_text(out, "SUMMARY\n");
  for (uint32_t i = 0; i < plugins->count; i++) {
    const struct vt_plugin_info *info = &plugins->items[i];
    vt_buffer_reset(&cell);
    put_capabilities(info, &cell);
    put_padded(out, vt_str(info->name), name);
    put_padded(out, vt_str(info->version), version);
    put_padded(out, vt_buffer_str(&cell), offers);
    vt_encode_terminal(out, vt_str(info->summary));
    vt_buffer_char(out, '\n');
  }
  vt_buffer_fini(&cell);
}

static void show_format(const struct vt_format_info *format, struct vt_buffer *out)
{
  vt_buffer_format(out, "\nformat: %s", format->syntax);
  for (const char *const *type = format->media_types; *type != NULL; type++) {
    vt_buffer_text(out, type == format->media_types ? "; accepts " : ", ");
    vt_encode_terminal(out, vt_str(*type));
  }
  if (format->schema != NULL) {
    vt_buffer_text(out, "; schema ");
    vt_encode_terminal(out, vt_str(format->schema));
  }
  if (format->rows_at != NULL) {
    vt_buffer_text(out, "; rows at ");
    vt_encode_terminal(out, vt_str(format->rows_at));
  }
  vt_buffer_char(out, '\n');
}

static void show_checks(const struct vt_plugin_info *info, struct vt_buffer *out)
{
  vt_buffer_text(out, "\nchecks:\n");
  for (uint32_t i = 0; i < info->check_count; i++) {
    const struct vt_check_info *check = &info->checks[i];
    vt_buffer_format(out, "%s.%s: ", info->name, check->name);
    vt_encode_terminal(out, vt_str(check->summary));
    vt_buffer_char(out, '\n');
    vt_settings_help(check->settings, out);
  }
}

static void show_functions(const struct vt_plugin_info *info, struct vt_buffer *out)
{
  vt_buffer_text(out, "\nfunctions:\n");
  for (uint32_t i = 0; i < info->function_count; i++) {
    const struct vt_function_info *function = &info->functions[i];
    vt_buffer_format(out, "  %s%s: ", function->name, function->signature);
    vt_encode_terminal(out, vt_str(function->help));
    vt_buffer_char(out, '\n');
  }
}

static void show_info(const struct vt_plugin_info *info, struct vt_buffer *out)
{
  vt_buffer_format(out, "%s %s (ABI %d.%u)\n", info->name, info->version, VATER_ABI_MAJOR,
                   (unsigned)info->abi_minor);
  vt_encode_terminal(out, vt_str(info->summary));
  vt_buffer_text(out, "\nfile: ");
  vt_encode_terminal(out, vt_str(info->path));
  vt_buffer_text(out, "\noffers: ");
  put_capabilities(info, out);
  vt_buffer_text(out, info->settings->name != NULL ? "\n\nsettings:\n" : "\n\nsettings: none\n");
  vt_settings_help(info->settings, out);
  if ((info->capabilities & VT_CAPABILITY_FORMAT) != 0)
    show_format(&info->format, out);
  if (info->check_count > 0)
    show_checks(info, out);
  if (info->function_count > 0)
    show_functions(info, out);
}

static int print(struct plugins *plugins, const struct vt_plugin_info *one)
{
  struct vt_buffer out;
  struct vt_plugin_infos all = {plugins->items, plugins->count};
  int status = VATER_OK;
  vt_buffer_init(&out, &plugins->cli->environment.allocator, VT_LIMIT_PLUGIN_INFO_BYTES);
  if (plugins->json)
    status = one != NULL ? vt_plugin_info_write(one, &out) : vt_plugin_infos_write(&all, &out);
  else if (one != NULL)
    show_info(one, &out);
  else
    show_list(plugins, &out);
  if (plugins->json)
    vt_buffer_char(&out, '\n');
  vt_cli_put(plugins->cli->out, &out);
  bool whole = status == VATER_OK && !out.failed;
  vt_buffer_fini(&out);
  return whole ? VT_EXIT_CLEAN : VT_EXIT_FAILED;
}

static void show_refused(const struct plugins *plugins)
{
  if (plugins->refused.count > 0)
    vt_cli_diagnostics(plugins->cli, &plugins->refused);
}

/* ---- the command ---------------------------------------------------------------------------- */

static int list(struct plugins *plugins)
{
  int code = add_folders(plugins) == VATER_OK ? print(plugins, NULL) : VT_EXIT_FAILED;
  show_refused(plugins);
  return plugins->refused.errors > 0 ? VT_EXIT_FAILED : code;
}

static int fail_unknown(struct plugins *plugins, const char *name)
{
  struct vt_error error = {0};
  struct vater_str names[64];
  uint32_t count = plugins->count < 64 ? plugins->count : 64;
  for (uint32_t i = 0; i < count; i++)
    names[i] = vt_str(plugins->items[i].name);
  struct vater_str near = vt_str_nearest(vt_str(name), names, count);
  show_refused(plugins);
  if (near.len > 0)
    vt_fail(&error, VATER_E_CONFIG, NULL, "there is no plugin '%.100s'; did you mean '%.*s'?", name,
            VT_STR_ARGS(near));
  else
    vt_fail(&error, VATER_E_CONFIG, NULL, "there is no plugin '%.100s'; see 'vater plugin list'",
            name);
  return vt_cli_error(plugins->cli, "plugin", &error, VT_EXIT_FAILED);
}

static int info(struct plugins *plugins, const char *name)
{
  bool file = strchr(name, '/') != NULL || vt_str_ends(vt_str(name), VT_STR(".so"));
  if (file)
    add_file(plugins, name);
  else if (add_folders(plugins) != VATER_OK)
    return VT_EXIT_FAILED;
  struct vt_plugin_infos known = {plugins->items, plugins->count};
  const struct vt_plugin_info *found =
      file && plugins->count > 0 ? plugins->items : vt_plugin_info_find(&known, vt_str(name));
  if (found != NULL)
    return print(plugins, found);
  if (!file)
    return fail_unknown(plugins, name);
  show_refused(plugins);
  return VT_EXIT_FAILED;
}

static bool take_with(struct plugins *plugins, const char *text)
{
  json_decref(plugins->with);
  plugins->with = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
  return json_is_object(plugins->with);
}

/* -1: go on. */
static int take_options(struct plugins *plugins, int argc, char **argv)
{
  static const struct option options[] = {{"json", no_argument, NULL, 'j'},
                                          {"plugins", required_argument, NULL, 'p'},
                                          {"with", required_argument, NULL, 'w'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  optind = 0;
  for (int option; (option = getopt_long(argc, argv, ":jp:w:h", options, NULL)) != -1;) {
    if (option == 'h') {
      fputs(help, plugins->cli->out);
      return VT_EXIT_CLEAN;
    }
    if (option > 0 && option < 128)
      plugins->given[option] = true;
    if (option == 'w' && !take_with(plugins, optarg))
      return vt_cli_usage(plugins->cli, "plugin", "--with takes a JSON object");
    if (option == 'w')
      continue;
    if (option == 'j')
      plugins->json = true;
    else if (option != 'p')
      return vt_cli_usage(plugins->cli, "plugin", "%s '%s'",
                          option == ':' ? "a value is missing after" : "there is no option",
                          argv[optind - 1]);
    else if (plugins->folder_count >= FOLDERS_MAX)
      return vt_cli_usage(plugins->cli, "plugin", "more than %d folders", (int)FOLDERS_MAX);
    else
      plugins->folders[plugins->folder_count++] = optarg;
  }
  if (plugins->folder_count == 0)
    plugins->folders[plugins->folder_count++] = plugins->cli->plugins;
  return -1;
}

/* What was given and is not for `what`: an option's name, or NULL. */
static const char *idle_option(const struct plugins *plugins, const char *what)
{
  static const struct {
    const char *what, *takes;
  } tools[] = {{"list", "jp"}, {"info", "jp"}, {"check", "jw"}, {"new", ""}};
  static const struct {
    char letter;
    const char *name;
  } options[] = {{'j', "--json"}, {'p', "--plugins"}, {'w', "--with"}};
  for (size_t i = 0; i < sizeof tools / sizeof *tools; i++)
    for (size_t n = 0; strcmp(what, tools[i].what) == 0 && n < 3; n++)
      if (plugins->given[(unsigned char)options[n].letter] &&
          strchr(tools[i].takes, options[n].letter) == NULL)
        return options[n].name;
  return NULL;
}

static bool has_setting(const struct vater_setting *settings, const char *name)
{
  for (; settings->name != NULL; settings++)
    if (strcmp(settings->name, name) == 0)
      return true;
  return false;
}

/* A setting that neither the plugin nor one of its checks has would be tried by nothing. */
static const char *idle_setting(const struct plugins *plugins, const struct vt_plugin_info *info)
{
  const char *name;
  json_t *value;
  json_object_foreach(plugins->with, name, value)
  {
    bool known = has_setting(info->settings, name);
    for (uint32_t i = 0; i < info->check_count && !known; i++)
      known = has_setting(info->checks[i].settings, name);
    if (!known)
      return name;
  }
  return NULL;
}

static int check(struct plugins *plugins, const char *path)
{
  if (plugins->with != NULL)
    add_file(plugins, path); /* one that cannot be loaded is what the check is about */
  const char *idle = plugins->count > 0 ? idle_setting(plugins, plugins->items) : NULL;
  if (idle != NULL)
    return vt_cli_usage(plugins->cli, "plugin",
                        "--with: the plugin '%s' has no setting '%s'; see 'vater plugin info %s'",
                        plugins->items->name, idle, path);
  return vt_plugin_conformance(plugins->cli, path, plugins->with, plugins->json);
}

static int run(struct plugins *plugins, int argc, char **argv)
{
  int code = take_options(plugins, argc, argv);
  if (code >= 0)
    return code;
  const char *what = optind < argc ? argv[optind] : "";
  int names = argc - optind - 1;
  const char *idle = idle_option(plugins, what);
  if (idle != NULL)
    return vt_cli_usage(plugins->cli, "plugin", "%s takes no option %s", what, idle);
  if (strcmp(what, "list") == 0 && names == 0)
    return list(plugins);
  if (strcmp(what, "info") == 0 && names == 1)
    return info(plugins, argv[optind + 1]);
  if (strcmp(what, "check") == 0 && names == 1)
    return check(plugins, argv[optind + 1]);
  if (strcmp(what, "new") == 0 && names == 2)
    return vt_plugin_new(plugins->cli, argv[optind + 1], argv[optind + 2]);
  if (strcmp(what, "check") == 0 || strcmp(what, "new") == 0)
    return vt_cli_usage(plugins->cli, "plugin", "%s takes %s", what,
                        what[0] == 'c' ? "one file" : "a kind and a name: new check NAME");
  if (strcmp(what, "list") == 0 || strcmp(what, "info") == 0)
    return vt_cli_usage(plugins->cli, "plugin", "%s takes %s", what,
                        strcmp(what, "list") == 0 ? "no name" : "one name");
  return vt_cli_usage(plugins->cli, "plugin", "'%s' is none of list, info, check, new", what);
}

int vt_command_plugin(struct vt_cli *cli, int argc, char **argv)
{
  struct plugins plugins = {.cli = cli};
  int code = VT_EXIT_FAILED;
  plugins.arena = vt_arena_new(&cli->environment.allocator, 0);
  if (plugins.arena != NULL)
    plugins.items = vt_arena_array(plugins.arena, VT_LIMIT_PLUGINS + 1, sizeof *plugins.items);
  if (plugins.items != NULL) {
    vt_diagnostics_init(&plugins.refused, plugins.arena);
    code = run(&plugins, argc, argv);
  }
  json_decref(plugins.with);
  vt_arena_free(plugins.arena);
  return code;
}
