/*
 * The order path as a C programmer would write it for the duties of src/order/gateway.ts: risk, the session that the
 * group uses, the intent in the journal, fence and kill words, an OUCH 5.0 packet patched into the session's output,
 * `send`, the result in the journal, then store, ledger and our own best prices. Stamps as ours takes them.
 *
 * The file that includes it may define ORDER_CLOCK(g), which sets g->risk.now.
 */
#ifndef WARMLINE_BENCH_ORDER_GATEWAY_H
#define WARMLINE_BENCH_ORDER_GATEWAY_H

#include "order_journal.h"
#include "order_risk.h"
#include <sys/socket.h>

#ifndef ORDER_CLOCK
#define ORDER_CLOCK(g) ((g)->risk.now = now_ns())
#endif

#define OUTPUT_BYTES (1 << 17)
#define WATCHED (1 << 14)
#define ENTER_PACKET 50
#define SOUP_HEADER 3

enum { SESSION_DOWN, SESSION_WARM = 5, SESSION_ACTIVE = 6 };
enum { HANDED, QUEUED, WITHDRAWN };
enum { REFUSED_NO_SESSION = 60, REFUSED_STORE_FULL, REFUSED_BACK_PRESSURE, REFUSED_JOURNAL_FULL, REFUSED_FENCED, REFUSED_KILLED };

typedef struct {
  int fd; /* -1: there is no socket, all bytes are taken */
  int state, port;
  uint8_t output[OUTPUT_BYTES];
  int output_length;
  uint64_t bytes_out, watch_dropped;
  struct { int32_t slot, kind, ref; int64_t sent_ns; } watch[WATCHED];
  uint32_t watch_head, watch_tail;
  uint32_t checksum; /* of what went out where there is no socket */
} order_session;

typedef struct {
  order_store store;
  order_risk risk;
  order_journal journal;
  order_session sessions[ORDER_PORTS];
  int used; /* port that new orders take */
  int32_t granted, epoch;
  int32_t kill_global, kill_account[ORDER_ACCOUNTS], kill_strategy[ORDER_STRATEGIES], day_ended;
  char symbols[ORDER_INSTRUMENTS][8];
  uint64_t entered, refused;
  int64_t called, judged, sending, sent;
} order_gateway;

/* The packet of a day order, display and capacity as ours; reference, side, shares, symbol and price are patched in. */
static const uint8_t enter_template[ENTER_PACKET] = {
    0, 48, 'U', 'O', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '0', 'Y', 'P', 'N', 'N',
    ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', 0, 0};

static inline void gateway_init(order_gateway *g, int32_t max_orders, const char *journal_directory, int peer_core) {
  memset(g, 0, sizeof *g);
  store_init(&g->store, max_orders);
  risk_init(&g->risk, &g->store);
  risk_fund(&g->risk);
  journal_open(&g->journal, journal_directory, 1u << 22, peer_core);
  g->granted = g->epoch = 1;
  for (int port = 0; port < ORDER_PORTS; port++) {
    g->sessions[port].fd = -1;
    g->sessions[port].port = port;
  }
  for (int i = 0; i < ORDER_INSTRUMENTS; i++) {
    char name[16];
    snprintf(name, sizeof name, "W%-7d", i);
    memcpy(g->symbols[i], name, 8);
  }
}

/* A new day over the same memory; what is open must have been ended. */
static inline void gateway_reset(order_gateway *g) {
  store_reset(&g->store);
  risk_clear(&g->risk);
  risk_fund(&g->risk);
  for (int port = 0; port < ORDER_PORTS; port++) g->sessions[port].watch_head = g->sessions[port].watch_tail;
}

static inline int session_flush(order_session *s) {
  if (s->fd < 0) {
    uint32_t w[12];
    memcpy(w, s->output, sizeof w);
    for (int i = 0; i < 12; i++) s->checksum = s->checksum * 31 + w[i];
    s->bytes_out += (uint64_t)s->output_length;
    s->output_length = 0;
    return HANDED;
  }
  ssize_t sent = send(s->fd, s->output, (size_t)s->output_length, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent == s->output_length) {
    s->bytes_out += (uint64_t)sent;
    s->output_length = 0;
    return HANDED;
  }
  if (sent < 0 && errno != EAGAIN) return WITHDRAWN;
  if (sent > 0) {
    memmove(s->output, s->output + sent, (size_t)(s->output_length - sent));
    s->output_length -= (int)sent;
    s->bytes_out += (uint64_t)sent;
  }
  return QUEUED;
}

static inline int last_check(order_gateway *g, int strategy, int account) {
  if (UNLIKELY(g->granted != g->epoch)) return REFUSED_FENCED;
  if (UNLIKELY(g->kill_global || g->kill_account[account] || g->kill_strategy[strategy])) return REFUSED_KILLED;
  return 0;
}

static inline void encode_enter(order_session *s, int32_t ref, int side, int marking, int32_t shares, const char *symbol, int32_t price4,
                                int time_in_force) {
  uint8_t *p = s->output + s->output_length;
  memcpy(p, enter_template, ENTER_PACKET);
  uint8_t *m = p + SOUP_HEADER;
  put_be32(m + 1, (uint32_t)ref);
  m[5] = side == BUY ? 'B' : marking == 0 ? 'S' : marking == 1 ? 'T' : 'E';
  put_be32(m + 6, (uint32_t)shares);
  memcpy(m + 10, symbol, 8);
  put_be32(m + 22, (uint32_t)price4);
  if (time_in_force == 1) m[26] = '3';
  s->output_length += ENTER_PACKET;
}

/* @returns the order's number, or minus the reason */
static inline int32_t gateway_enter(order_gateway *g, int strategy, int instrument, int side, int32_t shares, int32_t price4,
                                    int time_in_force, int marking, int32_t tag) {
  ORDER_CLOCK(g);
  g->called = g->risk.now;
  int account = g->risk.account_of[strategy];
  if (UNLIKELY(g->day_ended)) return -1;
  int why = last_check(g, strategy, account);
  if (why == 0) why = risk_check_new(&g->risk, strategy, account, instrument, side, marking, shares, price4, time_in_force);
  if (UNLIKELY(why != 0)) {
    g->refused++;
    return -why;
  }
  price4 = g->risk.request.price4;
  ORDER_CLOCK(g);
  g->judged = g->risk.now;
  if (UNLIKELY(g->used < 0)) return -REFUSED_NO_SESSION;
  order_store *s = &g->store;
  order_session *session = &g->sessions[g->used];
  order_port *port = &s->ports[g->used];
  if (UNLIKELY(session->output_length > 0)) return -REFUSED_BACK_PRESSURE;
  if (UNLIKELY(s->count >= s->max_orders || port->next_ref > s->max_refs)) return -REFUSED_STORE_FULL;
  int32_t slot = s->count, number = slot + 1, ref = port->next_ref;
  int64_t intent_ns = g->risk.now;
  int32_t *record = journal_claim(&g->journal, RECORD_ENTER, ENTER_BYTES, intent_ns, 1);
  if (UNLIKELY(record == NULL)) return -REFUSED_JOURNAL_FULL;
  int32_t intent[] = {number, strategy, account, g->used, g->used, instrument, ref, side, marking, time_in_force, shares, price4, tag, 0};
  memcpy(record, intent, sizeof intent);
  journal_commit(&g->journal);
  why = last_check(g, strategy, account);
  if (why == 0) encode_enter(session, ref, side, marking, shares, g->symbols[instrument], price4, time_in_force);
  ORDER_CLOCK(g);
  g->sending = g->risk.now;
  int result = why == 0 ? session_flush(session) : WITHDRAWN;
  ORDER_CLOCK(g);
  g->sent = g->risk.now;
  record = journal_claim(&g->journal, RECORD_RESULT, RESULT_BYTES, g->sent, 0);
  if (record != NULL) {
    int32_t outcome[] = {number, RECORD_ENTER, g->used, result, why, ENTER_PACKET};
    memcpy(record, outcome, sizeof outcome);
    journal_commit(&g->journal);
  }
  order_slot *o = &s->slots[slot];
  o->version++;
  ORDERED();
  o->state = result == WITHDRAWN ? STATE_REJECTED : STATE_SENT;
  s->hits[FACT_SENT][STATE_NEW]++;
  o->number = number;
  o->strategy = strategy;
  o->account = account;
  o->instrument = instrument;
  o->side = side;
  o->marking = marking;
  o->time_in_force = time_in_force;
  o->port = o->session = g->used;
  o->ref = o->first_ref = ref;
  o->price4 = price4;
  o->shares = o->leaves = shares;
  o->tag = tag;
  o->intent_ns = intent_ns;
  o->sent_ns = o->changed_ns = g->sent;
  ORDERED();
  o->version++;
  ORDERED();
  s->count = number;
  port->slot_of_ref[ref] = number;
  port->next_ref = ref + 1;
  store_link(s, slot);
  for (int role = 0; role < ORDER_ROLES; role++) s->totals[owner_of(o, role)].orders++;
  ledger_reflect(s, slot);
  risk_reflect(&g->risk, slot);
  if (UNLIKELY(result == WITHDRAWN)) {
    store_unlink(s, slot);
    return -REFUSED_NO_SESSION;
  }
  g->entered++;
  if (session->watch_tail - session->watch_head < WATCHED) {
    uint32_t at = session->watch_tail++ & (WATCHED - 1);
    session->watch[at].slot = slot;
    session->watch[at].kind = 0;
    session->watch[at].ref = ref;
    session->watch[at].sent_ns = g->sent;
  } else session->watch_dropped++;
  risk_on_sent(&g->risk, slot);
  return number;
}

/* The venue has ended an order. */
static inline void gateway_ended(order_gateway *g, int32_t slot, int state) {
  order_slot *o = &g->store.slots[slot];
  o->version++;
  ORDERED();
  o->state = state;
  o->leaves = 0;
  o->flags = 0;
  o->changed_ns = g->risk.now;
  g->store.hits[FACT_CANCELLED][STATE_SENT]++;
  store_unlink(&g->store, slot);
  ORDERED();
  o->version++;
  ledger_reflect(&g->store, slot);
  risk_reflect(&g->risk, slot);
}

#endif
