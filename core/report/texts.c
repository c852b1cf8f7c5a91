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
