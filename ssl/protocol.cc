// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/protocol.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "ssl/error.h"
#include "ssl/shown.h"

namespace airlock::ssl {

absl::StatusOr<Protocol> ParseProtocol(absl::string_view name) {
  absl::string_view bare = name;
  absl::ConsumePrefix(&bare, "PROTOCOL_");
  if (bare == "SSLv23" || bare == "TLS") return Protocol::kSslv23;
  if (bare == "TLSv1") return Protocol::kTlsv1;
  if (bare == "TLSv1_1" || bare == "TLSv1.1") return Protocol::kTlsv1_1;
  if (bare == "TLSv1_2" || bare == "TLSv1.2") return Protocol::kTlsv1_2;
  const bool broken = bare == "SSLv2" || bare == "SSLv3";
  return MakeStatus(
      ErrorKind::kInvalidArgument,
      ErrorParts{
          ErrorText::Name("ssl_version"),
          absl::StrCat("\"", Shown(name), "\" is ",
                       broken ? "broken and not supported" : "not a protocol"),
          "use SSLv23 (which negotiates the highest version, up to TLS 1.3), "
          "TLSv1, TLSv1_1 or TLSv1_2."});
}

absl::string_view TlsVersionName(TlsVersion version) {
  switch (version) {
    case TlsVersion::kTls1_0:
      return "TLSv1";
    case TlsVersion::kTls1_1:
      return "TLSv1.1";
    case TlsVersion::kTls1_2:
      return "TLSv1.2";
    case TlsVersion::kTls1_3:
      return "TLSv1.3";
  }
  return "unknown";
}

}  // namespace airlock::ssl
