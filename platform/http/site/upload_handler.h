// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Takes files from clients.
#ifndef AIRLOCK_PLATFORM_HTTP_SITE_UPLOAD_HANDLER_H_
#define AIRLOCK_PLATFORM_HTTP_SITE_UPLOAD_HANDLER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "platform/http/server/handler.h"
#include "platform/http/site/upload_directory.h"

namespace airlock::http {

// Called when an upload by `peer` has ended, with what became of it. Must be
// thread-safe. The name in the text is printable.
using UploadLog =
    std::function<void(absl::string_view peer, absl::string_view what)>;

// Below `path` ("/_upload/"): GET of the path itself is a page with a form and
// a progress bar for each file; PUT and POST of "/_upload/NAME" store the body
// as the new file NAME (201). Requests from pages of other origins get 403.
class UploadHandler : public Handler {
 public:
  // `log` may be null.
  UploadHandler(std::string path, std::unique_ptr<UploadDirectory> directory,
                UploadLog log);

  std::unique_ptr<BodySink> OnRequest(
      const ServerRequest& request, ServerConnection& connection,
      std::shared_ptr<Responder> responder) override;

 private:
  std::unique_ptr<BodySink> Begin(const ServerRequest& request,
                                  const ServerConnection& connection,
                                  std::shared_ptr<Responder> responder);

  const std::string path_;
  const std::unique_ptr<UploadDirectory> directory_;
  const UploadLog log_;
};

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SITE_UPLOAD_HANDLER_H_
