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

/* The one of these whose English is `english`; else `english` itself. */
static struct vater_str translated(struct vater_str english, int first, int last,
                                   enum vt_language language)
{
  for (int i = first; i <= last; i++)
    if (vt_str_is(english, texts[i][VT_LANGUAGE_EN]))
      return vt_str(texts[i][language]);
  return english;
}

struct vater_str vt_report_delivery(struct vater_str delivery, enum vt_language language)
{
  return translated(delivery, VT_TEXT_DELIVERY_RECEIVED, VT_TEXT_DELIVERY_INTERNAL_ERROR, language);
}

struct vater_str vt_report_reason(struct vater_str reason, enum vt_language language)
{
  return translated(reason, VT_TEXT_SKIPPED_HISTORY, VT_TEXT_SKIPPED_VALUE, language);
}
