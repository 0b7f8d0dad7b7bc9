// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/runtime.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/base/log_severity.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "config/effective_policy.h"
#include "platform/internal/context_cache.h"
#include "platform/internal/policy_keeper.h"
#include "platform/internal/trust_cache.h"
#include "platform/load_app_yaml.h"
#include "platform/load_policy.h"
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

bool IsGiven(const CaCerts& ca_certs) {
  return !absl::holds_alternative<absl::monostate>(ca_certs);
}

VerificationRequest RequestOf(const WrapOptions& options) {
  VerificationRequest request;
  request.side = SideOf(options);
  request.cert_reqs = options.cert_reqs;
  request.check_hostname = options.check_hostname;
  request.server_hostname = options.server_hostname;
  request.protocol = options.ssl_version;
  request.minimum_version = options.minimum_version;
  request.maximum_version = options.maximum_version;
  return request;
}

// Of a refusal the application has an error; an upgrade goes unseen otherwise.
AuditSink LogUpgradesTo(std::shared_ptr<Host> host) {
  return [host = std::move(host)](const AuditEvent& event) {
    if (event.action != AuditEvent::Action::kUpgraded) return;
    // Its words are the application's.
    const std::string where = absl::CHexEscape(absl::StrCat(
        event.host.empty() ? "a host without a name" : event.host,
        event.call_site.empty() ? "" : ", asked for at ", event.call_site));
    host->Log(
        absl::LogSeverity::kWarning,
        absl::StrCat("For a connection to ", where.substr(0, 512), ": ",
                     event.setting, ": ", event.effective, " in place of ",
                     event.requested, ", because of ", event.rule.ToString()));
  };
}

absl::Status Invalid(const absl::Status& status) {
  return ssl::MakeStatus(ErrorKind::kInvalidArgument, status.message());
}

}  // namespace

struct Runtime::Impl {
  Impl(std::shared_ptr<Host> the_host, config::Environment the_environment,
       absl::optional<config::AppYaml> the_app, RuntimeOptions options)
      : host(std::move(the_host)),
        trust(host.get(), the_environment, options.max_trust_stores),
        policy(host.get(), std::move(the_environment), std::move(the_app)),
        contexts(options.max_contexts, options.max_credentials),
        counters(std::make_shared<CounterSet>()),
        auditor(std::make_shared<Auditor>(options.audit != nullptr
                                              ? std::move(options.audit)
                                              : LogUpgradesTo(host),
                                          options.audit_limits)),
        audit_lost(std::move(options.audit_lost)) {}

  absl::StatusOr<TrustStorePtr> LoadCaCerts(const CaCerts& ca_certs);
  // Whether `ca_certs` has CAs that neither `bundle`, a path, nor the bundle
  // for those who name none has.
  bool BringsOthers(const CaCerts& ca_certs, const std::string& bundle);

  // ApplyPolicy, with the policy for the host that `request` names, to a call
  // that brings `ca_certs`. Sets `refusal` as it does.
  absl::StatusOr<VerificationDecision> Decide(VerificationRequest request,
                                              const CaCerts& ca_certs,
                                              PolicyChange* refusal);
  // The same, audited.
  absl::StatusOr<VerificationDecision> DecideAudited(
      const VerificationRequest& request, const CaCerts& ca_certs,
      const std::string& call_site);
  void Audit(AuditEvent::Action action, const PolicyChange& change,
             const VerificationRequest& request, const std::string& call_site);

  // Puts into `options` what the policy decided, and all that every Context of
  // this Runtime has.
  void Complete(ssl::Side side, const VerificationDecision& decision,
                TrustStorePtr trust_store, ssl::ContextOptions* options) const;

  const std::shared_ptr<Host> host;
  internal::TrustCache trust;
  internal::PolicyKeeper policy;
  internal::ContextCache contexts;
  // Sockets and Contexts may outlive the Runtime.
  const std::shared_ptr<CounterSet> counters;
  const std::shared_ptr<Auditor> auditor;
  const std::function<uint64_t()> audit_lost;
};

Runtime::Runtime(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Runtime::~Runtime() = default;

absl::StatusOr<std::unique_ptr<Runtime>> Runtime::Create(
    std::shared_ptr<Host> host, config::Environment environment,
    RuntimeOptions options) {
  if (host == nullptr) {
    return ssl::MakeStatus(ErrorKind::kInvalidArgument,
                           "A Runtime needs a host.");
  }
  absl::optional<config::AppYaml> app;
  if (!options.app_yaml.empty()) {
    absl::StatusOr<config::AppYaml> loaded =
        LoadAppYaml(host.get(), options.app_yaml);
    if (!loaded.ok()) return Invalid(loaded.status());
    app = *std::move(loaded);
  }
  auto impl = std::make_unique<Impl>(std::move(host), std::move(environment),
                                     std::move(app), std::move(options));
  const absl::Status status = impl->policy.Load();
  if (!status.ok()) return Invalid(status);
  // Not make_unique: the constructor is private.
  return std::unique_ptr<Runtime>(new Runtime(std::move(impl)));
}

absl::Status Runtime::ReloadPolicy() {
  const absl::Status status = impl_->policy.Reload();
  return status.ok() ? status : Invalid(status);
}

absl::StatusOr<bool> Runtime::ReloadPolicyIfChanged() {
  absl::StatusOr<bool> changed = impl_->policy.ReloadIfChanged();
  if (!changed.ok()) return Invalid(changed.status());
  return changed;
}

bool Runtime::Impl::BringsOthers(const CaCerts& ca_certs,
                                 const std::string& bundle) {
  if (!IsGiven(ca_certs)) return false;
  const auto* path = absl::get_if<CaPath>(&ca_certs);
  if (path != nullptr && path->path == bundle) return false;
  const absl::StatusOr<TrustStorePtr> brought = LoadCaCerts(ca_certs);
  // What cannot be read may be anything.
  if (!brought.ok()) return true;
  std::vector<ssl::Certificate> others = (*brought)->Certificates();
  for (const CaCerts& known : {CaCerts(CaPath{bundle}), CaCerts()}) {
    const absl::StatusOr<TrustStorePtr> store = LoadCaCerts(known);
    if (!store.ok()) continue;
    const std::vector<ssl::Certificate> there = (*store)->Certificates();
    others.erase(std::remove_if(others.begin(), others.end(),
                                [&there](const ssl::Certificate& one) {
                                  return absl::c_linear_search(there, one);
                                }),
                 others.end());
  }
  return !others.empty();
}

absl::StatusOr<VerificationDecision> Runtime::Impl::Decide(
    VerificationRequest request, const CaCerts& ca_certs,
    PolicyChange* refusal) {
  const std::string none;
  const bool client = request.side == ssl::Side::kClient;
  const config::VerificationPolicy for_host = config::PolicyForHost(
      *policy.policy(), client ? request.server_hostname.value_or(none) : none,
      absl::ToCivilDay(host->Now(), absl::UTCTimeZone()));
  request.own_ca_certs = client && for_host.ca_certs.stated() &&
                         BringsOthers(ca_certs, *for_host.ca_certs.value);
  return ApplyPolicy(for_host, request, refusal);
}

absl::StatusOr<VerificationDecision> Runtime::Impl::DecideAudited(
    const VerificationRequest& request, const CaCerts& ca_certs,
    const std::string& call_site) {
  PolicyChange refusal;
  absl::StatusOr<VerificationDecision> decision =
      Decide(request, ca_certs, &refusal);
  if (refusal.asked) {
    Audit(AuditEvent::Action::kRefused, refusal, request, call_site);
  }
  if (!decision.ok()) return decision;
  for (const PolicyChange& change : decision->changes) {
    if (!change.asked) continue;
    Audit(AuditEvent::Action::kUpgraded, change, request, call_site);
  }
  return decision;
}

void Runtime::Impl::Audit(AuditEvent::Action action, const PolicyChange& change,
                          const VerificationRequest& request,
                          const std::string& call_site) {
  auditor->Record({action, host->Now(), request.server_hostname.value_or(""),
                   change.setting, change.requested, change.effective,
                   change.origin, call_site, 0});
}

absl::StatusOr<VerificationDecision> Runtime::Explain(
    const WrapOptions& options) const {
  return impl_->Decide(RequestOf(options), options.ca_certs, nullptr);
}

absl::StatusOr<TrustStorePtr> Runtime::LoadCaCerts(const CaCerts& ca_certs) {
  return impl_->LoadCaCerts(ca_certs);
}

absl::StatusOr<TrustStorePtr> Runtime::Impl::LoadCaCerts(
    const CaCerts& ca_certs) {
  if (const auto* path = absl::get_if<CaPath>(&ca_certs)) {
    return trust.FromPath(path->path);
  }
  if (const auto* bytes = absl::get_if<CaBytes>(&ca_certs)) {
    return trust.FromBytes(bytes->bytes);
  }
  if (const auto* store = absl::get_if<TrustStorePtr>(&ca_certs)) {
    if (*store != nullptr) return *store;
    return ssl::MakeStatus(ErrorKind::kTrustStore,
                           "ca_certs is a trust store that is null.");
  }
  const absl::optional<std::string> bundle = policy.policy()->ca_certs.value;
  return bundle.has_value() ? trust.FromPath(*bundle) : trust.Default();
}

void Runtime::Impl::Complete(ssl::Side side,
                             const VerificationDecision& decision,
                             TrustStorePtr trust_store,
                             ssl::ContextOptions* options) const {
  options->protocol = decision.protocol;
  options->maximum_version = decision.maximum_version;
  options->disabled_versions = decision.disabled_versions;
  if (!decision.key_log) options->keylog = nullptr;
  if (!decision.psk) options->psk_client = nullptr;
  options->verify_mode = decision.cert_reqs;
  options->check_hostname = decision.check_hostname;
  options->hostname_optional = decision.hostname_optional;
  options->hostname.common_name_fallback = decision.common_name_fallback;
  options->minimum_version = decision.minimum_version;
  options->trust_store = std::move(trust_store);
  options->pins.clear();
  for (const config::Pin& pin : decision.pins) {
    options->pins.push_back(pin.sha256);
  }
  options->unverified_clients.reset();
  if (side == ssl::Side::kClient && decision.cert_reqs == VerifyMode::kNone) {
    options->unverified_clients = ssl::InsecureAllowUnverifiedClients();
  }
  options->clock = [clock = host] { return clock->Now(); };
  options->handshake_ended =
      [count = counters, next = std::move(options->handshake_ended)](
          const ssl::Socket& socket, const absl::Status& status) {
        if (!status.ok()) {
          count->HandshakeFailed(ssl::GetErrorKind(status));
        } else if (const auto info = socket.info(); info.has_value()) {
          count->HandshakeSucceeded(info->version, info->session_reused);
        }
        if (next != nullptr) next(socket, status);
      };
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
  verification.server_hostname = request.server_hostname;
  const bool given = IsGiven(request.ca_certs);
  CaCerts brought = request.ca_certs;
  if (!given && options.trust_store != nullptr) brought = options.trust_store;
  verification.key_log = options.keylog != nullptr;
  verification.psk = options.psk_client != nullptr;
  const absl::StatusOr<VerificationDecision> decision =
      impl_->DecideAudited(verification, brought, request.call_site);
  if (!decision.ok()) return decision.status();
  for (const PolicyChange& change : decision->changes) {
    if (!request.audit_unset || change.asked || change.setting != "cert_reqs") {
      continue;
    }
    impl_->Audit(AuditEvent::Action::kUpgraded, change, verification,
                 request.call_site);
  }
  TrustStorePtr trust_store = options.trust_store;
  if (decision->ca_certs.has_value() || given ||
      (trust_store == nullptr && decision->cert_reqs != VerifyMode::kNone)) {
    absl::StatusOr<TrustStorePtr> loaded = LoadCaCerts(
        decision->ca_certs.has_value() ? CaCerts(CaPath{*decision->ca_certs})
                                       : request.ca_certs);
    if (!loaded.ok()) return loaded.status();
    trust_store = *std::move(loaded);
  }
  impl_->Complete(request.side, *decision, std::move(trust_store), &options);
  if (decision->nameless.has_value()) {
    options.hostname_missing = [host = impl_->host, auditor = impl_->auditor,
                                refusal = *decision->nameless,
                                call_site = request.call_site] {
      const PolicyChange& change = refusal.change;
      auditor->Record({AuditEvent::Action::kRefused, host->Now(), "",
                       change.setting, change.requested, change.effective,
                       change.origin, call_site, 0});
      return refusal.status;
    };
  }
  return ssl::Context::Create(std::move(options));
}

absl::StatusOr<std::unique_ptr<ssl::Socket>> Runtime::WrapSocket(
    std::unique_ptr<ssl::Transport> transport, WrapOptions options) {
  const absl::Status side_status = CheckSide(options);
  if (!side_status.ok()) return side_status;
  const absl::StatusOr<VerificationDecision> decision = impl_->DecideAudited(
      RequestOf(options), options.ca_certs, options.call_site);
  if (!decision.ok()) return decision.status();
  if (decision->ca_certs.has_value()) {
    options.ca_certs = CaPath{*decision->ca_certs};
  }
  absl::StatusOr<absl::optional<internal::CredentialsInput>> credentials =
      internal::TakeCredentials(&options);
  if (!credentials.ok()) return credentials.status();
  TrustStorePtr trust_store;
  // A bundle that is named must be good even where nobody is verified.
  if (decision->cert_reqs != VerifyMode::kNone || IsGiven(options.ca_certs)) {
    absl::StatusOr<TrustStorePtr> loaded = LoadCaCerts(options.ca_certs);
    if (!loaded.ok()) return loaded.status();
    trust_store = *std::move(loaded);
  }

  const ssl::Side side = SideOf(options);
  ssl::ContextOptions context_options;
  context_options.ciphers = std::move(options.ciphers);
  context_options.verify_flags = options.verify_flags;
  context_options.groups = std::move(options.groups);
  context_options.alpn_protocols = std::move(options.alpn_protocols);
  context_options.alpn_required = options.alpn_required;
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

config::VerificationPolicy Runtime::policy() const {
  return *impl_->policy.policy();
}

Counters Runtime::counters() const {
  Counters counters = impl_->counters->Read();
  counters.refusals = impl_->auditor->refusals();
  counters.upgrades = impl_->auditor->upgrades();
  if (impl_->audit_lost != nullptr) counters.audit_lost = impl_->audit_lost();
  counters.policy_reloads = impl_->policy.reloads();
  counters.policy_reload_failures = impl_->policy.failures();
  return counters;
}

Host& Runtime::host() const { return *impl_->host; }

}  // namespace airlock::platform
