// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/c/internal/values.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "platform/c/internal/guard.h"
#include "ssl/error.h"

namespace airlock::c::internal {
namespace {

// No valid list is longer; an uninitialized count may be.
constexpr size_t kMaxCount = 65535;

// OpenSSL's.
constexpr int32_t kMostSecurityLevel = 5;

absl::Status OutOfRange(absl::string_view name, int64_t value,
                        absl::string_view accepted) {
  return Invalid(
      absl::StrCat(name, " is ", value, ", which is not ", accepted, "."));
}

}  // namespace

absl::StatusOr<std::optional<absl::string_view>> Given(airlock_bytes bytes,
                                                       absl::string_view name) {
  if (bytes.size > PTRDIFF_MAX) {
    return Invalid(absl::StrCat(name, ".size is ", bytes.size,
                                ", which is more than memory can hold."));
  }
  if (bytes.data != nullptr) return {absl::string_view(bytes.data, bytes.size)};
  if (bytes.size == 0) return {std::nullopt};
  return Invalid(
      absl::StrCat(name, ".data is NULL, but its size is ", bytes.size, "."));
}

absl::StatusOr<std::string> Text(airlock_bytes bytes, absl::string_view name) {
  const auto given = Given(bytes, name);
  if (!given.ok()) return given.status();
  return std::string(given->value_or(absl::string_view()));
}

absl::StatusOr<std::optional<ssl::Secret>> GivenSecret(airlock_bytes bytes,
                                                       absl::string_view name) {
  const auto given = Given(bytes, name);
  if (!given.ok()) return given.status();
  std::optional<ssl::Secret> secret;
  if (given->has_value()) secret.emplace(**given);
  return secret;
}

absl::StatusOr<std::vector<std::string>> Texts(const airlock_bytes* list,
                                               size_t count,
                                               absl::string_view name) {
  const absl::Status good = CheckList(list, count, name);
  if (!good.ok()) return good;
  std::vector<std::string> texts;
  for (size_t i = 0; i < count; ++i) {
    absl::StatusOr<std::string> text = Text(list[i], name);
    if (!text.ok()) return text.status();
    texts.push_back(*std::move(text));
  }
  return texts;
}

absl::StatusOr<std::optional<std::string>> GivenPath(airlock_bytes bytes,
                                                     absl::string_view name) {
  const auto given = Given(bytes, name);
  if (!given.ok()) return given.status();
  if (!given->has_value()) return {std::nullopt};
  if ((*given)->find('\0') != absl::string_view::npos) {
    return Invalid(absl::StrCat(name, " contains a NUL, which no path can."));
  }
  return {std::string(**given)};
}

absl::Status CheckList(const void* list, size_t count, absl::string_view name) {
  if (list == nullptr && count > 0) {
    return Invalid(
        absl::StrCat(name, " is NULL, but its count is ", count, "."));
  }
  if (count > kMaxCount) {
    return Invalid(absl::StrCat(name, "_count is ", count, "; at most ",
                                kMaxCount, " are allowed."));
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Number(int64_t value, int64_t otherwise,
                               absl::string_view name) {
  if (value > 0) return value;
  if (value == 0) return otherwise;
  if (value == AIRLOCK_ZERO) return 0;
  return OutOfRange(name, value, "at least 0, or AIRLOCK_ZERO");
}

absl::Status Give(absl::string_view value, airlock_buffer* out) {
  // An empty value has memory, too: NULL would mean "not given".
  auto* const data = static_cast<char*>(std::malloc(value.size() + 1));
  if (data == nullptr) {
    return ssl::MakeStatus(ssl::ErrorKind::kInternal, "Out of memory.");
  }
  std::memcpy(data, value.data(), value.size());
  data[value.size()] = '\0';
  *out = {data, value.size()};
  return absl::OkStatus();
}

absl::StatusOr<std::optional<bool>> Choice(int32_t value,
                                           absl::string_view name) {
  switch (value) {
    case AIRLOCK_UNSET:
      return {std::nullopt};
    case AIRLOCK_NO:
      return {false};
    case AIRLOCK_YES:
      return {true};
    default:
      return OutOfRange(name, value,
                        "AIRLOCK_UNSET, AIRLOCK_YES or AIRLOCK_NO");
  }
}

absl::StatusOr<bool> Flag(int32_t value, absl::string_view name,
                          bool otherwise) {
  const auto choice = Choice(value, name);
  if (!choice.ok()) return choice.status();
  return choice->value_or(otherwise);
}

void SetVerificationDefaults(bool server_side, bool spiffe,
                             std::optional<ssl::VerifyMode>* cert_reqs,
                             std::optional<bool>* check_hostname) {
  if (server_side) return;
  if (!cert_reqs->has_value()) *cert_reqs = ssl::VerifyMode::kRequired;
  if (!spiffe && !check_hostname->has_value() &&
      *cert_reqs != ssl::VerifyMode::kNone) {
    *check_hostname = true;
  }
}

absl::StatusOr<std::optional<ssl::VerifyMode>> CertReqs(int32_t value) {
  switch (value) {
    case AIRLOCK_UNSET:
      return {std::nullopt};
    case AIRLOCK_CERT_NONE:
      return {ssl::VerifyMode::kNone};
    case AIRLOCK_CERT_OPTIONAL:
      return {ssl::VerifyMode::kOptional};
    case AIRLOCK_CERT_REQUIRED:
      return {ssl::VerifyMode::kRequired};
    default:
      return OutOfRange("cert_reqs", value, "an AIRLOCK_CERT_* number");
  }
}

absl::StatusOr<int> SecurityLevel(int32_t value, int otherwise) {
  if (value == 0) return otherwise;
  if (value == AIRLOCK_SECURITY_LEVEL_0) return 0;
  if (value >= 1 && value <= kMostSecurityLevel) return value;
  return OutOfRange("security_level", value,
                    "a number from 0 to 5, or AIRLOCK_SECURITY_LEVEL_0");
}

absl::StatusOr<ssl::Protocol> SslVersion(int32_t value) {
  switch (value) {
    case AIRLOCK_PROTOCOL_SSLV23:
      return ssl::Protocol::kSslv23;
    case AIRLOCK_PROTOCOL_TLSV1:
      return ssl::Protocol::kTlsv1;
    case AIRLOCK_PROTOCOL_TLSV1_1:
      return ssl::Protocol::kTlsv1_1;
    case AIRLOCK_PROTOCOL_TLSV1_2:
      return ssl::Protocol::kTlsv1_2;
    default:
      return OutOfRange("ssl_version", value, "an AIRLOCK_PROTOCOL_* number");
  }
}

absl::StatusOr<std::optional<ssl::TlsVersion>> Version(uint16_t value,
                                                       absl::string_view name) {
  if (value == 0) return {std::nullopt};
  if (value >= AIRLOCK_TLS_1_0 && value <= AIRLOCK_TLS_1_3) {
    return {static_cast<ssl::TlsVersion>(value)};
  }
  return OutOfRange(name, value, "an AIRLOCK_TLS_* number");
}

absl::StatusOr<ssl::VerifyFlags> Flags(uint32_t value) {
  // A flag that is on by default has a bit that turns it off.
  const uint32_t on_by_default = ssl::FlagBits(ssl::VerifyFlags());
  uint32_t known = AIRLOCK_VERIFY_NO_TRUSTED_FIRST;
  ssl::VerifyFlags flags;
  ssl::VisitFlags(flags, [&](absl::string_view /*name*/, uint32_t bit,
                             bool& /*flag*/) { known |= bit; });
  if ((value & ~(known & ~on_by_default)) != 0) {
    return OutOfRange("verify_flags", value,
                      "a combination of AIRLOCK_VERIFY_*");
  }
  flags = ssl::FlagsFromBits(value);
  flags.trusted_first = (value & AIRLOCK_VERIFY_NO_TRUSTED_FIRST) == 0;
  return flags;
}

absl::StatusOr<std::vector<ssl::TlsVersion>> DisabledVersions(uint32_t value) {
  if (value >= 2 * AIRLOCK_NO_TLS_1_3) {
    return OutOfRange("disabled_versions", value,
                      "a combination of AIRLOCK_NO_TLS_*");
  }
  std::vector<ssl::TlsVersion> versions;
  for (uint16_t version = AIRLOCK_TLS_1_0; value != 0; ++version, value >>= 1) {
    if ((value & 1) != 0) {
      versions.push_back(static_cast<ssl::TlsVersion>(version));
    }
  }
  return versions;
}

absl::StatusOr<platform::CaCerts> Bundle(airlock_bytes ca_certs,
                                         airlock_bytes cadata) {
  auto path = GivenPath(ca_certs, "ca_certs");
  if (!path.ok()) return path.status();
  const auto bytes = Given(cadata, "cadata");
  if (!bytes.ok()) return bytes.status();
  if (path->has_value() && bytes->has_value()) {
    return Invalid(
        "Both ca_certs (a path) and cadata (certificates) are set; set only "
        "one.");
  }
  if (path->has_value()) {
    return platform::CaCerts(platform::CaPath{**std::move(path)});
  }
  if (bytes->has_value()) {
    return platform::CaCerts(platform::CaBytes{std::string(**bytes), "cadata"});
  }
  return platform::CaCerts();
}

airlock_status StatusOf(const ssl::IoResult& result) {
  switch (result.state()) {
    case ssl::IoState::kDone:
      break;
    case ssl::IoState::kWantRead:
      return AIRLOCK_WANT_READ;
    case ssl::IoState::kWantWrite:
      return AIRLOCK_WANT_WRITE;
    case ssl::IoState::kClosed:
      return AIRLOCK_CLOSED;
    case ssl::IoState::kWantCallback:
      return AIRLOCK_WANT_CALLBACK;
    case ssl::IoState::kFailed:
      return AIRLOCK_ERROR;
  }
  return AIRLOCK_OK;
}

Wiper::~Wiper() { ssl::Wipe(data_, size_); }

UserData::~UserData() {
  if (release_ != nullptr) ShieldedVoid([this] { release_(user_); });
}

UserDataPtr MakeUserData(void* user, void (*release)(void*)) {
  try {
    return std::make_shared<const UserData>(user, release);
  } catch (...) {
    const UserData released(user, release);
    throw;
  }
}

}  // namespace airlock::c::internal
