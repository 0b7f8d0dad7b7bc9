// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/server/internal/request_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "platform/http/internal/trailer_fields.h"

namespace airlock::http::internal {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace beast_http = boost::beast::http;

// How many empty lines may precede a request (RFC 9112, section 2.2).
constexpr int kMaxEmptyLines = 4;
constexpr size_t kMaxFields = 256;
constexpr size_t kLeastLastChunk = 5;  // "0\r\n\r\n"

absl::string_view View(beast::string_view text) {
  return {text.data(), text.size()};
}

bool IsAuthority(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::StrContains("-._~!$&'()*+,;=%:[]", c);
  });
}

bool IsNumber(absl::string_view text) {
  return !text.empty() && text.size() <= 19 &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isdigit(static_cast<unsigned char>(c));
         });
}

}  // namespace

// Beast's parser, and the checks that it leaves to its user.
class RequestParser::Impl final : public beast_http::basic_parser<true>,
                                  private TrailerFields {
 public:
  Impl(size_t max_header, uint64_t max_body)
      : max_header_(max_header), max_body_(max_body) {
    eager(false);
    // Checked here. (Without a limit, this parser accepts no body.)
    body_limit(std::numeric_limits<std::uint64_t>::max());
    header_limit(static_cast<uint32_t>(
        std::min<size_t>(max_header, size_t{1} << 30) + 2));
  }

  size_t Put(absl::string_view bytes, OnBody on_body) {
    if (refusal_.status != 0 || is_done()) return 0;
    if (!is_header_done()) return PutHead(bytes);
    on_body_ = &on_body;
    const size_t used = PutBody(bytes);
    on_body_ = nullptr;
    return used;
  }

  bool begun() const { return scanned_ > 0; }
  bool head_done() const { return head_done_; }
  const Refusal& refusal() const { return refusal_; }
  const ServerRequest& request() const { return request_; }
  bool expects_continue() const { return expects_continue_; }

 private:
  size_t PutHead(absl::string_view bytes) {
    size_t skipped = 0;
    if (scanned_ == 0) {
      while (absl::StartsWith(bytes.substr(skipped), "\r\n")) {
        skipped += 2;
        if (++empty_lines_ > kMaxEmptyLines) {
          Refuse(400, "the request begins with empty lines");
          return skipped;
        }
      }
      bytes.remove_prefix(skipped);
      if (bytes == "\r") return skipped;
    }
    const absl::string_view head = FindHead(bytes);
    if (refusal_.status != 0 || head.empty()) return skipped;
    beast::error_code error;
    const size_t used = put(asio::buffer(head.data(), head.size()), error);
    if (refusal_.status == 0 && error) {
      Refuse(
          error == beast_http::error::bad_version ? 505 : 400,
          absl::StrCat("the request is not valid HTTP/1.1: ", error.message()));
    } else if (refusal_.status == 0 &&
               (!is_header_done() || used != head.size())) {
      Refuse(400, "the request's head is not valid");
    }
    if (refusal_.status == 0) CheckHead();
    head_done_ = refusal_.status == 0;
    return skipped + head.size();
  }

  // The whole head, or nothing if its end has not arrived.
  absl::string_view FindHead(absl::string_view bytes) {
    while (scanned_ < bytes.size()) {
      const size_t end = bytes.find('\n', scanned_);
      if (end == absl::string_view::npos) {
        scanned_ = bytes.size();
        break;
      }
      scanned_ = end + 1;
      absl::string_view line = bytes.substr(line_start_, end - line_start_);
      if (line.empty() || line.back() != '\r') {
        Refuse(400, "a line ends without CR");
        return {};
      }
      line.remove_suffix(1);
      if (line.find_first_of(absl::string_view("\r\0", 2)) !=
          absl::string_view::npos) {
        Refuse(400, "a line contains CR or NUL");
        return {};
      }
      const bool first = line_start_ == 0;
      line_start_ = scanned_;
      if (scanned_ > max_header_) {
        RefuseHead(first);
        return {};
      }
      if (line.empty()) return bytes.substr(0, scanned_);
      if (!first && (line[0] == ' ' || line[0] == '\t')) {
        Refuse(400, "a header field is folded or begins with whitespace");
        return {};
      }
    }
    if (scanned_ > max_header_) RefuseHead(/*first_line=*/line_start_ == 0);
    return {};
  }

  void RefuseHead(bool first_line) {
    Refuse(first_line ? 414 : 431,
           absl::StrCat(first_line ? "the target is too long"
                                   : "the headers are too large",
                        "; the limit is ", max_header_, " bytes"));
  }

  size_t PutBody(absl::string_view bytes) {
    size_t used = 0;
    while (used < bytes.size() && !is_done() && refusal_.status == 0) {
      if (IsTooShort(bytes.substr(used))) break;
      beast::error_code error;
      const size_t n =
          put(asio::buffer(bytes.data() + used, bytes.size() - used), error);
      used += n;
      if (refusal_.status != 0) break;
      if (error == beast_http::error::need_more) {
        // Only the sizes of chunks and trailers need more than there is.
        if (bytes.size() - used > max_header_) {
          Refuse(400, "a chunk's extensions or the trailers are too large");
        }
        break;
      }
      if (error) {
        Refuse(400, absl::StrCat("the request's body is not valid: ",
                                 error.message()));
      }
    }
    return used;
  }

  // Whether a body begins with its last chunk, which is not complete. Beast
  // looks at "0\r\n" and remembers it, and then asserts that there are five
  // bytes, which ends a program that was built for debugging.
  bool IsTooShort(absl::string_view bytes) const {
    return chunked() && body_size_ == 0 && bytes.size() < kLeastLastChunk &&
           absl::StartsWith(bytes, "0\r\n");
  }

  void Refuse(int status, std::string why) {
    if (refusal_.status == 0) refusal_ = {status, std::move(why)};
  }

  void Refuse(int status, std::string why, beast::error_code& error) {
    Refuse(status, std::move(why));
    error = beast_http::error::bad_value;
  }

  void CheckHead() {
    const bool chunked = request_.headers.Has("Transfer-Encoding");
    const auto length = request_.headers.Get("Content-Length");
    if (chunked && length.has_value()) {
      return Refuse(400,
                    "the request has Content-Length and "
                    "Transfer-Encoding");
    }
    if (chunked && request_.version == Version::kHttp1_0) {
      return Refuse(400, "the request has a Transfer-Encoding in HTTP/1.0");
    }
    if (length.has_value()) {
      uint64_t size = 0;
      if (!absl::SimpleAtoi(*length, &size)) {
        return Refuse(400, "Content-Length is not a number");
      }
      request_.content_length = size;
      if (size > max_body_) return RefuseBody();
    }
    request_.has_body = chunked || request_.content_length.value_or(0) > 0;
    CheckTarget();
    CheckExpectation();
  }

  // Sets target and authority (RFC 9112, section 3.2).
  void CheckTarget() {
    const auto hosts = request_.headers.GetAll("Host");
    if (hosts.size() > 1 ||
        (hosts.empty() && request_.version == Version::kHttp1_1)) {
      return Refuse(400, "exactly one Host header is required");
    }
    if (!hosts.empty()) {
      if (!IsAuthority(hosts[0])) return Refuse(400, "Host is not valid");
      request_.authority = std::string(hosts[0]);
    }
    if (request_.method == "CONNECT") {
      return Refuse(501, "this server is not a proxy");
    }
    std::string& target = request_.target;
    if (absl::StrContains(target, '#')) {
      return Refuse(400, "the target has a fragment");
    }
    if (absl::StartsWith(target, "/") ||
        (target == "*" && request_.method == "OPTIONS")) {
      return;
    }
    size_t scheme = 0;
    for (const absl::string_view each : {"https://", "http://"}) {
      if (absl::StartsWithIgnoreCase(target, each)) scheme = each.size();
    }
    if (scheme == 0) return Refuse(400, "the target is not a path or a URL");
    const size_t end =
        std::min(target.find_first_of("/?", scheme), target.size());
    request_.authority = target.substr(scheme, end - scheme);
    if (request_.authority.empty() || !IsAuthority(request_.authority)) {
      return Refuse(400, "the target's host is not valid");
    }
    target.erase(0, end);
    if (target.empty() || target[0] != '/') target.insert(0, "/");
  }

  void CheckExpectation() {
    const auto expects = request_.headers.GetAll("Expect");
    if (expects.empty() || request_.version == Version::kHttp1_0) return;
    if (expects.size() > 1 ||
        !absl::EqualsIgnoreCase(expects[0], "100-continue")) {
      return Refuse(417, "the only supported expectation is 100-continue");
    }
    expects_continue_ = request_.has_body;
  }

  void RefuseBody() {
    Refuse(413, absl::StrCat("the body is too large; the limit is ", max_body_,
                             " bytes"));
  }

  void on_request_impl(beast_http::verb, beast::string_view method,
                       beast::string_view target, int version,
                       beast::error_code&) override {
    request_.version = version == 11 ? Version::kHttp1_1 : Version::kHttp1_0;
    request_.method = std::string(View(method));
    request_.target = std::string(View(target));
  }

  void on_response_impl(int, beast::string_view, int,
                        beast::error_code&) override {}

  void on_field_impl(beast_http::field field, beast::string_view name,
                     beast::string_view value,
                     beast::error_code& error) override {
    if (is_header_done()) {
      return on_trailer_field_impl(field, name, value, error);
    }
    if (request_.headers.size() >= kMaxFields) {
      return Refuse(431, "the request has too many header fields", error);
    }
    if (!CheckHeader(View(name), View(value)).ok()) {
      return Refuse(400, "a header field contains a control character", error);
    }
    if (field == beast_http::field::content_length &&
        (request_.headers.Has("Content-Length") || !IsNumber(View(value)))) {
      return Refuse(400, "Content-Length is not one number", error);
    }
    if (field == beast_http::field::transfer_encoding) {
      if (request_.headers.Has("Transfer-Encoding")) {
        return Refuse(400, "the request has several Transfer-Encodings", error);
      }
      if (!absl::EqualsIgnoreCase(View(value), "chunked")) {
        return Refuse(501, "the only supported Transfer-Encoding is chunked",
                      error);
      }
    }
    request_.headers.Add(View(name), View(value));
  }

  // Trailers are not used.
  void on_trailer_field_impl(beast_http::field, beast::string_view name,
                             beast::string_view value,
                             beast::error_code& error) override {
    AddOverhead(name.size() + value.size() + 4, error);
  }

  void on_header_impl(beast::error_code&) override {}

  void on_body_init_impl(const boost::optional<std::uint64_t>&,
                         beast::error_code&) override {}

  std::size_t on_body_impl(beast::string_view body,
                           beast::error_code&) override {
    if (!body.empty()) (*on_body_)(View(body));
    return body.size();
  }

  void on_chunk_header_impl(std::uint64_t size, beast::string_view extensions,
                            beast::error_code& error) override {
    if (size > max_body_ - body_size_) {
      RefuseBody();
      error = beast_http::error::body_limit;
      return;
    }
    body_size_ += size;
    // Beast accepts whitespace after the size.
    if (!extensions.empty() && (extensions[0] != ';' ||
                                !CheckHeader("chunk", View(extensions)).ok())) {
      return Refuse(400, "a chunk's extensions are not valid", error);
    }
    AddOverhead(extensions.size(), error);
  }

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body,
                                 beast::error_code& error) override {
    return on_body_impl(body, error);
  }

  void on_finish_impl(beast::error_code&) override {}

  void AddOverhead(size_t size, beast::error_code& error) {
    overhead_ += size;
    if (overhead_ > max_header_) {
      Refuse(400, "the chunks' extensions or the trailers are too large",
             error);
    }
  }

  const size_t max_header_;
  const uint64_t max_body_;
  // Of the head: how much has been searched, and where the last line began.
  size_t scanned_ = 0;
  size_t line_start_ = 0;
  int empty_lines_ = 0;
  uint64_t body_size_ = 0;  // Of chunks that were announced.
  size_t overhead_ = 0;
  bool head_done_ = false;
  bool expects_continue_ = false;
  ServerRequest request_;
  Refusal refusal_;
  const OnBody* on_body_ = nullptr;  // During Put.
};

RequestParser::RequestParser(size_t max_header, uint64_t max_body)
    : impl_(std::make_unique<Impl>(max_header, max_body)) {}
RequestParser::~RequestParser() = default;

size_t RequestParser::Put(absl::string_view bytes, OnBody on_body) {
  return impl_->Put(bytes, on_body);
}
bool RequestParser::begun() const { return impl_->begun(); }
bool RequestParser::head_done() const { return impl_->head_done(); }
bool RequestParser::done() const {
  return impl_->head_done() && impl_->is_done();
}
const Refusal& RequestParser::refusal() const { return impl_->refusal(); }
const ServerRequest& RequestParser::request() const { return impl_->request(); }
bool RequestParser::keep_alive() const { return impl_->keep_alive(); }
bool RequestParser::expects_continue() const {
  return impl_->expects_continue();
}

}  // namespace airlock::http::internal
