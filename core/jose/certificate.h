/* X.509 certificates as JOSE and mutual TLS need them: PEM, the leaf first. */
#ifndef VT_JOSE_CERTIFICATE_H
#define VT_JOSE_CERTIFICATE_H

#include "base/buffer.h"
#include "jose/key.h"

/* Appends the `x5c` value of RFC 7515 section 4.1.6, a JSON list of base64 DER. The leaf must hold
 * the public part of `key`; *until_ms, if wanted: when the leaf ends. OPS-KEY. */
int vt_certificate_x5c(struct vater_str pem, const struct vt_key *key, struct vt_buffer *out,
                       int64_t *until_ms, struct vt_error *error);
/* That a PEM chain and a PEM private key belong together and can be presented in TLS; a key that is
 * encrypted is refused. *until_ms: when the leaf ends. OPS-KEY. */
int vt_certificate_check(const struct vt_allocator *allocator, struct vater_str pem,
                         struct vater_str key_pem, int64_t *until_ms, struct vt_error *error);

#endif
