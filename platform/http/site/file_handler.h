// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Answers requests with files and listings.
#ifndef AIRLOCK_PLATFORM_HTTP_SITE_FILE_HANDLER_H_
#define AIRLOCK_PLATFORM_HTTP_SITE_FILE_HANDLER_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "platform/http/server/handler.h"
#include "platform/http/site/file_site.h"

namespace airlock::http {

// Serves a FileSite to GET, HEAD and OPTIONS (RFC 9110): conditional requests,
// ranges, and gzip where the client accepts it. Other methods get 405.
//
// Compressing secrets beside text that an attacker chooses reveals them by
// their length (BREACH). That does not apply here: nothing of a request becomes
// part of a file or listing, and pages that repeat parts of a request are not
// compressed.
class FileHandler : public Handler {
 public:
  // `footer`: HTML at the end of listings. `now`: the time.
  FileHandler(FileSite site, std::string footer,
              std::function<absl::Time()> now);

  std::unique_ptr<BodySink> OnRequest(
      const ServerRequest& request, ServerConnection& connection,
      std::shared_ptr<Responder> responder) override;

 private:
  ServerResponse Answer(const ServerRequest& request);
  ServerResponse AnswerWithFile(const ServerRequest& request, SiteEntry entry);
  ServerResponse AnswerWithListing(const ServerRequest& request,
                                   const SiteEntry& entry);
  const FileSite site_;
  const std::string footer_;
  const std::function<absl::Time()> now_;
  // How many bodies are being compressed. Readers may outlive the handler.
  const std::shared_ptr<std::atomic<int>> compressors_;
};

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SITE_FILE_HANDLER_H_
