// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/input_form.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "ssl/secret.h"

namespace airlock::ssl {
namespace {

constexpr absl::string_view kBegin = "-----BEGIN ";
constexpr absl::string_view kDashes = "-----";

bool IsBase64(char c) {
  return absl::ascii_isalnum(c) || c == '+' || c == '/' || c == '=';
}

// Of base64url (RFC 4648, section 5), too.
bool IsBase64Any(char c) { return IsBase64(c) || c == '-' || c == '_'; }

// Whether each character is of the kind `is` or space.
template <typename Is>
bool All(absl::string_view text, const Is& is) {
  return std::all_of(text.begin(), text.end(),
                     [is](char c) { return is(c) || absl::ascii_isspace(c); });
}

bool IsJson(absl::string_view text) {
  return absl::StartsWith(text, "{") || absl::StartsWith(text, "[");
}

bool IsUnicodeInWords(absl::string_view bytes) {
  if (absl::StartsWith(bytes, "\xFF\xFE") ||
      absl::StartsWith(bytes, "\xFE\xFF")) {
    return true;
  }
  // Without a byte order mark: every second byte, or three of four, are NUL.
  constexpr size_t kLooked = 64;
  const absl::string_view head = bytes.substr(0, kLooked);
  const auto zeros = std::count(head.begin(), head.end(), '\0');
  return head.size() >= 16 && head[0] != '\x30' &&
         static_cast<size_t>(zeros) * 2 >= head.size() - 1 &&
         All(head, [](char c) { return c == '\0' || absl::ascii_isprint(c); });
}

// Whether the beginning of `text`, base64 or base64url, stands for text with
// PEM in it.
bool IsBase64OfPem(absl::string_view text) {
  constexpr size_t kLooked = 16384;
  std::string encoded;
  std::string decoded;
  const ScopedWipe wipe_encoded(&encoded);
  const ScopedWipe wipe_decoded(&decoded);
  encoded.reserve(kLooked);
  for (const char c : text) {
    if (encoded.size() == kLooked) break;
    if (!absl::ascii_isspace(c) && c != '=') encoded.push_back(c);
  }
  return (absl::Base64Unescape(encoded, &decoded) ||
          absl::WebSafeBase64Unescape(encoded, &decoded)) &&
         absl::StrContains(decoded, kBegin);
}

// Without the quotes around it, if there are any.
absl::string_view WithoutQuotes(absl::string_view text) {
  if (text.size() < 2 || text.front() != text.back() ||
      (text.front() != '"' && text.front() != '\'')) {
    return text;
  }
  return absl::StripAsciiWhitespace(text.substr(1, text.size() - 2));
}

// Of bytes that are written down as letters and digits.
std::string DescribeEncoding(absl::string_view text) {
  constexpr size_t kLeast = 64;
  if (text.size() < kLeast || text[0] == '/') return "";
  const auto is_hex = [](char c) {
    return absl::ascii_isxdigit(c) || c == ':';
  };
  if (absl::StartsWith(text, "30") && All(text, is_hex)) {
    return "is DER in hexadecimal; provide the bytes themselves, or PEM";
  }
  // Hexadecimal of "-----".
  if (absl::StartsWithIgnoreCase(text, "2d2d2d2d2d") && All(text, is_hex)) {
    return "is PEM text in hexadecimal; decode it once, and provide the PEM "
           "text";
  }
  if (All(text, IsBase64Any) && IsBase64OfPem(text)) {
    return "is base64-encoded PEM text; decode it once, and provide the PEM "
           "text";
  }
  // Of DER, which begins with a byte 0x30, the first character is an M.
  if (All(text, IsBase64) || (text[0] == 'M' && All(text, IsBase64Any) &&
                              !absl::StrContains(text, kDashes))) {
    return "is base64 without BEGIN and END lines; provide the whole PEM text";
  }
  return "";
}

// Of text in which BEGIN and END stand, but no block of PEM.
std::string DescribeDamagedFrame(absl::string_view text) {
  if (absl::StrContains(text, "BEGIN%20") ||
      absl::StrContains(text, "BEGIN+")) {
    return "is percent-encoded PEM; decode it once, and provide the PEM text";
  }
  if (absl::StrContains(text, kBegin) &&
      !absl::StrContains(text, "------BEGIN")) {
    if (IsJson(text)) {
      return "is JSON that contains PEM text; provide the PEM text itself, "
             "with real line breaks";
    }
    return "contains PEM within quotes or other text; provide the PEM text "
           "itself, with real line breaks and its BEGIN line at the start of a "
           "line";
  }
  if (!absl::StrContainsIgnoreCase(text, "END")) return "";
  if (absl::StrContainsIgnoreCase(text, "BEGIN")) {
    return "resembles PEM, but its BEGIN and END lines do not have the form "
           "-----BEGIN CERTIFICATE-----: five dashes (ASCII) on each side, "
           "capitals, and plain spaces";
  }
  if (absl::StrContains(text, "-----END ")) {
    return "has a PEM END line, but no BEGIN line: the beginning is missing";
  }
  return "";
}

}  // namespace

std::string DescribeInputForm(absl::string_view bytes) {
  const absl::string_view text = absl::StripAsciiWhitespace(bytes);
  if (text.empty()) return "is empty";
  if (IsUnicodeInWords(bytes)) {
    return "is UTF-16 or UTF-32 text; provide PEM in ASCII or UTF-8";
  }
  if (absl::StartsWith(bytes, "\x1F\x8B") ||
      absl::StartsWith(bytes, "PK\x03\x04")) {
    return "is compressed (gzip or zip); unpack it first";
  }
  std::string encoding = DescribeEncoding(WithoutQuotes(text));
  if (!encoding.empty()) return encoding;
  std::string frame = DescribeDamagedFrame(text);
  if (!frame.empty()) return frame;
  if (IsJson(text)) {
    return "is JSON; provide PEM text (convert a JWK first)";
  }
  if (absl::StartsWith(text, "<")) return "is XML or HTML; provide PEM text";
  if (absl::StartsWith(text, "ssh-") || absl::StartsWith(text, "ecdsa-sha2-") ||
      absl::StartsWith(text, "PuTTY-User-Key-File")) {
    return "is a key in SSH or PuTTY format; convert it to PEM (PKCS#8)";
  }
  if (absl::StrContains(text.substr(0, 10), "://")) {
    return "looks like a URL; provide the content, not its address";
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
  // A longer run of base64 than names have. A key does not begin with a slash
  // and does not contain a dot.
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
  // A slash is base64, too, but a path may begin with one.
  return text.size() >= kLeast && text[0] != '/' &&
         (All(text, IsBase64) || All(text, is_url_safe)) &&
         has(absl::ascii_isupper) && has(absl::ascii_islower) &&
         has(absl::ascii_isdigit);
}

}  // namespace airlock::ssl
