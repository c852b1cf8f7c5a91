/* Sizes, offsets and values as one version of the header has them; built once for each. */
#include "layout.h"

#include "vater/plugin.h"

const struct layout LAYOUT[] = {
#define FROZEN(type) {"struct " #type, sizeof(struct type), false},
#define GROWS(type) {"struct " #type, sizeof(struct type), true},
#define MEMBER(type, member)                                 \
  {#type "." #member, offsetof(struct type, member), false}, \
      {"sizeof " #type "." #member, sizeof(((const struct type *)NULL)->member), false},
#define VALUE(name) {#name, (long long)name, false},
#include "1.0/members.def"
    {NULL, 0, false},
};
