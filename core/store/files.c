#include "store/files.h"

#include "base/date.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int vt_store_file_name(char out[VT_STORE_PATH], const char *path, const char *suffix,
                       struct vt_error *error)
{
  int len = snprintf(out, VT_STORE_PATH, "%s%s", path, suffix);
  if (len < 0 || len >= VT_STORE_PATH)
    return vt_fail(error, VATER_E_LIMIT, "STORE-FS", "the store's path is longer than %d bytes",
                   VT_STORE_PATH - 64);
  return VATER_OK;
}

static int busy(const char *name, int lock, struct vt_error *error)
{
  char holder[24] = "";
  ssize_t got = pread(lock, holder, sizeof holder - 1, 0);
  holder[got > 0 ? got : 0] = '\0';
  close(lock);
  return vt_fail(error, VATER_E_REFUSED, "OPS-RUNNING",
                 "another run (process %.20s) holds %s; wait until it is done", holder, name);
}

int vt_store_lock(const char *path, int *lock, struct vt_error *error)
{
  *lock = -1;
  char name[VT_STORE_PATH];
  int status = vt_store_file_name(name, path, "-lock", error);
  if (status != VATER_OK)
    return status;
  int file = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0)
    return vt_fail(error, VATER_E_REFUSED, "STORE-FS", "%s: %s", name, strerror(errno));
  if (flock(file, LOCK_EX | LOCK_NB) != 0)
    return busy(name, file, error);
  char holder[24];
  int len = snprintf(holder, sizeof holder, "%ld", (long)getpid());
  /* Only for the message of the next one: the lock is the open file. */
  if (ftruncate(file, 0) == 0 && pwrite(file, holder, (size_t)len, 0) < 0)
    errno = 0;
  *lock = file;
  return VATER_OK;
}

int64_t vt_store_file_size(const char *path)
{
  struct stat about;
  return stat(path, &about) == 0 ? (int64_t)about.st_size : -1;
}

int vt_store_file_make(const char *path, struct vt_error *error)
{
  static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
  for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
    char name[VT_STORE_PATH];
    int status = vt_store_file_name(name, path, suffixes[i], error);
    if (status != VATER_OK)
      return status;
    unlink(name);
  }
  int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0)
    return vt_fail(error, VATER_E_REFUSED, "STORE-FS", "%s: %s", path, strerror(errno));
  close(file);
  return VATER_OK;
}

static int sync_directory(const char *path)
{
  char directory[VT_STORE_PATH];
  snprintf(directory, sizeof directory, "%s", path);
  char *slash = strrchr(directory, '/');
  if (slash == NULL)
    snprintf(directory, sizeof directory, ".");
  else
    slash[slash == directory ? 1 : 0] = '\0';
  int file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0)
    return -1;
  int result = fsync(file);
  close(file);
  return result;
}

int vt_store_file_publish(const char *from, const char *to, struct vt_error *error)
{
  if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) != 0 || sync_directory(to) != 0)
    return vt_fail(error, VATER_E_REFUSED, "STORE-FS", "%s: %s", to, strerror(errno));
  return VATER_OK;
}

/* "PATH.corrupt-20261122T195733Z", with ".2" and so on where that is taken. */
static int aside_name(char out[VT_STORE_PATH], const char *path, const struct vt_clock *clock,
                      int attempt, struct vt_error *error)
{
  char time[32], suffix[64];
  size_t len = vt_date_print_time(clock->wall_ms(clock->context), time);
  size_t kept = 0;
  for (size_t i = 0; i < len; i++)
    if (time[i] != '-' && time[i] != ':')
      time[kept++] = time[i];
  time[kept] = '\0';
  if (attempt == 1)
    snprintf(suffix, sizeof suffix, ".corrupt-%s", time);
  else
    snprintf(suffix, sizeof suffix, ".corrupt-%s.%d", time, attempt);
  return vt_store_file_name(out, path, suffix, error);
}

static void move_companion(const char *path, const char *aside, const char *suffix)
{
  char from[VT_STORE_PATH], to[VT_STORE_PATH];
  if (vt_store_file_name(from, path, suffix, NULL) == VATER_OK &&
      vt_store_file_name(to, aside, suffix, NULL) == VATER_OK)
    renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

int vt_store_set_aside(const char *path, const struct vt_clock *clock, const char *why,
                       struct vt_error *error)
{
  char aside[VT_STORE_PATH];
  int moved = -1;
  for (int attempt = 1; moved != 0 && attempt < 100; attempt++) {
    if (aside_name(aside, path, clock, attempt, error) != VATER_OK)
      return VATER_E_REFUSED;
    moved = renameat2(AT_FDCWD, path, AT_FDCWD, aside, RENAME_NOREPLACE);
    if (moved != 0 && errno != EEXIST)
      return vt_fail(error, VATER_E_REFUSED, "STORE-CORRUPT",
                     "%s: %s; it could not be set aside (%s) and is left as it is", path, why,
                     strerror(errno));
  }
  move_companion(path, aside, "-wal");
  move_companion(path, aside, "-shm");
  move_companion(path, aside, "-journal");
  sync_directory(path);
  return vt_fail(error, VATER_E_REFUSED, "STORE-CORRUPT",
                 "%s: %s; it was set aside as %s: restore a backup, or start with a new store",
                 path, why, aside);
}
