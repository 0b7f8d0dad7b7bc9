// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/check_ticket_keys.h"

#include <openssl/mem.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "ssl/error.h"

namespace airlock::ssl::internal {
namespace {

constexpr absl::Duration kMostLifetime = absl::Hours(24 * 7);
constexpr absl::Duration kMostSkew = absl::Hours(1);

absl::Status Invalid(absl::string_view where, absl::string_view what,
                     absl::string_view advice) {
  return MakeStatus(ErrorKind::kInvalidArgument,
                    ErrorParts{where, what, advice});
}

bool IsOneByteRepeated(absl::string_view bytes) {
  unsigned differences = 0;
  for (const char byte : bytes) {
    differences |= static_cast<unsigned>(byte ^ bytes[0]);
  }
  return differences == 0;
}

bool SameSecret(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() &&
         CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

absl::Status CheckKey(const std::string& where, const TicketKey& key) {
  if (key.name.size() != TicketKey::kNameSize) {
    return Invalid(where,
                   absl::StrCat("its name has ", key.name.size(), " bytes"),
                   "it must have 16 random bytes.");
  }
  if (key.secret.size() != TicketKey::kSecretSize) {
    return Invalid(where,
                   absl::StrCat("its secret has ", key.secret.size(), " bytes"),
                   "it must have 32 random bytes.");
  }
  if (IsOneByteRepeated(key.name) || IsOneByteRepeated(key.secret.view())) {
    return Invalid(where, "one byte is repeated throughout its name or secret",
                   "both must be random.");
  }
  if (key.seals_from == absl::InfinitePast() ||
      !(key.seals_from < key.seals_until)) {
    return Invalid(where, "it ends before it begins to seal",
                   "seals_until must be after seals_from.");
  }
  if (key.seals_until - key.seals_from > TicketKey::kMostSealing) {
    return Invalid(where, "it seals for more than seven days",
                   "use a new key at least every week (RFC 8446, section "
                   "4.6.1).");
  }
  return absl::OkStatus();
}

// Compares with a key that is not the same object.
absl::Status CheckPair(const std::string& where, const TicketKey& key,
                       const KnownTicketKey& other, absl::string_view which) {
  const bool same_name = key.name == other.name;
  const bool same_secret = SameSecret(key.secret.view(), other.secret);
  if (same_secret && !same_name) {
    return Invalid(where, absl::StrCat("its secret is that of ", which),
                   "each key needs new random bytes.");
  }
  if (same_name && !same_secret) {
    return Invalid(where, absl::StrCat("its name is that of ", which),
                   "each key needs a new random name.");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckTicketKeys(absl::Span<const TicketKey> keys,
                             absl::Span<const KnownTicketKey> known) {
  if (keys.empty()) {
    return Invalid("ticket keys", "there are none", "give at least one.");
  }
  if (keys.size() > TicketKeyring::kMostKeys) {
    return Invalid("ticket keys", absl::StrCat("there are ", keys.size()),
                   absl::StrCat("at most ", TicketKeyring::kMostKeys,
                                " are allowed; leave out those that have "
                                "ended."));
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    const std::string where = absl::StrCat("ticket key ", i + 1);
    absl::Status status = CheckKey(where, keys[i]);
    for (size_t j = 0; j < i && status.ok(); ++j) {
      const std::string which = absl::StrCat("key ", j + 1);
      status = CheckPair(where, keys[i], {keys[j].name, keys[j].secret.view()},
                         which);
      if (status.ok() && keys[i].name == keys[j].name) {
        status = Invalid(where, absl::StrCat("it is ", which, " again"),
                         "leave one out.");
      }
    }
    for (const KnownTicketKey& other : known) {
      if (!status.ok()) break;
      status = CheckPair(where, keys[i], other, "a key that was used before");
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckTicketKeyringOptions(const TicketKeyringOptions& options) {
  if (options.lifetime < absl::Seconds(1) || options.lifetime > kMostLifetime) {
    return Invalid("lifetime", absl::FormatDuration(options.lifetime),
                   "it must be from one second to seven days (RFC 8446, "
                   "section 4.6.1).");
  }
  if (options.clock_skew < absl::ZeroDuration() ||
      options.clock_skew > kMostSkew) {
    return Invalid("clock_skew", absl::FormatDuration(options.clock_skew),
                   "it must be from zero to an hour.");
  }
  return absl::OkStatus();
}

}  // namespace airlock::ssl::internal
