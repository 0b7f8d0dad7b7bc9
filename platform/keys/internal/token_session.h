// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A private key of a PKCS #11 token, in the process that has its module.
#ifndef AIRLOCK_PLATFORM_KEYS_INTERNAL_TOKEN_SESSION_H_
#define AIRLOCK_PLATFORM_KEYS_INTERNAL_TOKEN_SESSION_H_

#include <p11-kit-1/p11-kit/pkcs11.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "config/pkcs11_uri.h"

namespace airlock::keys::internal {

// Keeps one session with the token, and makes another one when it has ended.
// Thread-compatible.
class TokenSession {
 public:
  // Loads the module. `pin` must outlive the session; empty: the token needs no
  // login. Errors: kFailedPrecondition.
  static absl::StatusOr<TokenSession> Create(const std::string& module,
                                             config::Pkcs11Uri uri,
                                             absl::string_view pin);
  // Takes a module that is loaded already.
  TokenSession(CK_FUNCTION_LIST* functions, config::Pkcs11Uri uri,
               absl::string_view pin);

  // The schemes of the key, as far as the token has the mechanisms. Opens a
  // session. Errors: kUnavailable, with what the operator needs to know.
  absl::StatusOr<std::vector<uint16_t>> Schemes();

  // The signature of a digest (of the input, for Ed25519); that of ECDSA has
  // two numbers of the same size. If a session that was open has ended, tries
  // again with a new one. Errors: kUnavailable.
  absl::StatusOr<std::string> Sign(uint16_t scheme, absl::string_view digest);

  // Whether the token has refused the PIN. It may count such logins, so no
  // other is tried.
  bool pin_refused() const { return pin_refused_; }

 private:
  absl::Status Open();
  absl::Status FindSlot();
  absl::Status LogIn();
  absl::Status FindKey();
  absl::Status Error(absl::string_view what, CK_RV code) const;
  absl::Status Error(absl::string_view what) const;
  bool Matches(const CK_TOKEN_INFO& info, CK_SLOT_ID slot) const;
  absl::StatusOr<std::string> SignOnce(uint16_t scheme,
                                       absl::string_view digest);
  void Close();

  CK_FUNCTION_LIST* functions_;
  config::Pkcs11Uri uri_;
  absl::string_view pin_;
  bool open_ = false;  // The following are valid.
  bool pin_refused_ = false;
  CK_SLOT_ID slot_ = 0;
  CK_FLAGS token_flags_ = 0;
  CK_SESSION_HANDLE session_ = 0;
  CK_OBJECT_HANDLE key_ = 0;
  CK_KEY_TYPE type_ = 0;
  bool always_authenticate_ = false;
};

}  // namespace airlock::keys::internal

#endif  // AIRLOCK_PLATFORM_KEYS_INTERNAL_TOKEN_SESSION_H_
