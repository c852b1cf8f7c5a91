#include "schema/registry.h"

#include "base/limits.h"

#include <stdarg.h>
#include <stdio.h>

enum shape { SHAPE_NONE, SHAPE_ONE, SHAPE_LIST, SHAPE_MAP, SHAPE_ITEMS, SHAPE_DEPEND };

void vt_schema_stop(struct vt_schema_registry *registry, int status)
{
  if (registry->status == VATER_OK)
    registry->status = status;
}

void vt_schema_fault(struct vt_schema_registry *registry, const struct vt_schema_value *place,
                     const char *format, ...)
{
  struct vt_error error = {.status = VATER_OK};
  const struct vt_schema_value *schema = place;
  va_list arguments;
  va_start(arguments, format);
  vt_fail_v(&error, VATER_E_CONFIG, "SCHEMA-LOAD", format, arguments);
  va_end(arguments);
  registry->faults++;
  while (schema != NULL && schema->resource == NULL)
    schema = schema->parent;
  struct vater_str document = VT_STR_NONE;
  if (schema != NULL) {
    uint32_t line, column;
    struct vater_str line_text;
    bool member = place->name.ptr != NULL;
    document = schema->resource->text;
    error.offset = member ? place->name_offset : place->offset;
    vt_text_place(document, (size_t)error.offset, &line, &column, &line_text);
    vt_error_at(&error, schema->resource->source, line, column);
    vt_diagnostics_add(registry->diagnostics, VATER_SEVERITY_ERROR, &error, document,
                       (uint32_t)(member ? place->name_end - place->name_offset : 1));
    return;
  }
  vt_diagnostics_add(registry->diagnostics, VATER_SEVERITY_ERROR, &error, document, 1);
}

void vt_schema_registry_init(struct vt_schema_registry *registry, struct vt_arena *arena,
                             const struct vt_allocator *allocator,
                             const struct vt_schema_options *options,
                             struct vt_diagnostics *diagnostics)
{
  *registry = (struct vt_schema_registry){.arena = arena,
                                          .allocator = allocator,
                                          .options = options,
                                          .diagnostics = diagnostics,
                                          .status = VATER_OK};
  vt_map_init(&registry->resources, allocator, (uint32_t)VT_LIMIT_SCHEMA_NODES, 0);
}

void vt_schema_registry_fini(struct vt_schema_registry *registry)
{
  vt_map_fini(&registry->resources);
}

static void enter(struct vt_schema_registry *registry, struct vater_str uri,
                  struct vt_schema_resource *resource)
{
  bool added;
  uint64_t *slot = vt_map_put(&registry->resources, uri, &added);
  if (slot == NULL)
    vt_schema_stop(registry, VATER_E_NOMEM);
  else if (added)
    *slot = (uint64_t)(uintptr_t)resource;
}

static struct vt_schema_resource *find(const struct vt_schema_registry *registry,
                                       struct vater_str uri)
{
  const uint64_t *slot = vt_map_get(&registry->resources, uri);
  return slot != NULL ? (struct vt_schema_resource *)(uintptr_t)*slot : NULL;
}

static struct vt_schema_resource *document_of(struct vt_schema_registry *registry,
                                              struct vater_str uri);

static bool is_legacy(struct vater_str uri)
{
  static const char *const legacy[] = {
      "https://json-schema.org/draft/2019-09/schema", "http://json-schema.org/draft-07/schema",
      "http://json-schema.org/draft-06/schema", "http://json-schema.org/draft-04/schema"};
  for (size_t i = 0; i < sizeof legacy / sizeof *legacy; i++)
    if (vt_str_is(uri, legacy[i]))
      return true;
  return false;
}

#define VOCABULARY "https://json-schema.org/draft/2020-12/vocab/"

static void read_vocabulary(struct vt_schema_registry *registry,
                            const struct vt_schema_value *vocabulary,
                            struct vt_schema_dialect *dialect)
{
  static const char *const others[] = {"core", "meta-data", "content", "format-annotation"};
  *dialect = (struct vt_schema_dialect){.applicator = false};
  for (const struct vt_schema_value *entry = vocabulary->first; entry != NULL;
       entry = entry->next) {
    struct vater_str name = entry->name;
    if (vt_str_starts(name, VT_STR(VOCABULARY)))
      name = vt_str_slice(name, sizeof VOCABULARY - 1, name.len);
    bool known = false;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
      known |= vt_str_is(name, others[i]);
    if (vt_str_is(name, "applicator"))
      dialect->applicator = known = true;
    if (vt_str_is(name, "unevaluated"))
      dialect->unevaluated = known = true;
    if (vt_str_is(name, "validation"))
      dialect->validation = known = true;
    if (vt_str_is(name, "format-assertion"))
      dialect->format_assertion = known = true;
    if (!known && entry->kind == VT_DOC_TRUE)
      vt_schema_fault(registry, entry, "the vocabulary '%.*s' is required and not known here",
                      VT_STR_ARGS(entry->name));
  }
}

static void read_dialect(struct vt_schema_registry *registry, struct vt_schema_resource *resource,
                         const struct vt_schema_resource *outer)
{
  const struct vt_schema_value *named = vt_schema_value_member(resource->root, "$schema");
  resource->dialect =
      outer != NULL
          ? outer->dialect
          : (struct vt_schema_dialect){.applicator = true, .unevaluated = true, .validation = true};
  if (named == NULL)
    return;
  if (named->kind != VT_DOC_TEXT) {
    vt_schema_fault(registry, named, "\"$schema\" must be a URI");
    return;
  }
  struct vater_str fragment, uri = vt_uri_without_fragment(named->text, &fragment);
  if (is_legacy(uri)) {
    resource->dialect.legacy = true;
    return;
  }
  if (vt_str_starts(uri, VT_STR("https://json-schema.org/draft/2020-12/")))
    return;
  const struct vt_schema_resource *meta = document_of(registry, uri);
  if (meta == NULL) {
    vt_schema_fault(registry, named, "the dialect '%.*s' is not known here",
                    VT_STR_ARGS(named->text));
    return;
  }
  const struct vt_schema_value *vocabulary = vt_schema_value_member(meta->root, "$vocabulary");
  if (vocabulary != NULL && vocabulary->kind == VT_DOC_OBJECT)
    read_vocabulary(registry, vocabulary, &resource->dialect);
}

static void add_anchor(struct vt_schema_registry *registry, struct vt_schema_value *value,
                       const char *keyword, bool dynamic)
{
  const struct vt_schema_value *name = vt_schema_value_member(value, keyword);
  if (name == NULL)
    return;
  if (name->kind != VT_DOC_TEXT) {
    vt_schema_fault(registry, name, "\"%s\" must be a string", keyword);
    return;
  }
  struct vt_schema_anchor *anchor = vt_arena_alloc(registry->arena, sizeof *anchor);
  if (anchor == NULL) {
    vt_schema_stop(registry, VATER_E_NOMEM);
    return;
  }
  *anchor = (struct vt_schema_anchor){name->text, value, dynamic, value->resource->anchors};
  value->resource->anchors = anchor;
}

static struct vt_schema_resource *new_resource(struct vt_schema_registry *registry,
                                               struct vt_schema_value *value, struct vater_str uri,
                                               struct vater_str source, struct vater_str text)
{
  struct vt_schema_resource *resource = vt_arena_alloc(registry->arena, sizeof *resource);
  if (resource == NULL) {
    vt_schema_stop(registry, VATER_E_NOMEM);
    return NULL;
  }
  resource->uri = uri;
  resource->root = value;
  resource->source = source;
  resource->text = text;
  value->resource = resource;
  return resource;
}

/* A schema object with "$id" begins a resource of its own. */
static void begin_resource(struct vt_schema_registry *registry, struct vt_schema_value *value)
{
  struct vt_schema_resource *outer = value->resource;
  const struct vt_schema_value *id = vt_schema_value_member(value, "$id");
  if (id == NULL)
    return;
  if (id->kind != VT_DOC_TEXT) {
    vt_schema_fault(registry, id, "\"$id\" must be a string");
    return;
  }
  struct vater_str fragment, absolute = vt_uri_resolve(registry->arena, outer->uri, id->text);
  if (absolute.ptr == NULL) {
    vt_schema_stop(registry, VATER_E_NOMEM);
    return;
  }
  struct vater_str uri = vt_uri_without_fragment(absolute, &fragment);
  if (fragment.len > 0) {
    if (!outer->dialect.legacy)
      vt_schema_fault(registry, id, "\"$id\" must not have a fragment; use \"$anchor\"");
    return;
  }
  struct vt_schema_resource *resource = outer;
  if (outer->root != value) {
    resource = new_resource(registry, value, uri, outer->source, outer->text);
    if (resource == NULL)
      return;
  }
  resource->uri = uri;
  enter(registry, uri, resource);
  if (resource != outer)
    read_dialect(registry, resource, outer);
}

static enum shape shape_of(struct vater_str keyword)
{
  static const struct {
    const char *name;
    enum shape shape;
  } keywords[] = {
#define VT_KEYWORD(name, shape) {name, SHAPE_##shape},
#include "schema/keyword.def"
#undef VT_KEYWORD
  };
  for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
    if (vt_str_is(keyword, keywords[i].name))
      return keywords[i].shape;
  return SHAPE_NONE;
}

static void walk(struct vt_schema_registry *registry, struct vt_schema_value *schema,
                 struct vt_schema_resource *resource);

static void walk_each(struct vt_schema_registry *registry, struct vt_schema_value *list,
                      struct vt_schema_resource *resource)
{
  for (struct vt_schema_value *item = list->first; item != NULL; item = item->next)
    walk(registry, item, resource);
}

/* Enters only places where schemas stand, so that an "$id" in an enum names nothing. Depth is
 * bounded by the reader's: SCHEMA_DEPTH. */
static void walk(struct vt_schema_registry *registry, struct vt_schema_value *schema,
                 struct vt_schema_resource *resource)
{
  if (schema->kind != VT_DOC_OBJECT)
    return;
  schema->resource = resource;
  begin_resource(registry, schema);
  add_anchor(registry, schema, "$anchor", false);
  add_anchor(registry, schema, "$dynamicAnchor", true);
  for (struct vt_schema_value *member = schema->first; member != NULL; member = member->next) {
    enum shape shape = shape_of(member->name);
    bool list = member->kind == VT_DOC_LIST, object = member->kind == VT_DOC_OBJECT;
    if ((shape == SHAPE_ONE || shape == SHAPE_ITEMS) && object)
      walk(registry, member, schema->resource);
    else if ((shape == SHAPE_LIST || shape == SHAPE_ITEMS) && list)
      walk_each(registry, member, schema->resource);
    else if ((shape == SHAPE_MAP || shape == SHAPE_DEPEND) && object)
      walk_each(registry, member, schema->resource);
  }
}

static struct vt_schema_value *add_document(struct vt_schema_registry *registry,
                                            struct vater_str uri, struct vater_str source,
                                            struct vater_str text)
{
  struct vt_error error = {.status = VATER_OK};
  struct vt_schema_value *root;
  struct vater_str copy = vt_arena_copy(registry->arena, text), fragment;
  if (copy.ptr == NULL) {
    vt_schema_stop(registry, VATER_E_NOMEM);
    return NULL;
  }
  int status = vt_schema_value_parse(copy, registry->arena, registry->allocator, &root, &error);
  if (status != VATER_OK) {
    uint32_t line, column;
    struct vater_str line_text;
    vt_text_place(copy, (size_t)error.offset, &line, &column, &line_text);
    vt_error_at(&error, source, line, column);
    vt_diagnostics_add(registry->diagnostics, VATER_SEVERITY_ERROR, &error, copy, 1);
    registry->faults++;
    if (status == VATER_E_NOMEM)
      vt_schema_stop(registry, status);
    return NULL;
  }
  uri = vt_uri_without_fragment(uri, &fragment);
  struct vt_schema_resource *resource = new_resource(registry, root, uri, source, copy);
  if (resource == NULL)
    return NULL;
  enter(registry, uri, resource);
  read_dialect(registry, resource, NULL);
  walk(registry, root, resource);
  return root;
}

struct vt_schema_value *vt_schema_registry_root(struct vt_schema_registry *registry,
                                                struct vater_str text)
{
  const struct vt_schema_options *options = registry->options;
  return add_document(registry, options->uri, options->source, text);
}

static struct vt_schema_resource *document_of(struct vt_schema_registry *registry,
                                              struct vater_str uri)
{
  struct vt_schema_resource *resource = find(registry, uri);
  if (resource != NULL)
    return resource;
  const struct vt_schema_options *options = registry->options;
  struct vater_str text = vt_schema_builtin(uri), fragment;
  for (size_t i = 0; i < options->remote_count && text.ptr == NULL; i++)
    if (vt_str_equal(vt_uri_without_fragment(options->remotes[i].uri, &fragment), uri))
      text = options->remotes[i].text;
  if (text.ptr == NULL)
    return NULL;
  add_document(registry, uri, uri, text);
  return find(registry, uri);
}

struct vt_schema_resource *vt_schema_resource_of(struct vt_schema_registry *registry,
                                                 struct vt_schema_value *value)
{
  struct vt_schema_value *above = value;
  while (above != NULL && above->resource == NULL)
    above = above->parent;
  if (above == NULL)
    return NULL;
  /* a schema in a place that no keyword claims, reached by a pointer */
  if (value->resource == NULL && value->kind == VT_DOC_OBJECT)
    walk(registry, value, above->resource);
  return value->resource != NULL ? value->resource : above->resource;
}

static struct vt_schema_value *follow_pointer(struct vt_schema_value *value,
                                              struct vater_str pointer)
{
  size_t at = 0;
  while (value != NULL && at < pointer.len) {
    size_t end = vt_str_find(pointer, VT_STR("/"), at + 1);
    value = vt_schema_value_step(value, vt_str_slice(pointer, at + 1, end));
    at = end;
  }
  return value;
}

static struct vt_schema_value *in_resource(struct vt_schema_registry *registry,
                                           struct vt_schema_resource *resource,
                                           struct vater_str fragment,
                                           struct vt_schema_anchor **anchor)
{
  struct vater_str plain = vt_uri_decode(registry->arena, fragment);
  if (plain.ptr == NULL) {
    vt_schema_stop(registry, VATER_E_NOMEM);
    return NULL;
  }
  if (plain.len == 0 || plain.ptr[0] == '/')
    return follow_pointer(resource->root, plain);
  for (struct vt_schema_anchor *each = resource->anchors; each != NULL; each = each->next) {
    if (vt_str_equal(each->name, plain)) {
      *anchor = each;
      return each->value;
    }
  }
  return NULL;
}

struct vt_schema_value *vt_schema_resolve(struct vt_schema_registry *registry,
                                          struct vt_schema_value *value, struct vater_str reference,
                                          struct vt_schema_value *place,
                                          struct vt_schema_anchor **anchor)
{
  struct vt_schema_resource *here = vt_schema_resource_of(registry, value);
  struct vater_str fragment, absolute = VT_STR_NONE;
  *anchor = NULL;
  if (here != NULL)
    absolute = vt_uri_resolve(registry->arena, here->uri, reference);
  if (absolute.ptr == NULL) {
    vt_schema_stop(registry, VATER_E_NOMEM);
    return NULL;
  }
  struct vater_str uri = vt_uri_without_fragment(absolute, &fragment);
  struct vt_schema_resource *resource =
      vt_str_equal(uri, here->uri) ? here : document_of(registry, uri);
  if (resource == NULL) {
    vt_schema_fault(registry, place, "'%.*s' names no schema that is here; nothing is fetched",
                    VT_STR_ARGS(absolute));
    return NULL;
  }
  struct vt_schema_value *target = in_resource(registry, resource, fragment, anchor);
  if (target == NULL && registry->status == VATER_OK)
    vt_schema_fault(registry, place, "'%.*s' leads nowhere: no '#%.*s' in that schema",
                    VT_STR_ARGS(reference), VT_STR_ARGS(fragment));
  return target;
}
