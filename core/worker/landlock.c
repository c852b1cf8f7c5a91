#include "worker/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's own header may be older than the kernel: the struct as of ABI 6. */
struct ruleset {
  uint64_t files, net, scoped;
};

enum {
  ABI_REFER = 2,
  ABI_TRUNCATE = 3,
  ABI_NET = 4,
  ABI_IOCTL = 5,
  ABI_SCOPES = 6,
  FILES_BITS = 13, /* of ABI 1 */
  NET_BITS = 2,
  SCOPE_BITS = 2
};

static struct ruleset everything(int abi)
{
  int files = FILES_BITS + (abi >= ABI_REFER) + (abi >= ABI_TRUNCATE) + (abi >= ABI_IOCTL);
  return (struct ruleset){
      .files = ((uint64_t)1 << files) - 1,
      .net = abi >= ABI_NET ? ((uint64_t)1 << NET_BITS) - 1 : 0,
      .scoped = abi >= ABI_SCOPES ? ((uint64_t)1 << SCOPE_BITS) - 1 : 0,
  };
}

static size_t ruleset_size(int abi)
{
  if (abi < ABI_NET)
    return offsetof(struct ruleset, net);
  return abi < ABI_SCOPES ? offsetof(struct ruleset, scoped) : sizeof(struct ruleset);
}

static int failed(struct vt_error *error, const char *what)
{
  return vt_fail(error, VATER_E_IO, "OPS-SANDBOX", "%s: %s", what, strerror(errno));
}

int vt_landlock_abi(void)
{
  long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return abi < 0 ? 0 : (int)abi;
}

int vt_landlock_nothing(int abi, int *ruleset, struct vt_error *error)
{
  struct ruleset rules = everything(abi);
  *ruleset = (int)syscall(SYS_landlock_create_ruleset, &rules, ruleset_size(abi), 0);
  return *ruleset < 0 ? failed(error, "Landlock ruleset") : VATER_OK;
}

int vt_landlock_enter(int ruleset, struct vt_error *error)
{
  if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
    return failed(error, "Landlock restriction");
  return VATER_OK;
}

static int allow_reading(int ruleset, struct vt_error *error)
{
  struct landlock_path_beneath_attr rule = {
      .allowed_access =
          LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_EXECUTE,
      .parent_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC),
  };
  if (rule.parent_fd < 0)
    return failed(error, "Landlock: open /");
  long added = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  close(rule.parent_fd);
  return added != 0 ? failed(error, "Landlock rule") : VATER_OK;
}

int vt_landlock_read_only(int abi, struct vt_error *error)
{
  int ruleset = -1;
  int status = vt_landlock_nothing(abi, &ruleset, error);
  if (status != VATER_OK)
    return status;
  status = allow_reading(ruleset, error);
  if (status == VATER_OK)
    status = vt_landlock_enter(ruleset, error);
  close(ruleset);
  return status;
}
