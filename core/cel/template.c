#include "cel/program.h"
#include "cel/report.h"

#include "base/limits.h"

struct part {
  struct vater_str text;          /* of a part without a program */
  struct vt_cel_program *program; /* NULL: text */
};

struct vt_cel_template {
  struct part *parts;
  uint32_t count;
};

/* Where an expression in braces ends: the brace that closes it, texts and nested braces skipped. */
static size_t closing_brace(struct vater_str text, size_t at)
{
  unsigned depth = 0;
  char quote = '\0';
  for (; at < text.len; at++) {
    char c = text.ptr[at];
    if (quote != '\0') {
      if (c == '\\')
        at++;
      else if (c == quote)
        quote = '\0';
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '{') {
      depth++;
    } else if (c == '}' && depth-- == 0) {
      return at;
    }
  }
  return text.len;
}

struct making {
  struct vt_cel_environment *environment;
  const struct vt_cel_source *source;
  struct vt_arena *arena;
  struct vt_diagnostics *diagnostics;
  struct vt_cel_template *made;
  size_t shift; /* of the expression that is compiled */
};

/* The place of a byte of the expression, which begins `shift` bytes into the template. */
static size_t place(const void *context, size_t offset)
{
  const struct making *making = context;
  const struct vt_cel_source *source = making->source;
  offset += making->shift;
  if (source->document.ptr == NULL)
    return offset;
  return source->place != NULL ? source->place(source->context, offset) : source->offset + offset;
}

static int add_expression(struct making *making, size_t from, size_t to)
{
  const struct vt_cel_source *source = making->source;
  making->shift = from;
  const struct vt_cel_source inner = {.text = vt_str_slice(source->text, from, to),
                                      .code = source->code,
                                      .name = source->name,
                                      .pointer = source->pointer,
                                      .document = source->document.ptr != NULL ? source->document
                                                                               : source->text,
                                      .place = place,
                                      .context = making};
  return vt_cel_compile(making->environment, &inner, NULL, making->arena, making->diagnostics,
                        &making->made->parts[making->made->count++].program);
}

static int fault(const struct making *making, size_t offset, const char *text)
{
  struct vt_cel_report report = {.source = making->source, .diagnostics = making->diagnostics};
  vt_cel_report(&report, (uint32_t)offset, 1, "%s", text);
  return VATER_E_RULE;
}

/* One part from *at on, which moves behind it. */
static int add_part(struct making *making, size_t *at)
{
  struct vater_str text = making->source->text;
  char c = text.ptr[*at], next = *at + 1 < text.len ? text.ptr[*at + 1] : '\0';
  if (c == '{' && next != '{') {
    size_t end = closing_brace(text, *at + 1);
    if (end == text.len)
      return fault(making, *at, "the brace that opens here is not closed");
    size_t from = *at + 1;
    *at = end + 1;
    return add_expression(making, from, end);
  }
  if (c == '}' && next != '}')
    return fault(making, *at, "a closing brace without an opening one; write }} for a brace");
  size_t end = *at + 1;
  if (c != '{' && c != '}')
    while (end < text.len && text.ptr[end] != '{' && text.ptr[end] != '}')
      end++;
  making->made->parts[making->made->count++].text = vt_str_slice(text, *at, end);
  *at = c == '{' || c == '}' ? end + 1 : end;
  return VATER_OK;
}

int vt_cel_template_compile(struct vt_cel_environment *environment,
                            const struct vt_cel_source *source, struct vt_arena *arena,
                            struct vt_diagnostics *diagnostics, struct vt_cel_template **made)
{
  *made = NULL;
  struct vt_cel_template *template = vt_arena_alloc(arena, sizeof *template);
  struct vt_cel_source kept = *source;
  struct making making = {environment, &kept, arena, diagnostics, template, 0};
  if (kept.text.len > VT_LIMIT_EXPRESSION_BYTES)
    return fault(&making, 0, "the text is too long (limit EXPRESSION_BYTES)");
  size_t parts = 1;
  for (size_t i = 0; i < kept.text.len; i++)
    parts += kept.text.ptr[i] == '{' || kept.text.ptr[i] == '}' ? 2 : 0;
  kept.text = vt_arena_copy(arena, source->text);
  if (template == NULL || kept.text.ptr == NULL)
    return VATER_E_NOMEM;
  template->parts = vt_arena_array(arena, parts, sizeof *template->parts);
  if (template->parts == NULL)
    return VATER_E_NOMEM;
  int status = VATER_OK;
  for (size_t at = 0; at < kept.text.len;) {
    size_t before = at;
    int one = add_part(&making, &at);
    if (one == VATER_E_NOMEM)
      return one;
    if (status == VATER_OK)
      status = one;
    if (at == before)
      break;
  }
  if (status == VATER_OK)
    *made = template;
  return status;
}

int vt_cel_template_eval_hiding(struct vt_cel_run *run, const struct vt_cel_template *made,
                                const struct vt_cel_value *variables,
                                bool (*hides)(const void *context,
                                              const struct vt_cel_program *program),
                                const void *context, struct vt_buffer *out)
{
  for (uint32_t i = 0; i < made->count; i++) {
    const struct part *part = &made->parts[i];
    struct vt_cel_value value = vt_cel_string(part->text);
    bool hidden = part->program != NULL && hides != NULL && hides(context, part->program);
    if (hidden)
      value = vt_cel_string(VT_STR("*"));
    else if (part->program != NULL)
      vt_cel_eval(run, part->program, variables, &value);
    vt_cel_print(&value, out);
  }
  return vt_buffer_text(out, "");
}

int vt_cel_template_eval(struct vt_cel_run *run, const struct vt_cel_template *made,
                         const struct vt_cel_value *variables, struct vt_buffer *out)
{
  return vt_cel_template_eval_hiding(run, made, variables, NULL, NULL, out);
}

const struct vt_cel_program *vt_cel_template_program(const struct vt_cel_template *made,
                                                     uint32_t index)
{
  for (uint32_t i = 0; i < made->count; i++)
    if (made->parts[i].program != NULL && index-- == 0)
      return made->parts[i].program;
  return NULL;
}
