// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/serve_site.h"

#include <utility>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "platform/http/site/file_site.h"
#include "platform/http/site/site.h"
#include "platform/http/site/upload_directory.h"

ABSL_FLAG(
    std::string, root, "",
    "Serve the files of this directory over HTTPS, with listings. Symbolic "
    "links in it are not followed. Without it and --upload: the server echoes "
    "every byte.");
ABSL_FLAG(std::string, upload, "",
          "Store what clients upload to /_upload/ as new files in this "
          "directory. Existing files are never changed.");
ABSL_FLAG(uint64_t, upload_total, uint64_t{8} << 30,
          "The most bytes of all uploads until the server stops; --max-body "
          "limits each.");
ABSL_FLAG(std::string, stats, "loopback",
          "Who may see the statistics at /_tls/stats and /_tls/metrics: "
          "\"loopback\" (clients on this machine), \"all\" or \"off\".");

namespace airlock::cli {
namespace {

absl::StatusOr<http::StatsAccess> AccessFromFlag() {
  const std::string word = absl::GetFlag(FLAGS_stats);
  if (word == "loopback") return http::StatsAccess::kLoopback;
  if (word == "all") return http::StatsAccess::kEveryone;
  if (word == "off") return http::StatsAccess::kNobody;
  return absl::InvalidArgumentError(absl::StrCat(
      "--stats is \"", word, "\"; it can be \"loopback\", \"all\" or \"off\""));
}

}  // namespace

bool ServesHttp() {
  return !absl::GetFlag(FLAGS_root).empty() ||
         !absl::GetFlag(FLAGS_upload).empty();
}

std::string DescribeSite(uint16_t port) {
  if (!ServesHttp()) return "echoing";
  const std::string root = absl::GetFlag(FLAGS_root);
  const std::string upload = absl::GetFlag(FLAGS_upload);
  return absl::StrCat("serving ", root.empty() ? "no files" : root,
                      " at https://localhost:", port, "/",
                      upload.empty() ? "" : ", uploads to ", upload);
}

absl::StatusOr<std::shared_ptr<http::Handler>> SiteFromFlags(
    std::shared_ptr<platform::Host> host, http::StatsSources stats,
    uint64_t max_file, http::UploadLog log) {
  http::SiteOptions options;
  const auto access = AccessFromFlag();
  if (!access.ok()) return access.status();
  options.stats_access = *access;
  if (!ServesHttp()) return std::shared_ptr<http::Handler>();
  const std::string root = absl::GetFlag(FLAGS_root);
  if (!root.empty()) {
    absl::StatusOr<http::FileSite> files = http::FileSite::Open(root);
    if (!files.ok()) return files.status();
    options.files = *std::move(files);
  }
  const std::string upload = absl::GetFlag(FLAGS_upload);
  if (!upload.empty()) {
    http::UploadLimits limits;
    limits.file_bytes = max_file;
    limits.total_bytes = absl::GetFlag(FLAGS_upload_total);
    auto uploads = http::UploadDirectory::Open(upload, limits);
    if (!uploads.ok()) return uploads.status();
    options.uploads = *std::move(uploads);
  }
  options.stats = std::move(stats);
  options.now = [host = std::move(host)] { return host->Now(); };
  options.log = std::move(log);
  return std::shared_ptr<http::Handler>(http::MakeSite(std::move(options)));
}

}  // namespace airlock::cli
