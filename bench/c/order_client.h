/*
 * A client's connection to the venue of the order figures: logs on, asks where the venue stands (the barrier), polls
 * for the end of the connection. What a C programmer writes for these; waiting is by spinning, as in ours.
 */
#ifndef WARMLINE_BENCH_ORDER_CLIENT_H
#define WARMLINE_BENCH_ORDER_CLIENT_H

#include "order_wire.h"

/* Whoever wants to see what the venue reports of orders defines it, and who it is for in `owner`. */
#ifndef CLIENT_REPORT
#define CLIENT_REPORT(client, message, length) ((void)0)
#endif

#define CLIENT_PATIENCE_NS 5000000000

typedef struct {
  int fd, tcp_port, have;
  const char *username;
  void *owner;
  int64_t expected;   /* number of the next sequenced message */
  uint32_t next_ref;  /* as the venue named it last */
  uint8_t input[WIRE_BUFFER];
} order_client;

enum { HEARD_NOTHING = 0, HEARD_ACCEPTED = 1, HEARD_ANSWER = 2, HEARD_END = 4 };

static inline void give_up(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

static inline void client_init(order_client *c, int tcp_port, const char *username) {
  memset(c, 0, sizeof *c);
  c->fd = -1;
  c->tcp_port = tcp_port;
  c->username = username;
  c->expected = 1;
}

static inline void client_dial(order_client *c) {
  c->fd = connect_loopback(c->tcp_port);
  c->have = 0;
}

/* One look at the socket. @returns what was heard */
static inline int client_poll(order_client *c) {
  ssize_t got = recv(c->fd, c->input + c->have, (size_t)(WIRE_BUFFER - c->have), MSG_DONTWAIT);
  if (got <= 0) return got < 0 && errno == EAGAIN ? HEARD_NOTHING : HEARD_END;
  int heard = 0, at = 0, end = c->have + (int)got;
  while (end - at >= SOUP_LENGTH) {
    const uint8_t *p = c->input + at;
    int length = SOUP_LENGTH + be16(p);
    if (end - at < length) break;
    if (p[2] == 'A') {
      c->expected = read_digits(p + 13);
      heard |= HEARD_ACCEPTED;
    } else if (p[2] == 'S') {
      c->expected++;
      if (p[3] == 'Q') {
        c->next_ref = be32(p + QUERY_ANSWER_REF);
        heard |= HEARD_ANSWER;
      } else CLIENT_REPORT(c, p + 3, length - 3);
    } else if (p[2] == 'J') give_up("login rejected");
    at += length;
  }
  c->have = end - at;
  memmove(c->input, c->input + at, (size_t)c->have);
  return heard;
}

static inline void client_await(order_client *c, int what) {
  int64_t limit = now_ns() + CLIENT_PATIENCE_NS;
  for (int heard; !((heard = client_poll(c)) & what);) {
    if (heard & HEARD_END) give_up("the venue closed");
    if (now_ns() > limit) give_up("the venue does not answer");
  }
}

static inline void client_send(order_client *c, const uint8_t *packet, size_t length) {
  if (send(c->fd, packet, length, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)length) give_up("send failed");
}

/* Over a connection that is open. */
static inline void client_log_on(order_client *c) {
  uint8_t packet[LOGIN_PACKET];
  write_login(packet, c->username, c->expected);
  client_send(c, packet, sizeof packet);
  client_await(c, HEARD_ACCEPTED);
}
static inline void client_barrier(order_client *c) {
  client_send(c, query_packet, sizeof query_packet);
  client_await(c, HEARD_ANSWER);
}

#endif
