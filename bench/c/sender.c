/*
 * The generator of every figure that reads sockets: one process on its own core, the same for ours and the twins. Each
 * packet goes to line A and then to line B; it is stamped right before the first send.
 *
 * go mode=… ports=A,B seq=N …
 *   mode=paced   rate=MESSAGES/S ms=… catchUp=1      one message a packet, evenly spaced; with catchUp=0, where the
 *                                                    generator was held up, what follows is late too and no burst
 *   mode=burst   rate=… ms=… factor=10 burstMs=10 everyMs=1000   several messages a packet, bursts of `factor` × rate
 *   mode=fill    cycles=… queued=8 gapUs=…          A loses the first unit of a cycle and brings the others; B brings it late
 *   mode=gap     cycles=… gapUs=…                   B brings a unit that A then skips
 *   mode=silence cycles=… silenceUs=… gapUs=…       the two lines fall silent in turn
 * Ends with a system event that both lines carry. Prints {"sent","next","late","ns"}.
 */
#include "feed.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

static int fd[2];
static struct sockaddr_in to[2];
static uint64_t sequence, sent, send_errors;
static int64_t worst_late;

static void send_on(int line, const mold_packet *p) {
  if (sendto(fd[line], p->bytes, (size_t)p->length, 0, (struct sockaddr *)&to[line], sizeof to[line]) != p->length)
    send_errors++;
}
static void send_both(const mold_packet *p) {
  send_on(0, p);
  send_on(1, p);
}

static void wait_until(int64_t due) {
  int64_t now = now_ns();
  if (now - due > worst_late) worst_late = now - due;
  while (now < due) {
    cpu_pause();
    now = now_ns();
  }
}

/* One packet of one message, stamped now. */
static void one(mold_packet *p, uint64_t number, uint16_t mark) {
  mold_begin(p, number);
  itch_order_message(p, number, mark, (uint64_t)now_ns());
  mold_end(p);
  sent++;
}

static void paced(void) {
  int64_t rate = value_int(go_line, "rate", 10000), ms = value_int(go_line, "ms", 500);
  int64_t count = rate * ms / 1000;
  double step = 1e9 / (double)rate;
  int64_t start = now_ns() + 1000000;
  int64_t catch_up = value_int(go_line, "catchUp", 1);
  for (int64_t i = 0; i < count; i++) {
    int64_t due = start + (int64_t)(step * (double)i), late = now_ns() - due;
    if (!catch_up && late > (int64_t)step) {
      start += late;
      due += late;
    }
    wait_until(due);
    mold_packet p;
    one(&p, sequence++, MARK_NONE);
    send_both(&p);
  }
}

static void burst(void) {
  int64_t rate = value_int(go_line, "rate", 100000), ms = value_int(go_line, "ms", 1000);
  int64_t factor = value_int(go_line, "factor", 10), burst_ns = value_int(go_line, "burstMs", 10) * 1000000;
  int64_t every_ns = value_int(go_line, "everyMs", 1000) * 1000000, tick_ns = value_int(go_line, "tickUs", 30) * 1000;
  int64_t start = now_ns() + 1000000, end = ms * 1000000;
  double due = 0;
  uint64_t done = 0;
  for (int64_t t = tick_ns; t < end; t += tick_ns) {
    due += (double)tick_ns * 1e-9 * (double)rate * (t % every_ns >= every_ns / 2 && t % every_ns < every_ns / 2 + burst_ns ? (double)factor : 1.0);
    wait_until(start + t);
    while ((double)done < due) {
      mold_packet p;
      mold_begin(&p, sequence);
      uint64_t stamp = (uint64_t)now_ns();
      while ((double)done < due && p.length + 2 + ADD_ORDER_BYTES <= MAX_PACKET) {
        itch_order_message(&p, sequence++, MARK_NONE, stamp);
        done++;
        sent++;
      }
      mold_end(&p);
      send_both(&p);
    }
  }
}

#define MOST_QUEUED 64
static void fill(void) {
  int64_t cycles = value_int(go_line, "cycles", 1000), pause = value_int(go_line, "gapUs", 40) * 1000;
  int queued = (int)value_int(go_line, "queued", 8);
  if (queued > MOST_QUEUED) queued = MOST_QUEUED;
  int64_t due = now_ns() + 1000000;
  mold_packet later[MOST_QUEUED + 1], missing;
  for (int64_t c = 0; c < cycles; c++) {
    for (int i = 1; i <= queued; i++) {
      wait_until(due += pause / 8);
      one(&later[i], sequence + (uint64_t)i, i == queued ? MARK_LAST_QUEUED : MARK_NONE);
      send_on(0, &later[i]);
    }
    wait_until(due += pause);
    one(&missing, sequence, MARK_MISSING);
    send_on(1, &missing);
    wait_until(due += pause);
    for (int i = 1; i <= queued; i++) send_on(1, &later[i]);
    sequence += (uint64_t)queued + 1;
    wait_until(due += pause);
  }
}

static void gap(void) {
  int64_t cycles = value_int(go_line, "cycles", 1000), pause = value_int(go_line, "gapUs", 40) * 1000;
  int64_t due = now_ns() + 1000000;
  for (int64_t c = 0; c < cycles; c++) {
    mold_packet both, missing, revealing;
    wait_until(due += pause);
    one(&both, sequence, MARK_NONE);
    send_both(&both);
    one(&missing, sequence + 1, MARK_MISSING);
    one(&revealing, sequence + 2, MARK_NONE);
    send_on(1, &missing);
    wait_until(due += pause);
    send_on(0, &revealing);
    wait_until(due += pause);
    send_on(1, &revealing);
    sequence += 3;
  }
}

static void silence(void) {
  int64_t cycles = value_int(go_line, "cycles", 100), pause = value_int(go_line, "gapUs", 50) * 1000;
  int64_t silent = value_int(go_line, "silenceUs", 2000) * 1000;
  int64_t due = now_ns() + 1000000;
  for (int64_t c = 0; c < cycles; c++) {
    mold_packet p;
    for (int i = 0; i < 8; i++) {
      wait_until(due += pause);
      one(&p, sequence++, MARK_NONE);
      send_both(&p);
    }
    for (int64_t t = 0; t < silent; t += pause) {
      wait_until(due += pause);
      one(&p, sequence++, MARK_NONE);
      send_on(c % 2 ? 0 : 1, &p);
    }
  }
}

int main(int argc, char **argv) {
  read_command_line(argc, argv);
  pin_core((int)value_int(command_line, "peerCore", -1));
  for (int i = 0; i < 2; i++) {
    fd[i] = socket(AF_INET, SOCK_DGRAM, 0);
    int bytes = 4 << 20;
    setsockopt(fd[i], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  }
  puts("ready {}");
  fflush(stdout);
  while (next_go()) {
    const char *ports = find_value(go_line, "ports");
    for (int i = 0; i < 2 && ports; i++) {
      memset(&to[i], 0, sizeof to[i]);
      to[i].sin_family = AF_INET;
      to[i].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      to[i].sin_port = htons((uint16_t)strtol(ports, NULL, 10));
      const char *comma = strchr(ports, ',');
      if (comma) ports = comma + 1;
    }
    sequence = (uint64_t)value_int(go_line, "seq", 1);
    sent = send_errors = 0;
    worst_late = 0;
    int64_t start = now_ns();
    if (value_is(go_line, "mode", "burst")) burst();
    else if (value_is(go_line, "mode", "fill")) fill();
    else if (value_is(go_line, "mode", "gap")) gap();
    else if (value_is(go_line, "mode", "silence")) silence();
    else paced();
    int64_t ns = now_ns() - start, late = worst_late;
    /* The end is said on both lines, several times: it must not get lost. It is one number of the stream. */
    wait_until(now_ns() + 2000000);
    mold_packet p;
    mold_begin(&p, sequence++);
    itch_system_event(&p, END_OF_SAMPLE, 0);
    mold_end(&p);
    for (int i = 0; i < 3; i++) send_both(&p);
    printf("{\"ops\":%lu,\"ns\":%ld,\"next\":%lu,\"worstLateNs\":%ld,\"sendErrors\":%lu}\n", sent, ns, sequence, late,
           send_errors);
    fflush(stdout);
  }
  return 0;
}
