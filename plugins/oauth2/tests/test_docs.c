/* The configurations, the table and the commands of docs/authentication.md. */
#include "unit/jose/jose_rig.h"
#include "unit/plugin/rig.h"

#include "base/file.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/vater-docs-XXXXXX";

/* Keys and certificates of one kind, which belong together. */
struct material {
  char key[4096], chain[4096];
};

static void put_file(const char *name, const char *content, char *path, size_t size)
{
  snprintf(path, size, "%s/%s", folder, name);
  unlink(path);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_int_equal(fchmod(fileno(file), 0600), 0);
  fputs(content, file);
  fclose(file);
}

/* Each secret that is set becomes a file of ours. */
static void fill_in(const struct vater_setting *settings, json_t *object,
                    const struct material *material)
{
  for (const struct vater_setting *setting = settings; setting->name != NULL; setting++) {
    char path[128];
    if (!setting->secret || json_object_get(object, setting->name) == NULL)
      continue;
    bool chain = strcmp(setting->name, "chain") == 0 || strcmp(setting->name, "certificate") == 0;
    bool key = strcmp(setting->name, "key") == 0 || strcmp(setting->name, "certificateKey") == 0;
    put_file(setting->name,
             chain ? material->chain
             : key ? material->key
                   : "hemmelig",
             path, sizeof path);
    json_object_set_new(object, setting->name, json_pack("{s:s}", "file", path));
  }
}

static void check(const char *text, const struct material *ec, const struct material *rsa)
{
  struct rig rig;
  struct vt_instance instance;
  rig_init(&rig);
  json_error_t at;
  json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, &at);
  if (object == NULL)
    fail_msg("%s\n%s", at.text, text);
  const char *name = json_string_value(json_object_get(object, "plugin"));
  const char *profile = json_string_value(json_object_get(object, "profile"));
  assert_non_null(name);
  rig_load(&rig, name);
  json_object_del(object, "plugin");
  fill_in(rig.plugin->info.settings, object,
          profile != NULL && strcmp(profile, "maskinporten") == 0 ? rsa : ec);
  char *filled = json_dumps(object, JSON_COMPACT);
  const vater_config *config = rig_config(&rig, rig.plugin->info.settings, filled);
  if (config == NULL)
    fail_msg("%s\n%s", rig.diagnostics.items[0].error.text, text);
  if (vt_instance_open(&rig.call, rig.plugin, VT_CAPABILITY_AUTH, config, &instance, &rig.error) !=
      VATER_OK)
    fail_msg("%s\n%s", rig.error.text, text);
  vt_instance_close(&instance);
  free(filled);
  json_decref(object);
  rig_fini(&rig);
}

static struct vater_str load_page(void)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vater_str page;
  assert_int_equal(
      vt_file_load(&allocator, VATER_SOURCE_DIR "/docs/authentication.md", 1 << 20, &page, NULL),
      VATER_OK);
  return page;
}

static void free_page(struct vater_str page)
{
  struct vt_allocator allocator = vt_allocator_real();
  vt_free(&allocator, (void *)(uintptr_t)page.ptr);
}

/* Opened with keys made for it, not only parsed. */
static void worked_configurations_are_right(void **state)
{
  struct material ec, rsa;
  struct vater_str page = load_page();
  int found = 0;
  (void)state;
  jose_certificate(1767225600, -60, 3600, ec.key, ec.chain);
  jose_certificate_rsa(1767225600, -60, 3600, rsa.key, rsa.chain);
  for (size_t at = 0; (at = vt_str_find(page, VT_STR("```json\n"), at)) < page.len; found++) {
    size_t end = vt_str_find(page, VT_STR("\n```"), at);
    char text[2048];
    vt_text_copy(text, sizeof text, vt_str_slice(page, at + 8, end));
    check(text, &ec, &rsa);
    at = end;
  }
  assert_true(found >= 8);
  free_page(page);
}

static void the_table_has_every_setting(void **state)
{
  struct vater_str page = load_page();
  struct rig rig;
  (void)state;
  size_t from = vt_str_find(page, VT_STR("## Settings of oauth2"), 0);
  struct vater_str table = vt_str_slice(page, from, vt_str_find(page, VT_STR("\n## Keys"), from));
  assert_true(table.len > 0);
  rig_init(&rig);
  rig_load(&rig, "oauth2");
  for (const struct vater_setting *one = rig.plugin->info.settings; one->name != NULL; one++) {
    char quoted[80];
    snprintf(quoted, sizeof quoted, "`%s`", one->name);
    size_t row = 0;
    bool first = false;
    while (!first && (row = vt_str_find(table, VT_STR("\n| "), row)) < table.len) {
      struct vater_str cell =
          vt_str_slice(table, row + 2, vt_str_find(table, VT_STR(" | "), row + 2));
      first = vt_str_find(cell, vt_str(quoted), 0) < cell.len;
      row++;
    }
    if (!first)
      fail_msg("%s has no row", one->name);
  }
  rig_fini(&rig);
  free_page(page);
}

/* ---- commands ----------------------------------------------------------------------------------
 */

static void run_commands(const char *commands)
{
  int status;
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    if (chdir(folder) != 0)
      _exit(126);
    execl("/bin/sh", "sh", "-eu", "-c", commands, (char *)NULL);
    _exit(127);
  }
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 0);
}

static struct vater_str load_made(const char *name)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vater_str text;
  char path[128];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  assert_int_equal(vt_file_load(&allocator, path, 65536, &text, NULL), VATER_OK);
  unlink(path);
  return text;
}

/* The public key that is registered is that of the private one, under its kid. */
static void assert_pair(const char *private_name, const char *public_name,
                        enum vt_algorithm algorithm, const char *kid)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_error error = {0};
  struct vt_key *key = NULL;
  struct vt_keys *keys = NULL;
  struct vater_str private = load_made(private_name), public = load_made(public_name);
  if (vt_key_parse_private(&allocator, private, &key, &error) != VATER_OK ||
      vt_keys_parse(&allocator, public, algorithm, &keys, &error) != VATER_OK)
    fail_msg("%s", error.text);
  const struct vt_key *found = vt_keys_find(keys, vt_str(kid));
  assert_non_null(found);
  assert_str_is(vt_key_id(found), kid);
  assert_str_is(vt_key_thumbprint(found), vt_key_thumbprint(key).ptr);
  vt_keys_free(keys);
  vt_key_free(key);
  free_page(private);
  free_page(public);
}

static void commands_make_what_is_registered(void **state)
{
  struct vater_str page = load_page();
  int found = 0;
  (void)state;
  for (size_t at = 0; (at = vt_str_find(page, VT_STR("```sh\n"), at)) < page.len; found++) {
    size_t end = vt_str_find(page, VT_STR("\n```"), at);
    char text[2048];
    vt_text_copy(text, sizeof text, vt_str_slice(page, at + 6, end));
    run_commands(text);
    at = end;
  }
  assert_int_equal(found, 2);
  assert_pair("helseid.pem", "helseid.public.jwk", VT_ALGORITHM_ES256, "vater-2026");
  assert_pair("maskinporten.pem", "maskinporten.public.jwks", VT_ALGORITHM_RS256, "vater-2026-01");
  free_page(page);
}

/* ---- what token services say -------------------------------------------------------------------
 */

static const char *const texts[][4] = {
#define OAUTH2_CODE(code, en, nb, nn) {code, en, nb, nn},
#include "../explain.def"
#undef OAUTH2_CODE
};

enum { TEXTS = sizeof texts / sizeof *texts };

/* Settings have one name in every language: a word with a capital letter inside it, as onBehalfOf.
 */
static bool is_setting(const char *word, size_t len)
{
  bool small = word[0] >= 'a' && word[0] <= 'z';
  for (size_t i = 1; small && i < len; i++)
    if (word[i] >= 'A' && word[i] <= 'Z')
      return true;
  return false;
}

static void assert_same_settings(size_t row, int language)
{
  for (const char *at = texts[row][1]; *at != '\0';) {
    size_t len = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    char word[64];
    vt_text_copy(word, sizeof word, (struct vater_str){at, len});
    if (len > 0 && is_setting(at, len) && strstr(texts[row][language], word) == NULL)
      fail_msg("%s: %s is not in: %s", texts[row][0], word, texts[row][language]);
    at += len > 0 ? len : 1;
  }
}

/* Each code once, in three languages that say what to do (what is wrong; then what helps). */
static void codes_are_explained_in_three_languages(void **state)
{
  (void)state;
  assert_true(TEXTS >= 30);
  for (size_t i = 0; i < TEXTS; i++) {
    for (size_t j = 0; j < i; j++)
      assert_string_not_equal(texts[i][0], texts[j][0]);
    for (int language = 1; language < 4; language++) {
      assert_true(strlen(texts[i][language]) > 30);
      assert_true(strstr(texts[i][language], "; ") != NULL ||
                  strstr(texts[i][language], ": ") != NULL);
      assert_same_settings(i, language);
    }
    assert_string_not_equal(texts[i][1], texts[i][2]);
    if (strstr(texts[i][2], " ikke ") != NULL)
      assert_non_null(strstr(texts[i][3], " ikkje "));
    assert_null(strstr(texts[i][3], " ikke "));
  }
}

static int make_folder(void **state)
{
  (void)state;
  return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
  static const char *const names[] = {"key",    "certificate", "certificateKey", "chain",
                                      "secret", "password",    "token"};
  (void)state;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    unlink(path);
  }
  return rmdir(folder);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(worked_configurations_are_right),
                                     cmocka_unit_test(the_table_has_every_setting),
                                     cmocka_unit_test(commands_make_what_is_registered),
                                     cmocka_unit_test(codes_are_explained_in_three_languages)};
  return cmocka_run_group_tests_name("docs authentication", tests, make_folder, remove_folder);
}
