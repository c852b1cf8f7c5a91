/* Inside store/ only: the tables, as migrations. */
#ifndef VT_STORE_SCHEMA_H
#define VT_STORE_SCHEMA_H

#include "store/connection.h"

#define VT_STORE_APPLICATION_ID 0x76617465 /* "vate", in the file's header */

/* From whatever version the connected file has up to `version`, each step in one transaction of its
 * own. */
int vt_store_migrate(struct vt_store *store, int version, struct vt_error *error);
/* The version and application id that the connected file has. */
int vt_store_read_version(struct vt_store *store, int *version, int64_t *application,
                          struct vt_error *error);

#endif
