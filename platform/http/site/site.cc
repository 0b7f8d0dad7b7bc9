// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/site.h"

#include <string>
#include <utility>
#include <vector>

#include "platform/http/site/echo_handler.h"
#include "platform/http/site/file_handler.h"
#include "platform/http/site/router.h"
#include "platform/http/site/tls_handler.h"

namespace airlock::http {
namespace {

constexpr char kUploads[] = "/_upload/";

// Leads from one path to another.
class RedirectHandler : public Handler {
 public:
  explicit RedirectHandler(std::string location)
      : location_(std::move(location)) {}

  std::unique_ptr<BodySink> OnRequest(
      const ServerRequest& request, ServerConnection& connection,
      std::shared_ptr<Responder> responder) override {
    (void)request;
    (void)connection;
    ServerResponse response;
    response.status = 302;
    response.headers.Add("Location", location_);
    responder->Respond(std::move(response));
    return nullptr;
  }

 private:
  const std::string location_;
};

}  // namespace

std::unique_ptr<Handler> MakeSite(SiteOptions options) {
  std::vector<Route> routes;
  const auto tls = std::make_shared<TlsHandler>(options.now);
  const auto stats = std::make_shared<StatsHandler>(options.stats_access,
                                                    std::move(options.stats));
  routes.push_back({"/_tls", false, tls});
  routes.push_back({"/_tls/stats", false, stats});
  routes.push_back({"/_tls/metrics", false, stats});
  routes.push_back({"/_tls/", true, tls});
  routes.push_back({"/_echo", false, std::make_shared<EchoHandler>()});
  std::string footer = "<a href=\"/_tls\">This TLS connection</a>";
  if (options.uploads != nullptr) {
    routes.push_back({kUploads, true,
                      std::make_shared<UploadHandler>(
                          kUploads, std::move(options.uploads), options.log)});
    routes.push_back(
        {"/_upload", false, std::make_shared<RedirectHandler>(kUploads)});
    footer += " · <a href=\"/_upload/\">Upload</a>";
  }
  if (options.files.has_value()) {
    routes.push_back(
        {"/", true,
         std::make_shared<FileHandler>(*std::move(options.files),
                                       std::move(footer), options.now)});
  } else {
    routes.push_back({"/", false, std::make_shared<RedirectHandler>("/_tls")});
  }
  return std::make_unique<Router>(std::move(routes));
}

}  // namespace airlock::http
