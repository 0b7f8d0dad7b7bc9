// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The requests and responses of an HTTP client, as plain data.
#ifndef AIRLOCK_PLATFORM_HTTP_MESSAGE_H_
#define AIRLOCK_PLATFORM_HTTP_MESSAGE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "platform/http/headers.h"
#include "platform/http/version.h"
#include "platform/wrap_options.h"
#include "ssl/certificate.h"
#include "ssl/credential_source.h"
#include "ssl/ech.h"
#include "ssl/secret.h"
#include "ssl/socket.h"
#include "ssl/verification.h"

namespace airlock::http {

// The body of a request, read while it is sent. Called on the thread that runs
// the call, which waits meanwhile: other calls on the same thread wait, too.
class BodyReader {
 public:
  BodyReader() = default;
  BodyReader(const BodyReader&) = delete;
  BodyReader& operator=(const BodyReader&) = delete;
  virtual ~BodyReader() = default;

  // Reads 1 to into.size() bytes; 0 at the end. An error ends the call with
  // Failure::kBody.
  virtual absl::StatusOr<size_t> Read(absl::Span<char> into) = 0;

  // How many bytes it has in all. Unset: unknown, so that HTTP/1.1 sends the
  // body in chunks. A reader that has more or fewer bytes than this ends the
  // call.
  virtual std::optional<uint64_t> size() const { return std::nullopt; }

  // How many bytes of the body it keeps in memory while it exists. A server
  // limits them: see ServerLimits::max_waiting_bytes.
  virtual size_t memory() const { return 0; }

  // Starts again at the first byte, for a redirect (307, 308) or a repeated
  // request. The default is an error: then the call ends there.
  virtual absl::Status Rewind();
};

// How a call verifies the server and identifies its client. Immutable once
// calls use it, so that they can share it. Connections and sessions are shared
// only between calls whose TlsOptions have equal content, and the same
// credential_source.
struct TlsOptions {
  // False: neither chain nor name is verified. An error (ssl::ErrorKind::
  // kPolicy) where the policy enforces verification.
  bool validate_certificate = true;
  // The CAs to trust; unset: the platform's.
  platform::CaCerts ca_certs;
  // The client's certificate chain and key, PEM or DER; empty: not set. The
  // chain may hold the key, too. Never presented to another origin.
  ssl::Secret certificate;
  ssl::Secret private_key;
  ssl::Secret password;  // Of an encrypted key.
  // Live credentials instead of these three, and likewise never presented to
  // another origin. New connections present what is in force; kept ones go on.
  std::shared_ptr<ssl::CredentialSource> credential_source;
  // Hides the name of the URL's host (RFC 9849): its ECHConfigList. Another
  // host of a redirect gets a connection without ECH. An http proxy still
  // learns the name, to connect to it. Null: not offered.
  std::shared_ptr<const ssl::EchConfigs> ech_configs;
  // Pins, versions, groups and the rest of what decides about trust.
  ssl::Verification verification;
};

// The versions of HTTP that a client offers. The server chooses one of them (by
// ALPN, RFC 7301), HTTP/2 if it can.
struct HttpVersions {
  bool http1 = true;
  bool http2 = true;
};

// A finished part of a call, for Response::timing: the time since the call
// began, redirects included. Unset: the last connection did not need it, since
// it was reused.
struct Timing {
  std::optional<absl::Duration> resolved;   // The name was looked up.
  std::optional<absl::Duration> connected;  // TCP, and the proxy's tunnel.
  std::optional<absl::Duration> secured;    // The TLS handshake.
  absl::Duration first_byte;                // Of the response.
  absl::Duration total;
};

// The connection that a response came over.
struct ConnectionFacts {
  // An earlier call had used it, or uses it at the same time.
  bool reused = false;
  std::string address;  // The server's, or the proxy's: "127.0.0.1:443".
  std::string proxy;    // "proxy.example:3128"; empty: a direct connection.
  bool verified = false;
  ssl::ConnectionInfo tls;
  std::vector<ssl::Certificate> presented_chain;
};

struct Response {
  Version version = Version::kHttp1_1;
  int status = 0;      // 100 to 999, as the server sent it.
  std::string reason;  // Empty in HTTP/2.
  Headers headers;     // HTTP/2 has their names in lower case.
  // Decoded; empty if Request::on_data got it.
  std::string body;
  // The body ends at one of the request's limits; see allow_truncated.
  bool truncated = false;
  // Whether `body` was compressed in transit and has been decompressed. The
  // headers Content-Encoding and Content-Length still describe what was sent.
  bool decoded = false;
  uint64_t body_bytes_received = 0;  // Of the body, as it was sent.

  std::string url;    // The last one, after redirects.
  int redirects = 0;  // How many were followed.
  Timing timing;
  ConnectionFacts connection;
};

struct Request {
  // "GET", "POST" and so on; upper case. CONNECT and TRACE are errors.
  std::string method = "GET";
  std::string url;
  // The client itself sets Host, Connection and the fields that delimit the
  // body: they are errors here. It does not add a Content-Type.
  Headers headers;

  // The body, if any. Setting both is an error.
  std::string body;
  std::unique_ptr<BodyReader> body_reader;

  // Null: the defaults.
  std::shared_ptr<const TlsOptions> tls;

  // With HTTP/2, a call may share its connection with others.
  HttpVersions versions;

  // For the whole call: lookup, connection, redirects and body.
  absl::Duration timeout = absl::Seconds(60);

  // 301, 302, 303, 307 and 308 are followed this often, and then an error; 0
  // returns the redirect itself. At most 5.
  int max_redirects = 5;

  // Limits. Headers: of one response, including trailers. Body: as it was sent,
  // and decoded.
  size_t max_header_bytes = 64 << 10;
  uint64_t max_body_bytes = 32 << 20;
  uint64_t max_decoded_bytes = 128 << 20;
  // A body that exceeds a limit is cut off and marked as truncated; otherwise
  // it is an error (kTooLarge).
  bool allow_truncated = false;

  // Asks for gzip, and decodes it. Has no effect if `headers` has
  // Accept-Encoding: then the body stays as it was sent.
  bool decompress = true;

  // Called once with the head of the final response, before its body. The
  // response has no body and no final timing yet. An error ends the call.
  std::function<absl::Status(const Response& head)> on_head;
  // Called with each part of the final response's body, decoded, instead of
  // collecting it. An error ends the call.
  std::function<absl::Status(absl::string_view data)> on_data;

  // The location of the application's call, for the audit.
  std::string call_site;
};

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_MESSAGE_H_
