#include "dhis2.h"

/* Members that are known and say nothing about the figures. */
static bool is_known(struct vater_str name)
{
  static const char *const others[] = {
      "storedBy",     "created",   "lastUpdated",         "comment",         "followup", "dataSet",
      "completeDate", "timestamp", "dataElementIdScheme", "orgUnitIdScheme", "idScheme"};
  for (int i = 0; i < DHIS2_MEMBERS; i++)
    if (mapping_is(name, dhis2_members[i]))
      return true;
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (mapping_is(name, others[i]))
      return true;
  return false;
}

static int wrong_type(vater_call *call, struct dhis2 *dhis2, vater_table *table,
                      const vater_node *node, const char *name, const char *wanted)
{
  return dhis2->host->table->finding(call, table, VATER_SEVERITY_ERROR,
                                     dhis2->host->node->offset(node), "'%s' is not %s", name,
                                     wanted);
}

/* A text, or null as if it were not there; a value may be a number as well. */
static int read_member(vater_call *call, struct dhis2 *dhis2, vater_table *table,
                       const vater_node *object, int member, struct dhis2_item *item)
{
  struct dhis2_text *text = &item->members[member];
  const struct vater_node_api *node = dhis2->host->node;
  const vater_node *one = node->member(object, dhis2_members[member]);
  int type = node->type(one);
  bool truth = false;
  if (one == NULL || (type == VATER_NODE_NULL && text->text.ptr != NULL))
    return VATER_OK;
  text->offset = node->offset(one);
  if (type == VATER_NODE_NULL)
    return VATER_OK;
  if ((type == VATER_NODE_TEXT && member != DHIS2_DELETED) ||
      (type == VATER_NODE_NUMBER && member == DHIS2_VALUE)) {
    text->text = node->text(one);
    return VATER_OK;
  }
  if (member == DHIS2_DELETED && node->truth(one, &truth)) {
    text->text = truth ? (struct vater_str){"true", 4} : (struct vater_str){"false", 5};
    return VATER_OK;
  }
  item->bad = true;
  return wrong_type(call, dhis2, table, one, dhis2_members[member],
                    member == DHIS2_DELETED ? "true or false" : "a text");
}

static int read_members(vater_call *call, struct dhis2 *dhis2, vater_table *table,
                        const vater_node *object, struct dhis2_item *item)
{
  int status = VATER_OK;
  for (int i = 0; i < DHIS2_MEMBERS && status == VATER_OK; i++)
    status = read_member(call, dhis2, table, object, i, item);
  return status;
}

static int warn_of_unknown(vater_call *call, struct dhis2 *dhis2, vater_table *table,
                           const vater_node *object)
{
  const struct vater_node_api *node = dhis2->host->node;
  for (const vater_node *one = node->first(object); one != NULL; one = node->next(one)) {
    struct vater_str name = node->name(one);
    if (is_known(name) || mapping_is(name, "dataValues"))
      continue;
    return dhis2->host->table->finding(call, table, VATER_SEVERITY_WARNING, node->offset(one),
                                       "the member '%.*s' is not known and not read",
                                       (int)(name.len < 60 ? name.len : 60), name.ptr);
  }
  return VATER_OK;
}

int dhis2_read_json(vater_call *call, struct dhis2 *dhis2, const vater_node *root,
                    vater_table *table)
{
  const struct vater_node_api *node = dhis2->host->node;
  const vater_node *list = node->member(root, "dataValues");
  struct dhis2_item set = {.offset = node->offset(root)};
  if (list == NULL)
    return dhis2->host->table->finding(call, table, VATER_SEVERITY_ERROR, set.offset,
                                       "the document has no 'dataValues'");
  if (node->type(list) != VATER_NODE_LIST)
    return wrong_type(call, dhis2, table, list, "dataValues", "a list");
  int status = VATER_OK;
  if (node->length(list) == 0)
    status = dhis2->host->table->finding(call, table, VATER_SEVERITY_WARNING, node->offset(list),
                                         "'dataValues' is empty");
  if (status == VATER_OK)
    status = read_members(call, dhis2, table, root, &set);
  set.members[DHIS2_VALUE] = set.members[DHIS2_DELETED] = (struct dhis2_text){.offset = 0};
  if (status == VATER_OK)
    status = warn_of_unknown(call, dhis2, table, root);
  for (const vater_node *one = node->first(list); one != NULL && status == VATER_OK;
       one = node->next(one)) {
    struct dhis2_item item = set;
    item.offset = node->offset(one);
    if (node->type(one) != VATER_NODE_OBJECT) {
      status = dhis2->host->table->finding(call, table, VATER_SEVERITY_ERROR, item.offset,
                                           "a data value is not an object");
      continue;
    }
    status = read_members(call, dhis2, table, one, &item);
    if (status == VATER_OK)
      status = warn_of_unknown(call, dhis2, table, one);
    if (status == VATER_OK && !item.bad)
      status = dhis2_take(call, dhis2, &item, table);
  }
  return status;
}
