#include "cli/cli.h"
#include "unit/plugin/rig.h"

#define HOSTILE VATER_BUILD_DIR "/hostile-plugins/"

struct answer {
  int code;
  char *out, *error;
};

static struct answer run(const char *const *arguments)
{
  struct answer answer;
  size_t out_size, error_size;
  struct vt_cli cli = {.environment = vt_environment_real(), .width = 80};
  char *argv[16] = {(char[]){"plugin"}};
  int argc = 1;
  for (; arguments[argc - 1] != NULL; argc++)
    argv[argc] = (char *)(uintptr_t)arguments[argc - 1];
  snprintf(cli.plugins, sizeof cli.plugins, "%s/lib/vater/plugins", VATER_BUILD_DIR);
  cli.out = open_memstream(&answer.out, &out_size);
  cli.error = open_memstream(&answer.error, &error_size);
  answer.code = vt_command_plugin(&cli, argc, argv);
  fclose(cli.out);
  fclose(cli.error);
  return answer;
}

static void done(struct answer *answer)
{
  free(answer->out);
  free(answer->error);
}

#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

static void assert_has(const char *text, const char *part)
{
  if (strstr(text, part) == NULL)
    fail_msg("'%s' is not in:\n%s", part, text);
}

static void list_is_a_table(void **state)
{
  (void)state;
  struct answer answer = RUN("list");
  assert_string_equal(answer.error, "");
  assert_int_equal(answer.code, VT_EXIT_CLEAN);
  assert_has(answer.out, "OFFERS");
  assert_has(answer.out, "auth ");
  assert_has(answer.out, "Sends a fixed token, Authorization: Bearer (RFC 6750).\n");
  done(&answer);
}

static void list_json_is_json(void **state)
{
  (void)state;
  struct answer answer = RUN("list", "--json");
  json_t *root = json_loads(answer.out, 0, NULL);
  assert_true(json_array_size(root) >= 4);
  assert_string_equal(json_string_value(json_object_get(json_array_get(root, 0), "name")), "basic");
  json_decref(root);
  done(&answer);
}

static void info_tells_settings(void **state)
{
  (void)state;
  struct answer answer = RUN("info", "basic");
  assert_int_equal(answer.code, VT_EXIT_CLEAN);
  assert_string_equal(answer.out,
                      "basic 1.0.0 (ABI 1.1)\n"
                      "Sends a user name and password, Authorization: Basic (RFC 7617).\n"
                      "file: " VATER_BUILD_DIR "/lib/vater/plugins/basic.so\n"
                      "offers: auth\n"
                      "\n"
                      "settings:\n"
                      "  user      text     The user name. Required.\n"
                      "  password  secret   The password. Required.\n");
  done(&answer);
}

static void info_tells_format_checks_and_functions(void **state)
{
  (void)state;
  struct answer answer = RUN("info", "indicator_json");
  assert_has(answer.out, "settings: none\n\nformat: json; accepts application/json, "
                         "application/vnd.vater.submission+json, application/x-ndjson, "
                         "application/ndjson, application/jsonl; schema submission.schema.json; "
                         "rows at /observations\n");
  done(&answer);
  answer = RUN("info", HOSTILE "hostile/hostile.so");
  assert_has(answer.out, "\nchecks:\nhostile.act: Plays one hostile act; a finding says that it "
                         "succeeded.\n  act  text     The act to play. Required.\n");
  assert_has(answer.out, "\nfunctions:\n  hostileAct(string) -> string: Plays one hostile act");
  done(&answer);
}

static void info_json_is_one_object(void **state)
{
  (void)state;
  struct answer answer = RUN("--json", "info", "bearer");
  json_t *root = json_loads(answer.out, 0, NULL);
  json_t *setting = json_array_get(json_object_get(root, "settings"), 0);
  assert_string_equal(json_string_value(json_object_get(root, "name")), "bearer");
  assert_true(json_is_true(json_object_get(setting, "secret")));
  json_decref(root);
  done(&answer);
}

static void unknown_names_get_a_hint(void **state)
{
  (void)state;
  struct answer answer = RUN("info", "bearr");
  assert_int_equal(answer.code, VT_EXIT_FAILED);
  assert_string_equal(answer.error,
                      "vater plugin: there is no plugin 'bearr'; did you mean 'bearer'?\n");
  done(&answer);
}

static void refused_plugins_are_named(void **state)
{
  (void)state;
  struct answer answer = RUN("list", "-p", HOSTILE "broken_constructor_exit", "-p",
                             HOSTILE "broken_twin_a", "-p", HOSTILE "broken_twin_b");
  assert_int_equal(answer.code, VT_EXIT_FAILED);
  assert_has(answer.out, "twin  1.0.0    source  Must not be loaded.\n");
  assert_has(answer.error, "broken_constructor_exit.so: error: PLUG-LOAD: "
                           "'broken_constructor_exit.so' ended the process that loaded it (exit "
                           "status 0); mend it or take it out of the folder\n");
  assert_has(answer.error, "broken_twin_b.so: error: PLUG-ABI: it calls itself 'twin', as '");
  done(&answer);
}

static void usage_is_told(void **state)
{
  static const struct {
    const char *arguments[4];
    const char *error;
  } cases[] = {
      {{NULL}, "vater plugin: '' is none of list, info, check, new\ntry 'vater plugin --help'\n"},
      {{"lst"},
       "vater plugin: 'lst' is none of list, info, check, new\ntry 'vater plugin --help'\n"},
      {{"list", "x"}, "vater plugin: list takes no name\ntry 'vater plugin --help'\n"},
      {{"info"}, "vater plugin: info takes one name\ntry 'vater plugin --help'\n"},
      {{"list", "--jsn"}, "vater plugin: there is no option '--jsn'\ntry 'vater plugin --help'\n"},
      {{"list", "-p"}, "vater plugin: a value is missing after '-p'\ntry 'vater plugin --help'\n"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct answer answer = run(cases[i].arguments);
    assert_string_equal(answer.error, cases[i].error);
    assert_int_equal(answer.code, VT_EXIT_USAGE);
    done(&answer);
  }
  struct answer answer = RUN("--help");
  assert_int_equal(answer.code, VT_EXIT_CLEAN);
  assert_has(answer.out, "usage: vater plugin list");
  done(&answer);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(list_is_a_table),
      cmocka_unit_test(list_json_is_json),
      cmocka_unit_test(info_tells_settings),
      cmocka_unit_test(info_tells_format_checks_and_functions),
      cmocka_unit_test(info_json_is_one_object),
      cmocka_unit_test(unknown_names_get_a_hint),
      cmocka_unit_test(refused_plugins_are_named),
      cmocka_unit_test(usage_is_told),
  };
  return cmocka_run_group_tests_name("plugin command", tests, NULL, NULL);
}
