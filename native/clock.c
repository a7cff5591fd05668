/*
 * The monotonic clock and its distance from UTC, as doubles in typed arrays (exact to 2^53 ns = 104 days of uptime), and
 * what the kernel knows of how right its UTC is.
 */
#include "addon.h"

#include <sys/timex.h>

#define NS_PER_US 1000

static napi_value write_double(napi_env env, napi_callback_info info, int64_t (*read)(void), const char *usage) {
  napi_value args[2];
  size_t count = 2, elements = 0;
  void *cells = NULL;
  int32_t index = 0;
  if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok || count < 2 ||
      !array_argument(env, args[0], napi_float64_array, &cells, &elements) || !int_argument(env, args[1], &index) ||
      index < 0 || (size_t)index >= elements)
    return wrong_arguments(env, usage);
  ((double *)cells)[index] = (double)read();
  return NULL;
}

static napi_value monotonic_into(napi_env env, napi_callback_info info) {
  return write_double(env, info, monotonic_ns, "monotonicNs(into: Float64Array, index)");
}

static napi_value utc_offset_into(napi_env env, napi_callback_info info) {
  return write_double(env, info, utc_offset_ns, "utcOffsetNs(into: Float64Array, index)");
}

typedef struct {
  shared_state base;
  double *cell;
} bound_clock;

static void clock_destroy(shared_state *state) { free(state); }

static napi_value bound_clock_read(napi_env env, napi_callback_info info) {
  void *data = NULL;
  napi_get_cb_info(env, info, NULL, NULL, NULL, &data);
  *((bound_clock *)data)->cell = (double)monotonic_ns();
  return NULL;
}

/* bindClock(cell: Float64Array): { read(): void } writes the monotonic time to cell 0 without looking arguments up. */
static napi_value bind_clock(napi_env env, napi_callback_info info) {
  napi_value args[1];
  size_t count = 1, elements = 0;
  void *cells = NULL;
  if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok || count < 1 ||
      !array_argument(env, args[0], napi_float64_array, &cells, &elements) || elements < 1)
    return wrong_arguments(env, "bindClock(cell: Float64Array)");
  bound_clock *clock = calloc(1, sizeof *clock);
  if (clock == NULL) return wrong_arguments(env, "out of memory");
  clock->base.destroy = clock_destroy;
  clock->cell = cells;
  static const method methods[] = {{"read", bound_clock_read}};
  return object_with_methods(env, &clock->base, methods, 1, args, 1);
}

/*
 * clockState(into: Float64Array): what the kernel was told by whatever keeps its time: offset that is still to be slewed,
 * largest and estimated error, in ns. Changes nothing. Returns the clock's state (TIME_ERROR, 5: not synchronised), or a
 * negative errno.
 */
static napi_value clock_state(napi_env env, napi_callback_info info) {
  napi_value args[1];
  size_t count = 1, elements = 0;
  void *cells = NULL;
  if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok || count < 1 ||
      !array_argument(env, args[0], napi_float64_array, &cells, &elements) || elements < 3)
    return wrong_arguments(env, "clockState(into: Float64Array)");
  struct timex kept = {.modes = 0};
  int state = adjtimex(&kept);
  if (state < 0) return int_result(env, -errno);
  double *into = cells;
  into[0] = (double)kept.offset * ((kept.status & STA_NANO) != 0 ? 1 : NS_PER_US);
  into[1] = (double)kept.maxerror * NS_PER_US;
  into[2] = (double)kept.esterror * NS_PER_US;
  return int_result(env, state);
}

bool clock_init(napi_env env, napi_value exports) {
  return define_function(env, exports, "monotonicNs", monotonic_into) &&
         define_function(env, exports, "utcOffsetNs", utc_offset_into) &&
         define_function(env, exports, "bindClock", bind_clock) &&
         define_function(env, exports, "clockState", clock_state);
}
