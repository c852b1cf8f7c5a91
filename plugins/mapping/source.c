#include "mapping/mapping.h"

#include <stdio.h>
#include <string.h>

enum { SHOWN = 60 };

static int shown(struct vater_str text)
{
  size_t len = text.len < SHOWN ? text.len : SHOWN;
  while (len > 0 && len < text.len && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
    len--;
  return (int)len;
}

int mapping_source_init(const struct vater_host *host, vater_call *call, const vater_node *node,
                        struct mapping_source *source)
{
  const struct vater_node_api *api = host->node;
  *source = (struct mapping_source){.given = node != NULL};
  if (api->type(node) == VATER_NODE_TEXT) {
    source->from = api->text(node);
    return VATER_OK;
  }
  const vater_node *from = api->member(node, "from");
  const vater_node *codes = api->member(node, "codes");
  source->fixed = api->text(api->member(node, "fixed"));
  if (!api->integer(from, &source->number))
    source->from = api->text(from);
  api->integer(api->member(node, "digits"), &source->digits);
  source->coded = codes != NULL;
  source->keep = mapping_is(api->text(api->member(node, "otherwise")), "keep");
  return mapping_index_init(host, call, codes, &source->codes);
}

void mapping_source_fini(struct mapping_source *source)
{
  mapping_index_fini(&source->codes);
}

static bool all_digits(struct vater_str text)
{
  for (size_t i = 0; i < text.len; i++)
    if (text.ptr[i] < '0' || text.ptr[i] > '9')
      return false;
  return text.len > 0;
}

/* A spreadsheet takes 0301 for a number. */
static int check_digits(const struct vater_host *host, vater_call *call, vater_table *table,
                        const struct mapping_source *source, const char *what,
                        struct vater_str *text, uint64_t offset)
{
  if (source->digits == 0 || !all_digits(*text) || (int64_t)text->len == source->digits)
    return VATER_OK;
  struct vater_str found = *text;
  bool one_short = (int64_t)text->len + 1 == source->digits;
  *text = (struct vater_str){NULL, 0};
  if (one_short)
    return host->table->finding(
        call, table, VATER_SEVERITY_ERROR, offset,
        "%s: '%.*s' has lost its leading zero, as a spreadsheet does; write "
        "'0%.*s'",
        what, shown(found), found.ptr, shown(found), found.ptr);
  return host->table->finding(call, table, VATER_SEVERITY_ERROR, offset,
                              "%s: '%.*s' has not the %lld digits that were agreed", what,
                              shown(found), found.ptr, (long long)source->digits);
}

/* What comes near, for "did you mean": the same text in another case, or with spaces around it. */
static struct vater_str nearly(const struct vater_host *host, const struct mapping_index *codes,
                               struct vater_str given)
{
  struct vater_str wanted = mapping_trim(given);
  for (uint32_t i = 0; i < codes->count; i++) {
    struct vater_str name = host->node->name(codes->members[i]);
    if (mapping_equal_nocase(mapping_trim(name), wanted))
      return name;
  }
  return (struct vater_str){NULL, 0};
}

static int refuse(const struct vater_host *host, vater_call *call, vater_table *table,
                  const struct mapping_source *source, const char *what, struct vater_str given,
                  uint64_t offset)
{
  struct vater_str near = nearly(host, &source->codes, given);
  if (near.ptr != NULL)
    return host->table->finding(call, table, VATER_SEVERITY_ERROR, offset,
                                "%s: '%.*s' is not among the codes that were agreed; did you mean "
                                "'%.*s'?",
                                what, shown(given), given.ptr, shown(near), near.ptr);
  return host->table->finding(call, table, VATER_SEVERITY_ERROR, offset,
                              "%s: '%.*s' is not among the codes that were agreed", what,
                              shown(given), given.ptr != NULL ? given.ptr : "");
}

int mapping_translate(const struct vater_host *host, vater_call *call, vater_table *table,
                      const struct mapping_source *source, const char *what, struct vater_str given,
                      uint64_t offset, struct vater_str *text)
{
  *text = source->fixed;
  if (!source->given || source->fixed.ptr != NULL)
    return VATER_OK;
  *text = given;
  if (!source->coded)
    return check_digits(host, call, table, source, what, text, offset);
  uint32_t code = mapping_index_find(host, &source->codes, given);
  if (code != UINT32_MAX) {
    *text = host->node->text(source->codes.members[code]);
    return VATER_OK;
  }
  if (source->keep)
    return check_digits(host, call, table, source, what, text, offset);
  *text = (struct vater_str){NULL, 0};
  return refuse(host, call, table, source, what, given, offset);
}
