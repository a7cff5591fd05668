/*
 * The clients of `api-fanout`, the same for both servers: so many WebSockets in one thread, which count what they are sent.
 *
 * go port=P clients=N deltas=K limitMs=… channel=NAME
 *   opens N connections, subscribes each, says `armed` when each has its snapshot, ends when each has K deltas (or the
 *   limit is over), and leaves. Prints
 *   {"ops","ns","bytes","checksum","complete","snapshots","cpuNs"}: deltas of all, from the first one on; payload bytes;
 *   every byte of every delta folded; whether all came; snapshots after the first (somebody was skipped); its own CPU time.
 */
#include "common.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_CLIENTS 1024
#define BUFFER_BYTES (64 << 10)
#define TYPE_WITHIN 128 /* bytes from a message's start in which its type stands */
#define EVENTS 256

enum { HANDSHAKE, SUBSCRIBED, LISTENING };
enum { OP_TEXT = 1, OP_CLOSE = 8 };

typedef struct {
  int fd, state;
  uint32_t have, deltas;
  uint64_t hash;
  uint8_t *buffer;
} client;

static client clients[MAX_CLIENTS];
static int count, listening, done;
static uint32_t wanted;
static uint64_t bytes, snapshots;
static int64_t first_ns, last_ns;
static char channel[128];

static void fail(const char *what) {
  printf("{\"error\":\"fanout_client: %s: %s\"}\n", what, strerror(errno));
  fflush(stdout);
  exit(1);
}

static int64_t cpu_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static uint64_t fold(const uint8_t *p, size_t n) {
  uint64_t h = n, word = 0;
  for (; n >= 8; n -= 8, p += 8) {
    memcpy(&word, p, 8);
    h = (h ^ word) * 0x9E3779B97F4A7C15ull;
    h ^= h >> 29;
  }
  word = 0;
  memcpy(&word, p, n);
  return (h ^ word) * 0x9E3779B97F4A7C15ull;
}

static void open_client(client *c, int port, int epoll) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  uint8_t *buffer = c->buffer ? c->buffer : make_memory(BUFFER_BYTES);
  memset(c, 0, sizeof *c);
  c->buffer = buffer;
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0) fail("connect");
  int on = 1;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  /* No TIME_WAIT: a full run opens tens of thousands. */
  struct linger reset = {.l_onoff = 1, .l_linger = 0};
  setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  char request[512];
  int n = snprintf(request, sizeof request,
                   "GET /api HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                   "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n",
                   port);
  if (send(c->fd, request, (size_t)n, MSG_NOSIGNAL) != n) fail("request");
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event) != 0) fail("epoll_ctl");
}

/* A masked text frame (RFC 6455, 5.2); the mask is nought. */
static void subscribe(client *c) {
  uint8_t frame[256] = {0x80 | OP_TEXT};
  int n = snprintf((char *)frame + 6, sizeof frame - 6, "{\"op\":\"subscribe\",\"channel\":\"%s\"}", channel);
  if (n > 125) fail("channel name");
  frame[1] = 0x80 | (uint8_t)n;
  if (send(c->fd, frame, (size_t)n + 6, MSG_NOSIGNAL) != n + 6) fail("subscribe");
}

static int is_type(const uint8_t *p, size_t n, const char *type) {
  return memmem(p, n < TYPE_WITHIN ? n : TYPE_WITHIN, type, strlen(type)) != NULL;
}

static void message(client *c, const uint8_t *p, size_t n) {
  if (c->state == LISTENING && is_type(p, n, "\"type\":\"delta\"")) {
    if (c->deltas == wanted) return;
    last_ns = now_ns();
    if (first_ns == 0) first_ns = last_ns;
    bytes += n;
    c->hash = (c->hash ^ fold(p, n)) * 0x100000001B3ull;
    if (++c->deltas == wanted) done++;
  } else if (is_type(p, n, "\"type\":\"snapshot\"")) {
    if (c->state == LISTENING) snapshots++;
    else {
      c->state = LISTENING;
      listening++;
    }
  }
}

/* Takes every whole frame out of the buffer. */
static void frames(client *c) {
  uint32_t at = 0;
  while (c->have - at >= 2) {
    const uint8_t *p = c->buffer + at;
    uint64_t length = p[1] & 0x7F;
    uint32_t header = length == 126 ? 4 : length == 127 ? 10 : 2;
    if (c->have - at < header) break;
    if (length == 126) length = be16(p + 2);
    else if (length == 127) length = be64(p + 2);
    if (length > BUFFER_BYTES - 16) fail("frame too long");
    if (c->have - at < header + length) break;
    if ((p[0] & 0x0F) == OP_TEXT) message(c, p + header, length);
    else if ((p[0] & 0x0F) == OP_CLOSE) fail("the server closed a connection");
    at += header + (uint32_t)length;
  }
  memmove(c->buffer, c->buffer + at, c->have - at);
  c->have -= at;
}

static void readable(client *c) {
  ssize_t n = recv(c->fd, c->buffer + c->have, BUFFER_BYTES - c->have, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) fail("the server ended a connection");
  c->have += (uint32_t)n;
  if (c->state == HANDSHAKE) {
    uint8_t *end = memmem(c->buffer, c->have, "\r\n\r\n", 4);
    if (end == NULL) return;
    if (memcmp(c->buffer, "HTTP/1.1 101", 12) != 0) fail("no upgrade");
    uint32_t head = (uint32_t)(end + 4 - c->buffer);
    memmove(c->buffer, c->buffer + head, c->have - head);
    c->have -= head;
    c->state = SUBSCRIBED;
    subscribe(c);
  }
  frames(c);
}

static void turn(int epoll) {
  struct epoll_event events[EVENTS];
  int n = epoll_wait(epoll, events, EVENTS, 10);
  for (int i = 0; i < n; i++) readable(events[i].data.ptr);
}

int main(int argc, char **argv) {
  read_command_line(argc, argv);
  pin_core((int)value_int(command_line, "peerCore", -1));
  puts("ready {}");
  fflush(stdout);
  while (next_go()) {
    int port = (int)value_int(go_line, "port", 0);
    count = (int)value_int(go_line, "clients", 1);
    wanted = (uint32_t)value_int(go_line, "deltas", 100);
    const char *name = find_value(go_line, "channel");
    snprintf(channel, sizeof channel, "%.*s", name ? (int)strcspn(name, " \n") : 0, name ? name : "");
    if (count > MAX_CLIENTS) fail("too many clients");
    listening = done = 0;
    bytes = snapshots = 0;
    first_ns = last_ns = 0;
    int epoll = epoll_create1(0);
    int64_t deadline = now_ns() + value_int(go_line, "limitMs", 5000) * 1000000;
    for (int i = 0; i < count; i++) open_client(&clients[i], port, epoll);
    while (listening < count && now_ns() < deadline) turn(epoll);
    if (listening < count) fail("not every client was served in time");
    int64_t cpu = cpu_ns();
    puts("armed");
    fflush(stdout);
    while (done < count && now_ns() < deadline) turn(epoll);
    cpu = cpu_ns() - cpu;
    uint64_t ops = 0, checksum = 0;
    for (int i = 0; i < count; i++) {
      ops += clients[i].deltas;
      checksum += clients[i].hash;
      close(clients[i].fd);
    }
    close(epoll);
    printf("{\"ops\":%lu,\"ns\":%ld,\"bytes\":%lu,\"checksum\":\"%016lx\",\"complete\":%s,\"snapshots\":%lu,\"cpuNs\":%ld}\n", ops,
           last_ns - first_ns, bytes, checksum, done == count ? "true" : "false", snapshots, cpu);
    fflush(stdout);
  }
  return 0;
}
