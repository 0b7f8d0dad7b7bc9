// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// One thread gets a page twenty times, four at once. The client resumes
// sessions; it keeps no connection, so that each page needs a handshake.
#include <iostream>
#include <memory>
#include <utility>

#include "examples/cpp/https/program.h"
#include "platform/http/client.h"
#include "platform/http/event_loop.h"

namespace {

namespace http = airlock::http;

constexpr int kPages = 20;
constexpr int kAtOnce = 4;

class Pages {
 public:
  Pages(const examples::Program& program, http::EventLoop* loop,
        http::Client* client)
      : program_(program), loop_(loop), client_(client) {}

  bool done() const { return got_ == started_; }

  void Start() {
    if (started_ == kPages || !status_.ok()) return;
    ++started_;
    http::Request request = program_.Get(program_.arguments[0]);
    request.versions.http2 = false;  // It would share one connection.
    client_->Start(
        loop_, std::move(request),
        [this](const absl::StatusOr<http::Response>& page) { Keep(page); });
  }

  absl::Status Report() const {
    std::cout << got_ << " requests, " << reused_ << " reused\n";
    return status_;
  }

 private:
  void Keep(const absl::StatusOr<http::Response>& page) {
    status_.Update(page.ok() ? examples::Check(*page) : page.status());
    ++got_;
    if (page.ok() && page->connection.tls.session_reused) ++reused_;
    // The first one alone: the others resume its session.
    for (int i = got_ == 1 ? kAtOnce : 1; i > 0; --i) Start();
  }

  const examples::Program& program_;
  http::EventLoop* const loop_;
  http::Client* const client_;
  int started_ = 0;
  int got_ = 0;
  int reused_ = 0;
  absl::Status status_;
};

absl::Status GetPages(examples::Program& program) {
  const absl::StatusOr<std::unique_ptr<http::EventLoop>> loop =
      http::EventLoop::Create();
  if (!loop.ok()) return loop.status();
  http::ClientOptions options;
  options.max_idle_connections = 0;
  http::Client client(program.runtime.get(), std::move(options));
  Pages pages(program, loop->get(), &client);
  pages.Start();
  while (!pages.done()) {
    const absl::Status status = (*loop)->RunOnce();
    if (!status.ok()) return status;
  }
  return pages.Report();
}

}  // namespace

int main(int argc, char** argv) {
  return examples::Run(argc, argv, "async_reuse [--ca FILE] URL", 1, 1,
                       GetPages);
}
