/* The module: collects the objects. */
#include "addon.h"

bool string_argument(napi_env env, napi_value value, char *into, size_t capacity) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok || length + 1 > capacity) return false;
  return napi_get_value_string_utf8(env, value, into, capacity, &length) == napi_ok;
}

bool array_argument(napi_env env, napi_value value, napi_typedarray_type type, void **data, size_t *elements) {
  bool is_array = false;
  napi_typedarray_type actual;
  if (napi_is_typedarray(env, value, &is_array) != napi_ok || !is_array) return false;
  if (napi_get_typedarray_info(env, value, &actual, elements, data, NULL, NULL) != napi_ok) return false;
  return actual == type;
}

bool range_argument(napi_env env, napi_value bytes, napi_value offset, napi_value length, uint8_t **data,
                    size_t *range_length) {
  napi_typedarray_type type;
  size_t available = 0;
  void *start = NULL;
  int32_t from = 0, count = 0;
  if (napi_get_typedarray_info(env, bytes, &type, &available, &start, NULL, NULL) != napi_ok) return false;
  if (type != napi_uint8_array || !int_argument(env, offset, &from) || !int_argument(env, length, &count)) return false;
  if (from < 0 || count < 0 || (size_t)from + (size_t)count > available) return false;
  *data = (uint8_t *)start + from;
  *range_length = (size_t)count;
  return true;
}

static void release_state(napi_env env, void *data, void *hint) {
  (void)hint;
  shared_state *state = data;
  if (--state->functions > 0) return;
  for (int i = 0; i < state->kept_count; i++) napi_delete_reference(env, state->kept[i]);
  free(state->kept);
  state->destroy(state);
}

napi_value object_with_methods(napi_env env, shared_state *state, const method *methods, size_t method_count,
                               const napi_value *keep, size_t keep_count) {
  napi_value object = NULL;
  /* One count for ourselves, so that a failure half-way releases the state exactly once. */
  state->functions = 1;
  state->kept_count = 0;
  state->kept = calloc(keep_count + 1, sizeof(napi_ref));
  bool ok = state->kept != NULL && napi_create_object(env, &object) == napi_ok;
  for (size_t i = 0; ok && i < keep_count; i++) {
    ok = napi_create_reference(env, keep[i], 1, &state->kept[state->kept_count]) == napi_ok;
    if (ok) state->kept_count++;
  }
  for (size_t i = 0; ok && i < method_count; i++) {
    napi_value function;
    ok = napi_create_function(env, methods[i].name, NAPI_AUTO_LENGTH, methods[i].callback, state, &function) == napi_ok;
    if (!ok) break;
    ok = napi_add_finalizer(env, function, state, release_state, NULL, NULL) == napi_ok;
    if (!ok) break;
    state->functions++;
    ok = napi_set_named_property(env, object, methods[i].name, function) == napi_ok;
  }
  release_state(env, state, NULL);
  if (ok) return object;
  napi_throw_error(env, NULL, "the native object could not be made");
  return NULL;
}

bool define_function(napi_env env, napi_value target, const char *name, napi_callback callback) {
  napi_value function;
  return napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, NULL, &function) == napi_ok &&
         napi_set_named_property(env, target, name, function) == napi_ok;
}

NAPI_MODULE_INIT() {
  napi_value version = int_result(env, WARMLINE_API_VERSION);
  bool ok = version != NULL && napi_set_named_property(env, exports, "apiVersion", version) == napi_ok &&
            clock_init(env, exports) && thread_init(env, exports) && mapped_file_init(env, exports) &&
            datagram_init(env, exports) && stream_init(env, exports) && ready_set_init(env, exports) &&
            counter_mirror_init(env, exports) && notify_init(env, exports);
  if (!ok) napi_throw_error(env, NULL, "warmline.node could not be initialised");
  return exports;
}
