#include "judge/decode_plan.h"

enum { PLAN_BYTES = 1024 * 1024, PLAN_NODES = 4096, PLAN_LEVELS = 16 };

static int refuse(struct vt_error *error, const char *what, const char *name)
{
  return vt_fail(error, VATER_E_CONFIG, "PLUG-PROTO", "the declared rows make no sense: %s '%s'",
                 what, name);
}

static int add_node(struct vt_decode_plan *plan, struct vater_str name, uint32_t *index,
                    struct vt_error *error)
{
  if (plan->count >= PLAN_NODES)
    return refuse(error, "too many members at", "");
  if (plan->count >= plan->room) {
    uint32_t room = plan->room == 0 ? 64 : plan->room * 2;
    struct vt_plan_node *nodes =
        vt_resize(&plan->allocator, plan->nodes, (size_t)room * sizeof *nodes);
    if (nodes == NULL)
      return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for a format's declared rows");
    plan->nodes = nodes;
    plan->room = room;
  }
  struct vater_str copy = vt_arena_copy(plan->arena, name);
  if (copy.ptr == NULL)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for a format's declared rows");
  *index = plan->count++;
  plan->nodes[*index] = (struct vt_plan_node){.name = copy};
  return VATER_OK;
}

/* The child of that name, made where there is none; children keep the order of the declaration. */
static int child(struct vt_decode_plan *plan, uint32_t parent, struct vater_str name,
                 uint32_t *index, struct vt_error *error)
{
  uint32_t last = VT_PLAN_NONE;
  for (uint32_t at = plan->nodes[parent].first; at != VT_PLAN_NONE; at = plan->nodes[at].next) {
    last = at;
    *index = at;
    if (vt_str_equal(plan->nodes[at].name, name))
      return VATER_OK;
  }
  int status = add_node(plan, name, index, error);
  if (status != VATER_OK)
    return status;
  if (last == VT_PLAN_NONE)
    plan->nodes[parent].first = *index;
  else
    plan->nodes[last].next = *index;
  return VATER_OK;
}

static bool is_leaf(const struct vt_plan_node *node)
{
  return node->column != 0 || node->field != 0 || node->rows;
}

/* The node at a path of names divided by '/', from `from` on. */
static int follow(struct vt_decode_plan *plan, uint32_t from, const char *path, uint32_t *index,
                  struct vt_error *error)
{
  struct vater_str rest = vt_str(path);
  *index = from;
  for (int level = 0; rest.ptr != NULL; level++) {
    size_t end = vt_str_find(rest, VT_STR("/"), 0);
    struct vater_str name = vt_str_slice(rest, 0, end);
    if (name.len == 0 || level >= PLAN_LEVELS || is_leaf(&plan->nodes[*index]))
      return refuse(error, "path", path);
    int status = child(plan, *index, name, index, error);
    if (status != VATER_OK)
      return status;
    rest = end < rest.len ? vt_str_slice(rest, end + 1, rest.len) : VT_STR_NONE;
  }
  if (is_leaf(&plan->nodes[*index]) || plan->nodes[*index].first != VT_PLAN_NONE)
    return refuse(error, "used twice:", path);
  return VATER_OK;
}

static int add_rows(struct vt_decode_plan *plan, const char *at, struct vt_error *error)
{
  if (at == NULL || (at[0] != '\0' && at[0] != '/') || strchr(at, '~') != NULL)
    return refuse(error, "rows at", at != NULL ? at : "");
  uint32_t list = plan->root;
  int status = at[0] == '/' ? follow(plan, plan->root, at + 1, &list, error) : VATER_OK;
  if (status == VATER_OK)
    plan->nodes[list].rows = true;
  return status;
}

static int add_members(struct vt_decode_plan *plan, const struct vater_row_member *members,
                       struct vt_error *error)
{
  for (; members != NULL && members->member != NULL; members++) {
    uint32_t index;
    int status = follow(plan, plan->row, members->member, &index, error);
    if (status != VATER_OK)
      return status;
    if (members->column <= VATER_COLUMN_NONE || members->column >= VT_TABLE_COLUMNS)
      return refuse(error, "unknown column for", members->member);
    plan->nodes[index].column = members->column;
    plan->nodes[index].type = vt_column_type(members->column);
  }
  return VATER_OK;
}

static int add_heads(struct vt_decode_plan *plan, const struct vater_head_member *head,
                     struct vt_error *error)
{
  for (; head != NULL && head->member != NULL; head++) {
    uint32_t index;
    int status = follow(plan, plan->root, head->member, &index, error);
    if (status != VATER_OK)
      return status;
    if (head->field <= VATER_HEAD_NONE || head->field >= VT_TABLE_HEADS)
      return refuse(error, "unknown head field for", head->member);
    plan->nodes[index].field = head->field;
  }
  return VATER_OK;
}

static int fill(struct vt_decode_plan *plan, const struct vater_rows *rows, struct vt_error *error)
{
  uint32_t none;
  int status = add_node(plan, VT_STR(""), &none, error);
  if (status == VATER_OK)
    status = add_node(plan, VT_STR(""), &plan->root, error);
  if (status == VATER_OK)
    status = add_node(plan, VT_STR(""), &plan->row, error);
  if (status == VATER_OK)
    status = add_rows(plan, rows->at, error);
  if (status == VATER_OK)
    status = add_members(plan, rows->members, error);
  return status == VATER_OK ? add_heads(plan, rows->head, error) : status;
}

int vt_decode_plan_new(const struct vt_allocator *allocator, const struct vater_rows *rows,
                       struct vt_decode_plan **plan, struct vt_error *error)
{
  *plan = NULL;
  struct vt_decode_plan *fresh = vt_alloc(allocator, sizeof *fresh);
  if (fresh == NULL)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for a format's declared rows");
  *fresh = (struct vt_decode_plan){.allocator = *allocator,
                                   .arena = vt_arena_new(allocator, PLAN_BYTES)};
  int status = fresh->arena != NULL ? fill(fresh, rows, error)
                                    : vt_fail(error, VATER_E_NOMEM, NULL,
                                              "out of memory for a format's declared rows");
  if (status != VATER_OK) {
    vt_decode_plan_free(fresh);
    return status;
  }
  *plan = fresh;
  return VATER_OK;
}

void vt_decode_plan_free(struct vt_decode_plan *plan)
{
  if (plan == NULL)
    return;
  struct vt_allocator allocator = plan->allocator;
  vt_arena_free(plan->arena);
  vt_free(&allocator, plan->nodes);
  vt_free(&allocator, plan);
}
