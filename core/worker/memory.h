/* Bytes in a memfd that cross a process border: written by one side, then sealed, then mapped. */
#ifndef VT_WORKER_MEMORY_H
#define VT_WORKER_MEMORY_H

#include "base/error.h"

/* An empty memfd that can be written to and sealed; close it yourself. `name` is for /proc only. */
int vt_memory_new(const char *name, int *fd, struct vt_error *error);
/* Appends at the file position. */
int vt_memory_write(int fd, struct vater_str bytes, struct vt_error *error);
/* From now on nobody can write, grow or shrink it. VATER_E_REFUSED while somebody has it mapped for
 * writing. Sealing twice is fine. */
int vt_memory_seal(int fd, struct vt_error *error);
/* new, write and seal in one. */
int vt_memory_of(const char *name, struct vater_str bytes, int *fd, struct vt_error *error);
/* Maps a sealed memfd for reading; VATER_E_REFUSED unless it has all seals, VATER_E_LIMIT when
 * larger than `limit`. Empty gives an empty text. */
int vt_memory_map(int fd, size_t limit, struct vater_str *bytes, struct vt_error *error);
void vt_memory_unmap(struct vater_str bytes); /* empty is fine */

#endif
