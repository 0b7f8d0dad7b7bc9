// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Asks for a pre-shared key before BoringSSL needs it.
#ifndef AIRLOCK_SSL_INTERNAL_PSK_LOOKAHEAD_H_
#define AIRLOCK_SSL_INTERNAL_PSK_LOOKAHEAD_H_

#include <openssl/base.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ssl/io_result.h"

namespace airlock::ssl::internal {

// BoringSSL asks for a pre-shared key once and needs the answer at once. This
// class reads the peer's records ahead of BoringSSL, and holds back the record
// that makes it ask (RFC 4279, section 2): on a server the ClientKeyExchange,
// which has the identity; on a client the ServerHelloDone, before which the
// hint may have come. It passes the record on once the application has
// answered.
//
// It never changes records: it passes on what it does not understand, for
// BoringSSL to reject. From the first encrypted record on, it passes everything
// through. Thread-compatible.
class PskLookahead {
 public:
  // Like Transport::Read.
  using Source = absl::FunctionRef<IoResult(absl::Span<uint8_t>)>;
  // Called with the hint or identity; false: the answer comes later.
  using Ask = std::function<bool(absl::string_view question)>;

  // For `ssl`, which must outlive it.
  PskLookahead(const SSL* ssl, Ask ask);
  PskLookahead(const PskLookahead&) = delete;
  PskLookahead& operator=(const PskLookahead&) = delete;

  // Like Transport::Read, from `source`; WantCallback(kPsk) while the answer is
  // pending. `into` is not empty.
  IoResult Read(absl::Span<uint8_t> into, Source source);

 private:
  // How many bytes `record_` still needs; 0: it is complete.
  size_t Missing() const;
  void SeeRecord();
  void SeeMessage(uint8_t type, absl::Span<const uint8_t> body);
  void SeeServerHello(absl::Span<const uint8_t> body);
  // Records the hint or identity to ask about.
  void Question(absl::Span<const uint8_t> bytes);

  const SSL* const ssl_;
  const Ask ask_;
  bool watching_ = true;  // For the message that makes BoringSSL ask.
  std::string record_;    // The bytes read, and how many were passed on.
  size_t given_ = 0;
  bool whole_ = false;
  std::string messages_;     // The beginning of an unfinished message.
  std::string hint_;         // On a client: from the server.
  bool psk_chosen_ = false;  // On a client: by the server.
  std::optional<std::string> question_;
};

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_PSK_LOOKAHEAD_H_
