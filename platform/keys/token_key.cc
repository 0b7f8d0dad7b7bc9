// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/token_key.h"

#include <poll.h>

#include <cerrno>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "platform/keys/internal/token_process.h"
#include "platform/keys/packet.h"
#include "ssl/shown.h"
#include "ssl/sign.h"

namespace airlock::keys {
namespace {

using internal::TokenPacket;

// What the key signs when the service starts. It is not a handshake.
constexpr absl::string_view kTrial = "airlock keyd: is this the key?";

}  // namespace

absl::StatusOr<std::unique_ptr<TokenKey>> TokenKey::Start(
    TokenKeyOptions options) {
  std::string name = ssl::Shown(options.uri.text);
  absl::StatusOr<platform::internal::UniqueFd> socket =
      internal::ForkTokenProcess(std::move(options));
  if (!socket.ok()) return socket.status();
  return std::unique_ptr<TokenKey>(
      new TokenKey(std::move(name), *std::move(socket)));
}

TokenKey::TokenKey(std::string name, platform::internal::UniqueFd socket)
    : name_(std::move(name)), socket_(std::move(socket)) {}

absl::Status TokenKey::Open(
    std::shared_ptr<const ssl::Credentials> certificate) {
  certificate_ = std::move(certificate);
  absl::Status sent = Send(0, absl::string_view());
  if (!sent.ok()) return sent;
  const absl::StatusOr<std::string> token = Wait();
  if (!token.ok()) return token.status();
  std::vector<uint16_t> known;
  for (size_t i = 0; i + 1 < token->size(); i += 2) {
    known.push_back(
        static_cast<uint16_t>(static_cast<unsigned char>((*token)[i]) << 8 |
                              static_cast<unsigned char>((*token)[i + 1])));
  }
  for (const uint16_t scheme : ssl::SignatureSchemes(*certificate_)) {
    if (absl::c_linear_search(known, scheme)) schemes_.push_back(scheme);
  }
  const std::string both = absl::StrCat(
      "the certificate of ", certificate_->chain().front().subject(),
      " and the key ", name_, " do not belong together");
  if (schemes_.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(both, ": they are of different types"));
  }
  sent = Begin(schemes_.front(), kTrial);
  if (!sent.ok()) return sent;
  absl::StatusOr<std::string> signature = Wait();
  if (!signature.ok()) return signature.status();
  const absl::Status checked =
      ssl::CheckSignature(*certificate_, schemes_.front(), kTrial, *signature);
  if (checked.ok()) return checked;
  return absl::InvalidArgumentError(absl::StrCat(
      both,
      ": a signature of the key does not fit the certificate's public "
      "key"));
}

absl::Status TokenKey::Ended() {
  ended_ = true;
  under_way_ = false;
  return absl::UnavailableError(absl::StrCat(
      name_, ": the process of the token has ended; restart the service"));
}

absl::Status TokenKey::Send(uint16_t scheme, absl::string_view digest) {
  TokenPacket packet;
  // 0 means that no request is under way.
  number_ = number_ == UINT32_MAX ? 1 : number_ + 1;
  packet.number = number_;
  packet.code = scheme;
  packet.bytes = std::string(digest);
  absl::Status sent = SendPacket(socket_.get(), internal::EncodeToken(packet));
  if (absl::IsOutOfRange(sent)) return Ended();
  scheme_ = scheme;
  under_way_ = sent.ok();
  return sent;
}

absl::Status TokenKey::Begin(uint16_t scheme, absl::string_view input) {
  const absl::StatusOr<std::string> digest =
      ssl::SignedDigest(*certificate_, scheme, input);
  if (!digest.ok()) return digest.status();
  return Send(scheme, *digest);
}

std::optional<absl::StatusOr<std::string>> TokenKey::Take() {
  using Result = absl::StatusOr<std::string>;
  while (!ended_) {
    const absl::StatusOr<Packet> packet = ReceivePacket(socket_.get());
    if (absl::IsUnavailable(packet.status())) break;
    if (!packet.ok()) {
      const bool under_way = under_way_;
      absl::Status ended = Ended();
      if (!under_way) break;
      return Result(std::move(ended));
    }
    std::optional<TokenPacket> answer = internal::DecodeToken(packet->bytes);
    // A process that crashed after its answer has answered twice.
    if (!under_way_ || !answer.has_value() || answer->number != number_) {
      continue;
    }
    under_way_ = false;
    if (answer->code == 0) {
      return Result(absl::UnavailableError(answer->bytes));
    }
    return scheme_ != 0 && certificate_->key_type() == ssl::KeyType::kEcdsa
               ? ssl::EcdsaSignature(answer->bytes)
               : Result(std::move(answer->bytes));
  }
  return std::nullopt;
}

absl::StatusOr<std::string> TokenKey::Wait() {
  while (true) {
    pollfd ready = {socket_.get(), POLLIN, 0};
    if (poll(&ready, 1, -1) < 0 && errno != EINTR) {
      return absl::InternalError(
          absl::ErrnoToStatus(errno, "cannot wait for a token").message());
    }
    std::optional<absl::StatusOr<std::string>> answer = Take();
    if (answer.has_value()) return *std::move(answer);
  }
}

}  // namespace airlock::keys
