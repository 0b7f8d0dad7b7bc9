// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The parsed form of ssl/ticket_keyring.h.
#ifndef AIRLOCK_SSL_INTERNAL_TICKET_KEYRING_IMPL_H_
#define AIRLOCK_SSL_INTERNAL_TICKET_KEYRING_IMPL_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "ssl/internal/key_memory.h"
#include "ssl/internal/own_ticket_keys.h"
#include "ssl/internal/ticket_aead.h"
#include "ssl/secret.h"
#include "ssl/ticket_keyring.h"

namespace airlock::ssl {

class TicketKeyring::Impl {
 public:
  // What a ticket has beside the session.
  static constexpr size_t kOverhead = TicketKey::kNameSize +
                                      internal::TicketAead::kNonceSize +
                                      internal::TicketAead::kTagSize;

  explicit Impl(TicketKeyringOptions options,
                std::shared_ptr<TicketKeeper> keeper = nullptr)
      : options_(std::move(options)), keeper_(std::move(keeper)) {}

  // Whether Seal would make a ticket.
  bool CanSeal(absl::Time now);
  // Writes a ticket of input.size() + kOverhead bytes to `out`. False if there
  // is no key to seal with.
  bool Seal(absl::Time now, absl::string_view server_name,
            absl::Span<const uint8_t> input, uint8_t* out);
  // Writes ticket.size() - kOverhead bytes to `out`. False if the ticket is not
  // valid here.
  bool Open(absl::Time now, absl::string_view server_name,
            absl::Span<const uint8_t> ticket, uint8_t* out);
  // Null: the keys are here, and the functions above use them.
  TicketKeeper* keeper() const { return keeper_.get(); }
  // With a keeper, in place of Seal and Open.
  bool SealBlank(const TicketBlank& blank, absl::string_view server_name,
                 absl::Span<const uint8_t> input, uint8_t* out);
  absl::StatusOr<std::optional<Secret>> OpenRemote(
      absl::string_view server_name, absl::string_view ticket);
  // Whether the keeper has blanks, as it has just answered.
  void NoteKeeper(const absl::Status& answer);
  // As in TicketKeyring.
  std::optional<TicketBlank> MakeBlank(absl::Time now);
  // Counts a connection that gets no ticket.
  void NoteNotSealed() { ++not_sealed_; }

  // As in TicketKeyring.
  absl::Status MakeOwn(absl::Duration period, absl::Time now);
  absl::Status Update(std::vector<TicketKey> keys, absl::Time now);
  absl::Status Rotate(absl::Time now);
  TicketKeyringState State(absl::Time now);
  TicketKeyringCounts Counts() const;
  const TicketKeyringOptions& options() const { return options_; }

 private:
  struct Key : internal::InKeyMemory {
    // `secret_in` has the size of TicketKey's.
    Key(std::string name_in, absl::string_view secret_in,
        absl::Time seals_from_in, absl::Time seals_until_in);
    ~Key() { Wipe(secret_bytes.data(), secret_bytes.size()); }
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;

    absl::string_view secret() const {
      return {secret_bytes.data(), secret_bytes.size()};
    }

    const std::string name;
    std::array<char, TicketKey::kSecretSize> secret_bytes = {};
    const absl::Time seals_from;
    const absl::Time seals_until;
    const internal::TicketAead aead;
  };
  using KeyPtr = std::shared_ptr<const Key>;
  // Sorted by seals_from. Never changes, so that handshakes use it unlocked.
  using Keys = std::vector<KeyPtr>;

  // These are null if there is no memory for keys.
  static KeyPtr Made(TicketKey given);
  // A copy of `key` that has stopped sealing by `now`, which starts the end of
  // its tickets.
  static KeyPtr Ended(const Key& key, absl::Time now);

  // The keys at `now`, after dropping those that have ended and making own ones
  // that are due.
  std::shared_ptr<const Keys> KeysAt(absl::Time now);
  void SetKeys(Keys keys, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Time OpensUntil(const Key& key) const;
  // The key that seals at `now`, or null.
  const Key* Sealing(const Keys& keys, absl::Time now) const;
  TicketKeyringState StateOf(const Keys& keys, absl::Time now) const;
  // Calls `changed` if sealing has begun or stopped.
  void Tell(const Keys& keys, absl::Time now);
  // Whether that differs from what was told last.
  bool HasChanged(bool seals);
  void Tell(const TicketKeyringState& state);

  const TicketKeyringOptions options_;
  const std::shared_ptr<TicketKeeper> keeper_;
  absl::Mutex mutex_;
  std::shared_ptr<const Keys> keys_ ABSL_GUARDED_BY(mutex_) =
      std::make_shared<const Keys>();
  // Null if the keys come from elsewhere.
  std::unique_ptr<internal::OwnTicketKeys> own_ ABSL_GUARDED_BY(mutex_);
  // The keys have to be looked after before the first, and from the second on;
  // since the Unix epoch.
  std::atomic<int64_t> earliest_s_{std::numeric_limits<int64_t>::min()};
  std::atomic<int64_t> due_s_{std::numeric_limits<int64_t>::max()};
  std::atomic<bool> is_own_{false};
  std::atomic<bool> told_seals_{false};

  std::atomic<uint64_t> sealed_{0};
  std::atomic<uint64_t> not_sealed_{0};
  std::atomic<uint64_t> opened_{0};
  std::atomic<uint64_t> unknown_{0};
  std::atomic<uint64_t> invalid_{0};
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_INTERNAL_TICKET_KEYRING_IMPL_H_
