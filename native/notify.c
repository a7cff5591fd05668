/*
 * A message to the service manager (sd_notify): one datagram to the socket that it names. Node has no datagram sockets of
 * the Unix domain.
 */
#include "addon.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LONGEST_MESSAGE 4096

/* notifyService(path, message): 0 or a negative errno. A path that begins with @ is in the abstract namespace. */
static napi_value notify_service(napi_env env, napi_callback_info info) {
  napi_value args[2];
  size_t count = 2;
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  char message[LONGEST_MESSAGE];
  if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok || count < 2 ||
      !string_argument(env, args[0], to.sun_path, sizeof to.sun_path) ||
      !string_argument(env, args[1], message, sizeof message))
    return wrong_arguments(env, "notifyService(path, message)");
  size_t length = strlen(to.sun_path);
  if (length == 0) return int_result(env, -EINVAL);
  if (to.sun_path[0] == '@') to.sun_path[0] = 0;
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return int_result(env, -errno);
  ssize_t sent = sendto(fd, message, strlen(message), MSG_NOSIGNAL, (struct sockaddr *)&to,
                        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
  int reason = sent < 0 ? errno : 0;
  close(fd);
  return int_result(env, -reason);
}

bool notify_init(napi_env env, napi_value exports) {
  return define_function(env, exports, "notifyService", notify_service);
}
