/* Copyright 2026 The Airlock Authors.
 * SPDX-License-Identifier: Apache-2.0 */

/* An HTTPS server on epoll that only accepts clients with a certificate.
 *   usage: epoll_server CA CHAIN KEY; it prints its port */

#define _GNU_SOURCE /* accept4 */
#include <airlock.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/queue.h>

typedef struct connection {
  TAILQ_ENTRY(connection) others;
  airlock_socket* tls; /* Owns the descriptor. */
  const char* answer;  /* What is left to send; NULL: not yet asked. */
} connection;
static TAILQ_HEAD(, connection) all = TAILQ_HEAD_INITIALIZER(all); /* By age. */
static airlock_bytes slurp(const char* path) {
  char* data = malloc(1 << 20);
  FILE* file = fopen(path, "r");
  if (data == NULL || file == NULL) exit(1);
  return (airlock_bytes){data, fread(data, 1, 1 << 20, file)};
}

/* Continues as far as possible; reading shakes hands. Says what it awaits. */
static airlock_status drive(connection* c) {
  airlock_status status;
  char request[4096]; /* All requests get the same answer. */
  size_t done;
  if (c->answer == NULL) {
    status = airlock_socket_read(c->tls, request, sizeof(request), &done, NULL);
    if (status != AIRLOCK_OK) return status;
    c->answer = "HTTP/1.0 200 OK\r\n\r\nhello, friend";
  }
  for (size_t left; (left = strlen(c->answer)) > 0; c->answer += done) {
    status = airlock_socket_write(c->tls, c->answer, left, &done, NULL);
    if (status != AIRLOCK_OK) return status;
  }
  return airlock_socket_unwrap(c->tls, NULL); /* Waits for the client's. */
}
static void end(connection* c) {
  TAILQ_REMOVE(&all, c, others);
  airlock_socket_free(c->tls);
  free(c);
}

int main(int argc, char** argv) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t size = sizeof(address);
  struct epoll_event event = {.events = EPOLLIN};
  int queue = epoll_create1(0);
  int server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  airlock_runtime* runtime;
  airlock_context* context;
  airlock_error* error;
  airlock_error_info info = {.struct_size = sizeof(info)};
  if (argc != 4) return 2;
  airlock_credentials own = {sizeof(own), slurp(argv[3]), slurp(argv[2])};
  airlock_context_options options = {sizeof(options), 1 /* server_side */,
                                     AIRLOCK_CERT_REQUIRED};
  options.cadata = slurp(argv[1]);
  options.credentials = (const airlock_credentials*[]){&own};
  options.credentials_count = 1;
  if (airlock_runtime_new(NULL, &runtime, &error) != AIRLOCK_OK ||
      airlock_context_new(runtime, &options, &context, &error) != AIRLOCK_OK) {
    airlock_error_get(error, &info);
    dprintf(2, "%.*s\n", (int)info.message.size, info.message.data);
    return 1;
  }
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(server, (void*)&address, size) + listen(server, 64) != 0) return 1;
  getsockname(server, (void*)&address, &size);
  dprintf(1, "%d\n", ntohs(address.sin_port));
  epoll_ctl(queue, EPOLL_CTL_ADD, server, &event); /* Its data is NULL. */
  for (;;) {
    if (epoll_wait(queue, &event, 1, -1) != 1) continue;
    connection* c = event.data.ptr;
    if (c == NULL) {
      int fd = accept4(server, NULL, NULL, SOCK_NONBLOCK);
      /* If descriptors run out, close the oldest connection. */
      if (fd < 0 && (errno == EMFILE || errno == ENFILE) && !TAILQ_EMPTY(&all))
        end(TAILQ_FIRST(&all));
      if (fd < 0) continue;
      if ((c = calloc(1, sizeof(*c))) == NULL) return 1;
      airlock_transport tcp = {sizeof(tcp), AIRLOCK_TRANSPORT_FD, fd, 1};
      airlock_context_wrap_socket(context, &tcp, NULL, &c->tls, NULL);
      TAILQ_INSERT_TAIL(&all, c, others);
      event = (struct epoll_event){EPOLLIN | EPOLLOUT | EPOLLET, {.ptr = c}};
      epoll_ctl(queue, EPOLL_CTL_ADD, fd, &event);
    }
    airlock_status status = drive(c);
    if (status != AIRLOCK_WANT_READ && status != AIRLOCK_WANT_WRITE) end(c);
  }
}
