#include "cel/function.h"
#include "cel/time.h"

#include <math.h>

static int print_value(const struct vt_cel_value *value, bool nested, struct vt_buffer *out);

static int print_list(const struct vt_cel_value *list, struct vt_buffer *out)
{
  vt_buffer_char(out, '[');
  for (uint32_t i = 0; i < vt_cel_list_count(list) && !out->failed; i++) {
    struct vt_cel_value item = vt_cel_list_item(list, i);
    if (i > 0)
      vt_buffer_text(out, ", ");
    print_value(&item, true, out);
  }
  return vt_buffer_char(out, ']');
}

static int print_map(const struct vt_cel_map *map, struct vt_buffer *out)
{
  vt_buffer_char(out, '{');
  for (uint32_t i = 0; i < map->count && !out->failed; i++) {
    if (i > 0)
      vt_buffer_text(out, ", ");
    print_value(&map->entries[i].key, true, out);
    vt_buffer_text(out, ": ");
    print_value(&map->entries[i].value, true, out);
  }
  return vt_buffer_char(out, '}');
}

static int print_quoted(struct vater_str text, bool bytes, struct vt_buffer *out)
{
  vt_buffer_text(out, bytes ? "b\"" : "\"");
  for (size_t i = 0; i < text.len && !out->failed; i++) {
    unsigned char c = (unsigned char)text.ptr[i];
    if (c == '"' || c == '\\')
      vt_buffer_format(out, "\\%c", c);
    else if (c < 32 || c == 127 || (bytes && c > 126))
      vt_buffer_format(out, "\\x%02x", c);
    else
      vt_buffer_char(out, (char)c);
  }
  return vt_buffer_char(out, '"');
}

static int print_network(const struct vt_cel_network *network, struct vt_buffer *out)
{
  char text[VT_CEL_NETWORK_TEXT];
  return vt_buffer_append(out, (struct vater_str){text, vt_cel_network_print(network, text)});
}

static int print_optional(const struct vt_cel_value *inner, struct vt_buffer *out)
{
  if (inner == NULL)
    return vt_buffer_text(out, "optional.none()");
  vt_buffer_text(out, "optional.of(");
  print_value(inner, true, out);
  return vt_buffer_char(out, ')');
}

static int print_value(const struct vt_cel_value *value, bool nested, struct vt_buffer *out)
{
  char small[VT_CEL_TIME_TEXT];
  if (out->failed)
    return VATER_E_LIMIT;
  switch ((enum vt_cel_kind)value->kind) {
  case VT_CEL_NULL:
    return vt_buffer_text(out, "null");
  case VT_CEL_BOOL:
    return vt_buffer_text(out, value->as.truth ? "true" : "false");
  case VT_CEL_INT:
    return vt_buffer_format(out, "%lld", (long long)value->as.integer);
  case VT_CEL_UINT:
    return vt_buffer_format(out, "%llu", (unsigned long long)value->as.natural);
  case VT_CEL_DOUBLE:
    return vt_buffer_append(out,
                            (struct vater_str){small, vt_cel_double_text(value->as.number, small)});
  case VT_CEL_STRING:
    return nested ? print_quoted(value->as.text, false, out)
                  : vt_buffer_append(out, value->as.text);
  case VT_CEL_BYTES:
    return print_quoted(value->as.text, true, out);
  case VT_CEL_LIST:
  case VT_CEL_RECORDS:
    return print_list(value, out);
  case VT_CEL_MAP:
    return print_map(value->as.map, out);
  case VT_CEL_TIMESTAMP:
    return vt_buffer_append(
        out, (struct vater_str){small, vt_cel_timestamp_print(value->as.time, small)});
  case VT_CEL_DURATION:
    return vt_buffer_append(
        out, (struct vater_str){small, vt_cel_duration_print(value->as.time, small)});
  case VT_CEL_TYPE:
    return vt_buffer_append(out, value->as.text);
  case VT_CEL_OPTIONAL:
    return print_optional(value->as.inner, out);
  case VT_CEL_RECORD:
    return vt_buffer_format(out, "%.*s[%u]", VT_STR_ARGS(value->as.record.type->name),
                            (unsigned)value->row);
  case VT_CEL_NETWORK:
    return print_network(value->as.network, out);
  case VT_CEL_MISSING:
    return vt_buffer_text(out, "\342\200\223");
  case VT_CEL_ERROR:
    break;
  }
  return vt_buffer_char(out, '?');
}

int vt_cel_print(const struct vt_cel_value *value, struct vt_buffer *out)
{
  return print_value(value, false, out);
}

/* ---- programs ----------------------------------------------------------------------------- */

static const char *node_label(const struct vt_cel_node *node)
{
  static const char *const loops[] = {"all",  "exists",       "exists_one",
                                      "list", "transformMap", "transformMapEntry"};
  switch ((enum vt_cel_node_kind)node->kind) {
  case VT_CEL_NODE_CONSTANT:
    return "constant";
  case VT_CEL_NODE_NAME:
    return "name";
  case VT_CEL_NODE_SELECT:
    return node->test ? "has" : node->optional ? "select?" : "select";
  case VT_CEL_NODE_CALL:
    return "call";
  case VT_CEL_NODE_LIST:
    return "list";
  case VT_CEL_NODE_MAP:
    return "map";
  case VT_CEL_NODE_LOOP:
    return loops[node->loop];
  case VT_CEL_NODE_BIND:
    return "bind";
  case VT_CEL_NODE_OPTIONAL:
    return node->flat ? "optFlatMap" : "optMap";
  }
  return "";
}

static void print_node(const struct vt_cel_node *node, unsigned depth, struct vt_buffer *out)
{
  vt_buffer_format(out, "%*s%s", (int)depth * 2, "", node_label(node));
  if (node->kind == VT_CEL_NODE_CONSTANT) {
    vt_buffer_char(out, ' ');
    print_value(&node->value, true, out);
  }
  if (node->name.len > 0)
    vt_buffer_format(out, " %.*s", VT_STR_ARGS(node->name));
  if (node->first.len > 0)
    vt_buffer_format(out, " %.*s", VT_STR_ARGS(node->first));
  if (node->second.len > 0)
    vt_buffer_format(out, ", %.*s", VT_STR_ARGS(node->second));
  vt_buffer_text(out, " : ");
  vt_cel_type_print(node->type, out);
  vt_buffer_char(out, '\n');
  for (uint32_t i = 0; i < node->count && !out->failed; i++)
    if (node->items[i] != NULL)
      print_node(node->items[i], depth + 1, out);
}

int vt_cel_program_print(const struct vt_cel_program *program, struct vt_buffer *out)
{
  print_node(program->root, 0, out);
  return vt_buffer_text(out, "");
}
