// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/upload_handler.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "platform/http/site/html.h"
#include "platform/http/site/same_origin.h"
#include "platform/http/site/url_path.h"
#include "platform/internal/printable.h"

namespace airlock::http {
namespace {

constexpr char kBody[] = R"(<h1>Upload</h1>
<p>Choose files. Each is stored under its own name; existing files stay as they
are.</p>
<p><input type="file" id="files" multiple></p>
<noscript><p>This page needs JavaScript. Without it:
<code>curl --upload-file FILE URL-OF-THIS-PAGE</code></p></noscript>
<table class="facts"><tbody id="list"></tbody></table>
<footer><a href="/">Files</a> · <a href="/_tls">This connection</a></footer>
)";

// XMLHttpRequest, since fetch() does not report progress.
constexpr char kScript[] = R"(
'use strict';
const list = document.getElementById('list');
function cell(row, kind) {
  return row.appendChild(document.createElement(kind));
}
function upload(file) {
  const row = list.appendChild(document.createElement('tr'));
  cell(row, 'th').textContent = file.name;
  const state = cell(row, 'td');
  const bar = state.appendChild(document.createElement('progress'));
  const text = state.appendChild(document.createElement('span'));
  bar.max = 1;
  bar.value = 0;
  const request = new XMLHttpRequest();
  const end = (result) => {
    bar.remove();
    text.textContent = result;
    row.className = 'ended';
  };
  request.upload.onprogress = (event) => {
    if (!event.lengthComputable) return;
    bar.value = event.loaded / event.total;
    text.textContent = Math.floor(100 * bar.value) + ' %';
  };
  request.onload = () => end(request.status + ': ' + request.responseText);
  request.onerror = () => end('The connection failed.');
  request.open('PUT', encodeURIComponent(file.name));
  request.send(file);
}
document.getElementById('files').onchange = (event) => {
  for (const file of event.target.files) upload(file);
};
)";

class UploadSink : public BodySink {
 public:
  UploadSink(std::string peer, absl::string_view name,
             std::unique_ptr<Upload> upload,
             std::shared_ptr<Responder> responder, UploadLog log)
      : peer_(std::move(peer)),
        name_(platform::internal::Printable(name)),
        upload_(std::move(upload)),
        responder_(std::move(responder)),
        log_(std::move(log)) {}

  ~UploadSink() override {
    if (!ended_) End(absl::DataLossError("the client did not send all of it"));
  }

  absl::Status OnData(absl::string_view data) override {
    absl::Status status = upload_->Write(data);
    if (!status.ok()) End(status);
    return status;
  }

  void OnEnd() override {
    const absl::Status status = upload_->Finish();
    End(status);
    responder_->Respond(
        status.ok() ? TextResponse(201, absl::StrCat("stored ", upload_->size(),
                                                     " bytes"))
                    : ErrorResponse(status));
  }

 private:
  void End(const absl::Status& status) {
    ended_ = true;
    if (log_ == nullptr) return;
    log_(peer_,
         status.ok()
             ? absl::StrCat("uploaded ", name_, ", ", upload_->size(), " bytes")
             : absl::StrCat("upload of ", name_, " failed after ",
                            upload_->size(), " bytes: ", status.message()));
  }

  const std::string peer_;
  const std::string name_;
  const std::unique_ptr<Upload> upload_;
  const std::shared_ptr<Responder> responder_;
  const UploadLog log_;
  bool ended_ = false;
};

ServerResponse WithAllow(ServerResponse response) {
  response.headers.Add("Allow", "GET, HEAD, PUT, POST, OPTIONS");
  return response;
}

}  // namespace

UploadHandler::UploadHandler(std::string path,
                             std::unique_ptr<UploadDirectory> directory,
                             UploadLog log)
    : path_(std::move(path)),
      directory_(std::move(directory)),
      log_(std::move(log)) {}

std::unique_ptr<BodySink> UploadHandler::OnRequest(
    const ServerRequest& request, ServerConnection& connection,
    std::shared_ptr<Responder> responder) {
  if (request.method == "PUT" || request.method == "POST") {
    return Begin(request, connection, std::move(responder));
  }
  ServerResponse response;
  if (request.method == "OPTIONS") {
    response.status = 204;
    response = WithAllow(std::move(response));
  } else if (request.method != "GET" && request.method != "HEAD") {
    response = WithAllow(TextResponse(405, "use PUT or POST to upload a file"));
  } else if (PathOf(request.target) == path_) {
    Page page;
    page.title = "Upload";
    page.body = kBody;
    page.script = kScript;
    response = PageResponse(200, page);
  } else {
    response = TextResponse(404, "uploaded files are not shown here");
  }
  responder->Respond(std::move(response));
  return nullptr;
}

std::unique_ptr<BodySink> UploadHandler::Begin(
    const ServerRequest& request, const ServerConnection& connection,
    std::shared_ptr<Responder> responder) {
  const auto refuse = [&responder](const absl::Status& status) {
    responder->Respond(ErrorResponse(status));
    return nullptr;
  };
  const absl::Status same = CheckSameOrigin(request);
  if (!same.ok()) return refuse(same);
  // A part of a file (RFC 9110, section 14.5) would be stored as all of it, and
  // compressed data under the name of another format.
  for (const char* header : {"Content-Range", "Content-Encoding", "If-Match"}) {
    if (request.headers.Has(header)) {
      return refuse(absl::InvalidArgumentError(
          absl::StrCat(header, " is not supported for uploads")));
    }
  }
  const absl::string_view path = PathOf(request.target);
  if (!absl::StartsWith(path, path_)) {
    return refuse(absl::NotFoundError("files are uploaded elsewhere"));
  }
  // path_ ends with a slash.
  const auto parts = SplitPath(path.substr(path_.size() - 1));
  if (!parts.ok()) return refuse(parts.status());
  if (parts->size() != 1 || absl::EndsWith(path, "/")) {
    return refuse(absl::InvalidArgumentError(
        absl::StrCat("name the new file: ", path_, "NAME")));
  }
  absl::StatusOr<std::unique_ptr<Upload>> upload =
      directory_->Begin(parts->front(), request.content_length.value_or(0));
  if (!upload.ok()) return refuse(upload.status());
  auto sink = std::make_unique<UploadSink>(connection.peer(), parts->front(),
                                           *std::move(upload),
                                           std::move(responder), log_);
  if (!request.has_body) {
    sink->OnEnd();  // An empty file.
    return nullptr;
  }
  return sink;
}

}  // namespace airlock::http
