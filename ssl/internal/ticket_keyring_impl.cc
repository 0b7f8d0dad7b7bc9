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
#include "ssl/internal/error_queue.h"
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

TicketKeyring::Impl::Key::Key(std::string name_in, absl::string_view secret_in,
                              absl::Time seals_from_in,
                              absl::Time seals_until_in)
    : name(std::move(name_in)),
      seals_from(seals_from_in),
      seals_until(seals_until_in),
      aead(secret_in) {
  std::copy(secret_in.begin(), secret_in.end(), secret_bytes.begin());
}

TicketKeyring::Impl::KeyPtr TicketKeyring::Impl::Made(TicketKey given) {
  static_assert(alignof(Key) <= alignof(void*), "it is InKeyMemory");
  return KeyPtr(new Key(std::move(given.name), given.secret.view(),
                        given.seals_from, given.seals_until));
}

TicketKeyring::Impl::KeyPtr TicketKeyring::Impl::Ended(const Key& key,
                                                       absl::Time now) {
  // SetKeys sorts by seals_from, also after a clock was set back.
  return KeyPtr(new Key(key.name, key.secret(), std::min(key.seals_from, now),
                        std::min(key.seals_until, now)));
}

absl::Time TicketKeyring::Impl::OpensUntil(const Key& key) const {
  // The server that sealed may have been late, and this one may be early.
  return key.seals_until + options_.lifetime + 2 * options_.clock_skew;
}

const TicketKeyring::Impl::Key* TicketKeyring::Impl::Sealing(
    const Keys& keys, absl::Time now) const {
  if (keys.empty()) return nullptr;
  // A server's own keys follow its clock.
  if (is_own_) return keys.back().get();
  const auto begun =
      std::find_if(keys.rbegin(), keys.rend(),
                   [now](const auto& key) { return key->seals_from <= now; });
  // A clock that is late must not stop a server.
  const Key* key = begun == keys.rend() ? keys.front().get() : begun->get();
  const bool in_time = key->seals_from - options_.clock_skew <= now &&
                       now < key->seals_until + options_.clock_skew;
  return in_time ? key : nullptr;
}

void TicketKeyring::Impl::SetKeys(Keys keys, absl::Time now) {
  // An own key seals until the next one is made, whatever the clock says.
  const auto kept = keys.end() - (own_ != nullptr && !keys.empty() ? 1 : 0);
  keys.erase(
      std::remove_if(keys.begin(), kept,
                     [&](const auto& key) { return OpensUntil(*key) < now; }),
      kept);
  std::stable_sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) {
    return a->seals_from < b->seals_from;
  });
  // Only own keys with a short period are more than Update allows.
  if (keys.size() > kMostKeys) {
    keys.erase(keys.begin(), keys.end() - static_cast<ptrdiff_t>(kMostKeys));
  }
  absl::Time due = absl::InfiniteFuture();
  if (own_ != nullptr) {
    due = own_->due();
    earliest_s_ = absl::ToUnixSeconds(own_->earliest());
  }
  for (const auto& key : keys) {
    due = std::min(due, OpensUntil(*key) + absl::Seconds(1));
  }
  due_s_ = absl::ToUnixSeconds(due);
  keys_ = std::make_shared<const Keys>(std::move(keys));
}

std::shared_ptr<const TicketKeyring::Impl::Keys> TicketKeyring::Impl::KeysAt(
    absl::Time now) {
  const int64_t now_s = absl::ToUnixSeconds(now);
  if (now_s >= earliest_s_ && now_s < due_s_) {
    const absl::ReaderMutexLock lock(&mutex_);
    return keys_;
  }
  const absl::MutexLock lock(&mutex_);
  Keys keys = *keys_;
  if (own_ != nullptr) {
    // Without memory, the old ones go on.
    if (own_->WasSetBack(now)) {
      // The clock was ahead; they must not stay for as long.
      for (KeyPtr& key : keys) {
        if (KeyPtr ended = Ended(*key, now)) key = std::move(ended);
      }
    }
    for (TicketKey& given : own_->Advance(now)) {
      if (KeyPtr key = Made(std::move(given))) keys.push_back(std::move(key));
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
  std::memcpy(out, key->name.data(), TicketKey::kNameSize);
  uint8_t* nonce = out + TicketKey::kNameSize;
  FillRandom(
      {reinterpret_cast<char*>(nonce), internal::TicketAead::kNonceSize});
  const BindingBytes binding = Binding(key->name, server_name);
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
  blank.name = key->name;
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
    if (CRYPTO_memcmp(ticket.data(), key->name.data(), TicketKey::kNameSize) !=
        0) {
      continue;
    }
    const uint8_t* nonce = ticket.data() + TicketKey::kNameSize;
    const bool good = key->aead.Open(
        nonce,
        ticket.subspan(TicketKey::kNameSize + internal::TicketAead::kNonceSize),
        Binding(key->name, server_name), out);
    ++(good ? opened_ : invalid_);
    return good;
  }
  ++unknown_;
  return false;
}

absl::Status TicketKeyring::Impl::MakeOwn(absl::Duration period,
                                          absl::Time now) {
  static_assert(alignof(internal::OwnTicketKeys) <= alignof(void*),
                "it is InKeyMemory");
  const absl::MutexLock lock(&mutex_);
  own_.reset(new internal::OwnTicketKeys(period, now));
  if (own_ == nullptr) return internal::OutOfMemoryError();
  KeyPtr first = Made(own_->Rotate(now));
  if (first == nullptr) return internal::OutOfMemoryError();
  is_own_ = true;
  told_seals_ = true;
  SetKeys({std::move(first)}, now);
  return absl::OkStatus();
}

absl::Status TicketKeyring::Impl::Update(std::vector<TicketKey> keys,
                                         absl::Time now) {
  std::shared_ptr<const Keys> set;
  {
    const absl::MutexLock lock(&mutex_);
    if (own_ != nullptr) {
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
    std::vector<internal::KnownTicketKey> known;
    known.reserve(keys_->size());
    for (const auto& key : *keys_) known.push_back({key->name, key->secret()});
    const absl::Status checked = internal::CheckTicketKeys(keys, known);
    if (!checked.ok()) return checked;
    Keys replaced;
    replaced.reserve(keys.size());
    for (TicketKey& given : keys) {
      KeyPtr key = Made(std::move(given));
      if (key == nullptr) return internal::OutOfMemoryError();
      replaced.push_back(std::move(key));
    }
    SetKeys(std::move(replaced), now);
    set = keys_;
  }
  Tell(*set, now);
  return absl::OkStatus();
}

absl::Status TicketKeyring::Impl::Rotate(absl::Time now) {
  const absl::MutexLock lock(&mutex_);
  if (own_ == nullptr) {
    return MakeStatus(
        ErrorKind::kInvalidArgument,
        ErrorParts{
            "ticket keyring", "has its keys from elsewhere",
            keeper_ == nullptr ? "call Update." : "they are rotated there."});
  }
  // There is always an own key.
  Keys keys = {Ended(*keys_->back(), now), Made(own_->Rotate(now))};
  for (const KeyPtr& key : keys) {
    if (key == nullptr) return internal::OutOfMemoryError();
  }
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
  state.sealing = sealing->name;
  state.next_known = keys.back().get() != sealing;
  state.seals_until = keys.back()->seals_until;
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
