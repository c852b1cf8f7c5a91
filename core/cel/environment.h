/* The environment inside: declarations, overloads, zones, and what must be freed. */
#ifndef VT_CEL_ENVIRONMENT_H
#define VT_CEL_ENVIRONMENT_H

#include "base/map.h"
#include "base/regex.h"
#include "cel/value.h"

struct vt_cel_run;
struct vt_cel_zone;

/* A function of the language. Arguments are values of the kinds that the overload declares. */
typedef void vt_cel_function(struct vt_cel_run *run, const struct vt_cel_value *arguments,
                             uint32_t count, struct vt_cel_value *out);

struct vt_cel_overload {
  struct vater_str name; /* "startsWith", "math.abs", "_+_" */
  bool member;
  uint32_t count;
  const struct vt_cel_type *const *parameters;
  const struct vt_cel_type *result;
  vt_cel_function *function; /* NULL: callback, or known to the checker only */
  vt_cel_callback *callback;
  void *context;
  struct vt_cel_overload *next; /* of the same name */
};

struct vt_cel_variable {
  struct vater_str name;
  const struct vt_cel_type *type;
};

struct vt_cel_regex {
  struct vt_regex *regex;
  struct vt_cel_regex *next;
};

struct vt_cel_environment {
  struct vt_arena *arena;
  struct vt_cel_options options;
  struct vt_map functions; /* name → pointer to the first overload */
  struct vt_map variables; /* name → slot */
  struct vt_map records;   /* name → pointer */
  struct vt_cel_variable *variable_list;
  uint32_t variable_count, variable_room;
  struct vt_cel_zone *zones;
  struct vt_cel_regex *regexes;
  struct vt_cel_run *folding; /* evaluates constant parts while compiling; NULL until wanted */
};

const struct vt_cel_record *vt_cel_environment_record(const struct vt_cel_environment *environment,
                                                      struct vater_str name);
const struct vt_cel_overload *
vt_cel_environment_function(const struct vt_cel_environment *environment, struct vater_str name);
/* UINT32_MAX where there is none. */
uint32_t vt_cel_environment_variable(const struct vt_cel_environment *environment,
                                     struct vater_str name);
/* Compiles a pattern that lives as long as the environment. */
int vt_cel_environment_regex(struct vt_cel_environment *environment, struct vater_str pattern,
                             const struct vt_regex **regex, struct vt_error *error);

/* The language's own functions, from functions.def. */
struct vt_cel_builtin {
  const char *name, *signature;
  bool member;
  vt_cel_function *function;
  const char *example, *result, *help;
};
extern const struct vt_cel_builtin vt_cel_builtins[];
extern const size_t vt_cel_builtin_count;
/* Its row in the table of docs/cel.md. */
int vt_cel_builtin_print(const struct vt_cel_builtin *builtin, struct vt_buffer *out);

#endif
