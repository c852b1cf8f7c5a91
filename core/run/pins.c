#include "run/job.h"

#include "base/file.h"
#include "jose/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct pinning {
  struct vt_running *running;
  struct vt_store_pin *pins;
  size_t count;
  struct vt_error *error;
};

static struct vater_str hex_of(struct pinning *pinning, const struct vt_digest *digest)
{
  char hex[VT_DIGEST_HEX];
  vt_digest_print(digest, hex);
  return vt_arena_copy(pinning->running->arena, vt_str(hex));
}

static int pin_content(struct pinning *pinning, const char *kind, struct vater_str name,
                       struct vater_str content)
{
  struct vt_digest digest;
  int status = vt_digest_of(content, &digest, pinning->error);
  if (status == VATER_OK)
    pinning->pins[pinning->count++] =
        (struct vt_store_pin){vt_str(kind), name, hex_of(pinning, &digest), content};
  return status;
}

static int pin_binary(struct pinning *pinning)
{
  const char *path = pinning->running->options->binary;
  struct vt_digest digest;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return vt_fail(pinning->error, VATER_E_IO, NULL, "cannot open '%s': %s", path, strerror(errno));
  int status = vt_digest_of_fd(fd, &digest, pinning->error);
  close(fd);
  if (status == VATER_OK)
    pinning->pins[pinning->count++] = (struct vt_store_pin){VT_STR("binary"), VT_STR("vater"),
                                                            hex_of(pinning, &digest), VT_STR_NONE};
  return status;
}

static int pin_file(struct pinning *pinning, const char *kind, const char *name)
{
  struct vt_running *running = pinning->running;
  struct vater_str text;
  char path[1024];
  if (vt_file_join(path, sizeof path, running->rules, name) != VATER_OK)
    return vt_fail(pinning->error, VATER_E_LIMIT, NULL, "the path of '%s' is too long", name);
  int status = vt_file_load(&running->environment->allocator, path, VT_LIMIT_CONFIG_BYTES, &text,
                            pinning->error);
  if (status != VATER_OK)
    return status;
  struct vater_str kept = vt_arena_copy(running->arena, text);
  vt_free(&running->environment->allocator, (void *)(uintptr_t)text.ptr);
  return pin_content(pinning, kind, vt_str(name), kept);
}

static int pin_zygote(struct pinning *pinning, const struct vt_zygote_info *info)
{
  int status = VATER_OK;
  for (uint32_t i = 0; i < info->plugin_count; i++)
    pinning->pins[pinning->count++] = (struct vt_store_pin){VT_STR("plugin"), info->plugins[i].name,
                                                            info->plugins[i].sha256, VT_STR_NONE};
  for (size_t i = 0; i < info->rule_file_count && status == VATER_OK; i++) {
    const struct vt_rules_file *file = &info->rule_files[i];
    bool list = vt_str_starts(file->name, VT_STR("codelists/"));
    status = pin_content(pinning, list ? "codelist" : "rules", file->name, file->bytes);
  }
  return status;
}

/* What was asked for: a run that is gone on with asks for the same. */
static int pin_command_line(struct pinning *pinning)
{
  const struct vt_run_options *options = pinning->running->options;
  struct vt_buffer text;
  vt_buffer_init(&text, &pinning->running->environment->allocator, VT_LIMIT_CONFIG_BYTES);
  vt_buffer_format(&text, "period %.*s\nproposed %s\n", VT_STR_ARGS(options->period),
                   options->proposed ? "yes" : "no");
  for (uint32_t i = 0; i < options->only_count; i++)
    vt_buffer_format(&text, "actor %.*s\n", VT_STR_ARGS(options->only[i]));
  struct vater_str kept = vt_arena_copy(pinning->running->arena, vt_buffer_str(&text));
  bool failed = text.failed || kept.ptr == NULL;
  vt_buffer_fini(&text);
  if (failed)
    return vt_fail(pinning->error, VATER_E_NOMEM, "OPS-MEMORY", "out of memory");
  return pin_content(pinning, "configuration", VT_STR("command line"), kept);
}

/* Mappings, by the names that the registry gives them. */
static int pin_mappings(struct pinning *pinning)
{
  int status = VATER_OK;
  const struct vt_mapping_file *file = pinning->running->mappings.files;
  for (; file != NULL && status == VATER_OK; file = file->next)
    status = pin_content(pinning, "mapping", file->name, file->bytes);
  return status;
}

static bool is_pinned(const struct pinning *pinning, struct vater_str kind, struct vater_str name)
{
  for (size_t i = 0; i < pinning->count; i++)
    if (vt_str_equal(pinning->pins[i].kind, kind) && vt_str_equal(pinning->pins[i].name, name))
      return true;
  return false;
}

/* Files of keys that signatures are verified with. A key set that is fetched is no part of what was
 * there at the beginning. */
static int pin_keys(struct pinning *pinning)
{
  static const char kind[] = "key file";
  const struct vt_actors *actors = &pinning->running->actors;
  int status = VATER_OK;
  for (uint32_t i = 0; i < actors->count; i++)
    for (uint32_t j = 0; j < actors->items[i].endpoint_count && status == VATER_OK; j++) {
      const struct vt_signature_setting *setting = &actors->items[i].endpoints[j].signature;
      if (setting->key_file.len > 0 && !is_pinned(pinning, vt_str(kind), setting->key_file))
        status = pin_content(pinning, kind, setting->key_file, setting->keys);
    }
  return status;
}

static size_t count_keys(const struct vt_running *running)
{
  size_t count = 0;
  for (uint32_t i = 0; i < running->actors.count; i++)
    for (uint32_t j = 0; j < running->actors.items[i].endpoint_count; j++)
      count += running->actors.items[i].endpoints[j].signature.key_file.len > 0;
  return count;
}

static size_t count_mappings(const struct vt_running *running)
{
  size_t count = 0;
  for (const struct vt_mapping_file *file = running->mappings.files; file != NULL;
       file = file->next)
    count++;
  return count;
}

int vt_run_pins(struct vt_running *running, struct vt_store_pin **pins, size_t *count,
                struct vt_error *error)
{
  const struct vt_zygote_info *info = vt_zygote_info(running->zygote);
  size_t room = info->plugin_count + info->rule_file_count + 5 + count_mappings(running) +
                count_keys(running);
  struct pinning pinning = {running, vt_arena_array(running->arena, room, sizeof **pins), 0, error};
  *pins = NULL;
  *count = 0;
  if (pinning.pins == NULL)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
  int status = pin_binary(&pinning);
  if (status == VATER_OK)
    status = pin_zygote(&pinning, info);
  if (status == VATER_OK)
    status = pin_file(&pinning, "schema", "schemas/submission.schema.json");
  if (status == VATER_OK)
    status = pin_content(&pinning, "configuration", VT_STR("vater.json"),
                         running->configuration.document);
  if (status == VATER_OK)
    status = pin_content(&pinning, "configuration", VT_STR("actors.json"),
                         running->actors.document.text);
  if (status == VATER_OK)
    status = pin_mappings(&pinning);
  if (status == VATER_OK)
    status = pin_keys(&pinning);
  if (status == VATER_OK)
    status = pin_command_line(&pinning);
  *pins = pinning.pins;
  *count = pinning.count;
  return status;
}
