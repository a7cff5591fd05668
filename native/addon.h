/*
 * What the objects of the addon share. Node-API only, no global state: every worker loads the addon once more and has
 * objects of its own.
 *
 * Calls on the hot path return an int32, which V8 keeps without allocating; 64-bit values go out through typed arrays
 * that were registered when the object was made. System errors come back as negative errno values, never as
 * exceptions; only wrong arguments throw.
 */
#ifndef WARMLINE_ADDON_H
#define WARMLINE_ADDON_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#define NAPI_VERSION 8
#include <node_api.h>

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Raised with every change of the addon's calls; src/io/native.ts refuses an addon of another version. */
#define WARMLINE_API_VERSION 7

#define NS_PER_SECOND 1000000000LL

static inline int64_t clock_ns(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (int64_t)t.tv_sec * NS_PER_SECOND + t.tv_nsec;
}

static inline int64_t monotonic_ns(void) { return clock_ns(CLOCK_MONOTONIC); }

/* UTC minus monotonic. The two clocks can't be read at once: UTC is taken between two monotonic reads. */
static inline int64_t utc_offset_ns(void) {
  int64_t before = monotonic_ns();
  int64_t utc = clock_ns(CLOCK_REALTIME);
  int64_t after = monotonic_ns();
  return utc - (before + (after - before) / 2);
}

static inline napi_value int_result(napi_env env, int32_t value) {
  napi_value result = NULL;
  napi_create_int32(env, value, &result);
  return result;
}

static inline napi_value wrong_arguments(napi_env env, const char *call) {
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", call);
  return NULL;
}

/* Numbers are taken modulo 2^32, so that an IPv4 address may come signed or unsigned. */
static inline bool int_argument(napi_env env, napi_value value, int32_t *into) {
  return napi_get_value_int32(env, value, into) == napi_ok;
}

bool string_argument(napi_env env, napi_value value, char *into, size_t capacity);

/* The memory behind a typed array (over an ArrayBuffer or a SharedArrayBuffer) of the given type. */
bool array_argument(napi_env env, napi_value value, napi_typedarray_type type, void **data, size_t *elements);

/*
 * A byte range [offset, offset + length) of a Uint8Array argument; false if it is not one or the range leaves it.
 */
bool range_argument(napi_env env, napi_value bytes, napi_value offset, napi_value length, uint8_t **data,
                    size_t *range_length);

/*
 * An object whose methods carry their native state as function data: no unwrapping, so a call costs about 9 ns.
 * The state lives until the last of its functions has been collected or the environment ends.
 */
typedef struct shared_state {
  int functions;
  napi_ref *kept; /* typed arrays that native code writes to: not to be collected before the state */
  int kept_count;
  void (*destroy)(struct shared_state *state);
} shared_state;

typedef struct {
  const char *name;
  napi_callback callback;
} method;

/* Takes over `state` in any case; returns NULL with an exception pending on failure. */
napi_value object_with_methods(napi_env env, shared_state *state, const method *methods, size_t method_count,
                               const napi_value *keep, size_t keep_count);

bool define_function(napi_env env, napi_value target, const char *name, napi_callback callback);

bool clock_init(napi_env env, napi_value exports);
bool thread_init(napi_env env, napi_value exports);
bool mapped_file_init(napi_env env, napi_value exports);
bool datagram_init(napi_env env, napi_value exports);
bool stream_init(napi_env env, napi_value exports);
bool ready_set_init(napi_env env, napi_value exports);
bool counter_mirror_init(napi_env env, napi_value exports);
bool notify_init(napi_env env, napi_value exports);

#endif
