// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Shows clients their own connections.
#ifndef AIRLOCK_PLATFORM_HTTP_SITE_TLS_HANDLER_H_
#define AIRLOCK_PLATFORM_HTTP_SITE_TLS_HANDLER_H_

#include <functional>
#include <memory>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "config/json.h"
#include "platform/http/server/handler.h"

namespace airlock::http {

// GET /_tls: DescribeConnection as a page, or as JSON with "?json". Two
// buttons, which only this server's own pages can press (403 otherwise):
//   POST /_tls/key-update  new keys for both directions (TLS 1.3), then the
//                          page; 409 for TLS 1.2.
//   POST /_tls/reconnect   ends the connection after this response, which leads
//                          back to the page: the client resumes its session.
class TlsHandler : public Handler {
 public:
  explicit TlsHandler(std::function<absl::Time()> now);

  std::unique_ptr<BodySink> OnRequest(
      const ServerRequest& request, ServerConnection& connection,
      std::shared_ptr<Responder> responder) override;

 private:
  ServerResponse Answer(const ServerRequest& request,
                        ServerConnection& connection);
  ServerResponse Show(const ServerRequest& request,
                      ServerConnection& connection, absl::string_view note);
  ServerResponse Press(const ServerRequest& request,
                       ServerConnection& connection);

  const std::function<absl::Time()> now_;
};

// `json` as the response, with a final line feed. Not to be stored by caches.
ServerResponse JsonResponse(const config::Json& json);

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SITE_TLS_HANDLER_H_
