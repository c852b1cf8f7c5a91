#include "cli/reading.h"

#include "base/number.h"
#include "run/configuration.h"

int vt_cli_open_store(struct vt_cli *cli, const char *command, const struct vt_cli_store *where,
                      struct vt_arena *arena, struct vt_store **store)
{
  struct vt_error error = {0};
  const char *path = where->path;
  *store = NULL;
  if (path == NULL) {
    struct vt_diagnostics diagnostics;
    struct vt_configuration configuration;
    vt_diagnostics_init(&diagnostics, arena);
    int status = vt_configuration_load(&cli->environment, where->configuration, cli->rules, arena,
                                       &configuration, &diagnostics);
    vt_cli_diagnostics(cli, &diagnostics);
    if (status != VATER_OK)
      return VT_EXIT_REFUSED;
    path = configuration.store.ptr;
  }
  int status = vt_store_open(path, VT_STORE_READ, &cli->environment, store, &error);
  if (status == VATER_OK)
    return VT_EXIT_CLEAN;
  return vt_cli_error(cli, command, &error,
                      status == VATER_E_REFUSED ? VT_EXIT_REFUSED : VT_EXIT_FAILED);
}

bool vt_cli_parse_run(struct vt_cli *cli, const char *command, const char *text, int64_t *run)
{
  if (vt_number_int64(vt_str(text), run) && *run > 0)
    return true;
  vt_cli_usage(cli, command, "'%s' is not the number of a run", text);
  return false;
}

bool vt_cli_parse_language(struct vt_cli *cli, const char *command, const char *text,
                           enum vt_language *language)
{
  if (vt_language_parse(vt_str(text), language))
    return true;
  vt_cli_usage(cli, command, "'%s' is none of nb, nn, en", text);
  return false;
}

int vt_cli_print(struct vt_cli *cli, const char *command, int status, struct vt_buffer *out)
{
  if (status != VATER_OK) {
    struct vt_error error = {0};
    vt_fail(&error, status, "OPS-MEMORY",
            status == VATER_E_LIMIT ? "the output is too large" : "out of memory");
    return vt_cli_error(cli, command, &error, VT_EXIT_FAILED);
  }
  if (out->len > 0)
    vt_cli_put(cli->out, out);
  return VT_EXIT_CLEAN;
}
