// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The key service without its sockets: who may sign what.
#ifndef AIRLOCK_PLATFORM_KEYS_KEY_SERVICE_H_
#define AIRLOCK_PLATFORM_KEYS_KEY_SERVICE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "platform/keys/key_event.h"
#include "platform/keys/outside_key.h"
#include "platform/keys/protocol.h"
#include "ssl/credentials.h"
#include "ssl/ticket_keyring.h"

namespace airlock::keys {

// A key that signs, with its certificate chain, or one of session tickets.
struct ServedKey {
  std::string name;
  std::shared_ptr<const ssl::Credentials> credentials;
  // Null: `credentials` sign.
  std::shared_ptr<ssl::TicketKeyring> tickets = nullptr;
  // Signs in place of `credentials`, which then have the chain only.
  std::shared_ptr<OutsideKey> outside = nullptr;
};

// What an application may do with one key.
struct Grant {
  std::string key;                // The name of a ServedKey.
  std::vector<Purpose> purposes;  // That fit the key.
  std::vector<uint16_t> schemes;  // Empty: all that the key can.
};

struct Application {
  std::string name;
  std::vector<Grant> grants;
  // Signatures and requests about tickets per second; as many at once after a
  // pause.
  int signatures_per_second = 2000;
  // Requests that wait for their turn, on all channels of the application.
  int requests_under_way = 2000;
};

// Uses of a key since the start (signatures, blanks, tickets opened), by
// application, key and purpose.
using UseCounts =
    std::map<std::tuple<std::string, std::string, Purpose>, uint64_t>;

// Decides about requests, signs, and makes and opens tickets. Pure: has no
// descriptor, clock or thread. Thread-compatible.
class KeyService {
 public:
  // Gives the time, which never goes back. For limits and for events.
  using Clock = std::function<absl::Time()>;
  class Channel;

  // Each grant must name one of `keys`. `sink` may be null.
  KeyService(std::vector<ServedKey> keys, std::vector<Application> applications,
             Clock clock, KeyEventSink sink);
  ~KeyService();
  KeyService(const KeyService&) = delete;
  KeyService& operator=(const KeyService&) = delete;

  // The number of applications; they are known by their index.
  size_t application_count() const;

  // A channel of an application, which the service must outlive.
  std::unique_ptr<Channel> OpenChannel(size_t application, const Peer& peer);

  // The keys that sign outside, by their index. TakeOutside is called when the
  // descriptor of one is readable; it gives channels work, and false means that
  // the descriptor is of no use any longer.
  size_t outside_count() const { return queues_.size(); }
  const OutsideKey& outside(size_t index) const;
  bool TakeOutside(size_t index);

  // Counts of uses, and of refusals by the word of the reason.
  const UseCounts& uses() const { return uses_; }
  const std::map<std::string, uint64_t>& refusals() const { return refusals_; }

 private:
  struct Allowed;
  struct User;
  struct Queue;

  Message Refuse(const Channel& channel, const Message& request,
                 Refusal refusal, std::string reason);
  // What `request` may use; otherwise the refusal is in `answer`.
  const Allowed* Check(const Channel& channel, const Message& request,
                       Message* answer);
  // Why `request` may not use the key that it names; empty reason: it may.
  std::pair<Refusal, std::string> WhyNot(const Allowed& allowed,
                                         const Message& request) const;
  // These answer a request that Check allowed.
  Message Sign(const Channel& channel, const Allowed& allowed,
               const Message& request);
  Message Signed(const Channel& channel, const Message& request,
                 absl::StatusOr<std::string> signature);
  Message Seal(const Channel& channel, const Allowed& allowed,
               const Message& request);
  Message Unseal(const Channel& channel, const Allowed& allowed,
                 const Message& request);
  void Count(const Channel& channel, const Message& request, int uses);
  bool TakeToken(User* user);
  Queue* QueueOf(const ServedKey* key);
  // Begins signatures with an outside key until one is under way.
  void BeginNext(Queue* queue);
  // The signature that is under way has a result.
  void Finish(Queue* queue, absl::StatusOr<std::string> signature);

  const std::vector<ServedKey> keys_;
  std::vector<User> users_;
  std::vector<std::unique_ptr<Queue>> queues_;
  const Clock clock_;
  const KeyEventSink sink_;
  UseCounts uses_;
  std::map<std::string, uint64_t> refusals_;
};

// One channel. A channel of a process is no more than any other: descriptors
// may be passed on. Thread-compatible, together with its service.
class KeyService::Channel {
 public:
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // Takes a packet, and appends the packets that answer it at once to
  // `answers`. False if the packet is malformed: the channel must be closed
  // after the answers.
  bool Take(absl::string_view packet, std::vector<std::string>* answers);

  // Whether Work has something to do.
  bool has_work() const { return !waiting_.empty() || !finished_.empty(); }
  // Does what the oldest request asks for, and returns the packet that answers
  // it. One at a time, so that a server can be fair to all channels. A request
  // for an outside key is work when its signature is there.
  std::string Work();

  size_t application() const { return application_; }

 private:
  friend class KeyService;
  Channel(KeyService* service, size_t application, const Peer& peer);
  // A request that is allowed.
  struct Waiting {
    Message request;
    const Allowed* allowed;
  };

  bool IsUnderWay(uint32_t id) const;
  void AddKeys(uint32_t id, std::vector<std::string>* answers) const;
  void Cancel(const Message& request, std::vector<std::string>* answers);

  KeyService* const service_;
  const size_t application_;
  const Peer peer_;
  std::deque<Waiting> waiting_;
  // That wait for an outside key, of which one may be signing for this channel.
  std::deque<Waiting> outside_;
  std::deque<std::string> finished_;  // Packets.
};

}  // namespace airlock::keys

#endif  // AIRLOCK_PLATFORM_KEYS_KEY_SERVICE_H_
