/*
 * Twin of `arbitrate` and of the feeds part of `scale`: packets in memory, each brought by line A and then by line B, no
 * gaps, copies compared.
 *
 * Command line: core=… feeds=1 units=1. go ms=…: packets of all feeds in turn.
 */
#include "feed.h"

static uint64_t checksum;
#define ARB_DELIVER(a, bytes, length, source) (checksum += (bytes)[0] + (uint64_t)(length))
#include "arbiter.h"

#define PACKETS 1024
#define MAX_FEEDS 64
#define PACKETS_PER_CLOCK 4096
/* Lines differ by this much, packets by twice as much; the arbiter only sees the stamps. */
#define LINE_SKEW_NS 700

static arb *feeds[MAX_FEEDS];
static mold_packet *packets;
static uint64_t number[MAX_FEEDS];

int main(int argc, char **argv) {
  read_command_line(argc, argv);
  pin_core((int)value_int(command_line, "core", -1));
  int feed_count = (int)value_int(command_line, "feeds", 1), units = (int)value_int(command_line, "units", 1);
  if (feed_count > MAX_FEEDS) feed_count = MAX_FEEDS;
  packets = make_memory(PACKETS * sizeof *packets);
  for (int f = 0; f < feed_count; f++) {
    feeds[f] = make_memory(sizeof(arb));
    arb_init(feeds[f], ARB_FIRST);
    number[f] = 1;
  }
  uint64_t message = 1;
  for (int i = 0; i < PACKETS; i++) {
    mold_begin(&packets[i], 1);
    for (int u = 0; u < units; u++, message++) itch_order_message(&packets[i], message, MARK_NONE, message);
    mold_end(&packets[i]);
  }
  puts("ready {}");
  fflush(stdout);
  int64_t rx = 1000000000;
  int packet = 0;
  while (next_go()) {
    int64_t span = value_int(go_line, "ms", 150) * 1000000;
    int64_t start = now_ns(), now = start;
    uint64_t ops = 0;
    while (now - start < span) {
      for (int i = 0; i < PACKETS_PER_CLOCK; i += feed_count) {
        mold_packet *p = &packets[packet];
        packet = (packet + 1) & (PACKETS - 1);
        for (int f = 0; f < feed_count; f++) {
          arb *a = feeds[f];
          put_be64(p->bytes + 10, number[f]);
          number[f] += p->count;
          for (int line = 0; line < ARB_LINES; line++) {
            a->rx = rx += LINE_SKEW_NS;
            arb_packet(a, line, p->bytes, p->length);
          }
        }
        ops += (uint64_t)feed_count * ARB_LINES;
      }
      now = now_ns();
      for (int f = 0; f < feed_count; f++) arb_time(feeds[f], rx);
    }
    uint64_t wrong = 0;
    for (int f = 0; f < feed_count; f++)
      wrong += feeds[f]->gaps + feeds[f]->lines[0].disagreements + feeds[f]->lines[1].disagreements +
               (feeds[f]->delivered != feeds[f]->lines[1].duplicates);
    printf("{\"ops\":%lu,\"ns\":%ld,\"checksum\":\"%lx\",\"wrong\":%lu}\n", ops, now - start, checksum, wrong);
    fflush(stdout);
  }
  return 0;
}
