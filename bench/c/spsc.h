/*
 * Single-producer single-consumer byte ring as a C programmer would write it with C11 atomics, on the design of src/ring
 * (8-byte record header whose length word publishes the record, header behind it zeroed first, padding record at the
 * wrap, lines 128 bytes apart, cached peer cursor, heartbeat), so that the ratio compares languages, not designs. A
 * release store is a plain move here; V8 has only the sequentially consistent one.
 */
#ifndef WARMLINE_BENCH_SPSC_H
#define WARMLINE_BENCH_SPSC_H

#include "common.h"
#include <stdatomic.h>

#define SPSC_HEADER 8
#define SPSC_PADDING -1
#define SPSC_LINE 128

typedef struct {
  _Alignas(SPSC_LINE) uint32_t producer_position;
  uint32_t refused;
  _Alignas(SPSC_LINE) _Atomic uint32_t consumer_position;
  _Alignas(SPSC_LINE) uint32_t heartbeat;
  _Alignas(SPSC_LINE) uint8_t *bytes; /* shared and constant */
  uint32_t capacity, mask;
} spsc_t;

typedef struct {
  spsc_t *ring;
  uint8_t *bytes;
  uint32_t capacity, mask;
  uint32_t position, batch_position, consumer_position;
  int32_t batch_first_length;
} spsc_producer;

typedef struct {
  spsc_t *ring;
  uint8_t *bytes;
  uint32_t mask, position, released;
} spsc_consumer;

static inline void spsc_init(spsc_t *r, uint32_t capacity) {
  memset(r, 0, sizeof *r);
  r->bytes = make_memory(capacity);
  r->capacity = capacity;
  r->mask = capacity - 1;
}
static inline spsc_producer spsc_produce(spsc_t *r) {
  return (spsc_producer){.ring = r, .bytes = r->bytes, .capacity = r->capacity, .mask = r->mask};
}
static inline spsc_consumer spsc_consume(spsc_t *r) {
  return (spsc_consumer){.ring = r, .bytes = r->bytes, .mask = r->mask};
}

static inline _Atomic int32_t *spsc_length(uint8_t *bytes, uint32_t index) { return (_Atomic int32_t *)(bytes + index); }

/* Room for one record, or NULL where the ring is full. Publish with spsc_commit. */
static inline uint8_t *spsc_claim(spsc_producer *p, int32_t type, int32_t length) {
  int32_t record = length + SPSC_HEADER;
  uint32_t aligned = ((uint32_t)record + 7) & ~7u;
  uint32_t index = p->position & p->mask;
  uint32_t to_end = p->capacity - index;
  uint32_t padding = aligned > to_end ? to_end : 0;
  uint32_t end = p->position + padding + aligned;
  if (UNLIKELY((int32_t)(p->consumer_position + p->capacity - end) < SPSC_HEADER)) {
    p->consumer_position = atomic_load_explicit(&p->ring->consumer_position, memory_order_acquire);
    if ((int32_t)(p->consumer_position + p->capacity - end) < SPSC_HEADER) {
      p->ring->refused++;
      return NULL;
    }
  }
  int first = p->position == p->batch_position;
  if (UNLIKELY(padding != 0)) {
    ((int32_t *)(p->bytes + index))[1] = SPSC_PADDING;
    if (first) p->batch_first_length = (int32_t)padding;
    else atomic_store_explicit(spsc_length(p->bytes, index), (int32_t)padding, memory_order_relaxed);
    first = 0;
    index = 0;
  }
  atomic_store_explicit(spsc_length(p->bytes, end & p->mask), 0, memory_order_relaxed);
  ((int32_t *)(p->bytes + index))[1] = type;
  if (first) p->batch_first_length = record;
  else atomic_store_explicit(spsc_length(p->bytes, index), record, memory_order_relaxed);
  p->position = end;
  return p->bytes + index + SPSC_HEADER;
}

static inline void spsc_commit(spsc_producer *p) {
  p->ring->producer_position = p->position;
  atomic_store_explicit(spsc_length(p->bytes, p->batch_position & p->mask), p->batch_first_length, memory_order_release);
  p->batch_position = p->position;
}

typedef void (*spsc_handler)(void *context, int32_t type, const uint8_t *bytes, int32_t length);

/* Hands at most `limit` records to `handler` and frees them together. */
static inline int spsc_drain(spsc_consumer *c, spsc_handler handler, void *context, int limit) {
  int n = 0;
  while (n < limit) {
    uint32_t index = c->position & c->mask;
    int32_t length = atomic_load_explicit(spsc_length(c->bytes, index), memory_order_acquire);
    if (length == 0) break;
    int32_t type = ((int32_t *)(c->bytes + index))[1];
    if (UNLIKELY(type == SPSC_PADDING)) {
      c->position += (uint32_t)length;
      index = 0;
      length = atomic_load_explicit(spsc_length(c->bytes, 0), memory_order_acquire);
      type = ((int32_t *)c->bytes)[1];
    }
    c->position += ((uint32_t)length + 7) & ~7u;
    n++;
    handler(context, type, c->bytes + index + SPSC_HEADER, length - SPSC_HEADER);
  }
  c->ring->heartbeat++;
  if (c->position != c->released) {
    c->released = c->position;
    atomic_store_explicit(&c->ring->consumer_position, c->position, memory_order_release);
  }
  return n;
}

#endif
