/*
 * Common Expression Language (cel-spec, langdef.md) without protobuf: compiled once, evaluated over
 * values or over columns. Knows nothing of observations: only values, record types that its user
 * declares, and columns.
 *
 *   environment   variables, record types, functions; lives in an arena, immutable once compiling
 *   program       one checked expression; immutable, shared by forks and threads
 *   run           scratch memory and budgets of evaluations; one per thread, reused
 *   columns       a program bound to the columns of one record variable
 *
 * Memory: an environment and its programs live as long as the arenas they were made in; an
 * environment outlives its programs. Texts and values handed in are borrowed.
 */
#ifndef VT_CEL_CEL_H
#define VT_CEL_CEL_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/diagnostics.h"
#include "base/error.h"

/* ---- values ------------------------------------------------------------------------------- */

enum vt_cel_kind {
  VT_CEL_NULL,
  VT_CEL_BOOL,
  VT_CEL_INT,
  VT_CEL_UINT,
  VT_CEL_DOUBLE,
  VT_CEL_STRING,
  VT_CEL_BYTES,
  VT_CEL_LIST,
  VT_CEL_MAP,
  VT_CEL_TIMESTAMP, /* as.time, seconds since 1970 UTC */
  VT_CEL_DURATION,  /* as.time, seconds and nanos of one sign */
  VT_CEL_TYPE,      /* as.text: its name */
  VT_CEL_OPTIONAL,  /* as.inner; NULL: none */
  VT_CEL_RECORD,    /* as.record, row */
  VT_CEL_RECORDS,   /* as.record, row = how many: a list of records 0 … row - 1 */
  VT_CEL_NETWORK,   /* as.network: an IP address or a CIDR range */
  /* not values: how an evaluation without a value ends. Absorbing: `missing || true` is true */
  VT_CEL_MISSING, /* as.missing */
  VT_CEL_ERROR    /* as.fault */
};

struct vt_cel_value;
struct vt_cel_record;

struct vt_cel_list {
  uint32_t count;
  const struct vt_cel_value *items;
};

struct vt_cel_map; /* keys bool, int, uint or string; see vt_cel_map_new() */

/* Where the fields of records come from. Called while evaluating: no allocation, no error. */
struct vt_cel_getter {
  /* Field `field` (index in the declaration) of record `row` into *value, of the declared type, or
   * of kind VT_CEL_MISSING. Texts and lists stay valid until the evaluation ends. */
  void (*get)(const void *context, uint32_t row, uint32_t field, struct vt_cel_value *value);
  const void *context;
};

struct vt_cel_fault {
  int status; /* VATER_E_RULE, or VATER_E_LIMIT and VATER_E_NOMEM which nothing absorbs */
  struct vater_str text; /* "division by zero" */
  uint32_t offset;       /* byte in the expression */
};

struct vt_cel_time {
  int64_t seconds;
  int32_t nanos;
};

struct vt_cel_network {
  uint8_t bytes[16]; /* IPv4 in the first four */
  uint8_t family;    /* 4, 6 */
  uint8_t prefix;    /* of a range */
  bool range;
};

struct vt_cel_value {
  uint32_t kind; /* enum vt_cel_kind */
  uint32_t row;  /* records: which, or how many */
  union {
    bool truth;
    int64_t integer;
    uint64_t natural;
    double number;
    struct vater_str text; /* string: UTF-8; bytes; type name */
    const struct vt_cel_list *list;
    const struct vt_cel_map *map;
    struct vt_cel_time time;
    const struct vt_cel_value *inner;
    struct {
      const struct vt_cel_record *type;
      const struct vt_cel_getter *getter;
    } record;
    const struct vt_cel_network *network;
    struct {
      uint32_t slot, field; /* UINT32_MAX: the variable itself, or not known */
    } missing;
    const struct vt_cel_fault *fault;
  } as;
};

/* Member by member: a getter's outcome is read at once, and wider stores would have to settle
 * first. */
static inline struct vt_cel_value vt_cel_bool(bool truth)
{
  struct vt_cel_value value;
  value.kind = VT_CEL_BOOL;
  value.row = 0;
  value.as.truth = truth;
  return value;
}
static inline struct vt_cel_value vt_cel_int(int64_t integer)
{
  struct vt_cel_value value;
  value.kind = VT_CEL_INT;
  value.row = 0;
  value.as.integer = integer;
  return value;
}
static inline struct vt_cel_value vt_cel_uint(uint64_t natural)
{
  struct vt_cel_value value;
  value.kind = VT_CEL_UINT;
  value.row = 0;
  value.as.natural = natural;
  return value;
}
static inline struct vt_cel_value vt_cel_double(double number)
{
  struct vt_cel_value value;
  value.kind = VT_CEL_DOUBLE;
  value.row = 0;
  value.as.number = number;
  return value;
}
static inline struct vt_cel_value vt_cel_string(struct vater_str text)
{
  struct vt_cel_value value;
  value.kind = VT_CEL_STRING;
  value.row = 0;
  value.as.text = text;
  return value;
}
static inline struct vt_cel_value vt_cel_missing(void)
{
  struct vt_cel_value value;
  value.kind = VT_CEL_MISSING;
  value.row = 0;
  value.as.missing.slot = value.as.missing.field = UINT32_MAX;
  return value;
}
static inline struct vt_cel_value vt_cel_timestamp(int64_t seconds, int32_t nanos)
{
  return (struct vt_cel_value){.kind = VT_CEL_TIMESTAMP, .as.time = {seconds, nanos}};
}
/* Record `row` of a getter, and a list of `count` records. `type` from vt_cel_record_find(). */
static inline struct vt_cel_value vt_cel_record(const struct vt_cel_record *type,
                                                const struct vt_cel_getter *getter, uint32_t row)
{
  return (struct vt_cel_value){.kind = VT_CEL_RECORD, .row = row, .as.record = {type, getter}};
}
static inline struct vt_cel_value vt_cel_records(const struct vt_cel_record *type,
                                                 const struct vt_cel_getter *getter, uint32_t count)
{
  return (struct vt_cel_value){.kind = VT_CEL_RECORDS, .row = count, .as.record = {type, getter}};
}

/* A list of `count` borrowed items; kind VT_CEL_ERROR without memory. */
struct vt_cel_value vt_cel_list_new(struct vt_arena *arena, const struct vt_cel_value *items,
                                    uint32_t count);
struct vt_cel_entry {
  struct vt_cel_value key, value;
};
/* Copies the entries. VATER_E_RULE for a key of another kind or a repeated one. */
int vt_cel_map_new(struct vt_arena *arena, const struct vt_cel_entry *entries, uint32_t count,
                   struct vt_cel_value *map, struct vt_error *error);
uint32_t vt_cel_map_count(const struct vt_cel_map *map);
/* In the order of insertion. */
const struct vt_cel_entry *vt_cel_map_entries(const struct vt_cel_map *map);
/* The value at the key (numbers compare across types), NULL where absent. */
const struct vt_cel_value *vt_cel_map_get(const struct vt_cel_map *map,
                                          const struct vt_cel_value *key);
/* CEL's ==, without errors; numbers compare across types, records by identity. */
bool vt_cel_equal(const struct vt_cel_value *a, const struct vt_cel_value *b);
/* The value's type as type() names it: "int", "google.protobuf.Timestamp". */
struct vater_str vt_cel_kind_name(const struct vt_cel_value *value);
/* Appends the value as a person reads it: text bare, numbers shortest, lists and maps as literals;
 * missing is "–", an error "?". */
int vt_cel_print(const struct vt_cel_value *value, struct vt_buffer *out);

/* ---- environment -------------------------------------------------------------------------- */

struct vt_cel_environment;
struct vt_cel_record;

/* The bytes of a TZif file for an IANA name, in `arena`; VATER_E_RULE where there is none. Called
 * at compile time only, for each constant zone name, and by vt_cel_add_zone(). */
struct vt_cel_zone_loader {
  int (*load)(void *context, struct vater_str name, struct vt_arena *arena,
              struct vater_str *bytes);
  void *context;
};
/* Reads below /usr/share/zoneinfo. */
struct vt_cel_zone_loader vt_cel_zone_files(void);

/* Asked about a dotted name that nobody declared, while an expression is checked. Writes what there
 * is to say of it ("there is no code list 'x'") to `text`, and returns true; an empty text:
 * nothing, since the fault was told elsewhere. False: the checker says its own. */
struct vt_cel_unknown {
  bool (*explain)(void *context, struct vater_str name, char *text, size_t size);
  void *context;
};

struct vt_cel_options {
  struct vt_cel_unknown unknown;   /* explain NULL: none */
  struct vater_str container;      /* for name resolution: "com.example"; may be empty */
  bool unchecked;                  /* no static types: all is decided at run time */
  bool blocks;                     /* cel.block, cel.index, cel.iterVar of optimisers' output */
  bool opaque_types;               /* an unknown type name with arguments is a type of its own */
  struct vt_cel_zone_loader zones; /* load NULL: only fixed offsets and UTC */
  struct vt_allocator allocator;   /* for regular expressions; freed with the environment */
};

/* VATER_E_NOMEM. Free it before its arena. */
int vt_cel_environment_new(struct vt_arena *arena, const struct vt_cel_options *options,
                           struct vt_cel_environment **environment);
void vt_cel_environment_free(struct vt_cel_environment *environment); /* NULL is fine */

/*
 * Types are written as CEL writes them: bool int uint double string bytes null_type timestamp
 * duration dyn type list(T) map(K, V) optional_type(T), and names of declared records. In function
 * signatures a single capital letter is a type parameter. Declarations copy their names. All return
 * VATER_E_RULE with a text for a wrong type or a name taken, VATER_E_NOMEM.
 */
struct vt_cel_field {
  const char *name; /* "numerator" */
  const char *type; /* "double" */
  /* A hidden field behind a function of a field: {"value.decimals", "int", "decimals", "value"}
   * makes decimals(obs.value) read this field. Both NULL for an ordinary field. */
  const char *function, *of;
};
int vt_cel_declare_record(struct vt_cel_environment *environment, const char *name,
                          const struct vt_cel_field *fields, uint32_t count,
                          struct vt_error *error);
const struct vt_cel_record *vt_cel_record_find(const struct vt_cel_environment *environment,
                                               const char *name); /* NULL: not declared */
/* *slot: its index in the variables of an evaluation, from 0. Dotted names are fine. */
int vt_cel_declare_variable(struct vt_cel_environment *environment, const char *name,
                            const char *type, uint32_t *slot, struct vt_error *error);
uint32_t vt_cel_variable_count(const struct vt_cel_environment *environment);
/* Its slot; UINT32_MAX: not declared. */
uint32_t vt_cel_variable_find(const struct vt_cel_environment *environment, const char *name);

/* Arguments have the declared types. Pure: same arguments, same result; it may be called fewer
 * times than there are rows. Results live in `memory` or outlive the run. A negative return with
 * its text in *error makes the expression an error. */
typedef int vt_cel_callback(void *context, const struct vt_cel_value *arguments, uint32_t count,
                            struct vt_arena *memory, struct vt_cel_value *result,
                            struct vt_error *error);
/* Signature "(string, timestamp) -> bool". `member`: called as first.name(rest …). Overloads of one
 * name are told apart by their argument types. callback NULL: known to the checker only. */
int vt_cel_declare_function(struct vt_cel_environment *environment, const char *name,
                            const char *signature, bool member, vt_cel_callback *callback,
                            void *context, struct vt_error *error);
/* Loads a zone for expressions whose zone name is not constant. */
int vt_cel_add_zone(struct vt_cel_environment *environment, const char *name,
                    struct vt_error *error);

/* ---- compiling ---------------------------------------------------------------------------- */

struct vt_cel_program;

/* An expression and where it stands, for diagnostics. */
struct vt_cel_source {
  struct vater_str text;
  const char *code;          /* of diagnostics: "RULE-LOAD"; NULL: none */
  const char *cost_code;     /* of what could take too long: "RULE-COST"; NULL: code */
  struct vater_str name;     /* file name, or empty: "expression" */
  struct vater_str pointer;  /* JSON pointer of the expression in that file, or empty */
  struct vater_str document; /* the whole file; empty: the expression is the document */
  /* Byte in `document` of byte `offset` (0 … text.len) in `text`; NULL: text starts at `offset` */
  size_t (*place)(const void *context, size_t offset);
  const void *context;
  size_t offset;
};

/* Checks and compiles. `expected`: the type that the result must have ("bool"), or NULL. Every
 * fault goes to `diagnostics` (severity error). VATER_E_RULE, VATER_E_NOMEM. */
int vt_cel_compile(struct vt_cel_environment *environment, const struct vt_cel_source *source,
                   const char *expected, struct vt_arena *arena, struct vt_diagnostics *diagnostics,
                   struct vt_cel_program **program);
/* "list(int)"; what the checker deduced */
struct vater_str vt_cel_program_type(const struct vt_cel_program *program);
/* Steps of one evaluation as far as they can be known: loops over lists of unknown length count
 * as VT_CEL_ASSUMED_LENGTH rounds each; saturates. */
enum { VT_CEL_ASSUMED_LENGTH = 100 };
uint64_t vt_cel_program_cost(const struct vt_cel_program *program);

/* What the expression reads: once for each (variable, field). */
struct vt_cel_reference {
  uint32_t slot, field; /* field UINT32_MAX: the variable as a whole */
  bool read;            /* its value is used */
  bool tested;          /* has(variable.field) */
  bool looped;          /* of a record in a list (rows.all(r, r.field …)): slot is UINT32_MAX */
  const struct vt_cel_record *record; /* whose field it is; NULL for a whole variable */
};
const struct vt_cel_reference *vt_cel_program_references(const struct vt_cel_program *program,
                                                         uint32_t *count);
/* The checked expression as an indented tree, each node with its type. */
int vt_cel_program_print(const struct vt_cel_program *program, struct vt_buffer *out);

/* ---- evaluating --------------------------------------------------------------------------- */

struct vt_cel_run;

/* Budgets of one evaluation; 0: VT_LIMIT_EXPRESSION_STEPS, VT_LIMIT_EXPRESSION_MEMORY. */
int vt_cel_run_new(const struct vt_allocator *allocator, uint64_t steps, size_t memory,
                   struct vt_cel_run **run);
void vt_cel_run_free(struct vt_cel_run *run); /* NULL is fine */
/* `variables` by slot, vt_cel_variable_count() of them; kind VT_CEL_MISSING where there is no
 * value. The result is a value, or of kind VT_CEL_MISSING or VT_CEL_ERROR; it lives until the run's
 * next evaluation. A spent budget is an error with status VATER_E_LIMIT and the limit's name. */
void vt_cel_eval(struct vt_cel_run *run, const struct vt_cel_program *program,
                 const struct vt_cel_value *variables, struct vt_cel_value *result);

/* ---- columns ------------------------------------------------------------------------------ */

enum vt_cel_lane { VT_CEL_LANE_FALSE, VT_CEL_LANE_TRUE, VT_CEL_LANE_ERROR, VT_CEL_LANE_MISSING };

enum vt_cel_column_type {
  VT_CEL_COLUMN_TEXT,   /* uint32_t dictionary ids; 0: missing. A string field */
  VT_CEL_COLUMN_DOUBLE, /* double. A double field */
  VT_CEL_COLUMN_INT,    /* int64_t. An int field */
  VT_CEL_COLUMN_BYTE,   /* uint8_t. An int field */
  VT_CEL_COLUMN_BOOL    /* uint8_t 0, 1. A bool field */
};

struct vt_cel_dictionary {
  uint32_t count; /* ids are 1 … count */
  struct vater_str (*text)(const void *context, uint32_t id);
  const void *context;
};

struct vt_cel_column {
  enum vt_cel_column_type type;
  const void *data;       /* a value a row; NULL: the field is missing in every row */
  const uint8_t *present; /* a byte a row, 0: missing; NULL: present in every row. Not for text */
  const struct vt_cel_dictionary *dictionary; /* text */
};

struct vt_cel_columns;

/* Binds a program of type bool to the fields of the record variable `slot`, columns by field index,
 * and to the other variables, which stay the same for all rows. All is borrowed until free.
 * VATER_DONE where the program cannot run over columns (it uses the record as a whole): evaluate
 * row by row. VATER_E_RULE when a column's type is not its field's, VATER_E_NOMEM. Subexpressions
 * without a columnar form are evaluated row by row within. */
int vt_cel_columns_new(const struct vt_allocator *allocator, const struct vt_cel_program *program,
                       uint32_t slot, const struct vt_cel_column *columns, uint32_t rows,
                       const struct vt_cel_value *variables, struct vt_cel_columns **bound,
                       struct vt_error *error);
void vt_cel_columns_free(struct vt_cel_columns *bound); /* NULL is fine */
/* Rows [first, first + count) into `lanes` (enum vt_cel_lane), the outcomes that vt_cel_eval()
 * gives row by row; ask that for an error's text. Budgets are per row. VATER_OK. */
int vt_cel_columns_eval(struct vt_cel_columns *bound, struct vt_cel_run *run, uint32_t first,
                        uint32_t count, uint8_t *lanes);
/* How many of the program's parts are evaluated row by row. */
uint32_t vt_cel_columns_slow(const struct vt_cel_columns *bound);

/* ---- templates ---------------------------------------------------------------------------- */

/* "Teller {obs.numerator} er større enn {obs.denominator}.": text with expressions in braces;
 * "{{" and "}}" are the braces themselves. */
struct vt_cel_template;
int vt_cel_template_compile(struct vt_cel_environment *environment,
                            const struct vt_cel_source *source, struct vt_arena *arena,
                            struct vt_diagnostics *diagnostics, struct vt_cel_template **made);
/* Appends the text; values as vt_cel_print() has them. The buffer's status. */
int vt_cel_template_eval(struct vt_cel_run *run, const struct vt_cel_template *made,
                         const struct vt_cel_value *variables, struct vt_buffer *out);
/* The same; an expression that `hides` says yes to is not evaluated but written as "*". */
int vt_cel_template_eval_hiding(struct vt_cel_run *run, const struct vt_cel_template *made,
                                const struct vt_cel_value *variables,
                                bool (*hides)(const void *context,
                                              const struct vt_cel_program *program),
                                const void *context, struct vt_buffer *out);
const struct vt_cel_program *vt_cel_template_program(const struct vt_cel_template *made,
                                                     uint32_t index); /* NULL behind the last */

#endif
