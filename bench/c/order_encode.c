/*
 * Twin of `order-encode`: orders through risk, store, ledger and encoding, with no socket and no journal. Time is made up
 * (a step with each look at the clock), so that limits that look back over a window are checked to their end.
 *
 * go: one sample of `orders` orders, in blocks that the venue ends outside of the measured time.
 */
#define ORDER_CLOCK(g) ((g)->risk.now += 5000)
#include "order_gateway.h"

#define BLOCK 512
#define MOST_ORDERS (1 << 18)

static order_gateway g;

int main(int argc, char **argv) {
  read_command_line(argc, argv);
  pin_core((int)value_int(command_line, "core", -1));
  gateway_init(&g, MOST_ORDERS, NULL, -1);
  g.sessions[0].state = SESSION_ACTIVE;
  g.risk.now = 1000000000000;
  puts("ready {}");
  fflush(stdout);
  while (next_go()) {
    int32_t orders = (int32_t)value_int(go_line, "orders", 200000);
    gateway_reset(&g);
    g.sessions[0].checksum = 0;
    uint64_t refused = g.refused;
    int64_t ns = 0;
    for (int32_t first = 0; first < orders; first += BLOCK) {
      g.risk.feed_heard_ns = g.risk.now;
      int64_t start = now_ns();
      for (int32_t i = first; i < first + BLOCK; i++) {
        int instrument = i * 37 & (ORDER_INSTRUMENTS - 1), side = i >> 2 & 1, away = (i & 15) * 100;
        int32_t price4 = side == BUY ? g.risk.bid4[instrument] - away : g.risk.ask4[instrument] + away;
        gateway_enter(&g, i & 3, instrument, side, 100 + (i % 9) * 100, price4, 0, 0, i);
      }
      ns += now_ns() - start;
      for (int32_t slot = first; slot < g.store.count; slot++) gateway_ended(&g, slot, STATE_CANCELLED);
      g.sessions[0].watch_head = g.sessions[0].watch_tail;
    }
    printf("{\"ops\":%d,\"ns\":%ld,\"checksum\":\"%x\",\"refused\":%lu}\n", g.store.count, ns, g.sessions[0].checksum, g.refused - refused);
    fflush(stdout);
  }
  return 0;
}
