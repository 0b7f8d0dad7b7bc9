/* Copyright 2026 The Airlock Authors.
 * SPDX-License-Identifier: Apache-2.0 */

/* A C99 program, with nothing but the header: a handshake over callbacks, as a
 * host does it that carries the bytes itself.
 *   usage: plain_c_test CA CHAIN KEY */

#include <airlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                           \
  do {                                                             \
    if (!(condition)) {                                            \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                     \
    }                                                              \
  } while (0)

/* One direction. */
typedef struct {
  char bytes[65536];
  size_t size;
} pipe_t;

typedef struct {
  pipe_t *in;
  pipe_t *out;
} end_t;

static airlock_status read_end(void *user, void *into, size_t size,
                               size_t *done) {
  pipe_t *in = ((end_t *)user)->in;
  if (in->size == 0) return AIRLOCK_WANT_READ;
  *done = size < in->size ? size : in->size;
  memcpy(into, in->bytes, *done);
  in->size -= *done;
  memmove(in->bytes, in->bytes + *done, in->size);
  return AIRLOCK_OK;
}

static airlock_status write_end(void *user, const void *from, size_t size,
                                size_t *done) {
  pipe_t *out = ((end_t *)user)->out;
  *done = sizeof(out->bytes) - out->size;
  if (*done > size) *done = size;
  if (*done == 0) return AIRLOCK_WANT_WRITE;
  memcpy(out->bytes + out->size, from, *done);
  out->size += *done;
  return AIRLOCK_OK;
}

static airlock_bytes file(const char *path) {
  static char contents[3][8192];
  static int next = 0;
  airlock_bytes bytes;
  FILE *stream = fopen(path, "rb");
  CHECK(stream != NULL && next < 3);
  bytes.data = contents[next];
  bytes.size = fread(contents[next++], 1, sizeof(contents[0]), stream);
  CHECK(bytes.size > 0 && feof(stream));
  fclose(stream);
  return bytes;
}

static airlock_bytes text(const char *string) {
  airlock_bytes bytes = {string, strlen(string)};
  return bytes;
}

static airlock_socket *wrap(airlock_runtime *runtime, end_t *end,
                            airlock_wrap_options *options) {
  airlock_transport transport = {sizeof(transport)};
  airlock_socket *socket = NULL;
  transport.type = AIRLOCK_TRANSPORT_CALLBACKS;
  transport.read = read_end;
  transport.write = write_end;
  transport.user = end;
  options->do_handshake_on_connect = AIRLOCK_NO;
  CHECK(airlock_wrap_socket(runtime, &transport, options, &socket, NULL) ==
        AIRLOCK_OK);
  return socket;
}

int main(int argc, char **argv) {
  static pipe_t up, down;
  end_t client_end = {&down, &up}, server_end = {&up, &down};
  airlock_runtime *runtime = NULL;
  airlock_socket *client, *server;
  airlock_wrap_options client_options = {sizeof(client_options)};
  airlock_wrap_options server_options = {sizeof(server_options)};
  airlock_connection_info info = {sizeof(info)};
  airlock_status c = AIRLOCK_WANT_READ, s = AIRLOCK_WANT_READ;
  char got[5];
  size_t done = 0;
  int i;

  CHECK(argc == 4);
  CHECK(airlock_runtime_new(NULL, &runtime, NULL) == AIRLOCK_OK);
  client_options.cadata = file(argv[1]);
  client_options.server_hostname = text("localhost");
  server_options.server_side = 1;
  server_options.certfile = file(argv[2]);
  server_options.keyfile = file(argv[3]);
  client = wrap(runtime, &client_end, &client_options);
  server = wrap(runtime, &server_end, &server_options);
  for (i = 0; i < 10 && (c != AIRLOCK_OK || s != AIRLOCK_OK); ++i) {
    c = airlock_socket_handshake(client, NULL);
    s = airlock_socket_handshake(server, NULL);
    CHECK(c >= 0 && s >= 0);
  }
  CHECK(airlock_socket_info(client, &info, NULL) == AIRLOCK_OK);
  CHECK(info.peer_verified == 1);
  CHECK(airlock_socket_write(client, "hello", 5, &done, NULL) == AIRLOCK_OK);
  CHECK(airlock_socket_read(server, got, 5, &done, NULL) == AIRLOCK_OK);
  CHECK(done == 5 && memcmp(got, "hello", 5) == 0);
  airlock_runtime_free(runtime);
  airlock_socket_free(client);
  airlock_socket_free(server);
  puts("PASSED");
  return 0;
}
