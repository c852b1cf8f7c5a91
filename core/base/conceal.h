/* Takes out of a text that somebody else wrote what may be ours and nobody else's. All of it in
 * place: a text never gets longer. */
#ifndef VT_BASE_CONCEAL_H
#define VT_BASE_CONCEAL_H

#include "base/buffer.h"

/* Every occurrence of the secret becomes "(secret)" ("***" where it is shorter than that): as it
 * is, percent-encoded (RFC 3986), and as a JSON string has it. Secrets of fewer than 4 bytes are
 * words of any language and stay. */
void vt_conceal(struct vt_buffer *text, struct vater_str secret);
/* Words of more than 40 characters of base64, base64url, hexadecimal or a JWT become "...". */
void vt_conceal_words(struct vt_buffer *text);

#endif
