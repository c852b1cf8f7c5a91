#include "base/encode.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/line_reader.h"
#include "schema/schema.h"
#include "schema/value.h"

#include <getopt.h>
#include <stdlib.h>

static const char help[] =
    "usage: vater schema check [-f] [-e REFERENCE] [-l nb|nn|en] [-n] SCHEMA FILE\n"
    "       vater schema --batch\n"
    "Holds a JSON file ('-': standard input) against a JSON Schema 2020-12.\n"
    "\n"
    "  -f, --format           `format` fails too, instead of only describing\n"
    "  -e, --entry REFERENCE  start at that subschema: '#/$defs/observation'\n"
    "  -l, --language LANG    language of the findings: nb, nn, en (default en)\n"
    "  -n, --ndjson           FILE has one document a line\n"
    "  -b, --batch            one JSON request a line on standard input: schema, instance, and\n"
    "                         optionally remotes and format; one answer a line\n"
    "  -h, --help             this text\n"
    "\n"
    "Exit status: 0 valid, 1 not valid, 2 something could not be read, 64 usage.\n";

#define FINDINGS_SHOWN 1000

struct options {
  bool format, ndjson, batch;
  const char *entry;
  enum vt_language language;
};

struct report {
  struct vt_cli *cli;
  const char *file;
  struct vater_str document;
  uint32_t first_line; /* of the document in the file */
  enum vt_language language;
  struct vt_buffer line;
};

static int print_finding(void *context, const struct vt_schema_finding *finding)
{
  struct report *report = context;
  struct vt_buffer *line = &report->line;
  struct vater_str line_text;
  uint32_t row, column;
  vt_buffer_reset(line);
  vt_text_place(report->document, finding->offset, &row, &column, &line_text);
  vt_encode_terminal(line, vt_str(report->file));
  vt_buffer_format(line, ":%u:%u: ", (unsigned)(row + report->first_line - 1), (unsigned)column);
  vt_encode_terminal(line, finding->pointer.len > 0 ? finding->pointer : VT_STR("(document)"));
  vt_buffer_text(line, ": ");
  vt_encode_terminal(line, finding->message[report->language]);
  vt_buffer_format(line, " [%s]", finding->keyword);
  if (finding->found.len > 0) {
    vt_buffer_text(line, ": ");
    vt_encode_terminal(line, finding->found);
  }
  vt_buffer_char(line, '\n');
  struct vater_str text = vt_buffer_str(line);
  fwrite(text.ptr, 1, text.len, report->cli->out);
  return VATER_OK;
}

/* One document through reader and validator. */
static int validate(struct vt_schema_validator *validator, const struct vt_allocator *allocator,
                    struct vater_str document, const struct vt_doc_budget *budget, bool *valid,
                    struct vt_error *error)
{
  struct vt_doc_reader *reader;
  struct vt_doc_event event = {.kind = VT_DOC_NULL};
  vt_schema_validator_reset(validator, document);
  int status = vt_doc_reader_new(allocator, document, budget, 0, &reader);
  if (status != VATER_OK)
    return vt_fail(error, status, NULL, "out of memory");
  while (status == VATER_OK && event.kind != VT_DOC_END) {
    status = vt_doc_next(reader, &event, error);
    if (status == VATER_OK)
      status = vt_schema_feed(validator, &event, error);
  }
  vt_doc_reader_free(reader);
  return status == VATER_OK ? vt_schema_finish(validator, valid, error) : status;
}

static int exit_of(struct vt_cli *cli, const struct report *report, int status,
                   const struct vt_error *error)
{
  struct vt_error placed = *error;
  if (status == VATER_OK)
    return VT_EXIT_CLEAN;
  uint32_t line, column;
  struct vater_str line_text;
  vt_text_place(report->document, (size_t)error->offset, &line, &column, &line_text);
  vt_error_at(&placed, vt_str(report->file), line + report->first_line - 1, column);
  return vt_cli_error(cli, "schema", &placed, VT_EXIT_FAILED);
}

static int check_whole(struct vt_cli *cli, struct vt_schema_validator *validator,
                       struct report *report)
{
  const struct vt_allocator *allocator = &cli->environment.allocator;
  struct vt_error error = {.status = VATER_OK};
  struct vater_str text;
  bool valid = false;
  const struct vt_doc_budget budget = {.bytes = VT_LIMIT_CHECKED_BYTES, .nodes = UINT64_MAX};
  if (vt_file_load(allocator, report->file, VT_LIMIT_CHECKED_BYTES, &text, &error) != VATER_OK)
    return vt_cli_error(cli, "schema", &error, VT_EXIT_FAILED);
  report->document = text;
  report->first_line = 1;
  int status = validate(validator, allocator, text, &budget, &valid, &error);
  int exit_code = exit_of(cli, report, status, &error);
  uint64_t count = vt_schema_finding_count(validator);
  if (status == VATER_OK && count > FINDINGS_SHOWN)
    fprintf(cli->out, "… and %llu more\n", (unsigned long long)(count - FINDINGS_SHOWN));
  vt_free(allocator, (void *)(uintptr_t)text.ptr);
  return exit_code == VT_EXIT_CLEAN && !valid ? VT_EXIT_FINDINGS : exit_code;
}

static int check_line(struct vt_cli *cli, struct vt_schema_validator *validator,
                      struct report *report, int exit_code)
{
  struct vt_error error = {.status = VATER_OK};
  bool valid = false;
  int status =
      validate(validator, &cli->environment.allocator, report->document, NULL, &valid, &error);
  if (status != VATER_OK)
    return exit_of(cli, report, status, &error);
  return !valid && exit_code == VT_EXIT_CLEAN ? VT_EXIT_FINDINGS : exit_code;
}

/* Memory is that of the longest line. */
static int check_lines(struct vt_cli *cli, struct vt_schema_validator *validator,
                       struct report *report)
{
  FILE *file = strcmp(report->file, "-") == 0 ? cli->in : fopen(report->file, "re");
  struct vt_error error = {.status = VATER_OK};
  struct vt_line_reader lines;
  int exit_code = VT_EXIT_CLEAN;
  if (file == NULL) {
    vt_fail(&error, VATER_E_IO, NULL, "%s cannot be read", report->file);
    return vt_cli_error(cli, "schema", &error, VT_EXIT_FAILED);
  }
  int status = vt_line_reader_init(&lines, &cli->environment.allocator, file);
  while (status == VATER_OK &&
         (status = vt_line_reader_next(&lines, &report->document, &error)) == VATER_OK) {
    report->first_line = (uint32_t)lines.line;
    if (vt_str_trim(report->document).len > 0)
      exit_code = check_line(cli, validator, report, exit_code);
  }
  if (status != VATER_DONE)
    exit_code = vt_cli_error(cli, "schema", &error, VT_EXIT_FAILED);
  vt_line_reader_fini(&lines);
  if (file != cli->in)
    fclose(file);
  return exit_code;
}

static int load_schema(struct vt_cli *cli, const char *path, const struct options *options,
                       struct vt_schema **schema)
{
  const struct vt_allocator *allocator = &cli->environment.allocator;
  struct vt_error error = {.status = VATER_OK};
  struct vt_diagnostics diagnostics;
  struct vater_str text;
  if (vt_file_load(allocator, path, VT_LIMIT_SCHEMA_BYTES, &text, &error) != VATER_OK)
    return vt_cli_error(cli, "schema", &error, VT_EXIT_FAILED);
  struct vt_arena *arena = vt_arena_new(allocator, 0);
  struct vt_schema_options given = {
      .source = vt_str(path), .entry = vt_str(options->entry), .assert_formats = options->format};
  cli->environment.random.fill(cli->environment.random.context, given.hash_seed,
                               sizeof given.hash_seed);
  int status = arena != NULL ? VATER_OK : VATER_E_NOMEM;
  if (status == VATER_OK) {
    vt_diagnostics_init(&diagnostics, arena);
    status = vt_schema_compile(text, &given, allocator, schema, &diagnostics);
    if (diagnostics.errors > 0)
      vt_cli_diagnostics(cli, &diagnostics);
  }
  vt_arena_free(arena);
  vt_free(allocator, (void *)(uintptr_t)text.ptr);
  return status == VATER_OK ? VT_EXIT_CLEAN : VT_EXIT_FAILED;
}

static int check(struct vt_cli *cli, const struct options *options, const char *schema_path,
                 const char *file)
{
  const struct vt_allocator *allocator = &cli->environment.allocator;
  struct vt_schema *schema = NULL;
  struct vt_schema_validator *validator = NULL;
  struct report report = {.cli = cli, .file = file, .language = options->language};
  struct vt_schema_sink sink = {print_finding, &report, FINDINGS_SHOWN};
  int exit_code = load_schema(cli, schema_path, options, &schema);
  if (exit_code != VT_EXIT_CLEAN)
    return exit_code;
  vt_buffer_init(&report.line, allocator, (size_t)1024 * 1024);
  if (vt_schema_validator_new(schema, allocator, VT_STR_NONE, &sink, &validator) == VATER_OK)
    exit_code = options->ndjson ? check_lines(cli, validator, &report)
                                : check_whole(cli, validator, &report);
  else
    exit_code = VT_EXIT_FAILED;
  vt_schema_validator_free(validator);
  vt_buffer_fini(&report.line);
  vt_schema_free(schema);
  return exit_code;
}

static struct vater_str slice_of(struct vater_str line, const struct vt_schema_value *value)
{
  return vt_str_slice(line, value->offset, value->end);
}

static const struct vt_schema_remote *remotes_of(struct vater_str line,
                                                 const struct vt_schema_value *request,
                                                 struct vt_arena *arena, size_t *count)
{
  const struct vt_schema_value *given = vt_schema_value_member(request, "remotes");
  *count = 0;
  if (given == NULL)
    return NULL;
  struct vt_schema_remote *remotes =
      vt_arena_array(arena, (size_t)given->count + 1, sizeof *remotes);
  for (const struct vt_schema_value *each = given->first; each != NULL && remotes != NULL;
       each = each->next)
    remotes[(*count)++] = (struct vt_schema_remote){each->name, slice_of(line, each)};
  return remotes;
}

static int answer_request(struct vt_cli *cli, struct vater_str line, struct vt_arena *arena,
                          bool *valid, struct vt_error *error)
{
  const struct vt_allocator *allocator = &cli->environment.allocator;
  struct vt_doc_budget budget = {.depth = (uint32_t)VT_LIMIT_SCHEMA_DEPTH,
                                 .number_bytes = VT_LIMIT_SCHEMA_NUMBER_BYTES,
                                 .allow_all_text = true};
  struct vt_schema_value *request;
  struct vt_schema_options options = {.source = VT_STR("schema")};
  struct vt_diagnostics diagnostics;
  struct vt_schema *schema;
  struct vt_schema_validator *validator;
  int status = vt_schema_value_parse(line, arena, allocator, &request, error);
  if (status != VATER_OK)
    return status;
  const struct vt_schema_value *text = vt_schema_value_member(request, "schema");
  const struct vt_schema_value *instance = vt_schema_value_member(request, "instance");
  const struct vt_schema_value *format = vt_schema_value_member(request, "format");
  if (text == NULL || instance == NULL)
    return vt_fail(error, VATER_E_CONFIG, NULL, "a request has \"schema\" and \"instance\"");
  options.remotes = remotes_of(line, request, arena, &options.remote_count);
  options.assert_formats = format != NULL && format->kind == VT_DOC_TRUE;
  vt_diagnostics_init(&diagnostics, arena);
  status = vt_schema_compile(slice_of(line, text), &options, allocator, &schema, &diagnostics);
  if (status != VATER_OK)
    return vt_fail(error, status, NULL, "%s",
                   diagnostics.count > 0 ? diagnostics.items[0].error.text : "not a usable schema");
  status = vt_schema_validator_new(schema, allocator, VT_STR_NONE, NULL, &validator);
  if (status == VATER_OK)
    status = validate(validator, allocator, slice_of(line, instance), &budget, valid, error);
  vt_schema_validator_free(validator);
  vt_schema_free(schema);
  return status;
}

static void print_answer(struct vt_cli *cli, int status, bool valid, const struct vt_error *error)
{
  struct vt_buffer out;
  vt_buffer_init(&out, &cli->environment.allocator, 8192);
  if (status == VATER_OK) {
    vt_buffer_text(&out, valid ? "{\"valid\":true}" : "{\"valid\":false}");
  } else {
    vt_buffer_text(&out, "{\"error\":");
    vt_encode_json(&out, vt_str(error->text));
    vt_buffer_char(&out, '}');
  }
  vt_buffer_char(&out, '\n');
  struct vater_str text = vt_buffer_str(&out);
  fwrite(text.ptr, 1, text.len, cli->out);
  fflush(cli->out);
  vt_buffer_fini(&out);
}

static int batch(struct vt_cli *cli)
{
  char *line = NULL;
  size_t room = 0;
  ssize_t len;
  struct vt_arena *arena = vt_arena_new(&cli->environment.allocator, 0);
  if (arena == NULL)
    return VT_EXIT_FAILED;
  while ((len = getline(&line, &room, cli->in)) >= 0) {
    struct vt_error error = {.status = VATER_OK};
    bool valid = false;
    int status = answer_request(cli, (struct vater_str){line, (size_t)len}, arena, &valid, &error);
    print_answer(cli, status, valid, &error);
    vt_arena_reset(arena);
  }
  free(line);
  vt_arena_free(arena);
  return VT_EXIT_CLEAN;
}

static const struct option long_options[] = {{"format", no_argument, NULL, 'f'},
                                             {"entry", required_argument, NULL, 'e'},
                                             {"language", required_argument, NULL, 'l'},
                                             {"ndjson", no_argument, NULL, 'n'},
                                             {"batch", no_argument, NULL, 'b'},
                                             {"help", no_argument, NULL, 'h'},
                                             {NULL, 0, NULL, 0}};

int vt_command_schema(struct vt_cli *cli, int argc, char **argv)
{
  struct options options = {.language = VT_LANGUAGE_EN};
  int option;
  optind = 1;
  opterr = 0;
  while ((option = getopt_long(argc, argv, "fe:l:nbh", long_options, NULL)) != -1) {
    if (option == 'h') {
      fputs(help, cli->out);
      return VT_EXIT_CLEAN;
    }
    options.format |= option == 'f';
    options.ndjson |= option == 'n';
    options.batch |= option == 'b';
    if (option == 'e')
      options.entry = optarg;
    if (option == 'l' && !vt_language_parse(vt_str(optarg), &options.language))
      return vt_cli_usage(cli, "schema", "'%s' is not a language", optarg);
    if (option == '?')
      return vt_cli_usage(cli, "schema", "unknown or incomplete option '%s'", argv[optind - 1]);
  }
  if (options.batch && optind == argc)
    return batch(cli);
  if (options.batch || argc - optind != 3 || strcmp(argv[optind], "check") != 0)
    return vt_cli_usage(cli, "schema", "expected: check SCHEMA FILE");
  return check(cli, &options, argv[optind + 1], argv[optind + 2]);
}
