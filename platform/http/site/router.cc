// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/router.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "platform/http/site/url_path.h"

namespace airlock::http {
namespace {

class SecureResponder : public Responder {
 public:
  explicit SecureResponder(std::shared_ptr<Responder> next)
      : next_(std::move(next)) {}

  void Respond(ServerResponse response) override {
    AddMissing("X-Content-Type-Options", "nosniff", &response);
    AddMissing("Strict-Transport-Security", "max-age=31536000", &response);
    next_->Respond(std::move(response));
  }
  bool wanted() const override { return next_->wanted(); }

 private:
  static void AddMissing(absl::string_view name, absl::string_view value,
                         ServerResponse* response) {
    if (!response->headers.Has(name)) response->headers.Add(name, value);
  }

  const std::shared_ptr<Responder> next_;
};

}  // namespace

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {}

std::unique_ptr<BodySink> Router::OnRequest(
    const ServerRequest& request, ServerConnection& connection,
    std::shared_ptr<Responder> responder) {
  auto secure = std::make_shared<SecureResponder>(std::move(responder));
  const absl::string_view path = PathOf(request.target);
  for (const Route& route : routes_) {
    if (path == route.path ||
        (route.prefix && absl::StartsWith(path, route.path))) {
      return route.handler->OnRequest(request, connection, std::move(secure));
    }
  }
  if (request.target == "*" && request.method == "OPTIONS") {
    ServerResponse response;
    response.status = 204;
    secure->Respond(std::move(response));
    return nullptr;
  }
  ServerResponse response =
      absl::StartsWith(path, "/")
          ? TextResponse(404, "the page does not exist")
          : TextResponse(400, "the target does not begin with a slash");
  secure->Respond(std::move(response));
  return nullptr;
}

}  // namespace airlock::http
