/* Parts of rule packs that flow tests write. */
#ifndef FLOW_PACKS_H
#define FLOW_PACKS_H

#define TEXTS(text) "{\"nb\":\"" text "\",\"nn\":\"" text "\",\"en\":\"" text "\"}"
#define INDICATOR(id)                                                                           \
  "{\"id\":\"" id                                                                               \
  "\",\"state\":\"adopted\",\"objective\":null,\"bullets\":[\"1.1\"],\"title\":" TEXTS(         \
      "T") ",\"definition\":" TEXTS("D") ",\"unit\":\"count\",\"frequency\":\"month\","         \
                                         "\"origin\":\"actor\",\"reportedBy\":[\"trust\"],"     \
                                         "\"requires\":[\"value\"],\"derive\":\"sum\","         \
                                         "\"breakdowns\":{},\"areaRole\":null,\"disclosure\":{" \
                                         "\"purpose\":\"none\"},\"direction\":"                 \
                                         "\"increase\",\"baseline\":[],\"targets\":[],"         \
                                         "\"definitionVersion\":1,\"validFrom\":\"2020\","      \
                                         "\"sdg\":[3],\"sample\":{\"schemaVersion\":\"1.0.0\"}}"

#endif
