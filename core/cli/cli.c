#include "cli/cli.h"
#include "cli/rules_guard.h"

#include "base/encode.h"
#include "base/file.h"

#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MESSAGE_MAX = 64 * 1024 };

void vt_cli_put(FILE *out, const struct vt_buffer *buffer)
{
  if (buffer->len > 0)
    fwrite(buffer->bytes, 1, buffer->len, out);
}

static void print_encoded(FILE *out, struct vater_str text)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_buffer buffer;
  vt_buffer_init(&buffer, &allocator, MESSAGE_MAX);
  vt_encode_terminal(&buffer, text);
  vt_cli_put(out, &buffer);
  vt_buffer_fini(&buffer);
}

int vt_cli_usage(struct vt_cli *cli, const char *command, const char *format, ...)
{
  char text[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  fprintf(cli->error, "vater%s%s: ", command != NULL ? " " : "", command != NULL ? command : "");
  print_encoded(cli->error, vt_str(text));
  fprintf(cli->error, "\ntry 'vater %s%s--help'\n", command != NULL ? command : "",
          command != NULL ? " " : "");
  return VT_EXIT_USAGE;
}

int vt_cli_error(struct vt_cli *cli, const char *command, const struct vt_error *error,
                 int exit_code)
{
  fprintf(cli->error, "vater %s: ", command);
  if (error->source[0] != '\0') {
    print_encoded(cli->error, vt_str(error->source));
    if (error->line > 0)
      fprintf(cli->error, ":%u:%u", error->line, error->column);
    fputs(": ", cli->error);
  }
  if (error->code[0] != '\0')
    fprintf(cli->error, "%s: ", error->code);
  print_encoded(cli->error, vt_str(error->text));
  fputc('\n', cli->error);
  return exit_code;
}

void vt_cli_diagnostics(struct vt_cli *cli, const struct vt_diagnostics *list)
{
  struct vt_buffer buffer;
  vt_buffer_init(&buffer, &cli->environment.allocator, 1024 * 1024);
  vt_diagnostics_print(list, &buffer);
  vt_cli_put(cli->error, &buffer);
  vt_buffer_fini(&buffer);
}

void vt_cli_schemas(const struct vt_cli *cli, char *path, size_t size)
{
  snprintf(path, size, "%s/schemas", cli->rules);
  if (access(path, F_OK) != 0)
    snprintf(path, size, "%s/schemas", cli->installed);
}

int vt_cli_replace(struct vt_cli *cli, const char *path, const struct vt_buffer *text,
                   struct vt_error *error)
{
  if (text->failed)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for %s", path);
  if (cli->guard != NULL)
    return vt_rules_guard_write(cli, path, vt_buffer_str(text), error);
  mode_t ours = umask((mode_t)cli->mask);
  int status = vt_file_replace(path, vt_buffer_str(text), 0644, error);
  umask(ours);
  return status;
}
