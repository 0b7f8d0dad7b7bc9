// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/input_form.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace airlock::ssl {
namespace {

constexpr absl::string_view kBegin = "-----BEGIN ";

bool IsBase64(char c) {
  return absl::ascii_isalnum(c) || c == '+' || c == '/' || c == '=';
}

// Whether each character is of the kind `is` or space.
template <typename Is>
bool All(absl::string_view text, const Is& is) {
  return std::all_of(text.begin(), text.end(),
                     [is](char c) { return is(c) || absl::ascii_isspace(c); });
}

bool IsUnicodeInWords(absl::string_view bytes) {
  if (absl::StartsWith(bytes, "\xFF\xFE") ||
      absl::StartsWith(bytes, "\xFE\xFF")) {
    return true;
  }
  // Without a byte order mark: each second byte, or three of four, are NUL.
  constexpr size_t kLooked = 64;
  const absl::string_view head = bytes.substr(0, kLooked);
  const auto zeros = std::count(head.begin(), head.end(), '\0');
  return head.size() >= 16 && head[0] != '\x30' &&
         static_cast<size_t>(zeros) * 2 >= head.size() - 1 &&
         All(head, [](char c) { return c == '\0' || absl::ascii_isprint(c); });
}

// Of text in which BEGIN and END stand, but no block of PEM.
std::string DescribeDamagedFrame(absl::string_view text) {
  if (absl::StrContains(text, "BEGIN%20") ||
      absl::StrContains(text, "BEGIN+")) {
    return "is PEM in percent-encoding; decode it once, and give the PEM text";
  }
  if (absl::StrContains(text, kBegin) &&
      !absl::StrContains(text, "------BEGIN")) {
    return "holds PEM within quotes or other text; give the PEM text itself, "
           "with real line breaks, so that its BEGIN line begins a line";
  }
  if (!absl::StrContainsIgnoreCase(text, "END")) return "";
  if (absl::StrContainsIgnoreCase(text, "BEGIN")) {
    return "holds what is like PEM, but its BEGIN and END lines are not of the "
           "form -----BEGIN CERTIFICATE-----: five dashes of ASCII on each "
           "side, capitals, and plain spaces";
  }
  if (absl::StrContains(text, "-----END ")) {
    return "has an END line of PEM, but no BEGIN line: the beginning is "
           "missing";
  }
  return "";
}

}  // namespace

std::string DescribeInputForm(absl::string_view bytes) {
  const absl::string_view text = absl::StripAsciiWhitespace(bytes);
  constexpr size_t kLeast = 64;
  if (text.empty()) return "is empty";
  if (IsUnicodeInWords(bytes)) {
    return "is UTF-16 or UTF-32 text; give PEM in ASCII or UTF-8";
  }
  if (absl::StartsWith(bytes, "\x1F\x8B") ||
      absl::StartsWith(bytes, "PK\x03\x04")) {
    return "is compressed (gzip or zip); unpack it first";
  }
  // Base64 of "-----BEGIN ".
  if (absl::StartsWith(text, "LS0tLS1CRUdJTi")) {
    return "is base64 of PEM text; decode it once, and give the PEM text";
  }
  if (text.size() >= kLeast && absl::StartsWith(text, "30") &&
      All(text, [](char c) { return absl::ascii_isxdigit(c) || c == ':'; })) {
    return "is DER in hexadecimal; give the bytes themselves, or PEM";
  }
  if (text.size() >= kLeast && text[0] != '/' && All(text, IsBase64)) {
    return "is base64 without a BEGIN and an END line; give the whole PEM text";
  }
  std::string frame = DescribeDamagedFrame(text);
  if (!frame.empty()) return frame;
  if (absl::StartsWith(text, "{") || absl::StartsWith(text, "[")) {
    return "is JSON; give PEM text (a JWK has to be converted)";
  }
  if (absl::StartsWith(text, "<")) return "is XML or HTML; give PEM text";
  if (absl::StartsWith(text, "ssh-") || absl::StartsWith(text, "ecdsa-sha2-") ||
      absl::StartsWith(text, "PuTTY-User-Key-File")) {
    return "is a key in SSH's or PuTTY's form; convert it to PEM (PKCS#8)";
  }
  if (absl::StrContains(text.substr(0, 10), "://")) {
    return "looks like a URL; give the content of what it names";
  }
  return "";
}

bool MayHoldKey(absl::string_view text) {
  constexpr size_t kLeast = 40;  // 32 bytes in base64 take 44.
  if (text.find_first_of("<>\"") != absl::string_view::npos ||
      absl::StartsWith(absl::StripLeadingAsciiWhitespace(text), "{") ||
      absl::StrContainsIgnoreCase(text, "BEGIN") ||
      std::any_of(text.begin(), text.end(), absl::ascii_iscntrl)) {
    return true;
  }
  // More base64 in one piece than names have. Neither begins a key with a
  // slash, nor has it a dot.
  const size_t longest =
      absl::StartsWith(text, "/") || absl::StrContains(text, '.') ? 63 : 20;
  size_t run = 0;
  for (const char c : text) {
    run = c != '/' && IsBase64(c) ? run + 1 : 0;
    if (run > longest) return true;
  }
  const auto has = [text](bool (*is)(unsigned char)) {
    return std::any_of(text.begin(), text.end(), is);
  };
  const auto is_url_safe = [](char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '=';
  };
  // A slash is of base64, too.
  return text.size() >= kLeast && text[0] != '/' &&
         (All(text, IsBase64) || All(text, is_url_safe)) &&
         has(absl::ascii_isupper) && has(absl::ascii_islower) &&
         has(absl::ascii_isdigit);
}

}  // namespace airlock::ssl
