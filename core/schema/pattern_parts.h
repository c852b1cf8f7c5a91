/* Inside pattern: syntax tree, byte automata. Everything lives in a scratch arena but the table. */
#ifndef VT_SCHEMA_PATTERN_PARTS_H
#define VT_SCHEMA_PATTERN_PARTS_H

#include "schema/pattern.h"

/* Code points as sorted, disjoint ranges after vt_set_close(). */
struct vt_set {
  struct vt_range {
    uint32_t from, to;
  } * ranges;
  uint32_t count, room;
};

bool vt_set_add(struct vt_arena *arena, struct vt_set *set, uint32_t from, uint32_t to);
void vt_set_close(struct vt_set *set);
bool vt_set_invert(struct vt_arena *arena, struct vt_set *set);
/* \d \s \w, capital letter: the others; adds to the set */
bool vt_set_add_escape(struct vt_arena *arena, struct vt_set *set, char letter);

enum vt_syntax_kind {
  VT_SYNTAX_EMPTY,
  VT_SYNTAX_SET,
  VT_SYNTAX_JOIN,   /* a then b */
  VT_SYNTAX_EITHER, /* a or b */
  VT_SYNTAX_REPEAT, /* a, `least` to `most` times */
  VT_SYNTAX_BEGIN,
  VT_SYNTAX_END
};

#define VT_REPEAT_ENDLESS UINT32_MAX

struct vt_syntax {
  enum vt_syntax_kind kind;
  struct vt_syntax *a, *b;
  uint32_t least, most;
  struct vt_set set;
};

struct vt_syntax_result {
  struct vt_syntax *tree;
  bool irregular; /* has what no automaton can do */
};

/* Grammar of ECMA-262 section 22.2.1, unicode mode. VATER_E_CONFIG with text and offset. */
int vt_syntax_parse(struct vater_str text, struct vt_arena *arena, struct vt_syntax_result *result,
                    struct vt_error *error);

/* Byte automaton; states 0 (no match any more) and 1 (matched, whatever follows) are fixed. */
struct vt_automaton {
  uint8_t class_of[256];
  uint32_t classes, states, start;
  uint16_t *next;   /* states * classes */
  uint8_t *accepts; /* state accepts at the end of the text */
  uint8_t *direct;  /* states * 256, of an automaton with few states: one load a byte */
};

/* VATER_OK; VATER_E_LIMIT when it would be too large; VATER_E_NOMEM. The table is in `keep`. */
int vt_automaton_build(const struct vt_syntax *tree, struct vt_arena *scratch,
                       const struct vt_allocator *allocator, struct vt_arena *keep,
                       struct vt_automaton *automaton);

/* Nondeterministic form, one step a byte. */
enum vt_step_kind { VT_STEP_BYTES, VT_STEP_SPLIT, VT_STEP_BEGIN, VT_STEP_END, VT_STEP_MATCH };

struct vt_step_state {
  enum vt_step_kind kind;
  uint8_t from, to;     /* BYTES */
  uint32_t next, other; /* other: SPLIT */
};

struct vt_steps {
  struct vt_arena *arena;
  struct vt_step_state *states;
  uint32_t count, room, start;
};

/* VATER_E_LIMIT beyond some ten thousand states. */
int vt_steps_build(const struct vt_syntax *tree, struct vt_arena *arena, struct vt_steps *steps);

#endif
