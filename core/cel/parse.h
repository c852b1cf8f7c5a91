/* Expression text to syntax tree, macros expanded. */
#ifndef VT_CEL_PARSE_H
#define VT_CEL_PARSE_H

#include "cel/lex.h"
#include "cel/node.h"

struct vt_cel_parser {
  struct vt_cel_lexer lexer;
  struct vt_cel_token token; /* the one that comes next */
  struct vt_arena *arena;
  struct vt_cel_report *report;
  uint32_t depth, nodes;
  bool blocks; /* cel.block and its like */
  bool broken; /* reported, or out of memory: every parse function returns NULL from here on */
  bool no_memory;
};

/* NULL after reporting, or without memory (*no_memory). */
struct vt_cel_node *vt_cel_parse(struct vt_arena *arena, struct vt_cel_report *report,
                                 struct vater_str text, bool blocks, bool *no_memory);

/* For macros. All return NULL when the parser is broken. */
struct vt_cel_node *vt_cel_node_new(struct vt_cel_parser *parser, enum vt_cel_node_kind kind,
                                    uint32_t offset, uint32_t width, uint32_t count);
/* Called when a node has its items: bounds the depth of the tree, and with it all recursion. */
struct vt_cel_node *vt_cel_node_finish(struct vt_cel_parser *parser, struct vt_cel_node *node);
struct vt_cel_node *vt_cel_parse_fail(struct vt_cel_parser *parser, uint32_t offset, uint32_t width,
                                      const char *format, ...) VATER_PRINTF(4, 5);
/* Out of memory: NULL, and the parser is broken. */
struct vt_cel_node *vt_cel_parse_no_memory(struct vt_cel_parser *parser);
/* To the next token. */
void vt_cel_parse_advance(struct vt_cel_parser *parser);
/* parse_literal.c: a node of a value; the number that comes next, with its minus before it or NULL.
 */
struct vt_cel_node *vt_cel_parse_constant(struct vt_cel_parser *parser,
                                          const struct vt_cel_token *token,
                                          struct vt_cel_value value);
struct vt_cel_node *vt_cel_parse_number(struct vt_cel_parser *parser,
                                        const struct vt_cel_token *minus);
bool vt_cel_is_keyword(struct vater_str name);
bool vt_cel_is_reserved(struct vater_str name);
/* The call itself, or what the macro of that name makes of it. */
struct vt_cel_node *vt_cel_expand(struct vt_cel_parser *parser, struct vt_cel_node *call);

#endif
