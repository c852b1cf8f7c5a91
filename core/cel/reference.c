#include "cel/program.h"

struct finding {
  struct vt_arena *arena;
  struct vt_cel_program *program;
  uint32_t room;
  bool no_memory;
};

static bool same(const struct vt_cel_reference *a, const struct vt_cel_reference *b)
{
  return a->slot == b->slot && a->field == b->field && a->record == b->record &&
         a->looped == b->looped;
}

static void note(struct finding *in, const struct vt_cel_reference *reference)
{
  struct vt_cel_program *program = in->program;
  for (uint32_t i = 0; i < program->reference_count; i++) {
    struct vt_cel_reference *known = &program->references[i];
    if (same(known, reference)) {
      known->read = known->read || reference->read;
      known->tested = known->tested || reference->tested;
      return;
    }
  }
  if (program->reference_count == in->room) {
    uint32_t room = in->room == 0 ? 8 : in->room * 2;
    struct vt_cel_reference *grown = vt_arena_array(in->arena, room, sizeof *grown);
    if (grown == NULL) {
      in->no_memory = true;
      return;
    }
    if (program->reference_count > 0)
      memcpy(grown, program->references, program->reference_count * sizeof *grown);
    program->references = grown;
    in->room = room;
  }
  program->references[program->reference_count++] = *reference;
}

static void find(struct finding *in, const struct vt_cel_node *node)
{
  if (node == NULL || in->no_memory)
    return;
  if (node->kind == VT_CEL_NODE_SELECT && node->resolved == VT_CEL_RESOLVED_FIELD) {
    const struct vt_cel_node *from = node->items[0];
    bool direct = from->resolved == VT_CEL_RESOLVED_VARIABLE;
    note(in, &(struct vt_cel_reference){.slot = direct ? from->slot : UINT32_MAX,
                                        .field = node->field,
                                        .read = !node->test,
                                        .tested = node->test,
                                        .looped = !direct,
                                        .record = node->record});
    if (direct)
      return;
  } else if (node->resolved == VT_CEL_RESOLVED_VARIABLE) {
    note(in, &(struct vt_cel_reference){.slot = node->slot, .field = UINT32_MAX, .read = true});
  }
  for (uint32_t i = 0; i < node->count; i++)
    find(in, node->items[i]);
}

int vt_cel_references_find(struct vt_arena *arena, struct vt_cel_program *program)
{
  struct finding in = {.arena = arena, .program = program};
  find(&in, program->root);
  return in.no_memory ? VATER_E_NOMEM : VATER_OK;
}

const struct vt_cel_reference *vt_cel_program_references(const struct vt_cel_program *program,
                                                         uint32_t *count)
{
  *count = program->reference_count;
  return program->references;
}
