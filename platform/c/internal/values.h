// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Converts the C interface's values to C++ and back.
#ifndef AIRLOCK_PLATFORM_C_INTERNAL_VALUES_H_
#define AIRLOCK_PLATFORM_C_INTERNAL_VALUES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/c/airlock.h"
#include "platform/wrap_options.h"
#include "ssl/options.h"
#include "ssl/secret.h"
#include "ssl/transport.h"

namespace airlock::c::internal {

// The bytes of `value`; valid as long as it is.
inline airlock_bytes Bytes(absl::string_view value) {
  return {value.data(), value.size()};
}

// The bytes, or unset if they are not given. `name` is their name in errors,
// here and below. If data is NULL, size must be 0.
absl::StatusOr<std::optional<absl::string_view>> Given(airlock_bytes bytes,
                                                       absl::string_view name);
// The same, with empty for not given.
absl::StatusOr<std::string> Text(airlock_bytes bytes, absl::string_view name);
absl::StatusOr<std::optional<ssl::Secret>> GivenSecret(airlock_bytes bytes,
                                                       absl::string_view name);
absl::StatusOr<std::vector<std::string>> Texts(const airlock_bytes* list,
                                               size_t count,
                                               absl::string_view name);

// The same for the path of a file: contains no NUL.
absl::StatusOr<std::optional<std::string>> GivenPath(airlock_bytes bytes,
                                                     absl::string_view name);

// Ok if `list` may have `count` elements.
absl::Status CheckList(const void* list, size_t count, absl::string_view name);

// A number that is not negative: `otherwise` for 0, and 0 for AIRLOCK_ZERO.
absl::StatusOr<int64_t> Number(int64_t value, int64_t otherwise,
                               absl::string_view name);

// A copy of `value`, for the caller to free.
absl::Status Give(absl::string_view value, airlock_buffer* out);

// AIRLOCK_UNSET, AIRLOCK_YES or AIRLOCK_NO; the second gives `otherwise` for
// unset.
absl::StatusOr<std::optional<bool>> Choice(int32_t value,
                                           absl::string_view name);
absl::StatusOr<bool> Flag(int32_t value, absl::string_view name,
                          bool otherwise = false);

// The number for a field that can be copied back into options.
constexpr int32_t ChoiceNumber(bool value) {
  return value ? AIRLOCK_YES : AIRLOCK_NO;
}

// The defaults of a client: verify the chain and the name, unless SPIFFE IDs
// take its place. Sets what is unset.
void SetVerificationDefaults(bool server_side, bool spiffe,
                             std::optional<ssl::VerifyMode>* cert_reqs,
                             std::optional<bool>* check_hostname);

absl::StatusOr<std::optional<ssl::VerifyMode>> CertReqs(int32_t value);
// `otherwise` for 0.
absl::StatusOr<int> SecurityLevel(int32_t value, int otherwise);
absl::StatusOr<ssl::Protocol> SslVersion(int32_t value);
absl::StatusOr<std::optional<ssl::TlsVersion>> Version(uint16_t value,
                                                       absl::string_view name);
absl::StatusOr<ssl::VerifyFlags> Flags(uint32_t value);
absl::StatusOr<std::vector<ssl::TlsVersion>> DisabledVersions(uint32_t value);
// At most one of the two may be given.
absl::StatusOr<platform::CaCerts> Bundle(airlock_bytes ca_certs,
                                         airlock_bytes cadata);

// Stores the value of `from` in *to, if `from` is ok.
template <typename From, typename To>
absl::Status Put(absl::StatusOr<From> from, To* to) {
  if (!from.ok()) return from.status();
  *to = *std::move(from);
  return absl::OkStatus();
}

// Overwrites `size` bytes at `data` when destroyed.
class Wiper {
 public:
  Wiper(void* data, size_t size) : data_(data), size_(size) {}
  ~Wiper();
  Wiper(const Wiper&) = delete;
  Wiper& operator=(const Wiper&) = delete;

 private:
  void* const data_;
  const size_t size_;
};

// The status for the result of a socket call.
airlock_status StatusOf(const ssl::IoResult& result);

// The user data for a host's callbacks; calls `release` when no callback needs
// it any more. Thread-safe.
class UserData {
 public:
  UserData(void* user, void (*release)(void*))
      : user_(user), release_(release) {}
  ~UserData();
  UserData(const UserData&) = delete;
  UserData& operator=(const UserData&) = delete;

  void* get() const { return user_; }

 private:
  void* const user_;
  void (*const release_)(void*);
};
using UserDataPtr = std::shared_ptr<const UserData>;

// Calls `release` even if memory runs out.
UserDataPtr MakeUserData(void* user, void (*release)(void*));

}  // namespace airlock::c::internal

#endif  // AIRLOCK_PLATFORM_C_INTERNAL_VALUES_H_
