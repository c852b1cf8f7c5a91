/* The plugin's parts share this. */
#ifndef DHIS2_DHIS2_H
#define DHIS2_DHIS2_H

#include "mapping/mapping.h"

enum { DHIS2_PARTS = 5, DHIS2_TEXTS = 6, DHIS2_TOLD = 32, DHIS2_FAULTY = 1 << 30 };

/* The members of a data value that are read; in the order of the CSV's columns up to VALUE. */
enum dhis2_member {
  DHIS2_DATA_ELEMENT,
  DHIS2_PERIOD,
  DHIS2_ORG_UNIT,
  DHIS2_CATEGORY,
  DHIS2_ATTRIBUTE,
  DHIS2_VALUE,
  DHIS2_DELETED,
  DHIS2_MEMBERS
};

struct dhis2_text {
  struct vater_str text; /* .ptr NULL: absent */
  uint64_t offset;
};

/* One data value as it was written, set-level defaults filled in. */
struct dhis2_item {
  struct dhis2_text members[DHIS2_MEMBERS]; /* .offset 0: not there */
  uint64_t offset;
  bool bad; /* a finding was reported about it */
};

/* What a data element fills. */
struct dhis2_measure {
  uint32_t group; /* measures of one indicator and breakdown */
  int part;       /* of dhis2_parts[] */
};

struct dhis2_group {
  struct vater_str indicator, unit;
  const vater_node *breakdown;
};

/* What an organisation unit of the mapping is; empty: it does not say. */
struct dhis2_unit {
  struct vater_str actor, area;
};

/* One observation: what came for the same period, unit and combinations. Texts live in the pool;
 * a page, so an offset in it, has less than 4 GiB. There are many: small and without pointers. */
struct dhis2_slot {
  uint32_t key; /* in the pool; the period as written comes first */
  uint16_t key_len, period_len;
  uint32_t group, org_unit, category;
  uint32_t have; /* a bit a part, and DHIS2_FAULTY: one of them could not be read */
  uint32_t offset, period_offset, org_offset;
  uint32_t offsets[DHIS2_PARTS];
  uint32_t numbers[DHIS2_PARTS]; /* in the pool, NUL-terminated */
};

/* An identifier that is not in the mapping, and was told; the text in the pool. */
struct dhis2_told {
  enum dhis2_member member;
  size_t at, len;
};

struct dhis2_entry {
  uint32_t hash, slot; /* of its key; its number + 1, 0: free */
};

struct dhis2 {
  const struct vater_host *host;
  const vater_node *root; /* of the mapping */
  struct mapping_index elements, units, categories;
  struct dhis2_measure *measures; /* by index in elements */
  struct dhis2_group *groups;
  uint32_t group_count;
  struct dhis2_unit *org_units;             /* by index in units */
  struct mapping_source texts[DHIS2_TEXTS]; /* asOf, area, areaRole, unit, status, reason */
  struct mapping_dialect dialect;
  /* the page under way */
  struct dhis2_slot *slots;
  uint32_t slot_count, slot_room;
  struct dhis2_entry *table; /* by hash of key */
  uint32_t table_size;
  uint32_t likely; /* the slot that the next data value probably goes to */
  char *pool;
  size_t pool_len, pool_room;
  struct dhis2_told told[DHIS2_TOLD]; /* each once */
  uint32_t told_count;
  uint64_t records;
  int columns[DHIS2_MEMBERS]; /* of CSV; -1: not there */
  uint32_t width;             /* cells of the first row */
  bool dead;                  /* its header does not fit: rows would only repeat that */
};

struct dhis2_part {
  const char *name;
  int column;
};

extern const struct dhis2_part dhis2_parts[DHIS2_PARTS];
extern const char *const dhis2_members[DHIS2_MEMBERS];

/* join.c: takes one data value, reports what cannot be taken. */
int dhis2_take(vater_call *call, struct dhis2 *dhis2, const struct dhis2_item *item,
               vater_table *table);
void dhis2_forget(struct dhis2 *dhis2);
/* emit.c: writes the page's observations, in the order in which they were begun. */
int dhis2_emit(vater_call *call, struct dhis2 *dhis2, vater_table *table);
/* json.c, csv.c */
int dhis2_read_json(vater_call *call, struct dhis2 *dhis2, const vater_node *root,
                    vater_table *table);
int dhis2_read_record(vater_call *call, struct dhis2 *dhis2, const struct vater_record *record,
                      vater_table *table);

#endif
