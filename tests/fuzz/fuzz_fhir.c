#include "fuzz/format_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
const struct vater_plugin *vater_plugin_1(void);

static const char settings[] =
    "{\"mapping\":{\"format\":\"fhir\",\"area\":{\"fixed\":\"46\"},\"actors\":[{\"system\":\"s\","
    "\"value\":\"1\",\"orgnr\":\"983974724\"},{\"reference\":\"Organization/"
    "1\",\"orgnr\":\"983974724\"}],\"measures\":{\"M\":{\"indicator\":\"G1-11\",\"unit\":"
    "\"percent\"},\"M#a\":{\"indicator\":\"G1-10\",\"unit\":\"per1000\",\"counts\":\"reported\"},"
    "\"C\":{\"indicator\":\"G1-01\",\"unit\":\"count\",\"scoring\":\"cohort\"},\"V\":{"
    "\"indicator\":\"G3-03\",\"unit\":\"days\",\"scoring\":\"continuous-variable\"},\"https://"
    "fhir.example.no/Measure/"
    "digital-consultations\":{\"indicator\":\"G1-11\",\"unit\":\"percent\"}},\"populations\":[{"
    "\"system\":\"l\",\"code\":\"n\",\"population\":\"numerator\"}],\"breakdown\":{\"sex\":{"
    "\"from\":\"gender\",\"codes\":{\"female\":\"F\",\"male\":\"M\",\"x\":null}},\"age\":[{"
    "\"from\":\"A:S\",\"part\":1,\"separator\":\":\"},\"A\"]},\"ignoredStratifiers\":[\"i\"],"
    "\"overlappingStratifiers\":[\"o\"]}}";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  static struct format_rig rig;
  if (rig.self == NULL)
    rig_open(&rig, vater_plugin_1(), settings);
  rig_run(&rig, vater_plugin_1(), (struct vater_str){(const char *)bytes, size});
  return 0;
}
