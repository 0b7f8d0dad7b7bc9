// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/wire/key_log.h"

#include <array>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace airlock::ssl::wire {
namespace {

constexpr size_t kMaxBadLines = 10;
constexpr size_t kRandomSize = 32;
constexpr size_t kMaxSecretSize = 64;

constexpr std::array<absl::string_view, 8> kLabels = {
    "CLIENT_RANDOM",
    "CLIENT_EARLY_TRAFFIC_SECRET",
    "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
    "SERVER_HANDSHAKE_TRAFFIC_SECRET",
    "CLIENT_TRAFFIC_SECRET_0",
    "SERVER_TRAFFIC_SECRET_0",
    "EXPORTER_SECRET",
    "EARLY_EXPORTER_SECRET",
};

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = absl::ascii_tolower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Decodes into `bytes`, which has room; false if it is not hexadecimal.
bool FromHex(absl::string_view hex, std::string* bytes) {
  if (hex.size() % 2 != 0) return false;
  for (size_t i = 0; i < hex.size(); i += 2) {
    const int high = HexDigit(hex[i]);
    const int low = HexDigit(hex[i + 1]);
    if (high < 0 || low < 0) return false;
    bytes->push_back(static_cast<char>(high << 4 | low));
  }
  return true;
}

// The problem, or empty.
std::string ParseLine(absl::string_view line, std::string* random,
                      std::string* secret, absl::string_view* label) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
  *label = words[0];
  if (!absl::c_linear_search(kLabels, *label)) {
    // NSS's older "RSA" lines and labels of other versions.
    const bool is_label = absl::c_all_of(*label, [](char c) {
      return absl::ascii_isupper(c) || absl::ascii_isdigit(c) || c == '_';
    });
    if (is_label && words.size() == 3) {
      *label = "";
      return "";
    }
    return "it does not begin with a known label, such as CLIENT_RANDOM";
  }
  if (words.size() != 3) {
    return absl::StrCat("it should have three words, but has ", words.size());
  }
  if (words[1].size() != 2 * kRandomSize || !FromHex(words[1], random)) {
    return absl::StrCat("the client random should have ", 2 * kRandomSize,
                        " hexadecimal digits");
  }
  const size_t expected = *label == "CLIENT_RANDOM" ? 48 : 0;
  const size_t size = words[2].size() / 2;
  const bool good = expected != 0 ? size == expected : size == 32 || size == 48;
  if (!good || size > kMaxSecretSize || !FromHex(words[2], secret)) {
    return absl::StrCat("the secret should have ",
                        expected != 0 ? "96" : "64 or 96",
                        " hexadecimal digits");
  }
  return "";
}

}  // namespace

KeyLog KeyLog::Parse(absl::string_view text, std::vector<BadLine>* bad_lines) {
  KeyLog log;
  size_t number = 0;
  std::string secret;
  secret.reserve(kMaxSecretSize);
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const absl::string_view line =
        absl::StripAsciiWhitespace(text.substr(0, end));
    text.remove_prefix(end == absl::string_view::npos ? text.size() : end + 1);
    ++number;
    if (line.empty() || line[0] == '#') continue;
    std::string random;
    absl::string_view label;
    const std::string problem = ParseLine(line, &random, &secret, &label);
    if (!problem.empty()) {
      if (bad_lines->size() < kMaxBadLines) {
        bad_lines->push_back({number, problem});
      }
    } else if (!label.empty()) {
      log.secrets_[{std::string(label), random}] = Secret(secret);
    }
    // Keeps its memory, which was reserved, so that nothing moves.
    Wipe(&secret);
    secret.reserve(kMaxSecretSize);
  }
  return log;
}

absl::string_view KeyLog::Find(absl::string_view label,
                               absl::string_view random) const {
  const auto found = secrets_.find({std::string(label), std::string(random)});
  return found == secrets_.end() ? absl::string_view() : found->second.view();
}

}  // namespace airlock::ssl::wire
