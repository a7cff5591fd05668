/*
 * `itch-decode`, C twin: one switch over the type byte, every field read where it stands, big-endian, and folded into
 * the same checksum as ours.
 */
#include "common.h"
#include "itch_workload.h"

#define FOLD 0x01000193u

static uint32_t checksum;

static uint8_t lengths[256] = {
    ['S'] = 12,
    ['R'] = 39,
    ['H'] = 25,
    ['Y'] = 20,
    ['L'] = 26,
    ['V'] = 35,
    ['W'] = 12,
    ['K'] = 28,
    ['J'] = 35,
    ['h'] = 21,
    ['A'] = 36,
    ['F'] = 40,
    ['E'] = 31,
    ['C'] = 36,
    ['X'] = 23,
    ['D'] = 19,
    ['U'] = 35,
    ['P'] = 44,
    ['Q'] = 40,
    ['B'] = 19,
    ['I'] = 50,
    ['N'] = 20,
    ['O'] = 48,
};

static inline void dispatch(const uint8_t *p, size_t length) {
  if (length < 1 || lengths[p[0]] != length) return;
  uint32_t fields;
  switch (p[0]) {
    case 'A':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ be32(p + 11) ^ be32(p + 15) ^ p[19] ^ be32(p + 20) ^ be32(p + 24) ^ be32(p + 28) ^ be32(p + 32);
      break;
    case 'F':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ be32(p + 11) ^ be32(p + 15) ^ p[19] ^ be32(p + 20) ^ be32(p + 24) ^ be32(p + 28) ^ be32(p + 32) ^ be32(p + 36);
      break;
    case 'E':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ be32(p + 11) ^ be32(p + 15) ^ be32(p + 19) ^ be32(p + 23) ^ be32(p + 27);
      break;
    case 'C':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ be32(p + 11) ^ be32(p + 15) ^ be32(p + 19) ^ be32(p + 23) ^ be32(p + 27) ^ p[31] ^ be32(p + 32);
      break;
    case 'X':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ be32(p + 11) ^ be32(p + 15) ^ be32(p + 19);
      break;
    case 'D':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ be32(p + 11) ^ be32(p + 15);
      break;
    case 'U':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ be32(p + 11) ^ be32(p + 15) ^ be32(p + 19) ^ be32(p + 23) ^ be32(p + 27) ^ be32(p + 31);
      break;
    case 'P':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ be32(p + 11) ^ be32(p + 15) ^ p[19] ^ be32(p + 20) ^ be32(p + 24) ^ be32(p + 28) ^ be32(p + 32) ^ be32(p + 36) ^ be32(p + 40);
      break;
    case 'Q':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ be32(p + 11) ^ be32(p + 15) ^ be32(p + 19) ^ be32(p + 23) ^ be32(p + 27) ^ be32(p + 31) ^ be32(p + 35) ^ p[39];
      break;
    case 'B':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ be32(p + 11) ^ be32(p + 15);
      break;
    case 'S':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ p[11];
      break;
    case 'R':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ be32(p + 11) ^ be32(p + 15) ^ p[19] ^ p[20] ^ be32(p + 21) ^ p[25] ^ p[26] ^ p[29] ^ p[30] ^ p[31] ^ p[32] ^ be16(p + 27) ^ p[33] ^ be32(p + 34) ^ p[38];
      break;
    case 'H':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ be32(p + 11) ^ be32(p + 15) ^ p[19] ^ p[20] ^ be32(p + 21);
      break;
    case 'Y':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ be32(p + 11) ^ be32(p + 15) ^ p[19];
      break;
    case 'L':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ be32(p + 11) ^ be32(p + 15) ^ be32(p + 19) ^ p[23] ^ p[24] ^ p[25];
      break;
    case 'V':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ be32(p + 11) ^ be32(p + 15) ^ be32(p + 19) ^ be32(p + 23) ^ be32(p + 27) ^ be32(p + 31);
      break;
    case 'W':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ p[11];
      break;
    case 'K':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ be32(p + 11) ^ be32(p + 15) ^ be32(p + 19) ^ p[23] ^ be32(p + 24);
      break;
    case 'J':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ be32(p + 11) ^ be32(p + 15) ^ be32(p + 19) ^ be32(p + 23) ^ be32(p + 27) ^ be32(p + 31);
      break;
    case 'h':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ be32(p + 11) ^ be32(p + 15) ^ p[19] ^ p[20];
      break;
    case 'I':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ be32(p + 11) ^ be32(p + 15) ^ be32(p + 19) ^ be32(p + 23) ^ p[27] ^ be32(p + 28) ^ be32(p + 32) ^ be32(p + 36) ^ be32(p + 40) ^ be32(p + 44) ^ p[48] ^ p[49];
      break;
    case 'N':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ be32(p + 11) ^ be32(p + 15) ^ p[19];
      break;
    case 'O':
      fields = be16(p + 1) ^ be16(p + 3) ^ be16(p + 5) ^ be32(p + 7) ^ be32(p + 11) ^ be32(p + 15) ^ p[19] ^ be32(p + 20) ^ be32(p + 24) ^ be32(p + 28) ^ be32(p + 32) ^ be32(p + 36) ^ be32(p + 40) ^ be32(p + 44);
      break;
    default:
      return;
  }
  checksum = (checksum ^ fields) * FOLD;
}

int main(int argc, char **argv) {
  read_command_line(argc, argv);
  pin_core((int)value_int(command_line, "core", -1));
  struct workload w = read_workload(find_value(command_line, "input"));
  const uint8_t *from = w.bytes + (size_t)w.offsets[0], *to = w.bytes + (size_t)w.offsets[w.chunks + 1];
  printf("ready {\"bytes\":%zu}\n", (size_t)(to - from));
  fflush(stdout);
  while (next_go()) {
    int64_t ops = 0;
    checksum = 0;
    int64_t start = now_ns();
    for (const uint8_t *p = from; p < to; ops++) {
      size_t length = be16(p);
      dispatch(p + 2, length);
      p += length + 2;
    }
    int64_t ns = now_ns() - start;
    printf("{\"ops\":%ld,\"ns\":%ld,\"checksum\":%u}\n", (long)ops, (long)ns, checksum);
    fflush(stdout);
  }
  return 0;
}
