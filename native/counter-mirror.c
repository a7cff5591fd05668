/*
 * Counters mirrored into a mapped file by a thread of its own, so that another process reads them even while every
 * JavaScript thread of this one hangs. The threads that write counters know nothing of it.
 *
 * The file: a header page that the owner writes (magic, description), then the regions one behind the other, each from a
 * multiple of 64 bytes on. 64-bit words are copied whole, so no counter is ever seen half-written.
 */
#include "addon.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#define MOST_REGIONS 64
#define LEAST_PERIOD_MS 1
#define ALIGNMENT 64
/* Words of the file that the mirror writes: rounds begun, rounds ended, monotonic ns of the last round. */
enum { WORD_BEGUN = 4, WORD_ENDED = 5, WORD_AT_NS = 6 };

typedef struct {
  const uint64_t *from;
  uint64_t *to;
  size_t words;
} region;

typedef struct {
  shared_state shared;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  bool running;
  bool stop;
  int64_t period_ns;
  uint8_t *file;
  size_t file_bytes;
  int region_count;
  region regions[MOST_REGIONS];
} mirror;

static void copy_round(mirror *m) {
  uint64_t *words = (uint64_t *)m->file;
  uint64_t round = words[WORD_BEGUN] + 1;
  __atomic_store_n(&words[WORD_BEGUN], round, __ATOMIC_RELEASE);
  for (int r = 0; r < m->region_count; r++) {
    region *each = &m->regions[r];
    for (size_t i = 0; i < each->words; i++)
      __atomic_store_n(&each->to[i], __atomic_load_n(&each->from[i], __ATOMIC_RELAXED), __ATOMIC_RELAXED);
  }
  double at_ns = (double)monotonic_ns();
  memcpy(&words[WORD_AT_NS], &at_ns, sizeof at_ns);
  __atomic_store_n(&words[WORD_ENDED], round, __ATOMIC_RELEASE);
}

static void *run(void *data) {
  mirror *m = data;
  pthread_mutex_lock(&m->lock);
  while (!m->stop) {
    pthread_mutex_unlock(&m->lock);
    copy_round(m);
    int64_t until = clock_ns(CLOCK_MONOTONIC) + m->period_ns;
    struct timespec t = {.tv_sec = until / NS_PER_SECOND, .tv_nsec = until % NS_PER_SECOND};
    pthread_mutex_lock(&m->lock);
    while (!m->stop && pthread_cond_timedwait(&m->wake, &m->lock, &t) == 0) {
    }
  }
  pthread_mutex_unlock(&m->lock);
  return NULL;
}

static void halt(mirror *m) {
  if (!m->running) return;
  pthread_mutex_lock(&m->lock);
  m->stop = true;
  pthread_cond_signal(&m->wake);
  pthread_mutex_unlock(&m->lock);
  pthread_join(m->thread, NULL);
  m->running = false;
  copy_round(m); /* the last word, so that the file shows how it ended */
}

static void destroy(shared_state *state) {
  mirror *m = (mirror *)state;
  halt(m);
  munmap(m->file, m->file_bytes);
  pthread_cond_destroy(&m->wake);
  pthread_mutex_destroy(&m->lock);
  free(m);
}

/* stop(): ends the thread after a last round. May be called twice. */
static napi_value mirror_stop(napi_env env, napi_callback_info info) {
  void *data = NULL;
  if (napi_get_cb_info(env, info, NULL, NULL, NULL, &data) != napi_ok) return wrong_arguments(env, "stop()");
  halt(data);
  return int_result(env, 0);
}

static int open_file(const char *path, size_t bytes, uint8_t **file) {
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return errno;
  int reason = posix_fallocate(fd, 0, (off_t)bytes);
  if (reason == EOPNOTSUPP || reason == EINVAL) reason = ftruncate(fd, (off_t)bytes) == 0 ? 0 : errno;
  if (reason == 0) {
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED) reason = errno;
    else *file = at;
  }
  close(fd);
  return reason;
}

/*
 * mirrorCounters(path, header: Uint8Array, regions: BigUint64Array[], periodMs): { stop() }, or a negative errno. The
 * header's length is a multiple of 64; words 4 to 6 of it are the mirror's own.
 */
static napi_value mirror_counters(napi_env env, napi_callback_info info) {
  napi_value args[4];
  size_t count = 4, header_bytes = 0;
  char path[4096];
  void *header = NULL;
  uint32_t region_count = 0;
  int32_t period_ms = 0;
  if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok || count < 4 ||
      !string_argument(env, args[0], path, sizeof path) ||
      !array_argument(env, args[1], napi_uint8_array, &header, &header_bytes) || header_bytes % ALIGNMENT != 0 ||
      header_bytes < ALIGNMENT || napi_get_array_length(env, args[2], &region_count) != napi_ok ||
      region_count > MOST_REGIONS || !int_argument(env, args[3], &period_ms) || period_ms < LEAST_PERIOD_MS)
    return wrong_arguments(env, "mirrorCounters(path, header, regions, periodMs)");
  mirror *m = calloc(1, sizeof *m);
  if (m == NULL) return int_result(env, -ENOMEM);
  napi_value keep[MOST_REGIONS];
  m->file_bytes = header_bytes;
  for (uint32_t r = 0; r < region_count; r++) {
    void *from = NULL;
    size_t words = 0;
    if (napi_get_element(env, args[2], r, &keep[r]) != napi_ok ||
        !array_argument(env, keep[r], napi_biguint64_array, &from, &words)) {
      free(m);
      return wrong_arguments(env, "mirrorCounters: a region is not a BigUint64Array");
    }
    m->regions[r] = (region){.from = from, .words = words};
    m->file_bytes += (words * sizeof(uint64_t) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
  int reason = open_file(path, m->file_bytes, &m->file);
  if (reason != 0) {
    free(m);
    return int_result(env, -reason);
  }
  memcpy(m->file, header, header_bytes);
  size_t at = header_bytes;
  for (uint32_t r = 0; r < region_count; r++) {
    m->regions[r].to = (uint64_t *)(m->file + at);
    at += (m->regions[r].words * sizeof(uint64_t) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
  m->region_count = (int)region_count;
  m->period_ns = (int64_t)period_ms * 1000000;
  m->shared.destroy = destroy;
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&m->wake, &monotonic);
  pthread_condattr_destroy(&monotonic);
  pthread_mutex_init(&m->lock, NULL);
  reason = pthread_create(&m->thread, NULL, run, m);
  if (reason != 0) {
    destroy(&m->shared);
    return int_result(env, -reason);
  }
  m->running = true;
  static const method methods[] = {{"stop", mirror_stop}};
  return object_with_methods(env, &m->shared, methods, 1, keep, region_count);
}

bool counter_mirror_init(napi_env env, napi_value exports) {
  return define_function(env, exports, "mirrorCounters", mirror_counters);
}
