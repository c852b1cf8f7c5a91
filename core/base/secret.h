/* A secret is of its own type: nothing prints it, it is wiped when freed. Kept in memory that is
 * neither dumped nor inherited by a fork. Main only. */
#ifndef VT_BASE_SECRET_H
#define VT_BASE_SECRET_H

#include "base/error.h"

struct vt_secret;

/* The file's content without one trailing newline. Refuses (OPS-KEY) a file that others than its
 * owner can read, that is empty, or that is over 64 KiB; a text never shows content. */
int vt_secret_load(const char *path, struct vt_secret **secret, struct vt_error *error);
/* $CREDENTIALS_DIRECTORY/name as systemd hands it, which the service's group may read too;
 * `directory` is that variable's value or NULL. */
int vt_secret_credential(const char *directory, struct vater_str name, struct vt_secret **secret,
                         struct vt_error *error);
int vt_secret_copy(struct vater_str value, struct vt_secret **secret);
/* The only way in; borrowed until freed. */
struct vater_str vt_secret_reveal(const struct vt_secret *secret);
void vt_secret_free(struct vt_secret *secret); /* wipes; NULL is fine */

#endif
