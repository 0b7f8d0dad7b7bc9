// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/runtime.h"

#include <utility>

#include "absl/status/status.h"
#include "config/error_place.h"
#include "platform/internal/guarded_host.h"
#include "platform/internal/key_writer.h"
#include "platform/internal/policy_request.h"
#include "platform/internal/runtime_impl.h"
#include "platform/load_app_yaml.h"
#include "ssl/error.h"
#include "ssl/guarded.h"

namespace airlock::platform {
namespace {

using ssl::ErrorKind;
using ssl::VerifyMode;
using ContextPtr = std::shared_ptr<const ssl::Context>;
using TrustStorePtr = std::shared_ptr<const ssl::TrustStore>;

// Checks for contradictions that do not depend on the policy.
absl::Status CheckSide(const WrapOptions& options) {
  if (!options.server_side) return absl::OkStatus();
  if (!options.server_hostname.empty()) {
    return ssl::MakeStatus(
        ErrorKind::kInvalidArgument,
        ssl::ErrorParts{ssl::ErrorText::Name("server_hostname"),
                        "is the server that a client connects to",
                        "leave it out if server_side is set.",
                        /*after_where=*/" "});
  }
  if (!options.certfile.has_value() && options.credential_source == nullptr) {
    return ssl::MakeStatus(
        ErrorKind::kCredentials,
        ssl::ErrorParts{"", "A server needs a certificate and its key",
                        ssl::Named("pass {certfile}, and {keyfile} unless "
                                   "{certfile} contains the key.")});
  }
  return absl::OkStatus();
}

// Replaces a bundle that does not take effect, and forgets its content. Returns
// whether it did.
bool ReplaceBundle(const VerificationDecision& decision, CaCerts* bundle,
                   TrustStorePtr* content) {
  // The bundles of trust domains take the place of any other.
  if (!decision.spiffe_ids.value.empty()) {
    *bundle = CaCerts();
  } else if (decision.ca_certs.has_value()) {
    *bundle = CaPath{*decision.ca_certs, /*must_be_trusted=*/true};
  } else if (decision.platform_ca_certs) {
    *bundle = CaCerts();
  } else {
    return false;
  }
  *content = nullptr;
  return true;
}

absl::Status Invalid(const absl::Status& status) {
  ssl::Error error = ssl::GetError(status).value_or(ssl::Error{});
  error.kind = ErrorKind::kInvalidArgument;
  if (error.where.empty()) error.where = config::PlaceOf(status);
  ssl::SetMessage(ssl::MessageOf(status), &error);
  return ssl::MakeStatus(error);
}

}  // namespace

Runtime::Runtime(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Runtime::~Runtime() = default;

absl::StatusOr<std::unique_ptr<Runtime>> Runtime::Create(
    std::shared_ptr<Host> host, config::Environment environment,
    RuntimeOptions options) {
  if (host == nullptr) {
    return ssl::MakeStatus(ErrorKind::kInvalidArgument,
                           "A Runtime needs a host.");
  }
  std::optional<config::AppYaml> app;
  if (!options.app_yaml.empty()) {
    internal::GuardedHost guarded(host);
    absl::StatusOr<config::AppYaml> loaded =
        LoadAppYaml(&guarded, options.app_yaml);
    if (!loaded.ok()) return Invalid(loaded.status());
    app = *std::move(loaded);
  }
  auto impl = std::make_unique<Impl>(std::move(host), std::move(environment),
                                     std::move(app), std::move(options));
  const absl::Status status = impl->policy.Load();
  if (!status.ok()) return Invalid(status);
  impl->ApplyExpiryWarning();
  return std::unique_ptr<Runtime>(new Runtime(std::move(impl)));
}

absl::Status Runtime::ReloadPolicy() {
  const absl::Status status = impl_->policy.Reload();
  impl_->ApplyExpiryWarning();
  return status.ok() ? status : Invalid(status);
}

absl::StatusOr<bool> Runtime::ReloadPolicyIfChanged() {
  absl::StatusOr<bool> changed = impl_->policy.ReloadIfChanged();
  impl_->ApplyExpiryWarning();
  if (!changed.ok()) return Invalid(changed.status());
  return changed;
}

absl::StatusOr<VerificationDecision> Runtime::Explain(
    const WrapOptions& options) const {
  return impl_->decider.Decide(*impl_->policy.policy(),
                               impl_->RequestOf(options), options.ca_certs,
                               /*refusal=*/nullptr, /*judged=*/nullptr);
}

void Runtime::NoteUnverified(const std::string& host,
                             const std::string& call_site) {
  impl_->decider.NoteUnverified(*impl_->policy.policy(), host, call_site);
}

absl::StatusOr<TrustStorePtr> Runtime::LoadCaCerts(const CaCerts& ca_certs) {
  return impl_->decider.LoadCaCerts(ca_certs, *impl_->policy.policy());
}

absl::StatusOr<TrustStorePtr> Runtime::MergeCaCerts(
    absl::Span<const TrustStorePtr> stores) {
  return impl_->trust->Merge(stores);
}

absl::StatusOr<ContextPtr> Runtime::CreateContext(const ContextRequest& request,
                                                  ssl::ContextOptions options) {
  const auto call_site = [&request] {
    return request.find_call_site != nullptr ? request.find_call_site()
                                             : request.call_site;
  };
  if (options.keylog == nullptr) options.keylog = impl_->keylog;
  // The same policy for the whole call, even if it is reloaded meanwhile.
  const std::shared_ptr<const config::VerificationPolicy> in_force =
      impl_->policy.policy();
  const VerificationRequest verification =
      internal::RequestOf(request, options);
  const bool given = IsGiven(request.ca_certs);
  CaCerts brought = request.ca_certs;
  if (!given && options.trust_store != nullptr) brought = options.trust_store;
  internal::JudgedBundle judged;
  const absl::StatusOr<VerificationDecision> decision =
      impl_->decider.DecideAudited(*in_force, verification, brought, call_site,
                                   &judged);
  if (!decision.ok()) return decision.status();
  for (const PolicyChange& change : decision->changes) {
    if (change.asked || change.setting != "cert_reqs") continue;
    impl_->decider.Audit(AuditEvent::Action::kUpgraded, change, verification,
                         call_site);
  }
  const absl::Status may_live =
      internal::CheckBundle(options, request.live_ca_certs);
  if (!may_live.ok()) return may_live;
  TrustStorePtr trust_store = options.trust_store;
  if (!decision->spiffe_ids.value.empty()) {
    trust_store = nullptr;
  } else if (decision->ca_certs.has_value() || decision->platform_ca_certs ||
             given ||
             (trust_store == nullptr &&
              decision->verification.spiffe == nullptr &&
              decision->verification.mode != VerifyMode::kNone)) {
    CaCerts bundle = request.ca_certs;
    const bool replaced = ReplaceBundle(*decision, &bundle, &judged.store);
    if (request.live_ca_certs) {
      std::optional<internal::LiveRule> rule;
      if (given && !replaced && decision->later_ca_certs.has_value()) {
        rule = impl_->RuleFor(*decision->later_ca_certs, judged.checks_crls,
                              verification, call_site());
      }
      auto live =
          impl_->live_trust.Find(std::move(bundle), *in_force,
                                 std::move(judged.store), std::move(rule));
      if (!live.ok()) return live.status();
      options.trust_source = *std::move(live);
    } else if (judged.store != nullptr) {
      trust_store = std::move(judged.store);
    } else {
      absl::StatusOr<TrustStorePtr> loaded =
          impl_->decider.LoadCaCerts(bundle, *in_force);
      if (!loaded.ok()) return loaded.status();
      trust_store = *std::move(loaded);
    }
  }
  Impl::ApplyDecision(request.side, *decision, std::move(trust_store),
                      &options);
  internal::KeyWriter key;
  const bool shared = request.side == ssl::Side::kClient &&
                      !request.always_new && in_force->exceptions.empty() &&
                      !decision->nameless.has_value() &&
                      !decision->ech_refused.has_value() &&
                      internal::WriteSharingKey(options, &key);
  if (shared) {
    ContextPtr found = impl_->shared_contexts.Find(key.key());
    if (found != nullptr) return found;
  }
  impl_->Complete(&options);
  options.hostname_allowed =
      request.side == ssl::Side::kServer
          ? nullptr
          : impl_->decider.HostnameRule(in_force, request.server_hostname,
                                        call_site);
  const auto refusing = [&](const PolicyRefusal& refused) {
    return [host = impl_->host, auditor = impl_->decider.auditor(),
            refusal = refused,
            name = request.server_hostname.value_or(std::string()),
            call_site = call_site()] {
      const PolicyChange& change = refusal.change;
      auditor->Record({AuditEvent::Action::kRefused, host->Now(), name,
                       change.setting, change.requested, change.effective,
                       change.origin, call_site, 0});
      return refusal.status;
    };
  };
  if (decision->nameless.has_value()) {
    options.hostname_missing = refusing(*decision->nameless);
  }
  if (decision->ech_refused.has_value()) {
    options.ech_refused = refusing(*decision->ech_refused);
  }
  absl::StatusOr<ContextPtr> made = ssl::Context::Create(std::move(options));
  if (made.ok()) impl_->Made(*made);
  if (!made.ok() || !shared) return made;
  return impl_->shared_contexts.Add(key.key(), *std::move(made));
}

absl::StatusOr<std::unique_ptr<ssl::Socket>> Runtime::WrapSocket(
    std::unique_ptr<ssl::Transport> transport, WrapOptions&& options) {
  const absl::Status side_status = CheckSide(options);
  if (!side_status.ok()) return side_status;
  const std::shared_ptr<const config::VerificationPolicy> in_force =
      impl_->policy.policy();
  internal::JudgedBundle judged;
  const absl::StatusOr<std::shared_ptr<const internal::WrapDecision>> decided =
      impl_->Decide(in_force, options, &judged);
  if (!decided.ok()) return decided.status();
  const VerificationDecision& decision = (*decided)->decision;
  ReplaceBundle(decision, &options.ca_certs, &judged.store);
  absl::StatusOr<std::optional<internal::CredentialsInput>> credentials =
      impl_->contexts.TakeCredentials(&options);
  if (!credentials.ok()) return credentials.status();
  TrustStorePtr trust_store = std::move(judged.store);
  // A given bundle must be valid even if no peer is verified.
  if (trust_store == nullptr &&
      ((decision.verification.mode != VerifyMode::kNone &&
        decision.verification.spiffe == nullptr) ||
       IsGiven(options.ca_certs))) {
    absl::StatusOr<TrustStorePtr> loaded =
        impl_->decider.LoadCaCerts(options.ca_certs, *in_force);
    if (!loaded.ok()) return loaded.status();
    trust_store = *std::move(loaded);
  }

  const ssl::Side side = internal::SideOf(options);
  const ssl::TrustStore* const store = trust_store.get();
  bool is_new = false;
  absl::StatusOr<ContextPtr> context = impl_->contexts.Find(
      (*decided)->context_key, store, options.ech_keys, *std::move(credentials),
      [&] {
        ssl::ContextOptions made;
        made.ciphers = std::move(options.ciphers);
        made.alpn_protocols = std::move(options.alpn_protocols);
        made.alpn_required = options.alpn_required;
        made.accept_compressed_certificates =
            options.accept_compressed_certificates;
        made.keylog = impl_->keylog;
        Impl::ApplyDecision(side, decision, std::move(trust_store), &made);
        impl_->Complete(&made);
        is_new = true;
        return made;
      });
  if (!context.ok()) return context.status();
  if (is_new) impl_->Made(*context);

  ssl::SocketOptions socket_options;
  socket_options.side = side;
  socket_options.server_hostname = std::move(options.server_hostname);
  socket_options.session = std::move(options.session);
  socket_options.suppress_ragged_eofs = options.suppress_ragged_eofs;
  socket_options.ech_configs = std::move(options.ech_configs);
  socket_options.ech_grease = options.ech_grease;
  absl::StatusOr<std::unique_ptr<ssl::Socket>> socket = ssl::WrapSocket(
      *std::move(context), std::move(transport), std::move(socket_options));
  if (!socket.ok() || !options.do_handshake_on_connect) return socket;
  const ssl::IoResult result = (*socket)->Handshake();
  if (result.want_read() || result.want_write()) {
    return ssl::MakeStatus(
        ErrorKind::kInvalidArgument,
        ssl::ErrorParts{
            "do_handshake_on_connect",
            "needs a transport that waits for its peer, and this one does not",
            ssl::Named("give it a timeout, or set do_handshake_on_connect to "
                       "{false} and call {Handshake} until it is done."),
            /*after_where=*/" "});
  }
  if (!result.done()) return result.status();
  return socket;
}

void Runtime::ClearCaches() {
  impl_->decisions.Clear();
  impl_->contexts.Clear();
  impl_->shared_contexts.Clear();
  impl_->decider.ClearCache();
  impl_->trust->Clear();
}

config::VerificationPolicy Runtime::policy() const {
  return *impl_->policy.policy();
}

Counters Runtime::counters() const {
  Counters counters = impl_->counters->Read();
  counters.refusals = impl_->decider.auditor()->refusals();
  counters.upgrades = impl_->decider.auditor()->upgrades();
  counters.allowed = impl_->decider.auditor()->allowed();
  counters.audit_lost = impl_->decider.auditor()->lost();
  if (impl_->audit_lost != nullptr) {
    ssl::Guarded("audit_lost callback", [&] {
      counters.audit_lost += impl_->audit_lost();
      return absl::OkStatus();
    }).IgnoreError();
  }
  counters.expiry = impl_->expiry->Read();
  counters.live_credentials = impl_->live_sources.credentials();
  counters.live_ca_certs = impl_->live_sources.ca_certs();
  counters.policy_reloads = impl_->policy.reloads();
  counters.policy_reload_failures = impl_->policy.failures();
  return counters;
}

Host& Runtime::host() const { return *impl_->given_host; }

}  // namespace airlock::platform
