/* `format`, asserted: each check takes a decoded text. */
#ifndef VT_SCHEMA_FORMAT_H
#define VT_SCHEMA_FORMAT_H

#include "base/str.h"

typedef bool vt_format_check(struct vater_str text);

/* NULL where the format is not known (then it only annotates), and for "regex", which is the
 * business of schema/pattern. */
vt_format_check *vt_format_find(struct vater_str name);

bool vt_format_date(struct vater_str text);
bool vt_format_time(struct vater_str text);
bool vt_format_date_time(struct vater_str text);
bool vt_format_duration(struct vater_str text);
bool vt_format_email(struct vater_str text);
bool vt_format_idn_email(struct vater_str text);
bool vt_format_hostname(struct vater_str text);
bool vt_format_idn_hostname(struct vater_str text);
bool vt_format_ipv4(struct vater_str text);
bool vt_format_ipv6(struct vater_str text);
bool vt_format_uri(struct vater_str text);
bool vt_format_uri_reference(struct vater_str text);
bool vt_format_iri(struct vater_str text);
bool vt_format_iri_reference(struct vater_str text);
bool vt_format_uri_template(struct vater_str text);
bool vt_format_uuid(struct vater_str text);
bool vt_format_json_pointer(struct vater_str text);
bool vt_format_relative_json_pointer(struct vater_str text);

#endif
