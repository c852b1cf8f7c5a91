#include "cli/options.h"

#include "base/date.h"
#include "base/number.h"

#include <getopt.h>

int vt_cli_option_fault(struct vt_cli *cli, const char *command, int option, char **argv)
{
  const char *word = optind > 0 ? argv[optind - 1] : "";
  if (option == ':')
    return vt_cli_usage(cli, command, "option '%s' wants a value", word);
  return vt_cli_usage(cli, command, "there is no option '%s'", word);
}

int vt_cli_add_folder(struct vt_cli *cli, const char *command, struct vt_cli_folders *folders,
                      const char *path)
{
  if (folders->count >= VT_CLI_FOLDERS)
    return vt_cli_usage(cli, command, "more than %d folders of plugins", (int)VT_CLI_FOLDERS);
  folders->paths[folders->count++] = path;
  return VT_EXIT_CLEAN;
}

struct vt_run_options vt_cli_run_options(const struct vt_cli *cli, const char *configuration)
{
  return (struct vt_run_options){.environment = &cli->environment,
                                 .log = &cli->log,
                                 .configuration = configuration,
                                 .plugins = cli->plugins,
                                 .rules = cli->rules,
                                 .credentials = cli->credentials,
                                 .binary = cli->binary,
                                 .reference_day = INT64_MIN};
}

bool vt_cli_parse_day(struct vt_cli *cli, const char *command, const char *text, int64_t *day)
{
  if (vt_date_parse(vt_str(text), day))
    return true;
  vt_cli_usage(cli, command, "'%s' is not a date (YYYY-MM-DD)", text);
  return false;
}

bool vt_cli_parse_samples(struct vt_cli *cli, const char *command, const char *text,
                          uint32_t *samples)
{
  uint64_t value;
  if (vt_number_uint64(vt_str(text), &value) && value <= 1000) {
    *samples = (uint32_t)value;
    return true;
  }
  vt_cli_usage(cli, command, "'%s' is not a number from 0 to 1000", text);
  return false;
}
