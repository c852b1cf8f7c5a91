/* Inside store/ only: the files around the database: lock, new file, setting aside. */
#ifndef VT_STORE_FILES_H
#define VT_STORE_FILES_H

#include "base/environment.h"
#include "base/error.h"

#define VT_STORE_PATH 1024 /* longest name of a file of ours, with its NUL */

/* "PATH" and a suffix such as "-wal"; VATER_E_LIMIT when it does not fit. */
int vt_store_file_name(char out[VT_STORE_PATH], const char *path, const char *suffix,
                       struct vt_error *error);
/* The one lock of a run, held by an open file: OPS-RUNNING (VATER_E_REFUSED) while another holds
 * it, STORE-FS where no file can be made. */
int vt_store_lock(const char *path, int *lock, struct vt_error *error);
/* Size of a file; -1 where there is none. */
int64_t vt_store_file_size(const char *path);
/* An empty file that only its owner can read, in place of what was there. */
int vt_store_file_make(const char *path, struct vt_error *error);
/* Gives a finished file its name, never over another, and makes that last. */
int vt_store_file_publish(const char *from, const char *to, struct vt_error *error);
/* Renames the database with its WAL to "PATH.corrupt-TIME". Records STORE-CORRUPT with `why` and
 * the new name, or that it could not be renamed; returns VATER_E_REFUSED. */
int vt_store_set_aside(const char *path, const struct vt_clock *clock, const char *why,
                       struct vt_error *error);

#endif
