/*
 * The arbiter a C programmer would write for the same duties as src/feed/arbiter.ts: whole-packet framing check, session
 * check, first copy wins or active line leads, a bounded hold window over a circular arena, copies compared by the same
 * hash within the same window, which line won and by how much, what each line brought, counters, receive stamps.
 *
 * The file that includes it defines ARB_DELIVER(arbiter, bytes, length, source), which the compiler inlines, and may
 * define ARB_SWITCHED(arbiter, deadline).
 */
#ifndef WARMLINE_BENCH_ARBITER_H
#define WARMLINE_BENCH_ARBITER_H

#include "feed.h"

#define ARB_LINES 2
#define ARB_WINDOW 65536u
#define ARB_COMPARE 65536u
#define ARB_ARENA (16u << 20)
#define ARB_BROUGHT (1u << 20)
#define ARB_BROUGHT_BLOCK 1024u
#define ARB_MAX_UNITS 32768
#define ARB_MAX_JUMP 1000000
#define ARB_HEALTH_PERIOD_NS 20000000

#ifndef ARB_SWITCHED
#define ARB_SWITCHED(arbiter, deadline)
#endif

enum { ARB_FIRST, ARB_STICKY };

typedef struct {
  uint64_t number;
  uint32_t hash;
  uint32_t source; /* bit 7: the race for it is decided */
  int64_t rx;
} arb_copy;

typedef struct {
  uint64_t number;
  int64_t rx;
  uint32_t at; /* place in the arena */
  int32_t length; /* -1: nothing held */
  int32_t source;
  int32_t pad;
} arb_slot;

typedef struct {
  uint64_t packets, bytes, units, first, duplicates, late, held, brought, highest, holes, heartbeats, malformed, refused,
      wins, fills, disagreements;
  int64_t heard, won_by;
  int live; /* heard, and not stale since */
  uint64_t won_by_buckets[40];
} arb_line;

typedef struct {
  int policy, active;
  int64_t stale_after, gap_deadline;
  uint64_t next; /* 0: nothing seen yet */
  uint64_t delivered, gaps, filled, lost, switches, disagreements;
  uint64_t highest;        /* shown by any line */
  uint64_t unit;           /* number of the unit under delivery */
  int64_t last_progress;   /* when a new unit last came */
  int64_t now;             /* highest stamp seen */
  int64_t health_due;      /* when the lines' health is looked at again */
  int64_t gap_since; /* 0: no gap open */
  int64_t rx;        /* stamp of the packet in hand */
  int64_t delivered_rx;
  int line; /* that brought it */
  uint8_t session[10];
  arb_line lines[ARB_LINES];
  uint64_t cleared_to;
  arb_copy *copies;
  arb_slot *slots;
  uint32_t *brought[ARB_LINES];
  uint8_t *arena;
  uint32_t arena_head, arena_tail, arena_used;
  uint32_t held;
  uint16_t unit_length[ARB_MAX_UNITS];
  void *context;
} arb;

static inline uint32_t arb_rotl(uint32_t v, int n) { return v << n | v >> (32 - n); }
static inline uint32_t arb_hash(const uint8_t *p, int32_t length) {
  const uint32_t lane_a = 0x85ebca6b, lane_b = 0xc2b2ae35;
  uint32_t a = (uint32_t)length ^ lane_b, b = lane_a, w;
  const uint8_t *end = p + length;
  for (; p + 8 <= end; p += 8) {
    uint64_t pair;
    memcpy(&pair, p, 8);
    a = arb_rotl((a ^ (uint32_t)pair) * lane_a, 13);
    b = arb_rotl((b ^ (uint32_t)(pair >> 32)) * lane_b, 15);
  }
  if (p + 4 <= end) {
    memcpy(&w, p, 4);
    a = arb_rotl((a ^ w) * lane_a, 13);
    p += 4;
  }
  for (; p < end; p++) b = arb_rotl((b ^ *p) * lane_b, 15);
  a = (a ^ (a >> 16) ^ b) * 0x27d4eb2f;
  return a ^ (a >> 15) ^ (b >> 11);
}

static inline void arb_init(arb *a, int policy) {
  memset(a, 0, sizeof *a);
  a->policy = policy;
  a->stale_after = 3000000000;
  a->gap_deadline = 2000000000;
  a->copies = make_memory(ARB_COMPARE * sizeof(arb_copy));
  a->slots = make_memory(ARB_WINDOW * sizeof(arb_slot));
  for (uint32_t i = 0; i < ARB_WINDOW; i++) a->slots[i].length = -1;
  for (int l = 0; l < ARB_LINES; l++) a->brought[l] = make_memory(ARB_BROUGHT / 8);
  a->arena = make_memory(ARB_ARENA);
}

static inline arb_slot *arb_find(arb *a, uint64_t number) {
  arb_slot *s = &a->slots[number & (ARB_WINDOW - 1)];
  return s->length >= 0 && s->number == number ? s : NULL;
}

static inline int arb_hold(arb *a, uint64_t number, const uint8_t *bytes, int32_t length, int source) {
  arb_slot *s = &a->slots[number & (ARB_WINDOW - 1)];
  uint32_t size = 8 + (((uint32_t)length + 7) & ~7u);
  if (s->length >= 0 || number - a->next >= ARB_WINDOW) return 0;
  if (a->arena_used == 0) a->arena_head = a->arena_tail = 0;
  uint32_t to_end = ARB_ARENA - a->arena_tail;
  uint32_t padding = a->arena_tail >= a->arena_head && size > to_end ? to_end : 0;
  if (a->arena_used + padding + size > ARB_ARENA) return 0;
  if (padding) {
    uint32_t *p = (uint32_t *)(a->arena + a->arena_tail);
    p[0] = padding;
    p[1] = 0;
    a->arena_used += padding;
    a->arena_tail = 0;
  }
  uint32_t *record = (uint32_t *)(a->arena + a->arena_tail);
  record[0] = size;
  record[1] = 1;
  memcpy(record + 2, bytes, (size_t)length);
  *s = (arb_slot){.number = number, .rx = a->rx, .at = a->arena_tail + 8, .length = length, .source = source};
  a->arena_used += size;
  a->arena_tail = a->arena_tail + size == ARB_ARENA ? 0 : a->arena_tail + size;
  a->held++;
  a->lines[source].held++;
  return 1;
}

static inline void arb_release(arb *a, arb_slot *s) {
  ((uint32_t *)(a->arena + s->at - 8))[1] = 0;
  a->lines[s->source].held--;
  a->held--;
  s->length = -1;
  while (a->arena_used > 0) {
    uint32_t *r = (uint32_t *)(a->arena + a->arena_head);
    if (r[1] != 0) break;
    a->arena_used -= r[0];
    a->arena_head = a->arena_head + r[0] == ARB_ARENA ? 0 : a->arena_head + r[0];
  }
}

/* Delivers everything held that follows on. */
static inline void arb_drain(arb *a, uint64_t below) {
  arb_slot *s;
  while (a->held > 0 && a->next < below && (s = arb_find(a, a->next)) != NULL) {
    const uint8_t *bytes = a->arena + s->at;
    int32_t length = s->length;
    int source = s->source;
    a->delivered_rx = s->rx;
    a->lines[source].first++;
    if (a->gap_since) {
      a->lines[source].fills++;
      a->filled++;
    }
    a->delivered++;
    a->unit = a->next++;
    arb_release(a, s); /* the bytes stay until the next hold */
    ARB_DELIVER(a, bytes, length, source);
  }
}

static inline void arb_note_brought(arb *a, arb_line *l, int line, uint64_t number) {
  if (UNLIKELY(number >= a->cleared_to)) {
    if (number - a->cleared_to > ARB_BROUGHT) a->cleared_to = (number - ARB_BROUGHT) / ARB_BROUGHT_BLOCK * ARB_BROUGHT_BLOCK;
    for (; a->cleared_to <= number; a->cleared_to += ARB_BROUGHT_BLOCK)
      for (int i = 0; i < ARB_LINES; i++)
        memset(a->brought[i] + (a->cleared_to & (ARB_BROUGHT - 1)) / 32, 0, ARB_BROUGHT_BLOCK / 8);
  }
  uint32_t *word = &a->brought[line][(number & (ARB_BROUGHT - 1)) / 32], bit = 1u << (number & 31);
  if (!(*word & bit)) {
    *word |= bit;
    l->brought++;
  }
}

/* Remembers a first copy, or compares a further one. @returns 1 for a first copy */
static inline int arb_compare(arb *a, int line, uint64_t number, uint32_t hash) {
  arb_copy *c = &a->copies[number & (ARB_COMPARE - 1)];
  if (c->number != number) {
    c->number = number;
    c->hash = hash;
    c->source = (uint32_t)line;
    c->rx = a->rx;
    return 1;
  }
  if (UNLIKELY(c->hash != hash)) {
    a->lines[line].disagreements++;
    a->disagreements++;
  }
  if (!(c->source & 0x80) && (int)c->source != line) {
    int64_t by = a->rx - c->rx;
    arb_line *winner = &a->lines[c->source];
    winner->wins++;
    winner->won_by += by;
    int bucket = by <= 0 ? 0 : 64 - __builtin_clzll((uint64_t)by);
    winner->won_by_buckets[bucket > 39 ? 39 : bucket]++;
    c->source |= 0x80;
  }
  return 0;
}

/* One datagram of a line. Its stamp stands in a->rx. */
static inline void arb_packet(arb *a, int line, const uint8_t *packet, int32_t length) {
  arb_line *l = &a->lines[line];
  a->line = line;
  if (a->rx > a->now) a->now = a->rx;
  l->packets++;
  l->bytes += (uint64_t)length;
  if (length < MOLD_HEADER) goto malformed;
  uint64_t number = be64(packet + 10);
  uint16_t count = be16(packet + 18);
  if (number == 0 || number >> 53) goto malformed;
  const uint8_t *end = packet + length, *p = packet + MOLD_HEADER;
  if (count == 0 || count == MOLD_END_OF_SESSION) {
    if (p != end) goto malformed;
    l->heartbeats++;
    l->heard = a->rx;
    if (number - 1 > l->highest) l->highest = number - 1;
    return;
  }
  for (int i = 0; i < count; i++) {
    if (p + 2 > end) goto malformed;
    a->unit_length[i & (ARB_MAX_UNITS - 1)] = be16(p);
    p += 2 + a->unit_length[i & (ARB_MAX_UNITS - 1)];
    if (p > end) goto malformed;
  }
  if (p != end) goto malformed;
  if (UNLIKELY(a->next == 0)) {
    memcpy(a->session, packet, 10);
    a->next = number;
    a->cleared_to = number / ARB_BROUGHT_BLOCK * ARB_BROUGHT_BLOCK;
  }
  if (UNLIKELY(memcmp(a->session, packet, 10) != 0) ||
      UNLIKELY(number > a->next && number - a->next > ARB_MAX_JUMP)) {
    l->refused++;
    return;
  }
  if (UNLIKELY(!l->live)) l->live = 1;
  l->heard = a->rx;
  l->units += count;
  if (UNLIKELY(l->highest != 0 && number > l->highest + 1)) l->holes++;
  if (number + count - 1 > l->highest) l->highest = number + count - 1;
  if (l->highest > a->highest) {
    a->highest = l->highest;
    a->last_progress = a->rx;
  }
  p = packet + MOLD_HEADER;
  for (int i = 0; i < count; i++, number++) {
    int32_t unit = a->unit_length[i];
    p += 2;
    arb_note_brought(a, l, line, number);
    int is_first = arb_compare(a, line, number, arb_hash(p, unit));
    /* A gap is open: whoever brings the missing unit fills it. */
    if (LIKELY(number == a->next && (a->policy == ARB_FIRST || line == a->active || a->gap_since))) {
      arb_slot *s = a->held ? arb_find(a, number) : NULL;
      if (s) {
        a->lines[s->source].duplicates++;
        arb_release(a, s);
      }
      a->next = number + 1;
      a->unit = number;
      a->delivered++;
      a->delivered_rx = a->rx;
      l->first++;
      if (a->gap_since) {
        a->filled++;
        l->fills++;
      }
      ARB_DELIVER(a, p, unit, line);
      if (a->gap_since) {
        uint64_t lead = a->policy == ARB_FIRST ? a->highest : a->lines[a->active].highest;
        arb_drain(a, lead + 1);
        if (a->next > lead) a->gap_since = 0;
      }
    } else if (number < a->next) {
      l->duplicates++;
      if (is_first) l->late++;
    } else {
      if (a->policy == ARB_STICKY && line == a->active) {
        /* A hole of the leader: what the others hold fills it at once. */
        arb_drain(a, number);
        if (a->next == number) {
          arb_slot *s = a->held ? arb_find(a, number) : NULL;
          if (s) {
            a->lines[s->source].duplicates++;
            arb_release(a, s);
          }
          a->unit = a->next++;
          a->delivered++;
          a->delivered_rx = a->rx;
          l->first++;
          ARB_DELIVER(a, p, unit, line);
          p += unit;
          continue;
        }
      }
      if (!arb_hold(a, number, p, unit, line)) l->duplicates++;
      if ((a->policy == ARB_FIRST || line == a->active) && !a->gap_since) {
        a->gap_since = a->rx;
        a->gaps++;
      }
    }
    p += unit;
  }
  return;
malformed:
  l->malformed++;
}

/* Deadlines: a gap that nothing filled is lost, a silent leader is replaced. */
static inline void arb_time(arb *a, int64_t now) {
  if (UNLIKELY(a->gap_since && now - a->gap_since > a->gap_deadline)) {
    while (a->held > 0 && a->next <= a->highest && arb_find(a, a->next) == NULL) {
      a->lost++;
      a->next++;
    }
    a->gap_since = 0;
    arb_drain(a, UINT64_MAX);
  }
  if (UNLIKELY(now >= a->health_due)) {
    for (int i = 0; i < ARB_LINES; i++)
      if (now - a->lines[i].heard > a->stale_after) a->lines[i].live = 0;
    a->health_due = now + ARB_HEALTH_PERIOD_NS;
  }
  if (a->policy == ARB_STICKY) {
    int64_t deadline = a->lines[a->active].heard + a->stale_after;
    if (UNLIKELY(now > deadline)) {
      int other = 1 - a->active;
      if (a->lines[other].heard + a->stale_after > now) {
        a->active = other;
        a->switches++;
        ARB_SWITCHED(a, deadline);
        arb_drain(a, UINT64_MAX);
      }
    }
  }
}

#endif
