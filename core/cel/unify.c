#include "cel/type.h"

enum { PARAMETER_DEPTH = 32 };

void vt_cel_unifier_init(struct vt_cel_unifier *unifier, struct vt_arena *arena)
{
  *unifier = (struct vt_cel_unifier){.arena = arena};
}

static bool more_room(struct vt_cel_unifier *unifier, void **items, uint32_t count, uint32_t room,
                      size_t size)
{
  void *grown = vt_arena_array(unifier->arena, room, size);
  if (grown == NULL) {
    unifier->failed = true;
    return false;
  }
  if (count > 0)
    memcpy(grown, *items, count * size);
  *items = grown;
  return true;
}

const struct vt_cel_type *vt_cel_unifier_fresh(struct vt_cel_unifier *unifier)
{
  if (unifier->count == unifier->room) {
    uint32_t room = unifier->room == 0 ? 16 : unifier->room * 2;
    void *items = unifier->bound;
    if (!more_room(unifier, &items, unifier->count, room, sizeof *unifier->bound))
      return vt_cel_type_simple(VT_CEL_TYPE_ERROR);
    unifier->bound = items;
    unifier->room = room;
  }
  struct vt_cel_type *type = vt_arena_alloc(unifier->arena, sizeof *type);
  if (type == NULL) {
    unifier->failed = true;
    return vt_cel_type_simple(VT_CEL_TYPE_ERROR);
  }
  *type = (struct vt_cel_type){
      .kind = VT_CEL_TYPE_PARAMETER, .parameter = unifier->count, .open = true};
  unifier->bound[unifier->count++] = NULL;
  return type;
}

/* A copy of `type` with other arguments. */
static const struct vt_cel_type *rebuilt(struct vt_cel_unifier *unifier,
                                         const struct vt_cel_type *type,
                                         const struct vt_cel_type *const *arguments)
{
  const struct vt_cel_type *made =
      vt_cel_type_make(unifier->arena, type->kind, type->name, arguments, type->count);
  if (made == NULL) {
    unifier->failed = true;
    return vt_cel_type_simple(VT_CEL_TYPE_ERROR);
  }
  return made;
}

const struct vt_cel_type *vt_cel_unifier_instance(struct vt_cel_unifier *unifier,
                                                  const struct vt_cel_type *type,
                                                  const struct vt_cel_type **fresh)
{
  if (!type->open)
    return type;
  if (type->kind == VT_CEL_TYPE_PARAMETER) {
    if (fresh[type->parameter] == NULL)
      fresh[type->parameter] = vt_cel_unifier_fresh(unifier);
    return fresh[type->parameter];
  }
  const struct vt_cel_type *arguments[8];
  for (uint32_t i = 0; i < type->count; i++)
    arguments[i] = vt_cel_unifier_instance(unifier, type->arguments[i], fresh);
  return rebuilt(unifier, type, arguments);
}

static void bind(struct vt_cel_unifier *unifier, uint32_t parameter, const struct vt_cel_type *type)
{
  if (unifier->trail_count == unifier->trail_room) {
    uint32_t room = unifier->trail_room == 0 ? 32 : unifier->trail_room * 2;
    void *indexes = unifier->trail_index, *old = unifier->trail_old;
    if (!more_room(unifier, &indexes, unifier->trail_count, room, sizeof(uint32_t)) ||
        !more_room(unifier, &old, unifier->trail_count, room, sizeof(void *)))
      return;
    unifier->trail_index = indexes;
    unifier->trail_old = old;
    unifier->trail_room = room;
  }
  unifier->trail_index[unifier->trail_count] = parameter;
  unifier->trail_old[unifier->trail_count++] = unifier->bound[parameter];
  unifier->bound[parameter] = type;
}

static void undo(struct vt_cel_unifier *unifier, uint32_t mark)
{
  while (unifier->trail_count > mark) {
    unifier->trail_count--;
    unifier->bound[unifier->trail_index[unifier->trail_count]] =
        unifier->trail_old[unifier->trail_count];
  }
}

static bool over_budget(struct vt_cel_unifier *unifier)
{
  if (++unifier->work > VT_CEL_UNIFIER_WORK)
    unifier->failed = true;
  return unifier->failed;
}

/* Whether `parameter` occurs in `type`, bindings followed. */
static bool occurs(struct vt_cel_unifier *unifier, const struct vt_cel_type *parameter,
                   const struct vt_cel_type *type, unsigned depth)
{
  if (!type->open)
    return false;
  if (depth > PARAMETER_DEPTH || over_budget(unifier))
    return true;
  if (type->kind == VT_CEL_TYPE_PARAMETER) {
    if (type->parameter == parameter->parameter)
      return true;
    const struct vt_cel_type *bound = unifier->bound[type->parameter];
    return bound != NULL && occurs(unifier, parameter, bound, depth + 1);
  }
  for (uint32_t i = 0; i < type->count; i++)
    if (occurs(unifier, parameter, type->arguments[i], depth + 1))
      return true;
  return false;
}

static bool at_least_as_general(const struct vt_cel_type *a, const struct vt_cel_type *b)
{
  if (vt_cel_type_is_dyn(a) || a->kind == VT_CEL_TYPE_PARAMETER)
    return true;
  if (vt_cel_type_is_dyn(b) || b->kind == VT_CEL_TYPE_PARAMETER || a->kind != b->kind)
    return false;
  if (a->kind == VT_CEL_TYPE_TYPE)
    return true;
  if (a->count != b->count || !vt_str_equal(a->name, b->name))
    return false;
  for (uint32_t i = 0; i < a->count; i++)
    if (!at_least_as_general(a->arguments[i], b->arguments[i]))
      return false;
  return true;
}

static bool assignable(struct vt_cel_unifier *unifier, const struct vt_cel_type *a,
                       const struct vt_cel_type *b, unsigned depth);

/* Tries `type` for the parameter; *had: it was bound before. */
static bool substitute(struct vt_cel_unifier *unifier, const struct vt_cel_type *type,
                       const struct vt_cel_type *parameter, bool *had, unsigned depth)
{
  const struct vt_cel_type *bound = unifier->bound[parameter->parameter];
  *had = bound != NULL;
  if (vt_cel_type_equal(type, parameter)) {
    *had = true;
    return true;
  }
  if (bound == NULL) {
    if (occurs(unifier, parameter, type, 0))
      return false;
    bind(unifier, parameter->parameter, type);
    return true;
  }
  if (vt_cel_type_equal(type, bound))
    return true;
  if (!assignable(unifier, type, bound, depth + 1))
    return false;
  const struct vt_cel_type *general = at_least_as_general(type, bound) ? type : bound;
  if (general != bound && !occurs(unifier, parameter, general, 0))
    bind(unifier, parameter->parameter, general);
  return true;
}

static bool assignable(struct vt_cel_unifier *unifier, const struct vt_cel_type *a,
                       const struct vt_cel_type *b, unsigned depth)
{
  bool had = false;
  if (depth > PARAMETER_DEPTH || over_budget(unifier))
    return false;
  if (b->kind == VT_CEL_TYPE_PARAMETER) {
    if (substitute(unifier, a, b, &had, depth))
      return true;
    if (had)
      return false;
  }
  if (a->kind == VT_CEL_TYPE_PARAMETER)
    return substitute(unifier, b, a, &had, depth);
  if (vt_cel_type_is_dyn(a) || vt_cel_type_is_dyn(b))
    return true;
  if (a->kind != b->kind)
    return (a->kind == VT_CEL_TYPE_NULL || b->kind == VT_CEL_TYPE_NULL) &&
           (a->kind >= VT_CEL_TYPE_TIMESTAMP || b->kind >= VT_CEL_TYPE_TIMESTAMP) &&
           (a->kind <= VT_CEL_TYPE_DURATION || a->kind == VT_CEL_TYPE_OPTIONAL) &&
           (b->kind <= VT_CEL_TYPE_DURATION || b->kind == VT_CEL_TYPE_OPTIONAL);
  if (a->kind == VT_CEL_TYPE_TYPE)
    return true;
  if (a->count != b->count || a->record != b->record || !vt_str_equal(a->name, b->name))
    return false;
  for (uint32_t i = 0; i < a->count; i++)
    if (!assignable(unifier, a->arguments[i], b->arguments[i], depth + 1))
      return false;
  return true;
}

bool vt_cel_unifier_assign(struct vt_cel_unifier *unifier, const struct vt_cel_type *const *a,
                           const struct vt_cel_type *const *b, uint32_t count)
{
  uint32_t mark = unifier->trail_count;
  for (uint32_t i = 0; i < count; i++) {
    if (!assignable(unifier, a[i], b[i], 0)) {
      undo(unifier, mark);
      return false;
    }
  }
  return true;
}

const struct vt_cel_type *vt_cel_unifier_join(struct vt_cel_unifier *unifier,
                                              const struct vt_cel_type *a,
                                              const struct vt_cel_type *b)
{
  if (!vt_cel_unifier_assign(unifier, &a, &b, 1))
    return vt_cel_type_simple(VT_CEL_TYPE_DYN);
  if (a->kind == VT_CEL_TYPE_NULL || b->kind == VT_CEL_TYPE_NULL)
    return a->kind == VT_CEL_TYPE_NULL ? b : a;
  return at_least_as_general(a, b) ? a : b;
}

static const struct vt_cel_type *resolve(struct vt_cel_unifier *unifier,
                                         const struct vt_cel_type *type, bool close, unsigned depth)
{
  if (!type->open)
    return type;
  if (depth > PARAMETER_DEPTH)
    return vt_cel_type_simple(VT_CEL_TYPE_DYN);
  if (type->kind == VT_CEL_TYPE_PARAMETER) {
    const struct vt_cel_type *bound = unifier->bound[type->parameter];
    if (bound != NULL)
      return resolve(unifier, bound, close, depth + 1);
    return close ? vt_cel_type_simple(VT_CEL_TYPE_DYN) : type;
  }
  const struct vt_cel_type *arguments[8];
  for (uint32_t i = 0; i < type->count; i++)
    arguments[i] = resolve(unifier, type->arguments[i], close, depth + 1);
  return rebuilt(unifier, type, arguments);
}

const struct vt_cel_type *vt_cel_unifier_resolve(struct vt_cel_unifier *unifier,
                                                 const struct vt_cel_type *type, bool close)
{
  return resolve(unifier, type, close, 0);
}
