// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/runtime.h"

#include <utility>

#include "absl/status/status.h"
#include "platform/internal/context_cache.h"
#include "platform/internal/trust_cache.h"
#include "ssl/error.h"
#include "ssl/insecure.h"

namespace airlock::platform {
namespace {

using ssl::ErrorKind;
using ssl::VerifyMode;
using ContextPtr = std::shared_ptr<const ssl::Context>;
using TrustStorePtr = std::shared_ptr<const ssl::TrustStore>;

ssl::Side SideOf(const WrapOptions& options) {
  return options.server_side ? ssl::Side::kServer : ssl::Side::kClient;
}

// What does not fit together, whatever the policy.
absl::Status CheckSide(const WrapOptions& options) {
  if (!options.server_side) return absl::OkStatus();
  if (!options.server_hostname.empty()) {
    return ssl::MakeStatus(
        ErrorKind::kInvalidArgument,
        "server_hostname is the name that a client reaches for; leave it out "
        "where server_side is set.");
  }
  if (!options.certfile.has_value()) {
    return ssl::MakeStatus(ErrorKind::kCredentials,
                           "A server needs a certificate and its key; pass "
                           "certfile, and keyfile unless it is in there.");
  }
  return absl::OkStatus();
}

}  // namespace

struct Runtime::Impl {
  Impl(std::shared_ptr<Host> the_host, const config::Environment& environment,
       config::VerificationPolicy the_policy, const RuntimeOptions& options)
      : host(std::move(the_host)),
        policy(std::move(the_policy)),
        trust(host.get(), environment, options.max_trust_stores),
        contexts(options.max_contexts, options.max_credentials) {}

  // Puts into `options` what the policy decided, and all that every Context of
  // this Runtime has.
  void Complete(ssl::Side side, const VerificationDecision& decision,
                TrustStorePtr trust_store, ssl::ContextOptions* options) const;

  const std::shared_ptr<Host> host;
  const config::VerificationPolicy policy;
  internal::TrustCache trust;
  internal::ContextCache contexts;
};

Runtime::Runtime(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Runtime::~Runtime() = default;

absl::StatusOr<std::unique_ptr<Runtime>> Runtime::Create(
    std::shared_ptr<Host> host, const RuntimeOptions& options) {
  if (host == nullptr) {
    return ssl::MakeStatus(ErrorKind::kInvalidArgument,
                           "A Runtime needs a host.");
  }
  const config::Environment environment = host->ReadEnvironment();
  absl::StatusOr<config::VerificationPolicy> policy =
      config::ParseEnvironment(environment);
  if (!policy.ok()) {
    return ssl::MakeStatus(ErrorKind::kInvalidArgument,
                           policy.status().message());
  }
  // Not make_unique: the constructor is private.
  return std::unique_ptr<Runtime>(new Runtime(std::make_unique<Impl>(
      std::move(host), environment, *std::move(policy), options)));
}

absl::StatusOr<VerificationDecision> Runtime::Explain(
    const WrapOptions& options) const {
  VerificationRequest request;
  request.side = SideOf(options);
  request.cert_reqs = options.cert_reqs;
  request.check_hostname = options.check_hostname;
  request.server_hostname = options.server_hostname;
  request.protocol = options.ssl_version;
  request.minimum_version = options.minimum_version;
  request.maximum_version = options.maximum_version;
  return ApplyPolicy(impl_->policy, request);
}

absl::StatusOr<TrustStorePtr> Runtime::LoadCaCerts(const CaCerts& ca_certs) {
  if (const auto* path = absl::get_if<CaPath>(&ca_certs)) {
    return impl_->trust.FromPath(path->path);
  }
  if (const auto* bytes = absl::get_if<CaBytes>(&ca_certs)) {
    return impl_->trust.FromBytes(bytes->bytes);
  }
  if (const auto* store = absl::get_if<TrustStorePtr>(&ca_certs)) {
    if (*store != nullptr) return *store;
    return ssl::MakeStatus(ErrorKind::kTrustStore,
                           "ca_certs is a trust store that is null.");
  }
  return impl_->trust.Default();
}

void Runtime::Impl::Complete(ssl::Side side,
                             const VerificationDecision& decision,
                             TrustStorePtr trust_store,
                             ssl::ContextOptions* options) const {
  options->verify_mode = decision.cert_reqs;
  options->check_hostname = decision.check_hostname;
  options->hostname.common_name_fallback = decision.common_name_fallback;
  options->minimum_version = decision.minimum_version;
  options->trust_store = std::move(trust_store);
  options->unverified_clients.reset();
  if (side == ssl::Side::kClient && decision.cert_reqs == VerifyMode::kNone) {
    options->unverified_clients = ssl::InsecureAllowUnverifiedClients();
  }
  options->clock = [clock = host] { return clock->Now(); };
}

absl::StatusOr<ContextPtr> Runtime::CreateContext(const ContextRequest& request,
                                                  ssl::ContextOptions options) {
  VerificationRequest verification;
  verification.side = request.side;
  verification.cert_reqs = request.cert_reqs;
  verification.check_hostname = request.check_hostname;
  verification.common_name_fallback = options.hostname.common_name_fallback;
  verification.protocol = options.protocol;
  verification.minimum_version = options.minimum_version;
  verification.maximum_version = options.maximum_version;
  verification.disabled_versions = options.disabled_versions;
  const absl::StatusOr<VerificationDecision> decision =
      ApplyPolicy(impl_->policy, verification);
  if (!decision.ok()) return decision.status();
  TrustStorePtr trust_store = options.trust_store;
  const bool given =
      !absl::holds_alternative<absl::monostate>(request.ca_certs);
  if (given ||
      (trust_store == nullptr && decision->cert_reqs != VerifyMode::kNone)) {
    absl::StatusOr<TrustStorePtr> loaded = LoadCaCerts(request.ca_certs);
    if (!loaded.ok()) return loaded.status();
    trust_store = *std::move(loaded);
  }
  impl_->Complete(request.side, *decision, std::move(trust_store), &options);
  return ssl::Context::Create(std::move(options));
}

absl::StatusOr<std::unique_ptr<ssl::Socket>> Runtime::WrapSocket(
    std::unique_ptr<ssl::Transport> transport, WrapOptions options) {
  const absl::Status side_status = CheckSide(options);
  if (!side_status.ok()) return side_status;
  const absl::StatusOr<VerificationDecision> decision = Explain(options);
  if (!decision.ok()) return decision.status();
  absl::StatusOr<absl::optional<internal::CredentialsInput>> credentials =
      internal::TakeCredentials(&options);
  if (!credentials.ok()) return credentials.status();
  TrustStorePtr trust_store;
  // A bundle that is named must be good even where nobody is verified.
  if (decision->cert_reqs != VerifyMode::kNone ||
      !absl::holds_alternative<absl::monostate>(options.ca_certs)) {
    absl::StatusOr<TrustStorePtr> loaded = LoadCaCerts(options.ca_certs);
    if (!loaded.ok()) return loaded.status();
    trust_store = *std::move(loaded);
  }

  const ssl::Side side = SideOf(options);
  ssl::ContextOptions context_options;
  context_options.protocol = options.ssl_version;
  context_options.maximum_version = options.maximum_version;
  context_options.ciphers = std::move(options.ciphers);
  context_options.verify_flags = options.verify_flags;
  context_options.alpn_protocols = std::move(options.alpn_protocols);
  impl_->Complete(side, *decision, std::move(trust_store), &context_options);
  absl::StatusOr<ContextPtr> context = impl_->contexts.Find(
      side, std::move(context_options), *std::move(credentials));
  if (!context.ok()) return context.status();

  ssl::SocketOptions socket_options;
  socket_options.side = side;
  socket_options.server_hostname = std::move(options.server_hostname);
  socket_options.session = std::move(options.session);
  socket_options.suppress_ragged_eofs = options.suppress_ragged_eofs;
  absl::StatusOr<std::unique_ptr<ssl::Socket>> socket = ssl::WrapSocket(
      *std::move(context), std::move(transport), std::move(socket_options));
  if (!socket.ok() || !options.do_handshake_on_connect) return socket;
  const absl::StatusOr<ssl::IoResult> result = (*socket)->Handshake();
  if (!result.ok()) return result.status();
  if (result->state != ssl::IoState::kDone) {
    return ssl::MakeStatus(
        ErrorKind::kInvalidArgument,
        "do_handshake_on_connect needs a transport that waits for its peer, "
        "and this one does not; give it a timeout, or set "
        "do_handshake_on_connect to false and call Handshake until it is "
        "done.");
  }
  return socket;
}

void Runtime::ClearCaches() {
  impl_->contexts.Clear();
  impl_->trust.Clear();
}

const config::VerificationPolicy& Runtime::policy() const {
  return impl_->policy;
}

Host& Runtime::host() const { return *impl_->host; }

}  // namespace airlock::platform
