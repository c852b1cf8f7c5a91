/* SHA-256 (FIPS 180-4): names payloads, plugins, rules and code lists by content. */
#ifndef VT_JOSE_DIGEST_H
#define VT_JOSE_DIGEST_H

#include "base/environment.h"
#include "base/error.h"

enum { VT_DIGEST_BYTES = 32, VT_DIGEST_HEX = 65 };

struct vt_digest {
  uint8_t bytes[VT_DIGEST_BYTES];
};

/* Incremental. */
struct vt_digester;

int vt_digester_new(struct vt_digester **digester, struct vt_error *error);
int vt_digester_add(struct vt_digester *digester, struct vater_str bytes);
/* The digest of all that was added; begins anew. */
int vt_digester_finish(struct vt_digester *digester, struct vt_digest *digest);
void vt_digester_free(struct vt_digester *digester); /* NULL is fine */

/* Of one text. */
int vt_digest_of(struct vater_str bytes, struct vt_digest *digest, struct vt_error *error);
/* Of a descriptor's content from offset 0, without moving its position. */
int vt_digest_of_fd(int fd, struct vt_digest *digest, struct vt_error *error);
/* Lower-case hex with a NUL. */
void vt_digest_print(const struct vt_digest *digest, char out[VT_DIGEST_HEX]);

#endif
