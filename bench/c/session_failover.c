/*
 * Twin of `session-failover` and `mirror-takeover`: two connections, orders unanswered on one of them, and its reset. A sample is from the clock
 * read before the poll that finds the reset to the return of `send` on the other socket.
 *
 * Command line: core=… peerCore=… mode=full|bare|cold|mirror directory=… ports=…,…
 *   full: with the duties of ours: risk, store, journal, records of the session and of the route (order_gateway.h).
 *   bare: the two sockets and an order that lies encoded; no more than `recv`, a branch and `send`.
 *   cold: what one does without a warm session: connect, log on, wait until accepted.
 *   mirror: the two are hosts of one port: the second one is connected and logs on when the first one is reset, with the
 *     next number, passes the barrier and carries the order. Without the duties, as in `bare`. `login` samples: from the
 *     login sent to its answer.
 */
#include "order_gateway.h"
/* after it: shares its names for SoupBinTCP */
#include "order_client.h"

#define MOST_ORDERS (1 << 18)
#define EVIDENCE_RESET 1

static order_gateway g;
static order_client clients[ORDER_PORTS];
static int32_t entered;
static int mode;
enum { FULL, BARE, COLD, MIRROR };
static float *login_ns;
static int login_count;

static int32_t enter_next(void) {
  int32_t i = entered++;
  int instrument = i * 37 & (ORDER_INSTRUMENTS - 1), side = i >> 2 & 1, away = (i & 15) * 100;
  int32_t price4 = side == BUY ? g.risk.bid4[instrument] - away : g.risk.ask4[instrument] + away;
  return gateway_enter(&g, i & 3, instrument, side, 100 + (i % 9) * 100, price4, 0, 0, i);
}

static void write_session(int port, int before, int after, int evidence) {
  int32_t *record = journal_claim(&g.journal, RECORD_SESSION, SESSION_BYTES, g.risk.now, 0);
  if (record == NULL) return;
  int32_t fields[] = {port, port, before, after, evidence, evidence ? ECONNRESET : 0, 0, 0, 0, 0};
  memcpy(record, fields, sizeof fields);
  journal_commit(&g.journal);
}

/* The connection of a port is gone: its peer takes over. */
static void switch_from(int port) {
  order_session *lost = &g.sessions[port], *peer = &g.sessions[port ^ 1];
  close(clients[port].fd);
  clients[port].fd = lost->fd = -1;
  lost->output_length = 0;
  write_session(port, lost->state, SESSION_DOWN, EVIDENCE_RESET);
  lost->state = SESSION_DOWN;
  if (peer->state == SESSION_DOWN) give_up("there is no peer");
  g.used = port ^ 1;
  int32_t *record = journal_claim(&g.journal, RECORD_ROUTED, ROUTED_BYTES, g.risk.now, 0);
  if (record != NULL) {
    int32_t fields[] = {0, 0, port, port ^ 1, EVIDENCE_RESET, 0, 0, 0, 0, 0};
    memcpy(record, fields, sizeof fields);
    journal_commit(&g.journal);
  }
  write_session(port ^ 1, peer->state, SESSION_ACTIVE, 0);
  peer->state = SESSION_ACTIVE;
}

/* What was in flight is unknown. */
static void mark_lost(int port) {
  order_list *open = &g.store.ports[port].open;
  int32_t *record = journal_claim(&g.journal, RECORD_PORT_LOST, PORT_LOST_BYTES, g.risk.now, 0);
  if (record != NULL) {
    int32_t fields[] = {port, port, open->count, 0, EVIDENCE_RESET, 0};
    memcpy(record, fields, sizeof fields);
    journal_commit(&g.journal);
  }
  for (int32_t at = open->first; at != 0; at = g.store.slots[at - 1].of_port.next) {
    g.store.slots[at - 1].flags |= FLAG_UNKNOWN;
    ledger_reflect(&g.store, at - 1);
    risk_reflect(&g.risk, at - 1);
  }
}

/* Logged on again and past its barrier: what has no message by now never will have one. */
static void recover(int port) {
  client_dial(&clients[port]);
  client_log_on(&clients[port]);
  client_barrier(&clients[port]);
  order_list *open = &g.store.ports[port].open;
  while (open->first != 0) gateway_ended(&g, open->first - 1, STATE_REJECTED);
  g.sessions[port].watch_head = g.sessions[port].watch_tail;
  g.sessions[port].fd = clients[port].fd;
  g.sessions[port].state = SESSION_WARM;
}

static void log_all_on(void) {
  for (int port = 0; port < ORDER_PORTS; port++)
    if (clients[port].fd < 0) recover(port);
  if (g.used < 0 || g.sessions[g.used].state == SESSION_DOWN) g.used = 0;
}

static void fail_over(int64_t inflight) {
  int used = g.used;
  g.risk.feed_heard_ns = now_ns();
  while (g.store.ports[used].open.count < inflight)
    if (enter_next() < 0) give_up("an order was refused");
  int64_t limit = now_ns() + CLIENT_PATIENCE_NS;
  for (int lost = -1; lost < 0;) {
    int64_t turn = now_ns();
    if (turn > limit) give_up("the venue reset nothing");
    g.risk.now = turn;
    for (int port = 0; port < ORDER_PORTS && lost < 0; port++)
      if (client_poll(&clients[port]) & HEARD_END) lost = port;
    if (lost < 0) continue;
    switch_from(lost);
    if (enter_next() < 0) give_up("the waiting order was refused");
    add_sample((double)(g.sent - turn));
    mark_lost(lost);
    recover(lost);
  }
}

/* An order as it goes out, under a reference that rises. */
static void encode_bare(uint8_t *packet, uint32_t ref) {
  memcpy(packet, enter_template, ENTER_PACKET);
  put_be32(packet + SOUP_HEADER + 1, ref);
}

static void fail_over_bare(int64_t inflight, int64_t *in_flight) {
  static uint8_t packet[ENTER_PACKET];
  int used = g.used;
  for (; *in_flight < inflight; ++*in_flight) {
    encode_bare(packet, (uint32_t)++entered);
    client_send(&clients[used], packet, sizeof packet);
  }
  encode_bare(packet, (uint32_t)++entered);
  int64_t limit = now_ns() + CLIENT_PATIENCE_NS;
  for (;;) {
    int64_t turn = now_ns();
    if (turn > limit) give_up("the venue reset nothing");
    int lost = -1;
    for (int port = 0; port < ORDER_PORTS && lost < 0; port++)
      if (client_poll(&clients[port]) & HEARD_END) lost = port;
    if (lost < 0) continue;
    client_send(&clients[lost ^ 1], packet, sizeof packet);
    add_sample((double)(now_ns() - turn));
    close(clients[lost].fd);
    g.used = lost ^ 1;
    *in_flight = 1;
    recover(lost);
    return;
  }
}

/* The host that is connected takes over from the one that carries orders. */
static void take_over(int64_t inflight, int64_t *in_flight) {
  static uint8_t packet[ENTER_PACKET];
  order_client *held = &clients[g.used], *spare = &clients[g.used ^ 1];
  for (; *in_flight < inflight; ++*in_flight) {
    encode_bare(packet, (uint32_t)++entered);
    client_send(held, packet, sizeof packet);
  }
  encode_bare(packet, (uint32_t)++entered);
  int64_t limit = now_ns() + CLIENT_PATIENCE_NS;
  for (;;) {
    int64_t turn = now_ns();
    if (turn > limit) give_up("the venue reset nothing");
    if (!(client_poll(held) & HEARD_END)) {
      if (client_poll(spare) & HEARD_END) give_up("the spare host closed");
      continue;
    }
    close_reset(held->fd);
    spare->expected = held->expected;
    int64_t sent = now_ns();
    client_log_on(spare);
    login_ns[login_count++] = (float)(now_ns() - sent);
    client_barrier(spare);
    client_send(spare, packet, sizeof packet);
    add_sample((double)(now_ns() - turn));
    g.used ^= 1;
    *in_flight = 1;
    client_dial(held);
    return;
  }
}

static void prime_mirror(void) {
  for (int host = 0; host < ORDER_PORTS; host++) {
    if (clients[host].fd >= 0) continue;
    client_dial(&clients[host]);
    if (host == 0) {
      client_log_on(&clients[0]);
      client_barrier(&clients[0]);
      g.used = 0;
    }
  }
}

static void print_logins(void) {
  float *all = samples;
  int count = sample_count;
  samples = login_ns;
  sample_count = login_count;
  putchar(',');
  print_samples("login");
  samples = all;
  sample_count = count;
}

/* A connection of its own, not one of those that are logged on. */
static void log_on_cold(void) {
  static order_client c;
  client_init(&c, clients[0].tcp_port, "port0");
  int64_t start = now_ns();
  client_dial(&c);
  client_log_on(&c);
  add_sample((double)(now_ns() - start));
  close_reset(c.fd);
}

int main(int argc, char **argv) {
  static char directory[512];
  read_command_line(argc, argv);
  pin_core((int)value_int(command_line, "core", -1));
  mode = value_is(command_line, "mode", "bare") ? BARE : value_is(command_line, "mode", "cold") ? COLD : value_is(command_line, "mode", "mirror") ? MIRROR : FULL;
  const char *where = find_value(command_line, "directory"), *named = find_value(command_line, "ports");
  if (named == NULL || sscanf(named, "%d,%d", &clients[0].tcp_port, &clients[1].tcp_port) != 2) give_up("ports=…,… is missing");
  if (where == NULL || sscanf(where, "%511s", directory) != 1) strcpy(directory, "/tmp");
  make_samples();
  login_ns = make_memory(MAX_SAMPLES * sizeof(float));
  gateway_init(&g, MOST_ORDERS, mode == FULL ? directory : NULL, (int)value_int(command_line, "peerCore", -1));
  g.risk.messages_ns = 1000000;
  for (int port = 0; port < ORDER_PORTS; port++) client_init(&clients[port], clients[port].tcp_port, port == 0 ? "port0" : "port1");
  puts("ready {}");
  fflush(stdout);
  while (next_go()) {
    int64_t failovers = value_int(go_line, "failovers", 10), inflight = value_int(go_line, "inflight", 1000), in_flight = 0;
    sample_count = login_count = 0;
    if (mode != COLD) gateway_reset(&g);
    if (mode == MIRROR) prime_mirror();
    else if (mode != COLD) log_all_on();
    entered = 0;
    int64_t start = now_ns();
    for (int64_t i = 0; i < failovers; i++) {
      if (mode == FULL) fail_over(inflight);
      else if (mode == BARE) fail_over_bare(inflight, &in_flight);
      else if (mode == MIRROR) take_over(inflight, &in_flight);
      else log_on_cold();
    }
    int64_t ns = now_ns() - start;
    for (int32_t slot = 0; slot < g.store.count; slot++)
      if (g.store.slots[slot].state < STATE_FILLED) gateway_ended(&g, slot, STATE_CANCELLED);
    if (mode == FULL) journal_trim(&g.journal);
    printf("{\"ops\":%ld,\"ns\":%ld,\"losses\":%ld,", failovers, ns, failovers);
    print_samples("latency");
    if (mode == MIRROR) print_logins();
    puts("}");
    fflush(stdout);
  }
  return 0;
}
