/* Names and types of a syntax tree: every node resolved and typed, every fault reported. */
#ifndef VT_CEL_CHECK_H
#define VT_CEL_CHECK_H

#include "cel/environment.h"
#include "cel/node.h"
#include "cel/report.h"

/* A variable of a loop or bind around the node that is checked. */
struct vt_cel_local {
  struct vater_str name;
  const struct vt_cel_type *type;
  uint32_t slot;
  struct vt_cel_local *outer;
};

struct vt_cel_checker {
  struct vt_cel_environment *environment;
  struct vt_cel_report *report;
  struct vt_arena *arena;
  struct vt_cel_unifier unifier;
  struct vt_cel_local *scope;
  uint32_t local_depth, local_count;
  bool unchecked;
  bool no_memory;
};

/* Fills the tree. Faults are counted in the report; check no_memory and unifier.failed as well. */
void vt_cel_check(struct vt_cel_checker *checker, struct vt_cel_node *root,
                  const struct vt_cel_type *expected);

/* Between the files of the checker. */
void vt_cel_check_node(struct vt_cel_checker *checker, struct vt_cel_node *node);
void vt_cel_check_name(struct vt_cel_checker *checker, struct vt_cel_node *node);
void vt_cel_check_select(struct vt_cel_checker *checker, struct vt_cel_node *node);
void vt_cel_check_call(struct vt_cel_checker *checker, struct vt_cel_node *node);
struct vater_str vt_cel_type_words(struct vt_cel_checker *checker, const struct vt_cel_type *type);
/* Whether a value of type `a` can stand where `b` is wanted. */
bool vt_cel_check_assign(struct vt_cel_checker *checker, const struct vt_cel_type *a,
                         const struct vt_cel_type *b);
/* "a.b.c" of a chain of names; empty where it is none, or starts with a local variable. */
struct vater_str vt_cel_qualified(struct vt_cel_checker *checker, const struct vt_cel_node *node,
                                  bool *absolute);
/* Calls `find` for the name below each part of the container, innermost first, until it is true. */
bool vt_cel_in_container(struct vt_cel_checker *checker, struct vater_str name, bool absolute,
                         bool (*find)(struct vt_cel_checker *, struct vater_str, void *),
                         void *context);

#endif
