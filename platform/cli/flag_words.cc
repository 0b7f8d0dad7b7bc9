// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/flag_words.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace airlock::cli {
namespace {

struct Word {
  absl::string_view library;
  absl::string_view flag;
};

constexpr Word kWords[] = {
    {"certfile", "--cert"},       {"keyfile", "--key"},
    {"alpn_protocols", "--alpn"}, {"ssl_version", "--tls"},
    {"ciphers:", "--ciphers:"},   {"server_hostname", "--servername"},
};

// The policy has its own ca_certs: only at the start of an error is it the
// flag's.
constexpr absl::string_view kCaCerts = "ca_certs: ";

// Whether a word may end before `rest`: in a sentence, but not in a path.
bool EndsWord(absl::string_view rest) {
  if (rest.empty() || absl::StrContains(" :,;)", rest[0])) return true;
  return rest[0] == '.' && (rest.size() == 1 || rest[1] == ' ');
}

const Word* Find(absl::string_view text) {
  for (const Word& word : kWords) {
    if (absl::StartsWith(text, word.library) &&
        EndsWord(text.substr(word.library.size()))) {
      return &word;
    }
  }
  return nullptr;
}

}  // namespace

std::string InWordsOfFlags(absl::string_view command,
                           absl::string_view message) {
  if (command != "connect" && command != "serve" && command != "fetch") {
    return std::string(message);
  }
  std::string said;
  if (absl::ConsumePrefix(&message, kCaCerts)) {
    said = command == "serve" ? "--client-ca: " : "--ca: ";
  }
  bool begins = true;
  while (!message.empty()) {
    const Word* const word = begins ? Find(message) : nullptr;
    const size_t size = word == nullptr ? 1 : word->library.size();
    absl::StrAppend(&said, word == nullptr ? message.substr(0, 1) : word->flag);
    begins = absl::StrContains(" (", message[size - 1]);
    message.remove_prefix(size);
  }
  return said;
}

}  // namespace airlock::cli
