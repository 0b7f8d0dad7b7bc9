// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/capture/capture_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "platform/capture/packet.h"
#include "platform/capture/pcap_library.h"
#include "ssl/shown.h"

namespace airlock::capture {
namespace {

std::string Name(const std::string& path) {
  return path == "-" ? "standard input" : ssl::ShownPath(path);
}

// Never a directory. (A FIFO is fine.)
absl::StatusOr<int> OpenForReading(const std::string& path) {
  const int fd = path == "-"
                     ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                     : open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", Name(path)));
  }
  struct stat status;
  if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
    close(fd);
    return absl::InvalidArgumentError(
        absl::StrCat(Name(path), " is a directory and not a capture"));
  }
  return fd;
}

}  // namespace

struct CaptureFile::Impl {
  const PcapLibrary* library = nullptr;
  std::string name;
  pcap_t* pcap = nullptr;
  int link_type = 0;

  ~Impl() {
    if (pcap != nullptr) library->close(pcap);
  }
};

absl::StatusOr<std::unique_ptr<CaptureFile>> CaptureFile::Open(
    const std::string& path) {
  const absl::StatusOr<const PcapLibrary*> library = PcapLibrary::Get();
  if (!library.ok()) return library.status();
  const absl::StatusOr<int> fd = OpenForReading(path);
  if (!fd.ok()) return fd.status();
  std::FILE* const file = fdopen(*fd, "rb");
  if (file == nullptr) {
    const int error = errno;
    close(*fd);
    return absl::ErrnoToStatus(error, absl::StrCat("cannot read ", Name(path)));
  }
  auto impl = std::make_unique<Impl>();
  impl->library = *library;
  impl->name = Name(path);
  char problem[PCAP_ERRBUF_SIZE] = "";
  impl->pcap = impl->library->open(file, PCAP_TSTAMP_PRECISION_NANO, problem);
  if (impl->pcap == nullptr) {
    std::fclose(file);
    return absl::InvalidArgumentError(
        absl::StrCat(impl->name, " is not a pcap or pcapng capture: ",
                     ssl::Shown(problem, PCAP_ERRBUF_SIZE)));
  }
  impl->link_type = impl->library->link_type(impl->pcap);
  if (!IsKnownLinkType(impl->link_type)) {
    const char* const name = impl->library->link_type_name(impl->link_type);
    return absl::InvalidArgumentError(absl::StrCat(
        impl->name, " has packets of link type ", impl->link_type,
        name == nullptr ? "" : absl::StrCat(" (", name, ")"),
        "; Ethernet, Linux cooked, raw IP and loopback can be decoded"));
  }
  // Not make_unique: the constructor is private.
  return std::unique_ptr<CaptureFile>(new CaptureFile(std::move(impl)));
}

CaptureFile::CaptureFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CaptureFile::~CaptureFile() = default;

int CaptureFile::link_type() const { return impl_->link_type; }

absl::StatusOr<std::optional<CaptureFile::Packet>> CaptureFile::Read() {
  pcap_pkthdr* header = nullptr;
  const u_char* bytes = nullptr;
  const int result = impl_->library->next(impl_->pcap, &header, &bytes);
  if (result == PCAP_ERROR_BREAK) return std::optional<Packet>();
  if (result != 1) {
    return absl::DataLossError(absl::StrCat(
        impl_->name, " is damaged or cut off: ",
        ssl::Shown(impl_->library->error(impl_->pcap), PCAP_ERRBUF_SIZE)));
  }
  Packet packet;
  // With this precision, tv_usec has nanoseconds.
  packet.time = absl::FromUnixSeconds(header->ts.tv_sec) +
                absl::Nanoseconds(header->ts.tv_usec);
  packet.bytes = {reinterpret_cast<const char*>(bytes), header->caplen};
  return std::optional<Packet>(packet);
}

}  // namespace airlock::capture
