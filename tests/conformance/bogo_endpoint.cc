// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/conformance/bogo_endpoint.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "ssl/bundle.h"
#include "ssl/error.h"
#include "ssl/insecure.h"
#include "ssl/later.h"
#include "ssl/protocol.h"
#include "ssl/secret.h"
#include "ssl/trust_store.h"

namespace airlock::bogo {
namespace {

using ssl::TlsVersion;

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(file)),
                      std::istreambuf_iterator<char>());
  if (file.fail() || content.empty()) {
    return absl::NotFoundError(absl::StrCat("cannot read ", path));
  }
  return content;
}

// Protocol names as on the wire, each after its length.
std::vector<std::string> SplitNames(absl::string_view wire) {
  std::vector<std::string> names;
  while (!wire.empty()) {
    const size_t size = static_cast<uint8_t>(wire[0]);
    names.emplace_back(wire.substr(1, size));
    wire.remove_prefix(std::min(wire.size(), size + 1));
  }
  return names;
}

absl::StatusOr<std::string> GroupNames(const std::vector<int>& curves) {
  // BoringSSL's default, which the runner assumes.
  if (curves.empty()) return "X25519:P-256:P-384";
  std::vector<std::string> names;
  for (const int curve : curves) {
    switch (curve) {
      case 21:
        names.emplace_back("P-224");
        break;
      case 23:
        names.emplace_back("P-256");
        break;
      case 24:
        names.emplace_back("P-384");
        break;
      case 25:
        names.emplace_back("P-521");
        break;
      case 29:
        names.emplace_back("X25519");
        break;
      case 0x6399:
        names.emplace_back("X25519KYBER");
        break;
      default:
        return absl::UnimplementedError(absl::StrCat("group ", curve));
    }
  }
  return absl::StrJoin(names, ":");
}

void SetVersions(const Config& config, ssl::Verification* verification) {
  if (config.min_version != 0) {
    verification->minimum_version = static_cast<TlsVersion>(config.min_version);
  }
  if (config.max_version != 0) {
    verification->maximum_version = static_cast<TlsVersion>(config.max_version);
  }
  for (const auto& [disabled, version] :
       {std::make_pair(config.no_tls1, TlsVersion::kTls1_0),
        std::make_pair(config.no_tls11, TlsVersion::kTls1_1),
        std::make_pair(config.no_tls12, TlsVersion::kTls1_2),
        std::make_pair(config.no_tls13, TlsVersion::kTls1_3)}) {
    if (disabled) verification->disabled_versions.push_back(version);
  }
}

absl::StatusOr<std::shared_ptr<const ssl::Credentials>> ReadCredentials(
    const Config& config) {
  if (config.cert_file.empty()) return nullptr;
  absl::StatusOr<std::string> certificates = ReadFile(config.cert_file);
  if (!certificates.ok()) return certificates.status();
  const absl::StatusOr<std::string> key = ReadFile(config.key_file);
  if (!key.ok()) return key.status();
  ssl::CredentialsOptions options;
  options.certfile = ssl::Secret(*certificates);
  options.keyfile = ssl::Secret(*key);
  return ssl::Credentials::Create(std::move(options));
}

absl::StatusOr<std::vector<std::shared_ptr<const ssl::Secret>>> TicketKeys(
    const Config& config, bool resumes) {
  constexpr size_t kSize = 48;
  std::vector<std::shared_ptr<const ssl::Secret>> keys;
  // A new key in front makes the server renew tickets.
  if (config.renew_ticket && resumes) {
    keys.push_back(
        std::make_shared<const ssl::Secret>(std::string(kSize, '\1')));
  }
  if (config.use_ticket_callback || config.ticket_key.empty()) {
    // Known to the runner.
    keys.push_back(
        std::make_shared<const ssl::Secret>(std::string(kSize, '\0')));
  } else {
    keys.push_back(std::make_shared<const ssl::Secret>(config.ticket_key));
  }
  return keys;
}

// The error of an application's callback that has its own alert and reason.
absl::Status Refusal(ssl::ErrorKind kind, absl::string_view reason,
                     std::optional<uint8_t> alert) {
  ssl::Error error;
  error.kind = kind;
  error.reason = std::string(reason);
  error.message = absl::StrCat("The shim was asked for :", reason, ":");
  error.alert = alert;
  return ssl::MakeStatus(error);
}

absl::Status CheckAuthorities(const Config& config,
                              const ssl::CertificateRequest& request) {
  if (config.expect_client_ca_list.empty()) return absl::OkStatus();
  std::vector<std::string> expected;
  for (const absl::string_view hex :
       absl::StrSplit(config.expect_client_ca_list, ',')) {
    std::string der;
    if (!absl::HexStringToBytes(hex, &der)) {
      return absl::InvalidArgumentError("-expect-client-ca-list");
    }
    expected.push_back(std::move(der));
  }
  if (request.authorities_der == expected) return absl::OkStatus();
  return absl::InternalError("other CAs in the CertificateRequest");
}

}  // namespace

absl::StatusOr<std::vector<ssl::Certificate>> ReadCertificates(
    const std::string& path) {
  const absl::StatusOr<std::string> content = ReadFile(path);
  if (!content.ok()) return content.status();
  std::vector<ssl::Certificate> certificates;
  for (const ssl::BundlePart& part : ssl::ReadBundle(*content).parts) {
    if (!part.status.ok()) return part.status;
    if (part.certificate.has_value()) certificates.push_back(*part.certificate);
  }
  return certificates;
}

absl::StatusOr<std::shared_ptr<const ssl::Context>> Endpoint::ContextFor(
    const Config& config, bool resumes) {
  if (context_ != nullptr && context_flags_ == config.context_flags &&
      !config.renew_ticket) {
    return context_;
  }
  absl::StatusOr<ssl::ContextOptions> options = Options(config, resumes);
  if (!options.ok()) return options.status();
  absl::StatusOr<std::shared_ptr<const ssl::Context>> made =
      ssl::Context::Create(*std::move(options));
  if (!made.ok()) return made.status();
  context_ = *made;
  context_flags_ = config.context_flags;
  return made;
}

absl::StatusOr<ssl::ContextOptions> Endpoint::Options(const Config& config,
                                                      bool resumes) {
  ssl::ContextOptions options;
  absl::Status status = SetVerification(config, &options);
  if (!status.ok()) return status;
  options.ciphers = config.cipher.empty() ? "ALL" : config.cipher;
  options.cipher_server_preference =
      !config.cipher.empty() || config.server_preference;
  absl::StatusOr<std::shared_ptr<const ssl::Credentials>> credentials =
      ReadCredentials(config);
  if (!credentials.ok()) return credentials.status();
  for (const int scheme : config.signing_prefs) {
    options.signing_algorithms.push_back(static_cast<uint16_t>(scheme));
  }
  for (const int scheme : config.verify_prefs) {
    options.peer_signing_algorithms.push_back(static_cast<uint16_t>(scheme));
  }
  options.alpn_protocols = SplitNames(config.advertise_alpn);
  options.alpn_required = config.reject_alpn;
  options.npn_protocols = SplitNames(config.advertise_npn);
  if (!config.select_next_proto.empty()) {
    options.npn_protocols = {config.select_next_proto};
  }
  options.request_ocsp = config.enable_ocsp_stapling;
  if (config.server && !config.set_ocsp_in_callback) {
    options.ocsp_response = config.ocsp_response;
  }
  options.request_sct = config.enable_signed_cert_timestamps;
  options.sct_list = config.signed_cert_timestamps;
  options.psk_identity_hint = config.server ? config.psk_identity : "";
  options.session_tickets = !config.no_ticket;
  absl::StatusOr<std::vector<std::shared_ptr<const ssl::Secret>>> keys =
      TicketKeys(config, resumes);
  if (!keys.ok()) return keys.status();
  options.ticket_keys = *std::move(keys);
  if (config.renegotiate_once) options.max_renegotiations = 1;
  if (config.renegotiate_freely) options.max_renegotiations = 1000;
  status = SetCallbacks(config, *std::move(credentials), &options);
  if (status.ok() && config.server) status = SetSni(config, &options);
  if (!status.ok()) return status;
  return options;
}

absl::Status Endpoint::SetVerification(const Config& config,
                                       ssl::ContextOptions* options) {
  ssl::Verification& verification = options->verification;
  SetVersions(config, &verification);
  absl::StatusOr<std::string> groups = GroupNames(config.curves);
  if (!groups.ok()) return groups.status();
  verification.groups = *std::move(groups);
  // The runner has RSA keys of 1,024 bits, and signs with SHA-1.
  verification.security_level = 0;
  verification.check_hostname = false;
  // Its certificates are self-signed, and no CAs.
  verification.flags.partial_chain = true;
  verification.mode = ssl::VerifyMode::kNone;
  const bool expects_success =
      config.expect_verify_result && !config.verify_fail;
  if (config.require_any_client_certificate) {
    verification.mode = ssl::VerifyMode::kRequired;
  } else if (config.verify_peer ||
             (!config.server &&
              (expects_success || config.fail_ocsp_callback))) {
    verification.mode =
        config.server ? ssl::VerifyMode::kOptional : ssl::VerifyMode::kRequired;
  }
  if (verification.mode == ssl::VerifyMode::kNone) {
    options->unverified_clients = ssl::InsecureAllowUnverifiedClients();
    return absl::OkStatus();
  }
  if (config.use_client_ca_list != "" &&
      config.use_client_ca_list != "<NULL>" &&
      config.use_client_ca_list != "<EMPTY>") {
    return absl::UnimplementedError(
        "-use-client-ca-list: a server names no CAs to its clients");
  }
  const absl::StatusOr<std::string> trusted = ReadFile(config.trust);
  if (!trusted.ok()) return trusted.status();
  absl::StatusOr<std::shared_ptr<const ssl::TrustStore>> store =
      ssl::TrustStore::Create(*trusted, config.trust);
  if (!store.ok()) return store.status();
  options->trust_store = *std::move(store);
  return absl::OkStatus();
}

absl::Status Endpoint::AskAgain(const Config& config,
                                absl::string_view callback) {
  if (config.async && seen_.asked_again.emplace(callback).second) {
    return ssl::Later();
  }
  return absl::OkStatus();
}

absl::Status Endpoint::SetCallbacks(
    const Config& config, std::shared_ptr<const ssl::Credentials> credentials,
    ssl::ContextOptions* options) {
  options->clock = [this] { return now_; };
  options->handshake_ended = [this](const ssl::Socket&,
                                    const absl::Status& status) {
    seen_.handshake_ended = status.ok();
  };
  options->new_session = [this](const ssl::Socket&,
                                std::shared_ptr<const ssl::Session> session) {
    seen_.new_session = std::move(session);
  };
  options->message = [this](const ssl::Socket&,
                            const ssl::TlsMessage& message) {
    See(message);
    return absl::OkStatus();
  };
  options->verify = [this, &config](const ssl::Socket&,
                                    const ssl::VerifiedPeer& peer) {
    absl::Status status = AskAgain(config, "verify");
    if (!status.ok()) return status;
    if (!config.expect_ocsp_response.empty() && peer.ocsp_response.empty()) {
      return absl::InternalError("no OCSP response in the verify callback");
    }
    if (config.verify_fail) {
      // OpenSSL's alert for X509_V_ERR_APPLICATION_VERIFICATION.
      constexpr uint8_t kHandshakeFailure = 40;
      return config.use_custom_verify_callback
                 ? absl::PermissionDeniedError("-verify-fail")
                 : Refusal(ssl::ErrorKind::kVerification,
                           "CERTIFICATE_VERIFY_FAILED", kHandshakeFailure);
    }
    if (config.fail_ocsp_callback) {
      constexpr uint8_t kBadCertificateStatusResponse = 113;
      return Refusal(ssl::ErrorKind::kVerification, "OCSP_CB_ERROR",
                     kBadCertificateStatusResponse);
    }
    return absl::OkStatus();
  };
  if (!config.server &&
      (config.async || config.use_old_client_cert_callback ||
       config.fail_cert_callback || !config.expect_client_ca_list.empty())) {
    options->client_credentials = [this, &config, credentials](
                                      const ssl::Socket&,
                                      const ssl::CertificateRequest& request)
        -> absl::StatusOr<std::shared_ptr<const ssl::Credentials>> {
      absl::Status status = CheckAuthorities(config, request);
      status.Update(AskAgain(config, "client_credentials"));
      if (!status.ok()) return status;
      if (config.fail_cert_callback) {
        return absl::UnavailableError(":CERT_CB_ERROR:");
      }
      return credentials;
    };
  } else if (credentials != nullptr) {
    options->credentials.push_back(std::move(credentials));
  }
  if (config.server && (!config.select_alpn.empty() || config.decline_alpn ||
                        config.reject_alpn)) {
    options->alpn = [&config](ssl::Socket&,
                              absl::Span<const absl::string_view> offered)
        -> absl::StatusOr<std::optional<size_t>> {
      if (!config.expect_advertised_alpn.empty() &&
          !std::equal(offered.begin(), offered.end(),
                      SplitNames(config.expect_advertised_alpn).begin())) {
        return absl::InternalError("other ALPN protocols than expected");
      }
      const auto* found =
          std::find(offered.begin(), offered.end(), config.select_alpn);
      if (config.decline_alpn || config.reject_alpn || found == offered.end()) {
        return std::nullopt;
      }
      return static_cast<size_t>(found - offered.begin());
    };
  }
  if (config.psk.empty()) return absl::OkStatus();
  if (config.server) {
    options->psk_server = [this, &config](absl::string_view identity)
        -> absl::StatusOr<std::optional<ssl::Secret>> {
      const absl::Status status = AskAgain(config, "psk");
      if (!status.ok()) return status;
      if (identity != config.psk_identity) return std::nullopt;
      return ssl::Secret(config.psk);
    };
  } else {
    options->psk_client = [this, &config](absl::string_view hint)
        -> absl::StatusOr<std::optional<ssl::PskIdentity>> {
      const absl::Status status = AskAgain(config, "psk");
      if (!status.ok()) return status;
      if (hint != config.psk_identity) return std::nullopt;
      return ssl::PskIdentity{config.psk_identity, ssl::Secret(config.psk)};
    };
  }
  return absl::OkStatus();
}

absl::Status Endpoint::SetSni(const Config& config,
                              ssl::ContextOptions* options) {
  if (!config.async && config.expect_server_name.empty() &&
      !config.use_ocsp_callback && !config.fail_early_callback &&
      !config.install_ddos_callback && !config.fail_cert_callback) {
    return absl::OkStatus();
  }
  std::shared_ptr<const ssl::Context> chosen;
  if (config.use_ocsp_callback) {
    // The callback decides about the staple by its choice of a Context.
    ssl::ContextOptions other = *options;
    other.ocsp_response =
        config.set_ocsp_in_callback && !config.decline_ocsp_callback
            ? config.ocsp_response
        : config.decline_ocsp_callback ? ""
                                       : options->ocsp_response;
    absl::StatusOr<std::shared_ptr<const ssl::Context>> made =
        ssl::Context::Create(std::move(other));
    if (!made.ok()) return made.status();
    chosen = *std::move(made);
  }
  options->sni = [this, &config, chosen](ssl::Socket&,
                                         const std::optional<std::string>& name)
      -> absl::StatusOr<ssl::SniDecision> {
    if (config.fail_early_callback || config.fail_ddos_callback) {
      return absl::UnavailableError(":CONNECTION_REJECTED:");
    }
    const absl::Status status = AskAgain(config, "sni");
    if (!status.ok()) return status;
    if (config.fail_cert_callback) {
      return absl::UnavailableError(":CERT_CB_ERROR:");
    }
    if (config.fail_ocsp_callback) {
      return absl::UnavailableError(":OCSP_CB_ERROR:");
    }
    if (!config.expect_server_name.empty() &&
        name != config.expect_server_name) {
      return absl::InternalError("the client sent another name");
    }
    return ssl::SniDecision{chosen, std::nullopt};
  };
  return absl::OkStatus();
}

void Endpoint::See(const ssl::TlsMessage& message) {
  constexpr int kV2ClientHello = 0;
  constexpr int kChangeCipherSpec = 20;
  constexpr int kAlert = 21;
  constexpr int kHandshake = 22;
  constexpr uint8_t kClientHello = 1;
  constexpr uint8_t kFinished = 20;
  const absl::string_view way = message.sent ? "write " : "read ";
  const auto bytes = message.bytes;
  switch (message.content_type) {
    case kV2ClientHello:
      ++seen_.client_hellos;
      absl::StrAppend(&seen_.messages, way, "v2clienthello\n");
      break;
    case kChangeCipherSpec:
      absl::StrAppend(&seen_.messages, way, "ccs\n");
      break;
    case kAlert:
      absl::StrAppend(&seen_.messages, way, "alert ", bytes.at(0), " ",
                      bytes.at(1), "\n");
      break;
    case kHandshake: {
      const uint8_t type = bytes.at(0);
      absl::StrAppend(&seen_.messages, way, "hs ", type, "\n");
      if (type == kClientHello) ++seen_.client_hellos;
      if (type == kFinished && !message.sent) ++seen_.finished_received;
      break;
    }
    default:
      break;
  }
}

}  // namespace airlock::bogo
