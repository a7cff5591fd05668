/*
 * Twin of `order-path`: one order at a time over a TCP session, with every check, the journal's ring in a mapped file and
 * the real clock. Between two orders it polls both sessions, as ours does.
 *
 * Command line: core=… peerCore=… venue=P1,P2 [directory=…]
 * go orders=… gapUs=…
 */
#include "order_trader.h"

#define MOST_ORDERS (1 << 19)
#define DRAIN_NS 2000000000

static float *judging, *writing, *handing;

static void print_stage(const char *name, float *values, int count) {
  float *latency = samples;
  samples = values;
  sample_count = count;
  print_samples(name);
  samples = latency;
}

int main(int argc, char **argv) {
  read_command_line(argc, argv);
  pin_core((int)value_int(command_line, "core", -1));
  make_samples();
  judging = make_memory(MAX_SAMPLES * sizeof(float));
  writing = make_memory(MAX_SAMPLES * sizeof(float));
  handing = make_memory(MAX_SAMPLES * sizeof(float));
  const char *user = trader_open(MOST_ORDERS);
  printf("ready {\"user\":\"%s\"}\n", user);
  fflush(stdout);
  int32_t n = 0;
  while (next_go()) {
    int32_t orders = (int32_t)value_int(go_line, "orders", 2000);
    int64_t gap = value_int(go_line, "gapUs", 50) * 1000;
    uint64_t refused = trader.refused;
    sample_count = 0;
    int entered = 0;
    puts("armed");
    fflush(stdout);
    int64_t start = now_ns(), due = start;
    for (int32_t i = 0; i < orders; i++, n++) {
      due += gap;
      while (now_ns() < due) poll_sessions();
      trader.risk.feed_heard_ns = due;
      int instrument = n * 37 & (ORDER_INSTRUMENTS - 1), side = n >> 2 & 1, away = (n & 15) * 100;
      int32_t price4 = side == BUY ? trader.risk.bid4[instrument] - away : trader.risk.ask4[instrument] + away;
      int32_t number = gateway_enter(&trader, n & 3, instrument, side, 100 + (n % 9) * 100, price4, 1, 0, n);
      if (number <= 0 || sample_count >= MAX_SAMPLES) continue;
      judging[entered] = (float)(trader.judged - trader.called);
      writing[entered] = (float)(trader.sending - trader.judged);
      handing[entered++] = (float)(trader.sent - trader.sending);
      add_sample((double)(trader.sending - trader.called));
    }
    int64_t end = now_ns();
    while (trader.store.totals[0].open_orders > 0 && now_ns() < end + DRAIN_NS) poll_sessions();
    journal_trim(&trader.journal);
    printf("{\"ops\":%d,\"ns\":%ld,\"ended\":true,\"refused\":%lu,\"open\":%ld,", entered, end - start, trader.refused - refused,
           trader.store.totals[0].open_orders);
    print_samples("latency");
    putchar(',');
    print_stage("risk", judging, entered);
    putchar(',');
    print_stage("toSend", writing, entered);
    putchar(',');
    print_stage("send", handing, entered);
    puts("}");
    fflush(stdout);
  }
  return 0;
}
