// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/platform/http/site/fakes.h"

#include <algorithm>

#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "platform/http/internal/inflater.h"

namespace airlock::http::testing {

FakeConnection::FakeConnection()
    : FakeConnection(
          airlock::testing::Connect(airlock::testing::ClientOptions(),
                                    airlock::testing::ServerOptions())) {}

std::string Answer::operator[](absl::string_view name) const {
  return std::string(headers.Get(name).value_or(""));
}

ServerRequest MakeRequest(std::string method, std::string target,
                          Headers headers) {
  ServerRequest request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.authority = "localhost:9443";
  request.headers = std::move(headers);
  return request;
}

void FakeResponder::Respond(ServerResponse given) {
  if (!response.has_value()) response = std::move(given);
}

Answer ReadWhole(ServerResponse response, size_t piece) {
  Answer answer;
  answer.status = response.status;
  answer.headers = std::move(response.headers);
  answer.body = std::move(response.body);
  if (response.body_reader == nullptr) return answer;
  EXPECT_EQ(answer.body, "") << "two bodies";
  answer.body_size = response.body_reader->size();
  std::vector<char> buffer(piece);
  for (;;) {
    const auto size = response.body_reader->Read(absl::MakeSpan(buffer));
    if (!size.ok()) {
      answer.body_error = size.status();
      break;
    }
    if (*size == 0) break;
    answer.body.append(buffer.data(), *size);
  }
  if (answer.body_error.ok() && answer.body_size.has_value()) {
    EXPECT_EQ(answer.body.size(), *answer.body_size);
  }
  return answer;
}

Answer Ask(Handler& handler, ServerRequest request, FakeConnection* connection,
           const std::vector<std::string>& parts, bool complete) {
  std::unique_ptr<FakeConnection> own;
  if (connection == nullptr) {
    own = std::make_unique<FakeConnection>();
    connection = own.get();
  }
  connection->count_request();
  request.has_body = request.has_body || !parts.empty();
  auto responder = std::make_shared<FakeResponder>();
  auto sink = handler.OnRequest(request, *connection, responder);
  absl::Status status;
  for (const std::string& part : parts) {
    if (sink == nullptr || !status.ok()) break;
    status = sink->OnData(part);
  }
  if (!status.ok()) responder->Respond(ErrorResponse(status));
  if (sink != nullptr && status.ok() && complete) sink->OnEnd();
  sink = nullptr;
  if (!responder->response.has_value()) return Answer();
  return ReadWhole(*std::move(responder->response));
}

std::string Gunzip(absl::string_view gzip) {
  std::string text;
  auto inflater = internal::Inflater::Create();
  EXPECT_TRUE(inflater.ok());
  const auto put = (*inflater)->Put(gzip, [&text](absl::string_view part) {
    text.append(part.data(), part.size());
    return true;
  });
  EXPECT_TRUE(put.ok()) << put.status();
  EXPECT_TRUE((*inflater)->Finish().ok());
  return text;
}

}  // namespace airlock::http::testing
