#include "cli/rules_frame.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/map.h"
#include "jose/digest.h"
#include "rules/review.h"

#include <stdlib.h>
#include <unistd.h>

/* codes.lock: a line a code, "CODE HASH" or "CODE retired", in order; '#' begins a comment. */

static const char head[] =
    "# The codes of all rules and what each of them asks (SHA-256). A code is never used for\n"
    "# something else. Kept by 'vater rules lint --update-lock'.\n";

enum { PATH_ROOM = 600 };

struct entry {
  struct vater_str code, hash; /* "retired" in place of a hash */
  uint32_t line;
};

struct lock {
  struct vt_cli *cli;
  struct vt_rules_frame *frame;
  const struct vt_rules *rules;
  char path[PATH_ROOM];
  struct vater_str text;
  struct entry *entries;
  size_t count;
  struct vt_map codes; /* code → entry */
};

static void complain(const struct lock *lock, uint32_t line, int severity, const char *format, ...)
    VATER_PRINTF(4, 5);

static void complain(const struct lock *lock, uint32_t line, int severity, const char *format, ...)
{
  struct vt_error error = {0};
  va_list arguments;
  va_start(arguments, format);
  vt_fail_v(&error, VATER_E_RULE, "RULE-LOAD", format, arguments);
  va_end(arguments);
  vt_error_at(&error, vt_str(lock->path), line, line == 0 ? 0 : 1);
  vt_diagnostics_add(&lock->frame->diagnostics, severity, &error, lock->text, 1);
}

static int add_entry(struct lock *lock, struct vater_str line, uint32_t number)
{
  size_t blank = vt_str_find(line, VT_STR(" "), 0);
  struct entry entry = {vt_str_slice(line, 0, blank),
                        vt_str_trim(vt_str_slice(line, blank, line.len)), number};
  bool added;
  if (entry.code.len == 0 || entry.code.ptr[0] == '#')
    return VATER_OK;
  if (entry.hash.len != VT_DIGEST_HEX - 1 && !vt_str_is(entry.hash, "retired")) {
    complain(lock, number, VATER_SEVERITY_ERROR,
             "wanted: a code, a blank, and a hash or 'retired'");
    return VATER_OK;
  }
  uint64_t *place = vt_map_put(&lock->codes, entry.code, &added);
  if (place == NULL)
    return VATER_E_NOMEM;
  if (!added) {
    complain(lock, number, VATER_SEVERITY_ERROR, "'%.*s' stands twice", VT_STR_ARGS(entry.code));
    return VATER_OK;
  }
  *place = lock->count;
  lock->entries[lock->count++] = entry;
  return VATER_OK;
}

static int read_lock(struct lock *lock)
{
  uint32_t lines = 1, number = 0;
  for (size_t i = 0; i < lock->text.len; i++)
    lines += lock->text.ptr[i] == '\n';
  lock->entries = vt_arena_array(lock->frame->arena, (size_t)lines + 1, sizeof *lock->entries);
  int status = lock->entries == NULL ? VATER_E_NOMEM : VATER_OK;
  for (size_t at = 0; at < lock->text.len && status == VATER_OK;) {
    size_t end = vt_str_find(lock->text, VT_STR("\n"), at);
    status = add_entry(lock, vt_str_trim(vt_str_slice(lock->text, at, end)), ++number);
    at = end + 1;
  }
  return status;
}

static int hash_of(const struct lock *lock, uint32_t rule, char hash[VT_DIGEST_HEX])
{
  struct vt_buffer meaning;
  struct vt_digest digest;
  vt_buffer_init(&meaning, &lock->cli->environment.allocator, 4 * VT_LIMIT_EXPRESSION_BYTES);
  int status = vt_rules_meaning(lock->rules, rule, &meaning);
  if (status == VATER_OK)
    status = vt_digest_of(vt_buffer_str(&meaning), &digest, NULL);
  if (status == VATER_OK)
    vt_digest_print(&digest, hash);
  vt_buffer_fini(&meaning);
  return status;
}

/* ---- holding the packs against it -------------------------------------------------------------
 */

/* `whole`: all packs of the folder are here. */
static int check_rules(struct lock *lock, bool whole)
{
  uint32_t fresh = 0;
  const struct vt_rules *rules = lock->rules;
  for (uint32_t i = 0; i < vt_rules_count(rules); i++) {
    char hash[VT_DIGEST_HEX];
    const struct vt_rule_info *rule = vt_rules_info(rules, i);
    const uint64_t *place = vt_map_get(&lock->codes, rule->code);
    if (!vt_rules_sound(rules, i))
      continue;
    if (place == NULL) {
      fresh++;
      continue;
    }
    const struct entry *entry = &lock->entries[*place];
    if (hash_of(lock, i, hash) != VATER_OK)
      return VATER_E_NOMEM;
    if (vt_str_is(entry->hash, "retired"))
      complain(lock, entry->line, VATER_SEVERITY_ERROR,
               "'%.*s' is retired and used again (%.*s, line %u): give the rule a code of its own",
               VT_STR_ARGS(rule->code), VT_STR_ARGS(rule->file), rule->line);
    else if (!vt_str_is(entry->hash, hash))
      complain(
          lock, entry->line, VATER_SEVERITY_ERROR,
          "'%.*s' asks something else than before (%.*s, line %u): give a new rule a new code; "
          "if it is the same rule mended, record it with --update-lock",
          VT_STR_ARGS(rule->code), VT_STR_ARGS(rule->file), rule->line);
  }
  if (fresh > 0 && whole)
    complain(lock, 0, VATER_SEVERITY_WARNING,
             "%u code%s not recorded yet; do it with 'vater rules lint --update-lock'", fresh,
             fresh == 1 ? " is" : "s are");
  return VATER_OK;
}

static void check_gone(struct lock *lock)
{
  for (size_t i = 0; i < lock->count; i++) {
    const struct entry *entry = &lock->entries[i];
    if (!vt_str_is(entry->hash, "retired") && vt_rules_find(lock->rules, entry->code) == NULL)
      complain(lock, entry->line, VATER_SEVERITY_ERROR,
               "'%.*s' is in no pack any more: a code that is given up stays here as retired; "
               "record it with --update-lock",
               VT_STR_ARGS(entry->code));
  }
}

/* ---- writing it -------------------------------------------------------------------------------
 */

static int by_code(const void *left, const void *right)
{
  return vt_str_compare(((const struct entry *)left)->code, ((const struct entry *)right)->code);
}

static int gather(struct lock *lock, struct entry *made, size_t *count, uint32_t changes[3])
{
  const struct vt_rules *rules = lock->rules;
  *count = 0;
  for (uint32_t i = 0; i < vt_rules_count(rules); i++) {
    char hash[VT_DIGEST_HEX];
    struct vater_str code = vt_rules_info(rules, i)->code;
    const uint64_t *place = vt_map_get(&lock->codes, code);
    if (hash_of(lock, i, hash) != VATER_OK)
      return VATER_E_NOMEM;
    changes[0] += place == NULL;
    changes[1] += place != NULL && !vt_str_is(lock->entries[*place].hash, hash);
    made[(*count)++] =
        (struct entry){.code = code, .hash = vt_arena_copy(lock->frame->arena, vt_str(hash))};
  }
  for (size_t i = 0; i < lock->count; i++) {
    if (vt_rules_find(rules, lock->entries[i].code) != NULL)
      continue;
    changes[2] += !vt_str_is(lock->entries[i].hash, "retired");
    made[(*count)++] = (struct entry){.code = lock->entries[i].code, .hash = VT_STR("retired")};
  }
  qsort(made, *count, sizeof *made, by_code);
  return VATER_OK;
}

static int write_lock(struct lock *lock, struct vt_error *error)
{
  uint32_t changes[3] = {0};
  size_t count;
  struct vt_buffer out;
  struct entry *made = vt_arena_array(lock->frame->arena,
                                      lock->count + vt_rules_count(lock->rules) + 1, sizeof *made);
  if (made == NULL || gather(lock, made, &count, changes) != VATER_OK)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for %s", lock->path);
  vt_buffer_init(&out, &lock->cli->environment.allocator, VT_LIMIT_RULE_FILE_BYTES);
  vt_buffer_text(&out, head);
  for (size_t i = 0; i < count; i++)
    vt_buffer_format(&out, "%.*s %.*s\n", VT_STR_ARGS(made[i].code), VT_STR_ARGS(made[i].hash));
  int status = vt_cli_replace(lock->cli, lock->path, &out, error);
  vt_buffer_fini(&out);
  if (status == VATER_OK)
    fprintf(lock->cli->out, "%s: %u added, %u changed, %u retired\n", lock->path, changes[0],
            changes[1], changes[2]);
  return status;
}

/* The one beside the packs. */
static int find_lock(struct lock *lock, const struct vt_rules_asked *asked)
{
  char folder[PATH_ROOM];
  const char *slash = asked->name_count > 0 ? strrchr(asked->names[0], '/') : NULL;
  if (asked->name_count == 0)
    vt_text_copy(folder, sizeof folder, vt_str(lock->cli->rules));
  else if (slash == NULL)
    vt_text_copy(folder, sizeof folder, VT_STR("."));
  else
    snprintf(folder, sizeof folder, "%.*s", (int)(slash - asked->names[0]), asked->names[0]);
  return vt_file_join(lock->path, sizeof lock->path, folder, "codes.lock");
}

static int check_lock(struct lock *lock, bool whole)
{
  int status = check_rules(lock, whole);
  if (whole && vt_rules_complete(lock->rules))
    check_gone(lock);
  return status;
}

int vt_rules_lock(struct vt_cli *cli, const struct vt_rules_asked *asked,
                  struct vt_rules_frame *frame)
{
  struct lock lock = {
      .cli = cli, .frame = frame, .rules = frame->rules != NULL ? frame->rules : frame->faulty};
  struct vt_error error = {0};
  int status = find_lock(&lock, asked);
  bool there = status == VATER_OK && access(lock.path, F_OK) == 0;
  if (status != VATER_OK || (!there && !asked->update_lock))
    return VATER_OK;
  vt_map_init(&lock.codes, &cli->environment.allocator, UINT32_MAX - 1, 0);
  if (there)
    status = vt_file_load(&cli->environment.allocator, lock.path, VT_LIMIT_RULE_FILE_BYTES,
                          &lock.text, &error);
  if (status == VATER_OK)
    status = read_lock(&lock);
  if (status == VATER_OK && !asked->update_lock)
    status = check_lock(&lock, asked->name_count == 0);
  else if (status == VATER_OK && frame->diagnostics.errors == 0)
    status = write_lock(&lock, &error);
  if (status != VATER_OK && error.status != VATER_OK)
    vt_diagnostics_add(&frame->diagnostics, VATER_SEVERITY_ERROR, &error, VT_STR_NONE, 0);
  vt_map_fini(&lock.codes);
  vt_free(&cli->environment.allocator, (void *)(uintptr_t)lock.text.ptr);
  return status == VATER_E_NOMEM ? status : VATER_OK;
}
