/*
 * The venue's side of SoupBinTCP and OUCH 5.0 as the order figures need it: any number of connections on two TCP ports,
 * logins always accepted, the Account Query answered, every order accepted and cancelled at once (as an immediate order
 * that finds nothing is). Nothing is replayed: who logs on again goes on with the number he asks for.
 */
#ifndef WARMLINE_BENCH_CANCELLING_VENUE_H
#define WARMLINE_BENCH_CANCELLING_VENUE_H

#include "order_wire.h"
#include <poll.h>

#define VENUE_PORTS 2
#define MOST_CONNECTIONS 64
#define USERNAME_BYTES 6
#define LOGIN_SEQUENCE_AT 26
#define ENTER_BYTES_LEAST 47
#define ACCEPTED_PAYLOAD 64
#define CANCELED_PAYLOAD 18
#define VENUE_HEARTBEAT_NS 1000000000

typedef struct {
  int fd; /* -1: free */
  char user[USERNAME_BYTES + 1];
  uint32_t next_ref;
  int64_t heartbeat_due;
  int length;
  uint8_t in[8192];
} venue_connection;

/* An order as it came in; `shares` tells which one it is. */
typedef struct {
  uint32_t ref, shares;
  uint8_t side;
  const uint8_t *message;
} venue_order;

static struct {
  int listeners[VENUE_PORTS], ports[VENUE_PORTS];
  venue_connection connections[MOST_CONNECTIONS];
  uint64_t orders, order_number;
} venue;

static inline void venue_open(void) {
  for (int i = 0; i < MOST_CONNECTIONS; i++) venue.connections[i].fd = -1;
  for (int i = 0; i < VENUE_PORTS; i++) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof local;
    if (bind(fd, (struct sockaddr *)&local, size) != 0 || listen(fd, MOST_CONNECTIONS) != 0) {
      perror("venue");
      exit(1);
    }
    getsockname(fd, (struct sockaddr *)&local, &size);
    venue.listeners[i] = fd;
    venue.ports[i] = ntohs(local.sin_port);
  }
}

static inline void venue_close(venue_connection *c) {
  close(c->fd);
  c->fd = -1;
}

static inline void venue_accept(int listener) {
  int fd = accept(listener, NULL, NULL);
  if (fd < 0) return;
  for (int i = 0; i < MOST_CONNECTIONS; i++) {
    venue_connection *c = &venue.connections[i];
    if (c->fd >= 0) continue;
    be_prompt(fd);
    *c = (venue_connection){.fd = fd, .next_ref = 1, .heartbeat_due = INT64_MAX};
    return;
  }
  close(fd);
}

static inline void venue_send(venue_connection *c, const uint8_t *bytes, int length) {
  if (send(c->fd, bytes, (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL) != length) venue_close(c);
  else c->heartbeat_due = now_ns() + VENUE_HEARTBEAT_NS;
}

/* Begins a packet. @returns where its payload goes */
static inline uint8_t *venue_packet(uint8_t *at, char type, int payload) {
  put_be16(at, (uint16_t)(payload + 1));
  at[2] = (uint8_t)type;
  memset(at + 3, ' ', (size_t)payload);
  return at + 3;
}

static inline void venue_login(venue_connection *c, const uint8_t *payload) {
  memcpy(c->user, payload, USERNAME_BYTES);
  int64_t wanted = read_digits(payload + LOGIN_SEQUENCE_AT);
  uint8_t out[ACCEPTED_PACKET];
  uint8_t *p = venue_packet(out, 'A', ACCEPTED_PACKET - 3);
  memcpy(p, SESSION_NAME, 10);
  write_digits(p + 10, wanted > 0 ? wanted : 1);
  venue_send(c, out, sizeof out);
}

static inline void venue_answer_query(venue_connection *c) {
  uint8_t out[QUERY_ANSWER_PACKET];
  venue_packet(out, 'S', QUERY_ANSWER_PACKET - 3)[0] = 'Q';
  put_be64(out + 4, (uint64_t)now_ns());
  put_be32(out + QUERY_ANSWER_REF, c->next_ref);
  venue_send(c, out, sizeof out);
}

/* Accepted and at once cancelled, in one segment. */
static inline void venue_answer_order(venue_connection *c, const venue_order *order) {
  uint8_t out[3 + ACCEPTED_PAYLOAD + 3 + CANCELED_PAYLOAD];
  const uint8_t *m = order->message;
  uint64_t stamp = (uint64_t)now_ns();
  uint8_t *a = venue_packet(out, 'S', ACCEPTED_PAYLOAD);
  a[0] = 'A';
  put_be64(a + 1, stamp);
  memcpy(a + 9, m + 1, 27); /* reference, side, quantity, symbol, price, time in force and display */
  put_be64(a + 36, ++venue.order_number);
  memcpy(a + 44, m + 28, 3); /* capacity, sweep, cross type */
  a[47] = 'L';
  memcpy(a + 48, m + 31, 14);
  put_be16(a + 62, 0);
  uint8_t *x = venue_packet(out + 3 + ACCEPTED_PAYLOAD, 'S', CANCELED_PAYLOAD);
  x[0] = 'C';
  put_be64(x + 1, stamp);
  put_be32(x + 9, order->ref);
  put_be32(x + 13, order->shares);
  x[17] = 'I';
  venue_send(c, out, sizeof out);
}

/*
 * Takes what has come in on a connection; one read.
 * @returns bytes read; 0 where there is nothing
 */
static inline int venue_read(venue_connection *c) {
  ssize_t got = recv(c->fd, c->in + c->length, sizeof c->in - (size_t)c->length, MSG_DONTWAIT);
  if (got > 0) {
    c->length += (int)got;
    return (int)got;
  }
  if (got == 0 || errno != EAGAIN) venue_close(c);
  return 0;
}

/* Handles the whole packets that were read. Each order is answered and shown to `on_order`. */
static inline void venue_handle(venue_connection *c, void (*on_order)(venue_connection *, const venue_order *)) {
  int at = 0;
  while (c->fd >= 0 && at + 3 <= c->length && at + 2 + be16(c->in + at) <= c->length) {
    const uint8_t *packet = c->in + at, *m = packet + 3;
    at += 2 + be16(packet);
    if (packet[2] == 'L') venue_login(c, m);
    else if (packet[2] == 'O') venue_close(c);
    else if (packet[2] == 'U' && m[0] == 'Q') venue_answer_query(c);
    else if (packet[2] == 'U' && m[0] == 'O' && be16(packet) > ENTER_BYTES_LEAST) {
      venue_order order = {be32(m + 1), be32(m + 6), m[5], m};
      if (order.ref < c->next_ref) continue;
      c->next_ref = order.ref + 1;
      venue.orders++;
      if (on_order) on_order(c, &order);
      venue_answer_order(c, &order);
    }
  }
  if (c->fd < 0) return;
  memmove(c->in, c->in + at, (size_t)(c->length - at));
  c->length -= at;
}

static inline void venue_serve(venue_connection *c, void (*on_order)(venue_connection *, const venue_order *)) {
  if (c->fd >= 0 && venue_read(c) > 0) venue_handle(c, on_order);
}

/* Serves everybody, asleep where nothing happens, until there is a line to read from the driver. */
static inline void venue_wait_for_driver(void) {
  for (;;) {
    struct pollfd fds[1 + VENUE_PORTS + MOST_CONNECTIONS];
    fds[0] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    for (int i = 0; i < VENUE_PORTS; i++) fds[1 + i] = (struct pollfd){.fd = venue.listeners[i], .events = POLLIN};
    for (int i = 0; i < MOST_CONNECTIONS; i++)
      fds[1 + VENUE_PORTS + i] = (struct pollfd){.fd = venue.connections[i].fd, .events = POLLIN};
    poll(fds, sizeof fds / sizeof *fds, 200);
    if (fds[0].revents) return;
    for (int i = 0; i < VENUE_PORTS; i++)
      if (fds[1 + i].revents) venue_accept(venue.listeners[i]);
    int64_t now = now_ns();
    for (int i = 0; i < MOST_CONNECTIONS; i++) {
      venue_connection *c = &venue.connections[i];
      if (fds[1 + VENUE_PORTS + i].revents) venue_serve(c, NULL);
      if (c->fd >= 0 && now >= c->heartbeat_due) venue_send(c, (const uint8_t *)"\0\1H", 3);
    }
  }
}

/* Connections of users whose names begin so. @returns how many */
static inline int venue_connections_of(const char *prefix, size_t length, venue_connection **into) {
  int count = 0;
  for (int i = 0; i < MOST_CONNECTIONS; i++) {
    venue_connection *c = &venue.connections[i];
    if (c->fd >= 0 && length > 0 && strncmp(c->user, prefix, length) == 0) into[count++] = c;
  }
  return count;
}

#endif
