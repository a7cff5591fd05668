#include "flight-ring.h"

#define HEADER_BYTES 64
#define HEAD_OFFSET 0
#define TAIL_OFFSET 8
#define RECORD_HEADER_BYTES 40
#define LENGTH_OFFSET 24
#define PADDING (-1)
#define SMALLEST_CAPACITY (64 * 1024)

_Static_assert(sizeof(flight_record) == RECORD_HEADER_BYTES, "the record header is 40 bytes");
_Static_assert(offsetof(flight_record, length) == LENGTH_OFFSET, "the length stands at 24");

static uint64_t read_position(const uint8_t *at) {
  double position;
  memcpy(&position, at, sizeof position);
  return position >= 0 && position < 9007199254740992.0 ? (uint64_t)position : UINT64_MAX;
}

static void publish_position(uint8_t *at, uint64_t position) {
  double value = (double)position;
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  __atomic_store_n((uint64_t *)(void *)at, bits, __ATOMIC_RELEASE);
}

bool flight_ring_open(flight_ring *flight, void *memory, size_t bytes) {
  if (bytes < HEADER_BYTES + SMALLEST_CAPACITY || ((uintptr_t)memory & 7) != 0) return false;
  flight->header = memory;
  flight->ring = flight->header + HEADER_BYTES;
  flight->capacity = (bytes - HEADER_BYTES) & ~(uint64_t)7;
  flight->head = read_position(flight->header + HEAD_OFFSET);
  flight->tail = read_position(flight->header + TAIL_OFFSET);
  /* A ring that an earlier poller left is continued; one that makes no sense is begun anew. */
  if (flight->head == UINT64_MAX || flight->tail > flight->head || flight->head - flight->tail > flight->capacity ||
      ((flight->head | flight->tail) & 7) != 0) {
    flight->head = flight->tail = 0;
    publish_position(flight->header + TAIL_OFFSET, 0);
    publish_position(flight->header + HEAD_OFFSET, 0);
  }
  return true;
}

static uint64_t record_bytes(int32_t length) {
  return RECORD_HEADER_BYTES + (((uint64_t)(uint32_t)length + 7) & ~(uint64_t)7);
}

/* Bytes from the record at `position` to the next. */
static uint64_t step(const flight_ring *flight, uint64_t position) {
  uint64_t at = position % flight->capacity;
  uint64_t left = flight->capacity - at;
  if (left < RECORD_HEADER_BYTES) return left;
  int32_t length;
  memcpy(&length, flight->ring + at + LENGTH_OFFSET, sizeof length);
  if (length < 0 || record_bytes(length) > left) return left;
  return record_bytes(length);
}

void flight_ring_write(flight_ring *flight, const flight_record *record, const uint8_t *packet) {
  uint64_t at = flight->head % flight->capacity;
  uint64_t left = flight->capacity - at;
  uint64_t wanted = record_bytes(record->length);
  uint64_t skipped = left < wanted ? left : 0;
  if (skipped + wanted > flight->capacity) return;
  uint64_t end = flight->head + skipped + wanted;
  uint64_t tail = flight->tail;
  while (end - tail > flight->capacity) {
    if (tail >= flight->head) { /* everything that stood is overwritten */
      tail = flight->head + skipped;
      break;
    }
    tail += step(flight, tail);
  }
  if (tail != flight->tail) {
    flight->tail = tail;
    publish_position(flight->header + TAIL_OFFSET, tail);
    /* The new tail must be seen before any byte of the records it gives up changes. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
  }
  if (skipped > 0) {
    if (left >= RECORD_HEADER_BYTES) {
      int32_t padding = PADDING;
      memcpy(flight->ring + at + LENGTH_OFFSET, &padding, sizeof padding);
    }
    at = 0;
  }
  memcpy(flight->ring + at, record, sizeof *record);
  memcpy(flight->ring + at + RECORD_HEADER_BYTES, packet, (size_t)record->length);
  flight->head = end;
  publish_position(flight->header + HEAD_OFFSET, end);
}
