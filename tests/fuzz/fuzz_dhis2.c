#include "fuzz/format_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
const struct vater_plugin *vater_plugin_1(void);

static const char settings[] =
    "{\"mapping\":{\"format\":\"dhis2\",\"orgUnits\":{\"HlbHus00001\":{\"actor\":\"983974724\","
    "\"area\":\"4601\"}},\"dataElements\":{\"num\":{\"indicator\":\"G1-11\",\"as\":\"numerator\","
    "\"unit\":\"percent\"},\"den\":{\"indicator\":\"G1-11\",\"as\":\"denominator\"}},"
    "\"categoryOptionCombos\":{\"women\":{\"sex\":\"F\"}},\"attributeOptionCombo\":[\"all\"],"
    "\"ignore\":[\"other\"],\"status\":{\"fixed\":\"final\"}}}";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  static struct format_rig rig;
  if (rig.self == NULL)
    rig_open(&rig, vater_plugin_1(), settings);
  rig_run(&rig, vater_plugin_1(), (struct vater_str){(const char *)bytes, size});
  return 0;
}
