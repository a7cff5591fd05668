/*
 * Twins of `tick-to-trade`: poll both lines and both sessions without waiting, and answer a tick with an order.
 *
 * Command line: core=… peerCore=… venue=P1,P2 mode=floor|gateway [directory=…]
 *   floor: receive, parse, patch the order into a packet, send: what this machine's kernel alone costs.
 *   gateway: arbitration (arbiter.h), every risk check, the journal and the store besides (order_gateway.h).
 */
#include "feed.h"

#include "line_socket.h"
#include "order_trader.h"
#include <stdbool.h>

#define MOST_ORDERS (1 << 19)
#define REFERENCE_AT (SOUP_HEADER + 1)

static bool with_gateway;
static uint64_t ended, orders;
static inline void on_message(const uint8_t *m, int32_t length);
#define ARB_DELIVER(a, bytes, length, source) on_message(bytes, length)
#define ARB_SWITCHED(a, deadline)
#include "arbiter.h"

static uint8_t packet_to_send[ENTER_PACKET];
static uint32_t next_ref = 1;

static inline void send_bare(const uint8_t *m) {
  uint8_t *o = packet_to_send + SOUP_HEADER;
  put_be32(packet_to_send + REFERENCE_AT, next_ref++);
  o[5] = m[19] == 'S' ? 'B' : 'T';
  memcpy(o + 6, m + 20, 4);
  memcpy(o + 10, m + 24, 8);
  memcpy(o + 22, m + 32, 4);
  if (send(clients[0].fd, packet_to_send, ENTER_PACKET, MSG_DONTWAIT | MSG_NOSIGNAL) == ENTER_PACKET) orders++;
}

static inline void send_checked(const uint8_t *m) {
  int side = m[19] == 'S' ? BUY : SELL;
  if (gateway_enter(&trader, 0, be16(m + 1) - 1, side, (int32_t)be32(m + 20), (int32_t)be32(m + 32), 1, side == SELL, 0) > 0)
    orders++;
}

/* The strategy: takes what a tick shows. */
static inline void on_message(const uint8_t *m, int32_t length) {
  if (m[0] == 'A' && be16(m + 3) == MARK_TRIGGER) {
    if (with_gateway) send_checked(m);
    else send_bare(m);
  } else if (m[0] == 'S' && length == SYSTEM_EVENT_BYTES && m[11] == END_OF_SAMPLE) ended = 1;
}

static line_socket sockets[ARB_LINES];
static arb arbiter;
static uint64_t next_number;

/* The first copy of each message, in order: nothing is lost here. */
static inline void first_copy(const uint8_t *packet, int32_t length) {
  uint64_t number = be64(packet + 10);
  for (int at = MOLD_HEADER; at + 2 < length; at += 2 + be16(packet + at), number++) {
    if (number < next_number) continue;
    next_number = number + 1;
    on_message(packet + at + 2, be16(packet + at));
  }
}

static inline void poll_lines(void) {
  for (int line = 0; line < ARB_LINES; line++) {
    line_socket *s = &sockets[line];
    int got = receive(s);
    if (got == 0) continue;
    if (with_gateway) trader.risk.feed_heard_ns = arbiter.rx = now_ns();
    for (int i = 0; i < got; i++) {
      int32_t length = (int32_t)s->headers[i].msg_len;
      if (with_gateway) arb_packet(&arbiter, line, packet_of(s, i), length);
      else first_copy(packet_of(s, i), length);
      packet_done(s, i);
    }
  }
}

int main(int argc, char **argv) {
  read_command_line(argc, argv);
  pin_core((int)value_int(command_line, "core", -1));
  with_gateway = value_is(command_line, "mode", "gateway");
  arb_init(&arbiter, ARB_FIRST);
  arbiter.stale_after = 3000000000;
  memcpy(packet_to_send, enter_template, ENTER_PACKET);
  packet_to_send[SOUP_HEADER + 26] = '3';
  int ports[ARB_LINES];
  for (int i = 0; i < ARB_LINES; i++) ports[i] = open_line(&sockets[i]);
  const char *user = with_gateway ? trader_open(MOST_ORDERS) : log_on();
  printf("ready {\"ports\":[%d,%d],\"user\":\"%s\"}\n", ports[0], ports[1], user);
  fflush(stdout);
  while (next_go()) {
    int64_t limit = now_ns() + value_int(go_line, "limitMs", 5000) * 1000000;
    ended = orders = 0;
    uint64_t refused = trader.refused;
    for (int i = 0; i < ARB_LINES; i++) arbiter.lines[i].heard = now_ns();
    puts("armed");
    fflush(stdout);
    int64_t start = now_ns(), now = start, turns = 0;
    while (!ended && now < limit) {
      poll_lines();
      poll_sessions();
      now = now_ns();
      turns++;
      if (with_gateway) arb_time(&arbiter, now);
    }
    int64_t ns = now - start;
    /* What comes behind the end (copies of it) belongs to no sample. */
    int64_t quiet = now_ns() + 3000000;
    while (now_ns() < quiet) poll_lines();
    printf("{\"ops\":%lu,\"ns\":%ld,\"turnNs\":%ld,\"ended\":%s,\"refused\":%lu}\n", orders, ns, ns / turns, ended ? "true" : "false",
           trader.refused - refused);
    fflush(stdout);
  }
  return 0;
}
