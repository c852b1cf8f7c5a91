/* Tokens of an expression; literals decoded. */
#ifndef VT_CEL_LEX_H
#define VT_CEL_LEX_H

#include "cel/report.h"

enum vt_cel_token_kind {
  VT_CEL_TOKEN_END,
  VT_CEL_TOKEN_BAD, /* reported already */
  VT_CEL_TOKEN_NAME,
  VT_CEL_TOKEN_QUOTED_NAME, /* `a-b` */
  VT_CEL_TOKEN_INT,         /* digits as written */
  VT_CEL_TOKEN_UINT,
  VT_CEL_TOKEN_DOUBLE,
  VT_CEL_TOKEN_STRING,
  VT_CEL_TOKEN_BYTES,
  VT_CEL_TOKEN_SIGN /* sign: one of ( ) [ ] { } . , : ? + - * / % < > ! or the two-byte ones */
};

enum vt_cel_sign {
  VT_CEL_SIGN_EQUAL = 256,
  VT_CEL_SIGN_NOT_EQUAL,
  VT_CEL_SIGN_LESS_EQUAL,
  VT_CEL_SIGN_GREATER_EQUAL,
  VT_CEL_SIGN_AND,
  VT_CEL_SIGN_OR
};

struct vt_cel_token {
  enum vt_cel_token_kind kind;
  int sign;
  uint32_t offset, width;
  struct vater_str text; /* name, digits, or the literal's decoded content */
};

struct vt_cel_lexer {
  struct vater_str text;
  size_t at;
  char *decoded; /* room for text.len bytes: a literal is never longer than its spelling */
  size_t decoded_len;
  struct vt_cel_report *report;
};

/* Reads the next token. */
void vt_cel_lex(struct vt_cel_lexer *lexer, struct vt_cel_token *token);

#endif
