// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The configuration of `airlock keyd`: which keys it has, and which application
// may sign what with them.
#ifndef AIRLOCK_CONFIG_KEYS_FILE_H_
#define AIRLOCK_CONFIG_KEYS_FILE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "config/pkcs11_uri.h"
#include "config/position.h"

namespace airlock::config {

// Where a key or a certificate comes from.
struct KeySource {
  // A path, or the name of a systemd credential.
  std::string name;
  bool credential = false;
  Position position;
};

// A key of a PKCS #11 token.
struct TokenKeyEntry {
  Pkcs11Uri uri;
  Position position;
  std::string module;  // The path of the module.
  std::optional<KeySource> pin;
  std::map<std::string, std::string> environment;  // Of the module.
  bool network = false;  // The module may use IP sockets.
};

// One key of the service.
struct KeyEntry {
  std::string name;
  Position position;
  // Unset: the service makes a key and a self-signed certificate for
  // `generate`, when it starts.
  std::optional<KeySource> certificate;
  std::optional<KeySource> key;        // Unset: in the certificate's file.
  std::optional<TokenKeyEntry> token;  // In place of `key`.
  std::vector<std::string> generate;   // DNS names and IP addresses.

  // It is for session tickets, and none of the above is set. `tickets` has the
  // keys, one a line; unset: the service makes them, every `rotation`. They
  // open tickets for `lifetime`.
  bool for_tickets = false;
  std::optional<KeySource> tickets;
  absl::Duration rotation = absl::Hours(12);
  absl::Duration lifetime = absl::Hours(2);
};

// What one application may do with one key.
struct KeyGrant {
  std::string key;  // The name of a KeyEntry.
  Position position;
  // Words of KeyPurposeWords, that fit the key.
  std::vector<std::string> purposes;
  // SignatureSchemes (RFC 8446, section 4.2.3); empty: all of the key's.
  std::vector<uint16_t> schemes;
};

// One application.
struct KeyUser {
  std::string name;
  Position position;
  // The user that may connect by the path in `listen`; unset: an inherited
  // descriptor only.
  std::optional<uint32_t> uid;
  std::vector<KeyGrant> grants;
  // Limits: signatures and other uses in a second (and at once, after a pause),
  // requests that wait, and channels (processes, in general).
  int signatures_per_second = 2000;
  int requests_under_way = 2000;
  int channels = 256;
};

struct KeysFile {
  std::vector<KeyEntry> keys;
  std::vector<KeyUser> applications;
  std::string listen;  // The path of a socket; empty: none.
};

// What keys are for: "tls1.3-server" and so on.
absl::Span<const absl::string_view> KeyPurposeWords();

// The IANA name of a SignatureScheme that a grant can name; empty for others.
absl::string_view SignatureSchemeWord(uint16_t scheme);

// Parses the text of `file`, a name for error messages only. Errors
// (kInvalidArgument) begin with the position, as in ParsePolicyFile: an unknown
// key or word, an application without keys, a key that is not in the file, a
// purpose that does not fit the key, two
// applications with the same user, a path that is not absolute. Pure and
// thread-safe.
absl::StatusOr<KeysFile> ParseKeysFile(absl::string_view content,
                                       absl::string_view file);

}  // namespace airlock::config

#endif  // AIRLOCK_CONFIG_KEYS_FILE_H_
