// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/elf_file.h"

#include <elf.h>
#include <fcntl.h>
#include <fts.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "platform/internal/unique_fd.h"

namespace airlock::launcher {
namespace {

using platform::internal::UniqueFd;

constexpr absl::string_view kElf(
    "\x7f"
    "ELF",
    4);
constexpr absl::string_view kScript = "#!";
// Larger than in any program.
constexpr uint64_t kMaxHeaders = 1024;
constexpr uint64_t kMaxPath = 4096;

// Reads `size` bytes at `offset`; false if there are fewer.
bool ReadAt(int fd, uint64_t offset, void* to, size_t size) {
  char* const bytes = static_cast<char*>(to);
  for (size_t done = 0; done < size;) {
    const ssize_t got =
        pread(fd, bytes + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    done += static_cast<size_t>(got);
  }
  return true;
}

template <typename Header, typename ProgramHeader>
std::string Loader(int fd) {
  Header header;
  if (!ReadAt(fd, 0, &header, sizeof(header)) ||
      header.e_phentsize != sizeof(ProgramHeader) ||
      header.e_phnum > kMaxHeaders) {
    return "";
  }
  for (uint64_t i = 0; i < header.e_phnum; ++i) {
    ProgramHeader part;
    if (!ReadAt(fd, header.e_phoff + i * sizeof(part), &part, sizeof(part))) {
      return "";
    }
    if (part.p_type != PT_INTERP) continue;
    if (part.p_filesz == 0 || part.p_filesz > kMaxPath) return "";
    std::string path(part.p_filesz, '\0');
    if (!ReadAt(fd, part.p_offset, path.data(), path.size())) return "";
    return path.c_str();  // Ends before its NUL.
  }
  return "";
}

// Whether a file does not exist, or is closed to this user and therefore to the
// application. After other errors it may be a program.
bool IsOutOfReach(int error) {
  return error == ENOENT || error == EACCES || error == ELOOP;
}

absl::Status CannotSearch(absl::string_view path, int error) {
  return absl::InternalError(
      absl::ErrnoToStatus(error,
                          absl::StrCat("cannot look for programs at ", path))
          .message());
}

}  // namespace

bool IsScript(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::array<char, 2> begin;
  return fd.valid() && ReadAt(fd.get(), 0, begin.data(), begin.size()) &&
         absl::string_view(begin.data(), begin.size()) == kScript;
}

bool IsSharedLibrary(absl::string_view name) {
  return absl::EndsWith(name, ".so") || absl::StrContains(name, ".so.");
}

std::string ElfLoader(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::array<char, EI_NIDENT> begin;
  constexpr char kOurs =
      __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;
  if (!fd.valid() || !ReadAt(fd.get(), 0, begin.data(), begin.size()) ||
      !absl::StartsWith({begin.data(), begin.size()}, kElf) ||
      begin[EI_DATA] != kOurs) {
    return "";
  }
  return begin[EI_CLASS] == ELFCLASS64
             ? Loader<Elf64_Ehdr, Elf64_Phdr>(fd.get())
             : Loader<Elf32_Ehdr, Elf32_Phdr>(fd.get());
}

absl::Status FindPrograms(const std::string& root, FoundPrograms* found) {
  std::string path = root;
  std::array<char*, 2> roots = {path.data(), nullptr};
  const std::unique_ptr<FTS, int (*)(FTS*)> tree(
      fts_open(roots.data(), FTS_PHYSICAL | FTS_NOCHDIR, nullptr), &fts_close);
  if (tree == nullptr) return CannotSearch(root, errno);
  for (;;) {
    errno = 0;  // null means the end or a failure.
    const FTSENT* const entry = fts_read(tree.get());
    if (entry == nullptr) break;
    if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR ||
        entry->fts_info == FTS_NS) {
      if (IsOutOfReach(entry->fts_errno)) continue;
      return CannotSearch(entry->fts_path, entry->fts_errno);
    }
    if (entry->fts_info != FTS_F ||
        (entry->fts_statp->st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0 ||
        IsSharedLibrary(entry->fts_name)) {
      continue;
    }
    const UniqueFd fd(
        open(entry->fts_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
    if (!fd.valid() && !IsOutOfReach(errno)) {
      return CannotSearch(entry->fts_path, errno);
    }
    std::array<char, kElf.size()> begin;
    if (!fd.valid() || !ReadAt(fd.get(), 0, begin.data(), kScript.size())) {
      continue;
    }
    if (absl::string_view(begin.data(), kScript.size()) == kScript) {
      found->scripts.emplace_back(entry->fts_path);
    } else if (ReadAt(fd.get(), 0, begin.data(), begin.size()) &&
               absl::string_view(begin.data(), begin.size()) == kElf) {
      found->machine_code.emplace_back(entry->fts_path);
    }
  }
  return errno == 0 ? absl::OkStatus() : CannotSearch(root, errno);
}

}  // namespace airlock::launcher
