#include "cel/function.h"

const struct vt_cel_builtin vt_cel_builtins[] = {
#define VT_CEL_FUNCTION(member, name, signature, function, example, result, help) \
  {name, signature, member, vt_cel_fn_##function, example, result, help},
#include "cel/functions.def"
#undef VT_CEL_FUNCTION
};

const size_t vt_cel_builtin_count = sizeof vt_cel_builtins / sizeof *vt_cel_builtins;

static void print_cell(struct vt_buffer *out, const char *text)
{
  for (; *text != '\0'; text++)
    vt_buffer_text(out, *text == '|' ? "\\|" : (const char[]){*text, '\0'});
}

/* "_+_" as "+", "@sortBy" as "sortBy". */
static void print_name(struct vt_buffer *out, const struct vt_cel_builtin *builtin)
{
  const char *name = builtin->name;
  bool is_operator = name[0] == '_' || name[0] == '!' || name[0] == '-';
  if (strcmp(name, "@in") == 0)
    vt_buffer_text(out, "in");
  else if (!is_operator)
    print_cell(out, name[0] == '@' ? name + 1 : name);
  for (; is_operator && *name != '\0'; name++)
    if (*name != '_')
      vt_buffer_char(out, *name);
}

int vt_cel_builtin_print(const struct vt_cel_builtin *builtin, struct vt_buffer *out)
{
  vt_buffer_text(out, builtin->member ? "| `." : "| `");
  print_name(out, builtin);
  vt_buffer_text(out, "` | `");
  print_cell(out, builtin->signature);
  vt_buffer_text(out, "` | ");
  print_cell(out, builtin->help);
  vt_buffer_text(out, " | `");
  print_cell(out, builtin->example);
  vt_buffer_text(out, "` | `");
  print_cell(out, builtin->result);
  return vt_buffer_text(out, "` |\n");
}

/* Of operators that are steps of their own; they come here only through a wrong type. */
void vt_cel_fn_nothing(struct vt_cel_run *run, const struct vt_cel_value *arguments, uint32_t count,
                       struct vt_cel_value *out)
{
  vt_cel_raise_overload(run, out, VT_STR("operator"), arguments, count);
}

void vt_cel_fn_same(struct vt_cel_run *run, const struct vt_cel_value *arguments, uint32_t count,
                    struct vt_cel_value *out)
{
  (void)run;
  (void)count;
  *out = arguments[0];
}

void vt_cel_fn_type_of(struct vt_cel_run *run, const struct vt_cel_value *arguments, uint32_t count,
                       struct vt_cel_value *out)
{
  (void)run;
  (void)count;
  struct vater_str name = vt_cel_kind_name(&arguments[0]);
  *out = (struct vt_cel_value){.kind = VT_CEL_TYPE, .as.text = name};
}

/* ---- texts -------------------------------------------------------------------------------- */

void vt_cel_text_add(struct vt_cel_text *text, struct vater_str part)
{
  if (text->failed || part.len == 0)
    return;
  if (part.len > text->room - text->len) {
    size_t room = text->room * 2 > text->len + part.len ? text->room * 2 : text->len + part.len;
    char *grown = vt_cel_alloc_bytes(text->run, room, text->out);
    if (grown == NULL || !vt_cel_charge(text->run, 1 + room / 64, text->out)) {
      text->failed = true;
      return;
    }
    if (text->len > 0)
      memcpy(grown, text->bytes, text->len);
    text->bytes = grown;
    text->room = room;
  }
  memcpy(text->bytes + text->len, part.ptr, part.len);
  text->len += part.len;
}

void vt_cel_text_end(struct vt_cel_text *text, enum vt_cel_kind kind)
{
  if (!text->failed)
    vt_cel_give_text(text->out, kind, text->bytes, text->len);
}
