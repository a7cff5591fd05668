/* Twin of `ring-throughput`: 64-byte records one way between two pinned threads, drained in batches, all bytes read. */
#include "spsc.h"
#include <pthread.h>

#define PAYLOAD 64
#define CAPACITY (1 << 20)
#define DRAIN_LIMIT 256

static spsc_t ring;
static spsc_producer producer;
static spsc_consumer consumer;
static _Atomic int producer_stop;
static int producer_core;
static int64_t commit_every;
static uint64_t sum;

static void *produce(void *unused) {
  (void)unused;
  pin_core(producer_core);
  static uint32_t n = 0;
  int64_t pending = 0;
  while (!atomic_load_explicit(&producer_stop, memory_order_relaxed)) {
    uint8_t *to = spsc_claim(&producer, 1, PAYLOAD);
    if (!to) {
      if (pending > 0) spsc_commit(&producer);
      pending = 0;
      continue;
    }
    uint32_t *words = (uint32_t *)to;
    for (int i = 0; i < PAYLOAD / 4; i++) words[i] = n + (uint32_t)i;
    n++;
    if (++pending >= commit_every) {
      spsc_commit(&producer);
      pending = 0;
    }
  }
  if (pending > 0) spsc_commit(&producer);
  return NULL;
}

static void consume(void *context, int32_t type, const uint8_t *bytes, int32_t length) {
  (void)context;
  (void)type;
  (void)length;
  const uint32_t *words = (const uint32_t *)bytes;
  uint32_t s = 0;
  for (int i = 0; i < PAYLOAD / 4; i++) s += words[i];
  sum += s;
}

int main(int argc, char **argv) {
  read_command_line(argc, argv);
  pin_core((int)value_int(command_line, "core", -1));
  producer_core = (int)value_int(command_line, "peerCore", -1);
  spsc_init(&ring, CAPACITY);
  producer = spsc_produce(&ring);
  consumer = spsc_consume(&ring);
  puts("ready {}");
  fflush(stdout);
  while (next_go()) {
    int64_t span = value_int(go_line, "ms", 200) * 1000000;
    commit_every = value_int(go_line, "commitEvery", 1);
    pthread_t thread;
    atomic_store(&producer_stop, 0);
    pthread_create(&thread, NULL, produce, NULL);
    int64_t warm = now_ns() + 20000000;
    while (now_ns() < warm) spsc_drain(&consumer, consume, NULL, DRAIN_LIMIT);
    int64_t start = now_ns(), t = start;
    uint64_t ops = 0;
    while (t - start < span) {
      for (int i = 0; i < 256; i++) ops += (uint64_t)spsc_drain(&consumer, consume, NULL, DRAIN_LIMIT);
      t = now_ns();
    }
    atomic_store(&producer_stop, 1);
    pthread_join(thread, NULL);
    while (spsc_drain(&consumer, consume, NULL, DRAIN_LIMIT) > 0) {
    }
    printf("{\"ops\":%lu,\"ns\":%ld,\"checksum\":\"%lx\"}\n", ops, t - start, sum);
    fflush(stdout);
  }
  return 0;
}
