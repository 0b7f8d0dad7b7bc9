// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/application.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "platform/load_app_yaml.h"

namespace airlock::launcher {
namespace {

constexpr struct {
  absl::string_view runtime;
  absl::string_view version;
} kRuntimes[] = {{"python27", "2.7"},   {"python3", ""},
                 {"python38", "3.8"},   {"python39", "3.9"},
                 {"python310", "3.10"}, {"python311", "3.11"},
                 {"python312", "3.12"}, {"python313", "3.13"}};
constexpr char kAccepted[] =
    "python3, or a version: python27, python38 to python313";

}  // namespace

absl::StatusOr<Application> LoadApplication(const std::string& path,
                                            platform::Host* host) {
  Application application;
  const std::unique_ptr<char, decltype(&std::free)> real(
      realpath(path.c_str(), nullptr), &std::free);
  if (real == nullptr) {
    return absl::NotFoundError(absl::StrCat(
        "the app.yaml cannot be read: ", path, ": ", std::strerror(errno)));
  }
  application.app_yaml = real.get();
  const size_t slash = application.app_yaml.rfind('/');
  application.folder = application.app_yaml.substr(0, slash);
  if (application.folder.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": an application needs its own folder, which cannot be /"));
  }
  absl::StatusOr<config::AppYaml> yaml =
      platform::LoadAppYaml(host, application.app_yaml, &application.included);
  if (!yaml.ok()) return yaml.status();
  application.yaml = *std::move(yaml);
  const auto& runtime = application.yaml.runtime;
  if (!runtime.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat(application.app_yaml,
                     ": it has no runtime; write runtime: ", kAccepted));
  }
  for (const auto& row : kRuntimes) {
    if (row.runtime != runtime->value) continue;
    application.version = std::string(row.version);
    return application;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(runtime->origin.ToString(), ": unknown runtime \"",
                   runtime->value, "\"; use ", kAccepted));
}

absl::StatusOr<std::vector<std::string>> StartCommand(
    const Application& application, const std::string& python,
    const std::vector<std::string>& arguments) {
  std::vector<std::string> command;
  if (application.yaml.entrypoint.has_value()) {
    command = {
        "/bin/sh", "-c",
        absl::StrCat("exec ", application.yaml.entrypoint->value, " \"$@\""),
        "sh"};
  } else {
    command = {python, absl::StrCat(application.folder, "/main.py")};
    if (access(command[1].c_str(), R_OK) != 0) {
      return absl::NotFoundError(
          absl::StrCat(application.app_yaml, " has no entrypoint, and ",
                       command[1], " cannot be read; write one of them"));
    }
  }
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

}  // namespace airlock::launcher
