/* The language's own functions, listed in functions.def. */
#ifndef VT_CEL_FUNCTION_H
#define VT_CEL_FUNCTION_H

#include "cel/program.h"

#define VT_CEL_FUNCTION(member, name, signature, function, example, result, help) \
  vt_cel_function vt_cel_fn_##function;
#include "cel/functions.def"
#undef VT_CEL_FUNCTION

/* A text that is put together within the run's memory. Appending after a failure does nothing. */
struct vt_cel_text {
  struct vt_cel_run *run;
  char *bytes;
  size_t len, room;
  bool failed; /* the outcome is set */
  struct vt_cel_value *out;
};

void vt_cel_text_add(struct vt_cel_text *text, struct vater_str part);
void vt_cel_text_end(struct vt_cel_text *text, enum vt_cel_kind kind);

/* A value as string() and %s have it; false: it has no text, or *out is an error. */
bool vt_cel_text_value(struct vt_cel_text *text, const struct vt_cel_value *value, bool nested);
enum { VT_CEL_NETWORK_TEXT = 64 };
/* "192.168.0.1", "2001:db8::/32" (RFC 5952) */
size_t vt_cel_network_print(const struct vt_cel_network *network, char out[VT_CEL_NETWORK_TEXT]);
/* The shortest text that reads back; NaN, Infinity. */
size_t vt_cel_double_text(double number, char out[40]);

#endif
