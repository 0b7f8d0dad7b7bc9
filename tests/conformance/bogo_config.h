// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The flags that BoringSSL's test runner (BoGo) gives to a shim.
#ifndef AIRLOCK_TESTS_CONFORMANCE_BOGO_CONFIG_H_
#define AIRLOCK_TESTS_CONFORMANCE_BOGO_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace airlock::bogo {

// What one connection should do and show. Named after the runner's flags, which
// test_config.cc in BoringSSL's source defines.
struct Config {
  // The connection itself.
  int port = 0;
  bool server = false;
  bool async = false;
  int resume_count = 0;
  int resumption_delay = 0;  // Seconds that pass after the connection.
  std::string trust;  // Ours: a file with the certificates to be trusted.

  // Versions, suites and groups; 0 and empty: the default.
  int min_version = 0;
  int max_version = 0;
  bool no_tls13 = false;
  bool no_tls12 = false;
  bool no_tls11 = false;
  bool no_tls1 = false;
  std::string cipher;
  bool server_preference = false;
  std::vector<int> curves;
  std::vector<int> signing_prefs;
  std::vector<int> verify_prefs;

  // Certificates, and verification.
  std::string key_file;
  std::string cert_file;
  bool verify_peer = false;
  bool require_any_client_certificate = false;
  bool use_custom_verify_callback = false;
  bool verify_fail = false;
  bool reverify_on_resume = false;
  bool use_old_client_cert_callback = false;
  bool use_early_callback = false;
  bool fail_early_callback = false;
  bool install_ddos_callback = false;
  bool fail_ddos_callback = false;
  bool fail_cert_callback = false;
  std::string use_client_ca_list;
  std::string host_name;

  // Extensions.
  std::string advertise_alpn;  // As on the wire.
  std::string select_alpn;
  bool decline_alpn = false;
  bool reject_alpn = false;
  std::string advertise_npn;  // As on the wire.
  std::string select_next_proto;
  bool enable_ocsp_stapling = false;
  std::string ocsp_response;
  bool use_ocsp_callback = false;
  bool set_ocsp_in_callback = false;
  bool decline_ocsp_callback = false;
  bool fail_ocsp_callback = false;
  bool enable_signed_cert_timestamps = false;
  std::string signed_cert_timestamps;
  std::string psk;
  std::string psk_identity;

  // Sessions.
  bool no_ticket = false;
  std::string ticket_key;
  bool use_ticket_callback = false;
  bool renew_ticket = false;

  // What to do on the connection.
  bool implicit_handshake = false;
  bool handshake_twice = false;
  bool no_op_extra_handshake = false;
  bool handshake_never_done = false;
  bool renegotiate_once = false;
  bool renegotiate_freely = false;
  bool shim_writes_first = false;
  bool read_with_unfinished_write = false;
  bool write_different_record_sizes = false;
  int read_size = 0;
  bool shim_shuts_down = false;
  bool check_close_notify = false;
  int export_keying_material = 0;
  std::string export_label;
  std::string export_context;
  bool use_export_context = false;
  bool use_exporter_between_reads = false;
  bool tls_unique = false;
  // Always so in Airlock.
  bool partial_write = false;
  bool cbc_record_splitting = false;

  // What to expect of it.
  int expect_version = 0;
  int expect_cipher = 0;
  int expect_cipher_aes = 0;
  int expect_cipher_no_aes = 0;
  int expect_curve_id = 0;
  int expect_peer_signature_algorithm = 0;
  std::string expect_alpn;
  std::string expect_advertised_alpn;  // As on the wire.
  std::string expect_next_proto;
  std::string expect_server_name;
  std::string expect_ocsp_response;
  std::string expect_signed_cert_timestamps;
  std::string expect_peer_cert_file;
  std::string expect_client_ca_list;
  std::string expect_msg_callback;
  bool expect_verify_result = false;
  bool expect_session_miss = false;
  bool expect_no_session = false;
  bool expect_session_id = false;
  bool expect_no_session_id = false;
  bool expect_ticket_renewal = false;
  bool expect_hrr = false;
  bool expect_no_hrr = false;
  int expect_total_renegotiations = 0;

  // The flags above that decide which Context is needed, as they were given.
  std::vector<std::string> context_flags;
};

// The first connection, and all that follow it.
struct Configs {
  Config initial;
  Config resume;
};

// Reads the flags. Errors: kUnimplemented, with the reason, for what Airlock
// has no interface for; kInvalidArgument for flags that BoringSSL does not have
// either.
absl::StatusOr<Configs> ParseFlags(absl::Span<const char* const> arguments);

}  // namespace airlock::bogo

#endif  // AIRLOCK_TESTS_CONFORMANCE_BOGO_CONFIG_H_
