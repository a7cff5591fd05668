/*
 * The wire format of the benchmarks: MoldUDP64 packets of ITCH 5.0 messages, as far as the generator writes and the
 * twins read them. The `tracking_number` marks what a figure measures, the timestamp carries the sender's monotonic
 * clock modulo 2^48 ns.
 */
#ifndef WARMLINE_BENCH_FEED_H
#define WARMLINE_BENCH_FEED_H

#include "common.h"

#define MOLD_HEADER 20
#define MOLD_SESSION "WARMLINE01"
#define MOLD_END_OF_SESSION 0xFFFF
#define MAX_PACKET 1472

#define ADD_ORDER_BYTES 36
#define DELETE_BYTES 19
#define SYSTEM_EVENT_BYTES 12
#define DIRECTORY_BYTES 39
#define TRADING_ACTION_BYTES 25

/* Values of tracking_number. */
enum { MARK_NONE = 0, MARK_MISSING = 1, MARK_LAST_QUEUED = 2, MARK_TRIGGER = 3 };
/* Event code of the system event that ends a sample. */
#define END_OF_SAMPLE 'C'

#define STAMP_MASK 0xFFFFFFFFFFFFull
static inline uint64_t stamp_age_ns(uint64_t stamp, int64_t now) { return ((uint64_t)now - stamp) & STAMP_MASK; }

typedef struct {
  uint8_t bytes[MAX_PACKET];
  int length;
  uint16_t count;
} mold_packet;

static inline void mold_begin(mold_packet *p, uint64_t sequence) {
  memcpy(p->bytes, MOLD_SESSION, 10);
  put_be64(p->bytes + 10, sequence);
  p->length = MOLD_HEADER;
  p->count = 0;
}
static inline uint8_t *mold_block(mold_packet *p, int length) {
  uint8_t *at = p->bytes + p->length;
  put_be16(at, (uint16_t)length);
  p->length += 2 + length;
  p->count++;
  return at + 2;
}
static inline void mold_end(mold_packet *p) { put_be16(p->bytes + 18, p->count); }

static inline void itch_head(uint8_t *m, char type, uint16_t locate, uint16_t mark, uint64_t stamp) {
  m[0] = (uint8_t)type;
  put_be16(m + 1, locate);
  put_be16(m + 3, mark);
  put_be48(m + 5, stamp & STAMP_MASK);
}

/* Odd numbers add an order, even ones delete the one before, so that books stay small however long a run is. */
static inline void itch_order_message(mold_packet *p, uint64_t sequence, uint16_t mark, uint64_t stamp) {
  uint64_t reference = (sequence + 1) / 2;
  uint16_t locate = (uint16_t)(1 + reference % 50);
  if (sequence % 2 == 1) {
    uint8_t *m = mold_block(p, ADD_ORDER_BYTES);
    itch_head(m, 'A', locate, mark, stamp);
    put_be64(m + 11, reference);
    m[19] = reference % 2 ? 'B' : 'S';
    put_be32(m + 20, 100 + (uint32_t)(reference % 900));
    memcpy(m + 24, "WARM    ", 8);
    put_be32(m + 32, 1000000 + (uint32_t)(reference % 64) * 100 + (reference % 2 ? 0 : 10000));
  } else {
    uint8_t *m = mold_block(p, DELETE_BYTES);
    itch_head(m, 'D', locate, mark, stamp);
    put_be64(m + 11, reference);
  }
}

static inline void itch_system_event(mold_packet *p, char code, uint64_t stamp) {
  uint8_t *m = mold_block(p, SYSTEM_EVENT_BYTES);
  itch_head(m, 'S', 0, MARK_NONE, stamp);
  m[11] = (uint8_t)code;
}

#endif
