#include "cli/options.h"
#include "cli/reading.h"
#include "cli/rules_facts.h"
#include "cli/rules_frame.h"

#include "base/encode.h"
#include "report/texts.h"
#include "rules/review.h"

#include <getopt.h>
#include <jansson.h>
#include <stdlib.h>

enum { TEXT_BYTES_MAX = 1024 * 1024, NEAREST_MAX = 1024 };

struct asked {
  struct vater_str code;
  enum vt_language language;
  struct vt_cli_folders plugins;
  bool json, all;
};

static void print_help(FILE *out)
{
  fputs("usage: vater explain [OPTION…] CODE|INDICATOR\n"
        "       vater explain --all\n\n"
        "Explains a code of the engine, of a rule or of a token service (HID-1010, MP-251): what\n"
        "it means, how serious it is, who acts, and what to do; or an indicator (G4-15). Capitals\n"
        "or not is the same.\n\n"
        "  -l, --language nb|nn|en  of the texts (default en)\n"
        "  -r, --rules DIRECTORY    rule packs (default: those beside this program)\n"
        "      --plugins DIRECTORY  plugins there as well, that the packs need; may be given\n"
        "                           several times\n"
        "  -j, --json               machine-readable, in all languages\n"
        "      --all                every code of the engine as Markdown (docs/codes.md)\n"
        "  -h, --help               this text\n\n"
        "exit: 0 explained, 2 there is no such code or indicator, 64 wrong usage\n",
        out);
}

static const char *severity_name(int severity)
{
  return severity == VATER_SEVERITY_ERROR     ? "error"
         : severity == VATER_SEVERITY_WARNING ? "warning"
                                              : "info";
}

static void put_texts(json_t *object, const char *name, const struct vater_str *texts)
{
  json_t *languages = json_object();
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++)
    if (texts[i].len > 0)
      json_object_set_new(languages, vt_language_name((enum vt_language)i),
                          json_stringn(texts[i].ptr, texts[i].len));
  json_object_set_new(object, name, languages);
}

static int print_json(struct vt_cli *cli, json_t *object)
{
  int failed = json_dumpf(object, cli->out, JSON_INDENT(2));
  json_decref(object);
  fputc('\n', cli->out);
  return failed != 0 ? VT_EXIT_FAILED : VT_EXIT_CLEAN;
}

static struct vater_str word(const struct asked *asked, enum vt_report_text which)
{
  return vt_str(vt_report_text(which, asked->language));
}

/* "  label: text"; nothing where the text is empty. */
static void say(struct vt_cli *cli, const struct asked *asked, enum vt_report_text label,
                struct vater_str text)
{
  struct vt_buffer out;
  if (text.len == 0)
    return;
  vt_buffer_init(&out, &cli->environment.allocator, TEXT_BYTES_MAX);
  vt_encode_terminal(&out, text);
  fprintf(cli->out, "  %s: %.*s\n", vt_report_text(label, asked->language), (int)out.len,
          out.len > 0 ? out.bytes : "");
  vt_buffer_fini(&out);
}

/* ---- codes of the engine --------------------------------------------------------------------- */

static int explain_code(struct vt_cli *cli, const struct asked *asked, const struct vt_code *code)
{
  if (!asked->json) {
    fprintf(cli->out, "%s: %s\n", code->code, code->title[asked->language]);
    say(cli, asked, VT_TEXT_SEVERITY,
        word(asked, VT_TEXT_SEVERITY_INFO + (unsigned)code->severity));
    say(cli, asked, VT_TEXT_WHO_ACTS, word(asked, VT_TEXT_ACTS_ACTOR + (unsigned)code->acts));
    say(cli, asked, VT_TEXT_DELIVERY, vt_report_delivery(vt_str(code->delivery), asked->language));
    say(cli, asked, VT_TEXT_TRIED_AGAIN, word(asked, code->retried ? VT_TEXT_YES : VT_TEXT_NO));
    fprintf(cli->out, "  → %s\n", code->remedy[asked->language]);
    return VT_EXIT_CLEAN;
  }
  struct vater_str title[VT_LANGUAGE_COUNT], remedy[VT_LANGUAGE_COUNT];
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++) {
    title[i] = vt_str(code->title[i]);
    remedy[i] = vt_str(code->remedy[i]);
  }
  json_t *object =
      json_pack("{s:s, s:s, s:s, s:s, s:b, s:s}", "code", code->code, "kind", "engine", "severity",
                severity_name(code->severity), "acts", vt_acts_name(code->acts), "retried",
                (int)code->retried, "delivery", code->delivery);
  put_texts(object, "title", title);
  put_texts(object, "remedy", remedy);
  return print_json(cli, object);
}

static void print_markdown(FILE *out, const struct vt_code *code)
{
  fprintf(out, "\n## %s\n\n%s, acts: %s%s%s%s%s\n\n", code->code, severity_name(code->severity),
          vt_acts_name(code->acts), code->retried ? ", tried again" : "",
          code->delivery[0] != '\0' ? ", delivery `" : "", code->delivery,
          code->delivery[0] != '\0' ? "`" : "");
  fputs("| | what happened | what to do |\n| --- | --- | --- |\n", out);
  for (int i = VT_LANGUAGE_COUNT - 1; i >= 0; i--)
    fprintf(out, "| %s | %s | %s |\n", vt_language_name((enum vt_language)i), code->title[i],
            code->remedy[i]);
}

static int print_all(struct vt_cli *cli)
{
  size_t count;
  const struct vt_code *codes = vt_code_list(&count);
  fputs("# Codes\n\n"
        "The engine's own codes, generated by `vater explain --all` from `core/base/codes.def`.\n"
        "Rules have codes of their own: `vater rules list`, `vater explain CODE`.\n\n"
        "*Acts* says who has to do something: the actor, the operator of the engine, or us who\n"
        "write rules and code. *Delivery* is what the code makes of the job; a code without one\n"
        "is a finding beside others, or refuses the whole run before it starts.\n",
        cli->out);
  for (size_t i = 0; i < count; i++)
    print_markdown(cli->out, &codes[i]);
  return VT_EXIT_CLEAN;
}

/* ---- codes of token services -------------------------------------------------------------------
 */

/* In the order of enum vt_language. */
struct service_code {
  const char *code, *meaning[VT_LANGUAGE_COUNT];
};

/* The plugin's own list: said once. */
static const struct service_code service_codes[] = {
#define OAUTH2_CODE(code, en, nb, nn) \
  {code, {[VT_LANGUAGE_EN] = (en), [VT_LANGUAGE_NB] = (nb), [VT_LANGUAGE_NN] = (nn)}},
#include "explain.def"
#undef OAUTH2_CODE
};

enum { SERVICE_CODES = sizeof service_codes / sizeof *service_codes };

static const char *service_of(const char *code)
{
  return strncmp(code, "HID-", 4) == 0  ? "HelseID"
         : strncmp(code, "MP-", 3) == 0 ? "Maskinporten"
                                        : "OAuth 2.0";
}

static const struct service_code *find_service_code(struct vater_str code)
{
  for (size_t i = 0; i < SERVICE_CODES; i++)
    if (vt_str_equal_nocase(code, vt_str(service_codes[i].code)))
      return &service_codes[i];
  return NULL;
}

static int explain_service(struct vt_cli *cli, const struct asked *asked,
                           const struct service_code *code)
{
  struct vater_str meaning[VT_LANGUAGE_COUNT];
  if (!asked->json) {
    fprintf(cli->out, "%s (%s): %s\n", code->code, service_of(code->code),
            code->meaning[asked->language]);
    say(cli, asked, VT_TEXT_WHO_ACTS, word(asked, VT_TEXT_ACTS_ACTOR + (unsigned)VT_ACTS_OPERATOR));
    return VT_EXIT_CLEAN;
  }
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++)
    meaning[i] = vt_str(code->meaning[i]);
  json_t *object =
      json_pack("{s:s, s:s, s:s, s:s}", "code", code->code, "kind", "service", "service",
                service_of(code->code), "acts", vt_acts_name(VT_ACTS_OPERATOR));
  put_texts(object, "meaning", meaning);
  return print_json(cli, object);
}

/* Their names, with ", " between. */
static void say_names(struct vt_cli *cli, const struct asked *asked, enum vt_report_text label,
                      const struct vater_str *names, uint32_t count)
{
  struct vt_buffer text;
  vt_buffer_init(&text, &cli->environment.allocator, TEXT_BYTES_MAX);
  for (uint32_t i = 0; i < count; i++)
    vt_buffer_format(&text, "%s%.*s", i > 0 ? ", " : "", VT_STR_ARGS(names[i]));
  say(cli, asked, label, vt_buffer_str(&text));
  vt_buffer_fini(&text);
}

/* ---- rules ----------------------------------------------------------------------------------- */

static const json_t *member_of(const struct vt_rules *rules, const struct vt_rule_info *rule,
                               const char *name)
{
  for (uint32_t i = 0; i < vt_rules_count(rules); i++)
    if (vt_rules_info(rules, i) == rule)
      return json_object_get(vt_rules_rule_json(rules, i), name);
  return NULL;
}

/* The first example that fails: a change of the sample that the rule finds. */
static const json_t *example_of(const struct vt_rules *rules, const struct vt_rule_info *rule)
{
  return json_array_get(json_object_get(member_of(rules, rule, "examples"), "fail"), 0);
}

static struct vater_str per_of(const struct vt_rules *rules, const struct vt_rule_info *rule)
{
  const char *per = json_string_value(member_of(rules, rule, "per"));
  return per == NULL ? VT_STR_NONE : vt_str(per);
}

static void say_example(struct vt_cli *cli, const struct asked *asked, const json_t *example)
{
  char *text = example == NULL ? NULL : json_dumps(example, JSON_COMPACT | JSON_REAL_PRECISION(15));
  if (text != NULL)
    say(cli, asked, VT_TEXT_EXAMPLE, vt_str(text));
  free(text);
}

static int explain_rule(struct vt_cli *cli, const struct asked *asked, const struct vt_rules *rules,
                        const struct vt_rule_info *rule)
{
  if (!asked->json) {
    fprintf(cli->out, "%.*s: %.*s\n", VT_STR_ARGS(rule->code),
            VT_STR_ARGS(rule->message[asked->language]));
    say(cli, asked, VT_TEXT_SEVERITY,
        word(asked, VT_TEXT_SEVERITY_INFO + (unsigned)rule->severity));
    say(cli, asked, VT_TEXT_SCOPE, vt_str(vt_scope_name(rule->scope)));
    say(cli, asked, VT_TEXT_PER, per_of(rules, rule));
    say_names(cli, asked, VT_TEXT_APPLIES_TO, rule->applies_to, rule->applies_count);
    say(cli, asked, VT_TEXT_WHEN, rule->when);
    say(cli, asked, VT_TEXT_MUST_HOLD, rule->assert);
    say(cli, asked, VT_TEXT_BY_CHECK, rule->check);
    say(cli, asked, VT_TEXT_MISSING, rule->missing);
    say(cli, asked, VT_TEXT_SINCE, rule->since);
    say_example(cli, asked, example_of(rules, rule));
    say(cli, asked, VT_TEXT_REFERENCE, rule->reference);
    say(cli, asked, VT_TEXT_PACK, rule->pack);
    fprintf(cli->out, "  → %.*s\n", VT_STR_ARGS(rule->remedy[asked->language]));
    return VT_EXIT_CLEAN;
  }
  json_t *object =
      json_pack("{s:s%, s:s, s:s, s:s, s:s%, s:s%, s:s%, s:s%, s:s%}", "code", rule->code.ptr,
                rule->code.len, "kind", "rule", "severity", severity_name(rule->severity), "scope",
                vt_scope_name(rule->scope), "pack", rule->pack.ptr, rule->pack.len, "when",
                rule->when.len > 0 ? rule->when.ptr : "", rule->when.len, "assert",
                rule->assert.len > 0 ? rule->assert.ptr : "", rule->assert.len, "check",
                rule->check.len > 0 ? rule->check.ptr : "", rule->check.len, "reference",
                rule->reference.len > 0 ? rule->reference.ptr : "", rule->reference.len);
  json_t *applies = json_array();
  for (uint32_t i = 0; i < rule->applies_count; i++)
    json_array_append_new(applies, json_stringn(rule->applies_to[i].ptr, rule->applies_to[i].len));
  json_object_set_new(object, "appliesTo", applies);
  if (per_of(rules, rule).len > 0)
    json_object_set_new(object, "per", json_string(per_of(rules, rule).ptr));
  if (rule->missing.len > 0)
    json_object_set_new(object, "missing", json_stringn(rule->missing.ptr, rule->missing.len));
  if (example_of(rules, rule) != NULL)
    json_object_set_new(object, "example", json_deep_copy(example_of(rules, rule)));
  put_texts(object, "message", rule->message);
  put_texts(object, "remedy", rule->remedy);
  return print_json(cli, object);
}

/* ---- indicators ------------------------------------------------------------------------------ */

static void say_list(struct vt_cli *cli, const struct asked *asked, enum vt_report_text label,
                     const json_t *list)
{
  struct vt_buffer text;
  vt_buffer_init(&text, &cli->environment.allocator, TEXT_BYTES_MAX);
  for (size_t i = 0; i < json_array_size(list); i++)
    vt_buffer_format(&text, "%s%s", i > 0 ? ", " : "", json_string_value(json_array_get(list, i)));
  say(cli, asked, label, vt_buffer_str(&text));
  vt_buffer_fini(&text);
}

static void say_facts(struct vt_cli *cli, const struct asked *asked, const json_t *indicator)
{
  static const enum vt_report_text labels[VT_FACT_COUNT] = {VT_TEXT_REQUIRES,  VT_TEXT_BREAKDOWNS,
                                                            VT_TEXT_AREA_ROLE, VT_TEXT_VALID,
                                                            VT_TEXT_PLAUSIBLE, VT_TEXT_TARGETS};
  struct vt_buffer text;
  vt_buffer_init(&text, &cli->environment.allocator, TEXT_BYTES_MAX);
  for (int i = 0; i < VT_FACT_COUNT; i++) {
    vt_buffer_reset(&text);
    vt_fact_put(indicator, (enum vt_fact)i, &text);
    say(cli, asked, labels[i], vt_buffer_str(&text));
  }
  vt_buffer_fini(&text);
}

static int explain_indicator(struct vt_cli *cli, const struct asked *asked,
                             const struct vt_rules *rules, uint32_t index)
{
  const struct vt_indicator_info *info = vt_rules_indicator(rules, index);
  const json_t *json = vt_rules_indicator_json(rules, index);
  json_t *codes = vt_fact_own_rules(rules, info->id);
  if (asked->json) {
    json_t *object = json_deep_copy(json);
    json_object_del(object, "sample");
    json_object_set_new(object, "kind", json_string("indicator"));
    json_object_set_new(object, "pack", json_stringn(info->pack.ptr, info->pack.len));
    json_object_set_new(object, "rules", codes);
    return print_json(cli, object);
  }
  fprintf(cli->out, "%.*s: %.*s\n", VT_STR_ARGS(info->id),
          VT_STR_ARGS(info->title[asked->language]));
  fprintf(cli->out, "  %.*s\n", VT_STR_ARGS(info->definition[asked->language]));
  say(cli, asked, VT_TEXT_STATE, vt_str(vt_indicator_state_name(info->state)));
  say(cli, asked, VT_TEXT_UNIT, info->unit);
  say(cli, asked, VT_TEXT_FREQUENCY, info->frequency);
  say_list(cli, asked, VT_TEXT_REPORTED_BY, json_object_get(json, "reportedBy"));
  say_facts(cli, asked, json);
  say_list(cli, asked, VT_TEXT_OWN_RULES, codes);
  say(cli, asked, VT_TEXT_PACK, info->pack);
  json_decref(codes);
  return VT_EXIT_CLEAN;
}

/* ---- whatever it is ---------------------------------------------------------------------------
 */

static const struct vt_code *find_code(struct vater_str code)
{
  size_t count;
  const struct vt_code *codes = vt_code_list(&count);
  for (size_t i = 0; i < count; i++)
    if (vt_str_equal_nocase(vt_str(codes[i].code), code))
      return &codes[i];
  return NULL;
}

static const struct vt_rule_info *find_rule(const struct vt_rules *rules, struct vater_str code)
{
  for (uint32_t i = 0; i < vt_rules_count(rules); i++)
    if (vt_str_equal_nocase(vt_rules_info(rules, i)->code, code))
      return vt_rules_info(rules, i);
  return NULL;
}

/* Index, or the number of indicators where there is none. */
static uint32_t find_indicator(const struct vt_rules *rules, struct vater_str id)
{
  uint32_t i = 0;
  while (i < vt_rules_indicator_count(rules) &&
         !vt_str_equal_nocase(vt_rules_indicator(rules, i)->id, id))
    i++;
  return i;
}

/* In capitals, as nearly all names are. */
static struct vater_str nearest(struct vater_str asked, const struct vater_str *names, size_t count)
{
  char upper[64];
  struct vater_str near = vt_str_nearest(asked, names, count);
  if (near.len > 0 || asked.len >= sizeof upper)
    return near;
  for (size_t i = 0; i < asked.len; i++)
    upper[i] =
        asked.ptr[i] >= 'a' && asked.ptr[i] <= 'z' ? (char)(asked.ptr[i] - 32) : asked.ptr[i];
  return vt_str_nearest((struct vater_str){upper, asked.len}, names, count);
}

/* "there is no code or indicator 'NET-REFUSD'; did you mean 'NET-REFUSED'?" */
static int say_unknown(struct vt_cli *cli, const struct asked *asked, const struct vt_rules *rules)
{
  struct vater_str names[NEAREST_MAX];
  size_t count, used = 0;
  const struct vt_code *codes = vt_code_list(&count);
  for (size_t i = 0; i < count && used < NEAREST_MAX; i++)
    names[used++] = vt_str(codes[i].code);
  for (size_t i = 0; i < SERVICE_CODES && used < NEAREST_MAX; i++)
    names[used++] = vt_str(service_codes[i].code);
  for (uint32_t i = 0; i < vt_rules_indicator_count(rules) && used < NEAREST_MAX; i++)
    names[used++] = vt_rules_indicator(rules, i)->id;
  for (uint32_t i = 0; i < vt_rules_count(rules) && used < NEAREST_MAX; i++)
    names[used++] = vt_rules_info(rules, i)->code;
  struct vater_str near = nearest(asked->code, names, used);
  struct vt_error error = {0};
  if (near.len > 0)
    vt_fail(&error, VATER_E_CONFIG, NULL,
            "there is no code or indicator '%.*s'; did you mean '%.*s'?", VT_STR_ARGS(asked->code),
            VT_STR_ARGS(near));
  else
    vt_fail(&error, VATER_E_CONFIG, NULL,
            "there is no code or indicator '%.*s'; see 'vater rules list' and 'vater explain "
            "--all'",
            VT_STR_ARGS(asked->code));
  return vt_cli_error(cli, "explain", &error, VT_EXIT_FAILED);
}

static int explain_from_packs(struct vt_cli *cli, const struct asked *asked,
                              const struct vt_rules *rules)
{
  const struct vt_rule_info *rule = find_rule(rules, asked->code);
  uint32_t indicator = find_indicator(rules, asked->code);
  if (rule != NULL)
    return explain_rule(cli, asked, rules, rule);
  return indicator < vt_rules_indicator_count(rules)
             ? explain_indicator(cli, asked, rules, indicator)
             : say_unknown(cli, asked, rules);
}

static int explain(struct vt_cli *cli, const struct asked *asked)
{
  const struct vt_code *code = find_code(asked->code);
  if (code != NULL)
    return explain_code(cli, asked, code);
  const struct service_code *service = find_service_code(asked->code);
  if (service != NULL)
    return explain_service(cli, asked, service);
  struct vt_rules_frame frame;
  int exit_code = VT_EXIT_FAILED;
  int status = vt_rules_frame_begin(cli, &asked->plugins, NULL, 0, &frame);
  if (status == VATER_OK && frame.rules == NULL)
    vt_cli_diagnostics(cli, &frame.diagnostics);
  else if (status == VATER_OK)
    exit_code = explain_from_packs(cli, asked, frame.rules);
  vt_rules_frame_end(&frame);
  return exit_code;
}

int vt_command_explain(struct vt_cli *cli, int argc, char **argv)
{
  static const struct option options[] = {{"language", required_argument, NULL, 'l'},
                                          {"rules", required_argument, NULL, 'r'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"all", no_argument, NULL, 'A'},
                                          {"plugins", required_argument, NULL, 'G'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  struct asked asked = {.language = VT_LANGUAGE_EN,
                        .plugins = {.paths = {cli->plugins}, .count = 1}};
  int option;
  optind = 1;
  opterr = 0;
  while ((option = getopt_long(argc, argv, ":l:r:jh", options, NULL)) != -1) {
    if (option == 'r')
      vt_text_copy(cli->rules, sizeof cli->rules, vt_str(optarg));
    else if (option == 'j')
      asked.json = true;
    else if (option == 'A')
      asked.all = true;
    else if (option == 'G') {
      if (vt_cli_add_folder(cli, "explain", &asked.plugins, optarg) != VT_EXIT_CLEAN)
        return VT_EXIT_USAGE;
    } else if (option == 'h') {
      print_help(cli->out);
      return VT_EXIT_CLEAN;
    } else if (option != 'l')
      return vt_cli_option_fault(cli, "explain", option, argv);
    else if (!vt_cli_parse_language(cli, "explain", optarg, &asked.language))
      return VT_EXIT_USAGE;
  }
  if (asked.all && asked.json)
    return vt_cli_usage(cli, "explain", "--all is Markdown; it takes no --json");
  if (asked.all)
    return optind < argc ? vt_cli_usage(cli, "explain", "--all takes no code") : print_all(cli);
  if (optind + 1 != argc)
    return vt_cli_usage(cli, "explain", "name one code or indicator, such as NET-REFUSED or G4-15");
  asked.code = vt_str(argv[optind]);
  return explain(cli, &asked);
}
