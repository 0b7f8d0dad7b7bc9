// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Describes the TLS connection of a request.
#ifndef AIRLOCK_PLATFORM_HTTP_SITE_CONNECTION_FACTS_H_
#define AIRLOCK_PLATFORM_HTTP_SITE_CONNECTION_FACTS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "config/json.h"
#include "platform/http/server/handler.h"

namespace airlock::http {

// The objects "connection" (protocol, cipher, group, ALPN, SNI, HTTP),
// "session" (whether it was resumed, id, age, timeout, tickets), "timing" and
// "client" (its address, and the certificates that it presented, leaf first:
// subject, issuer, names, validity, fingerprint, PEM). What was not negotiated
// is null.
config::Json DescribeConnection(const ServerRequest& request,
                                ServerConnection& connection, absl::Time now);

// The same for people, as HTML.
std::string ConnectionHtml(const config::Json& facts);

// One object of a page: a heading and a table of its members, except arrays and
// objects. Names and values are escaped.
std::string FactsHtml(absl::string_view heading, const config::Json& object);

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SITE_CONNECTION_FACTS_H_
