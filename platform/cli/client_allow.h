// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Which clients may use a server, by their verified certificates.
#ifndef AIRLOCK_PLATFORM_CLI_CLIENT_ALLOW_H_
#define AIRLOCK_PLATFORM_CLI_CLIENT_ALLOW_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ssl/certificate.h"
#include "ssl/socket.h"

namespace airlock::cli {

// A list of rules, of which one must fit:
//   sha256:HEX   the client's certificate has this fingerprint;
//   ca:HEX       an issuer in its verified chain has this fingerprint;
//   dns:NAME, email:ADDRESS, uri:URI
//                it has this subject alternative name, compared byte by byte
//                (dns: without regard to case; wildcards mean nothing).
// Immutable, so thread-safe.
class ClientAllow {
 public:
  // Errors (kInvalidArgument) name the invalid rule.
  static absl::StatusOr<ClientAllow> Parse(
      const std::vector<std::string>& rules);

  // Whether there are no rules; then Check refuses everyone.
  bool empty() const { return rules_.empty(); }

  // kPermissionDenied unless a rule fits the peer's verified chain. The message
  // names the certificate, for the client as well.
  absl::Status Check(const ssl::Socket& socket) const;

 private:
  enum class Kind { kFingerprint, kIssuer, kName };
  struct Rule {
    Kind kind;
    std::string name_type;  // As in SubjectAltName.
    std::string value;      // A digest in lower case, or the name.
  };

  static absl::StatusOr<Rule> ParseRule(absl::string_view text);
  static bool Fits(const Rule& rule,
                   const std::vector<ssl::Certificate>& chain);

  std::vector<Rule> rules_;
};

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_CLIENT_ALLOW_H_
