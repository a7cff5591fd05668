/*
 * Everything at once against the API's port, from one thread of the peer core: as long as it may run, it does not rest.
 *
 * go port=P ms=… kinds=63 (bits: which of the attacks below)
 *   says `armed` once every attack is under way, goes on until a line comes on stdin (or the limit is over), then drops
 *   all it has. Prints {"ops","ns",…}: connections opened and lost to the server, requests and frames sent, bytes sent.
 *
 *   loris    requests that never end: a header byte at a time, opened anew when cut off
 *   flood    connections that are opened and reset, without end
 *   request  GET /metrics, /, /healthz, with wrong tokens, wrong hosts, or nothing, pipelined, answers read and dropped
 *   large    WebSocket frames that say they are longer than memory, and headers without end
 *   message  WebSockets that send nonsense and subscriptions as fast as they are taken
 *   slow     WebSockets that subscribe to all there is and never read
 */
#include "common.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define LORIS 100
#define FLOOD 8
#define REQUEST 16
#define LARGE 8
#define MESSAGE 16
#define SLOW 100
#define SLOTS (LORIS + FLOOD + REQUEST + LARGE + MESSAGE + SLOW)
#define ARMED_TURNS 20
#define SMALL_BUFFER 4096

enum kind { KIND_LORIS, KIND_FLOOD, KIND_REQUEST, KIND_LARGE, KIND_MESSAGE, KIND_SLOW };
enum state { CLOSED, OPEN, UPGRADED };

typedef struct {
  enum kind kind;
  enum state state;
  int fd;
  unsigned turns;
} slot;

static int64_t kinds;

static slot slots[SLOTS];
static struct sockaddr_in to;
static char upgrade[512];
static uint64_t opened, lost, requests, frames, sent_bytes, read_bytes;
static char sink[1 << 16];
static char filler[1 << 14];

static void drop(slot *s) {
  if (s->fd >= 0) close(s->fd);
  s->fd = -1;
  s->state = CLOSED;
}

static void lose(slot *s) {
  lost++;
  drop(s);
}

static int put(slot *s, const void *bytes, size_t n) {
  ssize_t done = send(s->fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (done < 0) {
    if (errno != EAGAIN && errno != EINTR) lose(s);
    return 0;
  }
  sent_bytes += (uint64_t)done;
  return (size_t)done == n;
}
static int say(slot *s, const char *text) { return put(s, text, strlen(text)); }

/* @returns bytes read, 0 if there are none; -1: it is over */
static ssize_t take(slot *s) {
  ssize_t n = recv(s->fd, sink, sizeof sink - 1, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (n <= 0) {
    lose(s);
    return -1;
  }
  sink[n] = '\0';
  read_bytes += (uint64_t)n;
  return n;
}

static void open_slot(slot *s) {
  s->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (s->fd < 0) return;
  int on = 1, small = SMALL_BUFFER;
  setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (s->kind == KIND_SLOW) setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  struct linger reset = {.l_onoff = 1, .l_linger = 0};
  setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  if (connect(s->fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS) {
    drop(s);
    return;
  }
  opened++;
  s->state = OPEN;
  s->turns = 0;
  if (s->kind == KIND_LARGE || s->kind == KIND_MESSAGE || s->kind == KIND_SLOW) {
    requests++;
    say(s, upgrade);
  } else if (s->kind == KIND_LORIS) say(s, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ");
}

/* A masked text frame of up to 125 bytes; the mask is nought. */
static void frame(slot *s, const char *text) {
  uint8_t bytes[256] = {0x81};
  size_t n = strlen(text);
  bytes[1] = 0x80 | (uint8_t)n;
  memcpy(bytes + 6, text, n);
  if (put(s, bytes, n + 6)) frames++;
}

static void request(slot *s) {
  static const char *const texts[] = {
      "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
      "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer not-a-token-that-anybody-has\r\n\r\n",
      "GET /readyz HTTP/1.1\r\nHost: evil.example\r\n\r\n",
      "DELETE /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
  };
  if (say(s, texts[s->turns++ % 5])) requests++;
}

static void large(slot *s) {
  /* A frame of 2^40 bytes, or a second request's header that does not end. */
  static const uint8_t head[14] = {0x81, 0x80 | 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  if (s->turns++ == 0 && put(s, head, sizeof head)) frames++;
  if (s->fd >= 0) put(s, filler, sizeof filler);
}

static void message(slot *s) {
  static const char *const texts[] = {
      "{\"op\":\"subscribe\",\"channel\":\"status\"}", "{\"op\":\"subscribe\",\"channel\":\"book:itch/WARM\"}",
      "{\"op\":\"unsubscribe\",\"channel\":\"status\"}", "{\"op\":\"kill\",\"id\":1}", "[[[[[[[[{{{{", "{\"op\":1e999}",
  };
  frame(s, texts[s->turns++ % 6]);
}

static void slow(slot *s) {
  if (s->turns > 1) return;
  frame(s, s->turns++ == 0 ? "{\"op\":\"subscribe\",\"channel\":\"status\"}"
                           : "{\"op\":\"subscribe\",\"channel\":\"book:itch/WARM\"}");
}

static void step(slot *s) {
  if (!(kinds >> s->kind & 1)) return;
  if (s->state == CLOSED) {
    open_slot(s);
    return;
  }
  switch (s->kind) {
    case KIND_LORIS:
      if (s->turns++ % 16 == 0) say(s, "x");
      if (s->fd >= 0) take(s);
      return;
    case KIND_FLOOD:
      drop(s);
      open_slot(s);
      return;
    case KIND_REQUEST:
      request(s);
      if (s->fd >= 0) take(s);
      return;
    default:
      break;
  }
  if (s->state == OPEN) {
    ssize_t n = take(s);
    if (n > 0) {
      if (strncmp(sink, "HTTP/1.1 101", 12) != 0) lose(s);
      else s->state = UPGRADED;
    }
    return;
  }
  if (s->kind == KIND_SLOW) {
    slow(s);
    return;
  }
  if (s->kind == KIND_LARGE) large(s);
  else message(s);
  if (s->fd >= 0) take(s);
}

static int told_to_end(void) {
  struct pollfd in = {.fd = 0, .events = POLLIN};
  return poll(&in, 1, 0) > 0;
}

int main(int argc, char **argv) {
  read_command_line(argc, argv);
  pin_core((int)value_int(command_line, "peerCore", -1));
  /* `told_to_end` looks at the descriptor: nothing may wait in the stream's own buffer. */
  setvbuf(stdin, NULL, _IONBF, 0);
  memset(filler, 'x', sizeof filler);
  static const int counts[] = {LORIS, FLOOD, REQUEST, LARGE, MESSAGE, SLOW};
  for (int kind = 0, at = 0; kind < 6; kind++)
    for (int i = 0; i < counts[kind]; i++) slots[at++] = (slot){.kind = (enum kind)kind, .fd = -1};
  puts("ready {}");
  fflush(stdout);
  while (next_go()) {
    int port = (int)value_int(go_line, "port", 0);
    to = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    snprintf(upgrade, sizeof upgrade,
             "GET /api HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n",
             port);
    kinds = value_int(go_line, "kinds", 63);
    opened = lost = requests = frames = sent_bytes = read_bytes = 0;
    int64_t start = now_ns(), deadline = start + value_int(go_line, "ms", 10000) * 1000000;
    for (int turns = 0; now_ns() < deadline; turns++) {
      for (int i = 0; i < SLOTS; i++) step(&slots[i]);
      if (turns == ARMED_TURNS) {
        puts("armed");
        fflush(stdout);
      }
      if (turns > ARMED_TURNS && told_to_end()) break;
    }
    for (int i = 0; i < SLOTS; i++)
      if (slots[i].state != CLOSED) drop(&slots[i]);
    printf("{\"ops\":%lu,\"ns\":%ld,\"opened\":%lu,\"lost\":%lu,\"requests\":%lu,\"frames\":%lu,\"sentBytes\":%lu,\"readBytes\":%lu}\n",
           opened + requests + frames, now_ns() - start, opened, lost, requests, frames, sent_bytes, read_bytes);
    fflush(stdout);
  }
  return 0;
}
