/* What a program is made of, and how it runs. */
#ifndef VT_CEL_PROGRAM_H
#define VT_CEL_PROGRAM_H

#include "cel/environment.h"
#include "cel/node.h"

struct vt_cel_step;

typedef void vt_cel_step_run(struct vt_cel_run *run, const struct vt_cel_step *step,
                             struct vt_cel_value *out);

/* One part of a program: how to get its value, from the parts below it. */
struct vt_cel_step {
  vt_cel_step_run *run;
  const struct vt_cel_step *const *items;
  uint32_t count;
  uint32_t slot, second_slot; /* of a variable or local */
  uint32_t field;
  uint32_t offset;
  struct vt_cel_value value; /* a constant, or a constant operand */
  const void *data;          /* of that step: regex, set, overload */
  const struct vt_cel_node *node;
  uint64_t cost;   /* steps of one evaluation, estimated */
  uint32_t weight; /* parts below, itself included */
};

struct vt_cel_program {
  struct vt_cel_environment *environment;
  struct vt_cel_node *root;
  const struct vt_cel_step *step;
  struct vater_str text, type_text;
  uint64_t cost;
  struct vt_cel_reference *references;
  uint32_t reference_count;
  uint32_t local_count;
};

enum { VT_CEL_MEMO_TEXT = 48, VT_CEL_MEMO_COUNT = 512 };

/* The remembered outcome of a pattern on a text: one of two places, the newer first. */
struct vt_cel_memo {
  uint64_t of; /* the pattern's hash */
  uint8_t len;
  bool matched;
  char text[VT_CEL_MEMO_TEXT];
};

struct vt_cel_run {
  struct vt_allocator allocator;
  struct vt_arena *arena;
  uint64_t steps, steps_left;
  size_t memory;
  bool used; /* the arena, since it was emptied */
  const struct vt_cel_program *program;
  const struct vt_cel_value *variables;
  struct vt_cel_value *locals;
  uint32_t local_room;
  uint32_t offset;                    /* of the step that runs: where a fault is */
  const struct vt_cel_fault *stopped; /* a budget is spent or memory is out: ends all */
  struct vt_cel_fault stop;
  char stop_text[96];
  struct vt_cel_memo memos[VT_CEL_MEMO_COUNT];
};

/* An error as the outcome. */
void vt_cel_raise(struct vt_cel_run *run, struct vt_cel_value *out, const char *format, ...)
    VATER_PRINTF(3, 4);
/* The error that a function of the base gave: its text, or the end of memory. */
void vt_cel_raise_error(struct vt_cel_run *run, struct vt_cel_value *out,
                        const struct vt_error *error);
/* "no such overload", with the arguments' types. */
void vt_cel_raise_overload(struct vt_cel_run *run, struct vt_cel_value *out, struct vater_str name,
                           const struct vt_cel_value *arguments, uint32_t count);
/* Zeroed memory that lives until the next evaluation. NULL: *out is the error. */
void *vt_cel_alloc(struct vt_cel_run *run, size_t count, size_t size, struct vt_cel_value *out);
char *vt_cel_alloc_bytes(struct vt_cel_run *run, size_t size, struct vt_cel_value *out);
/* Takes steps from the budget; false: *out is the error. */
bool vt_cel_charge(struct vt_cel_run *run, uint64_t steps, struct vt_cel_value *out);
/* For hashing a key, where it is a long text. */
bool vt_cel_charge_key(struct vt_cel_run *run, const struct vt_cel_value *key,
                       struct vt_cel_value *out);
/* A list or text as outcome. */
void vt_cel_give_list(struct vt_cel_run *run, struct vt_cel_value *out,
                      const struct vt_cel_value *items, uint32_t count);
void vt_cel_give_text(struct vt_cel_value *out, enum vt_cel_kind kind, const char *bytes,
                      size_t len);
void vt_cel_give_optional(struct vt_cel_run *run, struct vt_cel_value *out,
                          const struct vt_cel_value *inner);
/* Whether the pattern occurs in the text, charged by the work it takes; false: *out is an error. */
bool vt_cel_run_match(struct vt_cel_run *run, const struct vt_regex *regex, struct vater_str text,
                      bool *matched, struct vt_cel_value *out);
/* == within the budget; false with *out an error when it is spent. */
bool vt_cel_run_equal(struct vt_cel_run *run, const struct vt_cel_value *a,
                      const struct vt_cel_value *b, bool *equal, struct vt_cel_value *out);
/* Evaluates one part of a program; the run's variables are set. */
void vt_cel_run_step(struct vt_cel_run *run, const struct vt_cel_program *program,
                     const struct vt_cel_step *step, const struct vt_cel_value *variables,
                     struct vt_cel_value *result);

/* Fills the program's references (reference.c). */
int vt_cel_references_find(struct vt_arena *arena, struct vt_cel_program *program);

#endif
