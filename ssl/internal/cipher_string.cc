// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/cipher_string.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "ssl/error.h"
#include "ssl/shown.h"

namespace airlock::ssl::internal {
namespace {

constexpr absl::string_view kLevel = "@SECLEVEL=";

// Forward secrecy and AEAD first; the last two are for peers from before 2010.
constexpr absl::string_view kDefaultList =
    "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:RSA+AESGCM:RSA+AES";

// Later BoringSSL versions leave 3DES out of these lists, and add two suites of
// CBC with SHA-256: no version is to have either. A name that a version does
// not know has no effect.
constexpr absl::string_view kNever =
    ":!3DES:!ECDHE-ECDSA-AES128-SHA256:!ECDHE-RSA-AES128-SHA256";

// BoringSSL's PSK excludes ECDHE-PSK; its aPSK is OpenSSL's PSK.
std::string WithOpensslsPsk(absl::string_view list) {
  std::vector<std::string> rules =
      absl::StrSplit(list, absl::ByAnyChar(":, ;"), absl::SkipEmpty());
  for (std::string& rule : rules) {
    if (rule == "PSK" || rule == "!PSK" || rule == "-PSK" || rule == "+PSK") {
      rule.insert(rule.size() - 3, "a");
    }
  }
  return absl::StrJoin(rules, ":");
}

}  // namespace

void Exclude(absl::string_view rules, std::string* list) {
  if (!absl::StrContains(*list, '[')) absl::StrAppend(list, rules);
}

absl::StatusOr<CipherString> ParseCipherString(absl::string_view text) {
  CipherString result;
  size_t at = 0;
  while ((at = text.find(kLevel)) != absl::string_view::npos) {
    absl::string_view rest = text.substr(at + kLevel.size());
    const size_t end = std::min(rest.find_first_of(":, ;"), rest.size());
    // One digit, as in OpenSSL: absl::SimpleAtoi would also take "+3" or "\n3".
    if (end != 1 || rest[0] < '0' || rest[0] > '5') {
      return MakeStatus(
          ErrorKind::kInvalidArgument,
          ErrorParts{ErrorText::Name("ciphers"),
                     absl::StrCat("\"", kLevel, Shown(rest.substr(0, end)),
                                  "\" is not a security level"),
                     "use a number from 0 to 5."});
    }
    result.security_level = rest[0] - '0';
    absl::StrAppend(&result.list, text.substr(0, at), ":");
    text = rest.substr(end);
  }
  absl::StrAppend(&result.list, text);
  // BoringSSL accepts DEFAULT only as the first word, so it must not follow an
  // empty one.
  result.list = WithOpensslsPsk(result.list);
  if (result.list.empty()) result.list = std::string(kDefaultList);
  // Preference groups contain these only by name.
  Exclude(kNever, &result.list);
  return result;
}

}  // namespace airlock::ssl::internal
