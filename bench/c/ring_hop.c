/*
 * Twin of `ring-hop`: 64-byte records there and back between two pinned threads.
 * go mode=batch: each sample is the mean one-way time over 32 round trips, so the clock's own cost stays out.
 * go mode=single: each sample is one round trip halved, clock included, for the tail.
 */
#include "spsc.h"
#include <pthread.h>

#define PAYLOAD 64
#define BATCH 32
#define CAPACITY (1 << 16)

static spsc_t ping, pong;
static spsc_producer ping_producer, pong_producer;
static spsc_consumer ping_consumer, pong_consumer;
static _Atomic int pong_stop;
static int pong_core;

typedef struct {
  uint64_t sum;
} hop_t;

static inline void write_payload(uint8_t *to, uint32_t n) {
  uint32_t *words = (uint32_t *)to;
  for (int i = 0; i < PAYLOAD / 4; i++) words[i] = n + (uint32_t)i;
}
static inline uint32_t read_payload(const uint8_t *from) {
  const uint32_t *words = (const uint32_t *)from;
  uint32_t sum = 0;
  for (int i = 0; i < PAYLOAD / 4; i++) sum += words[i];
  return sum;
}

static void on_ping(void *context, int32_t type, const uint8_t *bytes, int32_t length) {
  (void)context;
  (void)type;
  (void)length;
  uint8_t *to = spsc_claim(&pong_producer, 1, PAYLOAD);
  write_payload(to, read_payload(bytes));
  spsc_commit(&pong_producer);
}

static void on_pong(void *context, int32_t type, const uint8_t *bytes, int32_t length) {
  (void)type;
  (void)length;
  ((hop_t *)context)->sum += read_payload(bytes);
}

static void *run_pong(void *unused) {
  (void)unused;
  pin_core(pong_core);
  while (!atomic_load_explicit(&pong_stop, memory_order_relaxed)) spsc_drain(&ping_consumer, on_ping, NULL, 16);
  return NULL;
}

static inline void round_trip(hop_t *hop, uint32_t n) {
  uint8_t *to = spsc_claim(&ping_producer, 1, PAYLOAD);
  write_payload(to, n);
  spsc_commit(&ping_producer);
  while (spsc_drain(&pong_consumer, on_pong, hop, 1) == 0) {
  }
}

int main(int argc, char **argv) {
  read_command_line(argc, argv);
  pin_core((int)value_int(command_line, "core", -1));
  pong_core = (int)value_int(command_line, "peerCore", -1);
  make_samples();
  spsc_init(&ping, CAPACITY);
  spsc_init(&pong, CAPACITY);
  ping_producer = spsc_produce(&ping);
  ping_consumer = spsc_consume(&ping);
  pong_producer = spsc_produce(&pong);
  pong_consumer = spsc_consume(&pong);
  puts("ready {}");
  fflush(stdout);
  hop_t hop = {0};
  while (next_go()) {
    int64_t span = value_int(go_line, "ms", 150) * 1000000;
    int batch = value_is(go_line, "mode", "single") ? 1 : BATCH;
    pthread_t thread;
    atomic_store(&pong_stop, 0);
    pthread_create(&thread, NULL, run_pong, NULL);
    uint32_t n = 0;
    for (int i = 0; i < 20000; i++) round_trip(&hop, n++);
    sample_count = 0;
    int64_t start = now_ns(), last = start;
    uint64_t ops = 0;
    while (last - start < span && sample_count < MAX_SAMPLES) {
      for (int i = 0; i < batch; i++) round_trip(&hop, n++);
      ops += (uint64_t)batch;
      int64_t t = now_ns();
      add_sample((double)(t - last) / (2.0 * batch));
      last = t;
    }
    atomic_store(&pong_stop, 1);
    pthread_join(thread, NULL);
    printf("{\"ops\":%lu,\"ns\":%ld,\"checksum\":\"%lx\",", ops, last - start, hop.sum);
    print_samples("latency");
    puts("}");
    fflush(stdout);
  }
  return 0;
}
