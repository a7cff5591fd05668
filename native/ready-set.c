/* Which of a thread's TCP connections have something to be read: one system call for all. See src/io/ready-set.ts. */
#include "addon.h"

#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef struct {
  shared_state base;
  int fd;
  int slots;
  int32_t *cells;
  struct epoll_event *events;
  /* Cells that the last look set: the next one clears them. */
  int32_t *set;
  int set_count;
} ready_set;

static void ready_set_destroy(shared_state *state) {
  ready_set *s = (ready_set *)state;
  if (s->fd >= 0) close(s->fd);
  free(s->events);
  free(s->set);
  free(s);
}

/* add(slot, descriptor): 0 or a negative errno. A descriptor leaves the set when it is closed. */
static napi_value ready_set_add(napi_env env, napi_callback_info info) {
  napi_value args[2];
  size_t count = 2;
  void *data = NULL;
  int32_t slot = -1, fd = -1;
  if (napi_get_cb_info(env, info, &count, args, NULL, &data) != napi_ok || count < 2 ||
      !int_argument(env, args[0], &slot) || !int_argument(env, args[1], &fd) || slot < 0 ||
      slot >= ((ready_set *)data)->slots)
    return wrong_arguments(env, "add(slot, descriptor)");
  ready_set *s = data;
  /* Errors and hang-ups are told of unasked. */
  struct epoll_event interest = {.events = EPOLLIN | EPOLLRDHUP, .data.u32 = (uint32_t)slot};
  return int_result(env, epoll_ctl(s->fd, EPOLL_CTL_ADD, fd, &interest) == 0 ? 0 : -errno);
}

/* look(): sets the cells of what is ready and clears those of what the look before found. How many are ready. */
static napi_value ready_set_look(napi_env env, napi_callback_info info) {
  void *data = NULL;
  napi_get_cb_info(env, info, NULL, NULL, NULL, &data);
  ready_set *s = data;
  /* by number, as in stream.c; epoll_pwait because not every architecture has epoll_wait */
  long found = syscall(SYS_epoll_pwait, s->fd, s->events, s->slots, 0, NULL, 0);
  for (int i = 0; i < s->set_count; i++) s->cells[s->set[i]] = 0;
  s->set_count = 0;
  if (found < 0) {
    /* Not known: all are asked. */
    for (int slot = 0; slot < s->slots; slot++) s->cells[slot] = 1;
    for (int slot = 0; slot < s->slots; slot++) s->set[s->set_count++] = slot;
    return int_result(env, s->slots);
  }
  for (long i = 0; i < found; i++) {
    int32_t slot = (int32_t)s->events[i].data.u32;
    s->cells[slot] = 1;
    s->set[s->set_count++] = slot;
  }
  return int_result(env, (int32_t)found);
}

/* createReadySet(cells: Int32Array): a set with a slot for each cell, or a negative errno. */
static napi_value create_ready_set(napi_env env, napi_callback_info info) {
  napi_value args[1];
  size_t count = 1, elements = 0;
  void *cells = NULL;
  if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok || count < 1 ||
      !array_argument(env, args[0], napi_int32_array, &cells, &elements) || elements < 1 || elements > INT32_MAX)
    return wrong_arguments(env, "createReadySet(cells: Int32Array)");
  int fd = epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) return int_result(env, -errno);
  ready_set *s = calloc(1, sizeof *s);
  if (s == NULL) {
    close(fd);
    return int_result(env, -ENOMEM);
  }
  s->base.destroy = ready_set_destroy;
  s->fd = fd;
  s->slots = (int)elements;
  s->cells = cells;
  s->events = calloc(elements, sizeof *s->events);
  s->set = calloc(elements, sizeof *s->set);
  if (s->events == NULL || s->set == NULL) {
    ready_set_destroy(&s->base);
    return int_result(env, -ENOMEM);
  }
  static const method methods[] = {{"add", ready_set_add}, {"look", ready_set_look}};
  return object_with_methods(env, &s->base, methods, sizeof methods / sizeof methods[0], args, 1);
}

bool ready_set_init(napi_env env, napi_value exports) {
  return define_function(env, exports, "createReadySet", create_ready_set);
}
