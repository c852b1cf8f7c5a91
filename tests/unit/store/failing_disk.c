#include "failing_disk.h"

#include <sqlite3.h>
#include <string.h>

struct shim {
  sqlite3_file base;
  sqlite3_file *real; /* right behind this struct */
};

static struct {
  sqlite3_vfs vfs;
  sqlite3_vfs *real;
  int left, code;
  bool lasting, struck;
} disk;

static bool strikes(void)
{
  if (disk.left == 0 || (disk.left > 1 && --disk.left > 0))
    return false;
  disk.struck = true;
  if (!disk.lasting)
    disk.left = 0;
  return true;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
  return ((struct shim *)file)->real;
}

#define METHOD(file, name) real_of(file)->pMethods->name

static int do_close(sqlite3_file *file)
{
  return METHOD(file, xClose)(real_of(file));
}

static int do_read(sqlite3_file *file, void *to, int count, sqlite3_int64 at)
{
  return METHOD(file, xRead)(real_of(file), to, count, at);
}

static int do_write(sqlite3_file *file, const void *from, int count, sqlite3_int64 at)
{
  return strikes() ? disk.code : METHOD(file, xWrite)(real_of(file), from, count, at);
}

static int do_truncate(sqlite3_file *file, sqlite3_int64 size)
{
  return strikes() ? disk.code : METHOD(file, xTruncate)(real_of(file), size);
}

static int do_sync(sqlite3_file *file, int flags)
{
  return strikes() ? SQLITE_IOERR_FSYNC : METHOD(file, xSync)(real_of(file), flags);
}

static int do_size(sqlite3_file *file, sqlite3_int64 *size)
{
  return METHOD(file, xFileSize)(real_of(file), size);
}

static int do_lock(sqlite3_file *file, int level)
{
  return METHOD(file, xLock)(real_of(file), level);
}

static int do_unlock(sqlite3_file *file, int level)
{
  return METHOD(file, xUnlock)(real_of(file), level);
}

static int do_check(sqlite3_file *file, int *held)
{
  return METHOD(file, xCheckReservedLock)(real_of(file), held);
}

static int do_control(sqlite3_file *file, int what, void *value)
{
  return METHOD(file, xFileControl)(real_of(file), what, value);
}

static int do_sector(sqlite3_file *file)
{
  return METHOD(file, xSectorSize)(real_of(file));
}

static int do_device(sqlite3_file *file)
{
  return METHOD(file, xDeviceCharacteristics)(real_of(file));
}

static int do_map(sqlite3_file *file, int page, int size, int extend, void volatile **to)
{
  return METHOD(file, xShmMap)(real_of(file), page, size, extend, to);
}

static int do_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
  return METHOD(file, xShmLock)(real_of(file), offset, count, flags);
}

static void do_barrier(sqlite3_file *file)
{
  METHOD(file, xShmBarrier)(real_of(file));
}

static int do_unmap(sqlite3_file *file, int remove)
{
  return METHOD(file, xShmUnmap)(real_of(file), remove);
}

static const sqlite3_io_methods methods = {2,          do_close,  do_read,   do_write,  do_truncate,
                                           do_sync,    do_size,   do_lock,   do_unlock, do_check,
                                           do_control, do_sector, do_device, do_map,    do_shm_lock,
                                           do_barrier, do_unmap,  NULL,      NULL};

static int do_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
  (void)vfs;
  struct shim *shim = (struct shim *)file;
  shim->real = (sqlite3_file *)(shim + 1);
  memset(shim->real, 0, (size_t)disk.real->szOsFile);
  int code = disk.real->xOpen(disk.real, name, shim->real, flags, out);
  shim->base.pMethods = shim->real->pMethods != NULL ? &methods : NULL;
  return code;
}

void failing_disk_install(void)
{
  disk.real = sqlite3_vfs_find(NULL);
  disk.vfs = *disk.real;
  disk.vfs.zName = "failing";
  disk.vfs.szOsFile = (int)sizeof(struct shim) + disk.real->szOsFile;
  disk.vfs.xOpen = do_open;
  sqlite3_vfs_register(&disk.vfs, 1);
}

void failing_disk_arm(int nth, int code, bool lasting)
{
  disk.left = nth;
  disk.code = code;
  disk.lasting = lasting;
  disk.struck = false;
}

bool failing_disk_struck(void)
{
  return disk.struck;
}
