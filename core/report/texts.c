#include "report/texts.h"

static const char *const texts[VT_TEXT_COUNT][VT_LANGUAGE_COUNT] = {
#define VT_TEXT(name, nb, nn, en) [VT_TEXT_##name] = {(nb), (nn), (en)},
#include "report/texts.def"
#undef VT_TEXT
};

const char *vt_report_text(enum vt_report_text which, enum vt_language language)
{
  return texts[which][language];
}

struct vater_str vt_report_delivery(struct vater_str delivery, enum vt_language language)
{
  for (int i = VT_TEXT_DELIVERY_RECEIVED; i <= VT_TEXT_DELIVERY_INTERNAL_ERROR; i++)
    if (vt_str_is(delivery, texts[i][VT_LANGUAGE_EN]))
      return vt_str(texts[i][language]);
  return delivery;
}
