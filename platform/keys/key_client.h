// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The application's side of the key service.
#ifndef AIRLOCK_PLATFORM_KEYS_KEY_CLIENT_H_
#define AIRLOCK_PLATFORM_KEYS_KEY_CLIENT_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "platform/keys/signing_stats.h"
#include "ssl/credentials.h"
#include "ssl/secret.h"
#include "ssl/ticket_keeper.h"

namespace airlock::keys {

struct Message;

namespace internal {
class KeyConnection;
class RemoteTickets;
}  // namespace internal

// A key that the service has for this application.
struct RemoteKey {
  std::string name;
  // SignatureSchemes, the preferred first; none if it is for tickets.
  std::vector<uint16_t> schemes;
  bool for_tickets = false;        // Its application may seal and open them.
  std::vector<std::string> chain;  // DER, the leaf first.
};

// How a handshake waits for the service.
enum class Waiting {
  // The thread waits: until KeyWaitScope::until(), if that is set on this
  // thread, and for at most KeyClientOptions::timeout otherwise.
  kBlocks,
  // The Signer or TicketKeeper returns ssl::Later(), so Handshake returns
  // want_callback();
  // after KeyClientOptions::timeout, an error. See KeyClient::wakeup_fd.
  kReturns,
};

struct KeyClientOptions {
  // Where the service is: "fd:N", a descriptor that this process inherited, or
  // the absolute path of a socket.
  std::string place;
  // How long a request may take that has no deadline of its own.
  absl::Duration timeout = absl::Seconds(10);
  // How long a handshake waits for its tickets, at most; it goes on without
  // them.
  absl::Duration ticket_timeout = absl::Seconds(2);
  // For how long no handshake waits after one did so in vain.
  absl::Duration ticket_pause = absl::Seconds(2);
};

// Asks the key service for lists of keys, signatures and tickets. It connects
// when it is first used, and again after the service has ended: requests under
// way are then sent once more. A process made by fork() has its own connection.
// An error says what the service or the connection lacks, and for which key.
//
// Thread-safe. The functions below may be called inside a platform::ForkGuard,
// which they leave while they wait.
class KeyClient : public std::enable_shared_from_this<KeyClient> {
 public:
  // Does not connect yet. Errors: kInvalidArgument if `place` is neither form.
  static absl::StatusOr<std::shared_ptr<KeyClient>> Create(
      KeyClientOptions options);
  ~KeyClient();
  KeyClient(const KeyClient&) = delete;
  KeyClient& operator=(const KeyClient&) = delete;

  // The keys of this application. Waits as with Waiting::kBlocks. Errors:
  // kUnavailable if there is no service; kDeadlineExceeded; kInternal.
  absl::StatusOr<std::vector<RemoteKey>> List();

  // Signs with the key `key`: for CredentialsOptions::signer, which keeps this
  // client alive. The service need not exist yet.
  ssl::Signer SignerFor(std::string key, Waiting waiting);

  // What seals and opens tickets with the key `key`, for
  // TicketKeyring::CreateRemote; keeps this client alive. The service need not
  // exist yet.
  std::shared_ptr<ssl::TicketKeeper> TicketsFor(std::string key,
                                                Waiting waiting);

  // A descriptor that is readable when answers have arrived, or the
  // connection is lost: an event loop waits for it, calls Dispatch, and then
  // Handshake again for each socket that wants a callback. Stays the same,
  // except in a process made by fork(). Only for waiting. Errors: kInternal, if
  // descriptors are lacking.
  absl::StatusOr<int> wakeup_fd();
  // Receives what there is; wakeup_fd is not readable then.
  void Dispatch();

  // The signatures so far, by result. What SignerFor returns for later is not
  // counted until it is known.
  SigningCounts signing() const { return signing_.Read(); }

 private:
  friend class internal::RemoteTickets;
  explicit KeyClient(KeyClientOptions options);
  // The answers to `request`, or ssl::Later(). `until` counts from the first
  // call with the same request, and *began is the time of that.
  absl::StatusOr<std::vector<Message>> Ask(
      Message request, Waiting waiting,
      std::optional<std::chrono::steady_clock::time_point> until,
      std::chrono::steady_clock::time_point* began = nullptr);
  absl::StatusOr<std::string> Sign(const std::string& key, Waiting waiting,
                                   uint16_t scheme, absl::string_view input);

  const KeyClientOptions options_;
  const std::unique_ptr<internal::KeyConnection> connection_;
  SigningStats signing_;
};

// The credentials that a reference "airlock-key:NAME" stands for: the key NAME
// of the service, with `certfile`, or with the service's own chain if that is
// not given. `certfile_name` is for errors. Errors: those of List and of
// Credentials::Create; kCredentials if the service has no such key, or
// `certfile` is for another.
absl::StatusOr<std::shared_ptr<const ssl::Credentials>> RemoteCredentials(
    KeyClient* client, const std::string& key, Waiting waiting,
    std::optional<ssl::Secret> certfile, const std::string& certfile_name);

// The NAME of such a reference; unset if `text` is not a reference.
// Thread-safe.
std::optional<std::string> KeyReference(absl::string_view text);

// Until when this thread waits for the service, while the scope exists, and for
// how long each time. With `interruptible`, a signal ends the wait, and the
// Signer returns ssl::Later().
class KeyWaitScope {
 public:
  // Unset: never.
  using Until = std::optional<std::chrono::steady_clock::time_point>;

  KeyWaitScope(Until until, bool interruptible,
               absl::Duration timeout = absl::InfiniteDuration());
  ~KeyWaitScope();
  KeyWaitScope(const KeyWaitScope&) = delete;
  KeyWaitScope& operator=(const KeyWaitScope&) = delete;

  // The end of a wait that begins now.
  Until until() const;
  bool interruptible() const { return interruptible_; }

 private:
  const Until until_;
  const absl::Duration timeout_;
  const bool interruptible_;
  const KeyWaitScope* const outer_;
};

}  // namespace airlock::keys

#endif  // AIRLOCK_PLATFORM_KEYS_KEY_CLIENT_H_
