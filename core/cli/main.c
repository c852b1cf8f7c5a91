#include "cli/cli.h"
#include "cli/command_list.h"

#include "base/date.h"
#include "base/encode.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

static const struct vt_command commands[] = {
#define VT_COMMAND(name, summary) {#name, (summary), vt_command_##name},
#include "cli/commands.def"
#undef VT_COMMAND
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

/* A descriptor 0-2 that is closed would be given to the next file opened. */
static void fill_standard_descriptors(void)
{
  for (int fd = 0; fd <= 2; fd++)
    if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) {
      int null = open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY);
      if (null < 0)
        abort();
    }
}

/* What libraries would obey and we do not want obeyed. */
static const char *const refused_variables[] = {
    "LD_PRELOAD",      "LD_LIBRARY_PATH", "LD_AUDIT",      "SSLKEYLOGFILE", "HTTP_PROXY",
    "http_proxy",      "HTTPS_PROXY",     "https_proxy",   "ALL_PROXY",     "all_proxy",
    "NO_PROXY",        "no_proxy",        "SSL_CERT_FILE", "SSL_CERT_DIR",  "OPENSSL_CONF",
    "OPENSSL_MODULES", "OPENSSL_ENGINES"};

static bool read_variable(const char *name, char *out, size_t size)
{
  const char *value = getenv(name);
  if (value == NULL)
    return false;
  vt_text_copy(out, size, vt_str(value));
  return true;
}

/* Everything that speaks to libcurl: CURL_CA_BUNDLE, CURL_HOME, … */
static void report_curl(struct vt_cli *cli)
{
  for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
    size_t name = strcspn(*entry, "=");
    if (strncmp(*entry, "CURL_", 5) == 0 && name < 64)
      vt_log(&cli->log, VATER_LOG_WARNING, "start", NULL, "OPS-ENV: %.*s is set and ignored",
             (int)name, *entry);
  }
}

static void report_refused(struct vt_cli *cli)
{
  report_curl(cli);
  for (size_t i = 0; i < sizeof refused_variables / sizeof refused_variables[0]; i++) {
    if (getenv(refused_variables[i]) == NULL)
      continue;
    bool loader = strncmp(refused_variables[i], "LD_", 3) == 0;
    vt_log(&cli->log, VATER_LOG_WARNING, "start", NULL,
           loader ? "OPS-ENV: %s is set: code of others is in this process"
                  : "OPS-ENV: %s is set and ignored",
           refused_variables[i]);
  }
}

static unsigned terminal_width(void)
{
  struct winsize size;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
    return size.ws_col;
  return 80;
}

/* The environment is emptied: what we want of it is read here, nothing else steers us. */
static void read_environment(struct vt_cli *cli, char *credentials, size_t size)
{
  char value[32];
  bool no_color = getenv("NO_COLOR") != NULL && getenv("NO_COLOR")[0] != '\0';
  cli->color = isatty(STDOUT_FILENO) && !no_color &&
               !(read_variable("TERM", value, sizeof value) && strcmp(value, "dumb") == 0);
  cli->width = terminal_width();
  cli->credentials = read_variable("CREDENTIALS_DIRECTORY", credentials, size) ? credentials : NULL;
  clearenv();
}

static bool exists(const char *path)
{
  struct stat info;
  return stat(path, &info) == 0;
}

/* bin/vater stands beside lib/vater/plugins and share/vater/rules, built or installed. */
static void find_folders(struct vt_cli *cli)
{
  ssize_t size = readlink("/proc/self/exe", cli->binary, sizeof cli->binary - 1);
  char prefix[400] = "";
  if (size > 0) {
    cli->binary[size] = '\0';
    vt_text_copy(prefix, sizeof prefix, vt_str(cli->binary));
    for (int i = 0; i < 2; i++) {
      char *slash = strrchr(prefix, '/');
      if (slash != NULL)
        *slash = '\0';
    }
  }
  snprintf(cli->plugins, sizeof cli->plugins, "%s/lib/vater/plugins", prefix);
  if (!exists(cli->plugins))
    snprintf(cli->plugins, sizeof cli->plugins, "%s/" VATER_LIBRARY_FOLDER "/vater/plugins",
             prefix);
  snprintf(cli->rules, sizeof cli->rules, "%s/share/vater/rules", prefix);
  memcpy(cli->installed, cli->rules, sizeof cli->installed);
}

static void print_help(FILE *out)
{
  fputs("vater holds reported indicator data against the rules of the e-health strategy.\n\n"
        "usage: vater COMMAND [OPTION…] [ARGUMENT…]\n\ncommands:\n",
        out);
  for (size_t i = 0; i < COMMANDS; i++)
    fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].summary);
  fputs("\n'vater COMMAND --help' tells more; 'vater check FILE' needs no configuration.\n"
        "exit: 0 clean, 1 findings of severity error, 2 something could not be done,\n"
        "      3 refused to start, 64 wrong usage\n",
        out);
}

static int unknown_command(struct vt_cli *cli, const char *word)
{
  struct vater_str names[COMMANDS];
  for (size_t i = 0; i < COMMANDS; i++)
    names[i] = vt_str(commands[i].name);
  struct vater_str near = vt_str_nearest(vt_str(word), names, COMMANDS);
  if (near.len > 0)
    return vt_cli_usage(cli, NULL, "there is no command '%s'; did you mean '%.*s'?", word,
                        VT_STR_ARGS(near));
  return vt_cli_usage(cli, NULL, "there is no command '%s'", word);
}

static int dispatch(struct vt_cli *cli, int argc, char **argv)
{
  const char *word = argc > 1 ? argv[1] : NULL;
  if (word == NULL)
    return vt_cli_usage(cli, NULL, "no command given");
  if (strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
    if (argc > 2 && argv[2][0] != '-') {
      char *tool = argc > 3 && argv[3][0] != '-' ? argv[3] : NULL; /* help rules lint */
      char *help[] = {argv[0], argv[2], (char *)(uintptr_t) "--help", tool, NULL};
      return dispatch(cli, tool != NULL ? 4 : 3, help);
    }
    print_help(cli->out);
    return VT_EXIT_CLEAN;
  }
  if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
    fprintf(cli->out, "vater %s (plugin ABI %d.%d)\n", VATER_VERSION, VATER_ABI_MAJOR,
            VATER_ABI_MINOR);
    return VT_EXIT_CLEAN;
  }
  for (size_t i = 0; i < COMMANDS; i++)
    if (strcmp(word, commands[i].name) == 0)
      return commands[i].run(cli, argc - 1, argv + 1);
  return unknown_command(cli, word);
}

int main(int argc, char **argv)
{
  struct vt_cli cli = {0};
  char credentials[1024];
  fill_standard_descriptors();
  cli.mask = umask(077);
  signal(SIGXFSZ, SIG_IGN); /* a full quota is the error of a write, not a death */
  cli.environment = vt_environment_real();
  cli.log = vt_log_stderr(VATER_LOG_WARNING, cli.environment.clock);
  cli.in = stdin;
  cli.out = stdout;
  cli.error = stderr;
  if (argc > 1 && strcmp(argv[1], "run") == 0)
    report_refused(&cli);
  read_environment(&cli, credentials, sizeof credentials);
  find_folders(&cli);
  int code = dispatch(&cli, argc, argv);
  if (fflush(stdout) != 0 || ferror(stdout)) {
    fprintf(stderr, "vater: cannot write the output: %s\n", strerror(errno));
    return VT_EXIT_FAILED;
  }
  return code;
}
