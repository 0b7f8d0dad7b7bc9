// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/load_app_yaml.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "config/error_place.h"

namespace airlock::platform {
namespace {

using config::AppYaml;
using Include = config::Setting<std::string>;

// Far more than any application has.
constexpr size_t kMaxFiles = 100;
// The file that is included for a folder.
constexpr char kInFolder[] = "include.yaml";

absl::Status CannotRead(absl::string_view what, const absl::Status& status,
                        absl::string_view place) {
  return config::WithPlace(absl::InvalidArgumentError(absl::StrCat(
                               what, " cannot be read: ", status.message())),
                           place);
}

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

// Removes "." and "..", so that each file has one name.
std::string Normal(absl::string_view path) {
  std::vector<absl::string_view> parts;
  for (const absl::string_view part : absl::StrSplit(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == ".." && !parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else if (part != ".." || !absl::StartsWith(path, "/")) {
      parts.push_back(part);
    }
  }
  return absl::StrCat(absl::StartsWith(path, "/") ? "/" : "",
                      absl::StrJoin(parts, "/"));
}

class Loader {
 public:
  Loader(Host* host, std::string path) : host_(host), path_(std::move(path)) {}

  absl::StatusOr<AppYaml> Load() {
    const absl::StatusOr<FileContent> file = host_->ReadFile(path_);
    if (!file.ok()) return CannotRead("the app.yaml", file.status(), path_);
    absl::StatusOr<AppYaml> app = config::ParseAppYaml(file->bytes, path_);
    if (!app.ok()) return app;
    app_ = *std::move(app);
    const std::vector<Include> includes = app_.includes;
    const absl::Status status = IncludeAll(includes, path_);
    if (!status.ok()) return status;
    return std::move(app_);
  }

  IncludedFiles& files() { return files_; }

 private:
  // The depth is bounded by kMaxFiles.
  absl::Status IncludeAll(  // NOLINT(misc-no-recursion)
      const std::vector<Include>& includes, const std::string& from) {
    for (const Include& include : includes) {
      absl::StatusOr<std::string> path = Find(include, from);
      if (!path.ok()) return path.status();
      // As in the SDK; this also ends cycles.
      if (absl::c_linear_search(files_.read, *path)) continue;
      if (*path == Normal(path_)) {
        return At(include, "app.yaml cannot be included; it includes others");
      }
      if (files_.read.size() >= kMaxFiles) {
        return At(include, absl::StrCat("there are more than ", kMaxFiles,
                                        " included files"));
      }
      files_.read.push_back(*path);
      const absl::StatusOr<FileContent> file = host_->ReadFile(*path);
      if (!file.ok()) return CannotInclude(include, file.status());
      const absl::StatusOr<AppYaml> included =
          config::ParseIncludedYaml(file->bytes, *path);
      if (!included.ok()) return included.status();
      config::MergeIncluded(*included, &app_);
      const absl::Status status = IncludeAll(included->includes, *path);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // The file that `include` refers to.
  absl::StatusOr<std::string> Find(const Include& include,
                                   const std::string& from) {
    std::vector<std::string> places;
    if (absl::StartsWith(include.value, "/")) {
      places = {include.value};
    } else {
      places = {absl::StrCat(FolderOf(from), include.value),
                absl::StrCat(FolderOf(path_), include.value)};
    }
    for (std::string& place : places) {
      place = Normal(place);
      absl::StatusOr<FileStatus> status = host_->Stat(place);
      if (status.ok() && status->type == FileType::kDirectory) {
        place = absl::StrCat(place, "/", kInFolder);
        status = host_->Stat(place);
      }
      if (status.ok()) return place;
      if (!absl::IsNotFound(status.status())) {
        return CannotInclude(include, status.status());
      }
      files_.missing.push_back(place);
    }
    return At(include,
              absl::StrCat(
                  "the included file \"", absl::CHexEscape(include.value),
                  "\" exists neither next to this file nor next to app.yaml"));
  }

  static absl::Status At(const Include& include, absl::string_view message) {
    const std::string place = include.origin.ToString();
    return config::WithPlace(
        absl::InvalidArgumentError(absl::StrCat(place, ": ", message)), place);
  }
  static absl::Status CannotInclude(const Include& include,
                                    const absl::Status& status) {
    const std::string place = include.origin.ToString();
    return CannotRead(absl::StrCat(place, ": the included file"), status,
                      place);
  }

  Host* const host_;
  const std::string path_;
  AppYaml app_;
  IncludedFiles files_;
};

}  // namespace

absl::StatusOr<AppYaml> LoadAppYaml(Host* host, const std::string& path,
                                    IncludedFiles* files) {
  Loader loader(host, path);
  absl::StatusOr<AppYaml> app = loader.Load();
  if (files != nullptr) *files = std::move(loader.files());
  return app;
}

}  // namespace airlock::platform
