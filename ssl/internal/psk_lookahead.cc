// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/psk_lookahead.h"

#include <openssl/bytestring.h>
#include <openssl/nid.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <utility>

namespace airlock::ssl::internal {
namespace {

constexpr size_t kHeaderSize = 5;
// RFC 5246, section 6.2.3.
constexpr size_t kMaxRecord = 16384 + 2048;

const uint8_t* Bytes(const std::string& text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

bool IsPsk(const SSL_CIPHER* cipher) {
  return cipher != nullptr && SSL_CIPHER_get_auth_nid(cipher) == NID_auth_psk;
}

}  // namespace

PskLookahead::PskLookahead(const SSL* ssl, Ask ask)
    : ssl_(ssl), ask_(std::move(ask)) {}

IoResult PskLookahead::Read(absl::Span<uint8_t> into, Source source) {
  while (true) {
    if (question_.has_value()) {
      if (!ask_(*question_)) return IoResult::WantCallback(LateCallback::kPsk);
      question_.reset();
    }
    if (whole_) {
      const size_t size = std::min(into.size(), record_.size() - given_);
      std::copy_n(Bytes(record_) + given_, size, into.begin());
      given_ += size;
      if (given_ == record_.size()) {
        record_.clear();
        given_ = 0;
        whole_ = false;
      }
      return IoResult::Done(size);
    }
    if (!watching_) return source(into);
    const size_t old_size = record_.size();
    const size_t missing = Missing();
    if (missing == 0) {
      whole_ = true;
      SeeRecord();
      continue;
    }
    record_.resize(old_size + missing);
    const IoResult result = source(absl::MakeSpan(
        reinterpret_cast<uint8_t*>(&record_[old_size]), missing));
    record_.resize(old_size + (result.done() ? result.bytes() : 0));
    if (!result.done()) return result;
  }
}

size_t PskLookahead::Missing() const {
  if (record_.size() < kHeaderSize) return kHeaderSize - record_.size();
  const uint8_t* const header = Bytes(record_);
  const size_t length = size_t{header[3]} << 8 | header[4];
  // Not TLS, or too long: do not read more of it here.
  if (header[1] != SSL3_VERSION_MAJOR || length > kMaxRecord) return 0;
  return kHeaderSize + length - record_.size();
}

void PskLookahead::SeeRecord() {
  switch (record_[0]) {
    case SSL3_RT_ALERT:
      return;
    case SSL3_RT_HANDSHAKE:
      messages_.append(record_, kHeaderSize);
      break;
    default:
      watching_ = false;
      return;
  }
  CBS rest;
  CBS_init(&rest, Bytes(messages_), messages_.size());
  while (watching_) {
    CBS message = rest;
    CBS body;
    uint8_t type = 0;
    if (!CBS_get_u8(&message, &type) ||
        !CBS_get_u24_length_prefixed(&message, &body)) {
      break;
    }
    SeeMessage(type, absl::MakeConstSpan(CBS_data(&body), CBS_len(&body)));
    rest = message;
  }
  messages_.erase(0, messages_.size() - CBS_len(&rest));
}

void PskLookahead::SeeMessage(uint8_t type, absl::Span<const uint8_t> body) {
  CBS in;
  CBS value;
  CBS_init(&in, body.data(), body.size());
  switch (type) {
    case SSL3_MT_SERVER_HELLO:
      SeeServerHello(body);
      break;
    case SSL3_MT_SERVER_KEY_EXCHANGE:
      // In each key exchange with a pre-shared key, the hint is the first
      // field.
      watching_ = CBS_get_u16_length_prefixed(&in, &value) != 0;
      if (watching_) {
        hint_.assign(reinterpret_cast<const char*>(CBS_data(&value)),
                     CBS_len(&value));
      }
      break;
    case SSL3_MT_SERVER_HELLO_DONE:
      watching_ = false;
      if (psk_chosen_) {
        Question(absl::MakeConstSpan(Bytes(hint_), hint_.size()));
      }
      break;
    case SSL3_MT_CLIENT_KEY_EXCHANGE:
      watching_ = false;
      if (IsPsk(SSL_get_pending_cipher(ssl_)) &&
          CBS_get_u16_length_prefixed(&in, &value)) {
        Question(absl::MakeConstSpan(CBS_data(&value), CBS_len(&value)));
      }
      break;
    default:
      break;
  }
}

void PskLookahead::SeeServerHello(absl::Span<const uint8_t> body) {
  CBS in;
  CBS session_id;
  uint16_t version = 0;
  uint16_t cipher = 0;
  CBS_init(&in, body.data(), body.size());
  psk_chosen_ = CBS_get_u16(&in, &version) && CBS_skip(&in, SSL3_RANDOM_SIZE) &&
                CBS_get_u8_length_prefixed(&in, &session_id) &&
                CBS_get_u16(&in, &cipher) &&
                IsPsk(SSL_get_cipher_by_value(cipher));
  watching_ = psk_chosen_;
}

void PskLookahead::Question(absl::Span<const uint8_t> bytes) {
  // BoringSSL rejects longer values, and values with a NUL.
  if (bytes.size() > PSK_MAX_IDENTITY_LEN ||
      std::find(bytes.begin(), bytes.end(), 0) != bytes.end()) {
    return;
  }
  question_.emplace(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace airlock::ssl::internal
