// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/c/internal/words.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace airlock::c::internal {
namespace {

struct Word {
  absl::string_view theirs;
  absl::string_view c;
};

// If one is a prefix of another, the longer comes first. An entry that ends
// with "_" is a prefix of words.
constexpr Word kWords[] = {
    {"CERT_NONE", "AIRLOCK_CERT_NONE"},
    {"CERT_OPTIONAL", "AIRLOCK_CERT_OPTIONAL"},
    {"CERT_REQUIRED", "AIRLOCK_CERT_REQUIRED"},
    {"VERIFY_CRL_", "AIRLOCK_VERIFY_CRL_"},
    {"VERIFY_X509_", "AIRLOCK_VERIFY_X509_"},
    {"PROTOCOL_SSLv23", "AIRLOCK_PROTOCOL_SSLV23"},
    {"PROTOCOL_TLSv1_1", "AIRLOCK_PROTOCOL_TLSV1_1"},
    {"PROTOCOL_TLSv1_2", "AIRLOCK_PROTOCOL_TLSV1_2"},
    {"PROTOCOL_TLSv1", "AIRLOCK_PROTOCOL_TLSV1"},
    {"options is OP_NO_*", "disabled_versions is AIRLOCK_NO_TLS_*"},
    {"OP_NO_*", "AIRLOCK_NO_TLS_*"},
    {"check_hostname is false", "check_hostname is AIRLOCK_NO"},
    {"do_handshake_on_connect to false",
     "do_handshake_on_connect to AIRLOCK_NO"},
    {"call Handshake", "call airlock_socket_handshake"},
    {"after Shutdown", "after airlock_socket_shutdown"},
    {"Cannot set session for server-side SSLSocket",
     "session cannot be set for a server's socket"},
    {"keylog_filename", "keylog"},
    {"load_verify_locations", "cadata"},
    {"cafile", "ca_certs"},
    {"CA bundle ca_certs", "CA bundle cadata"},
};

bool IsOfWord(char c) { return absl::ascii_isalnum(c) || c == '_'; }

// The entry that `text` begins with; null: none.
const Word* Find(absl::string_view text) {
  for (const Word& word : kWords) {
    if (!absl::StartsWith(text, word.theirs)) continue;
    if (absl::EndsWith(word.theirs, "_") || text.size() == word.theirs.size() ||
        !IsOfWord(text[word.theirs.size()])) {
      return &word;
    }
  }
  return nullptr;
}

}  // namespace

std::string InWordsOfC(absl::string_view message) {
  std::string said;
  bool in_word = false;
  while (!message.empty()) {
    const Word* const word = in_word ? nullptr : Find(message);
    const size_t size = word == nullptr ? 1 : word->theirs.size();
    absl::StrAppend(&said, word == nullptr ? message.substr(0, 1) : word->c);
    in_word = IsOfWord(message[size - 1]);
    message.remove_prefix(size);
  }
  return said;
}

}  // namespace airlock::c::internal
