// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/connector.h"

#include <sys/epoll.h>

#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "platform/http/error.h"
#include "ssl/protocol.h"
#include "ssl/shown.h"

namespace airlock::http::internal {
namespace {

// Enough for a proxy's answer.
constexpr size_t kMaxProxyHeader = 16 << 10;

EventLoop::Time Now() { return std::chrono::steady_clock::now(); }

}  // namespace

std::shared_ptr<Connector> Connector::Start(EventLoop* loop,
                                            ConnectorOptions options,
                                            Done done) {
  // Not make_shared: the constructor is private.
  std::shared_ptr<Connector> connector(
      new Connector(loop, std::move(options), std::move(done)));
  const ConnectorOptions& mine = connector->options_;
  const std::weak_ptr<Connector> weak = connector;
  absl::StatusOr<std::shared_ptr<EventLoop::Mailbox>> mailbox = loop->mailbox();
  if (!mailbox.ok()) {
    loop->Defer([weak, status = mailbox.status()] {
      if (const auto self = weak.lock()) self->Finish(status);
    });
    return connector;
  }
  const bool direct = mine.proxy == nullptr;
  mine.resolver->Start(
      direct ? mine.url.host : mine.proxy->host,
      direct ? mine.url.port : mine.proxy->port, *std::move(mailbox),
      [weak](const absl::StatusOr<std::vector<Endpoint>>& endpoints) {
        if (const auto self = weak.lock()) self->OnResolved(endpoints);
      });
  return connector;
}

Connector::~Connector() {
  if (fd_ >= 0) loop_->Unwatch(fd_);
}

std::string Connector::stage() const {
  const std::string target =
      options_.proxy == nullptr
          ? options_.url.host_and_port()
          : absl::StrCat("the proxy ", options_.proxy->host_and_port());
  if (!times_.resolved.has_value()) {
    return absl::StrCat("the address of ", target);
  }
  if (dialer_ != nullptr) return absl::StrCat("a connection to ", target);
  if (tunnel_ != nullptr) return absl::StrCat("the tunnel of ", target);
  return absl::StrCat("the handshake with ", options_.url.host_and_port());
}

void Connector::OnResolved(
    const absl::StatusOr<std::vector<Endpoint>>& endpoints) {
  const bool direct = options_.proxy == nullptr;
  if (!endpoints.ok()) {
    return Finish(WithFailure(endpoints.status(), Failure::kResolve));
  }
  if (endpoints->empty()) {
    return Finish(MakeFailure(Failure::kResolve,
                              "the resolver has no address "
                              "and no error"));
  }
  times_.resolved = Now();
  dialer_ = Dialer::Start(
      loop_,
      direct ? options_.url.host_and_port() : options_.proxy->host_and_port(),
      Interleave(*endpoints),
      [this](absl::StatusOr<Dialed> dialed) { OnDialed(std::move(dialed)); });
}

void Connector::OnDialed(absl::StatusOr<Dialed> dialed) {
  dialer_.reset();
  if (!dialed.ok()) return Finish(dialed.status());
  address_ = dialed->endpoint.ToString();
  platform::PosixTransportOptions options;
  options.timeout = absl::ZeroDuration();
  options.peer = options_.proxy == nullptr ? options_.url.host_and_port()
                                           : options_.proxy->host_and_port();
  absl::StatusOr<std::unique_ptr<platform::PosixTransport>> transport =
      platform::PosixTransport::Create(dialed->fd.Release(),
                                       std::move(options));
  if (!transport.ok()) return Finish(transport.status());
  transport_ = *std::move(transport);
  fd_ = transport_->fd();
  if (options_.proxy != nullptr) return BeginTunnel();
  times_.connected = Now();
  BeginHandshake();
}

void Connector::BeginTunnel() {
  const std::string target = options_.url.host_and_port();
  Headers fields = {{"Host", target}};
  if (!options_.proxy->authorization.empty()) {
    fields.Add("Proxy-Authorization", options_.proxy->authorization.view());
  }
  ExchangeOptions exchange;
  exchange.method = "CONNECT";
  exchange.target = target;
  exchange.fields = std::move(fields);
  exchange.no_body = true;
  exchange.max_header = kMaxProxyHeader;
  exchange.on_head = [this](const ResponseHead& head) {
    tunnel_status_ = head.status;
    return absl::OkStatus();
  };
  tunnel_ =
      std::make_unique<Http1Transfer>(transport_.get(), std::move(exchange));
  AdvanceTunnel();
}

void Connector::AdvanceTunnel() {
  const absl::StatusOr<Http1Transfer::Progress> progress = tunnel_->Advance();
  const std::string proxy = options_.proxy->host_and_port();
  if (!progress.ok()) {
    // Not the payload of TLS, or a kind of the target's response.
    return Finish(MakeFailure(
        Failure::kProxy,
        absl::StrCat("the proxy ", proxy, " did not make a tunnel to ",
                     options_.url.host_and_port(), ": ",
                     progress.status().message())));
  }
  if (*progress != Http1Transfer::Progress::kDone) {
    // Heads are small: kBusy may wait for the descriptor, too.
    return Watch(tunnel_->events(), &Connector::AdvanceTunnel);
  }
  if (tunnel_status_ / 100 != 2) {
    return Finish(MakeFailure(
        Failure::kProxy,
        absl::StrCat(
            "the proxy ", proxy, " refused a tunnel to ",
            options_.url.host_and_port(), " with status ", tunnel_status_,
            tunnel_status_ == 407 ? "; it needs a user name and password"
                                  : "")));
  }
  if (tunnel_->has_leftover()) {
    return Finish(MakeFailure(
        Failure::kProxy, absl::StrCat("the proxy ", proxy,
                                      " sent data before the server could")));
  }
  tunnel_.reset();
  times_.connected = Now();
  BeginHandshake();
}

void Connector::BeginHandshake() {
  offered_ = options_.wrap.alpn_protocols;
  auto read_ahead = std::make_unique<ReadAheadTransport>(std::move(transport_));
  ReadAheadTransport* const borrowed = read_ahead.get();
  absl::StatusOr<std::unique_ptr<ssl::Socket>> socket =
      options_.runtime->WrapSocket(std::move(read_ahead),
                                   std::move(options_.wrap));
  if (!socket.ok()) {
    loop_->Unwatch(std::exchange(fd_, -1));
    return Finish(WithFailure(socket.status(), Failure::kTls));
  }
  socket_ = *std::move(socket);
  read_ahead_ = borrowed;
  AdvanceHandshake();
}

void Connector::AdvanceHandshake() {
  read_ahead_->Ready();
  const ssl::IoResult result = socket_->Handshake();
  if (result.want_read()) return Watch(EPOLLIN, &Connector::AdvanceHandshake);
  if (result.want_write()) return Watch(EPOLLOUT, &Connector::AdvanceHandshake);
  if (!result.done()) {
    return Finish(WithFailure(result.status(), Failure::kTls));
  }
  times_.secured = Now();
  const absl::StatusOr<bool> http2 = ChoseHttp2();
  if (!http2.ok()) return Finish(http2.status());
  loop_->Unwatch(std::exchange(fd_, -1));
  auto connection = std::make_unique<Connection>(
      std::move(socket_), read_ahead_, std::move(address_),
      options_.proxy == nullptr ? "" : options_.proxy->host_and_port());
  if (*http2) {
    const absl::Status status = connection->StartHttp2();
    if (!status.ok()) return Finish(status);
  }
  Finish(std::move(connection));
}

absl::StatusOr<bool> Connector::ChoseHttp2() const {
  const std::optional<ssl::ConnectionInfo> info = socket_->info();
  const std::string chosen = info.has_value() ? info->alpn : "";
  // A server without ALPN speaks HTTP/1.1.
  const std::string protocol = chosen.empty() ? "http/1.1" : chosen;
  if (absl::c_linear_search(offered_, protocol)) {
    if (protocol != "h2") return false;
    if (info->version >= ssl::TlsVersion::kTls1_2) return true;
    return MakeFailure(Failure::kProtocol,
                       absl::StrCat("the server chose HTTP/2 with ",
                                    ssl::TlsVersionName(info->version),
                                    "; HTTP/2 needs TLSv1.2 or later"));
  }
  if (chosen.empty()) {
    return MakeFailure(Failure::kProtocol,
                       "the server does not speak HTTP/2, and the request "
                       "allows no other version");
  }
  return MakeFailure(
      Failure::kProtocol,
      absl::StrCat("the server chose the protocol ", ssl::Shown(chosen),
                   ", which was not offered"));
}

void Connector::Watch(uint32_t events, void (Connector::*next)()) {
  const absl::Status status =
      loop_->Watch(fd_, events, [this, next] { (this->*next)(); });
  if (!status.ok()) Finish(WithFailure(status, Failure::kOther));
}

void Connector::Finish(absl::StatusOr<std::unique_ptr<Connection>> result) {
  // The owner may destroy this in done_.
  const std::shared_ptr<Connector> self = shared_from_this();
  if (const Done done = std::exchange(done_, nullptr)) done(std::move(result));
}

}  // namespace airlock::http::internal
