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

#include "line_socket.h"
#include <stdbool.h>

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

static line_socket sockets[ARB_LINES];
static arb arbiter;

static inline void look_at(line_socket *s, int line, int got) {
  for (int i = 0; i < got; i++) {
    const uint8_t *packet = packet_of(s, i);
    int32_t length = (int32_t)s->headers[i].msg_len;
    if (mode == FLOOR) {
      for (int at = MOLD_HEADER; at + 2 < length; at += 2 + be16(packet + at))
        on_message(line, line, arbiter.rx, packet + at + 2, be16(packet + at));
    } else {
      arb_packet(&arbiter, line, packet, length);
    }
    packet_done(s, i);
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
