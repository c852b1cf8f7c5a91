/* Whole files with a ceiling, and the trust checks of those that steer us. */
#ifndef VT_BASE_FILE_H
#define VT_BASE_FILE_H

#include "base/environment.h"
#include "base/error.h"

/* Reads all of a regular file ("-" is standard input); free the text with vt_free. Over `limit`:
 * VATER_E_LIMIT. */
int vt_file_load(const struct vt_allocator *allocator, const char *path, size_t limit,
                 struct vater_str *text, struct vt_error *error);
/* OPS-PERM unless it is a regular file (no symlink), owned by us or root, writable by no other. */
int vt_file_trusted(const char *path, struct vt_error *error);
/* Writes beside and renames over; mode 0600 or 0644. */
int vt_file_replace(const char *path, struct vater_str text, unsigned mode, struct vt_error *error);
/* A folder with all that is in it; links are removed, not followed. What cannot be, stays. */
void vt_folder_remove(const char *path);
/* "directory/name" into out; VATER_E_LIMIT when it does not fit. */
int vt_file_join(char *out, size_t size, const char *directory, const char *name);

#endif
