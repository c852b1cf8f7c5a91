#include "cli/plugin_new.h"

#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* '@' stands for the plugin's name. */
static const char build_file[] = "cmake_minimum_required(VERSION 3.25)\n"
                                 "project(@ LANGUAGES C)\n"
                                 "\n"
                                 "find_package(vater REQUIRED)\n"
                                 "\n"
                                 "set(CMAKE_C_STANDARD 11)\n"
                                 "set(CMAKE_C_VISIBILITY_PRESET hidden)\n"
                                 "\n"
                                 "add_library(@ MODULE @.c)\n"
                                 "target_link_libraries(@ PRIVATE vater::plugin)\n"
                                 "target_compile_options(@ PRIVATE -Wall -Wextra)\n"
                                 "set_target_properties(@ PROPERTIES PREFIX \"\")\n"
                                 "\n"
                                 "enable_testing()\n"
                                 "add_executable(test_@ test_@.c @.c)\n"
                                 "target_link_libraries(test_@ PRIVATE vater::plugin)\n"
                                 "add_test(NAME @ COMMAND test_@)\n";

static const char source_file[] =
    "#include <vater/plugin.h>\n"
    "\n"
    "static const struct vater_host *host;\n"
    "\n"
    "/* Each value above `most` is a finding at its row. Code, severity and texts are the rule's. "
    "*/\n"
    "static int limit(vater_call *call, const vater_config *with, const vater_table *rows,\n"
    "                 vater_findings *findings)\n"
    "{\n"
    "  double most = 0;\n"
    "  int status = VATER_OK;\n"
    "  host->config_number(with, \"most\", &most);\n"
    "  for (uint32_t row = 0; row < host->table->rows(rows) && status == VATER_OK; row++) {\n"
    "    double value;\n"
    "    if (!host->table->get_number(rows, row, VATER_COLUMN_VALUE, &value) || value <= most)\n"
    "      continue;\n"
    "    status = host->report->fail_row(call, findings, row, VATER_COLUMN_VALUE, \"(> %g)\", "
    "most);\n"
    "  }\n"
    "  return status;\n"
    "}\n"
    "\n"
    "static int load(const struct vater_host *given)\n"
    "{\n"
    "  host = given;\n"
    "  return VATER_OK;\n"
    "}\n"
    "\n"
    "static const struct vater_setting with_limit[] = {\n"
    "    {\"most\", VATER_SETTING_NUMBER, true, false, NULL, \"The largest value that is "
    "fine.\"},\n"
    "    {NULL, 0, false, false, NULL, NULL},\n"
    "};\n"
    "\n"
    "static const struct vater_check checks[] = {\n"
    "    {\"limit\", \"A value is larger than a limit.\", with_limit, limit},\n"
    "    {NULL, NULL, NULL, NULL},\n"
    "};\n"
    "\n"
    "static const struct vater_check_ops check = {.size = sizeof check, .checks = checks};\n"
    "\n"
    "static const struct vater_plugin plugin = {\n"
    "    VATER_PLUGIN_HEAD,\n"
    "    .name = \"@\",\n"
    "    .version = \"0.1.0\",\n"
    "    .summary = \"Holds values against a limit.\",\n"
    "    .load = load,\n"
    "    .check = &check,\n"
    "};\n"
    "\n"
    "VATER_PLUGIN(plugin)\n";

static const char test_file[] =
    "/* The check against a host made here: three values, and what it reports of them. */\n"
    "#include <vater/plugin.h>\n"
    "\n"
    "#undef NDEBUG\n"
    "#include <assert.h>\n"
    "\n"
    "const struct vater_plugin *vater_plugin_1(void);\n"
    "\n"
    "static const double values[] = {1, 10, 11};\n"
    "static uint32_t found, found_row;\n"
    "\n"
    "static uint32_t rows(const vater_table *table)\n"
    "{\n"
    "  (void)table;\n"
    "  return 3;\n"
    "}\n"
    "\n"
    "static bool get_number(const vater_table *table, uint32_t row, int column, double *value)\n"
    "{\n"
    "  (void)table;\n"
    "  *value = values[row];\n"
    "  return column == VATER_COLUMN_VALUE;\n"
    "}\n"
    "\n"
    "static bool config_number(const vater_config *with, const char *name, double *value)\n"
    "{\n"
    "  (void)with;\n"
    "  (void)name;\n"
    "  *value = 10;\n"
    "  return true;\n"
    "}\n"
    "\n"
    "static int fail_row(vater_call *call, vater_findings *findings, uint32_t row, int column,\n"
    "                    const char *format, ...)\n"
    "{\n"
    "  (void)call;\n"
    "  (void)findings;\n"
    "  (void)format;\n"
    "  assert(column == VATER_COLUMN_VALUE);\n"
    "  found++;\n"
    "  found_row = row;\n"
    "  return VATER_OK;\n"
    "}\n"
    "\n"
    "int main(void)\n"
    "{\n"
    "  static const struct vater_table_api table = {\n"
    "      .size = sizeof table, .rows = rows, .get_number = get_number};\n"
    "  static const struct vater_report_api report = {.size = sizeof report, .fail_row = "
    "fail_row};\n"
    "  static const struct vater_host fake = {.size = sizeof fake,\n"
    "                                         .abi_major = VATER_ABI_MAJOR,\n"
    "                                         .abi_minor = VATER_ABI_MINOR,\n"
    "                                         .config_number = config_number,\n"
    "                                         .table = &table,\n"
    "                                         .report = &report};\n"
    "  const struct vater_plugin *plugin = vater_plugin_1();\n"
    "  assert(plugin->load(&fake) == VATER_OK);\n"
    "  assert(plugin->check->checks[0].run(NULL, NULL, NULL, NULL) == VATER_OK);\n"
    "  assert(found == 1 && found_row == 2);\n"
    "  return 0;\n"
    "}\n";

static const char read_me[] =
    "# @\n"
    "\n"
    "A plugin for vater with one check, `@.limit`: a value is larger than `most`.\n"
    "\n"
    "    cmake -B build && cmake --build build && ctest --test-dir build\n"
    "    vater plugin info ./build/@.so\n"
    "    vater rules lint --plugins build\n"
    "\n"
    "A rule names it: `\"scope\": \"submission\", \"check\": \"@.limit\", \"with\": {\"most\": "
    "100}`.\n"
    "To use it, copy `build/@.so` into the plugin folder beside vater (`lib/vater/plugins`).\n"
    "Where vater is not installed in a usual place: `cmake -B build -DCMAKE_PREFIX_PATH=FOLDER`.\n";

/* "@.c" with the name put in. */
static void put_named(FILE *out, const char *text, const char *name)
{
  for (; *text != '\0'; text++)
    if (*text == '@')
      fputs(name, out);
    else
      fputc(*text, out);
}

static int write_file(struct vt_cli *cli, const char *folder, const char *pattern, const char *text)
{
  char *path = NULL;
  size_t size = 0;
  FILE *made = open_memstream(&path, &size);
  if (made == NULL)
    return VT_EXIT_FAILED;
  fprintf(made, "%s/", folder);
  put_named(made, pattern, folder);
  fclose(made);
  FILE *out = fopen(path, "wx");
  int failed = out == NULL ? errno : 0;
  if (out != NULL) {
    put_named(out, text, folder);
    failed = fclose(out) == 0 ? 0 : errno;
  }
  struct vt_error error = {0};
  if (failed != 0)
    vt_fail(&error, VATER_E_IO, NULL, "cannot write '%s': %s", path, strerror(failed));
  else
    fprintf(cli->out, "%s\n", path);
  free(path);
  return failed == 0 ? VT_EXIT_CLEAN : vt_cli_error(cli, "plugin", &error, VT_EXIT_FAILED);
}

static bool name_fits(const char *name)
{
  size_t len = strlen(name);
  if (len == 0 || len > 32 || name[0] < 'a' || name[0] > 'z')
    return false;
  for (size_t i = 0; i < len; i++)
    if (!((name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') ||
          name[i] == '_'))
      return false;
  return true;
}

int vt_plugin_new(struct vt_cli *cli, const char *kind, const char *name)
{
  static const struct {
    const char *pattern, *text;
  } files[] = {{"CMakeLists.txt", build_file},
               {"@.c", source_file},
               {"test_@.c", test_file},
               {"README.md", read_me}};
  struct vt_error error = {0};
  if (strcmp(kind, "check") != 0)
    return vt_cli_usage(cli, "plugin",
                        "new makes a 'check', not a '%.40s'; the other kinds begin as the "
                        "examples of docs/plugins.md",
                        kind);
  if (!name_fits(name))
    return vt_cli_usage(cli, "plugin",
                        "'%.40s' is no name of a plugin: a lower-case letter, then letters, "
                        "digits, '_', at most 32",
                        name);
  char path[1200], file[64];
  snprintf(file, sizeof file, "%s.so", name);
  if (vt_file_join(path, sizeof path, cli->plugins, file) == VATER_OK && access(path, F_OK) == 0) {
    vt_fail(&error, VATER_E_CONFIG, NULL,
            "there is a plugin '%s' (%s); two of one name cannot be loaded, choose another", name,
            path);
    return vt_cli_error(cli, "plugin", &error, VT_EXIT_FAILED);
  }
  if (mkdir(name, 0777) != 0) {
    vt_fail(&error, VATER_E_IO, NULL, "cannot make the folder '%s': %s", name, strerror(errno));
    return vt_cli_error(cli, "plugin", &error, VT_EXIT_FAILED);
  }
  int code = VT_EXIT_CLEAN;
  for (size_t i = 0; i < sizeof files / sizeof *files && code == VT_EXIT_CLEAN; i++)
    code = write_file(cli, name, files[i].pattern, files[i].text);
  return code;
}
