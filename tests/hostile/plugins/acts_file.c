#include "acts.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

/* A name of this process alone in /tmp. */
static const char *name_for(const char *what, char *out, size_t size)
{
  snprintf(out, size, "/tmp/vater-hostile-%s-%d", what, (int)getpid());
  return out;
}

static bool make_file(const char *path)
{
  int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
  if (fd < 0)
    return false;
  close(fd);
  return true;
}

bool act_open_read(struct scene *scene)
{
  char byte;
  (void)scene;
  int fd = open("/etc/passwd", O_RDONLY);
  return fd >= 0 && read(fd, &byte, 1) == 1;
}

bool act_open_write(struct scene *scene)
{
  char path[80];
  (void)scene;
  bool made = make_file(name_for("write", path, sizeof path));
  unlink(path);
  return made;
}

bool act_list_folder(struct scene *scene)
{
  (void)scene;
  DIR *folder = opendir("/");
  bool listed = folder != NULL && readdir(folder) != NULL;
  if (folder != NULL)
    closedir(folder);
  return listed;
}

bool act_make_folder(struct scene *scene)
{
  char path[80];
  (void)scene;
  bool made = mkdir(name_for("folder", path, sizeof path), 0700) == 0;
  rmdir(path);
  return made;
}

bool act_remove_file(struct scene *scene)
{
  char path[80];
  (void)scene;
  make_file(name_for("remove", path, sizeof path));
  return unlink(path) == 0;
}

bool act_rename_file(struct scene *scene)
{
  char from[80], to[80];
  (void)scene;
  make_file(name_for("rename", from, sizeof from));
  bool renamed = rename(from, name_for("renamed", to, sizeof to)) == 0;
  unlink(from);
  unlink(to);
  return renamed;
}

bool act_link_file(struct scene *scene)
{
  char from[80], to[80];
  (void)scene;
  make_file(name_for("link", from, sizeof from));
  bool linked = link(from, name_for("linked", to, sizeof to)) == 0;
  unlink(from);
  unlink(to);
  return linked;
}

bool act_symlink_file(struct scene *scene)
{
  char path[80];
  (void)scene;
  bool linked = symlink("/etc/shadow", name_for("symlink", path, sizeof path)) == 0;
  unlink(path);
  return linked;
}

bool act_change_mode(struct scene *scene)
{
  char path[80];
  (void)scene;
  make_file(name_for("mode", path, sizeof path));
  bool changed = chmod(path, 0644) == 0;
  unlink(path);
  return changed;
}

bool act_make_node(struct scene *scene)
{
  char path[80];
  (void)scene;
  bool made = mkfifo(name_for("fifo", path, sizeof path), 0600) == 0;
  unlink(path);
  return made;
}

bool act_truncate_file(struct scene *scene)
{
  char path[80];
  (void)scene;
  make_file(name_for("truncate", path, sizeof path));
  bool cut = truncate(path, 100) == 0;
  unlink(path);
  return cut;
}

bool act_read_environ(struct scene *scene)
{
  char byte;
  (void)scene;
  int fd = open("/proc/self/environ", O_RDONLY);
  return fd >= 0 && read(fd, &byte, 1) >= 0;
}

/* The kernel lets /proc/self/mem write where the page is read-only. */
static const volatile char own_text[16] = "unchanged";

bool act_write_own_memory(struct scene *scene)
{
  (void)scene;
  int fd = open("/proc/self/mem", O_RDWR);
  return fd >= 0 && pwrite(fd, "C", 1, (off_t)(uintptr_t)own_text) == 1;
}

bool act_change_root(struct scene *scene)
{
  (void)scene;
  return chroot("/tmp") == 0;
}

bool act_watch_files(struct scene *scene)
{
  (void)scene;
  return inotify_init1(IN_CLOEXEC) >= 0;
}
