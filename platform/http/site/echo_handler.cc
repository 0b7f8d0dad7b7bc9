// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/echo_handler.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace airlock::http {
namespace {

ServerResponse Echoed(std::string text) {
  ServerResponse response;
  response.headers.Add("Content-Type", "text/plain; charset=utf-8");
  response.headers.Add("Cache-Control", "no-store");
  response.body = std::move(text);
  return response;
}

class EchoSink : public BodySink {
 public:
  EchoSink(std::string head, std::shared_ptr<Responder> responder,
           std::shared_ptr<std::atomic<size_t>> incomplete)
      : text_(std::move(head)),
        responder_(std::move(responder)),
        incomplete_(std::move(incomplete)) {}
  ~EchoSink() override { incomplete_->fetch_sub(size_); }

  absl::Status OnData(absl::string_view data) override {
    if (data.size() > EchoHandler::kMostBytes - size_) {
      return absl::OutOfRangeError(absl::StrCat(
          "the echo is limited to ", EchoHandler::kMostBytes, " bytes"));
    }
    size_ += data.size();
    if (incomplete_->fetch_add(data.size()) + data.size() >
        EchoHandler::kMostIncompleteBytes) {
      return absl::ResourceExhaustedError(
          "too many echoes at once; try again later");
    }
    absl::StrAppend(&text_, data);
    return absl::OkStatus();
  }

  void OnEnd() override { responder_->Respond(Echoed(std::move(text_))); }

 private:
  std::string text_;
  size_t size_ = 0;
  const std::shared_ptr<Responder> responder_;
  const std::shared_ptr<std::atomic<size_t>> incomplete_;
};

}  // namespace

std::unique_ptr<BodySink> EchoHandler::OnRequest(
    const ServerRequest& request, ServerConnection& connection,
    std::shared_ptr<Responder> responder) {
  (void)connection;
  if (request.method != "POST") {
    ServerResponse response =
        TextResponse(405, "send something by POST; it is returned");
    response.headers.Add("Allow", "POST");
    responder->Respond(std::move(response));
    return nullptr;
  }
  std::string head = absl::StrCat(request.method, " ", request.target, " ",
                                  VersionName(request.version),
                                  "\nHost: ", request.authority, "\n");
  for (const Header& header : request.headers) {
    // Was the authority.
    if (absl::EqualsIgnoreCase(header.name, "Host")) continue;
    absl::StrAppend(&head, header.name, ": ", header.value, "\n");
  }
  absl::StrAppend(&head, "\n");
  if (!request.has_body) {
    responder->Respond(Echoed(std::move(head)));
    return nullptr;
  }
  return std::make_unique<EchoSink>(std::move(head), std::move(responder),
                                    incomplete_);
}

}  // namespace airlock::http
