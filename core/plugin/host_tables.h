/* The sub-tables of the host that read and write observations and report on them. */
#ifndef VT_PLUGIN_HOST_TABLES_H
#define VT_PLUGIN_HOST_TABLES_H

#include "vater/plugin.h"

extern const struct vater_table_api vt_host_table_api;
extern const struct vater_report_api vt_host_report_api;

#endif
