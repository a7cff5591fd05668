/*
 * The bare machine: a pinned thread does nothing but read the clock. Every step above the threshold is the hypervisor,
 * the kernel or the firmware taking the core away; no program on this machine can have a better tail.
 */
#include "common.h"

int main(int argc, char **argv) {
  read_command_line(argc, argv);
  pin_core((int)value_int(command_line, "core", -1));
  make_samples();
  puts("ready {}");
  fflush(stdout);
  while (next_go()) {
    int64_t span = value_int(go_line, "ms", 100) * 1000000;
    /* Each sample is the longest step within one interval, so that a run's samples weigh time and not loop turns. */
    int64_t interval = value_int(go_line, "intervalNs", 10000);
    sample_count = 0;
    int64_t start = now_ns(), last = start, end_of_interval = start + interval, longest = 0;
    uint64_t ops = 0;
    while (last - start < span) {
      int64_t t = now_ns();
      int64_t step = t - last;
      if (step > longest) longest = step;
      last = t;
      ops++;
      if (t >= end_of_interval) {
        add_sample((double)longest);
        longest = 0;
        end_of_interval = t + interval;
      }
    }
    printf("{\"ops\":%lu,\"ns\":%ld,\"checksum\":\"\",", ops, last - start);
    print_samples("latency");
    puts("}");
    fflush(stdout);
  }
  return 0;
}
