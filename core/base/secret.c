#include "base/secret.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECRET_MAX = 64 * 1024 };

struct vt_secret {
  size_t mapped, len;
  char bytes[];
};

static struct vt_secret *secret_new(size_t len)
{
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t size = (sizeof(struct vt_secret) + len + page) / page * page;
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return NULL;
  madvise(memory, size, MADV_DONTDUMP);
  madvise(memory, size, MADV_WIPEONFORK);
  mlock(memory, size);
  struct vt_secret *secret = memory;
  secret->mapped = size;
  secret->len = len;
  return secret;
}

int vt_secret_copy(struct vater_str value, struct vt_secret **secret)
{
  *secret = NULL;
  if (value.len > SECRET_MAX)
    return VATER_E_LIMIT;
  struct vt_secret *fresh = secret_new(value.len);
  if (fresh == NULL)
    return VATER_E_NOMEM;
  if (value.len > 0)
    memcpy(fresh->bytes, value.ptr, value.len);
  *secret = fresh;
  return VATER_OK;
}

/* `shared`: the mode bits that others may not have. */
static int check_key_file(int fd, const char *path, mode_t shared, off_t *size,
                          struct vt_error *error)
{
  struct stat info;
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
    return vt_fail(error, VATER_E_CONFIG, "OPS-KEY", "the secret file '%s' is no regular file",
                   path);
  if ((info.st_mode & shared) != 0)
    return vt_fail(error, VATER_E_REFUSED, "OPS-KEY",
                   "the secret file '%s' can be read by others (mode %03o); run: chmod 600 '%s'",
                   path, (unsigned)info.st_mode & 0777u, path);
  if (info.st_size == 0 || info.st_size > SECRET_MAX)
    return vt_fail(error, VATER_E_CONFIG, "OPS-KEY",
                   "the secret file '%s' is empty or over %d bytes", path, SECRET_MAX);
  *size = info.st_size;
  return VATER_OK;
}

static int load(const char *path, mode_t shared, struct vt_secret **secret, struct vt_error *error)
{
  *secret = NULL;
  struct vt_secret *fresh = NULL;
  off_t size = 0;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0)
    return vt_fail(error, VATER_E_CONFIG, "OPS-KEY", "cannot open the secret file '%s': %s", path,
                   strerror(errno));
  int status = check_key_file(fd, path, shared, &size, error);
  if (status != VATER_OK)
    goto out;
  fresh = secret_new((size_t)size);
  if (fresh == NULL) {
    status = vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
    goto out;
  }
  ssize_t got = read(fd, fresh->bytes, (size_t)size);
  if (got != (ssize_t)size) {
    status = vt_fail(error, VATER_E_IO, "OPS-KEY", "cannot read the secret file '%s'", path);
    goto out;
  }
  if (fresh->len > 0 && fresh->bytes[fresh->len - 1] == '\n')
    fresh->len--;
  if (fresh->len > 0 && fresh->bytes[fresh->len - 1] == '\r')
    fresh->len--;
  if (fresh->len == 0) {
    status = vt_fail(error, VATER_E_CONFIG, "OPS-KEY", "the secret file '%s' is empty", path);
    goto out;
  }
  *secret = fresh;
  fresh = NULL;
out:
  vt_secret_free(fresh);
  close(fd);
  return status;
}

int vt_secret_load(const char *path, struct vt_secret **secret, struct vt_error *error)
{
  return load(path, 077, secret, error);
}

/* systemd 254 and later gives the group of User= and DynamicUser= a credential to read (mode 0440),
 * in a folder that nobody else can enter. */
int vt_secret_credential(const char *directory, struct vater_str name, struct vt_secret **secret,
                         struct vt_error *error)
{
  *secret = NULL;
  char path[1024];
  if (directory == NULL)
    return vt_fail(error, VATER_E_CONFIG, "OPS-KEY",
                   "the credential '%.*s' needs systemd's LoadCredential=; "
                   "$CREDENTIALS_DIRECTORY is not set",
                   VT_STR_ARGS(name));
  if (name.len == 0 || memchr(name.ptr, '/', name.len) != NULL || vt_str_is(name, "..") ||
      vt_str_is(name, "."))
    return vt_fail(error, VATER_E_CONFIG, "OPS-KEY", "'%.*s' is no credential name",
                   VT_STR_ARGS(name));
  int size = snprintf(path, sizeof path, "%s/%.*s", directory, VT_STR_ARGS(name));
  if (size < 0 || (size_t)size >= sizeof path)
    return vt_fail(error, VATER_E_LIMIT, "OPS-KEY", "the credential's path is too long");
  return load(path, 037, secret, error);
}

struct vater_str vt_secret_reveal(const struct vt_secret *secret)
{
  return (struct vater_str){secret->bytes, secret->len};
}

void vt_secret_free(struct vt_secret *secret)
{
  if (secret == NULL)
    return;
  size_t mapped = secret->mapped;
  explicit_bzero(secret, mapped);
  munmap(secret, mapped);
}
