/*
 * The venue of the order figures: one process on its own core, the same for ours and the twins. It sends market data on
 * two lines, takes orders over TCP and ends them at once (cancelling_venue.h).
 *
 * go mode=ticks ports=A,B seq=N user=… rate=… ms=…   one tick at a time: the stamp is taken right before the datagram is
 *   handed to line A, and again once a read has brought the order that the tick causes. What ends the order is sent
 *   after that; the tick's own order leaves the book half way to the next one.
 * go mode=orders user=… idleMs=…    takes orders until none has come for so long
 *
 * A tick shows an order that the strategy takes: its shares say which tick an order answers.
 */
#include "feed.h"

#include "cancelling_venue.h"

#define TICK_INSTRUMENTS 16
#define FIRST_BID4 1000000
#define PRICE_STEP4 1000
#define TICK4 100
#define QUOTE_SHARES 5000
#define LEAD_IN 20
#define LEAD_IN_NS 500000
#define SETTLE_NS 700000000 /* whoever trades looks up what its instruments are called, a few at a time */
#define WAIT_MARGIN_NS 20000
#define PATIENCE_NS 1000000000 /* an order that takes longer is not waited for: a slow one is a sample like any other */

static int fd[2];
static struct sockaddr_in to[2];
static uint64_t sequence, reference, ticks, unanswered, stray;
static int64_t worst_late;

static venue_connection *mine[MOST_CONNECTIONS], *active;
static int connections;
/* What the tick under way expects, and whether it has come. */
static uint32_t expected_shares, answered;

static void on_order(venue_connection *c, const venue_order *order) {
  active = c;
  if (order->shares == expected_shares) answered = 1;
  else stray++;
}

static void serve_mine(void) {
  for (int i = 0; i < connections; i++) venue_serve(mine[i], on_order);
}

static void send_both(const mold_packet *p) {
  for (int i = 0; i < 2; i++)
    sendto(fd[i], p->bytes, (size_t)p->length, 0, (struct sockaddr *)&to[i], sizeof to[i]);
}

/* Serves the connections until shortly before, and is then punctual. */
static void wait_until(int64_t due) {
  while (now_ns() < due - WAIT_MARGIN_NS) {
    serve_mine();
    cpu_pause();
  }
  int64_t now = now_ns();
  if (now - due > worst_late) worst_late = now - due;
  while (now < due) {
    cpu_pause();
    now = now_ns();
  }
}

static void symbol_of(int instrument, uint8_t *into) {
  char name[16];
  snprintf(name, sizeof name, "W%-7d", instrument);
  memcpy(into, name, 8);
}

static void add(mold_packet *p, int instrument, uint64_t ref, char side, uint32_t shares, uint32_t price4, uint16_t mark) {
  mold_begin(p, sequence++);
  uint8_t *m = mold_block(p, ADD_ORDER_BYTES);
  itch_head(m, 'A', (uint16_t)(instrument + 1), mark, 0);
  put_be64(m + 11, ref);
  m[19] = (uint8_t)side;
  put_be32(m + 20, shares);
  symbol_of(instrument, m + 24);
  put_be32(m + 32, price4);
  mold_end(p);
}

static void erase(int instrument, uint64_t ref) {
  mold_packet p;
  mold_begin(&p, sequence++);
  uint8_t *m = mold_block(&p, DELETE_BYTES);
  itch_head(m, 'D', (uint16_t)(instrument + 1), MARK_NONE, 0);
  put_be64(m + 11, ref);
  mold_end(&p);
  send_both(&p);
}

static uint32_t bid4_of(int instrument) { return FIRST_BID4 + (uint32_t)instrument * PRICE_STEP4; }

/* A day's beginning: what trades, and a quote on either side that stays. */
static void open_market(void) {
  for (int i = 0; i < TICK_INSTRUMENTS; i++) {
    mold_packet p;
    mold_begin(&p, sequence++);
    uint8_t *m = mold_block(&p, DIRECTORY_BYTES);
    memset(m, ' ', DIRECTORY_BYTES);
    itch_head(m, 'R', (uint16_t)(i + 1), MARK_NONE, 0);
    symbol_of(i, m + 11);
    put_be32(m + 21, 100);
    put_be32(m + 34, 0);
    mold_end(&p);
    send_both(&p);
    mold_begin(&p, sequence++);
    m = mold_block(&p, TRADING_ACTION_BYTES);
    memset(m, ' ', TRADING_ACTION_BYTES);
    itch_head(m, 'H', (uint16_t)(i + 1), MARK_NONE, 0);
    symbol_of(i, m + 11);
    m[19] = 'T';
    mold_end(&p);
    send_both(&p);
    add(&p, i, ++reference, 'B', QUOTE_SHARES, bid4_of(i), MARK_NONE);
    send_both(&p);
    add(&p, i, ++reference, 'S', QUOTE_SHARES, bid4_of(i) + TICK4, MARK_NONE);
    send_both(&p);
    wait_until(now_ns() + LEAD_IN_NS);
  }
}

/* Data that causes nothing: lines that were silent are alive again. */
static void lead_in(int64_t span) {
  int64_t end = now_ns() + span;
  for (int i = 0; i < LEAD_IN || now_ns() < end; i++) {
    mold_packet p;
    add(&p, i % TICK_INSTRUMENTS, ++reference, 'B', QUOTE_SHARES, bid4_of(i % TICK_INSTRUMENTS) - TICK4, MARK_NONE);
    send_both(&p);
    wait_until(now_ns() + LEAD_IN_NS);
    erase(i % TICK_INSTRUMENTS, reference);
    wait_until(now_ns() + LEAD_IN_NS);
  }
}

static void tick(uint64_t number, int64_t due, int64_t half_step) {
  int instrument = (int)(number * 37 % TICK_INSTRUMENTS);
  char side = number & 1 ? 'S' : 'B';
  mold_packet p;
  expected_shares = 100 + (uint32_t)(number % 900);
  answered = 0;
  add(&p, instrument, ++reference, side, expected_shares, bid4_of(instrument) + (side == 'S' ? TICK4 : 0), MARK_TRIGGER);
  wait_until(due);
  int64_t sent = now_ns(), received = sent;
  put_be48(p.bytes + MOLD_HEADER + 2 + 5, (uint64_t)sent & STAMP_MASK);
  send_both(&p);
  ticks++;
  while (!answered && received < sent + PATIENCE_NS) {
    int got = active->fd >= 0 ? venue_read(active) : 0;
    received = now_ns();
    if (got > 0) venue_handle(active, on_order);
  }
  if (answered) add_sample((double)(received - sent));
  else unanswered++;
  wait_until(due + half_step);
  erase(instrument, reference);
}

static void run_ticks(void) {
  int64_t rate = value_int(go_line, "rate", 1000), count = rate * value_int(go_line, "ms", 300) / 1000;
  int64_t step = 1000000000 / rate, tail = 2000000;
  if (sequence == 1) {
    open_market();
    lead_in(SETTLE_NS);
  } else lead_in(0);
  int64_t due = now_ns() + step;
  for (int64_t i = 0; i < count; i++) {
    tick((uint64_t)i, due, step / 2);
    /* an order that came late delays what follows; nothing piles up behind it */
    int64_t soonest = now_ns() + step / 2;
    due = due + step > soonest ? due + step : soonest;
  }
  expected_shares = 0;
  wait_until(now_ns() + tail);
  /* The end is said on both lines, several times: it must not get lost. It is one number of the stream. */
  mold_packet p;
  mold_begin(&p, sequence++);
  itch_system_event(&p, END_OF_SAMPLE, 0);
  mold_end(&p);
  for (int i = 0; i < 3; i++) send_both(&p);
}

static void run_orders(void) {
  int64_t idle = value_int(go_line, "idleMs", 50) * 1000000, last = now_ns();
  uint64_t before = venue.orders;
  expected_shares = 0;
  while (now_ns() < last + idle) {
    serve_mine();
    if (venue.orders == before) continue;
    ticks += venue.orders - before;
    before = venue.orders;
    last = now_ns();
  }
  stray = 0;
}

static void read_addresses(void) {
  const char *ports = find_value(go_line, "ports");
  for (int i = 0; i < 2 && ports; i++) {
    to[i] = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    to[i].sin_port = htons((uint16_t)strtol(ports, NULL, 10));
    const char *comma = strchr(ports, ',');
    if (comma) ports = comma + 1;
  }
}

int main(int argc, char **argv) {
  read_command_line(argc, argv);
  pin_core((int)value_int(command_line, "peerCore", -1));
  make_samples();
  for (int i = 0; i < 2; i++) fd[i] = socket(AF_INET, SOCK_DGRAM, 0);
  venue_open();
  printf("ready {\"venue\":[%d,%d]}\n", venue.ports[0], venue.ports[1]);
  fflush(stdout);
  for (;;) {
    venue_wait_for_driver();
    if (!next_go()) return 0;
    const char *user = find_value(go_line, "user");
    connections = venue_connections_of(user, user ? strcspn(user, " ") : 0, mine);
    if (connections == 0) {
      printf("{\"error\":\"nobody of that name is logged on\"}\n");
      fflush(stdout);
      continue;
    }
    active = mine[0];
    sequence = (uint64_t)value_int(go_line, "seq", 1);
    reference = sequence;
    ticks = unanswered = stray = 0;
    sample_count = 0;
    worst_late = 0;
    int64_t start = now_ns();
    read_addresses();
    if (value_is(go_line, "mode", "orders")) run_orders();
    else run_ticks();
    printf("{\"ops\":%lu,\"ns\":%ld,\"next\":%lu,\"worstLateNs\":%ld,\"unanswered\":%lu,\"stray\":%lu,", ticks, now_ns() - start,
           sequence, worst_late, unanswered, stray);
    print_samples("latency");
    puts("}");
    fflush(stdout);
  }
}
