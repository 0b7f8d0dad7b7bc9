// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The sockets of the key service.
#ifndef AIRLOCK_PLATFORM_KEYS_KEY_SERVER_H_
#define AIRLOCK_PLATFORM_KEYS_KEY_SERVER_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/internal/unique_fd.h"
#include "platform/keys/key_service.h"

namespace airlock::keys {

// Serves channels on one thread. It never waits for one application: it reads
// from a channel only while that takes its answers, and signs for each channel
// in turn. Thread-compatible, except Stop.
class KeyServer {
 public:
  // `service` must outlive the server. `channels[i]` is how many channels
  // application i may have open. Errors: kInternal, if descriptors are lacking.
  static absl::StatusOr<std::unique_ptr<KeyServer>> Create(
      KeyService* service, std::vector<int> channels);
  ~KeyServer();
  KeyServer(const KeyServer&) = delete;
  KeyServer& operator=(const KeyServer&) = delete;

  // Serves the application that has the other end of `fd`, a SOCK_SEQPACKET
  // socket; that end is its authorisation. Errors: kInvalidArgument if it is
  // another file.
  absl::Status AddApplication(size_t application,
                              platform::internal::UniqueFd fd);

  // Serves, at `path`, the processes of the users in `users`, each as an
  // application. Replaces a socket that no process listens on. Errors:
  // kAlreadyExists if one does; kInternal.
  absl::Status Listen(const std::string& path, std::map<uid_t, size_t> users);

  // Calls `ready` on Run's thread when `fd`, which the caller owns, is
  // readable, until it returns false. Errors: kInternal.
  absl::Status AddOther(int fd, std::function<bool()> ready);

  // Serves until Stop, or until every application has closed its end and
  // nothing listens. After Stop, it may be called again. Errors: kInternal.
  absl::Status Run();

  // Makes Run return. May be called by any thread, and by a signal handler.
  void Stop();

 private:
  struct Line;

  explicit KeyServer(KeyService* service, std::vector<int> channels);
  absl::Status Watch(std::unique_ptr<Line> line);
  void WatchFor(Line* line, uint32_t events);
  // Each of these returns false if the line is to be closed.
  bool TakeOpen(Line* line);
  bool TakeConnection(Line* line);
  bool TakeRequests(Line* line);
  bool SendAnswers(Line* line);
  // Does one piece of work of each channel that has some and takes answers.
  // Returns whether any is left.
  bool GiveTurns();
  void AddChannel(size_t application, platform::internal::UniqueFd fd);
  void Close(Line* line);

  KeyService* const service_;
  const std::vector<int> most_channels_;
  std::vector<int> channels_;  // Open, of each application.
  platform::internal::UniqueFd epoll_;
  platform::internal::UniqueFd stop_;
  std::map<uid_t, size_t> users_;
  size_t others_ = 0;    // Lines of neither applications nor channels.
  bool pauses_ = false;  // Does not accept connections for a moment.
  std::string path_;     // Of the listening socket; empty: none.
  std::map<int, std::unique_ptr<Line>> lines_;  // By their descriptors.
};

}  // namespace airlock::keys

#endif  // AIRLOCK_PLATFORM_KEYS_KEY_SERVER_H_
