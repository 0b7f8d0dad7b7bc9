// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/ticket_keyring_impl.h"

#include <openssl/mem.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "ssl/error.h"
#include "ssl/guarded.h"
#include "ssl/internal/check_ticket_keys.h"
#include "ssl/random.h"

namespace airlock::ssl {
namespace {

// Fits without memory of its own for most names.
using BindingBytes = absl::InlinedVector<uint8_t, 128>;

// What a ticket is bound to beside its key and nonce.
BindingBytes Binding(absl::string_view key_name,
                     absl::string_view server_name) {
  constexpr absl::string_view kUse = "airlock ticket 1\n";
  BindingBytes bytes(kUse.size() + key_name.size() + server_name.size());
  uint8_t* out = bytes.data();
  std::memcpy(out, kUse.data(), kUse.size());
  out += kUse.size();
  std::memcpy(out, key_name.data(), key_name.size());
  out += key_name.size();
  std::transform(server_name.begin(), server_name.end(), out, [](char c) {
    return static_cast<uint8_t>(absl::ascii_tolower(c));
  });
  return bytes;
}

absl::Span<const uint8_t> Bytes(absl::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

absl::Time TicketKeyring::Impl::OpensUntil(const TicketKey& key) const {
  // The server that sealed may have been late, and this one may be early.
  return key.seals_until + options_.lifetime + 2 * options_.clock_skew;
}

const TicketKeyring::Impl::Key* TicketKeyring::Impl::Sealing(
    const Keys& keys, absl::Time now) const {
  if (keys.empty()) return nullptr;
  // A server's own keys follow its clock.
  if (is_own_) return keys.back().get();
  const auto begun = std::find_if(
      keys.rbegin(), keys.rend(),
      [now](const auto& key) { return key->given.seals_from <= now; });
  // A clock that is late must not stop a server.
  const Key* key = begun == keys.rend() ? keys.front().get() : begun->get();
  const bool in_time = key->given.seals_from - options_.clock_skew <= now &&
                       now < key->given.seals_until + options_.clock_skew;
  return in_time ? key : nullptr;
}

void TicketKeyring::Impl::SetKeys(Keys keys, absl::Time now) {
  // An own key seals until the next one is made, whatever the clock says.
  const auto kept = keys.end() - (own_.has_value() && !keys.empty() ? 1 : 0);
  keys.erase(std::remove_if(
                 keys.begin(), kept,
                 [&](const auto& key) { return OpensUntil(key->given) < now; }),
             kept);
  std::stable_sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) {
    return a->given.seals_from < b->given.seals_from;
  });
  // Only own keys with a short period are more than Update allows.
  if (keys.size() > kMostKeys) {
    keys.erase(keys.begin(), keys.end() - static_cast<ptrdiff_t>(kMostKeys));
  }
  absl::Time due = own_.has_value() ? own_->due() : absl::InfiniteFuture();
  for (const auto& key : keys) {
    due = std::min(due, OpensUntil(key->given) + absl::Seconds(1));
  }
  due_s_ = absl::ToUnixSeconds(due);
  keys_ = std::make_shared<const Keys>(std::move(keys));
}

std::shared_ptr<const TicketKeyring::Impl::Keys> TicketKeyring::Impl::KeysAt(
    absl::Time now) {
  if (absl::ToUnixSeconds(now) < due_s_) {
    const absl::ReaderMutexLock lock(&mutex_);
    return keys_;
  }
  const absl::MutexLock lock(&mutex_);
  Keys keys = *keys_;
  if (own_.has_value()) {
    for (TicketKey& key : own_->Advance(now)) {
      keys.push_back(std::make_shared<const Key>(std::move(key)));
    }
  }
  SetKeys(std::move(keys), now);
  return keys_;
}

bool TicketKeyring::Impl::CanSeal(absl::Time now) {
  // There is always an own key; Seal and Open replace it when that is due.
  if (is_own_) return true;
  const std::shared_ptr<const Keys> keys = KeysAt(now);
  Tell(*keys, now);
  return Sealing(*keys, now) != nullptr;
}

bool TicketKeyring::Impl::Seal(absl::Time now, absl::string_view server_name,
                               absl::Span<const uint8_t> input, uint8_t* out) {
  const std::shared_ptr<const Keys> keys = KeysAt(now);
  const Key* key = Sealing(*keys, now);
  if (key == nullptr) return false;
  std::memcpy(out, key->given.name.data(), TicketKey::kNameSize);
  uint8_t* nonce = out + TicketKey::kNameSize;
  FillRandom(
      {reinterpret_cast<char*>(nonce), internal::TicketAead::kNonceSize});
  const BindingBytes binding = Binding(key->given.name, server_name);
  if (!key->aead.Seal(nonce, input, binding,
                      nonce + internal::TicketAead::kNonceSize)) {
    return false;
  }
  ++sealed_;
  return true;
}

std::optional<TicketBlank> TicketKeyring::Impl::MakeBlank(absl::Time now) {
  const std::shared_ptr<const Keys> keys = KeysAt(now);
  Tell(*keys, now);
  const Key* key = Sealing(*keys, now);
  if (key == nullptr) return std::nullopt;
  TicketBlank blank;
  blank.name = key->given.name;
  blank.nonce.resize(TicketBlank::kNonceSize);
  FillRandom(absl::MakeSpan(blank.nonce));
  std::string derived(TicketBlank::kKeySize, '\0');
  const ScopedWipe wipe(&derived);
  key->aead.Derive(Bytes(blank.nonce).data(),
                   reinterpret_cast<uint8_t*>(&derived[0]));
  blank.key = Secret(derived);
  return blank;
}

bool TicketKeyring::Impl::SealBlank(const TicketBlank& blank,
                                    absl::string_view server_name,
                                    absl::Span<const uint8_t> input,
                                    uint8_t* out) {
  static_assert(TicketBlank::kNonceSize == internal::TicketAead::kNonceSize &&
                    TicketBlank::kKeySize == internal::TicketAead::kKeySize,
                "a blank is for TicketAead");
  // A keeper is another's code.
  if (blank.name.size() != TicketKey::kNameSize ||
      blank.nonce.size() != TicketBlank::kNonceSize ||
      blank.key.size() != TicketBlank::kKeySize) {
    return false;
  }
  std::memcpy(out, blank.name.data(), TicketKey::kNameSize);
  uint8_t* const nonce = out + TicketKey::kNameSize;
  std::memcpy(nonce, blank.nonce.data(), TicketBlank::kNonceSize);
  const BindingBytes binding = Binding(blank.name, server_name);
  if (!internal::TicketAead::SealDerived(Bytes(blank.key.view()).data(), nonce,
                                         input, binding,
                                         nonce + TicketBlank::kNonceSize)) {
    return false;
  }
  ++sealed_;
  return true;
}

absl::StatusOr<std::optional<Secret>> TicketKeyring::Impl::OpenRemote(
    absl::string_view server_name, absl::string_view ticket) {
  std::optional<Secret> content;
  const absl::Status said = Guarded("ticket keeper", [&] {
    absl::StatusOr<std::optional<Secret>> opened =
        keeper_->Open(server_name, ticket);
    if (opened.ok()) content = *std::move(opened);
    return opened.status();
  });
  if (!said.ok()) return said;
  ++(content.has_value() ? opened_ : unknown_);
  return content;
}

void TicketKeyring::Impl::NoteKeeper(const absl::Status& answer) {
  if (!HasChanged(answer.ok())) return;
  TicketKeyringState state;
  state.seals = answer.ok();
  state.failure = std::string(answer.message());
  Tell(state);
}

bool TicketKeyring::Impl::Open(absl::Time now, absl::string_view server_name,
                               absl::Span<const uint8_t> ticket, uint8_t* out) {
  if (ticket.size() < kOverhead) {
    ++unknown_;
    return false;
  }
  const std::shared_ptr<const Keys> keys = KeysAt(now);
  for (const auto& key : *keys) {
    if (CRYPTO_memcmp(ticket.data(), key->given.name.data(),
                      TicketKey::kNameSize) != 0) {
      continue;
    }
    const uint8_t* nonce = ticket.data() + TicketKey::kNameSize;
    const bool good = key->aead.Open(
        nonce,
        ticket.subspan(TicketKey::kNameSize + internal::TicketAead::kNonceSize),
        Binding(key->given.name, server_name), out);
    ++(good ? opened_ : invalid_);
    return good;
  }
  ++unknown_;
  return false;
}

void TicketKeyring::Impl::MakeOwn(absl::Duration period, absl::Time now) {
  const absl::MutexLock lock(&mutex_);
  is_own_ = true;
  told_seals_ = true;
  own_.emplace(period, now);
  SetKeys({std::make_shared<const Key>(own_->Rotate(now))}, now);
}

absl::Status TicketKeyring::Impl::Update(std::vector<TicketKey> keys,
                                         absl::Time now) {
  std::shared_ptr<const Keys> set;
  {
    const absl::MutexLock lock(&mutex_);
    if (own_.has_value()) {
      return MakeStatus(ErrorKind::kInvalidArgument,
                        ErrorParts{"ticket keyring", "makes its own keys",
                                   "create it without a period."});
    }
    if (keeper_ != nullptr) {
      return MakeStatus(
          ErrorKind::kInvalidArgument,
          ErrorParts{"ticket keyring", "has its keys in another process",
                     "change them there."});
    }
    std::vector<const TicketKey*> known;
    known.reserve(keys_->size());
    for (const auto& key : *keys_) known.push_back(&key->given);
    const absl::Status checked = internal::CheckTicketKeys(keys, known);
    if (!checked.ok()) return checked;
    Keys replaced;
    replaced.reserve(keys.size());
    for (TicketKey& key : keys) {
      replaced.push_back(std::make_shared<const Key>(std::move(key)));
    }
    SetKeys(std::move(replaced), now);
    set = keys_;
  }
  Tell(*set, now);
  return absl::OkStatus();
}

absl::Status TicketKeyring::Impl::Rotate(absl::Time now) {
  const absl::MutexLock lock(&mutex_);
  if (!own_.has_value()) {
    return MakeStatus(
        ErrorKind::kInvalidArgument,
        ErrorParts{
            "ticket keyring", "has its keys from elsewhere",
            keeper_ == nullptr ? "call Update." : "they are rotated there."});
  }
  Keys keys;
  if (!keys_->empty()) {
    // It has stopped sealing, which starts the end of its tickets.
    TicketKey previous = keys_->back()->given.Clone();
    previous.seals_until = std::min(previous.seals_until, now);
    keys.push_back(std::make_shared<const Key>(std::move(previous)));
  }
  keys.push_back(std::make_shared<const Key>(own_->Rotate(now)));
  SetKeys(std::move(keys), now);
  return absl::OkStatus();
}

TicketKeyringState TicketKeyring::Impl::StateOf(const Keys& keys,
                                                absl::Time now) const {
  TicketKeyringState state;
  state.keys = keys.size();
  if (keeper_ != nullptr) {
    state.seals = told_seals_;
    return state;
  }
  const Key* sealing = Sealing(keys, now);
  state.seals = sealing != nullptr;
  if (!state.seals) return state;
  state.sealing = sealing->given.name;
  state.next_known = keys.back().get() != sealing;
  state.seals_until = keys.back()->given.seals_until;
  return state;
}

TicketKeyringState TicketKeyring::Impl::State(absl::Time now) {
  return StateOf(*KeysAt(now), now);
}

TicketKeyringCounts TicketKeyring::Impl::Counts() const {
  TicketKeyringCounts counts;
  counts.sealed = sealed_;
  counts.not_sealed = not_sealed_;
  counts.opened = opened_;
  counts.unknown = unknown_;
  counts.invalid = invalid_;
  return counts;
}

bool TicketKeyring::Impl::HasChanged(bool seals) {
  // The common case writes nothing that threads share.
  return told_seals_ != seals && told_seals_.exchange(seals) != seals;
}

void TicketKeyring::Impl::Tell(const Keys& keys, absl::Time now) {
  if (HasChanged(Sealing(keys, now) != nullptr)) Tell(StateOf(keys, now));
}

void TicketKeyring::Impl::Tell(const TicketKeyringState& state) {
  if (options_.changed == nullptr) return;
  // The callback only observes: its exceptions are ignored.
  Guarded("changed callback", [&] {
    options_.changed(state);
    return absl::OkStatus();
  }).IgnoreError();
}

}  // namespace airlock::ssl
