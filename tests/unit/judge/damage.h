/* Damaged payloads, for every format: cut at each fiftieth of the length, and, for tables as text,
 * each cell in turn replaced by what does not belong there (mutated.h has that for JSON). */
#ifndef TEST_JUDGE_DAMAGE_H
#define TEST_JUDGE_DAMAGE_H

#include "judged.h"

enum { DAMAGE_FREE = -1, DAMAGE_ROW = -2, DAMAGE_IN_ROW = -3, DAMAGE_FOLLOWS = -4 };

/* Where a replacement is told if not at its cell. */
struct damage_known {
  const char *by; /* "*": each */
  uint32_t line;  /* 0: each */
  int number;     /* of the cell in its row, from 0; -1: each */
  int at;         /* characters behind the cell's start; DAMAGE_ROW: at the row; DAMAGE_IN_ROW: at a
                     cell of it; DAMAGE_FOLLOWS: at a row that does not fit then; DAMAGE_FREE: it may be
                     so */
};

struct damage {
  struct judged_world *world;
  struct vt_judge_job job;
  struct vater_str bytes;           /* the whole payload, which is received */
  uint32_t rows;                    /* its observations; filled in by damage_whole() */
  char delimiter;                   /* of CSV; 0: JSON */
  const struct damage_known *known; /* ends with by NULL */
};

/* Judges the whole payload; it must be received, with observations. */
void damage_whole(struct damage *damage);
/* Cut at each fiftieth: refused with a place, or the rows before the cut. */
void damage_cuts(const struct damage *damage);
/* Each cell in turn becomes empty, null, another type, negative, huge, a quote, another encoding,
 * two cells: told at line and column of the cell, and nothing of how it is written is told of
 * another row. Returns the number of changes. */
size_t damage_cells(const struct damage *damage);

#endif
