#include "cel/parse.h"

#include "base/limits.h"

struct vt_cel_node *vt_cel_parse_fail(struct vt_cel_parser *parser, uint32_t offset, uint32_t width,
                                      const char *format, ...)
{
  if (parser->broken)
    return NULL;
  parser->broken = true;
  char text[400];
  va_list arguments;
  va_start(arguments, format);
  struct vt_error error = {0};
  vt_fail_v(&error, VATER_E_RULE, NULL, format, arguments);
  va_end(arguments);
  vt_text_copy(text, sizeof text, vt_str(error.text));
  vt_cel_report(parser->report, offset, width, "%s", text);
  return NULL;
}

struct vt_cel_node *vt_cel_parse_no_memory(struct vt_cel_parser *parser)
{
  parser->broken = parser->no_memory = true;
  return NULL;
}

struct vt_cel_node *vt_cel_node_new(struct vt_cel_parser *parser, enum vt_cel_node_kind kind,
                                    uint32_t offset, uint32_t width, uint32_t count)
{
  if (parser->broken)
    return NULL;
  if (++parser->nodes > VT_LIMIT_EXPRESSION_NODES)
    return vt_cel_parse_fail(parser, offset, width,
                             "the expression has more than %llu parts (limit EXPRESSION_NODES)",
                             (unsigned long long)VT_LIMIT_EXPRESSION_NODES);
  struct vt_cel_node *node = vt_arena_alloc(parser->arena, sizeof *node);
  struct vt_cel_node **items = vt_arena_array(parser->arena, count, sizeof(void *));
  if (node == NULL || items == NULL)
    return vt_cel_parse_no_memory(parser);
  *node = (struct vt_cel_node){.kind = (uint8_t)kind,
                               .offset = offset,
                               .width = width,
                               .count = count,
                               .items = items,
                               .slot = UINT32_MAX};
  return node;
}

struct vt_cel_node *vt_cel_node_finish(struct vt_cel_parser *parser, struct vt_cel_node *node)
{
  if (parser->broken || node == NULL)
    return NULL;
  for (uint32_t i = 0; i < node->count; i++)
    if (node->items[i] != NULL && node->items[i]->depth >= node->depth)
      node->depth = node->items[i]->depth + 1;
  if (node->depth > VT_LIMIT_EXPRESSION_DEPTH)
    return vt_cel_parse_fail(
        parser, node->offset, node->width,
        "the expression is nested more than %llu levels deep (limit EXPRESSION_DEPTH)",
        (unsigned long long)VT_LIMIT_EXPRESSION_DEPTH);
  return node;
}
