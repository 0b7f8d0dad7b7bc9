// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Airlock's C interface as a contestant; its header is airlock_contestant.h.

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "platform/c/airlock.h"
#include "tests/bench/airlock_contestant.h"

namespace airlock::bench {
namespace {

template <typename T, void (*kFree)(T*)>
struct Freer {
  void operator()(T* value) const { kFree(value); }
};
using RuntimePtr =
    std::unique_ptr<airlock_runtime,
                    Freer<airlock_runtime, airlock_runtime_free>>;
using ContextPtr =
    std::unique_ptr<airlock_context,
                    Freer<airlock_context, airlock_context_free>>;
using SocketPtr =
    std::unique_ptr<airlock_socket, Freer<airlock_socket, airlock_socket_free>>;
using SessionPtr =
    std::unique_ptr<airlock_session,
                    Freer<airlock_session, airlock_session_free>>;

// False if the call would block; ends the program if it failed.
bool Done(airlock_status status, airlock_error* error) {
  if (status == AIRLOCK_OK) return true;
  if (status == AIRLOCK_WANT_READ || status == AIRLOCK_WANT_WRITE) return false;
  airlock_error_info info = {};
  info.struct_size = sizeof(info);
  if (airlock_error_get(error, &info) == AIRLOCK_OK) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(info.message.size),
                 info.message.data);
  }
  Require(false, "airlock.h");
  return false;
}

airlock_bytes Bytes(const std::string& text) {
  return {text.data(), text.size()};
}

struct WireEnd {
  BytePipe* in;
  BytePipe* out;
};

airlock_status ReadWire(void* user, void* into, size_t size, size_t* done) {
  *done =
      static_cast<WireEnd*>(user)->in->Read(static_cast<uint8_t*>(into), size);
  return *done == 0 ? AIRLOCK_WANT_READ : AIRLOCK_OK;
}

airlock_status WriteWire(void* user, const void* from, size_t size,
                         size_t* done) {
  static_cast<WireEnd*>(user)->out->Write(static_cast<const uint8_t*>(from),
                                          size);
  *done = size;
  return AIRLOCK_OK;
}

class CEndpoint : public Endpoint {
 public:
  CEndpoint(airlock_context* context, WireEnd wire,
            const airlock_socket_options& options)
      : wire_(wire) {
    airlock_transport transport = {};
    transport.struct_size = sizeof(transport);
    transport.type = AIRLOCK_TRANSPORT_CALLBACKS;
    transport.read = ReadWire;
    transport.write = WriteWire;
    transport.user = &wire_;
    airlock_socket* made = nullptr;
    airlock_error* error = nullptr;
    Done(airlock_context_wrap_socket(context, &transport, &options, &made,
                                     &error),
         error);
    socket_.reset(made);
  }

  bool Handshake() override {
    airlock_error* error = nullptr;
    return Done(airlock_socket_handshake(socket_.get(), &error), error);
  }

  size_t Read(uint8_t* into, size_t size) override {
    airlock_error* error = nullptr;
    size_t moved = 0;
    Done(airlock_socket_read(socket_.get(), into, size, &moved, &error), error);
    return moved;
  }

  size_t Write(const uint8_t* from, size_t size) override {
    airlock_error* error = nullptr;
    size_t moved = 0;
    Done(airlock_socket_write(socket_.get(), from, size, &moved, &error),
         error);
    return moved;
  }

  airlock_socket* socket() const { return socket_.get(); }

 private:
  WireEnd wire_;
  SocketPtr socket_;
};

class CContestant : public Contestant {
 public:
  explicit CContestant(const Setting& setting)
      : setting_(setting),
        runtime_(NewRuntime()),
        client_(NewClientContext()),
        server_(NewServerContext(setting.chain, setting.key)) {}

  std::unique_ptr<Endpoint> Client(Wire* wire, bool resume) override {
    airlock_socket_options options = {};
    options.struct_size = sizeof(options);
    options.server_hostname = Bytes(setting_.host);
    if (resume) options.session = session_.get();
    return std::make_unique<CEndpoint>(
        client_.get(), WireEnd{&wire->to_client, &wire->to_server}, options);
  }

  std::unique_ptr<Endpoint> Server(Wire* wire) override {
    return ServerOf(server_.get(), wire);
  }

  std::unique_ptr<Endpoint> ServerWith(Wire* wire, const std::string& chain,
                                       const std::string& key) override {
    // The socket keeps it alive.
    return ServerOf(NewServerContext(chain, key).get(), wire);
  }

  void KeepSession(Endpoint* client) override {
    airlock_session* made = nullptr;
    airlock_error* error = nullptr;
    Done(airlock_socket_session(static_cast<CEndpoint*>(client)->socket(),
                                &made, &error),
         error);
    session_.reset(made);
  }

  bool Resumed(Endpoint* client) override {
    airlock_connection_info info = {};
    info.struct_size = sizeof(info);
    airlock_error* error = nullptr;
    Done(airlock_socket_info(static_cast<CEndpoint*>(client)->socket(), &info,
                             &error),
         error);
    return info.session_reused != 0;
  }

  void MakeContext(bool keep) override {
    ContextPtr made = NewClientContext();
    if (keep) kept_.push_back(std::move(made));
  }

 private:
  static RuntimePtr NewRuntime() {
    airlock_runtime* made = nullptr;
    airlock_error* error = nullptr;
    Done(airlock_runtime_new(nullptr, &made, &error), error);
    return RuntimePtr(made);
  }

  static std::unique_ptr<Endpoint> ServerOf(airlock_context* context,
                                            Wire* wire) {
    airlock_socket_options options = {};
    options.struct_size = sizeof(options);
    return std::make_unique<CEndpoint>(
        context, WireEnd{&wire->to_server, &wire->to_client}, options);
  }

  airlock_context_options Options() const {
    airlock_context_options options = {};
    options.struct_size = sizeof(options);
    options.minimum_version = static_cast<uint16_t>(setting_.version);
    options.maximum_version = static_cast<uint16_t>(setting_.version);
    if (!setting_.cipher.empty()) options.ciphers = Bytes(setting_.cipher);
    return options;
  }

  ContextPtr NewContext(const airlock_context_options& options) const {
    airlock_context* made = nullptr;
    airlock_error* error = nullptr;
    Done(airlock_context_new(runtime_.get(), &options, &made, &error), error);
    return ContextPtr(made);
  }

  ContextPtr NewClientContext() const {
    airlock_context_options options = Options();
    options.ca_certs = Bytes(setting_.bundle_path);
    return NewContext(options);
  }

  ContextPtr NewServerContext(const std::string& chain,
                              const std::string& key) const {
    airlock_credentials credentials = {};
    credentials.struct_size = sizeof(credentials);
    credentials.certfile = Bytes(chain);
    credentials.keyfile = Bytes(key);
    const airlock_credentials* const list[] = {&credentials};
    airlock_context_options options = Options();
    options.server_side = AIRLOCK_YES;
    options.credentials = list;
    options.credentials_count = 1;
    return NewContext(options);
  }

  const Setting setting_;
  const RuntimePtr runtime_;
  const ContextPtr client_;
  const ContextPtr server_;
  SessionPtr session_;
  std::vector<ContextPtr> kept_;
};

}  // namespace

std::unique_ptr<Contestant> MakeAirlockC(const Setting& setting) {
  return std::make_unique<CContestant>(setting);
}

}  // namespace airlock::bench
