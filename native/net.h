/* Small helpers that both kinds of socket use. */
#ifndef WARMLINE_NET_H
#define WARMLINE_NET_H

#include "addon.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

static inline bool parse_ipv4(const char *text, struct in_addr *into) { return inet_pton(AF_INET, text, into) == 1; }

static inline struct sockaddr_in ipv4_endpoint(struct in_addr address, int32_t port) {
  struct sockaddr_in endpoint;
  memset(&endpoint, 0, sizeof endpoint);
  endpoint.sin_family = AF_INET;
  endpoint.sin_addr = address;
  endpoint.sin_port = htons((uint16_t)port);
  return endpoint;
}

static inline int set_int_option(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof value) == 0 ? 0 : -errno;
}

/* Index of an interface given by name or by one of its addresses; 0 if there is none. */
static inline unsigned interface_index(const char *name_or_address) {
  struct in_addr wanted;
  if (!parse_ipv4(name_or_address, &wanted)) return if_nametoindex(name_or_address);
  struct ifaddrs *all = NULL;
  unsigned index = 0;
  if (getifaddrs(&all) != 0) return 0;
  for (struct ifaddrs *entry = all; entry != NULL && index == 0; entry = entry->ifa_next) {
    if (entry->ifa_addr == NULL || entry->ifa_addr->sa_family != AF_INET) continue;
    struct sockaddr_in address;
    memcpy(&address, entry->ifa_addr, sizeof address);
    if (address.sin_addr.s_addr == wanted.s_addr) index = if_nametoindex(entry->ifa_name);
  }
  freeifaddrs(all);
  return index;
}

/* Asks for a receive buffer, beyond the system's limit where the process may. */
static inline int set_receive_buffer(int fd, int bytes) {
#ifdef SO_RCVBUFFORCE
  if (set_int_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, bytes) == 0) return 0;
#endif
  return set_int_option(fd, SOL_SOCKET, SO_RCVBUF, bytes);
}

#endif
