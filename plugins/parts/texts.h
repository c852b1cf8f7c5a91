/* Numbers for texts, so that rows are compared without reading them again. */
#ifndef VATER_PARTS_TEXTS_H
#define VATER_PARTS_TEXTS_H

#include "vater/plugin.h"

enum { TEXTS_RECENT = 1024 };

#define TEXTS_NONE UINT32_MAX

struct texts_entry {
  struct vater_str text;
  uint64_t hash;
};

/* Begins zeroed but for `seed`, which is best not known to who writes the texts. */
struct texts {
  uint64_t seed;
  struct texts_entry *entries; /* by number */
  uint32_t count, room;
  uint32_t *slots; /* number + 1; 0: empty */
  uint32_t mask;
  uint32_t recent[TEXTS_RECENT]; /* number + 1, by address: hosts keep equal texts once */
};

/* Equal texts have one number, from 0 on. The text is borrowed until the end. False: no memory. */
bool texts_put(struct texts *texts, struct vater_str text, uint32_t *number);
/* TEXTS_NONE where it was never put. */
uint32_t texts_find(const struct texts *texts, struct vater_str text);
void texts_free(struct texts *texts);

/* By bytes, a text before those it begins. */
int texts_compare(struct vater_str a, struct vater_str b);
/* Spreads the bits of a key over those of the outcome. */
uint64_t texts_mix(uint64_t key);

#endif
