// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Four threads get a page five times each. They share a client, which resumes
// sessions; it keeps no connection, so that each page needs a handshake.
#include <iostream>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "examples/cpp/https/program.h"
#include "platform/http/client.h"

namespace {

namespace http = airlock::http;

class Pages {
 public:
  explicit Pages(const examples::Program& program)
      : program_(program), client_(program.runtime.get(), Options()) {}

  // Thread-safe.
  void Get() {
    http::Request request = program_.Get(program_.arguments[0]);
    request.versions.http2 = false;  // It would share one connection.
    const absl::StatusOr<http::Response> page =
        client_.Fetch(std::move(request));
    const absl::MutexLock lock(&mutex_);
    status_.Update(page.ok() ? examples::Check(*page) : page.status());
    ++pages_;
    if (page.ok() && page->connection.tls.session_reused) ++reused_;
  }

  absl::Status Report() {
    const absl::MutexLock lock(&mutex_);
    std::cout << pages_ << " requests, " << reused_ << " reused\n";
    return status_;
  }

 private:
  static http::ClientOptions Options() {
    http::ClientOptions options;
    options.max_idle_connections = 0;
    return options;
  }

  const examples::Program& program_;
  http::Client client_;
  absl::Mutex mutex_;
  int pages_ ABSL_GUARDED_BY(mutex_) = 0;
  int reused_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

absl::Status GetPages(examples::Program& program) {
  Pages pages(program);
  pages.Get();  // The others resume its session.
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&pages] {
      for (int j = 0; j < 5; ++j) pages.Get();
    });
  }
  for (std::thread& thread : threads) thread.join();
  return pages.Report();
}

}  // namespace

int main(int argc, char** argv) {
  return examples::Run(argc, argv, "threaded_reuse [--ca FILE] URL", 1, 1,
                       GetPages);
}
