// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/c/internal/words.h"

namespace airlock::c::internal {
namespace {

struct Word {
  absl::string_view theirs;
  absl::string_view c;
};

constexpr Word kWords[] = {
    {"CERT_NONE", "AIRLOCK_CERT_NONE"},
    {"CERT_REQUIRED", "AIRLOCK_CERT_REQUIRED"},
    {"VERIFY_X509_PARTIAL_CHAIN", "AIRLOCK_VERIFY_X509_PARTIAL_CHAIN"},
    {"PROTOCOL_SSLv23", "AIRLOCK_PROTOCOL_SSLV23"},
    {"PROTOCOL_TLSv1", "AIRLOCK_PROTOCOL_TLSV1"},
    {"PROTOCOL_TLSv1_1", "AIRLOCK_PROTOCOL_TLSV1_1"},
    {"PROTOCOL_TLSv1_2", "AIRLOCK_PROTOCOL_TLSV1_2"},
    {"options", "disabled_versions"},
    {"OP_NO_*", "AIRLOCK_NO_TLS_*"},
    {"false", "AIRLOCK_NO"},
    {"Handshake", "airlock_socket_handshake"},
    {"Shutdown", "airlock_socket_shutdown"},
    {"Cannot set session for server-side SSLSocket",
     "session cannot be set for a server's socket"},
    {"keylog_filename", "keylog"},
    {"load_verify_locations", "cadata"},
    {"cafile", "ca_certs"},
};

}  // namespace

absl::string_view NameInC(absl::string_view name) {
  for (const Word& word : kWords) {
    if (word.theirs == name) return word.c;
  }
  return name;
}

}  // namespace airlock::c::internal
