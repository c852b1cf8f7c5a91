#include "run/unpack.h"

#include "base/file.h"
#include "store/store.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 1024 };

/* A name in the folder or below. */
static bool stays_inside(struct vater_str name)
{
  for (size_t start = 0; start <= name.len;) {
    size_t end = vt_str_find(name, VT_STR("/"), start);
    struct vater_str part = vt_str_slice(name, start, end);
    if (part.len == 0 || vt_str_is(part, ".") || vt_str_is(part, ".."))
      return false;
    start = end + 1;
  }
  return name.len < PATH_BYTES / 2;
}

/* Where a pin's content goes; NULL: nowhere. */
static const char *place_of(const struct vt_store_pin *pin)
{
  static const char *const packs[] = {"rules", "codelist", "schema"};
  for (size_t i = 0; i < sizeof packs / sizeof *packs; i++)
    if (vt_str_is(pin->kind, packs[i]))
      return "rules/";
  bool beside = vt_str_is(pin->kind, "mapping") || vt_str_is(pin->kind, "key file") ||
                (vt_str_is(pin->kind, "configuration") && vt_str_is(pin->name, "actors.json"));
  return beside ? "" : NULL;
}

static int write_file(const struct vt_unpacked *unpacked, const char *place, struct vater_str name,
                      struct vater_str content, struct vt_error *error)
{
  char path[PATH_BYTES];
  snprintf(path, sizeof path, "%s/%s%.*s", unpacked->folder, place, VT_STR_ARGS(name));
  for (char *slash = strchr(path + strlen(unpacked->folder) + 1, '/'); slash != NULL;
       slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
      return vt_fail(error, VATER_E_IO, NULL, "cannot make '%s': %s", path, strerror(errno));
    *slash = '/';
  }
  return vt_file_replace(path, content, 0600, error);
}

static int write_configuration(const struct vt_unpacked *unpacked, const char *store,
                               struct vt_error *error)
{
  char whole[PATH_MAX];
  json_t *made =
      realpath(store, whole) == NULL
          ? NULL
          : json_pack("{s:s, s:s, s:s}", "actors", "actors.json", "rules", "rules", "store", whole);
  char *text = made == NULL ? NULL : json_dumps(made, JSON_INDENT(2));
  json_decref(made);
  int status = text == NULL ? vt_fail(error, VATER_E_IO, NULL, "cannot name '%s'", store)
                            : write_file(unpacked, "", VT_STR("vater.json"), vt_str(text), error);
  free(text);
  return status;
}

static int write_pins(struct vt_store *store, struct vt_arena *arena, struct vt_unpacked *unpacked,
                      struct vt_error *error)
{
  struct vt_store_pin *pins = NULL;
  struct vt_store_run run;
  size_t count = 0;
  int status = vt_store_find_run(store, 0, arena, &run, error);
  if (status == VATER_DONE)
    return vt_fail(error, VATER_E_CONFIG, "OPS-CONFIG",
                   "the store has no run; name the configuration with --config");
  unpacked->run = run.id;
  if (status == VATER_OK)
    status = vt_store_list_pins(store, run.id, arena, &pins, &count, error);
  for (size_t i = 0; i < count && status == VATER_OK; i++) {
    const char *place = place_of(&pins[i]);
    if (place != NULL && pins[i].content.ptr != NULL && stays_inside(pins[i].name))
      status = write_file(unpacked, place, pins[i].name, pins[i].content, error);
  }
  return status;
}

int vt_run_unpack(const struct vt_environment *environment, const char *store,
                  struct vt_unpacked *unpacked, struct vt_error *error)
{
  struct vt_store *opened = NULL;
  *unpacked = (struct vt_unpacked){.folder = "/tmp/vater-store-XXXXXX"};
  struct vt_arena *arena = vt_arena_new(&environment->allocator, 0);
  if (arena == NULL)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "out of memory");
  int status = vt_store_open(store, VT_STORE_READ, environment, &opened, error);
  if (status == VATER_OK && mkdtemp(unpacked->folder) == NULL)
    status = vt_fail(error, VATER_E_IO, NULL, "cannot make a folder in /tmp: %s", strerror(errno));
  if (status == VATER_OK)
    status = write_pins(opened, arena, unpacked, error);
  if (status == VATER_OK)
    status = write_configuration(unpacked, store, error);
  snprintf(unpacked->configuration, sizeof unpacked->configuration, "%s/vater.json",
           unpacked->folder);
  vt_store_close(opened);
  vt_arena_free(arena);
  return status;
}

void vt_run_unpack_remove(const struct vt_unpacked *unpacked)
{
  if (strstr(unpacked->folder, "XXXXXX") == NULL && unpacked->folder[0] != '\0')
    vt_folder_remove(unpacked->folder);
}
