// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "config/effective_policy.h"
#include "config/policy.h"
#include "config/policy_report.h"
#include "platform/python/call_site.h"
#include "platform/python/context.h"
#include "platform/python/profile.h"
#include "platform/runtime.h"
#include "ssl/cipher.h"
#include "ssl/error.h"
#include "ssl/socket.h"
#include "ssl/ticket_keyring.h"
#include "ssl/verification.h"
#include "ssl/verify_code.h"

namespace airlock::python {
namespace {

constexpr absl::Duration kTicketKeyPeriod = absl::Hours(48);

ssl::Protocol CoreProtocol(int protocol) {
  switch (protocol) {
    case kProtocolTlsv1:
      return ssl::Protocol::kTlsv1;
    case kProtocolTlsv1_1:
      return ssl::Protocol::kTlsv1_1;
    case kProtocolTlsv1_2:
      return ssl::Protocol::kTlsv1_2;
    default:
      return ssl::Protocol::kSslv23;
  }
}

ssl::VerifyMode CoreVerifyMode(int mode) {
  switch (mode) {
    case kCertNone:
      return ssl::VerifyMode::kNone;
    case kCertOptional:
      return ssl::VerifyMode::kOptional;
    default:
      return ssl::VerifyMode::kRequired;
  }
}

std::optional<ssl::TlsVersion> CoreVersion(int version) {
  if (version < kTls1_0 || version > kTls1_3) return std::nullopt;
  return static_cast<ssl::TlsVersion>(version);
}

constexpr struct {
  uint64_t option;
  ssl::TlsVersion version;
} kDisabling[] = {
    {kOpNoTlsv1, ssl::TlsVersion::kTls1_0},
    {kOpNoTlsv1_1, ssl::TlsVersion::kTls1_1},
    {kOpNoTlsv1_2, ssl::TlsVersion::kTls1_2},
    {kOpNoTlsv1_3, ssl::TlsVersion::kTls1_3},
};

// The settings of `policy` that apply to a client of `hostname`, as text.
std::string RulesFor(const config::VerificationPolicy& policy,
                     const std::string& hostname, absl::Time now) {
  if (hostname.empty()) return "";
  if (policy.exceptions.empty()) return "named";
  const config::VerificationPolicy rules = config::PolicyForHost(
      policy, hostname, absl::ToCivilDay(now, absl::UTCTimeZone()));
  std::string text = "named";
  for (const config::PolicyRow& row : config::PolicyRows(rules)) {
    absl::StrAppend(&text, "\n", row.setting, " ", row.value, " ",
                    row.origin.ToString());
  }
  return text;
}

// Adds to `mode` and `flags` what `first` demands. Whether that changes them.
bool Tighten(const ssl::Verification& first, ssl::VerifyMode* mode,
             ssl::VerifyFlags* flags) {
  const ssl::VerifyMode own_mode = *mode;
  const uint32_t own_bits = ssl::FlagBits(*flags);
  *mode = std::max(own_mode, first.mode);
  flags->crl_check_leaf = flags->crl_check_leaf || first.flags.crl_check_leaf;
  flags->crl_check_chain =
      flags->crl_check_chain || first.flags.crl_check_chain;
  flags->x509_strict = flags->x509_strict || first.flags.x509_strict;
  return *mode != own_mode || ssl::FlagBits(*flags) != own_bits;
}

// The CAs of `options`, for a Context that trusts none of them.
std::shared_ptr<const ssl::TrustStore> StoreOf(
    const ssl::ContextOptions& options) {
  return options.trust_source == nullptr ? options.trust_store
                                         : options.trust_source->current();
}

// The verify callback of a Context that has no CAs although it verifies.
absl::Status RefuseChain(const ssl::Socket& core,
                         const ssl::VerifiedPeer& peer) {
  // The policy's SPIFFE IDs have bundles of their own.
  if (core.context()->options().verification.spiffe != nullptr) {
    return absl::OkStatus();
  }
  constexpr uint8_t kUnknownCa = 48;
  ssl::Error error;
  error.kind = ssl::ErrorKind::kVerification;
  error.alert = kUnknownCa;
  error.verify_code = ssl::verify_code::kUnableToGetIssuerLocally;
  error.verify_message = std::string(ssl::VerifyCodeText(error.verify_code));
  error.depth = 0;
  error.subject = peer.presented[0].subject();
  error.detail = "certificate verify failed";
  error.what =
      "the context that the sni callback chose has no CAs, and the first one "
      "verifies clients";
  error.advice = "Load the CAs into both.";
  return ssl::MakeStatus(error);
}

}  // namespace

ContextObject::ContextObject(StatePtr state_in, int protocol_in)
    : state(std::move(state_in)),
      protocol(protocol_in),
      ciphers(kDefaultCiphers),
      trusted(state->runtime) {
  if (protocol == kProtocolTlsClient) {
    verify_mode = kCertRequired;
    verify_mode_chosen = true;
    check_hostname = true;
    check_hostname_chosen = true;
  }
}

ssl::ContextOptions ContextObject::Basics() const {
  ssl::ContextOptions result;
  result.clock = absl::Now;
  result.ciphers = ciphers;
  result.verification.mode = ssl::VerifyMode::kNone;
  result.verification.groups = groups;
  // The default of OpenSSL 1.1.1.
  result.verification.security_level = 1;
  return result;
}

void ContextObject::AddVersions(ssl::Verification* verification) const {
  verification->protocol = CoreProtocol(protocol);
  if (verification->protocol == ssl::Protocol::kSslv23 && IsOldest(*state)) {
    verification->protocol = ssl::Protocol::kTlsv1;
  }
  // The old protocols allow only a single version.
  if (verification->protocol != ssl::Protocol::kSslv23) return;
  verification->minimum_version = CoreVersion(minimum_version);
  verification->maximum_version = CoreVersion(maximum_version);
  for (const auto& row : kDisabling) {
    if ((options & row.option) != 0) {
      verification->disabled_versions.push_back(row.version);
    }
  }
}

void ContextObject::AddSigalgs(ssl::Side side,
                               ssl::ContextOptions* result) const {
  const std::vector<uint16_t>& clients =
      client_sigalgs.empty() ? server_sigalgs : client_sigalgs;
  const bool client = side == ssl::Side::kClient;
  result->signing_algorithms = client ? clients : server_sigalgs;
  result->peer_signing_algorithms = client ? server_sigalgs : clients;
}

platform::ContextRequest ContextObject::Request(
    const config::VerificationPolicy& policy, ssl::Side side,
    const std::string& hostname) const {
  platform::ContextRequest request;
  request.side = side;
  // If everything is verified, an implicit CERT_NONE is not a reason to refuse.
  const bool named = unverified_by_name && policy.verification.value !=
                                               config::Verification::kEnforce;
  if (verify_mode_chosen || named || side == ssl::Side::kServer) {
    request.cert_reqs = CoreVerifyMode(verify_mode);
  }
  request.unset_is_cert_none = true;
  request.cert_none_unstated =
      cert_none_unstated || (side == ssl::Side::kServer && !verify_mode_chosen);
  request.partial_chain_unstated = !partial_chain_chosen;
  request.security_level_unstated =
      ciphers == kDefaultCiphers || !ssl::StatedSecurityLevel(ciphers);
  if (policy.verification.value == config::Verification::kOff) {
    // Before 3.7, ssl.py itself matches the name.
    request.check_hostname = check_hostname && AIRLOCK_PYTHON_AT_LEAST(3, 7);
  } else if (check_hostname_chosen) {
    request.check_hostname = check_hostname;
  }
  if (side == ssl::Side::kClient) request.server_hostname = hostname;
  request.find_call_site = CallSite;
  return request;
}

absl::StatusOr<std::shared_ptr<const ssl::Context>> ContextObject::Freeze(
    ssl::Side side, const std::string& hostname,
    const ssl::ContextOptions* first) {
  const config::VerificationPolicy policy = state->runtime->policy();
  const absl::Time now = state->runtime->host().Now();
  if (side == ssl::Side::kServer && tickets != nullptr) {
    // Another thread may replace it meanwhile.
    const std::shared_ptr<SharedTickets> shared = tickets;
    shared->Look(now);
  }
  std::string rules = RulesFor(policy, hostname, now);
  ssl::VerifyMode mode = CoreVerifyMode(verify_mode);
  ssl::VerifyFlags flags =
      ssl::FlagsFromBits(static_cast<uint32_t>(verify_flags));
  std::shared_ptr<const ssl::SpiffePeers> peers = spiffe;
  bool tightened = false;
  bool lacks_cas = false;
  if (first != nullptr && first->verification.mode != ssl::VerifyMode::kNone) {
    if (peers == nullptr) peers = first->verification.spiffe;
    lacks_cas = trusted.empty() && live_cas.empty() && peers == nullptr;
    tightened = Tighten(first->verification, &mode, &flags) || lacks_cas ||
                peers != spiffe;
  }
  if (tightened) {
    // What was made with these peers keeps them alive.
    absl::StrAppend(&rules, "\ntightened ", ssl::VerifyModeName(mode), " ",
                    ssl::FlagBits(flags), " ",
                    absl::Hex(reinterpret_cast<uintptr_t>(peers.get())));
  }
  for (const Frozen& frozen : frozen_) {
    if (frozen.side != side || frozen.rules != rules) continue;
    const std::shared_ptr<const ssl::Context> found = frozen.context;
    if (side == ssl::Side::kClient &&
        (cert_none_unstated || !verify_mode_chosen) &&
        found->options().verification.mode == ssl::VerifyMode::kNone) {
      state->runtime->NoteUnverified(hostname, CallSite());
    }
    return found;
  }
  const uint64_t changes = changes_;
  platform::ContextRequest request = Request(policy, side, hostname);
  if (tightened) request.cert_reqs = mode;

  ssl::ContextOptions result = Basics();
  result.clock = nullptr;  // The runtime's.
  AddVersions(&result.verification);
  result.verification.hostname.common_name_fallback =
      (host_flags & kHostflagNeverCheckSubject) == 0;
  result.verification.flags = flags;
  AddSigalgs(side, &result);
  result.alpn_protocols = alpn;
  result.npn_protocols = npn;
  // OpenSSL's clients always allow renegotiation.
  constexpr int kMostRenegotiations = 100;
  result.max_renegotiations =
      (options & kOpNoRenegotiation) == 0 ? kMostRenegotiations : 0;
  result.session_tickets = (options & kOpNoTicket) == 0;
  result.num_tickets = static_cast<size_t>(num_tickets);
  if (side == ssl::Side::kServer) result.ticket_keyring = TicketKeyring(now);
  if (side == ssl::Side::kServer) result.ech_keys = ech_keys;
  if (tickets != nullptr) {
    result.session_timeout =
        std::min(result.session_timeout, tickets->keyring()->lifetime());
  }
  result.cipher_server_preference = (options & kOpCipherServerPreference) != 0;
  result.psk_identity_hint = psk_hint;
  InstallCallbacks(*this, &result);
  if (!live_cas.empty() && peers == nullptr) {
    platform::CaPath place;
    place.path = live_cas;
    place.argument = "cafile";
    request.ca_certs = std::move(place);
    request.live_ca_certs = true;
  }
  const bool off = policy.verification.value == config::Verification::kOff;
  const bool verifies =
      tightened || verify_mode != kCertNone || (!request.cert_reqs && !off);
  std::shared_ptr<const ssl::TrustStore> trust_store;
  result.verification.spiffe = peers;
  // The bundles of trust domains take the place of other CAs.
  if (peers == nullptr && (verifies || !trusted.empty())) {
    absl::StatusOr<std::shared_ptr<const ssl::TrustStore>> store =
        trusted.Store();
    // A context without CAs that does not verify may still be used.
    if (!store.ok() && verifies) return store.status();
    if (store.ok()) trust_store = *std::move(store);
  }
  if (live != nullptr) {
    result.credential_source = live->source();
  } else {
    result.credentials = CompleteChains(trust_store.get());
  }
  if (live_cas.empty()) result.trust_store = std::move(trust_store);
  if (lacks_cas) {
    // Like OpenSSL: neither the platform's CAs nor the first context's say who
    // may be a client here.
    result.trust_store = StoreOf(*first);
    result.verify = RefuseChain;
  }
  absl::StatusOr<std::shared_ptr<const ssl::Context>> made =
      state->runtime->CreateContext(request, std::move(result));
  if (made.ok() && (*made)->options().trust_source != nullptr) {
    live_bundle = (*made)->options().trust_source;
  }
  // Looking for the call site may have let another thread change the context.
  if (made.ok() && changes_ == changes) {
    frozen_.push_back({side, std::move(rules), *made});
  }
  return made;
}

// Like OpenSSL: a certificate without its issuers is sent with those that the
// context trusts.
std::vector<std::shared_ptr<const ssl::Credentials>>
ContextObject::CompleteChains(const ssl::TrustStore* store) const {
  std::vector<std::shared_ptr<const ssl::Credentials>> result = credentials;
  if (store == nullptr) return result;
  for (auto& each : result) {
    if (each->chain().size() == 1) each = each->WithIssuersFrom(*store);
  }
  return result;
}

std::shared_ptr<ssl::TicketKeyring> ContextObject::TicketKeyring(
    absl::Time now) {
  if (tickets != nullptr) return tickets->keyring();
  if (ticket_keyring_ == nullptr) {
    // The arguments are valid.
    ticket_keyring_ = *ssl::TicketKeyring::CreateOwn(kTicketKeyPeriod, {}, now);
  }
  return ticket_keyring_;
}

void ContextObject::Changed() {
  ++changes_;
  frozen_.clear();
  // A server's keys exist before it forks, so that its children share them.
  if (!credentials.empty() || live != nullptr || sni_callback ||
      psk_server_callback) {
    TicketKeyring(state->runtime->host().Now());
  }
}

ssl::SessionStatistics ContextObject::Statistics() const {
  ssl::SessionStatistics result = counters->Read();
  for (const Frozen& frozen : frozen_) {
    result.number += frozen.context->session_statistics().number;
  }
  return result;
}

int ContextObject::Traverse(visitproc visit, void* arg) {
  Py_VISIT(sni_callback.get());
  Py_VISIT(message_callback.get());
  Py_VISIT(psk_client_callback.get());
  Py_VISIT(psk_server_callback.get());
  return 0;
}

void ContextObject::Clear() {
  sni_callback.Reset();
  message_callback.Reset();
  psk_client_callback.Reset();
  psk_server_callback.Reset();
}

}  // namespace airlock::python
