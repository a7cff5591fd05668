/*
 * The journal's ring on the design of src/journal: frames of a multiple of 32 bytes in a file mapping, each with its
 * position and a checksum, published by its length word; a thread of its own copies them to a file and frees the ring.
 */
#ifndef WARMLINE_BENCH_ORDER_JOURNAL_H
#define WARMLINE_BENCH_ORDER_JOURNAL_H

#include "common.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#define FRAME_HEADER 24
#define FRAME_ALIGNMENT 32
#define RING_HEADER 4096
#define JOURNAL_SALT 0x5eed
#define COPIER_SLEEP_NS 100000
#define NS_PER_SECOND 1000000000

/* Types and payload bytes of the records, as in src/journal/record-types.ts. */
enum { RECORD_ENTER = 10, RECORD_RESULT = 13, RECORD_REPORT = 20, RECORD_SESSION = 30, RECORD_PORT_LOST = 31, RECORD_ROUTED = 33 };
enum { ENTER_BYTES = 72, RESULT_BYTES = 40, REPORT_BYTES = 96, SESSION_BYTES = 56, PORT_LOST_BYTES = 40, ROUTED_BYTES = 56 };

typedef struct {
  int32_t length, type, position_low, position_high, unsynced, checksum;
} frame_header;

typedef struct {
  uint8_t *frames; /* NULL: records go to a scratch record, and nowhere else */
  uint32_t mask, capacity, reserve;
  uint64_t position, free_to, claimed_start;
  uint32_t claimed_bytes, claimed_length, claimed_padding;
  int64_t utc_seconds, utc_ns; /* UTC less monotonic time */
  uint64_t refused;
  _Atomic uint64_t *copied;
  int file, peer_core;
  pthread_t copier;
  uint64_t scratch[64];
} order_journal;

static inline uint32_t rotate(uint32_t v, int n) { return v << n | v >> (32 - n); }

/* The checksum of src/journal/checksum.ts: two lanes of multiplications over the whole frame but itself. */
static inline uint32_t frame_checksum(const frame_header *h, uint32_t length, uint32_t bytes) {
  const uint32_t lane_a = 0x85ebca6bu, lane_b = 0xc2b2ae35u;
  uint32_t a = rotate((JOURNAL_SALT ^ length) * lane_a, 13), b = rotate(((uint32_t)h->type ^ lane_a) * lane_b, 15);
  a = rotate((a ^ (uint32_t)h->position_low) * lane_a, 13);
  b = rotate((b ^ (uint32_t)h->position_high) * lane_b, 15);
  a = rotate((a ^ (uint32_t)h->unsynced) * lane_a, 13);
  const uint32_t *at = (const uint32_t *)(h + 1), *end = (const uint32_t *)((const uint8_t *)h + bytes);
  for (; at < end; at += 2) {
    a = rotate((a ^ at[0]) * lane_a, 13);
    b = rotate((b ^ at[1]) * lane_b, 15);
  }
  a = (a ^ (a >> 16) ^ b) * 0x27d4eb2fu;
  return a ^ (a >> 15);
}

/* Room for a record's payload, times written; NULL where there is none. `opening`: a quarter of the ring stays free. */
static inline void *journal_claim(order_journal *j, int type, uint32_t length, int64_t now, int opening) {
  uint8_t *payload;
  if (j->frames == NULL) payload = (uint8_t *)j->scratch;
  else {
    uint32_t bytes = (length + FRAME_HEADER + FRAME_ALIGNMENT - 1) & ~(uint32_t)(FRAME_ALIGNMENT - 1);
    uint32_t index = (uint32_t)j->position & j->mask, to_end = j->capacity - index, padding = bytes > to_end ? to_end : 0;
    uint64_t end = j->position + padding + bytes, needed = FRAME_ALIGNMENT + (opening ? j->reserve : 0);
    if (UNLIKELY(end + needed > j->free_to + j->capacity)) {
      j->free_to = atomic_load_explicit(j->copied, memory_order_acquire);
      if (end + needed > j->free_to + j->capacity) {
        j->refused++;
        return NULL;
      }
    }
    if (UNLIKELY(padding)) {
      frame_header *p = (frame_header *)(j->frames + index);
      *p = (frame_header){0, -1, (int32_t)j->position, (int32_t)(j->position >> 32), 0, 0};
      memset(p + 1, 0, padding - sizeof *p);
      p->checksum = (int32_t)frame_checksum(p, padding - FRAME_HEADER, padding);
      index = 0;
    }
    ((frame_header *)(j->frames + ((uint32_t)end & j->mask)))->length = 0;
    uint64_t start = j->position + padding;
    frame_header *h = (frame_header *)(j->frames + index);
    h->type = type;
    h->position_low = (int32_t)start;
    h->position_high = (int32_t)(start >> 32);
    h->unsynced = (int32_t)(start - j->free_to);
    for (uint8_t *at = (uint8_t *)(h + 1) + length - 4; at < (uint8_t *)h + bytes; at += 4) memset(at, 0, 4);
    j->claimed_start = start;
    j->claimed_bytes = bytes;
    j->claimed_length = length;
    j->claimed_padding = padding;
    payload = (uint8_t *)(h + 1);
  }
  double monotonic = (double)now;
  memcpy(payload, &monotonic, 8);
  int64_t ns = now % NS_PER_SECOND + j->utc_ns;
  int32_t utc[2] = {(int32_t)(now / NS_PER_SECOND + j->utc_seconds + (ns >= NS_PER_SECOND)),
                    (int32_t)(ns >= NS_PER_SECOND ? ns - NS_PER_SECOND : ns)};
  memcpy(payload + 8, utc, 8);
  return payload + 16;
}

static inline void journal_commit(order_journal *j) {
  if (j->frames == NULL) return;
  uint32_t index = (uint32_t)j->claimed_start & j->mask;
  frame_header *h = (frame_header *)(j->frames + index);
  h->checksum = (int32_t)frame_checksum(h, j->claimed_length, j->claimed_bytes);
  frame_header *first = (frame_header *)(j->frames + ((uint32_t)j->position & j->mask));
  uint32_t padding = j->claimed_padding;
  j->position += padding + j->claimed_bytes;
  if (padding) h->length = (int32_t)j->claimed_length;
  atomic_store_explicit((_Atomic int32_t *)&first->length, padding ? (int32_t)(padding - FRAME_HEADER) : (int32_t)j->claimed_length,
                        memory_order_release);
}

static void *copy_journal(void *argument) {
  order_journal *j = argument;
  pin_core(j->peer_core);
  uint64_t at = 0;
  for (;;) {
    uint64_t begin = at;
    uint32_t from = (uint32_t)at & j->mask, bytes = 0;
    while (from + bytes < j->capacity) {
      int32_t length = atomic_load_explicit((_Atomic int32_t *)(j->frames + from + bytes), memory_order_acquire);
      if (length == 0) break;
      bytes += ((uint32_t)length + FRAME_HEADER + FRAME_ALIGNMENT - 1) & ~(uint32_t)(FRAME_ALIGNMENT - 1);
    }
    if (bytes > 0) {
      if (write(j->file, j->frames + from, bytes) < 0) return NULL;
      at = begin + bytes;
      atomic_store_explicit(j->copied, at, memory_order_release);
    } else {
      nanosleep(&(struct timespec){.tv_nsec = COPIER_SLEEP_NS}, NULL);
    }
  }
  return NULL;
}

/* Once all of it is copied: the file begins again, because a bench writes more than a disk should be asked to keep. */
static inline void journal_trim(order_journal *j) {
  while (atomic_load_explicit(j->copied, memory_order_acquire) < j->position) nanosleep(&(struct timespec){.tv_nsec = COPIER_SLEEP_NS}, NULL);
  if (ftruncate(j->file, 0) == 0) lseek(j->file, 0, SEEK_SET);
}

/* The ring in a file mapping whose pages have been written once, as ours; `directory` NULL: a scratch record instead. */
static inline void journal_open(order_journal *j, const char *directory, uint32_t capacity, int peer_core) {
  memset(j, 0, sizeof *j);
  struct timespec utc;
  clock_gettime(CLOCK_REALTIME, &utc);
  int64_t offset = (int64_t)utc.tv_sec * NS_PER_SECOND + utc.tv_nsec - now_ns();
  j->utc_seconds = offset / NS_PER_SECOND;
  j->utc_ns = offset % NS_PER_SECOND;
  if (directory == NULL) return;
  char path[512];
  snprintf(path, sizeof path, "%s/bench-%d.ring", directory, (int)getpid());
  int ring = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
  unlink(path);
  if (ring < 0 || ftruncate(ring, RING_HEADER + capacity) != 0) {
    perror(path);
    exit(1);
  }
  uint8_t *memory = mmap(NULL, RING_HEADER + capacity, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, 0);
  memset(memory, 0, RING_HEADER + capacity);
  j->frames = memory + RING_HEADER;
  j->copied = (_Atomic uint64_t *)memory;
  j->capacity = capacity;
  j->mask = capacity - 1;
  j->reserve = capacity / 4;
  snprintf(path, sizeof path, "%s/bench-%d.journal", directory, (int)getpid());
  j->file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  unlink(path);
  j->peer_core = peer_core;
  pthread_create(&j->copier, NULL, copy_journal, j);
}

#endif
