/* An ELF file as bytes, before the system's loader may see it. */
#ifndef VT_PLUGIN_ELF_H
#define VT_PLUGIN_ELF_H

#include "base/error.h"

/* A whole shared object of this machine that exports `vater_plugin_1`: else VATER_E_REFUSED,
 * PLUG-ABI. `name` is the file's name, for the text. Reads nothing outside `bytes`, whatever they
 * say. */
int vt_elf_check(struct vater_str bytes, const char *name, struct vt_error *error);

#endif
