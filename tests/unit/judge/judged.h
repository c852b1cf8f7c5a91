/* One judging in this process, with the real plugins, schema and rules. */
#ifndef TEST_JUDGE_JUDGED_H
#define TEST_JUDGE_JUDGED_H

#include "unit/test.h"

#include "judge/judge.h"

#define ACTOR "983974724"
#define OTHER "964338531"

struct judged_world {
  struct vt_environment environment;
  struct vt_arena *arena;
  struct vt_diagnostics diagnostics;
  struct vt_registry registry;
  struct vt_rules *rules;
  struct vt_judge_context context;
};

/* What came out; the block is freed by judged_free(). */
struct judged {
  void *block;
  size_t size;
  struct vt_result result;
  struct vt_judge_page page; /* of the last page; its cursor is gone */
};

void judged_setup(struct judged_world *world);
void judged_teardown(struct judged_world *world);
struct vt_judge_job judged_job(void);
/* `pages` end with a NULL ptr. */
struct judged judged_pages(struct judged_world *world, const struct vt_judge_job *job,
                           const struct vt_judge_head *head, const struct vater_str *pages);
struct judged judged_text(struct judged_world *world, const char *text);
void judged_free(struct judged *judged);
/* The index-th finding of that code; fails the test where there is none. */
struct vt_finding judged_finding(const struct judged *judged, const char *code, unsigned index);
unsigned judged_count(const struct judged *judged, const char *code);
/* A submission with these observations (a JSON list's inside). */
char *judged_submission(const char *observations);

#endif
