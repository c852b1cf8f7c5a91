#include "schema/format.h"

vt_format_check *vt_format_find(struct vater_str name)
{
  static const struct {
    const char *name;
    vt_format_check *check;
  } formats[] = {
      {"date", vt_format_date},
      {"time", vt_format_time},
      {"date-time", vt_format_date_time},
      {"duration", vt_format_duration},
      {"email", vt_format_email},
      {"idn-email", vt_format_idn_email},
      {"hostname", vt_format_hostname},
      {"idn-hostname", vt_format_idn_hostname},
      {"ipv4", vt_format_ipv4},
      {"ipv6", vt_format_ipv6},
      {"uri", vt_format_uri},
      {"uri-reference", vt_format_uri_reference},
      {"iri", vt_format_iri},
      {"iri-reference", vt_format_iri_reference},
      {"uri-template", vt_format_uri_template},
      {"uuid", vt_format_uuid},
      {"json-pointer", vt_format_json_pointer},
      {"relative-json-pointer", vt_format_relative_json_pointer},
  };
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
    if (vt_str_is(name, formats[i].name))
      return formats[i].check;
  return NULL;
}
