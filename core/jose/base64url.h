/* base64url without padding (RFC 7515 section 2). */
#ifndef VT_JOSE_BASE64URL_H
#define VT_JOSE_BASE64URL_H

#include "base/buffer.h"

/* Appends. */
int vt_base64url_encode(struct vt_buffer *out, struct vater_str bytes);
/* Appends. Strict: no padding, no white space, no stray bits in the last character; false
 * otherwise, or where the buffer is full. */
bool vt_base64url_decode(struct vt_buffer *out, struct vater_str text);
/* The same into `to`, which has room for vt_base64url_decoded(text.len) bytes. */
size_t vt_base64url_decoded(size_t len);
bool vt_base64url_decode_to(struct vater_str text, char *to);
/* Standard base64 with padding (RFC 4648 section 4), as x5c has it. */
int vt_base64_encode(struct vt_buffer *out, struct vater_str bytes);

#endif
