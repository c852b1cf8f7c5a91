#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int vt_file_join(char *out, size_t size, const char *directory, const char *name)
{
  int used = snprintf(out, size, "%s/%s", directory, name);
  return used < 0 || (size_t)used >= size ? VATER_E_LIMIT : VATER_OK;
}

/* Large files go into large pages: filling them page by page takes longer than reading them. */
static void want_large_pages(char *bytes, size_t room)
{
  const uintptr_t page = (uintptr_t)2 * 1024 * 1024;
  uintptr_t start = ((uintptr_t)bytes + page - 1) / page * page;
  uintptr_t end = ((uintptr_t)bytes + room) / page * page;
  if (bytes != NULL && end > start + page)
    (void)madvise((void *)start, end - start, MADV_HUGEPAGE);
}

static int read_all(const struct vt_allocator *allocator, int fd, const char *path, size_t limit,
                    size_t expected, struct vater_str *text, struct vt_error *error)
{
  size_t room = expected + 1;
  size_t len = 0;
  char *bytes = vt_alloc(allocator, room);
  want_large_pages(bytes, room);
  while (bytes != NULL) {
    ssize_t got = read(fd, bytes + len, room - len);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0) {
      if (got == 0) {
        *text = (struct vater_str){bytes, len};
        return VATER_OK;
      }
      int number = errno;
      vt_free(allocator, bytes);
      return vt_fail(error, VATER_E_IO, NULL, "cannot read '%s': %s", path, strerror(number));
    }
    len += (size_t)got;
    if (len > limit) {
      vt_free(allocator, bytes);
      return vt_fail(error, VATER_E_LIMIT, NULL, "'%s' is over the limit of %zu bytes", path,
                     limit);
    }
    if (len < room)
      continue;
    char *larger = vt_resize(allocator, bytes, room * 2);
    if (larger == NULL)
      break;
    bytes = larger;
    room *= 2;
  }
  vt_free(allocator, bytes);
  return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory reading '%s'", path);
}

int vt_file_load(const struct vt_allocator *allocator, const char *path, size_t limit,
                 struct vater_str *text, struct vt_error *error)
{
  *text = VT_STR_NONE;
  if (strcmp(path, "-") == 0)
    return read_all(allocator, STDIN_FILENO, "standard input", limit, 64 * 1024, text, error);
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return vt_fail(error, VATER_E_IO, NULL, "cannot open '%s': %s", path, strerror(errno));
  struct stat info;
  int status = VATER_OK;
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
    status = vt_fail(error, VATER_E_IO, NULL, "'%s' is not a regular file", path);
  else if ((uint64_t)info.st_size > limit)
    status = vt_fail(error, VATER_E_LIMIT, NULL, "'%s' has %lld bytes; the limit is %zu", path,
                     (long long)info.st_size, limit);
  else
    status = read_all(allocator, fd, path, limit, (size_t)info.st_size, text, error);
  close(fd);
  return status;
}

int vt_file_trusted(const char *path, struct vt_error *error)
{
  struct stat info;
  if (lstat(path, &info) != 0)
    return vt_fail(error, VATER_E_IO, "OPS-PERM", "cannot look at '%s': %s", path, strerror(errno));
  if (S_ISLNK(info.st_mode))
    return vt_fail(error, VATER_E_REFUSED, "OPS-PERM",
                   "'%s' is a symbolic link; name the file itself", path);
  if (!S_ISREG(info.st_mode))
    return vt_fail(error, VATER_E_REFUSED, "OPS-PERM", "'%s' is not a regular file", path);
  if (info.st_uid != 0 && info.st_uid != geteuid())
    return vt_fail(error, VATER_E_REFUSED, "OPS-PERM",
                   "'%s' belongs to another user (%u); change its owner", path,
                   (unsigned)info.st_uid);
  if ((info.st_mode & 022) != 0)
    return vt_fail(error, VATER_E_REFUSED, "OPS-PERM",
                   "others can write to '%s' (mode %03o); run: chmod go-w '%s'", path,
                   (unsigned)info.st_mode & 0777u, path);
  return VATER_OK;
}

static bool write_all(int fd, struct vater_str text)
{
  size_t at = 0;
  while (at < text.len) {
    ssize_t put = write(fd, text.ptr + at, text.len - at);
    if (put < 0 && errno == EINTR)
      continue;
    if (put <= 0)
      return false;
    at += (size_t)put;
  }
  return true;
}

int vt_file_replace(const char *path, struct vater_str text, unsigned mode, struct vt_error *error)
{
  char beside[4096];
  int size = snprintf(beside, sizeof beside, "%s.new-%d", path, (int)getpid());
  if (size < 0 || (size_t)size >= sizeof beside)
    return vt_fail(error, VATER_E_LIMIT, NULL, "the path '%s' is too long", path);
  int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
  if (fd < 0)
    return vt_fail(error, VATER_E_IO, NULL, "cannot create '%s': %s", beside, strerror(errno));
  bool whole = write_all(fd, text) && fsync(fd) == 0;
  whole = close(fd) == 0 && whole;
  if (whole && rename(beside, path) == 0)
    return VATER_OK;
  int number = errno;
  unlink(beside);
  return vt_fail(error, VATER_E_IO, NULL, "cannot write '%s': %s", path, strerror(number));
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
  (void)info;
  (void)kind;
  (void)walk;
  return remove(path);
}

void vt_folder_remove(const char *path)
{
  enum { OPEN_AT_ONCE = 16 };
  nftw(path, remove_one, OPEN_AT_ONCE, FTW_DEPTH | FTW_PHYS);
}
