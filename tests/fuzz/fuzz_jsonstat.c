#include "fuzz/format_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
const struct vater_plugin *vater_plugin_1(void);

static const char settings[] =
    "{\"mapping\":{\"format\":\"jsonstat\",\"measures\":{\"TELLER\":{\"indicator\":\"G1-11\","
    "\"as\":\"numerator\"},\"NEVNER\":{\"indicator\":\"G1-11\",\"as\":\"denominator\"},\"RATE\":{"
    "\"indicator\":\"G1-11\",\"as\":\"value\",\"unit\":\"percent\"}},\"area\":{\"from\":\"GEO\","
    "\"codes\":{\"0\":\"NO\"},\"otherwise\":\"keep\",\"digits\":4},\"breakdown\":{\"sex\":{"
    "\"from\":\"KJONN\",\"codes\":{\"0\":null,\"1\":\"M\",\"2\":\"F\"},\"otherwise\":\"skip\"}},"
    "\"missing\":{\"-\":\"zero\"},\"preliminary\":[\"*\"]}}";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  static struct format_rig rig;
  if (rig.self == NULL)
    rig_open(&rig, vater_plugin_1(), settings);
  rig_run(&rig, vater_plugin_1(), (struct vater_str){(const char *)bytes, size});
  return 0;
}
