/* A network of the test's own, with a name server that says what the test wants, and an address
 * inside at which nobody may call. */
#ifndef VT_TEST_NAMES_H
#define VT_TEST_NAMES_H

#include "unit/test.h"

#include <stdbool.h>

#define NAMES_INNER "10.0.0.1" /* a private address of this machine */

/* Moves the process to namespaces of its own where names are asked of names_serve(). False after a
 * message where the system does not let it: main() then returns 77. */
bool names_enter(void);
/* Starts the name server, which ends with the test. */
void names_serve(void);
/* From now on every name has these addresses (IPv4, divided by spaces), and no time to live. */
void names_are(const char *addresses);
/* A listener at NAMES_INNER; and how many have called since. */
int names_listen(unsigned port);
int names_callers(int listener);

#endif
