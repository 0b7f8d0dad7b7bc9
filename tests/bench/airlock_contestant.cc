// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/airlock_contestant.h"

#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/types/span.h"
#include "platform/keys/confine.h"
#include "platform/keys/key_client.h"
#include "platform/keys/key_server.h"
#include "platform/keys/key_service.h"
#include "platform/keys/packet.h"
#include "platform/posix_host.h"
#include "platform/process_environment.h"
#include "platform/runtime.h"
#include "ssl/context.h"
#include "ssl/socket.h"
#include "ssl/transport.h"
#include "tests/bench/figures.h"

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
  if (!result.want_read() && !result.want_write() && !result.want_callback()) {
    Check(result.status());
  }
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
    const ssl::IoResult result = socket_->Handshake();
    Moved(result);
    wants_callback_ = result.want_callback();
    return socket_->handshake_done();
  }

  bool WantsCallback() const override { return wants_callback_; }

  size_t Read(uint8_t* into, size_t size) override {
    return Moved(socket_->Read(absl::MakeSpan(into, size)));
  }

  size_t Write(const uint8_t* from, size_t size) override {
    return Moved(socket_->Write(absl::MakeConstSpan(from, size)));
  }

  const ssl::Socket& socket() const { return *socket_; }

 private:
  const std::unique_ptr<ssl::Socket> socket_;
  bool wants_callback_ = false;
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
      : ContextContestant(setting, Local(setting.chain, setting.key)) {}

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
    return ServerOf(NewServerContext(Local(chain, key)), wire);
  }

  void MakeContext(bool keep) override {
    std::shared_ptr<const ssl::Context> made = NewClientContext();
    if (keep) kept_.push_back(std::move(made));
  }

 protected:
  using SharedCredentials = std::shared_ptr<const ssl::Credentials>;

  ContextContestant(const Setting& setting, SharedCredentials server)
      : AirlockContestant(setting),
        client_(NewClientContext()),
        server_(NewServerContext(std::move(server))) {}

 private:
  static SharedCredentials Local(const std::string& chain,
                                 const std::string& key) {
    ssl::CredentialsOptions credentials;
    credentials.certfile = ssl::Secret(chain);
    credentials.keyfile = ssl::Secret(key);
    return Value(ssl::Credentials::Create(std::move(credentials)));
  }

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
      SharedCredentials credentials) const {
    platform::ContextRequest request;
    request.side = ssl::Side::kServer;
    ssl::ContextOptions options = Options();
    options.credentials = {std::move(credentials)};
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

// Runs a key service with the key of `setting`, which ends with this process.
// Returns the client's place for it.
std::string StartKeyd(const Setting& setting) {
  auto pair = Value(keys::MakePacketPair());
  const pid_t parent = getpid();
  const pid_t child = fork();
  Require(child >= 0, "fork");
  if (child != 0) {
    CountProcess(child);
    // For the rest of this process's life.
    const auto* const kept = new decltype(pair.first)(std::move(pair.first));
    return absl::StrCat("fd:", kept->get());
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  pair.first = {};
  ssl::CredentialsOptions credentials;
  credentials.certfile = ssl::Secret(setting.chain);
  credentials.keyfile = ssl::Secret(setting.key);
  keys::Application application;
  application.name = "bench";
  application.signatures_per_second = 1'000'000;
  application.grants = {
      {"key", {keys::Purpose::kTls13Server, keys::Purpose::kTls12Server}, {}}};
  keys::KeyService service(
      {{"key", Value(ssl::Credentials::Create(std::move(credentials)))}},
      {application}, absl::Now, nullptr);
  const auto server = Value(keys::KeyServer::Create(&service, {16}));
  Check(server->AddApplication(0, std::move(pair.second)));
  Check(keys::ConfineKeyService());
  Check(server->Run());
  _exit(0);
}

std::shared_ptr<keys::KeyClient> ClientOfKeyd(const Setting& setting) {
  keys::KeyClientOptions options;
  options.place = StartKeyd(setting);
  return Value(keys::KeyClient::Create(std::move(options)));
}

std::shared_ptr<const ssl::Credentials> RemoteCredentialsOf(
    const Setting& setting, keys::KeyClient* client) {
  return Value(keys::RemoteCredentials(
      client, "key",
      setting.event_loop ? keys::Waiting::kReturns : keys::Waiting::kBlocks,
      ssl::Secret(setting.chain), "chain"));
}

class KeydContestant final : public ContextContestant {
 public:
  explicit KeydContestant(const Setting& setting)
      : KeydContestant(setting, ClientOfKeyd(setting)) {}

  void WaitForCallbacks() override {
    pollfd wakeup = {Value(client_->wakeup_fd()), POLLIN, 0};
    Require(poll(&wakeup, 1, -1) == 1, "poll");
    client_->Dispatch();
  }

 private:
  KeydContestant(const Setting& setting,
                 std::shared_ptr<keys::KeyClient> client)
      : ContextContestant(setting, RemoteCredentialsOf(setting, client.get())),
        client_(std::move(client)) {}

  const std::shared_ptr<keys::KeyClient> client_;
};

}  // namespace

std::unique_ptr<Contestant> MakeAirlockKeyd(const Setting& setting) {
  return std::make_unique<KeydContestant>(setting);
}

std::unique_ptr<Contestant> MakeAirlockWrap(const Setting& setting) {
  return std::make_unique<WrapContestant>(setting);
}

std::unique_ptr<Contestant> MakeAirlockContext(const Setting& setting) {
  return std::make_unique<ContextContestant>(setting);
}

}  // namespace airlock::bench
