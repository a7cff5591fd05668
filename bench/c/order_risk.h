/*
 * Pre-trade risk with the checks of src/order/risk.ts, in their order: every limit at every scope that it has, and the
 * same structures behind them (the tightest of an order's scopes in one row, windows of stamps, a hashed window of recent
 * orders, our own best prices). Money is in integers, as a C programmer would keep it.
 */
#ifndef WARMLINE_BENCH_ORDER_RISK_H
#define WARMLINE_BENCH_ORDER_RISK_H

#include "order_store.h"

enum {
  LIMIT_SHARES, LIMIT_NOTIONAL, LIMIT_COLLAR, LIMIT_TICKS, LIMIT_TICK_SIZE, LIMIT_POSITION, LIMIT_GROSS, LIMIT_NET,
  LIMIT_BUYING_POWER, LIMIT_MARGIN, LIMIT_OPEN_ORDERS, LIMIT_RATE, LIMIT_EXECUTIONS, LIMIT_DUPLICATE, LIMIT_RESTRICTED,
  LIMIT_HALTED, LIMIT_MARKING, LIMIT_SELF_TRADE, LIMIT_NOT_LIVE, LIMIT_SILENT, LIMITS
};
#define LIMIT_ROW 32
#define NO_LIMIT INT64_MAX
/* Why an order is refused: the limit's number + 1, or one of these. */
enum { REFUSED_BAD_REQUEST = 40, REFUSED_NO_PRICE };

#define ROWS (1 + ORDER_VENUES + ORDER_ACCOUNTS + ORDER_STRATEGIES + ORDER_INSTRUMENTS)
#define FIRST_INSTRUMENT_ROW (ROWS - ORDER_INSTRUMENTS)
#define SCOPES 4
#define KEPT 8192
#define BUCKETS (4 * KEPT)
#define ONE 10000
#define MARKET_PRICE4 0x7fffffff
enum { TRADING = 1 };
enum { FEED_DOWN, FEED_LIVE, FEED_RECOVERING };

typedef struct {
  int32_t strategy, instrument_side, shares, price4, older, bucket;
  int64_t entered_ns;
} remembered;
typedef struct {
  int32_t best4, worsened, first; /* best price, to be looked for again, newest slot + 1 */
} own_book;

typedef struct {
  int32_t strategy, account, venue, instrument, side, marking, shares, price4;
  int64_t value4, worst[SCOPES];
  int32_t rows[SCOPES];
  const int64_t *tightest, *own;
} risk_request;

typedef struct {
  order_store *store;
  int64_t now;
  int64_t limits[ROWS][LIMIT_ROW];
  int64_t tightest[ORDER_STRATEGIES][LIMIT_ROW];
  int32_t account_of[ORDER_STRATEGIES];
  int32_t bid4[ORDER_INSTRUMENTS], ask4[ORDER_INSTRUMENTS], trading[ORDER_INSTRUMENTS];
  int32_t tick4[ORDER_INSTRUMENTS], low_tick4[ORDER_INSTRUMENTS], low_below4[ORDER_INSTRUMENTS];
  int32_t feed_status;
  int64_t feed_since_ns, feed_heard_ns;
  int64_t messages_ns, executions_ns, duplicates_ns;
  remembered *orders;
  int32_t *newest, next_order;
  int64_t (*stamps)[KEPT];
  uint32_t sent[FIRST_INSTRUMENT_ROW];
  struct { int64_t fill, at_ns; } throttle[ORDER_STRATEGIES][ORDER_INSTRUMENTS][2];
  own_book own[ORDER_ACCOUNTS][ORDER_INSTRUMENTS][2];
  int32_t *own_next, *own_previous, *own_price4; /* by slot: neighbours + 1 (0 = none), -1 in own_price4 = not listed */
  uint64_t passed[ORDER_STRATEGIES], refused;
  int32_t reduce_only[ORDER_STRATEGIES];
  int64_t refused_value, refused_bound;
  risk_request request;
} order_risk;

static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static inline void risk_clear(order_risk *r) {
  for (int i = 0; i < KEPT; i++) r->orders[i] = (remembered){.bucket = -1, .older = -1, .entered_ns = INT64_MIN / 2};
  for (int i = 0; i < BUCKETS; i++) r->newest[i] = -1;
  for (int row = 0; row < FIRST_INSTRUMENT_ROW; row++)
    for (int i = 0; i < KEPT; i++) r->stamps[row][i] = INT64_MIN / 2;
  for (int a = 0; a < ORDER_ACCOUNTS; a++)
    for (int i = 0; i < ORDER_INSTRUMENTS; i++) {
      r->own[a][i][BUY] = (own_book){.best4 = 0};
      r->own[a][i][SELL] = (own_book){.best4 = MARKET_PRICE4};
    }
  for (int i = 0; i < r->store->max_orders; i++) r->own_price4[i] = -1;
}

/* Limits as in bench/lib/order-setup.ts: nothing reaches them, so that every check is made to its end. */
static inline void risk_init(order_risk *r, order_store *s) {
  memset(r, 0, sizeof *r);
  r->store = s;
  static const int64_t values[LIMITS] = {
      [LIMIT_SHARES] = 100000, [LIMIT_NOTIONAL] = 10000000000000, [LIMIT_COLLAR] = 500, [LIMIT_TICKS] = 100,
      [LIMIT_POSITION] = 10000000, [LIMIT_GROSS] = 1000000000000000, [LIMIT_NET] = 1000000000000000,
      [LIMIT_BUYING_POWER] = ONE, [LIMIT_MARGIN] = ONE, [LIMIT_OPEN_ORDERS] = 100000, [LIMIT_RATE] = KEPT,
      [LIMIT_EXECUTIONS] = 1000, [LIMIT_DUPLICATE] = 3, [LIMIT_RESTRICTED] = NO_LIMIT, [LIMIT_NOT_LIVE] = 100000000,
      [LIMIT_SILENT] = 1000000000};
  for (int row = 0; row < ROWS; row++)
    for (int l = 0; l < LIMIT_ROW; l++) r->limits[row][l] = l < LIMITS ? values[l] : NO_LIMIT;
  for (int strategy = 0; strategy < ORDER_STRATEGIES; strategy++) {
    r->account_of[strategy] = strategy / 2;
    for (int l = 0; l < LIMIT_ROW; l++) r->tightest[strategy][l] = r->limits[0][l];
  }
  for (int i = 0; i < ORDER_INSTRUMENTS; i++) {
    r->bid4[i] = 1000000 + i * 1000;
    r->ask4[i] = r->bid4[i] + 100;
    r->trading[i] = TRADING;
    r->tick4[i] = 100;
    r->low_tick4[i] = 1;
    r->low_below4[i] = 10000;
  }
  r->feed_status = FEED_LIVE;
  r->messages_ns = 100000000;
  r->executions_ns = 1000000000;
  r->duplicates_ns = 1000000;
  r->orders = make_memory(KEPT * sizeof *r->orders);
  r->newest = make_memory(BUCKETS * sizeof *r->newest);
  r->stamps = make_memory(FIRST_INSTRUMENT_ROW * sizeof *r->stamps);
  r->own_next = make_memory((size_t)s->max_orders * sizeof(int32_t));
  r->own_previous = make_memory((size_t)s->max_orders * sizeof(int32_t));
  r->own_price4 = make_memory((size_t)s->max_orders * sizeof(int32_t));
  risk_clear(r);
}

/* Positions that sales marked long are covered by, and cash. */
static inline void risk_fund(order_risk *r) {
  for (int strategy = 0; strategy < ORDER_STRATEGIES; strategy++)
    for (int i = 0; i < ORDER_INSTRUMENTS; i++)
      ledger_hold(r->store, strategy / 2, strategy, i, 100000, r->bid4[i]);
  for (int account = 0; account < ORDER_ACCOUNTS; account++)
    r->store->totals[ORDER_FIRST_ACCOUNT + account].cash4 = 100000000000000;
}

static int refuse(order_risk *r, int limit, int64_t value, int64_t bound) {
  r->refused++;
  r->refused_value = value;
  r->refused_bound = bound;
  return limit + 1;
}

/* ---- One order by itself ---- */

static inline int check_market(order_risk *r) {
  risk_request *q = &r->request;
  const int64_t *t = q->tightest, *o = q->own;
  if (least(t[LIMIT_RESTRICTED], o[LIMIT_RESTRICTED]) == 0) return refuse(r, LIMIT_RESTRICTED, 0, 0);
  if (r->trading[q->instrument] != TRADING && least(t[LIMIT_HALTED], o[LIMIT_HALTED]) == 0)
    return refuse(r, LIMIT_HALTED, r->trading[q->instrument], TRADING);
  int64_t bound = least(t[LIMIT_NOT_LIVE], o[LIMIT_NOT_LIVE]);
  if (r->feed_status != FEED_LIVE && bound != NO_LIMIT) {
    int64_t since = r->now - r->feed_since_ns;
    if (r->feed_status != FEED_RECOVERING || since > bound) return refuse(r, LIMIT_NOT_LIVE, since, bound);
  }
  bound = least(t[LIMIT_SILENT], o[LIMIT_SILENT]);
  int64_t silent = r->now - r->feed_heard_ns;
  return silent > bound ? refuse(r, LIMIT_SILENT, silent, bound) : 0;
}

static inline int check_price(order_risk *r) {
  risk_request *q = &r->request;
  const int64_t *t = q->tightest, *o = q->own;
  int64_t collar = least(t[LIMIT_COLLAR], o[LIMIT_COLLAR]), ticks = least(t[LIMIT_TICKS], o[LIMIT_TICKS]);
  int32_t bid4 = r->bid4[q->instrument], ask4 = r->ask4[q->instrument];
  int32_t opposite4 = q->side == BUY ? (ask4 ? ask4 : bid4) : (bid4 ? bid4 : ask4);
  if (opposite4 == 0 && (q->price4 == MARKET_PRICE4 || collar != NO_LIMIT || ticks != NO_LIMIT)) {
    r->refused++;
    return REFUSED_NO_PRICE;
  }
  if (q->price4 == MARKET_PRICE4) {
    if (collar == NO_LIMIT) return refuse(r, LIMIT_COLLAR, q->price4, opposite4);
    int64_t most4 = (int64_t)opposite4 * (q->side == BUY ? ONE + collar : ONE - collar) / ONE;
    int32_t tick4 = most4 < r->low_below4[q->instrument] ? r->low_tick4[q->instrument] : r->tick4[q->instrument];
    q->price4 = (int32_t)(q->side == BUY ? most4 / tick4 * tick4 : (most4 + tick4 - 1) / tick4 * tick4);
    return 0;
  }
  int32_t tick4 = q->price4 < r->low_below4[q->instrument] ? r->low_tick4[q->instrument] : r->tick4[q->instrument];
  if (tick4 > 1 && q->price4 % tick4 != 0 && least(t[LIMIT_TICK_SIZE], o[LIMIT_TICK_SIZE]) == 0)
    return refuse(r, LIMIT_TICK_SIZE, q->price4, tick4);
  if (collar != NO_LIMIT) {
    int64_t price = (int64_t)q->price4 * ONE, bound = (int64_t)opposite4 * (q->side == BUY ? ONE + collar : ONE - collar);
    if (q->side == BUY ? price > bound : price < bound) return refuse(r, LIMIT_COLLAR, q->price4, bound / ONE);
  }
  if (ticks != NO_LIMIT) {
    int32_t joined4 = q->side == BUY ? (bid4 ? bid4 : ask4) : (ask4 ? ask4 : bid4);
    int64_t away4 = llabs((int64_t)q->price4 - joined4);
    if (away4 > ticks * tick4) return refuse(r, LIMIT_TICKS, away4 / tick4, ticks);
  }
  return 0;
}

static inline int check_size(order_risk *r) {
  risk_request *q = &r->request;
  int64_t bound = least(q->tightest[LIMIT_SHARES], q->own[LIMIT_SHARES]);
  if (q->shares > bound) return refuse(r, LIMIT_SHARES, q->shares, bound);
  int64_t value4 = q->value4;
  if (q->side == SELL) {
    int64_t at_bid4 = (int64_t)q->shares * r->bid4[q->instrument];
    if (at_bid4 > value4) value4 = at_bid4;
  }
  bound = least(q->tightest[LIMIT_NOTIONAL], q->own[LIMIT_NOTIONAL]);
  return value4 > bound ? refuse(r, LIMIT_NOTIONAL, value4, bound) : 0;
}

static inline int bucket_of(int strategy, int instrument_side, int shares, int price4) {
  uint32_t hash = (uint32_t)shares * 0x9e3779b1u ^ (uint32_t)price4 * 0x85ebca6bu;
  hash = (hash ^ (hash >> 15) ^ (uint32_t)instrument_side) * 0xc2b2ae35u ^ (uint32_t)strategy;
  hash = (hash ^ (hash >> 13)) * 0x27d4eb2fu;
  return (int)((hash ^ (hash >> 16)) & (BUCKETS - 1));
}
static inline int check_duplicate(order_risk *r) {
  risk_request *q = &r->request;
  int64_t bound = q->tightest[LIMIT_DUPLICATE], since = r->now - r->duplicates_ns, found = 0;
  if (bound > KEPT) return 0;
  if (r->orders[r->next_order].entered_ns > since) return refuse(r, LIMIT_DUPLICATE, KEPT + 1, bound);
  int instrument_side = q->instrument << 1 | q->side;
  int bucket = bucket_of(q->strategy, instrument_side, q->shares, q->price4), place = r->newest[bucket];
  if (place < 0 || r->orders[place].bucket != bucket) return bound < 1 ? refuse(r, LIMIT_DUPLICATE, 1, bound) : 0;
  while (found < bound && r->orders[place].entered_ns > since) {
    remembered *m = &r->orders[place];
    found += m->shares == q->shares && m->price4 == q->price4 && m->instrument_side == instrument_side && m->strategy == q->strategy;
    int older = m->older;
    if (older < 0 || ((r->next_order - 1 - older) & (KEPT - 1)) <= ((r->next_order - 1 - place) & (KEPT - 1))) break;
    place = older;
  }
  return found < bound ? 0 : refuse(r, LIMIT_DUPLICATE, found + 1, bound);
}

/* ---- Beside everything else ---- */

static inline int check_side(order_risk *r) {
  risk_request *q = &r->request;
  if (q->side == SELL && q->marking == 0 && least(q->tightest[LIMIT_MARKING], q->own[LIMIT_MARKING]) == 0) {
    position_row *row = &r->store->positions[ORDER_FIRST_ACCOUNT + q->account][q->instrument];
    int64_t owned = row->position - row->open_shares[SELL];
    if (q->shares > owned) return refuse(r, LIMIT_MARKING, q->shares, owned);
  }
  if (r->reduce_only[q->strategy]) {
    position_row *row = &r->store->positions[ORDER_FIRST_STRATEGY + q->strategy][q->instrument];
    int64_t left = q->side == BUY ? -row->position - row->open_shares[BUY] : row->position - row->open_shares[SELL];
    if (q->shares > left) return refuse(r, LIMIT_POSITION, q->shares, left);
  }
  return 0;
}

static inline int32_t own_best4(order_risk *r, int account, int instrument, int side) {
  own_book *book = &r->own[account][instrument][side];
  if (UNLIKELY(book->worsened)) {
    book->best4 = side == BUY ? 0 : MARKET_PRICE4;
    for (int32_t at = book->first; at; at = r->own_next[at - 1]) {
      int32_t price4 = r->own_price4[at - 1];
      if (side == BUY ? price4 > book->best4 : price4 < book->best4) book->best4 = price4;
    }
    book->worsened = 0;
  }
  return book->best4;
}
static inline int check_self_trade(order_risk *r) {
  risk_request *q = &r->request;
  int32_t opposite4 = own_best4(r, q->account, q->instrument, !q->side);
  if (q->side == BUY ? q->price4 < opposite4 : q->price4 > opposite4) return 0;
  if (least(q->tightest[LIMIT_SELF_TRADE], q->own[LIMIT_SELF_TRADE]) != 0) return 0;
  return refuse(r, LIMIT_SELF_TRADE, q->price4, opposite4);
}

static inline int check_exposure(order_risk *r) {
  risk_request *q = &r->request;
  order_store *s = r->store;
  int sign = q->side == BUY ? 1 : -1;
  position_row *all = &s->positions[0][q->instrument];
  position_row *account = &s->positions[ORDER_FIRST_ACCOUNT + q->account][q->instrument];
  position_row *strategy = &s->positions[ORDER_FIRST_STRATEGY + q->strategy][q->instrument];
  q->worst[0] = q->worst[1] = sign * all->position + all->open_shares[q->side] + q->shares;
  q->worst[2] = sign * account->position + account->open_shares[q->side] + q->shares;
  q->worst[3] = sign * strategy->position + strategy->open_shares[q->side] + q->shares;
  for (int scope = SCOPES - 1; scope >= 0; scope--) {
    int64_t bound = r->limits[q->rows[scope]][LIMIT_POSITION];
    if (q->worst[scope] > bound) return refuse(r, LIMIT_POSITION, q->worst[scope], bound);
  }
  if (q->worst[0] > q->own[LIMIT_POSITION]) return refuse(r, LIMIT_POSITION, q->worst[0], q->own[LIMIT_POSITION]);
  for (int scope = 0; scope < SCOPES; scope++) {
    const int64_t *limits = r->limits[q->rows[scope]];
    total_row *total = &s->totals[q->rows[scope]];
    if (total->open_orders + 1 > limits[LIMIT_OPEN_ORDERS]) return refuse(r, LIMIT_OPEN_ORDERS, total->open_orders + 1, limits[LIMIT_OPEN_ORDERS]);
    if ((scope == 3 ? q->worst[3] : q->worst[2]) <= 0) continue;
    int64_t open4 = total->open_value4[q->side] + q->value4, other4 = total->open_value4[!q->side];
    if (total->gross4 + open4 + other4 > limits[LIMIT_GROSS]) return refuse(r, LIMIT_GROSS, total->gross4 + open4 + other4, limits[LIMIT_GROSS]);
    if (sign * total->net4 + open4 > limits[LIMIT_NET]) return refuse(r, LIMIT_NET, sign * total->net4 + open4, limits[LIMIT_NET]);
  }
  if (q->worst[2] <= 0) return 0;
  total_row *total = &s->totals[ORDER_FIRST_ACCOUNT + q->account];
  int64_t power = q->tightest[LIMIT_BUYING_POWER], share = q->tightest[LIMIT_MARGIN];
  if (power != NO_LIMIT) {
    int64_t open4 = total->open_value4[BUY] + (q->side == BUY ? 0 : total->open_value4[SELL]) + q->value4;
    if (open4 > total->cash4 / ONE * power) return refuse(r, LIMIT_BUYING_POWER, open4, total->cash4 / ONE * power);
  }
  if (share != NO_LIMIT) {
    int64_t needed4 = margin_with(s, q->account, q->instrument, q->side == BUY ? q->value4 : 0, q->side == SELL ? q->value4 : 0);
    int64_t equity4 = total->cash4 + total->net4;
    if (needed4 > equity4 / ONE * share) return refuse(r, LIMIT_MARGIN, needed4, equity4 / ONE * share);
  }
  return 0;
}

static inline int check_executions(order_risk *r) {
  risk_request *q = &r->request;
  int64_t bound = least(q->tightest[LIMIT_EXECUTIONS], q->own[LIMIT_EXECUTIONS]);
  if (bound == NO_LIMIT) return 0;
  int64_t fill = r->throttle[q->strategy][q->instrument][q->side].fill;
  if (fill + 1 <= bound) return 0;
  int64_t emptied = (r->now - r->throttle[q->strategy][q->instrument][q->side].at_ns) * bound;
  return (fill + 1 - bound) * r->executions_ns <= emptied ? 0 : refuse(r, LIMIT_EXECUTIONS, fill + 1, bound);
}

static inline int check_rate(order_risk *r) {
  risk_request *q = &r->request;
  int64_t since = r->now - r->messages_ns;
  for (int scope = 0; scope < SCOPES; scope++) {
    int row = q->rows[scope];
    int64_t bound = r->limits[row][LIMIT_RATE];
    if (bound > KEPT) continue;
    if (bound < 1 || r->stamps[row][(r->sent[row] - (uint32_t)bound) & (KEPT - 1)] > since) return refuse(r, LIMIT_RATE, bound + 1, bound);
  }
  return 0;
}

/* Judges a new order. @returns 0, or why it is refused */
static inline int risk_check_new(order_risk *r, int strategy, int account, int instrument, int side, int marking, int shares,
                                 int price4, int time_in_force) {
  risk_request *q = &r->request;
  if (strategy < 0 || strategy >= ORDER_STRATEGIES || instrument < 0 || instrument >= ORDER_INSTRUMENTS || (side >> 1) != 0 ||
      marking < 0 || marking > 2 || (side == BUY && marking != 0) || shares <= 0 || price4 <= 0 || time_in_force < 0 ||
      time_in_force > 1 || r->account_of[strategy] != account) {
    r->refused++;
    return REFUSED_BAD_REQUEST;
  }
  *q = (risk_request){.strategy = strategy, .account = account, .instrument = instrument, .side = side, .marking = marking,
                      .shares = shares, .price4 = price4, .tightest = r->tightest[strategy],
                      .own = r->limits[FIRST_INSTRUMENT_ROW + instrument],
                      .rows = {0, ORDER_FIRST_VENUE, ORDER_FIRST_ACCOUNT + account, ORDER_FIRST_STRATEGY + strategy}};
  int why = check_market(r);
  if (why == 0) why = check_price(r);
  q->value4 = (int64_t)shares * q->price4;
  if (why == 0) why = check_size(r);
  if (why == 0) why = check_duplicate(r);
  if (why == 0) why = check_side(r);
  if (why == 0) why = check_self_trade(r);
  if (why == 0) why = check_exposure(r);
  if (why == 0) why = check_executions(r);
  if (why == 0) why = check_rate(r);
  if (why == 0) r->passed[strategy]++;
  return why;
}

/* The order of that slot goes out now. */
static inline void risk_on_sent(order_risk *r, int32_t slot) {
  order_slot *o = &r->store->slots[slot];
  int rows[SCOPES] = {0, ORDER_FIRST_VENUE, ORDER_FIRST_ACCOUNT + o->account, ORDER_FIRST_STRATEGY + o->strategy};
  for (int scope = 0; scope < SCOPES; scope++) r->stamps[rows[scope]][r->sent[rows[scope]]++ & (KEPT - 1)] = r->now;
  int instrument_side = o->instrument << 1 | o->side;
  int bucket = bucket_of(o->strategy, instrument_side, o->shares, o->price4);
  r->orders[r->next_order] = (remembered){o->strategy, instrument_side, o->shares, o->price4, r->newest[bucket], bucket, r->now};
  r->newest[bucket] = r->next_order;
  r->next_order = (r->next_order + 1) & (KEPT - 1);
}

/* A slot changed: our own best prices. */
static inline void risk_reflect(order_risk *r, int32_t slot) {
  order_slot *o = &r->store->slots[slot];
  int open = o->state != STATE_NONE && o->state < STATE_FILLED, listed = r->own_price4[slot] >= 0;
  own_book *book = &r->own[o->account][o->instrument][o->side];
  if (!open) {
    if (!listed) return;
    int32_t next = r->own_next[slot], previous = r->own_previous[slot];
    if (previous) r->own_next[previous - 1] = next;
    else book->first = next;
    if (next) r->own_previous[next - 1] = previous;
    if (r->own_price4[slot] == book->best4) book->worsened = 1;
    r->own_price4[slot] = -1;
    return;
  }
  int32_t price4 = o->price4;
  if (!listed) {
    r->own_next[slot] = book->first;
    r->own_previous[slot] = 0;
    if (book->first) r->own_previous[book->first - 1] = slot + 1;
    book->first = slot + 1;
  } else if (price4 != r->own_price4[slot] && r->own_price4[slot] == book->best4) book->worsened = 1;
  r->own_price4[slot] = price4;
  if (o->side == BUY ? price4 >= book->best4 : price4 <= book->best4) {
    book->best4 = price4;
    book->worsened = 0;
  }
}

#endif
