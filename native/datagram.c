/*
 * The datagram sockets of one thread, polled in one call. Everything the poll writes to is registered when the poller
 * is made; see src/io/datagram.ts for the meaning of each array.
 */
#include "flight-ring.h"
#include "net.h"

#include <sys/syscall.h>
#include <unistd.h>

enum { PACKET_TRUNCATED = 1, PACKET_WRONG_SOURCE = 2 };

/* Cells of one socket, as SocketCell in src/io/datagram.ts. */
enum {
  CELL_PACKETS,
  CELL_BYTES,
  CELL_KERNEL_DROPS,
  CELL_LAST_ERROR,
  CELL_ERRORS,
  CELL_RECEIVE_BUFFER,
  CELL_TRUNCATED,
  CELL_WRONG_SOURCE,
  SOCKET_CELLS
};

/* What `open` was doing when it failed, as OPEN_STEPS in src/io/native-datagram.ts. */
enum { STEP_SOCKET, STEP_BIND, STEP_INTERFACE, STEP_JOIN, STEP_BUFFER, STEP_STAMPS, STEP_TTL };

/* Cells of the registered `openStep` array. */
enum { OPEN_STEP, OPEN_BUSY_POLL_ERRNO, OPEN_CELLS };

enum { OPEN_KERNEL_STAMPS = 1, OPEN_REUSE_ADDRESS = 2 };

#define CONTROL_BYTES 128
#define LONGEST_NAME 64
#define LAST_PORT 65535
#define SEND_BATCH 64
/* How far the UTC offset that flight records carry may have aged. */
#define UTC_OFFSET_AGE_NS 10000000LL

typedef struct {
  struct sockaddr_in from;
  char control[CONTROL_BYTES] __attribute__((aligned(16)));
} packet_extra;

typedef struct {
  int fd;
  unsigned next_batch;
  bool check_source;
  struct in_addr source;
  uint32_t kernel_drops;
  double *cells;
  uint8_t *slab;
  struct mmsghdr *headers;
  packet_extra *extras;
} datagram_socket;

typedef struct {
  shared_state base;
  uint8_t *slab;
  int32_t *packet_offset;
  int32_t *packet_length;
  int32_t *packet_socket;
  int32_t *packet_flags;
  double *packet_rx_ns;
  double *packet_kernel_ns;
  int32_t *packet_source_address;
  int32_t *packet_source_port;
  double *socket_cells;
  double *now_ns;
  int32_t *open_step;
  int32_t batch;
  int32_t slot_bytes;
  int32_t max_sockets;
  int32_t socket_count;
  /* Where the next turn begins. */
  int32_t next_socket;
  bool stamps;
  datagram_socket *sockets;
  struct mmsghdr *headers;
  struct iovec *vectors;
  packet_extra *extras;
  flight_ring flight;
  int32_t flight_pending; /* packets of the last poll that are not in the flight ring yet */
  int64_t utc_offset;
  int64_t utc_offset_at;
} poller;

static void close_socket(datagram_socket *socket) {
  if (socket->fd < 0) return;
  close(socket->fd);
  socket->fd = -1;
}

static void poller_destroy(shared_state *state) {
  poller *p = (poller *)state;
  for (int32_t i = 0; i < p->socket_count; i++) close_socket(&p->sockets[i]);
  free(p->sockets);
  free(p->headers);
  free(p->vectors);
  free(p->extras);
  free(p);
}

/* The next receive's header: the kernel overwrites these three fields of each one that it fills. */
static inline void rearm(struct mmsghdr *header) {
  header->msg_hdr.msg_namelen = sizeof(struct sockaddr_in);
  header->msg_hdr.msg_controllen = CONTROL_BYTES;
  header->msg_hdr.msg_flags = 0;
}

static void record_flight(poller *p) {
  int64_t now = monotonic_ns();
  if (now - p->utc_offset_at > UTC_OFFSET_AGE_NS) {
    p->utc_offset = utc_offset_ns();
    p->utc_offset_at = now;
  }
  for (int32_t i = 0; i < p->flight_pending; i++) {
    flight_record record = {
        .rx_ns = p->packet_rx_ns[i],
        .utc_offset_ns = (double)p->utc_offset,
        .kernel_ns = p->packet_kernel_ns[i],
        .length = p->packet_length[i],
        .socket = p->packet_socket[i],
        .source_address = p->packet_source_address[i],
        .source_port = p->packet_source_port[i],
    };
    /* The arrays are shared with JavaScript: what it may have written there must not lead out of the slab. */
    if (record.length < 0 || record.length > p->slot_bytes || p->packet_offset[i] < 0 ||
        p->packet_offset[i] > (p->max_sockets * p->batch - 1) * p->slot_bytes)
      continue;
    flight_ring_write(&p->flight, &record, p->slab + p->packet_offset[i]);
  }
  p->flight_pending = 0;
}

/* Reads the kernel's drop count and receive stamp. @returns the stamp on the monotonic clock, 0 if there is none */
static int64_t read_control(datagram_socket *socket, struct msghdr *header, int64_t utc_offset) {
  int64_t stamp = 0;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL; c = CMSG_NXTHDR(header, c)) {
    if (c->cmsg_level != SOL_SOCKET) continue;
    if (c->cmsg_type == SO_RXQ_OVFL) {
      uint32_t drops;
      memcpy(&drops, CMSG_DATA(c), sizeof drops);
      socket->cells[CELL_KERNEL_DROPS] += (double)(uint32_t)(drops - socket->kernel_drops);
      socket->kernel_drops = drops;
    } else if (c->cmsg_type == SCM_TIMESTAMPNS) {
      struct timespec t;
      memcpy(&t, CMSG_DATA(c), sizeof t);
      stamp = (int64_t)t.tv_sec * NS_PER_SECOND + t.tv_nsec - utc_offset;
    }
  }
  return stamp;
}

/* Receives what one socket has, up to the batch. @returns the packets found after `count` earlier ones */
static inline int32_t poll_socket(poller *p, int32_t index, int32_t count, int64_t *now) {
  datagram_socket *socket = &p->sockets[index];
  int got;
  if (socket->next_batch == 1) {
    /* For one packet the older call is the cheaper one; straight to the kernel, past the library's cancellation point. */
    struct mmsghdr *header = &socket->headers[0];
    long length = syscall(SYS_recvmsg, socket->fd, &header->msg_hdr, MSG_DONTWAIT);
    header->msg_len = length < 0 ? 0 : (unsigned)length;
    got = length < 0 ? -1 : 1;
  } else {
    got = (int)syscall(SYS_recvmmsg, socket->fd, socket->headers, socket->next_batch, MSG_DONTWAIT, NULL);
  }
  /*
   * After an empty turn one packet is asked for: asking for more would make the first of a burst wait for the kernel's
   * look after a second. With traffic the whole batch is asked for.
   */
  if (got <= 0) {
    socket->next_batch = 1;
    if (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
      socket->cells[CELL_LAST_ERROR] = errno;
      socket->cells[CELL_ERRORS] += 1;
    }
    return count;
  }
  socket->next_batch = (unsigned)p->batch;
  *now = monotonic_ns();
  double rx_ns = (double)*now;
  int64_t utc_offset = p->stamps ? utc_offset_ns() : 0;
  int32_t slot = index * p->batch;
  double bytes = 0;
  for (int32_t i = 0; i < got; i++, count++, slot++) {
    struct mmsghdr *header = &socket->headers[i];
    const struct sockaddr_in *from = &socket->extras[i].from;
    int32_t length = (int32_t)header->msg_len;
    int32_t flags = 0;
    if (header->msg_hdr.msg_flags & MSG_TRUNC) {
      flags |= PACKET_TRUNCATED;
      socket->cells[CELL_TRUNCATED] += 1;
    }
    if (socket->check_source && from->sin_addr.s_addr != socket->source.s_addr) {
      flags |= PACKET_WRONG_SOURCE;
      socket->cells[CELL_WRONG_SOURCE] += 1;
    }
    p->packet_offset[count] = slot * p->slot_bytes;
    p->packet_length[count] = length;
    p->packet_socket[count] = index;
    p->packet_flags[count] = flags;
    p->packet_rx_ns[count] = rx_ns;
    p->packet_kernel_ns[count] =
        header->msg_hdr.msg_controllen > 0 ? (double)read_control(socket, &header->msg_hdr, utc_offset) : 0;
    p->packet_source_address[count] = (int32_t)ntohl(from->sin_addr.s_addr);
    p->packet_source_port[count] = ntohs(from->sin_port);
    bytes += length;
    rearm(header);
  }
  socket->cells[CELL_PACKETS] += got;
  socket->cells[CELL_BYTES] += bytes;
  return count;
}

static napi_value poller_poll(napi_env env, napi_callback_info info) {
  void *data = NULL;
  napi_get_cb_info(env, info, NULL, NULL, NULL, &data);
  poller *p = data;
  if (p->flight_pending > 0) record_flight(p);
  int32_t count = 0;
  int64_t now = 0;
  /*
   * Ends at the first socket that had something: its packets are handled before the next socket is asked, and the next
   * turn goes on behind it, so that a flood on one starves no other.
   */
  for (int32_t asked = 0; asked < p->socket_count && count == 0; asked++) {
    int32_t i = p->next_socket < p->socket_count ? p->next_socket : 0;
    p->next_socket = i + 1;
    if (p->sockets[i].fd < 0) continue;
    count = poll_socket(p, i, count, &now);
  }
  *p->now_ns = (double)(now != 0 ? now : monotonic_ns());
  if (p->flight.header != NULL) p->flight_pending = count;
  return int_result(env, count);
}

static int join_group(int fd, struct in_addr group, struct in_addr source, bool from_source, unsigned interface) {
  if (from_source) {
    struct group_source_req request;
    memset(&request, 0, sizeof request);
    struct sockaddr_in group_endpoint = ipv4_endpoint(group, 0);
    struct sockaddr_in source_endpoint = ipv4_endpoint(source, 0);
    request.gsr_interface = interface;
    memcpy(&request.gsr_group, &group_endpoint, sizeof group_endpoint);
    memcpy(&request.gsr_source, &source_endpoint, sizeof source_endpoint);
    return setsockopt(fd, IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, &request, sizeof request) == 0 ? 0 : -errno;
  }
  struct ip_mreqn request;
  memset(&request, 0, sizeof request);
  request.imr_multiaddr = group;
  request.imr_ifindex = (int)interface;
  return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request) == 0 ? 0 : -errno;
}

typedef struct {
  struct in_addr address;
  struct in_addr group;
  struct in_addr source;
  char interface[LONGEST_NAME];
  bool has_group;
  bool has_source;
  int32_t port;
  int32_t receive_buffer_bytes;
  int32_t busy_poll_us;
  int32_t multicast_ttl;
  int32_t flags;
} open_request;

static int set_up_socket(int fd, const open_request *r, int32_t *step, int32_t *refused_busy_poll) {
  int reason;
  unsigned interface = 0;
  *step = STEP_INTERFACE;
  if (r->interface[0] != '\0') {
    interface = interface_index(r->interface);
    if (interface == 0) return -ENODEV;
    struct ip_mreqn outgoing;
    memset(&outgoing, 0, sizeof outgoing);
    outgoing.imr_ifindex = (int)interface;
    if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &outgoing, sizeof outgoing) != 0) return -errno;
  }
  *step = STEP_BUFFER;
  if (r->receive_buffer_bytes > 0 && (reason = set_receive_buffer(fd, r->receive_buffer_bytes)) != 0) return reason;
  /* More than the system's own value is a privilege: without it the socket works all the same, and the caller is told. */
  if (r->busy_poll_us > 0) *refused_busy_poll = -set_int_option(fd, SOL_SOCKET, SO_BUSY_POLL, r->busy_poll_us);
  *step = STEP_STAMPS;
  if ((reason = set_int_option(fd, SOL_SOCKET, SO_RXQ_OVFL, 1)) != 0) return reason;
  if ((r->flags & OPEN_KERNEL_STAMPS) && (reason = set_int_option(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1)) != 0)
    return reason;
  *step = STEP_TTL;
  if (r->multicast_ttl >= 0 && (reason = set_int_option(fd, IPPROTO_IP, IP_MULTICAST_TTL, r->multicast_ttl)) != 0)
    return reason;
  *step = STEP_BIND;
  if (r->port < 0 || r->port > LAST_PORT) return -EINVAL;
  /* Without this, a socket is also given groups that other sockets of the host have joined. */
  if ((reason = set_int_option(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0)) != 0) return reason;
  if ((r->flags & OPEN_REUSE_ADDRESS) && (reason = set_int_option(fd, SOL_SOCKET, SO_REUSEADDR, 1)) != 0) return reason;
  struct sockaddr_in local = ipv4_endpoint(r->address, r->port);
  if (bind(fd, (struct sockaddr *)&local, sizeof local) != 0) return -errno;
  *step = STEP_JOIN;
  if (r->has_group) return join_group(fd, r->group, r->source, r->has_source, interface);
  return 0;
}

static void prepare_headers(poller *p, int32_t index) {
  datagram_socket *socket = &p->sockets[index];
  size_t first = (size_t)index * (size_t)p->batch;
  socket->headers = p->headers + first;
  socket->extras = p->extras + first;
  socket->cells = p->socket_cells + (size_t)index * SOCKET_CELLS;
  for (int32_t i = 0; i < p->batch; i++) {
    struct iovec *vector = &p->vectors[first + (size_t)i];
    vector->iov_base = p->slab + (first + (size_t)i) * (size_t)p->slot_bytes;
    vector->iov_len = (size_t)p->slot_bytes;
    struct msghdr *header = &socket->headers[i].msg_hdr;
    memset(header, 0, sizeof *header);
    header->msg_name = &socket->extras[i].from;
    header->msg_iov = vector;
    header->msg_iovlen = 1;
    header->msg_control = socket->extras[i].control;
    rearm(&socket->headers[i]);
  }
}

static bool optional_address(napi_env env, napi_value value, struct in_addr *into, bool *present) {
  char text[LONGEST_NAME];
  if (!string_argument(env, value, text, sizeof text)) return false;
  *present = text[0] != '\0';
  return !*present || parse_ipv4(text, into);
}

/*
 * open(address, port, group, interface, source, receiveBufferBytes, busyPollUs, multicastTtl, flags): the socket's
 * index, or a negative errno with the failed step in the registered array. '' stands for "not given".
 */
static napi_value poller_open(napi_env env, napi_callback_info info) {
  napi_value args[9];
  size_t count = 9;
  void *data = NULL;
  open_request r;
  memset(&r, 0, sizeof r);
  bool has_address = false;
  if (napi_get_cb_info(env, info, &count, args, NULL, &data) != napi_ok || count < 9 ||
      !optional_address(env, args[0], &r.address, &has_address) || !has_address ||
      !int_argument(env, args[1], &r.port) || !optional_address(env, args[2], &r.group, &r.has_group) ||
      !string_argument(env, args[3], r.interface, sizeof r.interface) ||
      !optional_address(env, args[4], &r.source, &r.has_source) ||
      !int_argument(env, args[5], &r.receive_buffer_bytes) || !int_argument(env, args[6], &r.busy_poll_us) ||
      !int_argument(env, args[7], &r.multicast_ttl) || !int_argument(env, args[8], &r.flags))
    return wrong_arguments(env, "open(address, port, group, interface, source, …): IPv4 addresses in dotted form");
  poller *p = data;
  p->open_step[OPEN_STEP] = STEP_SOCKET;
  if (p->socket_count >= p->max_sockets) return int_result(env, -EMFILE);
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return int_result(env, -errno);
  p->open_step[OPEN_BUSY_POLL_ERRNO] = 0;
  int reason = set_up_socket(fd, &r, p->open_step, &p->open_step[OPEN_BUSY_POLL_ERRNO]);
  if (reason != 0) {
    close(fd);
    return int_result(env, reason);
  }
  int32_t index = p->socket_count;
  datagram_socket *s = &p->sockets[index];
  prepare_headers(p, index);
  s->fd = fd;
  s->next_batch = 1;
  s->check_source = r.has_source;
  s->source = r.source;
  if (r.flags & OPEN_KERNEL_STAMPS) p->stamps = true;
  int granted = 0;
  socklen_t size = sizeof granted;
  if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &granted, &size) == 0) s->cells[CELL_RECEIVE_BUFFER] = granted;
  p->socket_count = index + 1;
  return int_result(env, index);
}

static datagram_socket *open_socket(poller *p, int32_t index) {
  return index >= 0 && index < p->socket_count && p->sockets[index].fd >= 0 ? &p->sockets[index] : NULL;
}

static napi_value poller_local_port(napi_env env, napi_callback_info info) {
  napi_value args[1];
  size_t count = 1;
  void *data = NULL;
  int32_t index = 0;
  if (napi_get_cb_info(env, info, &count, args, NULL, &data) != napi_ok || count < 1 ||
      !int_argument(env, args[0], &index))
    return wrong_arguments(env, "localPort(socket)");
  datagram_socket *s = open_socket(data, index);
  if (s == NULL) return int_result(env, -EBADF);
  struct sockaddr_in local;
  socklen_t size = sizeof local;
  if (getsockname(s->fd, (struct sockaddr *)&local, &size) != 0) return int_result(env, -errno);
  return int_result(env, ntohs(local.sin_port));
}

/* send(socket, bytes, offset, length, address, port): 0 or a positive errno. */
static napi_value poller_send(napi_env env, napi_callback_info info) {
  napi_value args[6];
  size_t count = 6, length = 0;
  void *data = NULL;
  uint8_t *bytes = NULL;
  int32_t index = 0, address = 0, port = 0;
  if (napi_get_cb_info(env, info, &count, args, NULL, &data) != napi_ok || count < 6 ||
      !int_argument(env, args[0], &index) || !range_argument(env, args[1], args[2], args[3], &bytes, &length) ||
      !int_argument(env, args[4], &address) || !int_argument(env, args[5], &port))
    return wrong_arguments(env, "send(socket, bytes: Uint8Array, offset, length, address, port)");
  datagram_socket *s = open_socket(data, index);
  if (s == NULL) return int_result(env, EBADF);
  struct in_addr to_address = {.s_addr = htonl((uint32_t)address)};
  struct sockaddr_in to = ipv4_endpoint(to_address, port);
  ssize_t sent = sendto(s->fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&to, sizeof to);
  return int_result(env, sent >= 0 ? 0 : errno);
}

/*
 * sendBatch(socket, bytes, offsets: Int32Array, lengths: Int32Array, count, address, port): datagrams sent (less than
 * `count` where the kernel took no more), or a negative errno if it took none.
 */
static napi_value poller_send_batch(napi_env env, napi_callback_info info) {
  napi_value args[7];
  size_t arg_count = 7, available = 0, offset_count = 0, length_count = 0;
  void *data = NULL, *bytes = NULL, *offsets = NULL, *lengths = NULL;
  int32_t index = 0, wanted = 0, address = 0, port = 0;
  if (napi_get_cb_info(env, info, &arg_count, args, NULL, &data) != napi_ok || arg_count < 7 ||
      !int_argument(env, args[0], &index) || !array_argument(env, args[1], napi_uint8_array, &bytes, &available) ||
      !array_argument(env, args[2], napi_int32_array, &offsets, &offset_count) ||
      !array_argument(env, args[3], napi_int32_array, &lengths, &length_count) ||
      !int_argument(env, args[4], &wanted) || !int_argument(env, args[5], &address) ||
      !int_argument(env, args[6], &port) || wanted < 0 || (size_t)wanted > offset_count ||
      (size_t)wanted > length_count)
    return wrong_arguments(env, "sendBatch(socket, bytes, offsets, lengths, count, address, port)");
  datagram_socket *s = open_socket(data, index);
  if (s == NULL) return int_result(env, -EBADF);
  struct in_addr to_address = {.s_addr = htonl((uint32_t)address)};
  struct sockaddr_in to = ipv4_endpoint(to_address, port);
  struct mmsghdr headers[SEND_BATCH];
  struct iovec vectors[SEND_BATCH];
  int32_t done = 0;
  while (done < wanted) {
    int32_t now = wanted - done < SEND_BATCH ? wanted - done : SEND_BATCH;
    memset(headers, 0, sizeof headers[0] * (size_t)now);
    for (int32_t i = 0; i < now; i++) {
      int32_t offset = ((int32_t *)offsets)[done + i];
      int32_t length = ((int32_t *)lengths)[done + i];
      if (offset < 0 || length < 0 || (size_t)offset + (size_t)length > available)
        return int_result(env, done > 0 ? done : -EFAULT);
      vectors[i].iov_base = (uint8_t *)bytes + offset;
      vectors[i].iov_len = (size_t)length;
      headers[i].msg_hdr.msg_name = &to;
      headers[i].msg_hdr.msg_namelen = sizeof to;
      headers[i].msg_hdr.msg_iov = &vectors[i];
      headers[i].msg_hdr.msg_iovlen = 1;
    }
    int sent = sendmmsg(s->fd, headers, (unsigned)now, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) return int_result(env, done > 0 ? done : -errno);
    done += sent;
    if (sent < now) break;
  }
  return int_result(env, done);
}

/* close(socket): -1 closes all. */
static napi_value poller_close(napi_env env, napi_callback_info info) {
  napi_value args[1];
  size_t count = 1;
  void *data = NULL;
  int32_t index = -1;
  if (napi_get_cb_info(env, info, &count, args, NULL, &data) != napi_ok || count < 1 ||
      !int_argument(env, args[0], &index))
    return wrong_arguments(env, "close(socket)");
  poller *p = data;
  for (int32_t i = 0; i < p->socket_count; i++)
    if (index < 0 || index == i) close_socket(&p->sockets[i]);
  return NULL;
}

/* Arguments of createDatagramPoller, in order; all but the numbers are typed arrays that stay registered. */
enum {
  ARG_SLAB,
  ARG_PACKET_OFFSET,
  ARG_PACKET_LENGTH,
  ARG_PACKET_SOCKET,
  ARG_PACKET_FLAGS,
  ARG_PACKET_RX_NS,
  ARG_PACKET_KERNEL_NS,
  ARG_PACKET_SOURCE_ADDRESS,
  ARG_PACKET_SOURCE_PORT,
  ARG_SOCKET_CELLS,
  ARG_NOW_NS,
  ARG_OPEN_STEP,
  ARG_FLIGHT, /* Uint8Array over the flight ring's memory; empty: no recording */
  ARG_ARRAYS,
  ARG_BATCH = ARG_ARRAYS,
  ARG_SLOT_BYTES,
  ARG_MAX_SOCKETS,
  ARG_COUNT
};

static bool register_array(napi_env env, napi_value value, napi_typedarray_type type, size_t least, void *into) {
  size_t elements = 0;
  void *data = NULL;
  if (!array_argument(env, value, type, &data, &elements) || elements < least) return false;
  memcpy(into, &data, sizeof data);
  return true;
}

static bool register_arrays(napi_env env, poller *p, napi_value *args) {
  size_t packets = (size_t)p->batch * (size_t)p->max_sockets;
  return register_array(env, args[ARG_SLAB], napi_uint8_array, packets * (size_t)p->slot_bytes, &p->slab) &&
         register_array(env, args[ARG_PACKET_OFFSET], napi_int32_array, packets, &p->packet_offset) &&
         register_array(env, args[ARG_PACKET_LENGTH], napi_int32_array, packets, &p->packet_length) &&
         register_array(env, args[ARG_PACKET_SOCKET], napi_int32_array, packets, &p->packet_socket) &&
         register_array(env, args[ARG_PACKET_FLAGS], napi_int32_array, packets, &p->packet_flags) &&
         register_array(env, args[ARG_PACKET_RX_NS], napi_float64_array, packets, &p->packet_rx_ns) &&
         register_array(env, args[ARG_PACKET_KERNEL_NS], napi_float64_array, packets, &p->packet_kernel_ns) &&
         register_array(env, args[ARG_PACKET_SOURCE_ADDRESS], napi_int32_array, packets, &p->packet_source_address) &&
         register_array(env, args[ARG_PACKET_SOURCE_PORT], napi_int32_array, packets, &p->packet_source_port) &&
         register_array(env, args[ARG_SOCKET_CELLS], napi_float64_array, (size_t)p->max_sockets * SOCKET_CELLS,
                        &p->socket_cells) &&
         register_array(env, args[ARG_NOW_NS], napi_float64_array, 1, &p->now_ns) &&
         register_array(env, args[ARG_OPEN_STEP], napi_int32_array, OPEN_CELLS, &p->open_step);
}

static napi_value create_poller(napi_env env, napi_callback_info info) {
  napi_value args[ARG_COUNT];
  size_t count = ARG_COUNT, flight_bytes = 0;
  void *flight = NULL;
  int32_t batch = 0, slot_bytes = 0, max_sockets = 0;
  if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok || count < ARG_COUNT ||
      !int_argument(env, args[ARG_BATCH], &batch) || !int_argument(env, args[ARG_SLOT_BYTES], &slot_bytes) ||
      !int_argument(env, args[ARG_MAX_SOCKETS], &max_sockets) || batch < 1 || slot_bytes < 1 || max_sockets < 1 ||
      (int64_t)batch * slot_bytes * max_sockets > INT32_MAX)
    return wrong_arguments(env, "createDatagramPoller: batch, slotBytes and maxSockets must be at least 1 and give "
                                "less than 2 GiB");
  poller *p = calloc(1, sizeof *p);
  if (p == NULL) return wrong_arguments(env, "out of memory");
  size_t packets = (size_t)batch * (size_t)max_sockets;
  p->base.destroy = poller_destroy;
  p->batch = batch;
  p->slot_bytes = slot_bytes;
  p->max_sockets = max_sockets;
  p->sockets = calloc((size_t)max_sockets, sizeof *p->sockets);
  p->headers = calloc(packets, sizeof *p->headers);
  p->vectors = calloc(packets, sizeof *p->vectors);
  p->extras = calloc(packets, sizeof *p->extras);
  bool ok = p->sockets != NULL && p->headers != NULL && p->vectors != NULL && p->extras != NULL &&
            register_arrays(env, p, args) &&
            array_argument(env, args[ARG_FLIGHT], napi_uint8_array, &flight, &flight_bytes) &&
            (flight_bytes == 0 || flight_ring_open(&p->flight, flight, flight_bytes));
  if (!ok) {
    poller_destroy(&p->base);
    return wrong_arguments(env, "createDatagramPoller: an array is missing, too short or of the wrong type");
  }
  for (int32_t i = 0; i < max_sockets; i++) p->sockets[i].fd = -1;
  static const method methods[] = {
      {"poll", poller_poll}, {"open", poller_open},           {"localPort", poller_local_port},
      {"send", poller_send}, {"sendBatch", poller_send_batch}, {"close", poller_close},
  };
  return object_with_methods(env, &p->base, methods, sizeof methods / sizeof methods[0], args, ARG_ARRAYS);
}

bool datagram_init(napi_env env, napi_value exports) {
  return define_function(env, exports, "createDatagramPoller", create_poller);
}
