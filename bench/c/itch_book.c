/*
 * `itch-book`, C twin: the same structures as `src/feed/book-writer.ts` (pooled 32-byte orders and levels, hash
 * buckets by reference, ladders of sorted entries with the best last, published best prices under a version word), the
 * same rules for operations that make no sense, the same checksum of best prices.
 */
#include "common.h"
#include "itch_workload.h"

#define FOLD 0x01000193u
#define LINEAR_STEPS 6
#define NEAR_BITS 4
#define NEAR_MASK 15u
#define LADDER_SMALLEST_BITS 3
#define LADDER_CLASSES 20

enum { BID, ASK };
enum { SUSPECT = 0x20, INCOMPLETE = 0x40, LISTED = 0x80, STATE = 7, HALTS = 0x700, SHORT = 0x10 };
enum { UNKNOWN, DUPLICATE, OVER_EXECUTION, ORDERS_FULL, LEVELS_FULL, BAD_INSTRUMENT, MISMATCH, ZERO_SHARES, COUNTERS };

struct order {
  uint32_t reference_low, reference_high, shares, level, previous, next, chain, attribution;
};
struct level {
  uint32_t price, orders;
  double shares;
  uint32_t head, tail, book, chain;
};
struct entry {
  int32_t key;
  uint32_t level;
};
struct instrument {
  uint32_t version, status, ladder[2], levels[2], ladder_bits[2], best_price[2], best_orders[2];
  double best_shares[2];
};
struct listing {
  uint32_t symbol[4], round_lot, reason, spare[10];
};

static struct order *orders;
static struct level *levels;
static struct entry *ladders;
static struct instrument *instruments;
static struct listing *listings;
static uint32_t *buckets;
static uint32_t max_instruments, max_orders, max_levels, max_entries, bucket_shift, bucket_bits;
static uint32_t fresh_order, free_order, live_orders, fresh_level, free_level, live_levels, fresh_entry;
static uint32_t free_ladder[LADDER_CLASSES];
static double counters[COUNTERS];
static int32_t changed;
static uint32_t day_event;

static inline void begin_change(struct instrument *i) {
  __atomic_store_n(&i->version, i->version + 1, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_RELEASE);
}
static inline void end_change(struct instrument *i) { __atomic_store_n(&i->version, i->version + 1, __ATOMIC_RELEASE); }

static void mark(uint32_t instrument, uint32_t bits) {
  struct instrument *i = &instruments[instrument];
  if ((i->status | bits) == i->status) return;
  begin_change(i);
  i->status |= bits;
  end_change(i);
}
static int refuse(uint32_t instrument, int counter, uint32_t bits) {
  counters[counter]++;
  mark(instrument, bits);
  return 0;
}

static inline uint32_t bucket_of(uint32_t high, uint32_t low) {
  uint32_t line = ((low >> NEAR_BITS) ^ (high * 0xc2b2ae35u)) * 0x9e3779b1u;
  line = (line ^ (line >> 15)) * 0x85ebca6bu;
  return ((line >> bucket_shift) << NEAR_BITS) | ((low ^ (line >> NEAR_BITS)) & NEAR_MASK);
}

static inline int32_t ladder_key(uint32_t side, uint32_t price) {
  return (int32_t)(price ^ 0x80000000u ^ (uint32_t)-(int32_t)side);
}

static inline uint32_t ladder_index(const struct entry *ladder, uint32_t count, int32_t key) {
  uint32_t high = count, linear_end = count > LINEAR_STEPS ? count - LINEAR_STEPS : 0, low = 0;
  while (high > linear_end) {
    if (ladder[high - 1].key < key) return high;
    high--;
  }
  while (low < high) {
    uint32_t middle = (low + high) >> 1;
    if (ladder[middle].key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

static uint32_t grow_ladder(struct instrument *i, uint32_t side) {
  uint32_t old = i->ladder[side], old_bits = i->ladder_bits[side];
  uint32_t bits = old ? old_bits + 1 : LADDER_SMALLEST_BITS;
  if (bits - LADDER_SMALLEST_BITS >= LADDER_CLASSES) return 0;
  uint32_t *list = &free_ladder[bits - LADDER_SMALLEST_BITS];
  uint32_t block = *list;
  if (block) {
    *list = ladders[block].level;
  } else {
    block = fresh_entry;
    if (block + (1u << bits) > max_entries) return 0;
    fresh_entry += 1u << bits;
  }
  if (old) {
    memcpy(&ladders[block], &ladders[old], sizeof(struct entry) << old_bits);
    uint32_t *old_list = &free_ladder[old_bits - LADDER_SMALLEST_BITS];
    ladders[old].level = *old_list;
    *old_list = old;
  }
  i->ladder[side] = block;
  i->ladder_bits[side] = bits;
  return block;
}

static uint32_t insert_level(struct instrument *i, uint32_t book, uint32_t side, uint32_t price, int32_t key, uint32_t index) {
  uint32_t count = i->levels[side], ladder = i->ladder[side];
  if (!ladder || count == 1u << i->ladder_bits[side]) {
    ladder = grow_ladder(i, side);
    if (!ladder) return 0;
  }
  uint32_t at = free_level;
  if (at) {
    free_level = levels[at].chain;
  } else {
    at = fresh_level;
    if (at > max_levels) return 0;
    fresh_level++;
  }
  live_levels++;
  struct level *l = &levels[at];
  l->price = price;
  l->orders = 0;
  l->head = l->tail = 0;
  l->book = book;
  l->shares = 0;
  struct entry *entries = &ladders[ladder];
  for (uint32_t n = count; n > index; n--) entries[n] = entries[n - 1];
  entries[index] = (struct entry){key, at};
  i->levels[side] = count + 1;
  return at;
}

static inline uint32_t level_at(struct instrument *i, uint32_t book, uint32_t side, uint32_t price) {
  int32_t key = ladder_key(side, price);
  const struct entry *ladder = &ladders[i->ladder[side]];
  uint32_t count = i->levels[side], index = ladder_index(ladder, count, key);
  if (index < count && ladder[index].key == key) return ladder[index].level;
  return insert_level(i, book, side, price, key, index);
}

static void remove_level(struct instrument *i, uint32_t side, uint32_t at) {
  struct entry *ladder = &ladders[i->ladder[side]];
  uint32_t last = i->levels[side] - 1;
  for (uint32_t n = ladder_index(ladder, last + 1, ladder_key(side, levels[at].price)); n < last; n++) ladder[n] = ladder[n + 1];
  i->levels[side] = last;
  levels[at].chain = free_level;
  free_level = at;
  live_levels--;
}

static inline void append(uint32_t at, uint32_t level, uint32_t shares) {
  struct level *l = &levels[level];
  uint32_t tail = l->tail;
  orders[at].level = level;
  orders[at].previous = tail;
  orders[at].next = 0;
  if (tail) orders[tail].next = at;
  else l->head = at;
  l->tail = at;
  l->orders++;
  l->shares += shares;
}

/* Returns the level, or 0 if it is gone. */
static inline uint32_t unlink_order(struct instrument *i, uint32_t side, uint32_t at, uint32_t level) {
  struct order *o = &orders[at];
  struct level *l = &levels[level];
  if (o->previous) orders[o->previous].next = o->next;
  else l->head = o->next;
  if (o->next) orders[o->next].previous = o->previous;
  else l->tail = o->previous;
  if (--l->orders == 0) {
    remove_level(i, side, level);
    return 0;
  }
  l->shares -= o->shares;
  return level;
}

/* `touched` is the level that an operation changed, or 0 if a level has gone. */
static inline void publish(struct instrument *i, uint32_t side, uint32_t touched) {
  uint32_t price = 0, count = 0;
  double shares = 0;
  if (i->levels[side]) {
    uint32_t top = ladders[i->ladder[side] + i->levels[side] - 1].level;
    if (touched && top != touched) return;
    const struct level *l = &levels[top];
    price = l->price;
    if (!touched && i->best_price[side] == price) return;
    count = l->orders;
    shares = l->shares;
  }
  i->best_price[side] = price;
  i->best_orders[side] = count;
  i->best_shares[side] = shares;
}

static inline int applied(uint32_t instrument) {
  changed = (int32_t)instrument;
  return 1;
}

static int add(uint32_t instrument, uint32_t side, uint32_t high, uint32_t low, uint32_t price, uint32_t shares, uint32_t attribution) {
  if (instrument >= max_instruments) {
    counters[BAD_INSTRUMENT]++;
    return 0;
  }
  if (shares == 0) return refuse(instrument, ZERO_SHARES, SUSPECT);
  uint32_t *bucket = &buckets[bucket_of(high, low)];
  uint32_t first = *bucket;
  for (uint32_t other = first; other; other = orders[other].chain)
    if (orders[other].reference_low == low && orders[other].reference_high == high) return refuse(instrument, DUPLICATE, SUSPECT);
  uint32_t at = free_order;
  if (!at) {
    at = fresh_order;
    if (at > max_orders) return refuse(instrument, ORDERS_FULL, INCOMPLETE);
  }
  struct instrument *i = &instruments[instrument];
  begin_change(i);
  uint32_t level = level_at(i, instrument << 1 | side, side, price);
  if (!level) {
    end_change(i);
    return refuse(instrument, LEVELS_FULL, INCOMPLETE);
  }
  if (at == fresh_order) fresh_order++;
  else free_order = orders[at].chain;
  live_orders++;
  struct order *o = &orders[at];
  o->reference_low = low;
  o->reference_high = high;
  o->shares = shares;
  o->attribution = attribution;
  o->chain = first;
  *bucket = at;
  append(at, level, shares);
  publish(i, side, level);
  end_change(i);
  return applied(instrument);
}

/* Word that points at the order which `find` has found: a hash bucket, or the order before it in the chain. */
static uint32_t *link_to;
static uint32_t found_level, found_book;

static inline uint32_t find(uint32_t instrument, uint32_t high, uint32_t low) {
  if (instrument >= max_instruments) {
    counters[BAD_INSTRUMENT]++;
    return 0;
  }
  uint32_t *to = &buckets[bucket_of(high, low)], at = *to;
  while (at && (orders[at].reference_low != low || orders[at].reference_high != high)) {
    to = &orders[at].chain;
    at = *to;
  }
  if (!at) {
    refuse(instrument, UNKNOWN, SUSPECT);
    return 0;
  }
  uint32_t level = orders[at].level, book = levels[level].book, owner = book >> 1;
  if (owner != instrument) {
    refuse(owner, MISMATCH, SUSPECT);
    mark(instrument, SUSPECT);
    return 0;
  }
  link_to = to;
  found_level = level;
  found_book = book;
  return at;
}

static inline void remove_order(uint32_t at) {
  *link_to = orders[at].chain;
  orders[at].chain = free_order;
  free_order = at;
  live_orders--;
}

static int reduce(uint32_t instrument, uint32_t high, uint32_t low, uint32_t shares) {
  uint32_t at = find(instrument, high, low);
  if (!at) return 0;
  struct order *o = &orders[at];
  if (shares > o->shares) return refuse(instrument, OVER_EXECUTION, SUSPECT);
  struct instrument *i = &instruments[instrument];
  uint32_t level = found_level, side = found_book & 1;
  begin_change(i);
  if (shares == o->shares) {
    remove_order(at);
    publish(i, side, unlink_order(i, side, at, level));
  } else {
    o->shares -= shares;
    levels[level].shares -= shares;
    publish(i, side, level);
  }
  end_change(i);
  return applied(instrument);
}

static int delete(uint32_t instrument, uint32_t high, uint32_t low) {
  uint32_t at = find(instrument, high, low);
  if (!at) return 0;
  struct instrument *i = &instruments[instrument];
  uint32_t level = found_level, side = found_book & 1;
  begin_change(i);
  remove_order(at);
  publish(i, side, unlink_order(i, side, at, level));
  end_change(i);
  return applied(instrument);
}

static int replace(uint32_t instrument, uint32_t high, uint32_t low, uint32_t new_high, uint32_t new_low, uint32_t price, uint32_t shares) {
  uint32_t at = find(instrument, high, low);
  if (!at) return 0;
  if (shares == 0) return refuse(instrument, ZERO_SHARES, SUSPECT);
  uint32_t *bucket = &buckets[bucket_of(new_high, new_low)];
  for (uint32_t other = *bucket; other; other = orders[other].chain)
    if (orders[other].reference_low == new_low && orders[other].reference_high == new_high && other != at)
      return refuse(instrument, DUPLICATE, SUSPECT);
  uint32_t old_level = found_level, book = found_book, side = book & 1;
  struct instrument *i = &instruments[instrument];
  begin_change(i);
  uint32_t level = level_at(i, book, side, price);
  if (!level) {
    end_change(i);
    return refuse(instrument, LEVELS_FULL, INCOMPLETE);
  }
  levels[level].orders++;
  *link_to = orders[at].chain;
  uint32_t touched = unlink_order(i, side, at, old_level);
  levels[level].orders--;
  struct order *o = &orders[at];
  o->reference_low = new_low;
  o->reference_high = new_high;
  o->shares = shares;
  o->chain = *bucket;
  *bucket = at;
  append(at, level, shares);
  publish(i, side, touched);
  if (touched != level) publish(i, side, level);
  end_change(i);
  return applied(instrument);
}

static void list(uint32_t instrument, uint32_t symbol_high, uint32_t symbol_low, uint32_t round_lot) {
  if (instrument >= max_instruments) return;
  listings[instrument].symbol[0] = symbol_high;
  listings[instrument].symbol[1] = symbol_low;
  listings[instrument].round_lot = round_lot;
  mark(instrument, LISTED);
}

static void set_status(uint32_t instrument, uint32_t mask, uint32_t bits) {
  if (instrument >= max_instruments) return;
  struct instrument *i = &instruments[instrument];
  begin_change(i);
  i->status = (i->status & ~mask) | bits;
  end_change(i);
}

static const uint8_t lengths[256] = {
    ['S'] = 12, ['R'] = 39, ['H'] = 25, ['Y'] = 20, ['L'] = 26, ['V'] = 35, ['W'] = 12, ['K'] = 28,
    ['J'] = 35, ['h'] = 21, ['A'] = 36, ['F'] = 40, ['E'] = 31, ['C'] = 36, ['X'] = 23, ['D'] = 19,
    ['U'] = 35, ['P'] = 44, ['Q'] = 40, ['B'] = 19, ['I'] = 50, ['N'] = 20, ['O'] = 48,
};

static inline void apply(const uint8_t *p, size_t length) {
  changed = -1;
  if (length < 1 || lengths[p[0]] != length) return;
  uint32_t locate = be16(p + 1);
  switch (p[0]) {
    case 'A':
    case 'F':
      if (p[19] != 'B' && p[19] != 'S') return;
      if (locate < max_instruments && !(instruments[locate].status & LISTED)) list(locate, be32(p + 24), be32(p + 28), 0);
      add(locate, p[19] == 'B' ? BID : ASK, be32(p + 11), be32(p + 15), be32(p + 32), be32(p + 20), p[0] == 'F' ? be32(p + 36) : 0);
      break;
    case 'E':
    case 'C':
    case 'X':
      reduce(locate, be32(p + 11), be32(p + 15), be32(p + 19));
      break;
    case 'D':
      delete(locate, be32(p + 11), be32(p + 15));
      break;
    case 'U':
      replace(locate, be32(p + 11), be32(p + 15), be32(p + 19), be32(p + 23), be32(p + 31), be32(p + 27));
      break;
    case 'S':
      day_event = p[11];
      break;
    case 'R':
      list(locate, be32(p + 11), be32(p + 15), be32(p + 21));
      break;
    case 'H':
      set_status(locate, STATE, p[19] == 'T' ? 1 : p[19] == 'H' ? 2 : p[19] == 'P' ? 3 : p[19] == 'Q' ? 4 : 0);
      break;
    case 'Y':
      set_status(locate, SHORT, p[19] == '0' ? 0 : SHORT);
      break;
    case 'h': {
      uint32_t bit = 0x100u << (p[19] == 'Q' ? 0 : p[19] == 'B' ? 1 : 2);
      set_status(locate, bit, p[20] == 'H' ? bit : 0);
      break;
    }
  }
}

static void reset(void) {
  memset(instruments, 0, sizeof *instruments * max_instruments);
  memset(listings, 0, sizeof *listings * max_instruments);
  memset(buckets, 0, sizeof *buckets << bucket_bits);
  memset(free_ladder, 0, sizeof free_ladder);
  fresh_order = fresh_level = fresh_entry = 1;
  free_order = live_orders = free_level = live_levels = 0;
}

static uint32_t checksum;

static int64_t play(const uint8_t *from, const uint8_t *to) {
  int64_t count = 0;
  uint32_t sum = checksum;
  for (const uint8_t *p = from; p < to; count++) {
    size_t length = be16(p);
    apply(p + 2, length);
    if (changed >= 0) {
      const struct instrument *i = &instruments[changed];
      sum = (sum ^ i->best_price[BID] ^ (i->best_price[ASK] << 1)) * FOLD;
    }
    p += length + 2;
  }
  checksum = sum;
  return count;
}

int main(int argc, char **argv) {
  read_command_line(argc, argv);
  pin_core((int)value_int(command_line, "core", -1));
  struct workload w = read_workload(find_value(command_line, "input"));
  max_instruments = (uint32_t)w.symbols + 1;
  max_orders = (uint32_t)(w.orders * 1.05) + 1000;
  max_levels = max_orders + 1;
  max_entries = max_levels * 4 + max_instruments * 2 * (1 << LADDER_SMALLEST_BITS);
  for (bucket_bits = 8; 1u << bucket_bits < max_orders; bucket_bits++);
  bucket_shift = 32 - (bucket_bits - NEAR_BITS);
  orders = make_memory(sizeof *orders * (max_orders + 1));
  levels = make_memory(sizeof *levels * (max_levels + 1));
  ladders = make_memory(sizeof *ladders * (max_entries + 1));
  instruments = make_memory(sizeof *instruments * max_instruments);
  listings = make_memory(sizeof *listings * max_instruments);
  buckets = make_memory(sizeof *buckets << bucket_bits);
  const uint8_t *base = w.bytes;
  int32_t chunk = -1;
  reset();
  play(base + (size_t)w.offsets[0], base + (size_t)w.offsets[1]);
  chunk = 0;
  printf("ready {\"orders\":%u}\n", live_orders);
  fflush(stdout);
  while (next_go()) {
    if (chunk == w.chunks) {
      reset();
      checksum = 0;
      play(base + (size_t)w.offsets[0], base + (size_t)w.offsets[1]);
      chunk = 0;
    }
    const uint8_t *from = base + (size_t)w.offsets[1 + chunk], *to = base + (size_t)w.offsets[2 + chunk];
    chunk++;
    int64_t start = now_ns();
    int64_t ops = play(from, to);
    int64_t ns = now_ns() - start;
    double refused = 0;
    for (int c = 0; c < COUNTERS; c++) refused += counters[c];
    printf("{\"ops\":%ld,\"ns\":%ld,\"checksum\":%u,\"liveOrders\":%u,\"levels\":%u,\"refused\":%.0f}\n", (long)ops, (long)ns,
           checksum, live_orders, live_levels, refused);
    fflush(stdout);
  }
  return 0;
}
