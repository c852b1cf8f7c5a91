/* A disk that fails on command: a layer of SQLite's own file system interface, for every connection
 * of this process. */
#ifndef VT_TEST_FAILING_DISK_H
#define VT_TEST_FAILING_DISK_H

#include <stdbool.h>

void failing_disk_install(void);
/* The n-th write, sync or truncation from now on fails with `code`, and all after it if `lasting`;
 * 0: none. */
void failing_disk_arm(int nth, int code, bool lasting);
/* Whether any failed since it was armed. */
bool failing_disk_struck(void);

#endif
