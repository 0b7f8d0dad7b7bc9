// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/packet.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "platform/keys/protocol.h"
#include "ssl/secret.h"

namespace airlock::keys {
namespace {

using platform::internal::UniqueFd;

// The kernel passes at most this many (SCM_MAX_FD); taking fewer would leave
// the rest to be closed by it, too, but say less about the packet.
constexpr size_t kMostPassed = 253;

absl::Status Failed(const char* what) {
  switch (errno) {
    case EAGAIN:
    case ENOBUFS:
      return absl::UnavailableError("the socket is not ready");
    case EPIPE:
    case ECONNRESET:
      return absl::OutOfRangeError("the other end is closed");
    default:
      return absl::InternalError(absl::ErrnoToStatus(errno, what).message());
  }
}

// Takes the descriptors; keeps the first.
void TakeDescriptors(const msghdr& message, Packet* packet) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(const_cast<msghdr*>(&message), part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) {
      continue;
    }
    const size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(fd), sizeof(fd));
      UniqueFd owned(fd);
      if (packet->fd.valid()) {
        packet->too_much = true;
      } else {
        packet->fd = std::move(owned);
      }
    }
  }
}

}  // namespace

absl::StatusOr<Packet> ReceivePacket(int fd) {
  // One allocation for each thread: most packets are small.
  thread_local std::string room(kMaxMessage, '\0');
  alignas(cmsghdr) char control[CMSG_SPACE(kMostPassed * sizeof(int))];
  iovec part = {&room[0], room.size()};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  ssize_t size = 0;
  do {
    size = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    // ECONNRESET is reported once, before the packets that came before it.
  } while (size < 0 && (errno == EINTR || errno == ECONNRESET));
  if (size < 0) return Failed("cannot receive");
  Packet packet;
  TakeDescriptors(message, &packet);
  // No message of the protocol is empty, so this is the end.
  if (size == 0) return absl::OutOfRangeError("the other end is closed");
  packet.bytes.assign(room.data(), static_cast<size_t>(size));
  // Some packets have secrets, and the thread may never receive again.
  ssl::Wipe(&room[0], static_cast<size_t>(size));
  packet.too_much |= (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
  return packet;
}

absl::Status SendPacket(int fd, absl::string_view bytes, int passed) {
  iovec part = {const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  if (passed >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    cmsghdr* const rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(passed));
    std::memcpy(CMSG_DATA(rights), &passed, sizeof(passed));
  }
  ssize_t size = 0;
  do {
    size = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (size < 0 && errno == EINTR);
  return size < 0 ? Failed("cannot send") : absl::OkStatus();
}

bool IsPacketSocket(int fd) {
  int domain = 0;
  int type = 0;
  socklen_t size = sizeof(int);
  return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
         domain == AF_UNIX &&
         getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
         type == SOCK_SEQPACKET;
}

absl::StatusOr<std::pair<UniqueFd, UniqueFd>> MakePacketPair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return absl::InternalError(
        absl::ErrnoToStatus(errno, "cannot make a pair of sockets").message());
  }
  return std::make_pair(UniqueFd(ends[0]), UniqueFd(ends[1]));
}

}  // namespace airlock::keys
