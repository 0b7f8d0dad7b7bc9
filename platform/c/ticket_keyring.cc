// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/ticket_keyring.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "config/environment.h"
#include "platform/c/airlock.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/handles.h"
#include "platform/c/internal/structs.h"
#include "platform/c/internal/values.h"
#include "platform/keys/key_client.h"

using airlock::c::internal::CheckList;
using airlock::c::internal::Flag;
using airlock::c::internal::Given;
using airlock::c::internal::GivenSecret;
using airlock::c::internal::Guarded;
using airlock::c::internal::Invalid;
using airlock::c::internal::IsNull;
using airlock::c::internal::Outcome;
using airlock::c::internal::ReadStruct;
using airlock::keys::Waiting;
using airlock::ssl::Secret;
using airlock::ssl::TicketKey;
using airlock::ssl::TicketKeyring;

namespace {

absl::StatusOr<TicketKey> KeyOf(const airlock_ticket_key* given) {
  if (given == nullptr) return IsNull("keys[]");
  const auto known = ReadStruct(given, "keys[]");
  if (!known.ok()) return known.status();
  auto name = Given(known->name, "name");
  if (!name.ok()) return name.status();
  auto secret = GivenSecret(known->secret, "secret");
  if (!secret.ok()) return secret.status();
  TicketKey key;
  key.name = std::string(name->value_or(""));
  key.secret = std::move(*secret).value_or(Secret());
  key.seals_from = absl::FromUnixSeconds(known->seals_from_s);
  key.seals_until = absl::FromUnixSeconds(known->seals_until_s);
  return key;
}

}  // namespace

airlock_status airlock_ticket_keyring_new(int64_t lifetime_s,
                                          airlock_ticket_keyring** keyring,
                                          airlock_error** error) {
  if (keyring != nullptr) *keyring = nullptr;
  return Guarded(error, [&]() -> Outcome {
    if (keyring == nullptr) return IsNull("keyring");
    airlock::ssl::TicketKeyringOptions options;
    if (lifetime_s != 0) options.lifetime = absl::Seconds(lifetime_s);
    auto made = TicketKeyring::Create(std::move(options));
    if (!made.ok()) return made.status();
    *keyring = new airlock_ticket_keyring{*std::move(made), nullptr};
    return AIRLOCK_OK;
  });
}

airlock_status airlock_ticket_keyring_remote(const airlock_runtime* runtime,
                                             airlock_bytes key,
                                             int64_t lifetime_s, int32_t later,
                                             airlock_ticket_keyring** keyring,
                                             airlock_error** error) {
  if (keyring != nullptr) *keyring = nullptr;
  return Guarded(error, [&]() -> Outcome {
    if (runtime == nullptr) return IsNull("runtime");
    if (keyring == nullptr) return IsNull("keyring");
    const auto text = Given(key, "key");
    if (!text.ok()) return text.status();
    const auto name = airlock::keys::KeyReference(text->value_or(""));
    if (!name.has_value()) {
      return Invalid("key is not the text \"airlock-key:NAME\".");
    }
    if (runtime->keys == nullptr) {
      return Invalid(absl::StrCat(
          "key names a key of the key service, and the runtime "
          "has none: ",
          airlock::config::kKeysVariable, " is not set in its environment."));
    }
    const absl::StatusOr<bool> returns = Flag(later, "later");
    if (!returns.ok()) return returns.status();
    airlock::ssl::TicketKeyringOptions options;
    if (lifetime_s != 0) options.lifetime = absl::Seconds(lifetime_s);
    auto made = TicketKeyring::CreateRemote(
        runtime->keys->TicketsFor(
            *name, *returns ? Waiting::kReturns : Waiting::kBlocks),
        std::move(options));
    if (!made.ok()) return made.status();
    *keyring = new airlock_ticket_keyring{*std::move(made), nullptr};
    return AIRLOCK_OK;
  });
}

void airlock_ticket_keyring_free(airlock_ticket_keyring* keyring) {
  airlock::c::internal::Drop(keyring);
}

airlock_status airlock_ticket_keyring_update(
    airlock_ticket_keyring* keyring, const airlock_ticket_key* const* keys,
    size_t keys_count, airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (keyring == nullptr) return IsNull("keyring");
    if (keyring->refresher != nullptr) {
      return Invalid("The keys of this keyring come from a Redis.");
    }
    const absl::Status good = CheckList(keys, keys_count, "keys");
    if (!good.ok()) return good;
    std::vector<TicketKey> all;
    for (size_t i = 0; i < keys_count; ++i) {
      auto key = KeyOf(keys[i]);
      if (!key.ok()) return key.status();
      all.push_back(*std::move(key));
    }
    // The clock is that of the contexts, which drop keys that have ended.
    const absl::Status updated =
        keyring->keyring->Update(std::move(all), absl::InfinitePast());
    if (!updated.ok()) return updated;
    return AIRLOCK_OK;
  });
}
