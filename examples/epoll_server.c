/* Copyright 2026 The Airlock Authors.
 * SPDX-License-Identifier: Apache-2.0 */

/* An HTTPS server on epoll that lets in only clients with a certificate.
 *   usage: epoll_server CA CHAIN KEY; it says on which port it listens */

#define _GNU_SOURCE /* accept4 */
#include <airlock.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

typedef struct {
  airlock_socket *tls;
  int fd;             /* Closed with `tls`. */
  const char *answer; /* What is left of it; NULL: not yet asked. */
} connection;

static airlock_bytes slurp(const char *path) {
  char *data = malloc(1 << 20);
  int fd = open(path, O_RDONLY);
  ssize_t size = fd < 0 || data == NULL ? -1 : read(fd, data, 1 << 20);
  if (size < 0) exit(1);
  return (airlock_bytes){data, (size_t)size};
}

/* Goes on as far as it can (reading shakes hands), and says what it waits for;
 * AIRLOCK_CLOSED: nothing. */
static airlock_status drive(connection *c) {
  airlock_status status;
  char request[4096]; /* Whatever it is, the answer is the same. */
  size_t done;
  if (c->answer == NULL) {
    status = airlock_socket_read(c->tls, request, sizeof(request), &done, NULL);
    if (status != AIRLOCK_OK) return status;
    c->answer = "HTTP/1.0 200 OK\r\n\r\nhello, friend";
  }
  while (*c->answer != '\0') {
    status =
        airlock_socket_write(c->tls, c->answer, strlen(c->answer), &done, NULL);
    if (status != AIRLOCK_OK) return status;
    c->answer += done;
  }
  status = airlock_socket_unwrap(c->tls, NULL); /* Waits for it. */
  return status == AIRLOCK_OK ? AIRLOCK_CLOSED : status;
}

int main(int argc, char **argv) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t size = sizeof(address);
  struct epoll_event event = {.events = EPOLLIN};
  int queue = epoll_create1(0), server = socket(AF_INET, SOCK_STREAM, 0);
  airlock_runtime *runtime;
  airlock_error *error;
  airlock_error_info info = {.struct_size = sizeof(info)};
  airlock_wrap_options options = {.struct_size = sizeof(options),
                                  .server_side = 1,
                                  .cert_reqs = AIRLOCK_CERT_REQUIRED,
                                  .do_handshake_on_connect = AIRLOCK_NO};
  if (argc != 4) return 2;
  if (airlock_runtime_new(NULL, &runtime, &error) != AIRLOCK_OK) {
    airlock_error_get(error, &info);
    dprintf(2, "%.*s\n", (int)info.message.size, info.message.data);
    return 1;
  }
  options.cadata = slurp(argv[1]);
  options.certfile = slurp(argv[2]);
  options.keyfile = slurp(argv[3]);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(server, (void *)&address, size) + listen(server, 16) != 0) return 1;
  getsockname(server, (void *)&address, &size);
  dprintf(1, "%d\n", ntohs(address.sin_port));
  epoll_ctl(queue, EPOLL_CTL_ADD, server, &event); /* Its data is NULL. */
  for (;;) {
    if (epoll_wait(queue, &event, 1, -1) != 1) continue;
    connection *c = event.data.ptr;
    if (c == NULL) {
      if ((c = calloc(1, sizeof(*c))) == NULL) return 1;
      c->fd = accept4(server, NULL, NULL, SOCK_NONBLOCK);
      airlock_transport transport = {sizeof(transport), AIRLOCK_TRANSPORT_FD,
                                     c->fd, 1 /* owned */};
      airlock_wrap_socket(runtime, &transport, &options, &c->tls, NULL);
      event.data.ptr = c;
      epoll_ctl(queue, EPOLL_CTL_ADD, c->fd, &event);
    }
    airlock_status status = drive(c);
    event.events = status == AIRLOCK_WANT_WRITE ? EPOLLOUT : EPOLLIN;
    epoll_ctl(queue, EPOLL_CTL_MOD, c->fd, &event);
    if (status == AIRLOCK_WANT_READ || status == AIRLOCK_WANT_WRITE) continue;
    airlock_socket_free(c->tls); /* Over, or an error, which is the client's. */
    free(c);
  }
}
