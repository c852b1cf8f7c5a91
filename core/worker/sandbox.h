/*
 * What a worker may do: compute in bounded memory and time, read and write the descriptors it was
 * given, nothing else. Three layers, each enough for most of it:
 *  - rlimits: memory, processor time, no files, no processes, no core
 *  - Landlock: no file system, no TCP, no signals or abstract sockets out of the domain (as far as
 *    the kernel's ABI goes)
 *  - seccomp: an allow-list of system calls; any other one ends the worker and is named in
 * PLUG-DENIED The zygote builds filter and ruleset once, and lives in a Landlock domain itself; a
 * worker installs them. With sanitizers there is no sandbox: they need what it forbids.
 */
#ifndef VT_WORKER_SANDBOX_H
#define VT_WORKER_SANDBOX_H

#include "worker/worker.h"

#include <linux/filter.h>

struct sandbox {
  bool enabled;              /* false in a build with sanitizers */
  int landlock;              /* ABI version, 0: none */
  int ruleset;               /* that allows nothing; -1: none */
  uint64_t base_bytes;       /* what a worker has from the zygote */
  struct sock_fprog program; /* filter instructions; len 0: no seccomp */
};

/* In the zygote, before plugins are loaded: from then on it reads files and writes none. What the
 * kernel lacks is VATER_E_REFUSED (OPS-SANDBOX) when `policy` requires it. */
int vt_sandbox_prepare(struct sandbox *sandbox, enum vt_sandbox_policy policy,
                       const struct vt_allocator *allocator, struct vt_error *error);
/* In the zygote, when all is loaded: no file is opened any more; root becomes nobody. */
int vt_sandbox_enter_zygote(struct sandbox *sandbox, struct vt_error *error);
/* In a worker, first thing: closes all but its four descriptors and the job's. A denied system call
 * is reported on WORKER_SOCKET. */
enum { WORKER_SOCKET = 3, WORKER_JOB = 4 };
int vt_sandbox_enter_worker(const struct sandbox *sandbox, const struct vt_worker_limits *limits,
                            struct vt_error *error);
/* One sentence: "Landlock ABI 7, seccomp, rlimits". */
size_t vt_sandbox_print(const struct sandbox *sandbox, char out[160]);

/* ---- the layers, for sandbox.c ----------------------------------------------------------------
 */

/* ABI version of the running kernel, 0: none. */
int vt_landlock_abi(void);
/* Restricts this process to reading the file system. */
int vt_landlock_read_only(int abi, struct vt_error *error);
/* A ruleset that allows nothing. */
int vt_landlock_nothing(int abi, int *ruleset, struct vt_error *error);
int vt_landlock_enter(int ruleset, struct vt_error *error);
/* The filter as instructions; abort() needs the process's own number, which stands in it as
 * VT_SECCOMP_SELF until the worker puts its own there. */
#define VT_SECCOMP_SELF 0x7a7e2001u
int vt_seccomp_build(const struct vt_allocator *allocator, struct sock_fprog *program,
                     struct vt_error *error);
/* Patches `program` (the worker's copy of it) and installs it. */
int vt_seccomp_enter(const struct sock_fprog *program, struct vt_error *error);
/* "openat"; free it with free(). NULL: unknown. */
char *vt_seccomp_name(uint64_t number);
/* Whether that system call asks for processes, threads or descriptors: over a limit, not a denial.
 */
bool vt_seccomp_is_limit(uint64_t number);

#endif
