// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/conformance/bogo_expectations.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "ssl/certificate.h"
#include "ssl/protocol.h"

namespace airlock::bogo {
namespace {

using ssl::ConnectionInfo;
using ssl::TlsVersion;

// An error if the value is not the expected one.
template <typename Value>
absl::Status Same(absl::string_view what, const Value& got,
                  const Value& expected) {
  if (got == expected) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat(what, ": got ", got, ", expected ", expected));
}

absl::Status SameBytes(absl::string_view what, absl::string_view got,
                       absl::string_view expected) {
  if (got == expected) return absl::OkStatus();
  return Same(what, absl::BytesToHexString(got),
              absl::BytesToHexString(expected));
}

int GroupNumber(absl::string_view name) {
  for (const auto& [known, number] :
       {std::make_pair("P-224", 21), std::make_pair("P-256", 23),
        std::make_pair("P-384", 24), std::make_pair("P-521", 25),
        std::make_pair("X25519", 29), std::make_pair("X25519KYBER", 0x6399)}) {
    if (name == known) return number;
  }
  return 0;
}

absl::Status CheckSuite(const Config& config, const ConnectionInfo& info) {
  absl::Status status;
  const int suite = static_cast<int>(info.cipher.id & 0xffff);
  if (config.expect_version != 0) {
    status.Update(
        Same("version", static_cast<int>(info.version), config.expect_version));
  }
  if (config.expect_cipher != 0) {
    status.Update(Same("suite", suite, config.expect_cipher));
  }
  // What is preferred depends on the processor.
  if (config.expect_cipher_aes != 0 && suite != config.expect_cipher_no_aes) {
    status.Update(Same("suite", suite, config.expect_cipher_aes));
  }
  if (config.expect_peer_signature_algorithm != 0) {
    status.Update(Same("signature algorithm",
                       static_cast<int>(info.peer_signing_algorithm),
                       config.expect_peer_signature_algorithm));
  }
  if (config.expect_curve_id != 0) {
    status.Update(
        Same("group", GroupNumber(info.group), config.expect_curve_id));
  }
  return status;
}

absl::Status CheckExtensions(const Config& config, const ConnectionInfo& info) {
  absl::Status status =
      Same("ALPN", info.alpn,
           config.server ? config.select_alpn : config.expect_alpn);
  if (!config.expect_next_proto.empty()) {
    status.Update(Same("NPN", info.npn, config.expect_next_proto));
  }
  if (!config.expect_server_name.empty()) {
    status.Update(Same("SNI", info.server_name, config.expect_server_name));
  }
  return status;
}

absl::Status CheckPeer(const Config& config, const ssl::Socket& socket,
                       const ConnectionInfo& info) {
  absl::Status status;
  if (!config.expect_ocsp_response.empty()) {
    status.Update(SameBytes("OCSP response", info.ocsp_response,
                            config.expect_ocsp_response));
  }
  if (!config.expect_signed_cert_timestamps.empty()) {
    status.Update(
        SameBytes("SCTs", info.sct_list, config.expect_signed_cert_timestamps));
  }
  const std::vector<ssl::Certificate>& chain = socket.presented_chain();
  if (!config.psk.empty()) {
    status.Update(Same("certificates with a PSK", chain.size(), size_t{0}));
  } else if ((!config.server || config.require_any_client_certificate) &&
             chain.empty()) {
    status.Update(absl::InternalError("the peer has no certificate"));
  }
  if (config.expect_verify_result && !chain.empty()) {
    status.Update(
        Same("verified", socket.peer_verified(), !config.verify_fail));
  }
  if (!config.expect_peer_cert_file.empty()) {
    absl::StatusOr<std::vector<ssl::Certificate>> expected =
        ReadCertificates(config.expect_peer_cert_file);
    if (!expected.ok()) return expected.status();
    if (chain != *expected) {
      status.Update(absl::InternalError("the peer has another chain"));
    }
  }
  return status;
}

absl::Status CheckSession(const Config& config, bool resumes,
                          const ssl::Socket& socket, const Seen& seen) {
  absl::Status status = Same("resumed", socket.session_reused(),
                             resumes && !config.expect_session_miss);
  if (!config.server && socket.version() < TlsVersion::kTls1_3) {
    status.Update(
        Same("new session", seen.new_session != nullptr,
             !config.expect_no_session &&
                 (!socket.session_reused() || config.expect_ticket_renewal)));
  }
  if (!resumes && (config.expect_session_id || config.expect_no_session_id)) {
    status.Update(Same("session kept", socket.session() != nullptr,
                       config.expect_session_id));
  }
  return status;
}

}  // namespace

absl::Status CheckHandshake(const Config& config, bool resumes,
                            const ssl::Socket& socket, const Seen& seen) {
  const std::optional<ConnectionInfo> info = socket.info();
  if (!info.has_value() || !socket.handshake_done() || !seen.handshake_ended) {
    return absl::InternalError("the handshake is not done after its end");
  }
  absl::Status status = CheckSuite(config, *info);
  status.Update(CheckExtensions(config, *info));
  status.Update(CheckPeer(config, socket, *info));
  status.Update(CheckSession(config, resumes, socket, seen));
  if (config.expect_hrr || config.expect_no_hrr) {
    status.Update(
        Same("HelloRetryRequest", seen.client_hellos == 2, config.expect_hrr));
  }
  return status;
}

absl::Status CheckAfterwards(const Config& config, const ssl::Socket& socket,
                             const Seen& seen) {
  absl::Status status;
  if (!config.server && socket.version() >= TlsVersion::kTls1_3) {
    status.Update(Same("ticket", seen.new_session != nullptr,
                       !config.expect_no_session && !config.shim_shuts_down));
  }
  if (socket.version() < TlsVersion::kTls1_3) {
    status.Update(Same("renegotiations", seen.finished_received - 1,
                       config.expect_total_renegotiations));
    // What the peer said of itself must not have changed.
    if (config.expect_total_renegotiations > 0) {
      status.Update(CheckPeer(config, socket, *socket.info()));
    }
  }
  return status;
}

absl::Status CheckMessages(const Config& config, const Seen& seen) {
  if (config.expect_msg_callback.empty()) return absl::OkStatus();
  return Same(absl::string_view("messages"), seen.messages,
              config.expect_msg_callback);
}

}  // namespace airlock::bogo
