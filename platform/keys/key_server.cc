// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/key_server.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <utility>

#include "absl/strings/str_cat.h"
#include "platform/keys/packet.h"

namespace airlock::keys {
namespace {

using platform::internal::UniqueFd;

// How many packets of one channel are read before the others have their turn.
constexpr int kPacketsInTurn = 32;
// How long channels that are known have turns before the next look at sockets:
// some signatures with ECDSA, or a turn of each channel.
constexpr std::chrono::microseconds kWorkBetweenLooks(200);
// How long no connection is accepted after descriptors were lacking.
constexpr int kPauseMs = 500;

absl::Status Failed(absl::string_view what) {
  return absl::InternalError(absl::ErrnoToStatus(errno, what).message());
}

Peer PeerOf(int fd) {
  ucred credentials = {};
  socklen_t size = sizeof(credentials);
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return Peer();
  }
  return {credentials.pid, credentials.uid};
}

}  // namespace

// One descriptor.
struct KeyServer::Line {
  enum class Kind { kApplication, kListener, kChannel, kOther };
  Kind kind = Kind::kChannel;
  UniqueFd fd;
  // Of an application or a channel.
  size_t application = 0;
  std::function<bool()> ready;  // Of another.
  std::unique_ptr<KeyService::Channel> channel;
  std::deque<std::string> answers;  // That the other end has no room for.
  uint32_t watched = 0;             // The events of epoll.
  bool ends = false;                // After the answers.
};

KeyServer::KeyServer(KeyService* service, std::vector<int> channels)
    : service_(service),
      most_channels_(std::move(channels)),
      channels_(most_channels_.size(), 0) {}

KeyServer::~KeyServer() {
  if (!path_.empty()) unlink(path_.c_str());
}

absl::StatusOr<std::unique_ptr<KeyServer>> KeyServer::Create(
    KeyService* service, std::vector<int> channels) {
  std::unique_ptr<KeyServer> server(
      new KeyServer(service, std::move(channels)));
  server->epoll_ = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  server->stop_ = UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  epoll_event event = {EPOLLIN, {}};
  event.data.fd = server->stop_.get();
  if (!server->epoll_.valid() || !server->stop_.valid() ||
      epoll_ctl(server->epoll_.get(), EPOLL_CTL_ADD, server->stop_.get(),
                &event) != 0) {
    return Failed("cannot serve keys");
  }
  for (size_t i = 0; i < service->outside_count(); ++i) {
    const absl::Status added =
        server->AddOther(service->outside(i).fd(),
                         [service, i] { return service->TakeOutside(i); });
    if (!added.ok()) return added;
  }
  return server;
}

absl::Status KeyServer::Watch(std::unique_ptr<Line> line) {
  const int fd = line->fd.get();
  epoll_event event = {EPOLLIN, {}};
  event.data.fd = fd;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    return Failed("cannot watch a socket");
  }
  line->watched = EPOLLIN;
  lines_[fd] = std::move(line);
  return absl::OkStatus();
}

absl::Status KeyServer::AddOther(int fd, std::function<bool()> ready) {
  auto line = std::make_unique<Line>();
  line->kind = Line::Kind::kOther;
  line->ready = std::move(ready);
  line->fd = UniqueFd(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!line->fd.valid()) return Failed("cannot serve keys");
  absl::Status watched = Watch(std::move(line));
  if (watched.ok()) ++others_;
  return watched;
}

void KeyServer::WatchFor(Line* line, uint32_t events) {
  if (events == line->watched) return;
  epoll_event event = {events, {}};
  event.data.fd = line->fd.get();
  epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, line->fd.get(), &event);
  line->watched = events;
}

absl::Status KeyServer::AddApplication(size_t application, UniqueFd fd) {
  if (!IsPacketSocket(fd.get())) {
    return absl::InvalidArgumentError(
        absl::StrCat("the descriptor ", fd.get(),
                     " is not a Unix socket of type SOCK_SEQPACKET"));
  }
  auto line = std::make_unique<Line>();
  line->kind = Line::Kind::kApplication;
  line->fd = std::move(fd);
  line->application = application;
  return Watch(std::move(line));
}

absl::Status KeyServer::Listen(const std::string& path,
                               std::map<uid_t, size_t> users) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the path of a socket has at most ",
                     sizeof(address.sun_path) - 1, " bytes: ", path));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  const auto* const name = reinterpret_cast<const sockaddr*>(&address);
  auto line = std::make_unique<Line>();
  line->kind = Line::Kind::kListener;
  line->fd = UniqueFd(
      socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!line->fd.valid()) return Failed("cannot make a socket");
  if (bind(line->fd.get(), name, sizeof(address)) != 0) {
    if (errno != EADDRINUSE) return Failed(absl::StrCat("cannot bind ", path));
    const UniqueFd probe(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    if (connect(probe.get(), name, sizeof(address)) == 0 ||
        errno != ECONNREFUSED) {
      return absl::AlreadyExistsError(absl::StrCat(
          path,
          " exists, and it is not a socket that a service left behind; "
          "end the other service, or choose another path"));
    }
    if (unlink(path.c_str()) != 0 ||
        bind(line->fd.get(), name, sizeof(address)) != 0) {
      return Failed(absl::StrCat("cannot bind ", path));
    }
  }
  path_ = path;
  // The user decides who is served, and not the file's mode.
  if (chmod(path.c_str(), 0666) != 0 ||
      listen(line->fd.get(), SOMAXCONN) != 0) {
    return Failed(absl::StrCat("cannot listen on ", path));
  }
  users_ = std::move(users);
  return Watch(std::move(line));
}

void KeyServer::AddChannel(size_t application, UniqueFd fd) {
  auto line = std::make_unique<Line>();
  line->application = application;
  line->channel = service_->OpenChannel(application, PeerOf(fd.get()));
  line->fd = std::move(fd);
  if (channels_[application] >= most_channels_[application]) {
    Message refusal;
    refusal.type = MessageType::kRefusal;
    refusal.refusal = Refusal::kTooMany;
    refusal.reason = absl::StrCat(
        "the application has ", most_channels_[application], " channels open");
    SendPacket(line->fd.get(), Encode(refusal)).IgnoreError();
    return;
  }
  // If descriptors or memory are lacking, the channel is closed, which its
  // other end sees.
  if (Watch(std::move(line)).ok()) ++channels_[application];
}

bool KeyServer::TakeOpen(Line* line) {
  for (int i = 0; i < kPacketsInTurn; ++i) {
    absl::StatusOr<Packet> packet = ReceivePacket(line->fd.get());
    if (!packet.ok()) return absl::IsUnavailable(packet.status());
    const absl::StatusOr<Message> message = Decode(packet->bytes);
    // Any process of the application may send nonsense; the others go on.
    if (!message.ok() || message->type != MessageType::kOpen ||
        packet->too_much || !IsPacketSocket(packet->fd.get())) {
      continue;
    }
    AddChannel(line->application, std::move(packet->fd));
  }
  return true;
}

bool KeyServer::TakeConnection(Line* line) {
  for (int i = 0; i < kPacketsInTurn; ++i) {
    UniqueFd fd(accept4(line->fd.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!fd.valid()) {
      const bool lacking = errno == EMFILE || errno == ENFILE ||
                           errno == ENOBUFS || errno == ENOMEM;
      // Otherwise epoll would report the same connection again at once.
      if (lacking) WatchFor(line, 0);
      pauses_ |= lacking;
      return true;
    }
    const auto user = users_.find(PeerOf(fd.get()).uid);
    if (user != users_.end()) AddChannel(user->second, std::move(fd));
  }
  return true;
}

bool KeyServer::TakeRequests(Line* line) {
  for (int i = 0; i < kPacketsInTurn && line->answers.empty(); ++i) {
    const absl::StatusOr<Packet> packet = ReceivePacket(line->fd.get());
    if (!packet.ok()) return absl::IsUnavailable(packet.status());
    std::vector<std::string> answers;
    line->ends = !line->channel->Take(
        packet->too_much ? absl::string_view() : packet->bytes, &answers);
    std::move(answers.begin(), answers.end(),
              std::back_inserter(line->answers));
    if (!SendAnswers(line)) return false;
  }
  return true;
}

bool KeyServer::SendAnswers(Line* line) {
  while (!line->answers.empty()) {
    const absl::Status sent = SendPacket(line->fd.get(), line->answers.front());
    if (absl::IsUnavailable(sent)) break;
    if (!sent.ok()) return false;
    line->answers.pop_front();
  }
  // A channel is read only while its answers are taken.
  WatchFor(line, line->answers.empty() ? EPOLLIN : EPOLLOUT);
  return !line->ends || !line->answers.empty();
}

void KeyServer::Close(Line* line) {
  if (line->kind == Line::Kind::kChannel) --channels_[line->application];
  if (line->kind == Line::Kind::kOther) {
    --others_;
    // The owner's own descriptor would keep it in epoll.
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, line->fd.get(), nullptr);
  }
  lines_.erase(line->fd.get());
}

bool KeyServer::GiveTurns() {
  bool has_work = false;
  std::vector<Line*> closed;
  for (const auto& [fd, line] : lines_) {
    if (line->channel == nullptr || !line->answers.empty() ||
        !line->channel->has_work()) {
      continue;
    }
    line->answers.push_back(line->channel->Work());
    if (!SendAnswers(line.get())) {
      closed.push_back(line.get());
      continue;
    }
    has_work |= line->channel->has_work() && line->answers.empty();
  }
  for (Line* const line : closed) Close(line);
  return has_work;
}

absl::Status KeyServer::Run() {
  bool has_work = false;
  while (true) {
    std::array<epoll_event, 64> events;
    const int count = epoll_wait(epoll_.get(), events.data(), events.size(),
                                 has_work  ? 0
                                 : pauses_ ? kPauseMs
                                           : -1);
    if (count < 0 && errno != EINTR) return Failed("cannot wait for sockets");
    if (std::exchange(pauses_, false)) {
      for (const auto& [fd, line] : lines_) {
        if (line->watched == 0) WatchFor(line.get(), EPOLLIN);
      }
    }
    for (int i = 0; i < count; ++i) {
      if (events[i].data.fd == stop_.get()) {
        uint64_t stops = 0;  // Run may be called again.
        static_cast<void>(!read(stop_.get(), &stops, sizeof(stops)));
        return absl::OkStatus();
      }
      const auto found = lines_.find(events[i].data.fd);
      if (found == lines_.end()) continue;
      Line* const line = found->second.get();
      bool stays = false;
      switch (line->kind) {
        case Line::Kind::kApplication:
          stays = TakeOpen(line);
          break;
        case Line::Kind::kListener:
          stays = TakeConnection(line);
          break;
        case Line::Kind::kChannel:
          stays = SendAnswers(line) && TakeRequests(line);
          break;
        case Line::Kind::kOther:
          stays = line->ready();
          break;
      }
      if (!stays) Close(line);
    }
    const auto until = std::chrono::steady_clock::now() + kWorkBetweenLooks;
    do {
      has_work = GiveTurns();
    } while (has_work && std::chrono::steady_clock::now() < until);
    if (lines_.size() == others_) return absl::OkStatus();
  }
}

void KeyServer::Stop() {
  const uint64_t one = 1;
  // It fails only if the counter is full, and then Run returns, too.
  static_cast<void>(!write(stop_.get(), &one, sizeof(one)));
}

}  // namespace airlock::keys
