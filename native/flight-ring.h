/* Writer of the flight ring; its layout is described in src/capture/flight-ring.ts. */
#ifndef WARMLINE_FLIGHT_RING_H
#define WARMLINE_FLIGHT_RING_H

#include "addon.h"

typedef struct {
  uint8_t *header; /* NULL: no recording */
  uint8_t *ring;
  uint64_t capacity;
  uint64_t head;
  uint64_t tail;
} flight_ring;

typedef struct {
  double rx_ns;
  double utc_offset_ns;
  double kernel_ns;
  int32_t length;
  int32_t socket;
  int32_t source_address;
  int32_t source_port;
} flight_record;

bool flight_ring_open(flight_ring *flight, void *memory, size_t bytes);
void flight_ring_write(flight_ring *flight, const flight_record *record, const uint8_t *packet);

#endif
