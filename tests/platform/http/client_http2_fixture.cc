// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/platform/http/client_http2_fixture.h"

#include <cstddef>

#include "absl/strings/str_cat.h"

namespace airlock::http::testing {

void Echo(Http2Peer& peer, const SeenStream& seen) {
  peer.Respond(seen.stream, "200", {{"x-echo", "yes"}},
               seen.request.method == "HEAD"
                   ? ""
                   : absl::StrCat(seen.request.method, " ", seen.request.target,
                                  " ", seen.request.body));
}

Request Get(const TestServer& server, absl::string_view path) {
  Request request;
  request.url = server.Url(path);
  return request;
}

void ClientHttp2Test::SetUp() {
  auto loop = EventLoop::Create();
  ASSERT_TRUE(loop.ok()) << loop.status();
  loop_ = *std::move(loop);
}

std::vector<absl::StatusOr<Response>> ClientHttp2Test::FetchAll(
    std::vector<Request> requests) {
  std::vector<absl::StatusOr<Response>> responses(requests.size());
  size_t finished = 0;
  for (size_t i = 0; i < requests.size(); ++i) {
    client_.Start(loop_.get(), std::move(requests[i]),
                  [&, i](absl::StatusOr<Response> response) {
                    responses[i] = std::move(response);
                    ++finished;
                  });
  }
  while (finished < responses.size()) {
    EXPECT_TRUE(loop_->RunOnce().ok());
  }
  return responses;
}

}  // namespace airlock::http::testing
