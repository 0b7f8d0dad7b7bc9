// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "examples/cpp/https/program.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "platform/posix_host.h"
#include "platform/process_environment.h"
#include "platform/wrap_options.h"
#include "ssl/secret.h"

namespace examples {
namespace {

using airlock::ssl::Secret;

// What a file or an environment variable has.
absl::StatusOr<Secret> Load(absl::string_view source) {
  if (absl::ConsumePrefix(&source, "env:")) {
    const char* value = std::getenv(std::string(source).c_str());
    if (value == nullptr || *value == '\0') {
      return absl::NotFoundError(absl::StrCat("$", source, " is not set"));
    }
    return Secret(value);
  }
  std::ifstream file{std::string(source), std::ios::binary};
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  const airlock::ssl::ScopedWipe wipe(&bytes);
  if (!file || bytes.empty()) {
    return absl::NotFoundError(absl::StrCat("cannot read ", source));
  }
  return Secret(bytes);
}

absl::Status SetOption(absl::string_view name, absl::string_view source,
                       airlock::http::TlsOptions* tls) {
  absl::StatusOr<Secret> content = Load(source);
  if (!content.ok()) return content.status();
  if (name == "--ca") {
    tls->ca_certs =
        airlock::platform::CaBytes{std::string(content->view()), "--ca"};
  } else if (name == "--cert") {
    tls->certificate = *std::move(content);
  } else {
    tls->private_key = *std::move(content);
  }
  return absl::OkStatus();
}

absl::Status Prepare(int argc, char** argv, Program* program) {
  program->tls = std::make_shared<airlock::http::TlsOptions>();
  for (int i = 1; i < argc; ++i) {
    const absl::string_view name = argv[i];
    if (name != "--ca" && name != "--cert" && name != "--key") {
      program->arguments.emplace_back(name);
      continue;
    }
    if (++i == argc) {
      return absl::InvalidArgumentError(absl::StrCat(name, " has no value"));
    }
    const absl::Status status = SetOption(name, argv[i], program->tls.get());
    if (!status.ok()) return status;
  }
  auto runtime = airlock::platform::Runtime::Create(
      std::make_shared<airlock::platform::PosixHost>(),
      airlock::platform::ProcessEnvironment());
  if (!runtime.ok()) return runtime.status();
  program->runtime = *std::move(runtime);
  return absl::OkStatus();
}

}  // namespace

airlock::http::Request Program::Get(const std::string& url) const {
  airlock::http::Request request;
  request.url = url;
  request.tls = tls;
  request.timeout = absl::Seconds(30);
  return request;
}

int Run(int argc, char** argv, const char* usage, size_t least, size_t most,
        const std::function<absl::Status(Program&)>& body) {
  Program program;
  absl::Status status = Prepare(argc, argv, &program);
  if (status.ok() &&
      (program.arguments.size() < least || program.arguments.size() > most)) {
    std::cerr << "usage: " << usage << "\n";
    return 2;
  }
  if (status.ok()) status = body(program);
  if (status.ok()) return 0;
  std::cerr << argv[0] << ": " << status.message() << "\n";
  return 1;
}

absl::Status Check(const airlock::http::Response& response) {
  if (response.status < 400) return absl::OkStatus();
  return absl::UnknownError(
      absl::StrCat(response.url, ": ", response.status, " ", response.reason));
}

}  // namespace examples
