// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/ticket_reader.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "platform/host.h"
#include "platform/internal/settled.h"
#include "platform/keys/confine.h"
#include "platform/keys/internal/helper_process.h"
#include "platform/keys/packet.h"
#include "platform/keys/protocol.h"
#include "platform/keys/read_key_source.h"
#include "platform/posix_host.h"
#include "ssl/sha256.h"

namespace airlock::keys {
namespace {

// Of a packet: which file (two bytes), and whether it was read.
constexpr size_t kHeader = 3;

// One file, in the process.
class Watched {
 public:
  Watched(size_t index, config::KeySource source, std::string credentials)
      : index_(index),
        source_(std::move(source)),
        credentials_(std::move(credentials)) {}

  // Looks at the file, and sends what is new.
  void Look(platform::PosixHost* host, int socket) {
    const absl::StatusOr<platform::FileStatus> status =
        host->Stat(KeySourcePath(source_, credentials_));
    if (!status.ok()) {
      seen_.reset();
      Fail(status.status(), socket);
      return;
    }
    const bool settled =
        platform::internal::IsSettled(status->identity, host->Now());
    if (seen_.has_value() && *seen_ == status->identity) return;
    if (!settled && !waited_ && looked_) {
      waited_ = true;
      return;
    }
    looked_ = true;
    waited_ = false;
    seen_.reset();
    const absl::StatusOr<ssl::Secret> text =
        ReadKeySource(source_, credentials_, host);
    if (!text.ok()) {
      Fail(text.status(), socket);
      return;
    }
    if (text->size() + kHeader > kMaxMessage) {
      Fail(absl::OutOfRangeError("the file is too large for ticket keys"),
           socket);
      return;
    }
    const std::string digest = ssl::Sha256(text->view());
    if (digest != sent_ || !failure_.empty()) {
      if (!Send(true, text->view(), socket)) return;
      sent_ = digest;
      failure_.clear();
    }
    // One that is replaced while it is read is read again.
    if (settled) seen_ = status->identity;
  }

 private:
  void Fail(const absl::Status& why, int socket) {
    if (failure_ == why.message()) return;
    const absl::string_view reason = why.message().substr(0, 1000);
    if (Send(false, reason, socket)) failure_ = std::string(why.message());
  }

  // False if the service does not take it now.
  bool Send(bool is_read, absl::string_view bytes, int socket) const {
    std::string packet;
    const ssl::ScopedWipe wipe(&packet);
    packet.reserve(kHeader + bytes.size());
    packet.push_back(static_cast<char>(index_ >> 8));
    packet.push_back(static_cast<char>(index_ & 0xff));
    packet.push_back(is_read ? 1 : 0);
    packet.append(bytes.data(), bytes.size());
    return SendPacket(socket, packet).ok();
  }

  const size_t index_;
  const config::KeySource source_;
  const std::string credentials_;
  std::optional<platform::FileIdentity> seen_;
  bool looked_ = false;  // The service has read what was there at first.
  bool waited_ = false;
  std::string sent_;     // A hash of the content that was sent last.
  std::string failure_;  // That was sent after it.
};

// Until the service ends.
[[noreturn]] void Read(std::vector<Watched> files, absl::Duration interval,
                       int socket) {
  clearenv();
  platform::PosixHost host;
  if (!ConfineTicketReader().ok()) _exit(1);
  const int wait_ms = static_cast<int>(absl::ToInt64Milliseconds(interval));
  while (true) {
    for (Watched& file : files) file.Look(&host, socket);
    pollfd end = {socket, POLLIN, 0};
    // The service sends nothing.
    if (poll(&end, 1, wait_ms) > 0) _exit(0);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<TicketReader>> TicketReader::Start(
    const config::KeysFile& file, const std::string& credentials,
    absl::Duration interval) {
  std::vector<std::string> names;
  std::vector<Watched> files;
  for (const config::KeyEntry& entry : file.keys) {
    if (!entry.tickets.has_value()) continue;
    files.emplace_back(files.size(), *entry.tickets, credentials);
    names.push_back(entry.name);
  }
  if (files.empty()) return nullptr;
  auto socket = internal::ForkHelper(
      [&](int own) { Read(std::move(files), interval, own); });
  if (!socket.ok()) return socket.status();
  return std::unique_ptr<TicketReader>(
      new TicketReader(std::move(names), *std::move(socket)));
}

std::optional<TicketReader::Reading> TicketReader::Take() {
  while (!ended_) {
    absl::StatusOr<Packet> packet = ReceivePacket(socket_.get());
    if (absl::IsUnavailable(packet.status())) break;
    if (!packet.ok()) {
      ended_ = true;
      break;
    }
    const ssl::ScopedWipe wipe(&packet->bytes);
    const absl::string_view bytes = packet->bytes;
    if (bytes.size() < kHeader) continue;
    const size_t index =
        static_cast<size_t>(static_cast<unsigned char>(bytes[0]) << 8 |
                            static_cast<unsigned char>(bytes[1]));
    if (index >= names_.size()) continue;
    const absl::string_view rest = bytes.substr(kHeader);
    Reading reading = {names_[index], absl::UnavailableError(rest),
                       first_[index]};
    first_[index] = false;
    if (bytes[2] == 1) reading.text = ssl::Secret(rest);
    return reading;
  }
  return std::nullopt;
}

}  // namespace airlock::keys
