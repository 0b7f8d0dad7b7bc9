// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/secure_headers.h"

#include "absl/strings/string_view.h"

namespace airlock::cli {
namespace {

void AddUnlessSet(absl::string_view name, absl::string_view value,
                  http::Headers* headers) {
  if (!headers->Has(name)) headers->Add(name, value);
}

class SecureResponder final : public http::Responder {
 public:
  explicit SecureResponder(std::shared_ptr<http::Responder> responder)
      : responder_(std::move(responder)) {}

  void Respond(http::ServerResponse response) override {
    AddUnlessSet("X-Content-Type-Options", "nosniff", &response.headers);
    // For a year.
    AddUnlessSet("Strict-Transport-Security", "max-age=31536000",
                 &response.headers);
    responder_->Respond(std::move(response));
  }

  bool wanted() const override { return responder_->wanted(); }

 private:
  const std::shared_ptr<http::Responder> responder_;
};

}  // namespace

std::unique_ptr<http::BodySink> SecureHeaders::OnRequest(
    const http::ServerRequest& request, http::ServerConnection& connection,
    std::shared_ptr<http::Responder> responder) {
  return handler_->OnRequest(
      request, connection,
      std::make_shared<SecureResponder>(std::move(responder)));
}

}  // namespace airlock::cli
