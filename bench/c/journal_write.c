/*
 * Twin of `programs/journal-write.ts`: an intent and a result in the journal's ring, one order at a time with a pause
 * between two, a thread of its own copying the ring to a file.
 *
 * Command line: core=… peerCore=… directory=… [durability=off]
 * go: ms=…
 */
#include "order_journal.h"

#define GAP_NS 20000

static order_journal journal;

int main(int argc, char **argv) {
  static char directory[512];
  read_command_line(argc, argv);
  pin_core((int)value_int(command_line, "core", -1));
  const char *where = find_value(command_line, "directory");
  if (where == NULL || sscanf(where, "%511s", directory) != 1) strcpy(directory, "/tmp");
  int off = value_is(command_line, "durability", "off");
  journal_open(&journal, off ? NULL : directory, 1u << 24, (int)value_int(command_line, "peerCore", -1));
  make_samples();
  puts("ready {}");
  fflush(stdout);
  int32_t number = 0;
  while (next_go()) {
    int64_t span = value_int(go_line, "ms", 500) * 1000000, now = now_ns(), end = now + span;
    sample_count = 0;
    uint64_t refused = journal.refused;
    while (now < end) {
      int64_t start = now;
      number++;
      int32_t *record = journal_claim(&journal, RECORD_ENTER, ENTER_BYTES, start, 1);
      if (record != NULL) {
        int32_t intent[] = {number, 0, 0, 0, 0, 0, number, 0, 0, 0, 100, 10000, 0, 0};
        memcpy(record, intent, sizeof intent);
        journal_commit(&journal);
        record = journal_claim(&journal, RECORD_RESULT, RESULT_BYTES, start, 0);
        if (record != NULL) {
          int32_t result[] = {number, RECORD_ENTER, 0, 0, 0, 50};
          memcpy(record, result, sizeof result);
          journal_commit(&journal);
        }
      }
      now = now_ns();
      add_sample((double)(now - start));
      while (now < start + GAP_NS) now = now_ns();
    }
    if (!off) journal_trim(&journal);
    printf("{\"ops\":%d,\"ns\":%ld,\"refused\":%lu,", sample_count, span, journal.refused - refused);
    print_samples("latency");
    puts("}");
    fflush(stdout);
  }
  return 0;
}
