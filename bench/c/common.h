/*
 * What every C twin shares: the clock, pinning, big-endian reads, the line protocol with the driver and the raw samples
 * it hands back.
 *
 * Protocol: a program prints `ready {json}` once. For each line `go key=value …` on stdin it runs one sample of at most
 * a second and prints one JSON line. It may print `armed` before, when it is ready for what another program will send.
 */
#ifndef WARMLINE_BENCH_COMMON_H
#define WARMLINE_BENCH_COMMON_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define CACHE_LINE 64
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

static inline int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline void cpu_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static inline uint16_t be16(const uint8_t *p) {
  uint16_t v;
  memcpy(&v, p, 2);
  return __builtin_bswap16(v);
}
static inline uint32_t be32(const uint8_t *p) {
  uint32_t v;
  memcpy(&v, p, 4);
  return __builtin_bswap32(v);
}
static inline uint64_t be64(const uint8_t *p) {
  uint64_t v;
  memcpy(&v, p, 8);
  return __builtin_bswap64(v);
}
static inline uint64_t be48(const uint8_t *p) { return ((uint64_t)be16(p) << 32) | be32(p + 2); }
static inline void put_be16(uint8_t *p, uint16_t v) {
  v = __builtin_bswap16(v);
  memcpy(p, &v, 2);
}
static inline void put_be32(uint8_t *p, uint32_t v) {
  v = __builtin_bswap32(v);
  memcpy(p, &v, 4);
}
static inline void put_be64(uint8_t *p, uint64_t v) {
  v = __builtin_bswap64(v);
  memcpy(p, &v, 8);
}
static inline void put_be48(uint8_t *p, uint64_t v) {
  put_be16(p, (uint16_t)(v >> 32));
  put_be32(p + 2, (uint32_t)v);
}

/* Pins the calling thread; a refusal is said once and survived, as ours does. */
static inline void pin_core(int core) {
  if (core < 0) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) fprintf(stderr, "cannot pin to core %d: %s\n", core, strerror(errno));
}

/* Command line and `go` lines both hold `key=value` words. */
static inline const char *find_value(const char *line, const char *key) {
  size_t n = strlen(key);
  for (const char *p = line; (p = strstr(p, key)) != NULL; p += n)
    if ((p == line || p[-1] == ' ') && p[n] == '=') return p + n + 1;
  return NULL;
}
static inline int64_t value_int(const char *line, const char *key, int64_t fallback) {
  const char *v = find_value(line, key);
  return v ? strtoll(v, NULL, 10) : fallback;
}
static inline int value_is(const char *line, const char *key, const char *expected) {
  const char *v = find_value(line, key);
  size_t n = strlen(expected);
  return v && strncmp(v, expected, n) == 0 && (v[n] == ' ' || v[n] == '\0' || v[n] == '\n');
}

/* argv joined to one line, so that it reads like a `go` line. */
static char command_line[4096];
static inline void read_command_line(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    strncat(command_line, argv[i], sizeof command_line - strlen(command_line) - 2);
    strcat(command_line, " ");
  }
}

static char go_line[4096];
static inline int next_go(void) {
  while (fgets(go_line, sizeof go_line, stdin)) {
    go_line[strcspn(go_line, "\n")] = '\0';
    if (strncmp(go_line, "go", 2) == 0) return 1;
    if (strncmp(go_line, "stop", 4) == 0) return 0;
  }
  return 0;
}

/* Memory that is touched before it is timed. */
static inline void *make_memory(size_t bytes) {
  void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (p == MAP_FAILED) {
    fprintf(stderr, "cannot map %zu bytes: %s\n", bytes, strerror(errno));
    exit(1);
  }
  return p;
}

/* Raw samples in nanoseconds, printed as base64 of little-endian float32. */
#define MAX_SAMPLES (1 << 17)
static float *samples;
static int sample_count;
static inline void make_samples(void) { samples = make_memory(MAX_SAMPLES * sizeof(float)); }
static inline void add_sample(double ns) {
  if (sample_count < MAX_SAMPLES) samples[sample_count++] = (float)ns;
}
static inline void print_samples(const char *name) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const uint8_t *in = (const uint8_t *)samples;
  size_t n = (size_t)sample_count * sizeof(float);
  printf("\"%s\":\"", name);
  for (size_t i = 0; i < n; i += 3) {
    uint32_t v = (uint32_t)in[i] << 16 | (i + 1 < n ? (uint32_t)in[i + 1] << 8 : 0) | (i + 2 < n ? in[i + 2] : 0);
    putchar(digits[v >> 18]);
    putchar(digits[v >> 12 & 63]);
    putchar(i + 1 < n ? digits[v >> 6 & 63] : '=');
    putchar(i + 2 < n ? digits[v & 63] : '=');
  }
  putchar('"');
}

#endif
