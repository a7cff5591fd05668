/*
 * Files mapped into memory. A mapping is an ArrayBuffer (Atomics work on it; every thread maps the file for itself) and
 * is unmapped when that buffer has been collected, never before: JavaScript may still hold it.
 */
#include "addon.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define LONGEST_PATH 4096
#define CREATED_FILE_MODE 0600

enum { MAP_FILE_CREATE = 1, MAP_FILE_POPULATE = 2, MAP_FILE_WATCH = 4 };

static void unmap(napi_env env, void *data, void *hint) {
  (void)env;
  munmap(data, (size_t)(uintptr_t)hint);
}

static int map_descriptor(int fd, int64_t bytes, int flags, void **data) {
  struct stat status;
  if (fstat(fd, &status) != 0) return -errno;
  if (status.st_size < bytes) {
    if ((flags & MAP_FILE_CREATE) == 0) return -EFBIG;
    /* Blocks are reserved now: a store to a page that the disk has no room for would be a SIGBUS later. */
    int reason = posix_fallocate(fd, 0, bytes);
    if (reason == EOPNOTSUPP || reason == EINVAL) reason = ftruncate(fd, bytes) == 0 ? 0 : errno;
    if (reason != 0) return -reason;
  }
  /*
   * A watcher sees the writer's stores but can't alter the file: its pages are private and copied if it ever writes
   * (a read-only mapping would turn such a write into a crash).
   */
  int sharing = flags & MAP_FILE_WATCH ? MAP_PRIVATE : MAP_SHARED;
  if (flags & MAP_FILE_POPULATE) sharing |= MAP_POPULATE;
  void *at = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, sharing, fd, 0);
  if (at == MAP_FAILED) return -errno;
  *data = at;
  return 0;
}

/* mapFile(path, bytes, flags): ArrayBuffer, or a negative errno. */
static napi_value map_file(napi_env env, napi_callback_info info) {
  napi_value args[3];
  size_t count = 3;
  char path[LONGEST_PATH];
  int64_t bytes = 0;
  int32_t flags = 0;
  if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok || count < 3 ||
      !string_argument(env, args[0], path, sizeof path) || napi_get_value_int64(env, args[1], &bytes) != napi_ok ||
      !int_argument(env, args[2], &flags))
    return wrong_arguments(env, "mapFile(path, bytes, flags)");
  if (bytes <= 0) return int_result(env, -EINVAL);
  int how = (flags & MAP_FILE_WATCH ? O_RDONLY : O_RDWR) | O_CLOEXEC;
  if ((flags & MAP_FILE_CREATE) && !(flags & MAP_FILE_WATCH)) how |= O_CREAT;
  else flags &= ~MAP_FILE_CREATE;
  int fd = open(path, how, CREATED_FILE_MODE);
  if (fd < 0) return int_result(env, -errno);
  void *data = NULL;
  int reason = map_descriptor(fd, bytes, flags, &data);
  close(fd);
  if (reason != 0) return int_result(env, reason);
  napi_value buffer = NULL;
  if (napi_create_external_arraybuffer(env, data, (size_t)bytes, unmap, (void *)(uintptr_t)bytes, &buffer) == napi_ok)
    return buffer;
  munmap(data, (size_t)bytes);
  return int_result(env, -ENOTSUP);
}

static bool bytes_argument(napi_env env, napi_callback_info info, void **data, size_t *length) {
  napi_value args[1];
  size_t count = 1;
  return napi_get_cb_info(env, info, &count, args, NULL, NULL) == napi_ok && count >= 1 &&
         array_argument(env, args[0], napi_uint8_array, data, length);
}

/* lockMemory(bytes: Uint8Array): mlock of just these bytes' pages. Never mlockall: V8 aborts when it returns pages. */
static napi_value lock_memory(napi_env env, napi_callback_info info) {
  void *data = NULL;
  size_t length = 0;
  if (!bytes_argument(env, info, &data, &length)) return wrong_arguments(env, "lockMemory(bytes: Uint8Array)");
  return int_result(env, mlock(data, length) == 0 ? 0 : -errno);
}

static napi_value unlock_memory(napi_env env, napi_callback_info info) {
  void *data = NULL;
  size_t length = 0;
  if (!bytes_argument(env, info, &data, &length)) return wrong_arguments(env, "unlockMemory(bytes: Uint8Array)");
  return int_result(env, munlock(data, length) == 0 ? 0 : -errno);
}

/*
 * adviseHugePages(bytes: Uint8Array): asks for huge pages where these bytes have no pages yet (MADV_HUGEPAGE). Only whole
 * pages can be asked for: a part of one at either end is left out.
 */
static napi_value advise_huge_pages(napi_env env, napi_callback_info info) {
  void *data = NULL;
  size_t length = 0;
  if (!bytes_argument(env, info, &data, &length)) return wrong_arguments(env, "adviseHugePages(bytes: Uint8Array)");
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t first = ((uintptr_t)data + page - 1) / page * page;
  uintptr_t end = ((uintptr_t)data + length) / page * page;
  if (end <= first) return int_result(env, 0);
  return int_result(env, madvise((void *)first, end - first, MADV_HUGEPAGE) == 0 ? 0 : -errno);
}

/* prefault(bytes: Uint8Array): writes to every page without altering it, so that no first touch stalls later. */
static napi_value prefault(napi_env env, napi_callback_info info) {
  void *data = NULL;
  size_t length = 0;
  if (!bytes_argument(env, info, &data, &length)) return wrong_arguments(env, "prefault(bytes: Uint8Array)");
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  /* An atomic "or 0" is a write that can't undo another thread's. */
  for (size_t at = 0; at < length; at += page) __atomic_fetch_or((uint8_t *)data + at, 0, __ATOMIC_RELAXED);
  if (length > 0) __atomic_fetch_or((uint8_t *)data + length - 1, 0, __ATOMIC_RELAXED);
  return int_result(env, 0);
}

/*
 * lockFile(path): a descriptor that holds the file's lock, or a negative errno (EWOULDBLOCK: another holds it). The kernel
 * gives the lock back when the process ends, however it ends.
 */
static napi_value lock_file(napi_env env, napi_callback_info info) {
  napi_value args[1];
  size_t count = 1;
  char path[LONGEST_PATH];
  if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok || count < 1 ||
      !string_argument(env, args[0], path, sizeof path))
    return wrong_arguments(env, "lockFile(path)");
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return int_result(env, -errno);
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) return int_result(env, fd);
  int reason = errno;
  close(fd);
  return int_result(env, -reason);
}

/* unlockFile(descriptor): of lockFile. */
static napi_value unlock_file(napi_env env, napi_callback_info info) {
  napi_value args[1];
  size_t count = 1;
  int32_t fd = -1;
  if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok || count < 1 ||
      !int_argument(env, args[0], &fd))
    return wrong_arguments(env, "unlockFile(descriptor)");
  return int_result(env, close(fd) == 0 ? 0 : -errno);
}

bool mapped_file_init(napi_env env, napi_value exports) {
  return define_function(env, exports, "mapFile", map_file) &&
         define_function(env, exports, "lockMemory", lock_memory) &&
         define_function(env, exports, "unlockMemory", unlock_memory) &&
         define_function(env, exports, "adviseHugePages", advise_huge_pages) &&
         define_function(env, exports, "prefault", prefault) &&
         define_function(env, exports, "lockFile", lock_file) &&
         define_function(env, exports, "unlockFile", unlock_file);
}
