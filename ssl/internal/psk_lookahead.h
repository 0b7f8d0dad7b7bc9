// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Asks for a pre-shared key before BoringSSL needs it.
#ifndef AIRLOCK_SSL_INTERNAL_PSK_LOOKAHEAD_H_
#define AIRLOCK_SSL_INTERNAL_PSK_LOOKAHEAD_H_

#include <openssl/base.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "ssl/io_result.h"

namespace airlock::ssl::internal {

// BoringSSL asks for a pre-shared key once, and the answer must be there. This
// reads the peer's records ahead of it, and holds back the one with the message
// that makes it ask (RFC 4279, section 2): a server's ClientKeyExchange, which
// has the identity, and a client's ServerHelloDone, before which the hint may
// have come. The record goes on once the application has answered.
//
// It only looks: what it does not understand goes on as it is, for BoringSSL to
// refuse. From the first encrypted record on it passes everything through.
// Thread-compatible.
class PskLookahead {
 public:
  // Reads as Transport::Read does.
  using Source = absl::FunctionRef<IoResult(absl::Span<uint8_t>)>;
  // Gets the hint or identity; false: the answer comes later.
  using Ask = std::function<bool(absl::string_view question)>;

  // For `ssl`, which must outlive it.
  PskLookahead(const SSL* ssl, Ask ask);
  PskLookahead(const PskLookahead&) = delete;
  PskLookahead& operator=(const PskLookahead&) = delete;

  // As Transport::Read, from `source`; WantCallback(kPsk) while the answer is
  // to come. `into` is not empty.
  IoResult Read(absl::Span<uint8_t> into, Source source);

 private:
  // How many bytes `record_` must have; 0: it is whole.
  size_t Missing() const;
  void SeeRecord();
  void SeeMessage(uint8_t type, absl::Span<const uint8_t> body);
  void SeeServerHello(absl::Span<const uint8_t> body);
  // Notes what is to be asked: a string of the handshake's.
  void Question(absl::Span<const uint8_t> bytes);

  const SSL* const ssl_;
  const Ask ask_;
  bool watching_ = true;  // For the message that makes BoringSSL ask.
  std::string record_;    // What was read, and how much of it was given on.
  size_t given_ = 0;
  bool whole_ = false;
  std::string messages_;     // The beginning of a message that goes on.
  std::string hint_;         // A client's, from the server.
  bool psk_chosen_ = false;  // A client's: by the server.
  absl::optional<std::string> question_;
};

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_PSK_LOOKAHEAD_H_
