#include "base/file.h"
#include "base/limits.h"
#include "rules/bundle.h"
#include "schema/schema.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "rules_schemas.inc"

enum { PATH_ROOM = 1024 };

static int follow(struct vt_rules_loader *loader, struct vt_rules_source *source);

static struct vater_str folder_of(struct vater_str path)
{
  size_t at = path.len;
  while (at > 0 && path.ptr[at - 1] != '/')
    at--;
  return at == 0 ? VT_STR(".") : vt_str_slice(path, 0, at > 1 ? at - 1 : at);
}

static struct vater_str name_of(struct vater_str path)
{
  size_t at = path.len;
  while (at > 0 && path.ptr[at - 1] != '/')
    at--;
  return vt_str_slice(path, at, path.len);
}

static struct vt_rules_source *find_source(const struct vt_rules_loader *loader,
                                           struct vater_str name)
{
  uint64_t *index = vt_map_get(&loader->names, name);
  return index == NULL ? NULL : loader->rules->sources[*index];
}

/* Adds to what the schema says of members that it does not know what they may have been meant to
 * be. */
static int suggest_members(struct vt_rules_loader *loader, bool code_list, uint32_t first)
{
  static const char unknown[] = "this member is not allowed here";
  const void *bytes = code_list ? schema_codelist : schema_rules;
  const struct vater_str text = {bytes, code_list ? sizeof schema_codelist : sizeof schema_rules};
  const struct vt_doc_budget budget = {.depth = (uint32_t)VT_LIMIT_SCHEMA_DEPTH,
                                       .allow_all_text = true};
  struct vt_doc_tree *tree = NULL;
  int status = VATER_OK;
  for (uint32_t i = first; i < loader->diagnostics->count; i++) {
    struct vt_error *error = &loader->diagnostics->items[i].error;
    if (strcmp(error->text, unknown) != 0)
      continue;
    if (tree == NULL)
      status = vt_doc_tree_read(&loader->options->environment->allocator, text, &budget,
                                loader->rules->seed, &tree, NULL);
    if (status != VATER_OK)
      break;
    struct vater_str near = vt_rules_nearest_member(vt_doc_tree_root(tree), vt_str(error->pointer));
    if (near.len > 0)
      snprintf(error->text, sizeof error->text, "%s; did you mean '%.*s'?", unknown,
               VT_STR_ARGS(near));
  }
  vt_doc_tree_free(tree);
  return status == VATER_E_NOMEM ? status : VATER_OK;
}

/* The parsed file; one that cannot be parsed stays without root, and the schema's check tells why.
 */
static int parse(struct vt_rules_loader *loader, struct vt_rules_source *source)
{
  const struct vt_doc_budget budget = {.depth = (uint32_t)VT_LIMIT_SCHEMA_DEPTH,
                                       .allow_all_text = true};
  const struct vt_allocator *allocator = &loader->options->environment->allocator;
  const struct vater_str bytes = source->file.bytes;
  struct vt_error fault = {0};
  int status =
      vt_doc_tree_read(allocator, bytes, &budget, loader->rules->seed, &source->tree, &fault);
  if (status == VATER_E_NOMEM)
    return status;
  source->root = status == VATER_OK ? vt_doc_tree_root(source->tree) : NULL;
  vt_watch_ended(loader->options->watch, VT_STR("parse"));
  source->code_list = vt_node_member(source->root, "codelist") != NULL;
  const struct vt_schema *schema = source->code_list ? loader->list_schema : loader->pack_schema;
  uint32_t before = loader->diagnostics->errors, told = loader->diagnostics->count;
  status = vt_schema_check_text(schema, allocator, source->path, bytes, "RULE-LOAD",
                                loader->diagnostics);
  if (status != VATER_OK && loader->diagnostics->errors == before)
    vt_rules_report_file(loader, "RULE-LOAD", source->path, "cannot be checked");
  vt_watch_ended(loader->options->watch, VT_STR("schema"));
  if (vt_node_type(source->root) != VATER_NODE_OBJECT)
    loader->incomplete = true;
  return suggest_members(loader, source->code_list, told);
}

void vt_rules_close(const struct vt_rules *rules, struct vt_rules_source *source)
{
  vt_doc_tree_free(source->tree);
  vt_free(&rules->environment->allocator, (void *)(uintptr_t)source->file.bytes.ptr);
}

/* Takes over `bytes`, whatever it returns. */
static int add_source(struct vt_rules_loader *loader, struct vater_str name, struct vater_str path,
                      struct vater_str folder, struct vater_str bytes,
                      struct vt_rules_source **added)
{
  struct vt_rules *rules = loader->rules;
  struct vt_rules_source *source = vt_arena_alloc(rules->arena, sizeof *source);
  struct vt_rules_source **sources =
      vt_arena_array(rules->arena, rules->source_count + 1, sizeof(struct vt_rules_source *));
  if (source == NULL || sources == NULL) {
    vt_free(&rules->environment->allocator, (void *)(uintptr_t)bytes.ptr);
    return VATER_E_NOMEM;
  }
  if (rules->source_count > 0)
    memcpy(sources, rules->sources, rules->source_count * sizeof *sources);
  sources[rules->source_count] = source;
  rules->sources = sources;
  source->file.bytes = bytes;
  source->file.name = vt_arena_copy(rules->arena, name);
  source->path = vt_arena_copy(rules->arena, path);
  source->folder = vt_arena_copy(rules->arena, folder);
  bool fresh;
  uint64_t *index = vt_map_put(&loader->names, source->file.name, &fresh);
  if (index != NULL)
    *index = rules->source_count;
  rules->source_count++;
  if (source->file.name.ptr == NULL || source->path.ptr == NULL || index == NULL)
    return VATER_E_NOMEM;
  *added = source;
  return parse(loader, source);
}

/* Reads the file at `path` under `name`. What is wrong with the file itself is told at `user`'s
 * member `pointer` where somebody uses it. */
static int read_file(struct vt_rules_loader *loader, struct vater_str name, const char *path,
                     struct vater_str folder, const struct vt_rules_source *user,
                     const char *pointer, struct vt_rules_source **source)
{
  const struct vt_allocator *allocator = &loader->options->environment->allocator;
  struct vt_error error = {0};
  struct vater_str bytes = VT_STR_NONE;
  const char *code = "RULE-LOAD";
  int status = loader->options->trusted ? vt_file_trusted(path, &error) : VATER_OK;
  if (status != VATER_OK)
    code = "OPS-PERM";
  else
    status = vt_file_load(allocator, path, VT_LIMIT_RULE_FILE_BYTES, &bytes, &error);
  vt_watch_ended(loader->options->watch, VT_STR("read"));
  if (status == VATER_E_NOMEM)
    return status;
  if (status != VATER_OK) {
    if (status == VATER_E_LIMIT)
      code = "RULE-LIMIT";
    const char *limit = status == VATER_E_LIMIT ? " (limit RULE_FILE_BYTES)" : "";
    if (user != NULL)
      vt_rules_report(loader, VATER_SEVERITY_ERROR, code, user, pointer, "%s%s", error.text, limit);
    else
      vt_rules_report_file(loader, code, vt_str(path), "%s%s", error.text, limit);
    loader->incomplete = true;
    *source = NULL;
    return VATER_OK;
  }
  return add_source(loader, name, vt_str(path), folder, bytes, source);
}

/* "codelists/counties.json" is fine; "/etc/x", "../x", "a//b" and "a/./b" are not. */
static bool name_stays_inside(struct vater_str name)
{
  size_t start = 0;
  for (size_t i = 0; i <= name.len; i++) {
    if (i < name.len && name.ptr[i] != '/')
      continue;
    struct vater_str part = vt_str_slice(name, start, i);
    if (part.len == 0 || vt_str_is(part, ".") || vt_str_is(part, ".."))
      return false;
    start = i + 1;
  }
  return name.len > 0;
}

/* The first part of folder/name that is a symbolic link, in `path`; false where none is. */
static bool has_symlink(char *path, size_t folder_len)
{
  for (size_t i = folder_len + 1;; i++) {
    char kept = path[i];
    if (kept != '/' && kept != '\0')
      continue;
    struct stat state;
    path[i] = '\0';
    bool symlink = lstat(path, &state) == 0 && S_ISLNK(state.st_mode);
    if (symlink)
      return true;
    path[i] = kept;
    if (kept == '\0')
      return false;
  }
}

static int add_pinned(struct vt_rules_loader *loader, const struct vt_rules_file *file,
                      struct vt_rules_source **added)
{
  char *bytes = vt_alloc(&loader->options->environment->allocator, file->bytes.len + 1);
  if (bytes == NULL)
    return VATER_E_NOMEM;
  if (file->bytes.len > 0)
    memcpy(bytes, file->bytes.ptr, file->bytes.len);
  return add_source(loader, file->name, file->name, VT_STR_NONE,
                    (struct vater_str){bytes, file->bytes.len}, added);
}

static int use_pinned(struct vt_rules_loader *loader, struct vt_rules_source *user,
                      struct vater_str name, const char *pointer, struct vt_rules_source **used)
{
  const struct vt_rules_options *options = loader->options;
  for (size_t i = 0; i < options->pinned_count; i++)
    if (vt_str_equal(options->pinned[i].name, name))
      return add_pinned(loader, &options->pinned[i], used);
  vt_rules_report(loader, VATER_SEVERITY_ERROR, "RULE-LOAD", user, pointer,
                  "'%.*s' is not among the files that were pinned", VT_STR_ARGS(name));
  loader->incomplete = true;
  return VATER_OK;
}

static int use_file(struct vt_rules_loader *loader, struct vt_rules_source *user,
                    struct vater_str name, const char *pointer, struct vt_rules_source **used)
{
  char path[PATH_ROOM];
  int size = snprintf(path, sizeof path, "%.*s/%.*s", VT_STR_ARGS(user->folder), VT_STR_ARGS(name));
  if (!name_stays_inside(name) || size < 0 || (size_t)size >= sizeof path) {
    vt_rules_report(loader, VATER_SEVERITY_ERROR, "OPS-PERM", user, pointer,
                    "'%.*s' is outside the folder of the rules; name a file in it or below",
                    VT_STR_ARGS(name));
    loader->incomplete = true;
    return VATER_OK;
  }
  if (has_symlink(path, user->folder.len)) {
    vt_rules_report(loader, VATER_SEVERITY_ERROR, "OPS-PERM", user, pointer,
                    "'%s' is a symbolic link; put the file itself there", path);
    loader->incomplete = true;
    return VATER_OK;
  }
  return read_file(loader, name, path, user->folder, user, pointer, used);
}

static int use_one(struct vt_rules_loader *loader, struct vt_rules_source *user,
                   struct vater_str name, const char *pointer)
{
  struct vt_rules_source *used = find_source(loader, name);
  if (used != NULL && used->visiting) {
    vt_rules_report(loader, VATER_SEVERITY_ERROR, "RULE-LOAD", user, pointer,
                    "'%.*s' uses this file, directly or through others: a circle",
                    VT_STR_ARGS(name));
    return VATER_OK;
  }
  if (used != NULL)
    return VATER_OK;
  int status = user->folder.len == 0 ? use_pinned(loader, user, name, pointer, &used)
                                     : use_file(loader, user, name, pointer, &used);
  return status == VATER_OK && used != NULL ? follow(loader, used) : status;
}

/* What a pack uses. Depth of the recursion is the number of files at most. */
static int follow(struct vt_rules_loader *loader, struct vt_rules_source *source)
{
  const struct vater_node *used = vt_node_first(vt_node_member(source->root, "use"));
  source->visiting = true;
  int status = VATER_OK;
  for (size_t index = 0; used != NULL && status == VATER_OK; index++, used = vt_node_next(used)) {
    char pointer[64];
    snprintf(pointer, sizeof pointer, "/use/%zu", index);
    if (vt_node_type(used) == VATER_NODE_TEXT)
      status = use_one(loader, source, vt_node_text(used), pointer);
  }
  source->visiting = false;
  *loader->next = source;
  loader->next = &source->next;
  return status;
}

static int add_root(struct vt_rules_loader *loader, const char *path)
{
  struct vater_str name = name_of(vt_str(path)), folder = folder_of(vt_str(path));
  struct vt_rules_source *source = find_source(loader, name);
  if (source != NULL && !vt_str_equal(source->folder, folder))
    vt_rules_report_file(loader, "RULE-LOAD", vt_str(path),
                         "another file of that name is loaded from '%.*s'",
                         VT_STR_ARGS(source->folder));
  if (source != NULL)
    return VATER_OK;
  int status = read_file(loader, name, path, folder, NULL, NULL, &source);
  return status == VATER_OK && source != NULL ? follow(loader, source) : status;
}

static int is_pack_file(const struct dirent *entry)
{
  struct vater_str name = vt_str(entry->d_name);
  return name.len > 5 && name.ptr[0] != '.' && vt_str_ends(name, VT_STR(".json")) &&
         !vt_str_is(name, "calendar.json");
}

static int read_directory(struct vt_rules_loader *loader)
{
  const char *directory = loader->options->directory;
  struct dirent **entries = NULL;
  int count = scandir(directory, &entries, is_pack_file, alphasort);
  if (count < 0) {
    vt_rules_report_file(loader, "RULE-LOAD", vt_str(directory), "cannot be listed: %s",
                         strerror(errno));
    return VATER_OK;
  }
  if (count == 0)
    vt_rules_report_file(loader, "RULE-LOAD", vt_str(directory), "holds no rule packs (*.json)");
  int status = VATER_OK;
  for (int i = 0; i < count; i++) {
    char path[PATH_ROOM];
    if (status == VATER_OK &&
        vt_file_join(path, sizeof path, directory, entries[i]->d_name) == VATER_OK)
      status = add_root(loader, path);
    free(entries[i]);
  }
  free(entries);
  return status;
}

static int read_pinned(struct vt_rules_loader *loader)
{
  const struct vt_rules_options *options = loader->options;
  int status = VATER_OK;
  for (size_t i = 0; i < options->pinned_count && status == VATER_OK; i++) {
    const struct vt_rules_file *file = &options->pinned[i];
    struct vt_rules_source *source = NULL;
    if (find_source(loader, file->name) != NULL)
      continue;
    status = add_pinned(loader, file, &source);
    if (status == VATER_OK)
      status = follow(loader, source);
  }
  return status;
}

static int compile_schema(struct vt_rules_loader *loader, const void *text, size_t size,
                          const char *name, struct vt_schema **schema)
{
  struct vt_schema_options options = {.source = vt_str(name)};
  return vt_schema_compile((struct vater_str){text, size}, &options,
                           &loader->options->environment->allocator, schema, loader->diagnostics);
}

static int by_name(const void *a, const void *b)
{
  return vt_str_compare(((const struct vt_rules_file *)a)->name,
                        ((const struct vt_rules_file *)b)->name);
}

static int list_files(struct vt_rules *rules)
{
  rules->files = vt_arena_array(rules->arena, rules->source_count + 1, sizeof *rules->files);
  if (rules->files == NULL)
    return VATER_E_NOMEM;
  for (uint32_t i = 0; i < rules->source_count; i++)
    rules->files[i] = rules->sources[i]->file;
  qsort(rules->files, rules->source_count, sizeof *rules->files, by_name);
  return VATER_OK;
}

static int read_roots(struct vt_rules_loader *loader)
{
  const struct vt_rules_options *options = loader->options;
  if (options->directory != NULL)
    return read_directory(loader);
  if (options->path_count == 0)
    return read_pinned(loader);
  int status = VATER_OK;
  for (size_t i = 0; i < options->path_count && status == VATER_OK; i++)
    status = add_root(loader, options->paths[i]);
  return status;
}

int vt_rules_read(struct vt_rules_loader *loader)
{
  int status = compile_schema(loader, schema_rules, sizeof schema_rules, "rules.schema.json",
                              &loader->pack_schema);
  if (status == VATER_OK)
    status = compile_schema(loader, schema_codelist, sizeof schema_codelist, "codelist.schema.json",
                            &loader->list_schema);
  vt_watch_ended(loader->options->watch, VT_STR("compile schemas"));
  if (status == VATER_OK)
    status = read_roots(loader);
  vt_schema_free(loader->pack_schema);
  vt_schema_free(loader->list_schema);
  return status == VATER_OK ? list_files(loader->rules) : status;
}
