/* Whole programs under test: the fixture actors, and vater itself, as a user would run them. */
#ifndef VT_TEST_RIG_H
#define VT_TEST_RIG_H

#include "unit/test.h"

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

/* What a program did. Texts are NUL-terminated and the rig's until rig_done(). */
struct rig_run {
  int exit_code; /* -1: ended by a signal */
  int signal;
  char *out, *error;
  size_t out_len, error_len;
};

/* A fresh folder below the build directory; removed by rig_remove(). */
void rig_folder(char *path, size_t size);
void rig_remove(const char *path);

/* Starts the fixture server on `folder`; `extra` arguments end with NULL, may be NULL. */
pid_t rig_fixtures(const char *folder, char *const *extra);
void rig_stop(pid_t pid);
/* A fresh folder, and in it only a bulk of so many good jobs of about so many bytes, on ten hosts.
 */
pid_t rig_bulk(char *folder, size_t size, const char *jobs, const char *bytes);

/* Runs `vater` with these arguments (ends with NULL) in `folder`, waits at most two minutes. */
struct rig_run rig_vater(const char *folder, const char *const *arguments);
/* The same, with `prepare` called in the child before vater begins; standard streams that it closes
 * stay closed. */
struct rig_run rig_vater_in(const char *folder, const char *const *arguments,
                            void (*prepare)(void));
/* Starts it without waiting; standard output and error go to files out and error in `folder`. */
pid_t rig_vater_start(const char *folder, const char *const *arguments);
/* The same, with `prepare` as in rig_vater_in(). */
pid_t rig_vater_start_in(const char *folder, const char *const *arguments, void (*prepare)(void));
/* Until the run that was started there has its place in the store; fails after twenty seconds. */
void rig_await_begun(const char *folder);
/* Until the run that was started there with -vv has logged that a job is recorded; fails after ten
 * seconds. */
void rig_await_record(const char *folder);
void rig_done(struct rig_run *run);

/* A file of the folder as JSON, or as text (free it). */
json_t *rig_json(const char *folder, const char *name);
char *rig_text(const char *folder, const char *name);
void rig_write(const char *folder, const char *name, const char *text);
/* The first organisation number from `first` on, eight digits and their control digit. */
void rig_orgnr(unsigned first, char orgnr[10]);
/* A listener of 127.0.0.1 that nobody serves, and its port: whether somebody came shows in
 * accept().
 */
int rig_listen(unsigned *port);
/* Nobody came to the listener, which is closed, and no run was recorded in the folder. */
void rig_unasked(int listener, const char *folder);
/* Every part stands in the text. */
void rig_says(const char *text, const char *const *parts, size_t count);
bool rig_contains(const char *text, const char *part);

#endif
