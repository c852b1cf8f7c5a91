#include "base/codes.h"

static const struct vt_code codes[] = {
#define VT_CODE(code, severity, acts, retried, delivery, nb, nn, en, remedy_nb, remedy_nn, \
                remedy_en)                                                                 \
  {(code),                                                                                 \
   VATER_SEVERITY_##severity,                                                              \
   VT_ACTS_##acts,                                                                         \
   (retried),                                                                              \
   (delivery),                                                                             \
   {(nb), (nn), (en)},                                                                     \
   {(remedy_nb), (remedy_nn), (remedy_en)}},
#include "base/codes.def"
#undef VT_CODE
};

const struct vt_code *vt_code_find(struct vater_str code)
{
  for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
    if (vt_str_is(code, codes[i].code))
      return &codes[i];
  return NULL;
}

const struct vt_code *vt_code_list(size_t *count)
{
  *count = sizeof codes / sizeof codes[0];
  return codes;
}

const char *vt_acts_name(enum vt_acts acts)
{
  static const char *const names[] = {"actor", "operator", "us"};
  return names[acts];
}

static const char *const languages[VT_LANGUAGE_COUNT] = {"nb", "nn", "en"};

const char *vt_language_name(enum vt_language which)
{
  return languages[which];
}

bool vt_language_parse(struct vater_str name, enum vt_language *which)
{
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++)
    if (vt_str_is(name, languages[i])) {
      *which = (enum vt_language)i;
      return true;
    }
  return false;
}
