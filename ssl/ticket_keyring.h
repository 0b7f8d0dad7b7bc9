// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The keys of session tickets, replaced while Contexts use them.
#ifndef AIRLOCK_SSL_TICKET_KEYRING_H_
#define AIRLOCK_SSL_TICKET_KEYRING_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ssl/secret.h"
#include "ssl/ticket_keeper.h"

namespace airlock::ssl {

// A key and when it seals new tickets. All servers of a fleet have the same
// keys.
struct TicketKey {
  static constexpr size_t kNameSize = 16;
  static constexpr size_t kSecretSize = 32;
  // RFC 8446, section 4.6.1: a ticket is valid for at most seven days.
  static constexpr absl::Duration kMostSealing = absl::Hours(24 * 7);

  std::string name;  // 16 random bytes, which each ticket shows.
  Secret secret;     // 32 random bytes.
  absl::Time seals_from;
  absl::Time seals_until;

  // A new key with random `name` and `secret`.
  static TicketKey Random(absl::Time seals_from, absl::Time seals_until);
  TicketKey Clone() const;
};

// What a keyring has at some time, without secrets.
struct TicketKeyringState {
  size_t keys = 0;          // That open tickets.
  bool seals = false;       // Whether new tickets are made.
  std::string sealing;      // The name of the key that seals, if `seals`.
  bool next_known = false;  // A key that seals later is known.
  absl::Time seals_until;   // When sealing stops unless a new key comes.
  std::string failure;      // Why a TicketKeeper has no blanks.
};

// Since the keyring was made.
struct TicketKeyringCounts {
  uint64_t sealed = 0;
  uint64_t not_sealed = 0;  // Connections without ticket, for want of a key.
  uint64_t opened = 0;
  uint64_t unknown = 0;  // Tickets of a key that is not, or no longer, here.
  uint64_t invalid = 0;  // Of a known key, but damaged or of another name.
};

struct TicketKeyringOptions {
  // How long a ticket can be opened after it was sealed; no shorter than the
  // session_timeout of the Contexts. At most seven days.
  absl::Duration lifetime = absl::Hours(2);
  // How far the clock of a server may be from the true time, in either
  // direction. At most an hour.
  absl::Duration clock_skew = absl::Minutes(1);
  // Runs when sealing begins or stops, with the state after it: for logging.
  // May run on any thread, during a handshake; must not call the keyring.
  std::function<void(const TicketKeyringState&)> changed;
};

// Live keys that any number of Contexts hold (ContextOptions::ticket_keyring).
// A change takes effect with the next handshake.
//
// A key opens tickets from when it is known until `lifetime` and twice
// `clock_skew` after it has stopped sealing. New tickets are sealed with the
// newest key whose time has come. If no other has come by `clock_skew` after
// the end of its time, servers stop making tickets: clients then make full
// handshakes.
//
// Tickets are sealed with AES-256-GCM, under a key derived for each ticket as
// in XAES-256-GCM (https://c2sp.org/XAES-256-GCM), so that the number of
// tickets under a key has no practical limit. A ticket can be opened only for
// the server name (RFC 6066) that the client had sent when it was sealed. As
// for all sessions, the Contexts must also verify in the same way and have the
// same session_id_context.
//
// Keys are in BoringSSL's memory, and wiped when they are dropped. If there is
// none, the functions that make some fail (kInternal), and the old ones stay.
// Thread-safe.
class TicketKeyring {
 public:
  static constexpr size_t kMostKeys = 64;

  // A keyring without keys: makes no tickets until Update is called. Errors:
  // kInvalidArgument for an option out of range.
  static absl::StatusOr<std::shared_ptr<TicketKeyring>> Create(
      TicketKeyringOptions options);

  // A keyring that makes its own key every `period` (above zero and at most
  // seven days; infinite: only on Rotate), and keeps the last kMostKeys. It
  // makes one at once when the clock is more than a minute (or more than a
  // `period`, if that is shorter) before the newest began.
  // Processes that fork go on to the same keys, and none can compute a key that
  // it has dropped. `now`: the time.
  static absl::StatusOr<std::shared_ptr<TicketKeyring>> CreateOwn(
      absl::Duration period, TicketKeyringOptions options, absl::Time now);

  // A keyring whose keys `keeper` has: they never enter this process. Errors:
  // as in Create; kInvalidArgument if `keeper` is null.
  static absl::StatusOr<std::shared_ptr<TicketKeyring>> CreateRemote(
      std::shared_ptr<TicketKeeper> keeper, TicketKeyringOptions options);

  ~TicketKeyring();
  TicketKeyring(const TicketKeyring&) = delete;
  TicketKeyring& operator=(const TicketKeyring&) = delete;

  // Replaces all keys: those that are not in `keys` open no more tickets. Keys
  // that have ended are dropped. Errors: kInvalidArgument, with the number of
  // the key, if there are none or more than kMostKeys, if a name or secret has
  // another size, consists of one byte repeated, or belongs to two keys (a
  // secret or name must not come back with another name or secret, either), or
  // if a key does not end after it begins or seals for more than seven days;
  // the old keys then stay. `now`: the time.
  absl::Status Update(std::vector<TicketKey> keys, absl::Time now);

  // For a process that keeps keys for others: what seals one ticket now; unset
  // if there is no key whose time has come.
  std::optional<TicketBlank> MakeBlank(absl::Time now);
  // What TicketKeeper::Open returns.
  std::optional<Secret> Open(absl::Time now, absl::string_view server_name,
                             absl::string_view ticket);

  // Of a keyring with its own keys: new tickets get a new key now. All keys but
  // this and the one before are dropped. Errors: kInvalidArgument for others.
  absl::Status Rotate(absl::Time now);

  TicketKeyringState state(absl::Time now) const;
  TicketKeyringCounts counts() const;
  absl::Duration lifetime() const;
  absl::Duration clock_skew() const;

  // For ssl/ only.
  class Impl;
  Impl& impl() const { return *impl_; }

 private:
  explicit TicketKeyring(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_TICKET_KEYRING_H_
