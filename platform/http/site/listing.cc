// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/listing.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "platform/http/site/file_error.h"
#include "platform/http/site/html.h"
#include "platform/http/site/url_path.h"
#include "platform/internal/unique_fd.h"

namespace airlock::http {
namespace {

using platform::internal::UniqueFd;

struct Line {
  bool is_file = false;
  std::string name;
  uint64_t size = 0;
  absl::Time modified;
};

// Directories first, then by name without regard to case.
bool Precedes(const Line& a, const Line& b) {
  if (a.is_file != b.is_file) return b.is_file;
  const auto lower = [](unsigned char x, unsigned char y) {
    return static_cast<unsigned char>(absl::ascii_tolower(x)) <
           static_cast<unsigned char>(absl::ascii_tolower(y));
  };
  const auto less = [&](const std::string& x, const std::string& y) {
    return std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end(),
                                        lower);
  };
  if (less(a.name, b.name)) return true;
  return !less(b.name, a.name) && a.name < b.name;
}

struct Lines {
  std::vector<Line> lines;
  bool more = false;  // The directory has more entries.
};

absl::StatusOr<Lines> ReadLines(int fd, size_t most) {
  UniqueFd copy(openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  DIR* const opened = copy.valid() ? fdopendir(copy.get()) : nullptr;
  if (opened == nullptr) return FileError(errno);
  copy.Release();
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opened, closedir);
  Lines result;
  for (size_t read = 0;; ++read) {
    errno = 0;  // null means the end or a failure.
    const dirent* const entry = readdir(directory.get());
    if (entry == nullptr) {
      if (errno != 0) return FileError(errno);
      break;
    }
    // With "." and "..".
    if (read == most + 2) {
      result.more = true;
      break;
    }
    Line line;
    line.name = entry->d_name;
    if (line.name == "." || line.name == "..") continue;
    struct stat status = {};
    if (fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) continue;  // It was deleted meanwhile.
      return FileError(errno);
    }
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) continue;
    line.is_file = S_ISREG(status.st_mode);
    line.size = static_cast<uint64_t>(status.st_size);
    line.modified = absl::FromTimeT(status.st_mtime);
    result.lines.push_back(std::move(line));
  }
  std::sort(result.lines.begin(), result.lines.end(), Precedes);
  return result;
}

std::string Row(const Line& line) {
  const absl::string_view slash = line.is_file ? "" : "/";
  // "./" so that a name with a colon is not read as a scheme, nor "//" as a
  // host; <bdi> so that a name does not reorder its row.
  std::string row = absl::StrCat("<tr><td class=\"n", line.is_file ? "" : " d",
                                 "\"><bdi><a href=\"./", EncodePart(line.name),
                                 slash, "\">", EscapeHtml(line.name), slash,
                                 "</a></bdi></td><td class=\"s\"");
  if (line.is_file) {
    absl::StrAppend(&row, " title=\"", line.size, " bytes\">",
                    FormatSize(line.size));
  } else {
    absl::StrAppend(&row, ">");
  }
  absl::StrAppend(&row, "</td><td class=\"t\">",
                  absl::FormatTime("%Y-%m-%d<span> %H:%M</span>", line.modified,
                                   absl::UTCTimeZone()),
                  "</td></tr>\n");
  return row;
}

// The path, with a link to each directory above.
std::string Heading(const std::vector<std::string>& path) {
  std::string heading = path.empty() ? "/" : "<a href=\"/\">/</a>";
  std::vector<std::string> above;
  for (const std::string& part : path) {
    above.push_back(part);
    const bool last = above.size() == path.size();
    absl::StrAppend(&heading, " <bdi>");
    if (!last) {
      absl::StrAppend(&heading, "<a href=\"", EncodePath(above), "/\">");
    }
    absl::StrAppend(&heading, EscapeHtml(part), last ? "" : "</a>", "</bdi> /");
  }
  return heading;
}

}  // namespace

std::string FormatSize(uint64_t size) {
  constexpr uint64_t kStep = 1024;
  constexpr absl::string_view kUnits[] = {"KiB", "MiB", "GiB",
                                          "TiB", "PiB", "EiB"};
  if (size < kStep) return absl::StrCat(size, " B");
  double scaled = static_cast<double>(size);
  size_t unit = 0;
  for (scaled /= kStep; scaled >= kStep && unit + 1 < std::size(kUnits);
       ++unit) {
    scaled /= kStep;
  }
  constexpr double kShort = 9.95;
  const int decimals = scaled < kShort ? 1 : 0;
  return absl::StrFormat("%.*f %s", decimals, scaled, kUnits[unit]);
}

absl::StatusOr<std::string> ListingPage(const SiteEntry& entry,
                                        absl::string_view footer,
                                        const ListingLimits& limits) {
  absl::StatusOr<Lines> lines = ReadLines(entry.fd.get(), limits.entries);
  if (!lines.ok()) return lines.status();
  std::string title = "/";
  for (const std::string& part : entry.path) absl::StrAppend(&title, part, "/");
  std::string body =
      absl::StrCat("<h1>", Heading(entry.path),
                   "</h1>\n<table><thead><tr><th>Name</th><th class=\"s\">"
                   "Size</th><th class=\"t\">Changed<span> (UTC)</span></th>"
                   "</tr></thead><tbody>\n");
  if (!entry.path.empty()) {
    absl::StrAppend(&body,
                    "<tr><td class=\"n d\"><a href=\"../\">../</a></td>"
                    "<td></td><td></td></tr>\n");
  }
  const size_t most = body.size() + limits.bytes;
  size_t shown = 0;
  for (const Line& line : lines->lines) {
    if (body.size() > most) break;
    absl::StrAppend(&body, Row(line));
    ++shown;
  }
  absl::StrAppend(&body, "</tbody></table>\n<footer>");
  if (lines->more || shown < lines->lines.size()) {
    absl::StrAppend(&body, "<p>This directory has more entries; ", shown,
                    " are shown.</p>");
  } else if (shown == 0) {
    absl::StrAppend(&body, "<p>This directory is empty.</p>");
  }
  absl::StrAppend(&body, footer, "</footer>");
  Page page;
  page.title = std::move(title);
  page.body = std::move(body);
  return PageText(page);
}

}  // namespace airlock::http
