// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/conformance/bogo_config.h"

#include <variant>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tests/conformance/bogo_unimplemented.h"

namespace airlock::bogo {
namespace {

// A parameter in base64.
struct Base64 {
  std::string Config::*field;
};

using Field = std::variant<bool Config::*, int Config::*, std::string Config::*,
                           std::vector<int> Config::*, Base64>;

// Which part of the shim a flag concerns.
enum class For { kContext, kConnection };

struct Flag {
  absl::string_view name;  // Without the dash.
  For what;
  Field field;
};

const Flag kFlags[] = {
    {"port", For::kConnection, &Config::port},
    {"server", For::kContext, &Config::server},
    {"async", For::kContext, &Config::async},
    {"resume-count", For::kConnection, &Config::resume_count},
    {"resumption-delay", For::kConnection, &Config::resumption_delay},
    {"trust", For::kContext, &Config::trust},

    {"min-version", For::kContext, &Config::min_version},
    {"max-version", For::kContext, &Config::max_version},
    {"no-tls13", For::kContext, &Config::no_tls13},
    {"no-tls12", For::kContext, &Config::no_tls12},
    {"no-tls11", For::kContext, &Config::no_tls11},
    {"no-tls1", For::kContext, &Config::no_tls1},
    {"cipher", For::kContext, &Config::cipher},
    {"server-preference", For::kContext, &Config::server_preference},
    {"curves", For::kContext, &Config::curves},
    {"signing-prefs", For::kContext, &Config::signing_prefs},
    {"verify-prefs", For::kContext, &Config::verify_prefs},

    {"key-file", For::kContext, &Config::key_file},
    {"cert-file", For::kContext, &Config::cert_file},
    {"verify-peer", For::kContext, &Config::verify_peer},
    {"require-any-client-certificate", For::kContext,
     &Config::require_any_client_certificate},
    {"use-custom-verify-callback", For::kContext,
     &Config::use_custom_verify_callback},
    {"verify-fail", For::kContext, &Config::verify_fail},
    {"reverify-on-resume", For::kConnection, &Config::reverify_on_resume},
    {"use-old-client-cert-callback", For::kContext,
     &Config::use_old_client_cert_callback},
    {"use-early-callback", For::kContext, &Config::use_early_callback},
    {"fail-early-callback", For::kContext, &Config::fail_early_callback},
    {"install-ddos-callback", For::kContext, &Config::install_ddos_callback},
    {"fail-ddos-callback", For::kContext, &Config::fail_ddos_callback},
    {"fail-cert-callback", For::kContext, &Config::fail_cert_callback},
    {"use-client-ca-list", For::kContext, &Config::use_client_ca_list},
    {"host-name", For::kConnection, &Config::host_name},

    {"advertise-alpn", For::kContext, &Config::advertise_alpn},
    {"select-alpn", For::kContext, &Config::select_alpn},
    {"decline-alpn", For::kContext, &Config::decline_alpn},
    {"reject-alpn", For::kContext, &Config::reject_alpn},
    {"advertise-npn", For::kContext, &Config::advertise_npn},
    {"select-next-proto", For::kContext, &Config::select_next_proto},
    {"enable-ocsp-stapling", For::kContext, &Config::enable_ocsp_stapling},
    {"ocsp-response", For::kContext, Base64{&Config::ocsp_response}},
    {"use-ocsp-callback", For::kContext, &Config::use_ocsp_callback},
    {"set-ocsp-in-callback", For::kContext, &Config::set_ocsp_in_callback},
    {"decline-ocsp-callback", For::kContext, &Config::decline_ocsp_callback},
    {"fail-ocsp-callback", For::kContext, &Config::fail_ocsp_callback},
    {"enable-signed-cert-timestamps", For::kContext,
     &Config::enable_signed_cert_timestamps},
    {"signed-cert-timestamps", For::kContext,
     Base64{&Config::signed_cert_timestamps}},
    {"psk", For::kContext, &Config::psk},
    {"psk-identity", For::kContext, &Config::psk_identity},

    {"no-ticket", For::kContext, &Config::no_ticket},
    {"ticket-key", For::kContext, Base64{&Config::ticket_key}},
    {"use-ticket-callback", For::kContext, &Config::use_ticket_callback},
    {"renew-ticket", For::kContext, &Config::renew_ticket},

    {"implicit-handshake", For::kConnection, &Config::implicit_handshake},
    {"handshake-twice", For::kConnection, &Config::handshake_twice},
    {"no-op-extra-handshake", For::kConnection, &Config::no_op_extra_handshake},
    {"handshake-never-done", For::kConnection, &Config::handshake_never_done},
    {"renegotiate-once", For::kContext, &Config::renegotiate_once},
    {"renegotiate-freely", For::kContext, &Config::renegotiate_freely},
    {"shim-writes-first", For::kConnection, &Config::shim_writes_first},
    {"read-with-unfinished-write", For::kConnection,
     &Config::read_with_unfinished_write},
    {"write-different-record-sizes", For::kConnection,
     &Config::write_different_record_sizes},
    {"read-size", For::kConnection, &Config::read_size},
    {"shim-shuts-down", For::kConnection, &Config::shim_shuts_down},
    {"check-close-notify", For::kConnection, &Config::check_close_notify},
    {"export-keying-material", For::kConnection,
     &Config::export_keying_material},
    {"export-label", For::kConnection, &Config::export_label},
    {"export-context", For::kConnection, &Config::export_context},
    {"use-export-context", For::kConnection, &Config::use_export_context},
    {"use-exporter-between-reads", For::kConnection,
     &Config::use_exporter_between_reads},
    {"tls-unique", For::kConnection, &Config::tls_unique},
    {"partial-write", For::kConnection, &Config::partial_write},
    {"cbc-record-splitting", For::kConnection, &Config::cbc_record_splitting},

    {"expect-version", For::kConnection, &Config::expect_version},
    {"expect-cipher", For::kConnection, &Config::expect_cipher},
    {"expect-cipher-aes", For::kConnection, &Config::expect_cipher_aes},
    {"expect-cipher-no-aes", For::kConnection, &Config::expect_cipher_no_aes},
    {"expect-curve-id", For::kConnection, &Config::expect_curve_id},
    {"expect-peer-signature-algorithm", For::kConnection,
     &Config::expect_peer_signature_algorithm},
    {"expect-alpn", For::kConnection, &Config::expect_alpn},
    {"expect-advertised-alpn", For::kContext, &Config::expect_advertised_alpn},
    {"expect-next-proto", For::kConnection, &Config::expect_next_proto},
    {"expect-server-name", For::kContext, &Config::expect_server_name},
    {"expect-ocsp-response", For::kConnection,
     Base64{&Config::expect_ocsp_response}},
    {"expect-signed-cert-timestamps", For::kConnection,
     Base64{&Config::expect_signed_cert_timestamps}},
    {"expect-peer-cert-file", For::kConnection, &Config::expect_peer_cert_file},
    {"expect-client-ca-list", For::kContext, &Config::expect_client_ca_list},
    {"expect-msg-callback", For::kConnection, &Config::expect_msg_callback},
    {"expect-verify-result", For::kContext, &Config::expect_verify_result},
    {"expect-session-miss", For::kConnection, &Config::expect_session_miss},
    {"expect-no-session", For::kConnection, &Config::expect_no_session},
    {"expect-session-id", For::kConnection, &Config::expect_session_id},
    {"expect-no-session-id", For::kConnection, &Config::expect_no_session_id},
    {"expect-ticket-renewal", For::kConnection, &Config::expect_ticket_renewal},
    {"expect-hrr", For::kConnection, &Config::expect_hrr},
    {"expect-no-hrr", For::kConnection, &Config::expect_no_hrr},
    {"expect-total-renegotiations", For::kConnection,
     &Config::expect_total_renegotiations},
};

const Flag* FindFlag(absl::string_view name) {
  for (const Flag& flag : kFlags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

// Sets the flag's field; false if `value` is not of its type.
struct Setter {
  absl::string_view value;
  Config* config;

  bool operator()(bool Config::*field) const {
    config->*field = true;
    return true;
  }
  bool operator()(int Config::*field) const {
    return absl::SimpleAtoi(value, &(config->*field));
  }
  bool operator()(std::string Config::*field) const {
    config->*field = std::string(value);
    return true;
  }
  bool operator()(std::vector<int> Config::*field) const {
    int number = 0;
    if (!absl::SimpleAtoi(value, &number)) return false;
    (config->*field).push_back(number);
    return true;
  }
  bool operator()(const Base64& field) const {
    return absl::Base64Unescape(value, &(config->*field.field));
  }
};

bool Set(const Flag& flag, absl::string_view value, Config* config) {
  if (!std::visit(Setter{value, config}, flag.field)) return false;
  if (flag.what == For::kContext) {
    config->context_flags.push_back(absl::StrCat(flag.name, "=", value));
  }
  return true;
}

}  // namespace

absl::StatusOr<Configs> ParseFlags(absl::Span<const char* const> arguments) {
  Configs configs;
  for (size_t i = 0; i < arguments.size(); ++i) {
    absl::string_view name = arguments[i];
    // A handshake without a handshaker process runs in the shim.
    absl::ConsumePrefix(&name, "-on-shim");
    const bool only_initial = absl::ConsumePrefix(&name, "-on-initial");
    const bool only_resume = absl::ConsumePrefix(&name, "-on-resume");
    if (absl::StartsWith(name, "-on-retry-")) {
      return absl::UnimplementedError("only rejected early data has a retry");
    }
    if (absl::StartsWith(name, "-on-handshaker-")) {
      return absl::UnimplementedError("a handshake takes place in one process");
    }
    const bool dashed = absl::ConsumePrefix(&name, "-");
    const Flag* flag = dashed ? FindFlag(name) : nullptr;
    if (flag == nullptr) {
      const absl::string_view reason = WhyUnimplemented(name);
      if (reason.empty()) {
        return absl::InvalidArgumentError(
            absl::StrCat(arguments[i], " is neither implemented nor listed"));
      }
      return absl::UnimplementedError(absl::StrCat(arguments[i], ": ", reason));
    }
    absl::string_view value;
    if (!std::holds_alternative<bool Config::*>(flag->field)) {
      if (++i == arguments.size()) {
        return absl::InvalidArgumentError(
            absl::StrCat(arguments[i - 1], " needs a value"));
      }
      value = arguments[i];
    }
    if ((!only_resume && !Set(*flag, value, &configs.initial)) ||
        (!only_initial && !Set(*flag, value, &configs.resume))) {
      return absl::InvalidArgumentError(
          absl::StrCat(arguments[i - 1], " has the bad value ", value));
    }
  }
  return configs;
}

}  // namespace airlock::bogo
