/*
 * Twin of every figure that reads sockets. It polls the sockets of line A and line B in that order without waiting,
 * stamps what it received, arbitrates (arbiter.h), decodes the ITCH message and takes the clock where ours has called
 * the strategy.
 *
 * Command line: core=… mode=wire|floor|fill|gap|silence [together=1] [staleUs=…]
 *   floor: one socket, no arbitration, no second poll: what the kernel's loopback alone costs.
 *   together=1: both sockets are received from before either packet is looked at, as one poll call of ours does.
 */
#include "feed.h" /* first: it asks for the GNU interfaces */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

static uint64_t checksum, ended, messages;
static int64_t silence_deadline;
enum { WIRE, FLOOR, FILL, GAP, SILENCE };
static int mode;

static inline void on_message(int source, int line, int64_t rx, const uint8_t *m, int32_t length);
#define ARB_DELIVER(a, bytes, length, source) on_message(source, (a)->line, (a)->rx, bytes, length)
#define ARB_SWITCHED(a, deadline) silence_deadline = deadline
#include "arbiter.h"

/* The strategy: sees the decoded fields, and notes the time that the figure asks for. */
static inline void on_message(int source, int line, int64_t rx, const uint8_t *m, int32_t length) {
  uint64_t stamp = be48(m + 5);
  uint16_t mark = be16(m + 3);
  messages++;
  switch (m[0]) {
    case 'A':
      checksum += be64(m + 11) + m[19] + be32(m + 20) + be64(m + 24) + be32(m + 32) + be16(m + 1);
      break;
    case 'D':
      checksum += be64(m + 11) + be16(m + 1);
      break;
    case 'S':
      if (length == SYSTEM_EVENT_BYTES && m[11] == END_OF_SAMPLE) ended = 1;
      return;
  }
  if (mode <= FLOOR) add_sample((double)stamp_age_ns(stamp, now_ns()));
  else if (mode == FILL) {
    if (mark == MARK_LAST_QUEUED && source != line) add_sample((double)(now_ns() - rx));
  } else if (mode == GAP) {
    if (mark == MARK_MISSING && source != line) add_sample((double)(now_ns() - rx));
  } else if (silence_deadline) {
    add_sample((double)(now_ns() - silence_deadline));
    silence_deadline = 0;
  }
}

#define BATCH 32
#define SLOT 2048
#define CONTROL 128

typedef struct {
  int fd;
  unsigned next_batch;
  uint32_t kernel_drops;
  uint64_t packets;
  struct mmsghdr headers[BATCH];
  struct iovec vectors[BATCH];
  struct sockaddr_in from[BATCH];
  char control[BATCH][CONTROL] __attribute__((aligned(16)));
  uint8_t *slots;
} line_socket;

static line_socket sockets[ARB_LINES];
static arb arbiter;

static int open_line(line_socket *s) {
  s->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  int bytes = 8 << 20, on = 1;
  if (setsockopt(s->fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
    setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  setsockopt(s->fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
  struct sockaddr_in local = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof local;
  if (bind(s->fd, (struct sockaddr *)&local, size) != 0) return -1;
  getsockname(s->fd, (struct sockaddr *)&local, &size);
  s->slots = make_memory(BATCH * SLOT);
  s->next_batch = 1;
  for (int i = 0; i < BATCH; i++) {
    s->vectors[i] = (struct iovec){s->slots + i * SLOT, SLOT};
    s->headers[i].msg_hdr = (struct msghdr){.msg_name = &s->from[i],
                                            .msg_namelen = sizeof s->from[i],
                                            .msg_iov = &s->vectors[i],
                                            .msg_iovlen = 1,
                                            .msg_control = s->control[i],
                                            .msg_controllen = CONTROL};
  }
  return ntohs(local.sin_port);
}

/*
 * After an empty turn one datagram is asked for, with the cheaper call: asking for more would make the first of a burst
 * wait for the kernel's look after a second. With traffic a batch is asked for.
 */
static inline int receive(line_socket *s) {
  int got;
  if (s->next_batch == 1) {
    ssize_t length = recvmsg(s->fd, &s->headers[0].msg_hdr, MSG_DONTWAIT);
    s->headers[0].msg_len = (unsigned)length;
    got = length >= 0;
  } else {
    got = recvmmsg(s->fd, s->headers, s->next_batch, MSG_DONTWAIT, NULL);
  }
  if (got <= 0) {
    s->next_batch = 1;
    return 0;
  }
  s->next_batch = BATCH;
  s->packets += (uint64_t)got;
  return got;
}

static inline void look_at(line_socket *s, int line, int got) {
  for (int i = 0; i < got; i++) {
    struct msghdr *h = &s->headers[i].msg_hdr;
    for (struct cmsghdr *c = h->msg_controllen ? CMSG_FIRSTHDR(h) : NULL; c; c = CMSG_NXTHDR(h, c))
      if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) memcpy(&s->kernel_drops, CMSG_DATA(c), 4);
    const uint8_t *packet = s->slots + i * SLOT;
    int32_t length = (int32_t)s->headers[i].msg_len;
    if (mode == FLOOR) {
      for (int at = MOLD_HEADER; at + 2 < length; at += 2 + be16(packet + at))
        on_message(line, line, arbiter.rx, packet + at + 2, be16(packet + at));
    } else {
      arb_packet(&arbiter, line, packet, length);
    }
    h->msg_namelen = sizeof(struct sockaddr_in);
    h->msg_controllen = CONTROL;
    h->msg_flags = 0;
  }
}

int main(int argc, char **argv) {
  read_command_line(argc, argv);
  pin_core((int)value_int(command_line, "core", -1));
  mode = value_is(command_line, "mode", "floor")     ? FLOOR
         : value_is(command_line, "mode", "fill")    ? FILL
         : value_is(command_line, "mode", "gap")     ? GAP
         : value_is(command_line, "mode", "silence") ? SILENCE
                                                     : WIRE;
  bool together = value_int(command_line, "together", 0) != 0;
  make_samples();
  arb_init(&arbiter, mode == GAP || mode == SILENCE ? ARB_STICKY : ARB_FIRST);
  arbiter.stale_after = value_int(command_line, "staleUs", 3000000) * 1000;
  int count = mode == FLOOR ? 1 : ARB_LINES;
  int ports[ARB_LINES];
  for (int i = 0; i < ARB_LINES; i++) ports[i] = open_line(&sockets[i]);
  printf("ready {\"ports\":[%d,%d]}\n", ports[0], ports[1]);
  fflush(stdout);
  while (next_go()) {
    int64_t limit = now_ns() + value_int(go_line, "limitMs", 5000) * 1000000;
    sample_count = 0;
    ended = messages = 0;
    silence_deadline = 0;
    for (int i = 0; i < ARB_LINES; i++) arbiter.lines[i].heard = now_ns();
    uint64_t lost = arbiter.lost, switches = arbiter.switches;
    puts("armed");
    fflush(stdout);
    int64_t start = now_ns(), now = start;
    while (!ended && now < limit) {
      if (together) {
        int got[ARB_LINES] = {0};
        int64_t rx[ARB_LINES];
        for (int i = 0; i < count; i++) {
          got[i] = receive(&sockets[i]);
          rx[i] = now_ns();
        }
        now = rx[count - 1];
        for (int i = 0; i < count; i++) {
          arbiter.rx = rx[i];
          look_at(&sockets[i], i, got[i]);
        }
      } else {
        for (int i = 0; i < count; i++) {
          int got = receive(&sockets[i]);
          if (got == 0) continue;
          arbiter.rx = now_ns();
          look_at(&sockets[i], i, got);
        }
        now = now_ns();
      }
      if (mode != FLOOR) arb_time(&arbiter, now);
    }
    /* What comes behind the end (copies of it) belongs to no sample. */
    int64_t quiet = now_ns() + 3000000;
    while (now_ns() < quiet)
      for (int i = 0; i < count; i++) {
        int got = receive(&sockets[i]);
        if (got == 0) continue;
        arbiter.rx = now_ns();
        look_at(&sockets[i], i, got);
      }
    printf("{\"ops\":%lu,\"ns\":%ld,\"checksum\":\"%lx\",\"ended\":%s,\"lost\":%lu,\"switches\":%lu,\"kernelDrops\":%u,"
           "\"disagreements\":%lu,\"gaps\":%lu,",
           messages, now - start, checksum, ended ? "true" : "false", arbiter.lost - lost, arbiter.switches - switches,
           sockets[0].kernel_drops + sockets[1].kernel_drops,
           arbiter.lines[0].disagreements + arbiter.lines[1].disagreements, arbiter.gaps);
    print_samples("latency");
    puts("}");
    fflush(stdout);
  }
  return 0;
}
