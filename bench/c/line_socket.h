/*
 * A line's socket as the twins read it: without waiting, a batch with one call where there is traffic, and with the
 * kernel's count of what it dropped, as ours does.
 */
#ifndef WARMLINE_BENCH_LINE_SOCKET_H
#define WARMLINE_BENCH_LINE_SOCKET_H

#include "common.h" /* first: it asks for the GNU interfaces */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

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

/* @returns the port it is bound to */
static inline int open_line(line_socket *s) {
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

static inline const uint8_t *packet_of(line_socket *s, int i) { return s->slots + i * SLOT; }

/* Notes what the kernel says it dropped, and makes the slot ready to be received into again. */
static inline void packet_done(line_socket *s, int i) {
  struct msghdr *h = &s->headers[i].msg_hdr;
  for (struct cmsghdr *c = h->msg_controllen ? CMSG_FIRSTHDR(h) : NULL; c; c = CMSG_NXTHDR(h, c))
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) memcpy(&s->kernel_drops, CMSG_DATA(c), 4);
  h->msg_namelen = sizeof(struct sockaddr_in);
  h->msg_controllen = CONTROL;
  h->msg_flags = 0;
}

#endif
