#include "cel/zone.h"

#include "base/file.h"

struct vt_cel_zone {
  struct vater_str name;
  uint32_t count;
  const int64_t *times;   /* when a transition happens */
  const int32_t *offsets; /* what holds from then on */
  int32_t first_offset;   /* before all */
  struct vater_str rule;  /* POSIX TZ of what comes after, or empty */
  struct vt_cel_zone *next;
};

enum { ZONE_NAME = 64, ZONE_BYTES = 256 * 1024, ZONE_TRANSITIONS = 4096 };

/* ---- fixed offsets ------------------------------------------------------------------------ */

static bool two_digits(struct vater_str text, size_t at, unsigned *value)
{
  if (at + 2 > text.len || text.ptr[at] < '0' || text.ptr[at] > '9' || text.ptr[at + 1] < '0' ||
      text.ptr[at + 1] > '9')
    return false;
  *value = (unsigned)(text.ptr[at] - '0') * 10 + (unsigned)(text.ptr[at + 1] - '0');
  return true;
}

bool vt_cel_zone_fixed(struct vater_str name, int32_t *offset)
{
  *offset = 0;
  if (vt_str_is(name, "UTC") || vt_str_is(name, "Z") || vt_str_is(name, "Etc/UTC"))
    return true;
  bool west = name.len > 0 && name.ptr[0] == '-';
  size_t at = name.len > 0 && (west || name.ptr[0] == '+') ? 1 : 0;
  unsigned hours, minutes;
  if (!two_digits(name, at, &hours) || at + 2 >= name.len || name.ptr[at + 2] != ':' ||
      !two_digits(name, at + 3, &minutes) || at + 5 != name.len || hours > 23 || minutes > 59)
    return false;
  *offset = (int32_t)(hours * 3600 + minutes * 60);
  if (west)
    *offset = -*offset;
  return true;
}

/* ---- TZif --------------------------------------------------------------------------------- */

static uint32_t big32(const unsigned char *at)
{
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t big64(const unsigned char *at)
{
  return (int64_t)((uint64_t)big32(at) << 32 | big32(at + 4));
}

struct counts {
  uint32_t isut, isstd, leap, time, type, chars;
};

/* The header at `at`; false: not TZif. Its data block has *size bytes with times of `width`. */
static bool read_counts(struct vater_str bytes, size_t at, size_t width, struct counts *counts,
                        size_t *size)
{
  if (at > bytes.len || bytes.len - at < 44 || memcmp(bytes.ptr + at, "TZif", 4) != 0)
    return false;
  const unsigned char *from = (const unsigned char *)bytes.ptr + at + 20;
  *counts = (struct counts){big32(from),      big32(from + 4),  big32(from + 8),
                            big32(from + 12), big32(from + 16), big32(from + 20)};
  if (counts->time > ZONE_TRANSITIONS || counts->type == 0 || counts->type > 256 ||
      counts->chars > 4096 || counts->leap > 1024 || counts->isut > 256 || counts->isstd > 256)
    return false;
  *size = counts->time * (width + 1) + (size_t)counts->type * 6 + counts->chars +
          counts->leap * (width + 4) + counts->isstd + counts->isut;
  return bytes.len - at - 44 >= *size;
}

static bool read_block(struct vt_arena *arena, const unsigned char *data,
                       const struct counts *counts, struct vt_cel_zone *zone)
{
  int64_t *times = vt_arena_array(arena, counts->time, sizeof *times);
  int32_t *offsets = vt_arena_array(arena, counts->time, sizeof *offsets);
  if (times == NULL || offsets == NULL)
    return false;
  const unsigned char *kinds = data + (size_t)counts->time * 8;
  const unsigned char *types = kinds + counts->time;
  for (uint32_t i = 0; i < counts->time; i++) {
    times[i] = big64(data + (size_t)i * 8);
    uint32_t type = kinds[i] < counts->type ? kinds[i] : 0;
    offsets[i] = (int32_t)big32(types + (size_t)type * 6);
  }
  zone->count = counts->time;
  zone->times = times;
  zone->offsets = offsets;
  zone->first_offset = (int32_t)big32(types);
  return true;
}

/* Version 2 and later: a second block with 64-bit times, then the rule between newlines. */
static int read_zone(struct vt_arena *arena, struct vater_str bytes, struct vt_cel_zone *zone)
{
  struct counts counts;
  size_t size;
  if (!read_counts(bytes, 0, 4, &counts, &size) || bytes.ptr[4] < '2')
    return VATER_E_RULE;
  size_t at = 44 + size;
  if (!read_counts(bytes, at, 8, &counts, &size))
    return VATER_E_RULE;
  if (!read_block(arena, (const unsigned char *)bytes.ptr + at + 44, &counts, zone))
    return VATER_E_NOMEM;
  struct vater_str rest = vt_str_slice(bytes, at + 44 + size, bytes.len);
  if (rest.len > 2 && rest.ptr[0] == '\n')
    zone->rule = vt_str_slice(rest, 1, vt_str_find(rest, VT_STR("\n"), 1));
  return VATER_OK;
}

static const struct vt_cel_zone *find_zone(const struct vt_cel_environment *environment,
                                           struct vater_str name)
{
  for (const struct vt_cel_zone *at = environment->zones; at != NULL; at = at->next)
    if (vt_str_equal(at->name, name))
      return at;
  return NULL;
}

static bool is_zone_name(struct vater_str name)
{
  for (size_t i = 0; i < name.len; i++) {
    char c = name.ptr[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && c != '_' && c != '-' && c != '+' && (c != '/' || i == 0))
      return false;
  }
  return name.len > 0 && name.len < ZONE_NAME;
}

int vt_cel_zone_add(struct vt_cel_environment *environment, struct vater_str name,
                    struct vt_error *error)
{
  int32_t offset;
  if (vt_cel_zone_fixed(name, &offset) || find_zone(environment, name) != NULL)
    return VATER_OK;
  const struct vt_cel_zone_loader *loader = &environment->options.zones;
  struct vater_str bytes = VT_STR_NONE;
  int status = VATER_E_RULE;
  if (is_zone_name(name) && loader->load != NULL)
    status = loader->load(loader->context, name, environment->arena, &bytes);
  struct vt_cel_zone *zone = vt_arena_alloc(environment->arena, sizeof *zone);
  if (zone == NULL)
    status = VATER_E_NOMEM;
  if (status == VATER_OK)
    status = read_zone(environment->arena, bytes, zone);
  if (status == VATER_OK) {
    zone->name = vt_arena_copy(environment->arena, name);
    status = zone->name.ptr != NULL ? VATER_OK : VATER_E_NOMEM;
  }
  if (status == VATER_E_NOMEM)
    return vt_fail(error, status, NULL, "out of memory for a time zone");
  if (status != VATER_OK)
    return vt_fail(error, VATER_E_RULE, NULL,
                   "unknown time zone '%.*s'; use an IANA name (Europe/Oslo) or +01:00",
                   VT_STR_ARGS(vt_str_slice(name, 0, ZONE_NAME)));
  zone->next = environment->zones;
  environment->zones = zone;
  return VATER_OK;
}

static int load_file(void *context, struct vater_str name, struct vt_arena *arena,
                     struct vater_str *bytes)
{
  (void)context;
  char path[ZONE_NAME + 32], plain[ZONE_NAME];
  vt_text_copy(plain, sizeof plain, name);
  if (vt_file_join(path, sizeof path, "/usr/share/zoneinfo", plain) != VATER_OK)
    return VATER_E_RULE;
  struct vt_allocator allocator = vt_allocator_real();
  struct vater_str text = VT_STR_NONE;
  int status = vt_file_load(&allocator, path, ZONE_BYTES, &text, NULL);
  if (status != VATER_OK)
    return status == VATER_E_NOMEM ? status : VATER_E_RULE;
  *bytes = vt_arena_copy(arena, text);
  vt_free(&allocator, (void *)(uintptr_t)text.ptr);
  return bytes->ptr != NULL ? VATER_OK : VATER_E_NOMEM;
}

struct vt_cel_zone_loader vt_cel_zone_files(void)
{
  return (struct vt_cel_zone_loader){load_file, NULL};
}

/* ---- offsets ------------------------------------------------------------------------------ */

static int32_t offset_at(const struct vt_cel_zone *zone, int64_t seconds)
{
  if (zone->count == 0 || seconds < zone->times[0])
    return zone->count == 0 && zone->rule.len > 0
               ? vt_cel_zone_rule(zone->rule, seconds, zone->first_offset)
               : zone->first_offset;
  if (seconds >= zone->times[zone->count - 1] && zone->rule.len > 0)
    return vt_cel_zone_rule(zone->rule, seconds, zone->offsets[zone->count - 1]);
  uint32_t low = 0, high = zone->count;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (zone->times[middle] <= seconds)
      low = middle;
    else
      high = middle;
  }
  return zone->offsets[low];
}

bool vt_cel_zone_offset(const struct vt_cel_environment *environment, struct vater_str name,
                        int64_t seconds, int32_t *offset)
{
  if (vt_cel_zone_fixed(name, offset))
    return true;
  const struct vt_cel_zone *zone = find_zone(environment, name);
  if (zone == NULL)
    return false;
  *offset = offset_at(zone, seconds);
  return true;
}
