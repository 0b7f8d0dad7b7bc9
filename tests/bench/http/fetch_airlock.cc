// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A load of fetches by //platform/http, on one thread.

#include <chrono>
#include <cstdio>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/http/client.h"
#include "platform/http/event_loop.h"
#include "platform/http/message.h"
#include "platform/posix_host.h"
#include "platform/process_environment.h"
#include "platform/runtime.h"
#include "tests/bench/http/fetch_load.h"

namespace airlock::bench {
namespace {

class Run {
 public:
  Run(FetchLoad load, platform::Runtime* runtime)
      : load_(std::move(load)), client_(runtime, Options(load_)) {
    auto tls = std::make_shared<http::TlsOptions>();
    tls->ca_certs = platform::CaPath{load_.ca_file};
    tls_ = std::move(tls);
  }

  int Main() {
    auto loop = http::EventLoop::Create();
    if (!loop.ok()) return Fail(loop.status());
    loop_ = loop->get();
    const auto begin = std::chrono::steady_clock::now();
    while (started_ < load_.fetches && started_ < load_.at_once) Start();
    while (done_ < load_.fetches) {
      const absl::Status status = loop_->RunOnce();
      if (!status.ok()) return Fail(status);
    }
    return PrintResult(std::chrono::steady_clock::now() - begin, failures_,
                       bytes_);
  }

 private:
  static http::ClientOptions Options(const FetchLoad& load) {
    http::ClientOptions options;
    options.proxies = http::ProxyRules();
    options.max_idle_connections = load.new_connections ? 0 : 128;
    return options;
  }

  static int Fail(const absl::Status& status) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    return 1;
  }

  void Start() {
    ++started_;
    http::Request request;
    request.url = load_.url;
    request.tls = tls_;
    request.versions.http1 = !load_.http2;
    request.versions.http2 = load_.http2;
    client_.Start(
        loop_, std::move(request),
        [this](absl::StatusOr<http::Response> response) {
          ++done_;
          if (!response.ok() || response->status != 200 ||
              (response->version == http::Version::kHttp2) != load_.http2) {
            ++failures_;
            if (!response.ok()) Fail(response.status());
          } else {
            bytes_ += response->body.size();
          }
          if (started_ < load_.fetches) Start();
        });
  }

  const FetchLoad load_;
  http::Client client_;
  std::shared_ptr<const http::TlsOptions> tls_;
  http::EventLoop* loop_ = nullptr;
  int started_ = 0;
  int done_ = 0;
  int failures_ = 0;
  unsigned long long bytes_ = 0;
};

int Main(int argc, char** argv) {
  FetchLoad load = LoadFromArguments(argc, argv);
  auto runtime = platform::Runtime::Create(
      std::make_shared<platform::PosixHost>(), platform::ProcessEnvironment());
  if (!runtime.ok()) {
    std::fprintf(stderr, "%s\n", runtime.status().ToString().c_str());
    return 1;
  }
  return Run(std::move(load), runtime->get()).Main();
}

}  // namespace
}  // namespace airlock::bench

int main(int argc, char** argv) { return airlock::bench::Main(argc, argv); }
