#include "acts.h"

#include <arpa/inet.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

bool act_socket_tcp(struct scene *scene)
{
  (void)scene;
  return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

bool act_socket_udp(struct scene *scene)
{
  (void)scene;
  return socket(AF_INET, SOCK_DGRAM, 0) >= 0;
}

bool act_socket_unix(struct scene *scene)
{
  (void)scene;
  return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

bool act_socket_netlink(struct scene *scene)
{
  (void)scene;
  return socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) >= 0;
}

static struct sockaddr_in loopback(void)
{
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool act_listen_in(struct scene *scene)
{
  struct sockaddr_in address = loopback();
  (void)scene;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  return fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
         listen(fd, 1) == 0;
}

bool act_connect_out(struct scene *scene)
{
  struct sockaddr_in address = loopback();
  socklen_t size = sizeof address;
  (void)scene;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  int out = socket(AF_INET, SOCK_STREAM, 0);
  return listener >= 0 && bind(listener, (const struct sockaddr *)&address, size) == 0 &&
         listen(listener, 1) == 0 &&
         getsockname(listener, (struct sockaddr *)&address, &size) == 0 &&
         connect(out, (const struct sockaddr *)&address, size) == 0;
}

bool act_io_uring(struct scene *scene)
{
  struct io_uring_params parameters;
  (void)scene;
  memset(&parameters, 0, sizeof parameters);
  return syscall(SYS_io_uring_setup, 1, &parameters) >= 0;
}

bool act_load_bpf(struct scene *scene)
{
  union bpf_attr attributes;
  (void)scene;
  memset(&attributes, 0, sizeof attributes);
  attributes.map_type = BPF_MAP_TYPE_ARRAY;
  attributes.key_size = 4;
  attributes.value_size = 4;
  attributes.max_entries = 1;
  return syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes) >= 0;
}

bool act_perf_event(struct scene *scene)
{
  struct perf_event_attr attributes;
  (void)scene;
  memset(&attributes, 0, sizeof attributes);
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.size = sizeof attributes;
  attributes.config = PERF_COUNT_SW_CPU_CLOCK;
  return syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0) >= 0;
}

bool act_add_key(struct scene *scene)
{
  (void)scene;
  return syscall(SYS_add_key, "user", "vater-hostile", "x", 1, -2) >= 0;
}

bool act_shared_memory(struct scene *scene)
{
  (void)scene;
  int memory = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
  if (memory >= 0)
    shmctl(memory, IPC_RMID, NULL);
  return memory >= 0;
}

bool act_message_queue(struct scene *scene)
{
  (void)scene;
  int queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
  if (queue >= 0)
    msgctl(queue, IPC_RMID, NULL);
  return queue >= 0;
}

bool act_user_faults(struct scene *scene)
{
  (void)scene;
  return syscall(SYS_userfaultfd, 0) >= 0;
}
