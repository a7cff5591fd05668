/* One TCP client connection; no call of it blocks. See src/io/stream.ts. */
#include "net.h"

#include <linux/tcp.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

/* StreamState in src/io/stream.ts. */
enum { STATE_CONNECTING, STATE_OPEN, STATE_CLOSED_BY_PEER, STATE_FAILED, STATE_CLOSED };

enum { STREAM_NO_DELAY = 1, STREAM_KEEP_ALIVE = 2, STREAM_QUICK_ACK = 4 };

/* Cells of readInfo, as StreamInfoCell in src/io/stream.ts. */
enum {
  INFO_RTT_US,
  INFO_RTT_VARIANCE_US,
  INFO_RETRANSMIT_TIMEOUT_US,
  INFO_UNACKNOWLEDGED,
  INFO_LOST,
  INFO_TOTAL_RETRANSMITS,
  INFO_CONGESTION_WINDOW,
  INFO_LAST_SENT_MS,
  INFO_LAST_RECEIVED_MS,
  INFO_LAST_ACK_MS,
  INFO_NOT_SENT_BYTES,
  INFO_MIN_RTT_US,
  INFO_CELLS
};

/* Words of identify: descriptor, cookie. */
#define IDENTITY_WORDS 3
#define LONGEST_NAME 64
/* A dead peer of an idle connection is noticed after 10 + 3 × 3 s. */
#define KEEP_ALIVE_IDLE_S 10
#define KEEP_ALIVE_INTERVAL_S 3
#define KEEP_ALIVE_PROBES 3

typedef struct {
  shared_state base;
  int fd;
  int32_t state;
  int32_t error;
  bool quick_ack;
} stream;

static void stream_destroy(shared_state *state) {
  stream *s = (stream *)state;
  if (s->fd >= 0) close(s->fd);
  free(s);
}

/* The kernel's number of a socket, which no other socket of this boot has. */
static int read_cookie(int fd, uint64_t *cookie) {
  socklen_t size = sizeof *cookie;
  return getsockopt(fd, SOL_SOCKET, SO_COOKIE, cookie, &size) == 0 ? 0 : -errno;
}

static void fail(stream *s, int reason) {
  s->state = STATE_FAILED;
  s->error = reason;
}

/* Acknowledge at once; the kernel forgets this option, so it is set again with every receive. */
static void acknowledge_at_once(stream *s) {
  if (s->quick_ack) set_int_option(s->fd, IPPROTO_TCP, TCP_QUICKACK, 1);
}

static void advance_connect(stream *s) {
  struct pollfd wait = {.fd = s->fd, .events = POLLOUT};
  if (poll(&wait, 1, 0) <= 0) return;
  int reason = 0;
  socklen_t size = sizeof reason;
  if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &reason, &size) != 0) reason = errno;
  if (reason != 0) {
    fail(s, reason);
    return;
  }
  s->state = STATE_OPEN;
  acknowledge_at_once(s);
}

static napi_value stream_state(napi_env env, napi_callback_info info) {
  void *data = NULL;
  napi_get_cb_info(env, info, NULL, NULL, NULL, &data);
  stream *s = data;
  if (s->state == STATE_CONNECTING) advance_connect(s);
  return int_result(env, s->state);
}

static napi_value stream_error(napi_env env, napi_callback_info info) {
  void *data = NULL;
  napi_get_cb_info(env, info, NULL, NULL, NULL, &data);
  return int_result(env, ((stream *)data)->error);
}

static stream *with_range(napi_env env, napi_callback_info info, uint8_t **bytes, size_t *length) {
  napi_value args[3];
  size_t count = 3;
  void *data = NULL;
  if (napi_get_cb_info(env, info, &count, args, NULL, &data) != napi_ok || count < 3 ||
      !range_argument(env, args[0], args[1], args[2], bytes, length))
    return NULL;
  return data;
}

static napi_value stream_receive(napi_env env, napi_callback_info info) {
  uint8_t *bytes = NULL;
  size_t length = 0;
  stream *s = with_range(env, info, &bytes, &length);
  if (s == NULL) return wrong_arguments(env, "receive(bytes: Uint8Array, offset, length)");
  if (s->state == STATE_CONNECTING) advance_connect(s);
  if (s->state != STATE_OPEN || length == 0) return int_result(env, 0);
  /* by number: the library's own call prepares for a cancellation of the thread each time, and a turn makes many of them */
  long got = syscall(SYS_recvfrom, s->fd, bytes, length, MSG_DONTWAIT, NULL, NULL);
  if (got > 0) {
    acknowledge_at_once(s);
    return int_result(env, (int32_t)got);
  }
  if (got == 0) s->state = STATE_CLOSED_BY_PEER;
  else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) fail(s, errno);
  return int_result(env, 0);
}

static napi_value stream_send(napi_env env, napi_callback_info info) {
  uint8_t *bytes = NULL;
  size_t length = 0;
  stream *s = with_range(env, info, &bytes, &length);
  if (s == NULL) return wrong_arguments(env, "send(bytes: Uint8Array, offset, length)");
  if (s->state == STATE_CONNECTING) advance_connect(s);
  if (s->state != STATE_OPEN || length == 0) return int_result(env, 0);
  long sent = syscall(SYS_sendto, s->fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);
  if (sent >= 0) return int_result(env, (int32_t)sent);
  if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) fail(s, errno);
  return int_result(env, 0);
}

static napi_value stream_close(napi_env env, napi_callback_info info) {
  napi_value args[1];
  size_t count = 1;
  void *data = NULL;
  int32_t reset = 0;
  if (napi_get_cb_info(env, info, &count, args, NULL, &data) != napi_ok || count < 1 ||
      !int_argument(env, args[0], &reset))
    return wrong_arguments(env, "close(reset: 0 | 1)");
  stream *s = data;
  if (s->fd >= 0) {
    if (reset) {
      struct linger now = {.l_onoff = 1, .l_linger = 0};
      setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    close(s->fd);
    s->fd = -1;
  }
  s->state = STATE_CLOSED;
  return NULL;
}

/* readInfo(into: Float64Array): 0 or a negative errno. */
static napi_value stream_read_info(napi_env env, napi_callback_info info) {
  napi_value args[1];
  size_t count = 1, elements = 0;
  void *data = NULL, *cells = NULL;
  if (napi_get_cb_info(env, info, &count, args, NULL, &data) != napi_ok || count < 1 ||
      !array_argument(env, args[0], napi_float64_array, &cells, &elements) || elements < INFO_CELLS)
    return wrong_arguments(env, "readInfo(into: Float64Array of STREAM_INFO_CELLS)");
  stream *s = data;
  struct tcp_info tcp;
  memset(&tcp, 0, sizeof tcp); /* an older kernel fills less of it */
  socklen_t size = sizeof tcp;
  if (s->fd < 0) return int_result(env, -EBADF);
  if (getsockopt(s->fd, IPPROTO_TCP, TCP_INFO, &tcp, &size) != 0) return int_result(env, -errno);
  double *into = cells;
  into[INFO_RTT_US] = tcp.tcpi_rtt;
  into[INFO_RTT_VARIANCE_US] = tcp.tcpi_rttvar;
  into[INFO_RETRANSMIT_TIMEOUT_US] = tcp.tcpi_rto;
  into[INFO_UNACKNOWLEDGED] = tcp.tcpi_unacked;
  into[INFO_LOST] = tcp.tcpi_lost;
  into[INFO_TOTAL_RETRANSMITS] = tcp.tcpi_total_retrans;
  into[INFO_CONGESTION_WINDOW] = tcp.tcpi_snd_cwnd;
  into[INFO_LAST_SENT_MS] = tcp.tcpi_last_data_sent;
  into[INFO_LAST_RECEIVED_MS] = tcp.tcpi_last_data_recv;
  into[INFO_LAST_ACK_MS] = tcp.tcpi_last_ack_recv;
  into[INFO_NOT_SENT_BYTES] = tcp.tcpi_notsent_bytes;
  into[INFO_MIN_RTT_US] = tcp.tcpi_min_rtt;
  return int_result(env, 0);
}

/*
 * identify(into: Int32Array, index): descriptor and cookie (two words) of the socket, for abortSocket of another thread.
 * 0 or a negative errno.
 */
static napi_value stream_identify(napi_env env, napi_callback_info info) {
  napi_value args[2];
  size_t count = 2, elements = 0;
  void *data = NULL, *cells = NULL;
  int32_t index = 0;
  if (napi_get_cb_info(env, info, &count, args, NULL, &data) != napi_ok || count < 2 ||
      !array_argument(env, args[0], napi_int32_array, &cells, &elements) || !int_argument(env, args[1], &index) ||
      index < 0 || (size_t)index + IDENTITY_WORDS > elements)
    return wrong_arguments(env, "identify(into: Int32Array, index)");
  stream *s = data;
  uint64_t cookie = 0;
  if (s->fd < 0) return int_result(env, -EBADF);
  int reason = read_cookie(s->fd, &cookie);
  if (reason != 0) return int_result(env, reason);
  int32_t *into = (int32_t *)cells + index;
  into[0] = s->fd;
  into[1] = (int32_t)(uint32_t)cookie;
  into[2] = (int32_t)(uint32_t)(cookie >> 32);
  return int_result(env, 0);
}

/*
 * abortSocket(descriptor, cookieLow, cookieHigh): ends a TCP connection of this process from any thread: unsent bytes are
 * dropped, the peer gets a reset. ESTALE if the descriptor is another socket by now. 0 or a negative errno.
 */
static napi_value abort_socket(napi_env env, napi_callback_info info) {
  napi_value args[3];
  size_t count = 3;
  int32_t fd = -1, low = 0, high = 0;
  if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok || count < 3 ||
      !int_argument(env, args[0], &fd) || !int_argument(env, args[1], &low) || !int_argument(env, args[2], &high))
    return wrong_arguments(env, "abortSocket(descriptor, cookieLow, cookieHigh)");
  uint64_t cookie = 0;
  int reason = read_cookie(fd, &cookie);
  if (reason != 0) return int_result(env, reason);
  if (cookie != ((uint64_t)(uint32_t)high << 32 | (uint32_t)low)) return int_result(env, -ESTALE);
  /* What disconnects a TCP socket without closing its descriptor, which is the other thread's to close. */
  struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
  return int_result(env, connect(fd, &nowhere, sizeof nowhere) == 0 ? 0 : -errno);
}

static int set_up_stream(stream *s, const char *local, int32_t receive_buffer, int32_t user_timeout_ms, int32_t flags) {
  int reason;
  if (receive_buffer > 0 && (reason = set_receive_buffer(s->fd, receive_buffer)) != 0) return reason;
  if ((flags & STREAM_NO_DELAY) && (reason = set_int_option(s->fd, IPPROTO_TCP, TCP_NODELAY, 1)) != 0) return reason;
  if (flags & STREAM_KEEP_ALIVE) {
    if ((reason = set_int_option(s->fd, SOL_SOCKET, SO_KEEPALIVE, 1)) != 0 ||
        (reason = set_int_option(s->fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_ALIVE_IDLE_S)) != 0 ||
        (reason = set_int_option(s->fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_ALIVE_INTERVAL_S)) != 0 ||
        (reason = set_int_option(s->fd, IPPROTO_TCP, TCP_KEEPCNT, KEEP_ALIVE_PROBES)) != 0)
      return reason;
  }
  if (user_timeout_ms > 0 && (reason = set_int_option(s->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, user_timeout_ms)) != 0)
    return reason;
  if (local[0] == '\0') return 0;
  struct in_addr address;
  if (parse_ipv4(local, &address)) {
    struct sockaddr_in from = ipv4_endpoint(address, 0);
    return bind(s->fd, (struct sockaddr *)&from, sizeof from) == 0 ? 0 : -errno;
  }
  return setsockopt(s->fd, SOL_SOCKET, SO_BINDTODEVICE, local, (socklen_t)strlen(local)) == 0 ? 0 : -errno;
}

/*
 * connectStream(address, port, local, receiveBufferBytes, userTimeoutMs, flags): a stream. What goes wrong from the
 * first system call on is told by its state and error; only wrong arguments throw.
 */
static napi_value connect_stream(napi_env env, napi_callback_info info) {
  napi_value args[6];
  size_t count = 6;
  char address_text[LONGEST_NAME], local[LONGEST_NAME];
  struct in_addr address;
  int32_t port = 0, receive_buffer = 0, user_timeout_ms = 0, flags = 0;
  if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok || count < 6 ||
      !string_argument(env, args[0], address_text, sizeof address_text) || !parse_ipv4(address_text, &address) ||
      !int_argument(env, args[1], &port) || port < 1 || port > 65535 ||
      !string_argument(env, args[2], local, sizeof local) || !int_argument(env, args[3], &receive_buffer) ||
      !int_argument(env, args[4], &user_timeout_ms) || !int_argument(env, args[5], &flags))
    return wrong_arguments(env, "connectStream(address, port, …): a dotted IPv4 address and a port");
  stream *s = calloc(1, sizeof *s);
  if (s == NULL) return wrong_arguments(env, "out of memory");
  s->base.destroy = stream_destroy;
  s->quick_ack = (flags & STREAM_QUICK_ACK) != 0;
  s->state = STATE_CONNECTING;
  s->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int reason = s->fd < 0 ? -errno : set_up_stream(s, local, receive_buffer, user_timeout_ms, flags);
  if (reason == 0) {
    struct sockaddr_in to = ipv4_endpoint(address, port);
    if (connect(s->fd, (struct sockaddr *)&to, sizeof to) == 0) {
      s->state = STATE_OPEN;
      acknowledge_at_once(s);
    } else if (errno != EINPROGRESS) {
      reason = -errno;
    }
  }
  if (reason != 0) fail(s, -reason);
  static const method methods[] = {
      {"state", stream_state}, {"error", stream_error}, {"receive", stream_receive},
      {"send", stream_send},   {"close", stream_close}, {"readInfo", stream_read_info},
      {"identify", stream_identify},
  };
  return object_with_methods(env, &s->base, methods, sizeof methods / sizeof methods[0], NULL, 0);
}

bool stream_init(napi_env env, napi_value exports) {
  return define_function(env, exports, "connectStream", connect_stream) &&
         define_function(env, exports, "abortSocket", abort_socket);
}
