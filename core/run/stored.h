/* A worker's result in the shape in which the store takes it. */
#ifndef VT_RUN_STORED_H
#define VT_RUN_STORED_H

#include "judge/result.h"
#include "store/store.h"

/* Fills what comes from the result: observations, blocks, findings, outcomes, counts, code. Arrays
 * are the arena's, texts stay the result's; behind the findings there is room for `spare` more.
 * `result` NULL: nothing came. VATER_OK or VATER_E_NOMEM. */
int vt_result_to_store(const struct vt_result *result, struct vt_arena *arena, size_t spare,
                       struct vt_store_job *record);

#endif
