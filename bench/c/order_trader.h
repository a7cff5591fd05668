/* The order path of a twin that does everything ours does, with its sessions: what the venue says is journalled and applied. */
#ifndef WARMLINE_BENCH_ORDER_TRADER_H
#define WARMLINE_BENCH_ORDER_TRADER_H

#include "order_gateway.h"

static inline void trader_report(void *owner, const uint8_t *message, int length);
#define CLIENT_REPORT(client, message, length) trader_report((client)->owner, message, length)
#include "order_client.h"

#define JOURNAL_DIRECTORY "/tmp"

static order_gateway trader;
static order_client clients[ORDER_PORTS];

/*
 * Both sessions of `venue=P1,P2` are logged on and have passed their barrier. The names of their users begin with this
 * process's own number. @returns that beginning
 */
static inline const char *log_on(void) {
  static char prefix[8], users[ORDER_PORTS][16];
  snprintf(prefix, sizeof prefix, "%d_", (int)(getpid() % 10000));
  const char *ports = find_value(command_line, "venue");
  for (int i = 0; i < ORDER_PORTS && ports; i++) {
    snprintf(users[i], sizeof users[i], "%s%d", prefix, i);
    client_init(&clients[i], (int)strtol(ports, NULL, 10), users[i]);
    client_dial(&clients[i]);
    client_log_on(&clients[i]);
    client_barrier(&clients[i]);
    const char *comma = strchr(ports, ',');
    if (comma) ports = comma + 1;
  }
  return prefix;
}

/* With everything that ours has. @returns as log_on */
static inline const char *trader_open(int32_t max_orders) {
  const char *directory = find_value(command_line, "directory");
  static char copy[256];
  snprintf(copy, sizeof copy, "%.*s", directory ? (int)strcspn(directory, " ") : (int)strlen(JOURNAL_DIRECTORY),
           directory ? directory : JOURNAL_DIRECTORY);
  gateway_init(&trader, max_orders, copy, (int)value_int(command_line, "peerCore", -1));
  const char *prefix = log_on();
  for (int port = 0; port < ORDER_PORTS; port++) {
    clients[port].owner = &trader.sessions[port];
    trader.sessions[port].fd = clients[port].fd;
    trader.sessions[port].state = port == 0 ? SESSION_ACTIVE : SESSION_WARM;
  }
  return prefix;
}

static inline void trader_report(void *owner, const uint8_t *m, int length) {
  if (owner == NULL) return; /* a twin without a gateway */
  order_session *session = owner;
  int accepted = m[0] == 'A' && length >= 48, canceled = m[0] == 'C' && length >= 18;
  if (!accepted && !canceled) return;
  int32_t slot = slot_of_ref(&trader.store, session->port, (int32_t)be32(m + 9));
  if (slot < 0) return;
  ORDER_CLOCK(&trader);
  order_slot *o = &trader.store.slots[slot];
  int32_t *record = journal_claim(&trader.journal, RECORD_REPORT, REPORT_BYTES, trader.risk.now, 0);
  if (record != NULL) {
    memset(record, 0, REPORT_BYTES - 16);
    int32_t fact[] = {o->number, session->port, m[0], o->ref, o->leaves, o->price4};
    memcpy(record, fact, sizeof fact);
    journal_commit(&trader.journal);
  }
  if (canceled) {
    gateway_ended(&trader, slot, STATE_CANCELLED);
    return;
  }
  o->version++;
  ORDERED();
  o->state = STATE_LIVE;
  o->answered_ns = o->changed_ns = trader.risk.now;
  o->order_ref_hi = (int32_t)be32(m + 36);
  o->order_ref_lo = (int32_t)be32(m + 40);
  ORDERED();
  o->version++;
  while (session->watch_head != session->watch_tail && session->watch[session->watch_head & (WATCHED - 1)].ref <= o->ref)
    session->watch_head++;
  trader.store.hits[FACT_ACCEPTED][STATE_SENT]++;
}

/* One look at every session. */
static inline void poll_sessions(void) {
  for (int port = 0; port < ORDER_PORTS; port++) client_poll(&clients[port]);
}

#endif
