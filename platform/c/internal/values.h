// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The C interface's values as C++ has them, and back.
#ifndef AIRLOCK_PLATFORM_C_INTERNAL_VALUES_H_
#define AIRLOCK_PLATFORM_C_INTERNAL_VALUES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "platform/c/airlock.h"
#include "platform/wrap_options.h"
#include "ssl/options.h"
#include "ssl/secret.h"
#include "ssl/transport.h"

namespace airlock::c::internal {

// Of `value`'s; valid as long as it is.
inline airlock_bytes Bytes(absl::string_view value) {
  return {value.data(), value.size()};
}

// The bytes, or nothing where they are not given. `name` is what errors call
// them, here and below. Without data there must be no size.
absl::StatusOr<absl::optional<absl::string_view>> Given(airlock_bytes bytes,
                                                        absl::string_view name);
// The same, with not given as empty.
absl::StatusOr<std::string> Text(airlock_bytes bytes, absl::string_view name);
absl::StatusOr<absl::optional<ssl::Secret>> GivenSecret(airlock_bytes bytes,
                                                        absl::string_view name);
absl::StatusOr<std::vector<std::string>> Texts(const airlock_bytes* list,
                                               size_t count,
                                               absl::string_view name);

// The same, of what says where a file is: no NUL is in it.
absl::StatusOr<absl::optional<std::string>> GivenPath(airlock_bytes bytes,
                                                      absl::string_view name);

// Ok where `list` may have `count` elements.
absl::Status CheckList(const void* list, size_t count, absl::string_view name);

// A number that is not negative. 0 is `otherwise`, and AIRLOCK_ZERO is 0.
absl::StatusOr<int64_t> Number(int64_t value, int64_t otherwise,
                               absl::string_view name);

// A copy of `value`, for the caller to free.
absl::Status Give(absl::string_view value, airlock_buffer* out);

// AIRLOCK_UNSET, AIRLOCK_YES or AIRLOCK_NO; and with unset as `otherwise`.
absl::StatusOr<absl::optional<bool>> Choice(int32_t value,
                                            absl::string_view name);
absl::StatusOr<bool> Flag(int32_t value, absl::string_view name,
                          bool otherwise = false);

// The number for a field that can be copied back into options.
constexpr int32_t ChoiceNumber(bool value) {
  return value ? AIRLOCK_YES : AIRLOCK_NO;
}

// What a client verifies that says nothing, or not all, about it: the chain and
// the name. Sets what is unset.
void SetVerificationDefaults(bool server_side,
                             absl::optional<ssl::VerifyMode>* cert_reqs,
                             absl::optional<bool>* check_hostname);

absl::StatusOr<absl::optional<ssl::VerifyMode>> CertReqs(int32_t value);
// 0 is `otherwise`.
absl::StatusOr<int> SecurityLevel(int32_t value, int otherwise);
absl::StatusOr<ssl::Protocol> SslVersion(int32_t value);
absl::StatusOr<absl::optional<ssl::TlsVersion>> Version(uint16_t value,
                                                        absl::string_view name);
absl::StatusOr<ssl::VerifyFlags> Flags(uint32_t value);
absl::StatusOr<std::vector<ssl::TlsVersion>> DisabledVersions(uint32_t value);
// Of the two, one at the most.
absl::StatusOr<platform::CaCerts> Bundle(airlock_bytes ca_certs,
                                         airlock_bytes cadata);

// Puts `from`, where it is good, into *to.
template <typename From, typename To>
absl::Status Put(absl::StatusOr<From> from, To* to) {
  if (!from.ok()) return from.status();
  *to = *std::move(from);
  return absl::OkStatus();
}

// Overwrites `size` bytes at `data` at its end.
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

// What a call of a socket's came to.
airlock_status StatusOf(const ssl::IoResult& result);

// What a host handed over for its callbacks; told once they are done with.
// Thread-safe.
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

// Also where there is no memory for it, `release` is called.
UserDataPtr MakeUserData(void* user, void (*release)(void*));

}  // namespace airlock::c::internal

#endif  // AIRLOCK_PLATFORM_C_INTERNAL_VALUES_H_
