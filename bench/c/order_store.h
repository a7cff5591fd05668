/*
 * The order store and the ledger as a C programmer would write them for the duties of src/order: one slot of four cache
 * lines for each order of the day, found by number or by a port's reference, linked into the lists of open orders of its
 * port, strategy and instrument; exposure and margin of everybody who has them, kept with every change of an order.
 */
#ifndef WARMLINE_BENCH_ORDER_STORE_H
#define WARMLINE_BENCH_ORDER_STORE_H

#include "common.h"
#include <stddef.h>

#define ORDER_VENUES 1
#define ORDER_ACCOUNTS 2
#define ORDER_STRATEGIES 4
#define ORDER_INSTRUMENTS 512
#define ORDER_PORTS 2
/* Owners of positions: everybody, venues, accounts, strategies. */
#define ORDER_FIRST_VENUE 1
#define ORDER_FIRST_ACCOUNT (ORDER_FIRST_VENUE + ORDER_VENUES)
#define ORDER_FIRST_STRATEGY (ORDER_FIRST_ACCOUNT + ORDER_ACCOUNTS)
#define ORDER_OWNERS (ORDER_FIRST_STRATEGY + ORDER_STRATEGIES)
#define ORDER_ROLES 4
#define MARGIN_RATE_BP 2500
#define WHOLE_BP 10000

enum { STATE_NONE, STATE_NEW, STATE_SENT, STATE_LIVE, STATE_PART_FILLED, STATE_FILLED, STATE_CANCELLED, STATE_REJECTED };
enum { FLAG_PENDING_CANCEL = 1, FLAG_PENDING_REPLACE = 2, FLAG_UNKNOWN = 4, FLAG_BLIND = 8 };
enum { BUY, SELL };
enum { FACT_SENT, FACT_ACCEPTED, FACT_CANCELLED, FACT_LOST, FACT_RESOLVED_NEVER, FACTS };

/* Neighbours in a list of open orders: slot + 1, 0 = none. */
typedef struct {
  int32_t previous, next;
} order_link;
typedef struct {
  int32_t first, last, count, pad;
} order_list;

typedef struct {
  int32_t state, flags, number, strategy, account, instrument, side, marking, time_in_force, port, session, ref, first_ref;
  int32_t price4, shares, executed, leaves, pending_ref, pending_shares, pending_price4, reserved_shares, reserved_price4;
  int32_t order_ref_hi, order_ref_lo, reason, venue_reason, fills, first_fill, tag, version, resolution, cancelled;
  order_link of_port, of_strategy, of_instrument;
  int32_t taken, reflected_flags, confirmed, pad[7];
  int64_t intent_ns, sent_ns, answered_ns, changed_ns, executed_value4, reserved_value4, room[2];
} order_slot;
_Static_assert(sizeof(order_slot) == 256, "an order takes four cache lines");

typedef struct {
  int64_t position, open_shares[2], open_value4[2], cost4, realised4, open_orders, day_shares[2], day_value4[2], base[3], value4;
} position_row;
typedef struct {
  int64_t open_orders, open_value4[2], gross4, net4, cash4, realised4, cost4, unknown, blind, margin4, base_cash4, day_value4[2],
      orders, pad;
} total_row;

typedef struct {
  int32_t next_ref;
  int32_t lost;
  order_list open;
  int32_t *slot_of_ref; /* slot + 1 by reference */
} order_port;

typedef struct {
  int32_t max_orders, max_refs, count;
  order_slot *slots;
  order_port ports[ORDER_PORTS];
  order_list of_strategy[ORDER_STRATEGIES], of_instrument[ORDER_INSTRUMENTS];
  uint64_t hits[FACTS][8], incidents;
  position_row (*positions)[ORDER_INSTRUMENTS];
  total_row totals[ORDER_OWNERS];
  int64_t account_margin4[ORDER_ACCOUNTS], margin4[ORDER_ACCOUNTS][ORDER_INSTRUMENTS];
  int32_t ledger_version;
} order_store;

/* What other threads read is written in this order; x86 keeps it, the compiler must too. */
#define ORDERED() __asm__ volatile("" ::: "memory")

static inline void store_init(order_store *s, int32_t max_orders) {
  memset(s, 0, sizeof *s);
  s->max_orders = max_orders;
  s->max_refs = 2 * max_orders;
  s->slots = make_memory((size_t)max_orders * sizeof(order_slot));
  s->positions = make_memory(ORDER_OWNERS * sizeof *s->positions);
  for (int port = 0; port < ORDER_PORTS; port++) {
    s->ports[port].slot_of_ref = make_memory((size_t)(s->max_refs + 1) * sizeof(int32_t));
    s->ports[port].next_ref = 1;
  }
}

/* A new day over the same memory. */
static inline void store_reset(order_store *s) {
  order_slot *slots = s->slots;
  position_row(*positions)[ORDER_INSTRUMENTS] = s->positions;
  int32_t *refs[ORDER_PORTS], max_orders = s->max_orders;
  for (int port = 0; port < ORDER_PORTS; port++) refs[port] = s->ports[port].slot_of_ref;
  memset(s, 0, sizeof *s);
  s->max_orders = max_orders;
  s->max_refs = 2 * max_orders;
  s->slots = slots;
  s->positions = positions;
  memset(slots, 0, (size_t)max_orders * sizeof(order_slot));
  memset(positions, 0, ORDER_OWNERS * sizeof *positions);
  for (int port = 0; port < ORDER_PORTS; port++) {
    memset(refs[port], 0, (size_t)(s->max_refs + 1) * sizeof(int32_t));
    s->ports[port].slot_of_ref = refs[port];
    s->ports[port].next_ref = 1;
  }
}

static inline order_link *link_of(order_store *s, int32_t slot, size_t offset) {
  return (order_link *)((uint8_t *)&s->slots[slot] + offset);
}
static inline void list_append(order_store *s, order_list *list, size_t offset, int32_t slot) {
  order_link *link = link_of(s, slot, offset);
  link->previous = list->last;
  link->next = 0;
  if (list->last == 0) list->first = slot + 1;
  else link_of(s, list->last - 1, offset)->next = slot + 1;
  list->last = slot + 1;
  list->count++;
}
static inline void list_remove(order_store *s, order_list *list, size_t offset, int32_t slot) {
  order_link *link = link_of(s, slot, offset);
  if (link->previous == 0) list->first = link->next;
  else link_of(s, link->previous - 1, offset)->next = link->next;
  if (link->next == 0) list->last = link->previous;
  else link_of(s, link->next - 1, offset)->previous = link->previous;
  link->previous = link->next = 0;
  list->count--;
}
static inline void store_link(order_store *s, int32_t slot) {
  order_slot *o = &s->slots[slot];
  list_append(s, &s->ports[o->port].open, offsetof(order_slot, of_port), slot);
  list_append(s, &s->of_strategy[o->strategy], offsetof(order_slot, of_strategy), slot);
  list_append(s, &s->of_instrument[o->instrument], offsetof(order_slot, of_instrument), slot);
}
static inline void store_unlink(order_store *s, int32_t slot) {
  order_slot *o = &s->slots[slot];
  list_remove(s, &s->ports[o->port].open, offsetof(order_slot, of_port), slot);
  list_remove(s, &s->of_strategy[o->strategy], offsetof(order_slot, of_strategy), slot);
  list_remove(s, &s->of_instrument[o->instrument], offsetof(order_slot, of_instrument), slot);
}

static inline int32_t slot_of_ref(order_store *s, int port, int32_t ref) {
  return ref > 0 && ref <= s->max_refs ? s->ports[port].slot_of_ref[ref] - 1 : -1;
}

static inline int owner_of(const order_slot *o, int role) {
  switch (role) {
    case 0: return 0;
    case 1: return ORDER_FIRST_VENUE;
    case 2: return ORDER_FIRST_ACCOUNT + o->account;
    default: return ORDER_FIRST_STRATEGY + o->strategy;
  }
}

/* Of what a position can become the larger of long and short, at the rate, rounded up. */
static inline int64_t margin_of(int64_t low4, int64_t high4) {
  int64_t worst = -low4 > high4 ? -low4 : high4;
  return worst > 0 ? (worst * MARGIN_RATE_BP + WHOLE_BP - 1) / WHOLE_BP : 0;
}
static inline int64_t margin_with(order_store *s, int account, int instrument, int64_t more_buy4, int64_t more_sell4) {
  position_row *row = &s->positions[ORDER_FIRST_ACCOUNT + account][instrument];
  int64_t needed = margin_of(row->value4 - row->open_value4[SELL] - more_sell4, row->value4 + row->open_value4[BUY] + more_buy4);
  return s->account_margin4[account] - s->margin4[account][instrument] + needed;
}

/* Holds what the order can still do at worst. */
static inline void ledger_reflect(order_store *s, int32_t slot) {
  order_slot *o = &s->slots[slot];
  int32_t shares = 0, price4 = 0, flags = 0;
  int64_t value4 = 0;
  if (o->state < STATE_FILLED) {
    flags = o->flags & (FLAG_UNKNOWN | FLAG_BLIND);
    shares = o->leaves;
    price4 = o->price4;
    value4 = (int64_t)shares * price4;
    if (o->flags & FLAG_PENDING_REPLACE) {
      int32_t left = o->pending_shares - o->taken > 0 ? o->pending_shares - o->taken : 0;
      int64_t new4 = (int64_t)left * o->pending_price4;
      if (left > shares) value4 += (int64_t)(left - shares) * o->pending_price4;
      if (new4 > value4) value4 = new4;
      if (left > shares) shares = left;
      if (o->pending_price4 > price4) price4 = o->pending_price4;
    }
  }
  int32_t added = shares - o->reserved_shares;
  int64_t added4 = value4 - o->reserved_value4;
  if (added == 0 && added4 == 0 && flags == o->reflected_flags) return;
  int opened = (shares > 0) - (o->reserved_shares > 0);
  int unknown = !!(flags & FLAG_UNKNOWN) - !!(o->reflected_flags & FLAG_UNKNOWN);
  int blind = !!(flags & FLAG_BLIND) - !!(o->reflected_flags & FLAG_BLIND);
  o->reserved_shares = shares;
  o->reserved_price4 = shares == 0 ? 0 : price4;
  o->reserved_value4 = value4;
  o->reflected_flags = flags;
  s->ledger_version++;
  ORDERED();
  for (int role = 0; role < ORDER_ROLES; role++) {
    int owner = owner_of(o, role);
    position_row *row = &s->positions[owner][o->instrument];
    total_row *total = &s->totals[owner];
    row->open_shares[o->side] += added;
    row->open_value4[o->side] += added4;
    row->open_orders += opened;
    total->open_orders += opened;
    total->open_value4[o->side] += added4;
    total->unknown += unknown;
    total->blind += blind;
  }
  int64_t account4 = margin_with(s, o->account, o->instrument, 0, 0);
  s->margin4[o->account][o->instrument] += account4 - s->account_margin4[o->account];
  s->account_margin4[o->account] = account4;
  s->totals[ORDER_FIRST_ACCOUNT + o->account].margin4 = account4;
  if (s->totals[0].gross4 > (1ll << 53) || s->totals[0].open_value4[0] > (1ll << 53) || s->totals[0].open_value4[1] > (1ll << 53))
    s->incidents++;
  ORDERED();
  s->ledger_version++;
}

/* States a position of a strategy and of its account at that cost, and marks it there. */
static inline void ledger_hold(order_store *s, int account, int strategy, int instrument, int64_t shares, int64_t price4) {
  int owners[] = {0, ORDER_FIRST_ACCOUNT + account, ORDER_FIRST_STRATEGY + strategy};
  for (int i = 0; i < 3; i++) {
    position_row *row = &s->positions[owners[i]][instrument];
    total_row *total = &s->totals[owners[i]];
    row->position += shares;
    row->cost4 += shares * price4;
    row->value4 += shares * price4;
    row->base[0] = row->position;
    row->base[1] = row->cost4;
    total->net4 += shares * price4;
    total->gross4 += shares * price4;
    total->cost4 += shares * price4;
  }
  int64_t account4 = margin_with(s, account, instrument, 0, 0);
  s->margin4[account][instrument] += account4 - s->account_margin4[account];
  s->account_margin4[account] = account4;
}

#endif
