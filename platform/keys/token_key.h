// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Keys of PKCS #11 tokens, each signed with in a process of its own.
#ifndef AIRLOCK_PLATFORM_KEYS_TOKEN_KEY_H_
#define AIRLOCK_PLATFORM_KEYS_TOKEN_KEY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "config/pkcs11_uri.h"
#include "platform/internal/unique_fd.h"
#include "platform/keys/outside_key.h"
#include "ssl/credentials.h"
#include "ssl/secret.h"

namespace airlock::keys {

struct TokenKeyOptions {
  config::Pkcs11Uri uri;
  std::string module;  // The path of the module.
  ssl::Secret pin;     // Empty: none.
  // Of the module, which has no others.
  std::map<std::string, std::string> environment;
  bool network = false;  // The module may use IP sockets.
};

// The key of a token. A module is code of a third party, which reads files and
// talks to devices whenever it signs; so it is in a process that has nothing
// but the PIN and digests to sign (ConfineTokenModule). If the module crashes
// or does not answer for 30 seconds, that process is ended and started again.
// Thread-compatible.
class TokenKey : public OutsideKey {
 public:
  // Starts the process, which loads the module at its first request. Call it
  // while the caller has one thread and no secret but this PIN: the process is
  // a fork. It ends with the caller. Errors: kInternal.
  static absl::StatusOr<std::unique_ptr<TokenKey>> Start(
      TokenKeyOptions options);

  // Opens the token and signs something with the key, to be sure that it
  // belongs to `certificate`. Waits. Errors: kUnavailable if the token is not
  // ready; kInvalidArgument if the key is another one.
  absl::Status Open(std::shared_ptr<const ssl::Credentials> certificate);

  const std::vector<uint16_t>& schemes() const override { return schemes_; }
  absl::Status Begin(uint16_t scheme, absl::string_view input) override;
  std::optional<absl::StatusOr<std::string>> Take() override;
  int fd() const override { return socket_.get(); }
  bool ended() const override { return ended_; }

 private:
  TokenKey(std::string name, platform::internal::UniqueFd socket);
  absl::Status Send(uint16_t scheme, absl::string_view digest);
  absl::Status Ended();
  absl::StatusOr<std::string> Wait();

  const std::string name_;  // The URI.
  const platform::internal::UniqueFd socket_;
  std::shared_ptr<const ssl::Credentials> certificate_;
  std::vector<uint16_t> schemes_;
  uint32_t number_ = 0;  // Of the last request.
  uint16_t scheme_ = 0;  // Of the last request; 0: it asked for the schemes.
  bool under_way_ = false;
  bool ended_ = false;
};

}  // namespace airlock::keys

#endif  // AIRLOCK_PLATFORM_KEYS_TOKEN_KEY_H_
