#include "base/file.h"
#include "base/limits.h"
#include "plugin/elf.h"
#include "unit/plugin/rig.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>

static const char good[] = VATER_BUILD_DIR "/lib/vater/plugins/http.so";

/* A folder of its own in /tmp with a copy of a good plugin in it. */
struct place {
  struct rig rig;
  char folder[64], file[96];
  struct vater_str bytes;
};

static void put_file(const char *path, struct vater_str bytes)
{
  int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, bytes.ptr, bytes.len), (ssize_t)bytes.len);
  close(fd);
}

static int setup(void **state)
{
  struct place *place = calloc(1, sizeof *place);
  rig_init(&place->rig);
  snprintf(place->folder, sizeof place->folder, "/tmp/vater-plugins-XXXXXX");
  assert_non_null(mkdtemp(place->folder));
  snprintf(place->file, sizeof place->file, "%s/x.so", place->folder);
  assert_int_equal(
      vt_file_load(&place->rig.environment.allocator, good, 64 * 1024 * 1024, &place->bytes, NULL),
      VATER_OK);
  put_file(place->file, place->bytes);
  *state = place;
  return 0;
}

static int teardown(void **state)
{
  struct place *place = *state;
  unlink(place->file);
  rmdir(place->folder);
  vt_free(&place->rig.environment.allocator, (void *)(uintptr_t)place->bytes.ptr);
  rig_fini(&place->rig);
  free(place);
  return 0;
}

static void assert_trust(struct place *place, int status, const char *text)
{
  struct vt_error error = {0};
  assert_int_equal(vt_plugin_check_trust(place->file, &error), status);
  assert_string_equal(error.text, text);
  if (status != VATER_OK) {
    assert_string_equal(error.code, "PLUG-TRUST");
    assert_string_equal(error.source, place->file);
  }
}

static void g02_file_that_others_may_write(void **state)
{
  struct place *place = *state;
  char wanted[300];
  assert_trust(place, VATER_OK, "");
  chmod(place->file, 0620);
  snprintf(wanted, sizeof wanted,
           "'x.so' can be written by others (mode 0620); wanted: its owner only; run: chmod go-w "
           "'%s'",
           place->file);
  assert_trust(place, VATER_E_REFUSED, wanted);
  chmod(place->file, 0602);
  snprintf(wanted, sizeof wanted,
           "'x.so' can be written by others (mode 0602); wanted: its owner only; run: chmod go-w "
           "'%s'",
           place->file);
  assert_trust(place, VATER_E_REFUSED, wanted);
}

static void g02_folder_that_others_may_write(void **state)
{
  struct place *place = *state;
  char wanted[300];
  chmod(place->folder, 0777);
  snprintf(wanted, sizeof wanted,
           "the folder of 'x.so' can be written by others (mode 0777); wanted: its owner only; "
           "run: chmod go-w '%s/'",
           place->folder);
  assert_trust(place, VATER_E_REFUSED, wanted);
}

static void g02_symbolic_link(void **state)
{
  struct place *place = *state;
  unlink(place->file);
  assert_int_equal(symlink(good, place->file), 0);
  assert_trust(place, VATER_E_REFUSED,
               "'x.so' is a symbolic link; wanted: the file itself; copy it into the folder");
}

static void g02_not_a_regular_file(void **state)
{
  struct place *place = *state;
  unlink(place->file);
  assert_int_equal(mkfifo(place->file, 0600), 0);
  assert_trust(place, VATER_E_REFUSED,
               "'x.so' is not a regular file; wanted: a shared object; take it out of the folder");
  unlink(place->file);
  assert_trust(place, VATER_E_IO, "cannot look at 'x.so': No such file or directory");
}

static void g02_foreign_owner(void **state)
{
  struct place *place = *state;
  char wanted[300];
  if (geteuid() != 0)
    skip();
  assert_int_equal(chown(place->file, 12345, 0), 0);
  snprintf(wanted, sizeof wanted,
           "'x.so' belongs to user 12345; wanted: root or user 0; run: chown root '%s'",
           place->file);
  assert_trust(place, VATER_E_REFUSED, wanted);
}

/* ---- bytes ---------------------------------------------------------------------------------- */

static void assert_elf(struct vater_str bytes, const char *text)
{
  struct vt_error error = {0};
  int status = vt_elf_check(bytes, "x.so", &error);
  assert_string_equal(error.text, text);
  assert_int_equal(status, text[0] == '\0' ? VATER_OK : VATER_E_REFUSED);
  assert_string_equal(error.code, text[0] == '\0' ? "" : "PLUG-ABI");
}

static void g01_not_elf(void **state)
{
  struct place *place = *state;
  assert_elf(place->bytes, "");
  assert_elf(VT_STR_NONE, "'x.so' is not an ELF file; wanted: a shared object (cc -shared -fPIC)");
  assert_elf(VT_STR("#!/bin/sh\nexit 0\n"),
             "'x.so' is not an ELF file; wanted: a shared object (cc -shared -fPIC)");
}

static struct vater_str copy_of(struct place *place)
{
  return vt_arena_copy(place->rig.arena, place->bytes);
}

static void g01_wrong_machine_class_and_type(void **state)
{
  struct place *place = *state;
  struct vater_str copy = copy_of(place);
  Elf64_Ehdr *header = (Elf64_Ehdr *)(uintptr_t)vt_arena_alloc(place->rig.arena, sizeof *header);
  memcpy(header, copy.ptr, sizeof *header);
  Elf64_Ehdr was = *header;
  char *bytes = (char *)(uintptr_t)copy.ptr;
  header->e_machine = EM_S390;
  memcpy(bytes, header, sizeof *header);
#if defined(__x86_64__)
  assert_elf(copy, "'x.so' is built for machine number 22; wanted: x86-64; build it for this "
                   "machine");
#endif
  *header = was;
  header->e_ident[EI_CLASS] = ELFCLASS32;
  memcpy(bytes, header, sizeof *header);
  assert_elf(copy, "'x.so' is built for another word size or byte order; wanted: 64 bit, as this "
                   "program; build it for this machine");
  *header = was;
  header->e_type = ET_REL;
  memcpy(bytes, header, sizeof *header);
  assert_elf(copy, "'x.so' is ELF of type 1; wanted: a shared object (type 3, cc -shared -fPIC)");
}

/* Every length below the whole is refused: the loader would map what is not there. */
static void g01_cut_anywhere(void **state)
{
  struct place *place = *state;
  for (size_t len = 0; len < place->bytes.len; len += len < 256 ? 1 : 97) {
    char *exact = malloc(len + 1);
    memcpy(exact, place->bytes.ptr, len);
    struct vt_error error = {0};
    assert_int_equal(vt_elf_check((struct vater_str){exact, len}, "x.so", &error), VATER_E_REFUSED);
    assert_string_equal(error.code, "PLUG-ABI");
    free(exact);
  }
}

/* Damaged tables never make us read outside the bytes (the sanitizer watches). */
static void g01_flipped_bytes_are_survived(void **state)
{
  struct place *place = *state;
  char *bytes = malloc(place->bytes.len);
  memcpy(bytes, place->bytes.ptr, place->bytes.len);
  Elf64_Ehdr header;
  memcpy(&header, bytes, sizeof header);
  uint64_t random = 42;
  for (int round = 0; round < 20000; round++) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    size_t sections = (size_t)header.e_shnum * sizeof(Elf64_Shdr);
    size_t at = (random >> 33) % (sizeof header + sections);
    at = at < sizeof header ? at : header.e_shoff + at - sizeof header;
    char was = bytes[at];
    bytes[at] = (char)(random >> 24);
    vt_elf_check((struct vater_str){bytes, place->bytes.len}, "x.so", NULL);
    bytes[at] = was;
  }
  free(bytes);
}

static void assert_file(const char *name, const char *text)
{
  struct vt_error error = {0};
  struct vt_allocator allocator = vt_allocator_real();
  char path[600];
  snprintf(path, sizeof path, "%s/hostile-plugins/%s/%s.so", VATER_BUILD_DIR, name, name);
  assert_int_equal(vt_plugin_check_file(&allocator, path, &error), VATER_E_REFUSED);
  assert_string_equal(error.text, text);
  assert_string_equal(error.source, path);
}

static void g01_file_of_the_limit_and_one_more(void **state)
{
  struct place *place = *state;
  struct vt_error error = {0};
  const struct vt_allocator *allocator = &place->rig.environment.allocator;
  assert_int_equal(truncate(place->file, (off_t)VT_LIMIT_PLUGIN_FILE_BYTES), 0);
  assert_int_equal(vt_plugin_check_file(allocator, place->file, &error), VATER_OK);
  assert_int_equal(truncate(place->file, (off_t)VT_LIMIT_PLUGIN_FILE_BYTES + 1), 0);
  assert_int_equal(vt_plugin_check_file(allocator, place->file, &error), VATER_E_LIMIT);
  assert_string_equal(error.text, "'x.so' is larger than the limit PLUGIN_FILE_BYTES of 67108864");
  assert_string_equal(error.code, "PLUG-ABI");
}

static void g01_entry_symbol(void **state)
{
  (void)state;
  assert_file("broken_no_symbol", "'broken_no_symbol.so' exports no entry symbol; wanted: "
                                  "vater_plugin_1; is VATER_PLUGIN(…) in its source?");
  assert_file("broken_major", "'broken_major.so' exports vater_plugin_2; wanted: vater_plugin_1 "
                              "(ABI major 1); build it against this version's vater/plugin.h");
}

/* ---- scan ----------------------------------------------------------------------------------- */

static void scan_takes_the_good_and_names_the_bad(void **state)
{
  struct place *place = *state;
  struct vt_plugin_files files;
  struct vt_diagnostics refused;
  char path[4][128];
  const char *const names[] = {"b.so", "a.so", "note.txt", ".so"};
  for (int i = 0; i < 4; i++) {
    snprintf(path[i], sizeof path[i], "%s/%s", place->folder, names[i]);
    put_file(path[i], i == 0 ? VT_STR("text") : place->bytes);
  }
  const char *const folders[] = {place->folder, "/nowhere"};
  vt_diagnostics_init(&refused, place->rig.arena);
  assert_int_equal(vt_plugin_scan(folders, 2, place->rig.arena, &files, &refused), VATER_OK);
  assert_int_equal(files.count, 2);
  assert_string_equal(files.paths[0], path[1]);
  assert_string_equal(files.paths[1], place->file);
  assert_int_equal(refused.errors, 2);
  assert_string_equal(refused.items[0].error.code, "PLUG-ABI");
  assert_string_equal(refused.items[0].error.source, path[0]);
  assert_string_equal(refused.items[1].error.text,
                      "cannot look at the plugin folder '/nowhere': No such file or directory");
  for (int i = 0; i < 4; i++)
    unlink(path[i]);
}

static void plugins_of_the_limit_and_one_more(void **state)
{
  struct place *place = *state;
  struct vt_plugin_files files;
  struct vt_diagnostics refused;
  char path[128];
  for (int i = 0; i < 64; i++) {
    snprintf(path, sizeof path, "%s/n%02d.so", place->folder, i);
    assert_int_equal(link(place->file, path), 0);
  }
  const char *const folders[] = {place->folder};
  vt_diagnostics_init(&refused, place->rig.arena);
  assert_int_equal(vt_plugin_scan(folders, 1, place->rig.arena, &files, &refused), VATER_OK);
  assert_int_equal(files.count, 64);
  assert_int_equal(refused.errors, 1);
  assert_string_equal(refused.items[0].error.text,
                      "'x.so' is one plugin too many: the limit PLUGINS is 64");
  for (int i = 0; i < 64; i++) {
    snprintf(path, sizeof path, "%s/n%02d.so", place->folder, i);
    unlink(path);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(g02_file_that_others_may_write, setup, teardown),
      cmocka_unit_test_setup_teardown(g02_folder_that_others_may_write, setup, teardown),
      cmocka_unit_test_setup_teardown(g02_symbolic_link, setup, teardown),
      cmocka_unit_test_setup_teardown(g02_not_a_regular_file, setup, teardown),
      cmocka_unit_test_setup_teardown(g02_foreign_owner, setup, teardown),
      cmocka_unit_test_setup_teardown(g01_not_elf, setup, teardown),
      cmocka_unit_test_setup_teardown(g01_wrong_machine_class_and_type, setup, teardown),
      cmocka_unit_test_setup_teardown(g01_cut_anywhere, setup, teardown),
      cmocka_unit_test_setup_teardown(g01_flipped_bytes_are_survived, setup, teardown),
      cmocka_unit_test_setup_teardown(g01_file_of_the_limit_and_one_more, setup, teardown),
      cmocka_unit_test(g01_entry_symbol),
      cmocka_unit_test_setup_teardown(scan_takes_the_good_and_names_the_bad, setup, teardown),
      cmocka_unit_test_setup_teardown(plugins_of_the_limit_and_one_more, setup, teardown),
  };
  return cmocka_run_group_tests_name("plugin files", tests, NULL, NULL);
}
