// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/tls_handler.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "platform/http/site/connection_facts.h"
#include "platform/http/site/html.h"
#include "platform/http/site/same_origin.h"
#include "platform/http/site/url_path.h"
#include "ssl/error.h"
#include "ssl/socket.h"

namespace airlock::http {
namespace {

constexpr char kPath[] = "/_tls";
constexpr char kKeyUpdate[] = "/_tls/key-update";
constexpr char kReconnect[] = "/_tls/reconnect";

constexpr char kButtons[] = R"(
<form method="post" action="/_tls/key-update"><button>Update the keys</button>
</form><form method="post" action="/_tls/reconnect"><button>Connect again
</button></form>
)";

ServerResponse NotAllowed(absl::string_view allow) {
  ServerResponse response =
      TextResponse(405, absl::StrCat("the methods here are ", allow));
  response.headers.Add("Allow", allow);
  return response;
}

}  // namespace

ServerResponse JsonResponse(const config::Json& json) {
  ServerResponse response;
  response.headers.Add("Content-Type", "application/json");
  response.headers.Add("Cache-Control", "no-store");
  response.body = absl::StrCat(config::JsonLines(json), "\n");
  return response;
}

TlsHandler::TlsHandler(std::function<absl::Time()> now)
    : now_(std::move(now)) {}

std::unique_ptr<BodySink> TlsHandler::OnRequest(
    const ServerRequest& request, ServerConnection& connection,
    std::shared_ptr<Responder> responder) {
  responder->Respond(Answer(request, connection));
  return nullptr;
}

ServerResponse TlsHandler::Answer(const ServerRequest& request,
                                  ServerConnection& connection) {
  const absl::string_view path = PathOf(request.target);
  if (path == kKeyUpdate || path == kReconnect) {
    if (request.method != "POST") return NotAllowed("POST");
    return Press(request, connection);
  }
  if (path != kPath) return TextResponse(404, "the page does not exist");
  if (request.method != "GET" && request.method != "HEAD") {
    return NotAllowed("GET, HEAD");
  }
  return Show(request, connection, "");
}

ServerResponse TlsHandler::Show(const ServerRequest& request,
                                ServerConnection& connection,
                                absl::string_view note) {
  config::Json facts = DescribeConnection(request, connection, now_());
  if (QueryHas(request.target, "json")) {
    if (!note.empty()) facts["note"] = std::string(note);
    return JsonResponse(facts);
  }
  Page page;
  page.title = "This TLS connection";
  page.body = absl::StrCat(
      "<h1>This TLS connection</h1>\n",
      note.empty() ? "" : absl::StrCat("<p class=\"note\">", note, "</p>\n"),
      kButtons, ConnectionHtml(facts),
      "<footer><a href=\"/_tls?json\">JSON</a> · <a href=\"/_tls/stats\">"
      "Statistics</a> · <a href=\"/\">Files</a></footer>");
  return PageResponse(200, page);
}

ServerResponse TlsHandler::Press(const ServerRequest& request,
                                 ServerConnection& connection) {
  const absl::Status same = CheckSameOrigin(request);
  if (!same.ok()) return ErrorResponse(same);
  if (PathOf(request.target) == kReconnect) {
    connection.CloseWhenIdle();
    ServerResponse response;
    response.status = 303;
    response.headers.Add("Location", QueryHas(request.target, "json")
                                         ? absl::StrCat(kPath, "?json")
                                         : kPath);
    return response;
  }
  const absl::Status updated = connection.socket().RequestKeyUpdate();
  if (!updated.ok()) {
    if (ssl::GetErrorKind(updated) != ssl::ErrorKind::kInvalidArgument) {
      return ErrorResponse(absl::InternalError(""));
    }
    return TextResponse(409, updated.message());
  }
  connection.Flush();
  return Show(request, connection,
              "The server has updated its keys and asked the browser to do the "
              "same: this page is the first data under the new ones.");
}

}  // namespace airlock::http
