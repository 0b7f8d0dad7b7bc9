// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/airlock_contestant.h"

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "platform/posix_host.h"
#include "platform/process_environment.h"
#include "platform/runtime.h"
#include "ssl/context.h"
#include "ssl/socket.h"
#include "ssl/transport.h"

namespace airlock::bench {
namespace {

void Check(const absl::Status& status) {
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  Require(status.ok(), "Airlock");
}

template <typename T>
T Value(absl::StatusOr<T> value) {
  Check(value.status());
  return *std::move(value);
}

size_t Moved(const ssl::IoResult& result) {
  if (result.done()) return result.bytes();
  if (!result.want_read() && !result.want_write()) Check(result.status());
  return 0;
}

class WireTransport : public ssl::Transport {
 public:
  WireTransport(BytePipe* in, BytePipe* out) : in_(in), out_(out) {}

  ssl::IoResult Read(absl::Span<uint8_t> into) override {
    const size_t moved = in_->Read(into.data(), into.size());
    return moved == 0 ? ssl::IoResult::WantRead() : ssl::IoResult::Done(moved);
  }

  ssl::IoResult Write(absl::Span<const uint8_t> from) override {
    out_->Write(from.data(), from.size());
    return ssl::IoResult::Done(from.size());
  }

 private:
  BytePipe* const in_;
  BytePipe* const out_;
};

std::unique_ptr<ssl::Transport> ClientTransport(Wire* wire) {
  return std::make_unique<WireTransport>(&wire->to_client, &wire->to_server);
}

std::unique_ptr<ssl::Transport> ServerTransport(Wire* wire) {
  return std::make_unique<WireTransport>(&wire->to_server, &wire->to_client);
}

class AirlockEndpoint : public Endpoint {
 public:
  explicit AirlockEndpoint(absl::StatusOr<std::unique_ptr<ssl::Socket>> socket)
      : socket_(Value(std::move(socket))) {}

  bool Handshake() override {
    Moved(socket_->Handshake());
    return socket_->handshake_done();
  }

  size_t Read(uint8_t* into, size_t size) override {
    return Moved(socket_->Read(absl::MakeSpan(into, size)));
  }

  size_t Write(const uint8_t* from, size_t size) override {
    return Moved(socket_->Write(absl::MakeConstSpan(from, size)));
  }

  const ssl::Socket& socket() const { return *socket_; }

 private:
  const std::unique_ptr<ssl::Socket> socket_;
};

// What both ways have in common.
class AirlockContestant : public Contestant {
 public:
  explicit AirlockContestant(const Setting& setting)
      : setting_(setting),
        runtime_(Value(
            platform::Runtime::Create(std::make_shared<platform::PosixHost>(),
                                      platform::ProcessEnvironment()))) {}

  void KeepSession(Endpoint* client) override {
    session_ = static_cast<AirlockEndpoint*>(client)->socket().session();
    Require(session_ != nullptr, "session");
  }

  bool Resumed(Endpoint* client) override {
    return static_cast<AirlockEndpoint*>(client)->socket().session_reused();
  }

 protected:
  ssl::Verification Versions() const {
    ssl::Verification verification;
    const auto version = static_cast<ssl::TlsVersion>(setting_.version);
    verification.minimum_version = version;
    verification.maximum_version = version;
    return verification;
  }

  const Setting setting_;
  const std::unique_ptr<platform::Runtime> runtime_;
  std::shared_ptr<const ssl::Session> session_;
};

class WrapContestant : public AirlockContestant {
 public:
  using AirlockContestant::AirlockContestant;

  std::unique_ptr<Endpoint> Client(Wire* wire, bool resume) override {
    platform::WrapOptions options = Options();
    options.ca_certs = platform::CaPath{setting_.bundle_path};
    options.server_hostname = setting_.host;
    if (resume) options.session = session_;
    return std::make_unique<AirlockEndpoint>(
        runtime_->WrapSocket(ClientTransport(wire), std::move(options)));
  }

  std::unique_ptr<Endpoint> Server(Wire* wire) override {
    return ServerWith(wire, setting_.chain, setting_.key);
  }

  std::unique_ptr<Endpoint> ServerWith(Wire* wire, const std::string& chain,
                                       const std::string& key) override {
    platform::WrapOptions options = Options();
    options.server_side = true;
    options.certfile = ssl::Secret(chain);
    options.keyfile = ssl::Secret(key);
    return std::make_unique<AirlockEndpoint>(
        runtime_->WrapSocket(ServerTransport(wire), std::move(options)));
  }

  void MakeContext(bool keep) override {
    std::unique_ptr<Endpoint> made = Client(&unused_, /*resume=*/false);
    if (keep) kept_.push_back(std::move(made));
  }

 private:
  platform::WrapOptions Options() const {
    platform::WrapOptions options;
    options.verification = Versions();
    options.ciphers = setting_.cipher;
    options.do_handshake_on_connect = false;
    return options;
  }

  Wire unused_;
  std::vector<std::unique_ptr<Endpoint>> kept_;
};

class ContextContestant : public AirlockContestant {
 public:
  explicit ContextContestant(const Setting& setting)
      : AirlockContestant(setting),
        client_(NewClientContext()),
        server_(NewServerContext(setting.chain, setting.key)) {}

  std::unique_ptr<Endpoint> Client(Wire* wire, bool resume) override {
    ssl::SocketOptions options;
    options.server_hostname = setting_.host;
    if (resume) options.session = session_;
    return std::make_unique<AirlockEndpoint>(
        ssl::WrapSocket(client_, ClientTransport(wire), std::move(options)));
  }

  std::unique_ptr<Endpoint> Server(Wire* wire) override {
    return ServerOf(server_, wire);
  }

  std::unique_ptr<Endpoint> ServerWith(Wire* wire, const std::string& chain,
                                       const std::string& key) override {
    return ServerOf(NewServerContext(chain, key), wire);
  }

  void MakeContext(bool keep) override {
    std::shared_ptr<const ssl::Context> made = NewClientContext();
    if (keep) kept_.push_back(std::move(made));
  }

 private:
  static std::unique_ptr<Endpoint> ServerOf(
      std::shared_ptr<const ssl::Context> context, Wire* wire) {
    ssl::SocketOptions options;
    options.side = ssl::Side::kServer;
    return std::make_unique<AirlockEndpoint>(ssl::WrapSocket(
        std::move(context), ServerTransport(wire), std::move(options)));
  }

  std::shared_ptr<const ssl::Context> NewClientContext() const {
    platform::ContextRequest request;
    request.ca_certs = platform::CaPath{setting_.bundle_path};
    return Value(runtime_->CreateContext(request, Options()));
  }

  std::shared_ptr<const ssl::Context> NewServerContext(
      const std::string& chain, const std::string& key) const {
    platform::ContextRequest request;
    request.side = ssl::Side::kServer;
    ssl::CredentialsOptions credentials;
    credentials.certfile = ssl::Secret(chain);
    credentials.keyfile = ssl::Secret(key);
    ssl::ContextOptions options = Options();
    options.credentials = {
        Value(ssl::Credentials::Create(std::move(credentials)))};
    return Value(runtime_->CreateContext(request, std::move(options)));
  }

  ssl::ContextOptions Options() const {
    ssl::ContextOptions options;
    options.verification = Versions();
    options.ciphers = setting_.cipher;
    return options;
  }

  const std::shared_ptr<const ssl::Context> client_;
  const std::shared_ptr<const ssl::Context> server_;
  // Grows by what it contains, which is measured.
  std::deque<std::shared_ptr<const ssl::Context>> kept_;
};

}  // namespace

std::unique_ptr<Contestant> MakeAirlockWrap(const Setting& setting) {
  return std::make_unique<WrapContestant>(setting);
}

std::unique_ptr<Contestant> MakeAirlockContext(const Setting& setting) {
  return std::make_unique<ContextContestant>(setting);
}

}  // namespace airlock::bench
