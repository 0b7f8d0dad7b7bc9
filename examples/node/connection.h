// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef AIRLOCK_EXAMPLES_NODE_CONNECTION_H_
#define AIRLOCK_EXAMPLES_NODE_CONNECTION_H_

#include <airlock.h>

#include <string>
#include <utility>

// A TLS socket whose user transports the encrypted bytes: Feed() bytes from the
// network, and send TakeOutput() to the network after each call.
class Connection {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { airlock_socket_free(tls_); }

  // Must be called first. Sends nothing yet.
  airlock_status Wrap(airlock_runtime* runtime, airlock_wrap_options options,
                      airlock_error** error) {
    airlock_transport transport = {};
    transport.struct_size = sizeof(transport);
    transport.type = AIRLOCK_TRANSPORT_CALLBACKS;
    transport.read = FromNetwork;
    transport.write = ToNetwork;
    transport.user = this;
    options.do_handshake_on_connect = AIRLOCK_NO;
    return airlock_wrap_socket(runtime, &transport, &options, &tls_, error);
  }

  // All of these process bytes, and return how many, or an error.
  airlock_status Handshake(airlock_bytes, size_t*, airlock_error** error) {
    return airlock_socket_handshake(tls_, error);
  }
  airlock_status Read(airlock_bytes into, size_t* done, airlock_error** error) {
    return airlock_socket_read(tls_, const_cast<char*>(into.data), into.size,
                               done, error);
  }
  airlock_status Write(airlock_bytes from, size_t* done,
                       airlock_error** error) {
    return airlock_socket_write(tls_, from.data, from.size, done, error);
  }
  airlock_status Shutdown(airlock_bytes, size_t*, airlock_error** error) {
    const airlock_status status = airlock_socket_handshake(tls_, error);
    if (status != AIRLOCK_OK) return status;
    return airlock_socket_shutdown(tls_, error);
  }
  // Ends it before the destructor does. The calls above then fail.
  airlock_status Close(airlock_bytes, size_t*, airlock_error**) {
    airlock_socket_free(std::exchange(tls_, nullptr));
    return AIRLOCK_OK;
  }

  // Empty bytes: the end.
  airlock_status Feed(airlock_bytes bytes, size_t*, airlock_error**) {
    if (bytes.size == 0) ended_ = true;
    input_.append(bytes.data, bytes.size);
    return AIRLOCK_OK;
  }
  std::string TakeOutput() { return std::exchange(output_, {}); }

 private:
  static airlock_status FromNetwork(void* user, void* into, size_t size,
                                    size_t* done) {
    auto* self = static_cast<Connection*>(user);
    if (self->input_.empty())
      return self->ended_ ? AIRLOCK_CLOSED : AIRLOCK_WANT_READ;
    *done = self->input_.copy(static_cast<char*>(into), size);
    self->input_.erase(0, *done);
    return AIRLOCK_OK;
  }

  static airlock_status ToNetwork(void* user, const void* from, size_t size,
                                  size_t* done) {
    auto* self = static_cast<Connection*>(user);
    self->output_.append(static_cast<const char*>(from), size);
    *done = size;
    return AIRLOCK_OK;
  }

  airlock_socket* tls_ = nullptr;
  std::string input_, output_;
  bool ended_ = false;
};

#endif  // AIRLOCK_EXAMPLES_NODE_CONNECTION_H_
