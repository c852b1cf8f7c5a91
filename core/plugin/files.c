#include "plugin/files.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "plugin/elf.h"
#include "plugin/registry.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

const char *vt_plugin_file_name(const char *path)
{
  const char *slash = strrchr(path, '/');
  return slash != NULL ? slash + 1 : path;
}

/* `what` is "the folder of 'x.so'" or "'x.so'". */
static int check_owner(const struct stat *info, const char *what, const char *path,
                       struct vt_error *error)
{
  if (info->st_uid != 0 && info->st_uid != geteuid())
    return vt_fail(error, VATER_E_REFUSED, "PLUG-TRUST",
                   "%s belongs to user %u; wanted: root or user %u; run: chown root '%s'", what,
                   (unsigned)info->st_uid, (unsigned)geteuid(), path);
  if ((info->st_mode & 022) != 0)
    return vt_fail(error, VATER_E_REFUSED, "PLUG-TRUST",
                   "%s can be written by others (mode %04o); wanted: its owner only; run: chmod "
                   "go-w '%s'",
                   what, (unsigned)info->st_mode & 07777u, path);
  return VATER_OK;
}

static int check_folder(const char *folder, const char *what, struct vt_error *error)
{
  struct stat info;
  if (stat(folder, &info) != 0)
    return vt_fail(error, VATER_E_IO, "PLUG-TRUST", "cannot look at %s: %s", what, strerror(errno));
  if (!S_ISDIR(info.st_mode))
    return vt_fail(error, VATER_E_REFUSED, "PLUG-TRUST", "%s is not a folder", what);
  return check_owner(&info, what, folder, error);
}

int vt_plugin_check_trust(const char *path, struct vt_error *error)
{
  char folder[4096], what[400];
  const char *name = vt_plugin_file_name(path);
  int status = VATER_OK;
  struct stat info;
  snprintf(what, sizeof what, "'%.300s'", name);
  if (strlen(path) >= sizeof folder)
    status = vt_fail(error, VATER_E_REFUSED, "PLUG-TRUST", "%s: its path is over %zu bytes", what,
                     sizeof folder - 1);
  else if (lstat(path, &info) != 0)
    status =
        vt_fail(error, VATER_E_IO, "PLUG-TRUST", "cannot look at %s: %s", what, strerror(errno));
  else if (S_ISLNK(info.st_mode))
    status =
        vt_fail(error, VATER_E_REFUSED, "PLUG-TRUST",
                "%s is a symbolic link; wanted: the file itself; copy it into the folder", what);
  else if (!S_ISREG(info.st_mode))
    status = vt_fail(error, VATER_E_REFUSED, "PLUG-TRUST",
                     "%s is not a regular file; wanted: a shared object; take it out of the folder",
                     what);
  else
    status = check_owner(&info, what, path, error);
  if (status == VATER_OK) {
    size_t length = (size_t)(name - path);
    vt_text_copy(folder, sizeof folder,
                 length > 0 ? (struct vater_str){path, length} : VT_STR("."));
    snprintf(what, sizeof what, "the folder of '%.300s'", name);
    status = check_folder(folder, what, error);
  }
  if (status != VATER_OK)
    vt_error_at(error, vt_str(path), 0, 0);
  return status;
}

int vt_plugin_check_file(const struct vt_allocator *allocator, const char *path,
                         struct vt_error *error)
{
  struct vater_str bytes;
  struct vt_error read = {0};
  int status = vt_file_load(allocator, path, VT_LIMIT_PLUGIN_FILE_BYTES, &bytes, &read);
  if (status == VATER_E_LIMIT)
    vt_fail(error, status, "PLUG-ABI", "'%s' is larger than the limit PLUGIN_FILE_BYTES of %llu",
            vt_plugin_file_name(path), (unsigned long long)VT_LIMIT_PLUGIN_FILE_BYTES);
  else if (status != VATER_OK)
    vt_fail(error, status, "PLUG-ABI", "%s", read.text);
  else
    status = vt_elf_check(bytes, vt_plugin_file_name(path), error);
  vt_free(allocator, (void *)(uintptr_t)bytes.ptr);
  if (status != VATER_OK)
    vt_error_at(error, vt_str(path), 0, 0);
  return status;
}

/* ---- scan ----------------------------------------------------------------------------------- */

struct scan {
  struct vt_allocator allocator;
  struct vt_arena *arena;
  struct vt_plugin_files *files;
  struct vt_diagnostics *refused;
};

static void refuse(struct scan *scan, const struct vt_error *error)
{
  vt_diagnostics_add(scan->refused, VATER_SEVERITY_ERROR, error, VT_STR_NONE, 0);
}

static int is_plugin_name(const struct dirent *entry)
{
  struct vater_str name = vt_str(entry->d_name);
  return name.len > 3 && vt_str_ends(name, VT_STR(".so"));
}

static int take_file(struct scan *scan, const char *folder, const char *name)
{
  struct vt_error error = {0};
  struct vater_str path = vt_arena_format(scan->arena, "%s/%s", folder, name);
  if (path.ptr == NULL)
    return VATER_E_NOMEM;
  int status;
  if (vt_utf8_valid(path) != path.len)
    status = vt_fail(&error, VATER_E_REFUSED, "PLUG-TRUST",
                     "a file name in the folder '%s' is not UTF-8; rename it", folder);
  else if (scan->files->count >= VT_LIMIT_PLUGINS)
    status = vt_fail(&error, VATER_E_LIMIT, "PLUG-LIMIT",
                     "'%s' is one plugin too many: the limit PLUGINS is %llu", name,
                     (unsigned long long)VT_LIMIT_PLUGINS);
  else
    status = vt_plugin_check_trust(path.ptr, &error);
  if (status == VATER_OK)
    status = vt_plugin_check_file(&scan->allocator, path.ptr, &error);
  if (status == VATER_OK)
    scan->files->paths[scan->files->count++] = path.ptr;
  else
    refuse(scan, &error);
  return VATER_OK;
}

static int by_name(const struct dirent **left, const struct dirent **right)
{
  return strcmp((*left)->d_name, (*right)->d_name);
}

static int scan_folder(struct scan *scan, const char *folder)
{
  struct vt_error error = {0};
  char what[400];
  snprintf(what, sizeof what, "the plugin folder '%.300s'", folder);
  if (check_folder(folder, what, &error) != VATER_OK) {
    vt_error_at(&error, vt_str(folder), 0, 0);
    refuse(scan, &error);
    return VATER_OK;
  }
  struct dirent **entries = NULL;
  int count = scandir(folder, &entries, is_plugin_name, by_name);
  if (count < 0) {
    vt_fail(&error, VATER_E_IO, "PLUG-TRUST", "cannot list %s: %s", what, strerror(errno));
    vt_error_at(&error, vt_str(folder), 0, 0);
    refuse(scan, &error);
    return VATER_OK;
  }
  int status = VATER_OK;
  for (int i = 0; i < count; i++) {
    if (status == VATER_OK)
      status = take_file(scan, folder, entries[i]->d_name);
    free(entries[i]);
  }
  free(entries);
  return status;
}

int vt_plugin_scan(const char *const *folders, uint32_t count, struct vt_arena *arena,
                   struct vt_plugin_files *files, struct vt_diagnostics *refused)
{
  *files = (struct vt_plugin_files){.paths = NULL};
  files->paths = vt_arena_array(arena, VT_LIMIT_PLUGINS, sizeof *files->paths);
  if (files->paths == NULL)
    return VATER_E_NOMEM;
  struct scan scan = {vt_allocator_real(), arena, files, refused};
  int status = VATER_OK;
  for (uint32_t i = 0; i < count && status == VATER_OK; i++)
    status = scan_folder(&scan, folders[i]);
  return status;
}
