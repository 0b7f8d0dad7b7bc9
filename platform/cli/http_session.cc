// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/http_session.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/file_posix.hpp>
#include <boost/beast/http/basic_file_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "platform/cli/stream.h"
#include "platform/cli/text.h"
#include "platform/http/site/listing.h"
#include "platform/http/site/url_path.h"

namespace airlock::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

using FileBody = http::basic_file_body<beast::file_posix>;
using Request = http::request<http::empty_body>;

constexpr uint32_t kMaxHeader = 16 << 10;

absl::string_view View(beast::string_view text) {
  return {text.data(), text.size()};
}

std::string HttpDate(absl::Time time) {
  return absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", time,
                          absl::UTCTimeZone());
}

class Session {
 public:
  Session(const airlock::http::FileSite& site,
          const HttpSessionOptions& options, ssl::Socket* socket)
      : site_(site), options_(options), socket_(socket) {}

  absl::Status Run() {
    do {
      options_.on_progress(/*in_request=*/false);
      request_line_ = "(no request)";
      head_ = false;
      http::request_parser<http::empty_body> parser;
      parser.header_limit(kMaxHeader);
      absl::StatusOr<bool> more = ReadRequest(&parser);
      if (!more.ok() || !*more) return more.status();
      const absl::Status status = Answer(parser);
      if (!status.ok()) return status;
    } while (keep_alive_);
    return absl::OkStatus();
  }

 private:
  // False if the client has ended, or its request was already answered with an
  // error.
  absl::StatusOr<bool> ReadRequest(
      http::request_parser<http::empty_body>* parser) {
    std::array<char, 4096> chunk;
    for (;;) {
      if (!received_.empty()) {
        beast::error_code error;
        received_.erase(0, parser->put(asio::buffer(received_), error));
        if (parser->is_header_done()) return true;
        if (error && error != http::error::need_more) {
          keep_alive_ = false;
          return Refuse(error == http::error::header_limit
                            ? http::status::request_header_fields_too_large
                            : http::status::bad_request,
                        error.message());
        }
      }
      const absl::StatusOr<size_t> size =
          ReadSome(socket_, absl::MakeSpan(chunk));
      if (!size.ok()) return size.status();
      if (*size == 0) return false;
      received_.append(chunk.data(), *size);
    }
  }

  absl::Status Answer(const http::request_parser<http::empty_body>& parser) {
    const Request& request = parser.get();
    request_line_ = absl::StrCat(View(request.method_string()), " ",
                                 View(request.target()));
    version_ = request.version();
    head_ = request.method() == http::verb::head;
    keep_alive_ = parser.is_done() && parser.keep_alive();
    if (!head_ && request.method() != http::verb::get) {
      keep_alive_ = false;  // Its body was not read.
      return Refuse(http::status::method_not_allowed,
                    "only GET and HEAD are served")
          .status();
    }
    if (!parser.is_done()) {
      return Refuse(http::status::payload_too_large,
                    "a request must not have a body")
          .status();
    }
    if (version_ == 11 && request.count(http::field::host) != 1) {
      return Refuse(http::status::bad_request,
                    "exactly one Host header is required")
          .status();
    }
    absl::StatusOr<airlock::http::SiteEntry> entry =
        site_.Find(View(request.target()));
    if (!entry.ok()) return Refuse(entry.status());
    if (entry->kind == airlock::http::SiteEntry::Kind::kFile)
      return SendFile(*entry);
    if (!entry->final_slash) return Redirect(*entry);
    const absl::StatusOr<std::string> page = airlock::http::ListingPage(*entry);
    if (!page.ok()) return Refuse(page.status());
    return SendText(http::status::ok, "text/html; charset=utf-8", *page);
  }

  absl::Status Refuse(const absl::Status& why) {
    switch (why.code()) {
      case absl::StatusCode::kNotFound:
        return Refuse(http::status::not_found, why.message()).status();
      case absl::StatusCode::kInvalidArgument:
        return Refuse(http::status::bad_request, why.message()).status();
      case absl::StatusCode::kPermissionDenied:
        return Refuse(http::status::forbidden, why.message()).status();
      case absl::StatusCode::kResourceExhausted:
        return Refuse(http::status::service_unavailable, why.message())
            .status();
      default:
        return Refuse(http::status::internal_server_error, why.message())
            .status();
    }
  }

  // Always false, unless sending fails.
  absl::StatusOr<bool> Refuse(http::status status, absl::string_view why) {
    const absl::Status sent =
        SendText(status, "text/plain; charset=utf-8", absl::StrCat(why, "\n"));
    if (!sent.ok()) return sent;
    return false;
  }

  absl::Status Redirect(const airlock::http::SiteEntry& entry) {
    http::response<http::string_body> response(http::status::moved_permanently,
                                               version_);
    // Made from the parts of the entry, so it cannot be "//elsewhere".
    response.set(http::field::location,
                 absl::StrCat(airlock::http::EncodePath(entry.path), "/"));
    return Send(std::move(response));
  }

  absl::Status SendText(http::status status, absl::string_view type,
                        absl::string_view text) {
    http::response<http::string_body> response(status, version_);
    response.set(http::field::content_type,
                 beast::string_view(type.data(), type.size()));
    if (status == http::status::method_not_allowed) {
      response.set(http::field::allow, "GET, HEAD");
    }
    if (status == http::status::service_unavailable) {
      response.set(http::field::retry_after, "1");
    }
    response.body() = std::string(text);
    return Send(std::move(response));
  }

  absl::Status SendFile(airlock::http::SiteEntry& entry) {
    http::response<FileBody> response(http::status::ok, version_);
    response.set(http::field::content_type, entry.content_type);
    response.set(http::field::last_modified, HttpDate(entry.modified));
    beast::file_posix file;
    file.native_handle(entry.fd.Release());
    beast::error_code error;
    response.body().reset(std::move(file), error);
    if (error) {
      return Refuse(http::status::internal_server_error, error.message())
          .status();
    }
    return Send(std::move(response));
  }

  template <typename Body>
  absl::Status Send(http::response<Body> response) {
    response.set(http::field::server, "airlock");
    response.set(http::field::date, HttpDate(absl::Now()));
    response.set("X-Content-Type-Options", "nosniff");
    // RFC 6797: for a year.
    response.set(http::field::strict_transport_security, "max-age=31536000");
    response.keep_alive(keep_alive_);
    response.prepare_payload();
    if (options_.log) {
      options_.log(
          ForTerminal(absl::StrCat(request_line_, " ", response.result_int())));
    }
    http::response_serializer<Body> serializer(response);
    serializer.split(true);  // Sends the header alone first, for HEAD.
    absl::Status status;
    while (status.ok() && !serializer.is_done() &&
           !(head_ && serializer.is_header_done())) {
      options_.on_progress(/*in_request=*/true);
      beast::error_code error;
      serializer.next(error, [&](beast::error_code&, const auto& buffers) {
        std::string bytes;
        for (const auto buffer : beast::buffers_range_ref(buffers)) {
          bytes.append(static_cast<const char*>(buffer.data()), buffer.size());
        }
        status = WriteAll(socket_, bytes);
        serializer.consume(bytes.size());
      });
      // If the file has shrunk, the announced length is wrong.
      if (error) return absl::DataLossError(error.message());
    }
    return status;
  }

  const airlock::http::FileSite& site_;
  const HttpSessionOptions& options_;
  ssl::Socket* const socket_;

  std::string received_;  // Not yet parsed.
  std::string request_line_;
  unsigned version_ = 11;
  bool head_ = false;
  bool keep_alive_ = false;
};

}  // namespace

absl::Status ServeHttp(const airlock::http::FileSite& site,
                       const HttpSessionOptions& options, ssl::Socket* socket) {
  return Session(site, options, socket).Run();
}

}  // namespace airlock::cli
