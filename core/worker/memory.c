#include "worker/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ALL_SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

static int failed(struct vt_error *error, const char *what)
{
  int number = errno;
  return vt_fail(error, number == ENOMEM ? VATER_E_NOMEM : VATER_E_IO, "OPS-ENV", "%s: %s", what,
                 strerror(number));
}

int vt_memory_new(const char *name, int *fd, struct vt_error *error)
{
  *fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  return *fd < 0 ? failed(error, "memfd_create") : VATER_OK;
}

int vt_memory_write(int fd, struct vater_str bytes, struct vt_error *error)
{
  while (bytes.len > 0) {
    ssize_t written = write(fd, bytes.ptr, bytes.len);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return failed(error, "write to memory file");
    bytes.ptr += written;
    bytes.len -= (size_t)written;
  }
  return VATER_OK;
}

int vt_memory_seal(int fd, struct vt_error *error)
{
  int seals = fcntl(fd, F_GET_SEALS);
  if (seals >= 0 && (seals & ALL_SEALS) == ALL_SEALS)
    return VATER_OK;
  if (fcntl(fd, F_ADD_SEALS, ALL_SEALS) == 0)
    return VATER_OK;
  if (errno == EBUSY || errno == EPERM)
    return vt_fail(error, VATER_E_REFUSED, "PLUG-PROTO", "memory cannot be sealed: %s",
                   strerror(errno));
  return failed(error, "seal memory");
}

int vt_memory_of(const char *name, struct vater_str bytes, int *fd, struct vt_error *error)
{
  int status = vt_memory_new(name, fd, error);
  if (status != VATER_OK)
    return status;
  status = vt_memory_write(*fd, bytes, error);
  if (status == VATER_OK)
    status = vt_memory_seal(*fd, error);
  if (status != VATER_OK) {
    close(*fd);
    *fd = -1;
  }
  return status;
}

/* Private, not shared: kernels before 6.7 refuse a shared mapping of a write-sealed memfd, and the
 * seal makes both the same. */
int vt_memory_map(int fd, size_t limit, struct vater_str *bytes, struct vt_error *error)
{
  *bytes = VT_STR_NONE;
  int seals = fcntl(fd, F_GET_SEALS);
  if (seals < 0 || (seals & ALL_SEALS) != ALL_SEALS)
    return vt_fail(error, VATER_E_REFUSED, "PLUG-PROTO", "memory is not sealed");
  off_t size = lseek(fd, 0, SEEK_END);
  if (size < 0)
    return failed(error, "size of memory");
  if ((uint64_t)size > limit)
    return vt_fail(error, VATER_E_LIMIT, "PLUG-PROTO",
                   "memory of %lld bytes is larger than the limit of %zu", (long long)size, limit);
  if (size == 0)
    return VATER_OK;
  void *at = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (at == MAP_FAILED)
    return failed(error, "map memory");
  *bytes = (struct vater_str){at, (size_t)size};
  return VATER_OK;
}

void vt_memory_unmap(struct vater_str bytes)
{
  if (bytes.len > 0)
    munmap((void *)(uintptr_t)bytes.ptr, bytes.len);
}
