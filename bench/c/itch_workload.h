/* Reads the files that `bench/lib/itch-workload.ts` writes: see there for their layout. */
#ifndef WARMLINE_BENCH_ITCH_WORKLOAD_H
#define WARMLINE_BENCH_ITCH_WORKLOAD_H

#include "common.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORKLOAD_MAGIC 0x48435449
#define OFFSETS_BYTE 64

struct workload {
  const uint8_t *bytes;
  int32_t symbols, orders, prefill_messages, chunk_messages, chunks;
  /* Byte offset of the prefill, of each chunk, and of the end. */
  const double *offsets;
};

static inline struct workload read_workload(const char *words) {
  char file[4096] = "";
  if (words) snprintf(file, sizeof file, "%.*s", (int)strcspn(words, " "), words);
  int fd = open(file, O_RDONLY);
  struct stat s;
  if (fd < 0 || fstat(fd, &s) != 0) {
    fprintf(stderr, "cannot read %s: %s\n", file, strerror(errno));
    exit(1);
  }
  /* Read, not mapped: both twins decode from ordinary memory. */
  uint8_t *bytes = make_memory((size_t)s.st_size);
  for (size_t at = 0; at < (size_t)s.st_size;) {
    ssize_t got = pread(fd, bytes + at, (size_t)s.st_size - at, (off_t)at);
    if (got <= 0) {
      fprintf(stderr, "cannot read %s: %s\n", file, strerror(errno));
      exit(1);
    }
    at += (size_t)got;
  }
  close(fd);
  const int32_t *header = (const int32_t *)bytes;
  if (header[0] != WORKLOAD_MAGIC) {
    fprintf(stderr, "%s is no ITCH workload\n", file);
    exit(1);
  }
  return (struct workload){bytes, header[1], header[2], header[3], header[4], header[5],
                           (const double *)(bytes + OFFSETS_BYTE)};
}

#endif
