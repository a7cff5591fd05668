/*
 * The venue of the failover figures: two hosts that speak SoupBinTCP and as much OUCH 5.0 as a session needs to log on,
 * pass its barrier and send orders. Orders are counted and never answered, so that they stay in flight; the Account Query
 * is answered. One thread that spins while it serves.
 *
 * Command line: core=… peerCore=… shape=ports|mirror
 *   ports: each host is a port of its own, with its own numbers. mirror: both are hosts of one port and number as one.
 * go: failovers=… inflight=… [limitMs=…] [quietMs=…]: from the moment that a connection has brought `inflight` orders it waits
 *   20 to 120 µs and resets that connection, `failovers` times; then it serves until what was reset has logged on again and nothing has come for a while.
 *   References begin at 1 again with every go; numbers of its own messages go on.
 * Samples: from the call that resets to the first order read on another connection.
 */
#include "order_wire.h"
#include <sys/epoll.h>

#define HOSTS 2
#define CONNECTIONS 16
#define EVENTS (HOSTS + CONNECTIONS)
#define MOST_ANSWERS (1 << 20)
#define QUIET_MS 20
#define DELAY_LEAST_NS 20000
#define DELAY_SPREAD_NS 100000

/* What one port's login numbers. */
typedef struct {
  int64_t sent;       /* sequenced messages */
  uint32_t next_ref;  /* highest reference seen, + 1 */
  uint32_t *answers;  /* reference that answer n named: the day's messages, for the replay */
} line_state;

typedef struct {
  int fd, host, logged_on, have;
  int64_t orders;
  uint8_t input[WIRE_BUFFER];
} connection;

static line_state lines[HOSTS];
static connection connections[CONNECTIONS];
static int listeners[HOSTS], ports[HOSTS], poller, mirror;
static int64_t heard, reset_at, reset_ns, due, orders, logins;
static int to_reset, out_of_service;

static line_state *line_of(const connection *c) { return &lines[mirror ? 0 : c->host]; }

static void watch(int fd, int index) {
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)index};
  epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

static void open_host(int host) {
  struct sockaddr_in local = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof local;
  listeners[host] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (bind(listeners[host], (struct sockaddr *)&local, size) != 0 || listen(listeners[host], 64) != 0) {
    perror("listen");
    exit(1);
  }
  getsockname(listeners[host], (struct sockaddr *)&local, &size);
  ports[host] = ntohs(local.sin_port);
  watch(listeners[host], host);
}

static void welcome(int host) {
  int fd = accept(listeners[host], NULL, NULL);
  if (fd < 0) return;
  for (int i = 0; i < CONNECTIONS; i++) {
    connection *c = &connections[i];
    if (c->fd >= 0) continue;
    be_prompt(fd);
    c->fd = fd;
    c->host = host;
    c->logged_on = c->have = 0;
    c->orders = 0;
    watch(fd, HOSTS + i);
    return;
  }
  close_reset(fd);
}

static void drop(connection *c, int reset) {
  if (reset) close_reset(c->fd);
  else close(c->fd);
  c->fd = -1;
}

static void say(connection *c, const uint8_t *bytes, size_t length) {
  if (send(c->fd, bytes, length, MSG_NOSIGNAL) != (ssize_t)length) drop(c, 1);
}

static void write_answer(uint8_t *p, uint32_t next_ref) {
  memset(p, 0, QUERY_ANSWER_PACKET);
  put_be16(p, QUERY_ANSWER_PACKET - SOUP_LENGTH);
  p[2] = 'S';
  p[3] = 'Q';
  put_be32(p + QUERY_ANSWER_REF, next_ref);
}

/* Goes on with the number that was asked for, as far as there is one, and sends what came since. */
static void log_on(connection *c, const uint8_t *packet) {
  static uint8_t out[ACCEPTED_PACKET + 1024 * QUERY_ANSWER_PACKET];
  line_state *line = line_of(c);
  int64_t asked = read_digits(packet + 29);
  if (asked <= 0 || asked > line->sent + 1 || line->sent - asked >= 1024) asked = line->sent + 1;
  put_be16(out, ACCEPTED_PACKET - SOUP_LENGTH);
  out[2] = 'A';
  memcpy(out + 3, SESSION_NAME, 10);
  write_digits(out + 13, asked);
  size_t length = ACCEPTED_PACKET;
  for (; asked <= line->sent; asked++, length += QUERY_ANSWER_PACKET) write_answer(out + length, line->answers[asked]);
  c->logged_on = 1;
  c->orders = 0;
  logins++;
  say(c, out, length);
}

static void on_order(connection *c, const uint8_t *message, int64_t inflight, int64_t failovers) {
  line_state *line = line_of(c);
  uint32_t ref = be32(message + 1);
  if (ref >= line->next_ref) line->next_ref = ref + 1;
  orders++;
  if (reset_ns != 0) {
    add_sample((double)(now_ns() - reset_ns));
    reset_ns = 0;
  }
  if (++c->orders == inflight && reset_at < failovers) {
    static uint32_t random = 1;
    random = random * 1664525u + 1013904223u;
    due = now_ns() + DELAY_LEAST_NS + (int64_t)((uint64_t)random * DELAY_SPREAD_NS >> 32);
    to_reset = (int)(c - connections);
  }
}

static void on_packet(connection *c, const uint8_t *packet, int64_t inflight, int64_t failovers) {
  if (packet[2] == 'L') log_on(c, packet);
  else if (packet[2] == 'O') drop(c, 0);
  else if (packet[2] == 'U' && packet[3] == 'O') on_order(c, packet + 3, inflight, failovers);
  else if (packet[2] == 'U' && packet[3] == 'Q') {
    uint8_t answer[QUERY_ANSWER_PACKET];
    line_state *line = line_of(c);
    if (line->sent + 1 >= MOST_ANSWERS) exit(1);
    line->answers[++line->sent] = line->next_ref;
    write_answer(answer, line->next_ref);
    say(c, answer, sizeof answer);
    out_of_service = 0;
  }
}

static void hear(connection *c, int64_t inflight, int64_t failovers) {
  ssize_t got = recv(c->fd, c->input + c->have, (size_t)(WIRE_BUFFER - c->have), MSG_DONTWAIT);
  if (got <= 0) {
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) drop(c, 0);
    return;
  }
  heard = now_ns();
  int at = 0, end = c->have + (int)got;
  while (c->fd >= 0 && end - at >= SOUP_LENGTH) {
    int length = SOUP_LENGTH + be16(c->input + at);
    if (end - at < length) break;
    on_packet(c, c->input + at, inflight, failovers);
    at += length;
  }
  c->have = end - at;
  memmove(c->input, c->input + at, (size_t)c->have);
}

int main(int argc, char **argv) {
  read_command_line(argc, argv);
  pin_core((int)value_int(command_line, "peerCore", -1));
  mirror = value_is(command_line, "shape", "mirror");
  make_samples();
  poller = epoll_create1(0);
  for (int i = 0; i < CONNECTIONS; i++) connections[i].fd = -1;
  for (int i = 0; i < HOSTS; i++) {
    open_host(i);
    lines[i].answers = make_memory(MOST_ANSWERS * sizeof(uint32_t));
  }
  printf("ready {\"ports\":[%d,%d]}\n", ports[0], ports[1]);
  fflush(stdout);
  while (next_go()) {
    int64_t failovers = value_int(go_line, "failovers", 0), inflight = value_int(go_line, "inflight", 1000);
    int64_t start = now_ns(), limit = start + value_int(go_line, "limitMs", 20000) * 1000000;
    int64_t quiet = value_int(go_line, "quietMs", QUIET_MS) * 1000000;
    sample_count = 0;
    reset_at = reset_ns = due = orders = logins = 0;
    heard = out_of_service = 0;
    for (int i = 0; i < HOSTS; i++) lines[i].next_ref = 1;
    for (int i = 0; i < CONNECTIONS; i++) connections[i].orders = 0;
    puts("armed");
    fflush(stdout);
    for (;;) {
      struct epoll_event events[EVENTS];
      int count = epoll_wait(poller, events, EVENTS, 0);
      for (int i = 0; i < count; i++) {
        int index = (int)events[i].data.u32;
        if (index < HOSTS) welcome(index);
        else if (connections[index - HOSTS].fd >= 0) hear(&connections[index - HOSTS], inflight, failovers);
      }
      if (count > 0 && due == 0) continue;
      int64_t now = now_ns();
      if (due != 0 && now >= due) {
        due = 0;
        reset_at++;
        out_of_service = 1;
        reset_ns = now_ns();
        if (connections[to_reset].fd >= 0) drop(&connections[to_reset], 1);
      }
      int served = heard != 0 && due == 0 && reset_at >= failovers && !out_of_service;
      if ((served && now - heard > quiet) || now > limit) break;
    }
    printf("{\"ops\":%ld,\"ns\":%ld,\"orders\":%ld,\"logins\":%ld,", reset_at, now_ns() - start, orders, logins);
    print_samples("latency");
    puts("}");
    fflush(stdout);
  }
  return 0;
}
