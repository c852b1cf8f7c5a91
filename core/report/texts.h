/* The words of a report, from texts.def. */
#ifndef VT_REPORT_TEXTS_H
#define VT_REPORT_TEXTS_H

#include "base/codes.h"

enum vt_report_text {
#define VT_TEXT(name, nb, nn, en) VT_TEXT_##name,
#include "report/texts.def"
#undef VT_TEXT
  VT_TEXT_COUNT
};

const char *vt_report_text(enum vt_report_text which, enum vt_language language);
/* The word for a delivery ("not-delivered"); the delivery itself where there is none. */
struct vater_str vt_report_delivery(struct vater_str delivery, enum vt_language language);
/* Why a rule was skipped ("needs history"); the reason itself where there is no translation. */
struct vater_str vt_report_reason(struct vater_str reason, enum vt_language language);

#endif
