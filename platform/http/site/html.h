// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Pages that the server writes itself.
#ifndef AIRLOCK_PLATFORM_HTTP_SITE_HTML_H_
#define AIRLOCK_PLATFORM_HTTP_SITE_HTML_H_

#include <string>

#include "absl/strings/string_view.h"
#include "platform/http/server/handler.h"

namespace airlock::http {

// `text` for the content of an element or a quoted attribute. Special
// characters are escaped; unprintable ones and invalid UTF-8 are shown as
// "\x1b" or "\u202e", so that text of others cannot reorder the page.
std::string EscapeHtml(absl::string_view text);

struct Page {
  std::string title;  // Text; escaped here.
  std::string body;   // HTML.
  // JavaScript, the only one that the page may run. Constant text: it is not
  // escaped.
  absl::string_view script;
};

// The whole document, with the style of all pages; light or dark, as the reader
// prefers.
std::string PageText(const Page& page);

// The headers of such a document. The policy (Content-Security-Policy) allows
// only the page's own style and `script`, by their hashes, and forms and
// requests to this server; other sites cannot frame the page.
Headers PageHeaders(absl::string_view script = "");

// Both. Not to be stored by caches.
ServerResponse PageResponse(int status, const Page& page);

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SITE_HTML_H_
