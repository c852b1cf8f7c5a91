#include "flow/rig.h"
#include "unit/jose/jose_rig.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Row A07 of the fault table, in whole runs: keys with which nothing may be signed. */

enum kind { OAUTH2, MTLS };

struct row {
  const char *name; /* of endpoint and key file */
  enum kind kind;
  const char *said;
};

static const struct row rows[] = {
    {"missing", OAUTH2, "missing.pem': No such file or directory"},
    {"group", OAUTH2, "group.pem' can be read by others (mode 640); run: chmod 600"},
    {"others", OAUTH2, "others.pem' can be read by others (mode 604); run: chmod 600"},
    {"short", OAUTH2, "has 1024 bits"},
    {"curve", OAUTH2, "EC on another curve"},
    {"encrypted", OAUTH2, "it is encrypted"},
    {"text", OAUTH2, "neither PEM nor a JWK"},
    {"public", OAUTH2, "it is a public key"},
    {"unfit", OAUTH2, "the algorithm RS256 needs a key of RSA; this one is P-256"},
    {"stranger", MTLS, "its first certificate is not that of the private key"},
    {"open", MTLS, "open.pem' can be read by others (mode 640); run: chmod 600"}};

enum { ROWS = sizeof rows / sizeof *rows, TEXT = 16 * 1024 };

static void write_registry(const char *folder, unsigned port)
{
  static char text[TEXT];
  size_t at = (size_t)snprintf(
      text, TEXT,
      "{\"actors\": [{\"orgnr\": \"983974724\", \"name\": \"A\", \"type\": \"trust\","
      " \"endpoints\": [");
  for (size_t i = 0; i < ROWS; i++) {
    const char *name = rows[i].name;
    at +=
        (size_t)snprintf(text + at, TEXT - at,
                         "%s\n{\"id\": \"%s\", \"allow\": [\"loopback\"],"
                         " \"source\": {\"plugin\": \"http\", \"url\": \"https://127.0.0.1:%u/\"},"
                         " \"format\": {\"plugin\": \"indicator_json\"}, \"auth\": ",
                         i > 0 ? "," : "", name, port);
    at +=
        (size_t)(rows[i].kind == OAUTH2
                     ? snprintf(text + at, TEXT - at,
                                "{\"plugin\": \"oauth2\", \"profile\": \"maskinporten\","
                                " \"issuer\": \"https://127.0.0.1:%u/\", \"clientId\": \"c\","
                                " \"scope\": [\"s\"], \"keyId\": \"k\", \"algorithm\": \"RS256\","
                                " \"key\": {\"file\": \"%s.pem\"}}}",
                                port, name)
                     : snprintf(text + at, TEXT - at,
                                "{\"plugin\": \"mtls\", \"certificate\": {\"file\": \"chain.pem\"},"
                                " \"key\": {\"file\": \"%s.pem\"}}}",
                                name));
    assert_true(at < TEXT);
  }
  snprintf(text + at, TEXT - at, "]}]}\n");
  rig_write(folder, "actors.json", text);
  rig_write(folder, "vater.json", "{\"actors\": \"actors.json\", \"store\": \"vater.db\"}");
}

static void put(const char *folder, const char *name, const char *text, mode_t mode)
{
  char path[600], file[64];
  snprintf(file, sizeof file, "%s.pem", name);
  rig_write(folder, file, text);
  snprintf(path, sizeof path, "%s/%s", folder, file);
  assert_int_equal(chmod(path, mode), 0);
}

static void write_keys(const char *folder, struct jose_rig *rig)
{
  char key[4096], chain[4096];
  const char *good = jose_pem(rig, "RSA", 2048, NULL, false, NULL).ptr;
  jose_certificate((int64_t)time(NULL), -60, 86400, key, chain);
  put(folder, "chain", chain, 0600);
  put(folder, "open", key, 0640);
  put(folder, "group", good, 0640);
  put(folder, "others", good, 0604);
  put(folder, "short", jose_pem(rig, "RSA", 1024, NULL, false, NULL).ptr, 0600);
  put(folder, "curve", jose_pem(rig, "EC", 0, "secp256k1", false, NULL).ptr, 0600);
  put(folder, "encrypted", jose_pem(rig, "EC", 0, "P-256", false, "hemmelig").ptr, 0600);
  put(folder, "text", "kanari-7f3a-not-a-key\n", 0600);
  put(folder, "public", jose_pem(rig, "RSA", 2048, NULL, true, NULL).ptr, 0600);
  put(folder, "unfit", jose_pem(rig, "EC", 0, "P-256", false, NULL).ptr, 0600);
  put(folder, "stranger", jose_pem(rig, "EC", 0, "P-256", false, NULL).ptr, 0600);
}

/* The second line of a PEM is its first bytes. */
static void assert_no_key_bytes(const char *folder, const char *name, const char *said)
{
  char file[64], bytes[33] = "";
  snprintf(file, sizeof file, "%s.pem", name);
  char *text = rig_text(folder, file);
  const char *second = strchr(text, '\n');
  assert_non_null(second);
  snprintf(bytes, sizeof bytes, "%s", strlen(second) > 8 ? second + 1 : text);
  bytes[strcspn(bytes, "\n")] = '\0';
  if (rig_contains(said, bytes))
    fail_msg("%s: its bytes are told", name);
  free(text);
}

/* Every one is told in one go, before anything is asked or stored. */
static void test_A07_keys(void **state)
{
  (void)state;
  static const char *const arguments[] = {"run", "--quiet", NULL};
  char folder[512];
  unsigned port;
  struct jose_rig rig;
  jose_rig_init(&rig);
  rig_folder(folder, sizeof folder);
  int listener = rig_listen(&port);
  write_registry(folder, port);
  write_keys(folder, &rig);
  struct rig_run run = rig_vater(folder, arguments);
  if (run.exit_code != 3)
    fail_msg("exit %d: %s", run.exit_code, run.error);
  for (size_t i = 0; i < ROWS; i++) {
    if (!rig_contains(run.error, rows[i].said))
      fail_msg("%s: not '%s' in: %s", rows[i].name, rows[i].said, run.error);
    if (strcmp(rows[i].name, "missing") != 0)
      assert_no_key_bytes(folder, rows[i].name, run.error);
  }
  size_t told = 0; /* each with its line, of which the registry has one per endpoint */
  for (size_t i = 0; i < ROWS; i++) {
    char place[64];
    snprintf(place, sizeof place, "actors.json:%zu:", i + 2);
    const char *at = strstr(run.error, place);
    told += at != NULL && strncmp(strchr(at, ' '), " error: OPS-KEY: ", 17) == 0;
  }
  assert_int_equal(told, ROWS);
  rig_unasked(listener, folder);
  rig_done(&run);
  rig_remove(folder);
  jose_rig_fini(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_A07_keys)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
