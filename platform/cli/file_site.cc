// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/file_site.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace airlock::cli {
namespace {

using platform::internal::UniqueFd;

constexpr char kIndex[] = "index.html";

// A FIFO must not block the server, and a link must not lead out of the root.
constexpr int kOpenFlags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;

absl::Status NoTarget(absl::string_view why) {
  return absl::InvalidArgumentError(why);
}

absl::StatusOr<std::string> DecodePercent(absl::string_view part) {
  std::string decoded;
  for (size_t i = 0; i < part.size(); ++i) {
    if (part[i] != '%') {
      decoded += part[i];
      continue;
    }
    const absl::string_view digits = part.substr(i + 1, 2);
    std::string byte;
    if (digits.size() != 2 || !absl::HexStringToBytes(digits, &byte)) {
      return NoTarget("a % is not followed by two hexadecimal digits");
    }
    decoded += byte;
    i += 2;
  }
  return decoded;
}

absl::StatusOr<std::vector<std::string>> SplitTarget(absl::string_view target) {
  target = target.substr(0, target.find_first_of("?#"));
  if (!absl::ConsumePrefix(&target, "/")) {
    return NoTarget("the target does not begin with a slash");
  }
  std::vector<std::string> path;
  for (absl::string_view part :
       absl::StrSplit(target, '/', absl::SkipEmpty())) {
    absl::StatusOr<std::string> decoded = DecodePercent(part);
    if (!decoded.ok()) return decoded.status();
    if (*decoded == "." || *decoded == ".." ||
        decoded->find('\0') != std::string::npos ||
        absl::StrContains(*decoded, '/')) {
      return NoTarget("a part of the path is not a file name");
    }
    path.push_back(*std::move(decoded));
  }
  return path;
}

absl::Status CannotOpen(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
      return absl::NotFoundError("the file does not exist");
    case ELOOP:
      return absl::PermissionDeniedError("symbolic links are not followed");
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError("the file is not readable");
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
      return absl::ResourceExhaustedError(
          "the server is short of resources; try again later");
    default:
      return absl::InternalError("the file cannot be read");
  }
}

// Opens `name` below the directory `parent`.
absl::StatusOr<UniqueFd> OpenBelow(int parent, const char* name, int flags) {
  UniqueFd fd(openat(parent, name, flags));
  if (!fd.valid()) return CannotOpen(errno);
  return fd;
}

absl::StatusOr<struct stat> StatusOf(const UniqueFd& fd) {
  struct stat status = {};
  if (fstat(fd.get(), &status) != 0) return CannotOpen(errno);
  return status;
}

std::string ContentType(absl::string_view name) {
  struct Type {
    absl::string_view suffix;
    absl::string_view type;
  };
  constexpr Type kTypes[] = {
      {".html", "text/html; charset=utf-8"},
      {".htm", "text/html; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".json", "application/json"},
      {".xml", "application/xml"},
      {".txt", "text/plain; charset=utf-8"},
      {".md", "text/plain; charset=utf-8"},
      {".py", "text/plain; charset=utf-8"},
      {".yaml", "text/plain; charset=utf-8"},
      {".pem", "text/plain; charset=utf-8"},
      {".crt", "application/x-x509-ca-cert"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".jpeg", "image/jpeg"},
      {".gif", "image/gif"},
      {".webp", "image/webp"},
      {".ico", "image/x-icon"},
      {".wasm", "application/wasm"},
      {".woff2", "font/woff2"},
      {".pdf", "application/pdf"},
      {".zip", "application/zip"},
      {".gz", "application/gzip"},
      {".whl", "application/zip"},
  };
  for (const Type& type : kTypes) {
    if (absl::EndsWithIgnoreCase(name, type.suffix)) {
      return std::string(type.type);
    }
  }
  return "application/octet-stream";
}

std::string EscapeHtml(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"},
                                    {"<", "&lt;"},
                                    {">", "&gt;"},
                                    {"\"", "&quot;"},
                                    {"'", "&#39;"}});
}

std::string EncodePart(absl::string_view part) {
  std::string encoded;
  for (char c : part) {
    if (absl::ascii_isalnum(c) || absl::StrContains("-._~", c)) {
      encoded += c;
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", static_cast<uint8_t>(c));
    }
  }
  return encoded;
}

// One line of a listing; directories first, then by name.
struct Line {
  bool is_file = false;
  std::string name;
  int64_t size = 0;
  absl::Time modified;

  bool operator<(const Line& other) const {
    return std::tie(is_file, name) < std::tie(other.is_file, other.name);
  }
};

absl::StatusOr<std::vector<Line>> ReadLines(int fd) {
  UniqueFd copy(openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  DIR* const opened = copy.valid() ? fdopendir(copy.get()) : nullptr;
  if (opened == nullptr) return CannotOpen(errno);
  copy.Release();
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opened, closedir);
  std::vector<Line> lines;
  for (;;) {
    errno = 0;  // null means the end or a failure.
    const dirent* const entry = readdir(directory.get());
    if (entry == nullptr) {
      if (errno != 0) return CannotOpen(errno);
      break;
    }
    Line line;
    line.name = entry->d_name;
    if (line.name == "." || line.name == "..") continue;
    struct stat status = {};
    if (fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) continue;  // It was deleted meanwhile.
      return CannotOpen(errno);
    }
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) continue;
    line.is_file = S_ISREG(status.st_mode);
    line.size = status.st_size;
    line.modified = absl::FromTimeT(status.st_mtime);
    lines.push_back(std::move(line));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace

absl::StatusOr<FileSite> FileSite::Open(const std::string& root) {
  UniqueFd fd(open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const int error = errno;
  if (!fd.valid()) {
    return absl::ErrnoToStatus(
        error, absl::StrCat("the directory ", root, " cannot be opened"));
  }
  return FileSite(std::move(fd));
}

absl::StatusOr<SiteEntry> FileSite::Find(absl::string_view target) const {
  absl::StatusOr<std::vector<std::string>> path = SplitTarget(target);
  if (!path.ok()) return path.status();
  SiteEntry entry;
  entry.path = *std::move(path);
  entry.final_slash =
      absl::EndsWith(target.substr(0, target.find_first_of("?#")), "/");

  std::string name = ".";
  absl::StatusOr<UniqueFd> fd =
      OpenBelow(root_.get(), ".", kOpenFlags | O_DIRECTORY);
  for (const std::string& part : entry.path) {
    if (!fd.ok()) break;
    name = part;
    fd = OpenBelow(fd->get(), part.c_str(), kOpenFlags);
  }
  if (!fd.ok()) return fd.status();
  absl::StatusOr<struct stat> status = StatusOf(*fd);
  if (!status.ok()) return status.status();
  if (S_ISDIR(status->st_mode) && entry.final_slash) {
    absl::StatusOr<UniqueFd> index = OpenBelow(fd->get(), kIndex, kOpenFlags);
    // A failed read must not turn a page into a listing.
    if (!index.ok() && !absl::IsNotFound(index.status())) {
      return index.status();
    }
    if (index.ok()) {
      const absl::StatusOr<struct stat> index_status = StatusOf(*index);
      if (!index_status.ok()) return index_status.status();
      if (S_ISREG(index_status->st_mode)) {
        fd = std::move(index);
        entry.final_slash = false;
        status = index_status;
        name = kIndex;
      }
    }
  }
  if (S_ISDIR(status->st_mode)) {
    entry.kind = SiteEntry::Kind::kDirectory;
  } else if (!S_ISREG(status->st_mode)) {
    return absl::PermissionDeniedError("the target is not a regular file");
  } else if (entry.final_slash) {
    return CannotOpen(ENOTDIR);
  }
  entry.fd = *std::move(fd);
  entry.size = static_cast<uint64_t>(status->st_size);
  entry.modified = absl::FromTimeT(status->st_mtime);
  entry.content_type = ContentType(name);
  return entry;
}

absl::StatusOr<std::string> ListingPage(const SiteEntry& entry) {
  absl::StatusOr<std::vector<Line>> lines = ReadLines(entry.fd.get());
  if (!lines.ok()) return lines.status();
  std::string title = "/";
  for (const std::string& part : entry.path) {
    absl::StrAppend(&title, EscapeHtml(part), "/");
  }
  std::string page = absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<title>",
      title,
      "</title><style>body{font-family:sans-serif;margin:2em}"
      "td{padding:.1em 1em .1em 0}td+td{text-align:right}</style></head>\n"
      "<body><h1>",
      title, "</h1>\n<table>\n");
  if (!entry.path.empty()) {
    absl::StrAppend(&page, "<tr><td><a href=\"../\">../</a></td></tr>\n");
  }
  for (const Line& line : *lines) {
    const absl::string_view slash = line.is_file ? "" : "/";
    // "./" so that a name with a colon is not read as a scheme.
    absl::StrAppend(
        &page, "<tr><td><a href=\"./", EncodePart(line.name), slash, "\">",
        EscapeHtml(line.name), slash, "</a></td><td>",
        line.is_file ? absl::StrCat(line.size) : "", "</td><td>",
        absl::FormatTime("%Y-%m-%d %H:%M", line.modified, absl::UTCTimeZone()),
        "</td></tr>\n");
  }
  absl::StrAppend(&page, "</table></body></html>\n");
  return page;
}

std::string EncodePath(const std::vector<std::string>& path) {
  std::string encoded;
  for (const std::string& part : path) {
    absl::StrAppend(&encoded, "/", EncodePart(part));
  }
  return encoded;
}

}  // namespace airlock::cli
