/* The calling thread: where it runs, how it is scheduled, how it waits. Every call returns 0 or a negative errno. */
#include "addon.h"

#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

/* A thread that can't be stopped for longer than this is not fit to be supervised. */
#define LONGEST_SLEEP_NS (10 * 1000 * 1000)

/* pinThread(core, thread = 0): another thread of this process by its Linux id, 0 = the calling one. */
static napi_value pin_thread(napi_env env, napi_callback_info info) {
  napi_value args[2];
  size_t count = 2;
  int32_t core = 0, thread = 0;
  if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok || count < 1 || !int_argument(env, args[0], &core) ||
      (count > 1 && !int_argument(env, args[1], &thread)))
    return wrong_arguments(env, "pinThread(core, thread = 0)");
  if (core < 0 || core >= CPU_SETSIZE || thread < 0) return int_result(env, -EINVAL);
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  return int_result(env, sched_setaffinity(thread, sizeof set, &set) == 0 ? 0 : -errno);
}

static napi_value current_core(napi_env env, napi_callback_info info) {
  (void)info;
  int core = sched_getcpu();
  return int_result(env, core >= 0 ? core : -errno);
}

static napi_value thread_id(napi_env env, napi_callback_info info) {
  (void)info;
  return int_result(env, (int32_t)gettid());
}

/* allowedCores(into: Int32Array): how many cores the thread may run on; their numbers are written to the array. */
static napi_value allowed_cores(napi_env env, napi_callback_info info) {
  napi_value args[1];
  size_t count = 1, elements = 0;
  void *into = NULL;
  if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok || count < 1 ||
      !array_argument(env, args[0], napi_int32_array, &into, &elements))
    return wrong_arguments(env, "allowedCores(into: Int32Array)");
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return int_result(env, -errno);
  int32_t found = 0;
  for (int core = 0; core < CPU_SETSIZE; core++) {
    if (!CPU_ISSET(core, &set)) continue;
    if ((size_t)found < elements) ((int32_t *)into)[found] = core;
    found++;
  }
  return int_result(env, found);
}

static napi_value set_scheduling(napi_env env, napi_callback_info info) {
  napi_value args[2];
  size_t count = 2;
  char name[16];
  int32_t priority = 0;
  if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok || count < 2 ||
      !string_argument(env, args[0], name, sizeof name) || !int_argument(env, args[1], &priority))
    return wrong_arguments(env, "setScheduling(policy, priority)");
  int policy;
  if (strcmp(name, "other") == 0) policy = SCHED_OTHER;
  else if (strcmp(name, "batch") == 0) policy = SCHED_BATCH;
  else if (strcmp(name, "fifo") == 0) policy = SCHED_FIFO;
  else if (strcmp(name, "rr") == 0) policy = SCHED_RR;
  else return int_result(env, -EINVAL);
  struct sched_param param = {.sched_priority = priority};
  /* Child threads must not inherit a real-time class by accident: V8 would run its collector threads on it. */
  int flag = policy == SCHED_FIFO || policy == SCHED_RR ? SCHED_RESET_ON_FORK : 0;
  return int_result(env, sched_setscheduler(0, policy | flag, &param) == 0 ? 0 : -errno);
}

static napi_value set_timer_slack(napi_env env, napi_callback_info info) {
  napi_value args[1];
  size_t count = 1;
  int32_t slack = 0;
  if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok || count < 1 || !int_argument(env, args[0], &slack))
    return wrong_arguments(env, "setTimerSlackNs(ns)");
  if (slack < 1) return int_result(env, -EINVAL); /* 0 would mean "back to the default", not "none" */
  return int_result(env, prctl(PR_SET_TIMERSLACK, (unsigned long)slack, 0, 0, 0) == 0 ? 0 : -errno);
}

static napi_value sleep_ns(napi_env env, napi_callback_info info) {
  napi_value args[1];
  size_t count = 1;
  int32_t ns = 0;
  if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok || count < 1 || !int_argument(env, args[0], &ns))
    return wrong_arguments(env, "sleepNs(ns)");
  if (ns <= 0) return int_result(env, 0);
  if (ns > LONGEST_SLEEP_NS) ns = LONGEST_SLEEP_NS;
  struct timespec t = {.tv_sec = 0, .tv_nsec = ns};
  return int_result(env, -clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL));
}

static napi_value yield_thread(napi_env env, napi_callback_info info) {
  (void)info;
  return int_result(env, sched_yield() == 0 ? 0 : -errno);
}

bool thread_init(napi_env env, napi_value exports) {
  return define_function(env, exports, "pinThread", pin_thread) &&
         define_function(env, exports, "currentCore", current_core) &&
         define_function(env, exports, "threadId", thread_id) &&
         define_function(env, exports, "allowedCores", allowed_cores) &&
         define_function(env, exports, "setScheduling", set_scheduling) &&
         define_function(env, exports, "setTimerSlackNs", set_timer_slack) &&
         define_function(env, exports, "sleepNs", sleep_ns) &&
         define_function(env, exports, "yieldThread", yield_thread);
}
