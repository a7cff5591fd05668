/*
 * What venue and twins of the order figures that use sockets share: SoupBinTCP packets, the few OUCH 5.0 messages that
 * they exchange, and plain non-blocking TCP.
 */
#ifndef WARMLINE_BENCH_ORDER_WIRE_H
#define WARMLINE_BENCH_ORDER_WIRE_H

#include "common.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOUP_LENGTH 2
#define SESSION_NAME "     BENCH"
#define LOGIN_PACKET 49
#define ACCEPTED_PACKET 33
#define QUERY_PACKET 4
#define QUERY_ANSWER_PACKET 16
#define QUERY_ANSWER_REF (SOUP_LENGTH + 1 + 9)
#define WIRE_BUFFER (1 << 16)

static inline void be_prompt(int fd) {
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(fd, F_SETFL, O_NONBLOCK);
}

/* RST: what is unsent and unread is dropped. */
static inline void close_reset(int fd) {
  struct linger now = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(fd);
}

/* Connects over loopback and waits for it. */
static inline int connect_loopback(int tcp_port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)tcp_port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
    perror("connect");
    exit(1);
  }
  be_prompt(fd);
  return fd;
}

static inline void write_digits(uint8_t *at, int64_t value) {
  for (int i = 19; i >= 0; i--) {
    at[i] = value > 0 || i == 19 ? (uint8_t)('0' + value % 10) : ' ';
    value /= 10;
  }
}
static inline int64_t read_digits(const uint8_t *at) {
  int64_t value = 0;
  for (int i = 0; i < 20; i++)
    if (at[i] >= '0' && at[i] <= '9') value = value * 10 + at[i] - '0';
  return value;
}

static inline void write_login(uint8_t *p, const char *username, int64_t expected) {
  put_be16(p, LOGIN_PACKET - SOUP_LENGTH);
  p[2] = 'L';
  memset(p + 3, ' ', LOGIN_PACKET - 3);
  memcpy(p + 3, username, strlen(username));
  memcpy(p + 9, "bench", 5);
  memcpy(p + 19, SESSION_NAME, 10);
  write_digits(p + 29, expected);
}
static const uint8_t query_packet[QUERY_PACKET] = {0, 2, 'U', 'Q'};

#endif
