// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Counts the results of a Runtime's connections, for monitoring.
#ifndef AIRLOCK_PLATFORM_COUNTERS_H_
#define AIRLOCK_PLATFORM_COUNTERS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "platform/handshake_result.h"
#include "platform/histogram.h"
#include "ssl/ech.h"
#include "ssl/error.h"
#include "ssl/options.h"

namespace airlock::platform {

// When the first certificate expires that this process presents, that is a CA's
// that peers are verified with, or whose key is pinned. Unset: there is none.
struct CertificateExpiry {
  std::optional<absl::Time> own;
  std::optional<absl::Time> ca;
  std::optional<absl::Time> pinned;
};

// The live sources of credentials, or of CA bundles, that Contexts of a Runtime
// have, or had.
struct LiveSourceCounts {
  uint64_t sources = 0;   // That exist.
  uint64_t failing = 0;   // Of these: whose last update failed.
  uint64_t updates = 0;   // That replaced something.
  uint64_t failures = 0;  // Updates that failed.
};

// Counts since a Runtime was created.
struct Counters {
  static constexpr size_t kKinds =
      static_cast<size_t>(ssl::ErrorKind::kClosed) + 1;
  static constexpr size_t kVersions = 4;  // TLS 1.0 to TLS 1.3.
  static constexpr size_t kEchStatuses =
      static_cast<size_t>(ssl::EchStatus::kRejected) + 1;
  // The groups for key exchange that are counted by name; "other" is any other
  // one, and "none" a handshake without.
  static constexpr std::array<absl::string_view, 7> kGroups = {
      "X25519MLKEM768", "X25519", "P-256", "P-384", "P-521", "other", "none"};

  // Successful handshakes by protocol version, and how many of them resumed a
  // session.
  std::array<uint64_t, kVersions> handshakes{};
  uint64_t resumptions = 0;
  // Failed handshakes by ssl::ErrorKind.
  std::array<uint64_t, kKinds> failures{};
  // The handshakes of clients, or of servers.
  struct Side {
    // By HandshakeResult; those that resumed a session are among kSuccess.
    std::array<uint64_t, kHandshakeResults> results{};
    uint64_t resumptions = 0;
    // How long those took that succeeded, from the first call that did
    // handshake work: with the waits for the peer.
    HistogramCounts durations;
    // Those that succeeded, by kGroups.
    std::array<uint64_t, kGroups.size()> groups{};
    // By ssl::EchStatus: those that succeeded, and those of clients that failed
    // because the server rejected ECH and proved that it has the public name.
    std::array<uint64_t, kEchStatuses> ech{};

    // `group`: one of kGroups.
    uint64_t group_of(absl::string_view group) const;
    uint64_t ech_of(ssl::EchStatus status) const {
      return ech[static_cast<size_t>(status)];
    }
    uint64_t results_of(HandshakeResult result) const {
      return results[static_cast<size_t>(result)];
    }
  };
  Side client;
  Side server;
  // Requests that the policy refused or made stricter.
  uint64_t refusals = 0;
  uint64_t upgrades = 0;
  // Requests that it allowed, but audited.
  uint64_t allowed = 0;
  // Lost lines of the audit: RuntimeOptions::audit_lost.
  uint64_t audit_lost = 0;
  // How often reloading the policy succeeded, and how often it failed.
  uint64_t policy_reloads = 0;
  uint64_t policy_reload_failures = 0;
  CertificateExpiry expiry;
  LiveSourceCounts live_credentials;
  LiveSourceCounts live_ca_certs;

  uint64_t handshakes_of(ssl::TlsVersion version) const;
  uint64_t failures_of(ssl::ErrorKind kind) const {
    return failures[static_cast<size_t>(kind)];
  }

  // Prometheus' text format 0.0.4: airlock_handshakes_total{version="TLSv1.3"},
  // airlock_handshake_failures_total{kind="Verification"},
  // airlock_resumptions_total, airlock_policy_refusals_total,
  // airlock_policy_upgrades_total, airlock_policy_allowed_total,
  // airlock_audit_lost_total, airlock_policy_reloads_total,
  // airlock_policy_reload_failures_total; and of `client` and `server`, under
  // the names of gRPC (A118) as far as it has one,
  // grpc_client_tls_handshakes_total{grpc_tls_handshake_result="SUCCESS",
  // grpc_tls_handshake_resumed="FULL_HANDSHAKE"} and
  // airlock_client_tls_handshake_duration_seconds,
  // airlock_client_tls_groups_total{group="X25519"} and
  // airlock_client_tls_ech_total{result="accepted"}. Each is always present,
  // with HELP and TYPE. Of `live_credentials` and `live_ca_certs`,
  // airlock_live_sources{source="credentials"} and "ca_certs", and likewise
  // airlock_live_sources_failing, airlock_live_updates_total and
  // airlock_live_failed_updates_total.
  // airlock_certificate_expire_timestamp_seconds{use="own"} and others are
  // there if there is such a certificate.
  std::string ToPrometheus() const;
};

// A handshake that succeeded.
struct CompletedHandshake {
  ssl::Side side = ssl::Side::kClient;
  ssl::TlsVersion version = ssl::TlsVersion::kTls1_3;
  bool resumed = false;
  absl::string_view group;  // As ConnectionInfo::group.
  ssl::EchStatus ech = ssl::EchStatus::kNotOffered;
  std::optional<absl::Duration> duration;
};

// The counters. Thread-safe, without locks: a read may miss concurrent updates.
class CounterSet {
 public:
  void HandshakeSucceeded(const CompletedHandshake& handshake);
  void HandshakeFailed(ssl::Side side, const absl::Status& status);

  // Everything except the counters of the policy and the audit, which are kept
  // elsewhere.
  Counters Read() const;

 private:
  struct Side {
    Counters::Side Read() const;

    std::array<std::atomic<uint64_t>, kHandshakeResults> results{};
    std::atomic<uint64_t> resumptions{0};
    std::array<std::atomic<uint64_t>, Counters::kGroups.size()> groups{};
    std::array<std::atomic<uint64_t>, Counters::kEchStatuses> ech{};
    Histogram durations;
  };
  Side& Of(ssl::Side side) {
    return side == ssl::Side::kClient ? client_ : server_;
  }

  std::array<std::atomic<uint64_t>, Counters::kVersions> handshakes_{};
  std::array<std::atomic<uint64_t>, Counters::kKinds> failures_{};
  Side client_;
  Side server_;
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_COUNTERS_H_
