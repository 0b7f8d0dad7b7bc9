// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/conformance/bogo_unimplemented.h"

namespace airlock::bogo {
namespace {

struct Unimplemented {
  absl::string_view flag;
  absl::string_view reason;
};

constexpr absl::string_view kDtls = "Airlock speaks TLS over streams only";
constexpr absl::string_view kQuic = "Airlock has no QUIC";
constexpr absl::string_view kSplit =
    "a handshake takes place in one process: no handoff, no hints";
constexpr absl::string_view kEarlyData =
    "early data is off: an attacker can replay it";
constexpr absl::string_view kEch =
    "there is no encrypted ClientHello: its draft is experimental in this "
    "BoringSSL";
constexpr absl::string_view kChannelId = "Channel ID was withdrawn";
constexpr absl::string_view kAlps = "ALPS is an expired draft";
constexpr absl::string_view kPolicy =
    "BoringSSL's compliance policies are not offered";
constexpr absl::string_view kCompression =
    "the runner's compression algorithms are its own, and Airlock has only zlib";
constexpr absl::string_view kGrease = "GREASE (RFC 8701) is off";
constexpr absl::string_view kDelegated =
    "delegated credentials (RFC 9345) are not offered";
constexpr absl::string_view kPeerHash = "the peer's whole chain is always kept";
constexpr absl::string_view kFalseStart =
    "False Start (RFC 7918) is off: no data before the peer's Finished";

constexpr Unimplemented kUnimplemented[] = {
    {"dtls", kDtls},
    {"mtu", kDtls},
    {"initial-timeout-duration-ms", kDtls},
    {"srtp-profiles", kDtls},
    {"quic", kQuic},
    {"quic-transport-params", kQuic},
    {"expect-quic-transport-params", kQuic},
    {"quic-use-legacy-codepoint", kQuic},
    {"quic-early-data-context", kQuic},
    {"handoff", kSplit},
    {"handshake-hints", kSplit},
    {"allow-hint-mismatch", kSplit},
    {"handshaker-path", kSplit},
    {"handshaker-resume", kSplit},
    {"enable-early-data", kEarlyData},
    {"expect-ticket-supports-early-data", kEarlyData},
    {"expect-accept-early-data", kEarlyData},
    {"expect-reject-early-data", kEarlyData},
    {"expect-no-offer-early-data", kEarlyData},
    {"expect-early-data-reason", kEarlyData},
    {"early-write-after-message", kEarlyData},
    {"enable-ech-grease", kEch},
    {"ech-server-config", kEch},
    {"ech-server-key", kEch},
    {"ech-is-retry-config", kEch},
    {"ech-config-list", kEch},
    {"expect-ech-accept", kEch},
    {"expect-ech-name-override", kEch},
    {"expect-no-ech-name-override", kEch},
    {"expect-ech-retry-configs", kEch},
    {"expect-no-ech-retry-configs", kEch},
    {"enable-channel-id", kChannelId},
    {"send-channel-id", kChannelId},
    {"expect-channel-id", kChannelId},
    {"verify-peer-if-no-obc", kChannelId},
    {"application-settings", kAlps},
    {"expect-peer-application-settings", kAlps},
    {"defer-alps", kAlps},
    {"fips-202205", kPolicy},
    {"wpa-202304", kPolicy},
    {"install-cert-compression-algs", kCompression},
    {"install-one-cert-compression-alg", kCompression},
    {"expect-peer-verify-pref",
     "the peer's signature algorithms are not reported, only key types"},
    {"enable-grease", kGrease},
    {"permute-extensions", "extensions have a fixed order"},
    {"delegated-credential", kDelegated},
    {"expect-delegated-credential-used", kDelegated},
    {"retain-only-sha256-client-cert", kPeerHash},
    {"expect-sha256-client-cert", kPeerHash},
    {"false-start", kFalseStart},
    {"allow-false-start-without-alpn", kFalseStart},
    {"jdk11-workaround", "it is for a defect of Java 11's first releases"},
    {"renegotiate-ignore",
     "a request to renegotiate is answered or refused, never ignored"},
    {"renegotiate-explicit", "renegotiation takes place inside Read"},
    {"forbid-renegotiation-after-handshake",
     "max_renegotiations is the Context's, for the whole connection"},
    {"expect-extended-master-secret",
     "whether RFC 7627 was used is not reported"},
    {"expect-secure-renegotiation",
     "whether the peer supports RFC 5746 is not reported"},
    {"expect-no-secure-renegotiation",
     "whether the peer supports RFC 5746 is not reported"},
    {"expect-certificate-types",
     "CertificateRequest has key types, not the codes on the wire"},
    {"expect-ticket-age-skew", "the age of a ticket is not reported"},
    {"send-alert", "an application cannot send an alert of its own"},
    {"peek-then-read", "there is no Peek; pending() says what is there"},
    {"max-send-fragment", "records have up to 16 KiB"},
    {"max-cert-list", "the limit of a peer's chain is BoringSSL's"},
    {"fallback-scsv", "a client does not fall back, so never says so"},
    {"key-update", "keys are updated when the peer asks, not by a call"},
    {"export-traffic-secrets", "traffic secrets reach only `keylog`"},
    {"allow-unknown-alpn-protos",
     "a server's choice that the client did not offer is always refused"},
    {"select-empty-alpn", "the alpn callback chooses among the offers"},
    {"ignore-rsa-key-usage", "an RSA key's keyUsage is always enforced"},
    {"expect-key-usage-invalid", "an RSA key's keyUsage is always enforced"},
};

}  // namespace

absl::string_view WhyUnimplemented(absl::string_view flag) {
  for (const Unimplemented& entry : kUnimplemented) {
    if (entry.flag == flag) return entry.reason;
  }
  return {};
}

}  // namespace airlock::bogo
