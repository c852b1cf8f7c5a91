/* The plugin's parts share this. */
#ifndef CSV_CSV_H
#define CSV_CSV_H

#include "mapping/mapping.h"

enum { CSV_DIMENSIONS = 8, CSV_NUMBERS = 5, CSV_COLUMNS = 1000, CSV_NONE = -1 };

/* A source and the column that it turned out to be on this page. */
struct csv_field {
  struct mapping_source source;
  char what[96]; /* "column 'Kjønn'" */
  int index;     /* CSV_NONE: fixed, or not given */
};

struct csv_dimension {
  struct vater_str name;
  struct csv_field field;
};

/* The numbers of one observation of a row: each by a column. */
struct csv_group {
  struct vater_str indicator, unit; /* empty: from the fields */
  const vater_node *breakdown;      /* fixed values, or NULL */
  struct csv_field numbers[CSV_NUMBERS];
};

struct csv {
  const struct vater_host *host;
  struct csv_field *texts; /* by csv_texts[] */
  struct csv_dimension dimensions[CSV_DIMENSIONS];
  uint32_t dimension_count;
  struct csv_group *groups;
  uint32_t group_count;
  struct mapping_index missing;
  const vater_node *ignored, *accounts; /* lists of names, or NULL */
  struct mapping_dialect dialect;
  struct vater_str provisional;
  bool has_header;
  /* the page under way */
  bool dead;      /* its header does not fit: rows would only repeat that */
  uint32_t width; /* cells of the first row */
  uint64_t rows;
};

struct csv_text {
  const char *member;
  int column;
};

extern const struct csv_text csv_texts[];              /* ends with member NULL */
extern const struct csv_text csv_numbers[CSV_NUMBERS]; /* in the order of csv_group.numbers */

/* header.c: finds each field's column in the first row, or takes its number; reports what is
 * missing, doubled, or not in the mapping. */
int csv_read_header(vater_call *call, struct csv *csv, const struct vater_record *record,
                    vater_table *table);
/* row.c */
int csv_read_row(vater_call *call, struct csv *csv, const struct vater_record *record,
                 vater_table *table);

#endif
