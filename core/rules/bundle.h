/* What a bundle is made of; private to this folder. Everything lives in the bundle's arena or in
 * its parsed files, and is not changed after the load. */
#ifndef VT_RULES_BUNDLE_H
#define VT_RULES_BUNDLE_H

#include "base/arena.h"
#include "base/map.h"
#include "cel/cel.h"
#include "disclosure/disclosure.h"
#include "doc/tree.h"
#include "plugin/call.h"
#include "plugin/config.h"
#include "rules/rules.h"

#include <jansson.h>

/* One file: a pack or a code list. */
struct vt_rules_source {
  struct vt_rules_file file;
  struct vater_str path;   /* as told in diagnostics */
  struct vater_str folder; /* where its `use` is looked up; empty: among the pinned */
  struct vt_doc_tree *tree;
  const struct vater_node *root; /* NULL where it could not be parsed */
  bool code_list;
  bool visiting;                /* its `use` is being followed */
  struct vt_rules_source *next; /* in bundle order: what is used comes first */
};

enum vt_missing { VT_MISSING_SKIP, VT_MISSING_FAIL, VT_MISSING_ERROR };
enum vt_explain { VT_EXPLAIN_NONE, VT_EXPLAIN_CLEARS, VT_EXPLAIN_REQUIRED };
enum { VT_ACTION_REPORT = 1, VT_ACTION_CORRECT = 2, VT_ACTION_WITHDRAW = 4 };

/* Each has its own variables. Three of them are scope submission, the last two scope indicator;
 * those from VT_TARGET_SERIES on need more than one delivery. */
enum vt_target {
  VT_TARGET_OBSERVATION,
  VT_TARGET_BLOCK,
  VT_TARGET_AREA,
  VT_TARGET_DELIVERY,
  VT_TARGET_SERIES, /* an observation, with those before it */
  VT_TARGET_PERIOD, /* an indicator's period */
  VT_TARGET_PEERS,  /* an observation, with those comparable to it */
  VT_TARGET_COUNT
};

#define VT_SLOT_NONE UINT32_MAX

/* The variables of one target's expressions, by slot; VT_SLOT_NONE where it has none. */
struct vt_rules_scope {
  struct vt_cel_environment *environment;
  uint32_t obs, rows, indicator, submission, run, series, previous, actors, expected;
  const struct vt_cel_record *observation_type, *indicator_type, *submission_type, *run_type,
      *actor_type;
  uint32_t variable_count;
  uint32_t *list_slots; /* VT_CODELIST_MAPS for each code list */
  bool faulty;          /* not all could be declared: its expressions cannot be evaluated */
};

struct vt_rule {
  struct vt_rule_info info;
  struct vt_rules_source *source;
  const struct vater_node *node;
  json_t *json;    /* NULL until somebody asks for it: review.h */
  uint32_t number; /* in its pack, from 0 */
  enum vt_target target;
  enum vt_missing missing;
  enum vt_explain explain;
  unsigned actions;     /* bits */
  bool everything;      /* applies to every indicator, also unknown ones */
  int64_t since, until; /* first and last day, of an observation's period */
  int column;           /* that a finding points at */
  bool faulty;          /* something is wrong with it */
  uint32_t fields;      /* of enum vt_field, as bits, that when and assert read of `obs` */
  struct vt_cel_program *when, *assert;
  struct vt_cel_template *message[VT_LANGUAGE_COUNT], *remedy[VT_LANGUAGE_COUNT];
  const struct vt_plugin *plugin;
  const struct vater_check *check;
  vater_config *with;
};

struct vt_indicator {
  struct vt_indicator_info info;
  struct vt_rules_source *source;
  const struct vater_node *node;
  json_t *json;                              /* NULL until somebody asks for it: review.h */
  uint32_t number;                           /* in its pack, from 0 */
  struct vt_cel_value requires, reported_by; /* lists of string */
  struct vater_str valid_from, valid_to;     /* days as text; empty: none */
  struct vt_disclosure disclosure;
  uint32_t *rules; /* indices of the rules for it, in bundle order */
  uint32_t rule_count;
  uint32_t *naming; /* the same as bits, one a rule of the bundle */
};

/* One example of one rule that can be run. */
struct vt_rule_example {
  uint32_t rule, indicator; /* indices */
  uint32_t number;          /* in its list, from 0 */
  uint8_t expect;           /* enum vt_example_expect */
};

/* What expressions can look up by a code: codelists.NAME, codelistsFrom.NAME and so on. */
enum vt_codelist_map {
  VT_CODELIST_NAME, /* its name */
  VT_CODELIST_FROM, /* first day that it is valid */
  VT_CODELIST_TO,   /* last day, 9999-12-31 where there is none */
  VT_CODELIST_NEXT, /* what took its place, "3101" or "1508, 1580"; only codes that were replaced */
  VT_CODELIST_MAPS
};

struct vt_codelist {
  struct vater_str name, file;
  struct vt_cel_value maps[VT_CODELIST_MAPS];
};

struct vt_rules {
  const struct vt_environment *environment;
  struct vt_arena *arena;
  const struct vt_registry *plugins;
  struct vt_rules_source **sources;
  uint32_t source_count;
  struct vt_rules_source *first; /* in bundle order */
  struct vt_rules_file *files;   /* in order of name */
  struct vt_rule *rules;
  uint32_t rule_count;
  struct vt_indicator *indicators;
  uint32_t indicator_count;
  struct vt_codelist *lists;
  uint32_t list_count;
  bool incomplete;          /* as the loader's */
  struct vt_map codes, ids; /* rule code, indicator id → index */
  struct vt_rule_example *examples;
  uint32_t example_count;
  uint32_t *unknown_rules; /* rules for an indicator that is in no pack */
  uint32_t *unknown_naming;
  uint32_t unknown_count;
  struct vt_disclosure unknown_disclosure; /* of such an indicator */
  struct vt_rules_scope scopes[VT_TARGET_COUNT];
  struct vater_call *call; /* of plugin functions and checks */
  uint64_t seed;
};

/* While loading. */
struct vt_rules_loader {
  const struct vt_rules_options *options;
  struct vt_rules *rules;
  struct vt_diagnostics *diagnostics;
  struct vt_schema *pack_schema, *list_schema;
  struct vt_map names;           /* file name → index in sources */
  struct vt_rules_source **next; /* where the next one in bundle order goes */
  bool incomplete; /* a file is absent or cannot be parsed: names may be unknown for that */
};

/* member.c: the member that is allowed beside the pointer's last one, and named nearly so; empty
 * where there is none. */
struct vater_str vt_rules_nearest_member(const struct vater_node *schema, struct vater_str pointer);

/* place.c: where a member stands. Reports at the value named by `pointer`; `first` and `width` are
 * code points of a text within it, 0 and 0 for the value as a whole. */
void vt_rules_report(struct vt_rules_loader *loader, int severity, const char *code,
                     const struct vt_rules_source *source, const char *pointer, const char *format,
                     ...) VATER_PRINTF(6, 7);
/* Without a place: the file as a whole. */
void vt_rules_report_file(struct vt_rules_loader *loader, const char *code, struct vater_str path,
                          const char *format, ...) VATER_PRINTF(4, 5);
/* For vt_cel_source: a text member that holds an expression. */
struct vt_rules_place {
  const struct vt_rules_source *source;
  const struct vt_allocator *allocator;
  const struct vt_diagnostics *diagnostics;
  char pointer[128];
};
size_t vt_rules_place_byte(const void *context, size_t offset);
/* Lines of a document, asked for in ascending order of offset; begins zeroed but for `document`. */
struct vt_rules_lines {
  struct vater_str document;
  size_t at;
  uint32_t breaks;
};
uint32_t vt_rules_line(struct vt_rules_lines *lines, size_t offset); /* 1-based */

/* files.c: gives back what a source holds. */
void vt_rules_close(const struct vt_rules *rules, struct vt_rules_source *source);

/* Stages of the load, in this order. Each reports what is wrong and goes on; VATER_OK or
 * VATER_E_NOMEM. */
int vt_rules_read(struct vt_rules_loader *loader); /* files.c: files, `use`, code lists */
int vt_rules_take(struct vt_rules_loader *loader); /* pack.c: indicators and rules */
int vt_rules_take_codes(struct vt_rules_loader *loader,
                        struct vt_rules_source *source); /* codelist.c: one of take's files */
int vt_rules_declare(struct vt_rules_loader *loader);    /* scope.c: variables and functions */
int vt_rules_compile(struct vt_rules_loader *loader);    /* compile.c: expressions and checks */
int vt_rules_lint(struct vt_rules_loader *loader);       /* lint.c: what only the whole shows */
int vt_rules_index(struct vt_rules_loader *loader);      /* examples.c: examples that can be run */

/* hide.c: reads what the indicators say of their cells. */
void vt_rules_take_disclosure(struct vt_rules *rules);

/* scope.c: fields of struct vt_indicator as the record `indicator` of an evaluation; NULL where the
 * indicator is in no pack. */
struct vt_indicator_view {
  const struct vt_indicator *indicator;
  bool collected;
};
void vt_rules_indicator_field(const void *view, uint32_t row, uint32_t field,
                              struct vt_cel_value *value);
/* Of a struct vt_table: the head. */
void vt_rules_submission_field(const void *table, uint32_t row, uint32_t field,
                               struct vt_cel_value *value);
/* Of a list of struct vt_rules_actor, by row. */
void vt_rules_actor_field(const void *actors, uint32_t row, uint32_t field,
                          struct vt_cel_value *value);
/* Of a text: the reference day. */
void vt_rules_run_field(const void *today, uint32_t row, uint32_t field,
                        struct vt_cel_value *value);

enum vt_field {
#define VT_FIELD(id, name, type, function, of) VT_FIELD_##id,
#include "rules/fields.def"
#undef VT_FIELD
  VT_FIELD_COUNT
};

/* node.c: members of parsed files; absent and of another type read as empty, as 0 and as false. */
struct vater_str vt_rules_text(const struct vater_node *object, const char *member);
void vt_rules_texts(const struct vater_node *object, const char *member,
                    struct vater_str texts[VT_LANGUAGE_COUNT]);
/* What a text holds; empty where the node is none. */
struct vater_str vt_rules_item_text(const struct vater_node *item);
int64_t vt_rules_integer(const struct vater_node *object, const char *member);
/* A value for those who take jansson's; to be freed with json_decref(). NULL: absent, no memory. */
json_t *vt_rules_json(const struct vater_node *node);

#endif
