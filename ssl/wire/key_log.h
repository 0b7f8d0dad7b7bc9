// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Parses key log files, the format of SSLKEYLOGFILE.
#ifndef AIRLOCK_SSL_WIRE_KEY_LOG_H_
#define AIRLOCK_SSL_WIRE_KEY_LOG_H_

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "ssl/secret.h"

namespace airlock::ssl::wire {

// The secrets of any number of connections, wiped when dropped. Immutable once
// parsed, and then thread-safe.
class KeyLog {
 public:
  // A line that is not understood.
  struct BadLine {
    size_t number = 0;    // From 1.
    std::string problem;  // Without any of the line's content.
  };

  // Parses all of `text`: lines "LABEL CLIENT_RANDOM SECRET" in hexadecimal of
  // either case, comments ("#"), empty lines. Lines that are malformed are
  // left out, and the first of them noted in `bad_lines`. Labels are
  // CLIENT_RANDOM (TLS 1.2 and below) and those of TLS 1.3 (RFC 9850); others
  // are skipped. If a secret is given twice, the last line takes precedence.
  static KeyLog Parse(absl::string_view text, std::vector<BadLine>* bad_lines);

  // The secret with this label for the connection with this ClientHello.random
  // of 32 bytes; empty if it is unknown. Valid as long as this.
  absl::string_view Find(absl::string_view label,
                         absl::string_view random) const;

  bool empty() const { return secrets_.empty(); }
  size_t size() const { return secrets_.size(); }

 private:
  std::map<std::pair<std::string, std::string>, Secret> secrets_;
};

}  // namespace airlock::ssl::wire

#endif  // AIRLOCK_SSL_WIRE_KEY_LOG_H_
