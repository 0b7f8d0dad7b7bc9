// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/response_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "platform/http/error.h"
#include "platform/http/internal/trailer_fields.h"
#include "ssl/shown.h"

namespace airlock::http::internal {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace beast_http = boost::beast::http;

// Where the status of "HTTP/1.1 200 OK" ends.
constexpr size_t kStatusEnd = 12;
constexpr size_t kLeastLastChunk = 5;  // "0\r\n\r\n"

absl::string_view View(beast::string_view text) {
  return {text.data(), text.size()};
}

absl::Status Invalid(absl::string_view what) {
  return MakeFailure(Failure::kProtocol,
                     absl::StrCat("the response is not valid HTTP: ", what));
}

// Whether `bytes`, the beginning of a response, leaves out the space after the
// status (RFC 9112, section 4), as many servers do without a reason.
bool LacksSpace(absl::string_view bytes) {
  return absl::StartsWith(bytes, "HTTP/1.") && bytes.size() > kStatusEnd + 1 &&
         bytes.substr(kStatusEnd, 2) == "\r\n";
}

template <typename Buffers>
void Append(const Buffers& buffers, std::string* bytes) {
  for (const auto buffer : beast::buffers_range_ref(buffers)) {
    bytes->append(static_cast<const char*>(buffer.data()), buffer.size());
  }
}

}  // namespace

// Beast's parser, and the checks that it leaves to its user.
class ResponseParser::Impl final : public beast_http::basic_parser<false>,
                                   private TrailerFields {
 public:
  Impl(bool no_body, size_t max_header, OnBody on_body)
      : max_header_(max_header), on_body_(std::move(on_body)) {
    skip(no_body);
    eager(false);
    // ResponseBody limits it. (Without a limit, this parser accepts none.)
    body_limit(std::numeric_limits<std::uint64_t>::max());
    // Of one line: what has no end within it.
    header_limit(static_cast<uint32_t>(std::min<size_t>(max_header, 1 << 30)));
  }

  absl::StatusOr<size_t> Put(absl::string_view bytes) {
    size_t used = 0;
    while (used < bytes.size() && !is_done() && !stopped_) {
      if (IsTooShort(bytes.substr(used))) break;
      const bool head_was_done = is_header_done();
      beast::error_code error;
      const size_t n = PutSome(bytes.substr(used), error);
      used += n;
      if (!failure_.ok()) return failure_;
      if (!head_was_done) head_size_ += n;
      if (head_size_ > max_header_) return TooLarge();
      if (error == beast_http::error::need_more) {
        // Only heads, sizes of chunks and trailers need more than there is.
        const size_t before = is_header_done() ? 0 : head_size_;
        if (before + bytes.size() - used > max_header_) return TooLarge();
        break;
      }
      if (error == beast_http::error::header_limit) return TooLarge();
      if (error) return Invalid(error.message());
      if (!head_was_done && is_header_done()) break;
    }
    return used;
  }

  absl::Status PutEof() {
    if (is_done()) return absl::OkStatus();
    beast::error_code error = beast_http::error::partial_message;
    if (got_some()) put_eof(error);
    if (!error) return failure_;
    return MakeFailure(
        Failure::kTruncated,
        is_header_done()
            ? "the connection ended in the middle of the response's body"
        : got_some() ? "the connection ended in the middle of the response's "
                       "headers"
                     : "the connection ended before a response");
  }

  const ResponseHead& head() const { return head_; }
  bool stopped() const { return stopped_; }

 private:
  // What `put` does, for a head that lacks the space as well.
  size_t PutSome(absl::string_view bytes, beast::error_code& error) {
    // The parser takes a head only when it is complete.
    const size_t end = head_size_ == 0 && LacksSpace(bytes)
                           ? bytes.find("\r\n\r\n")
                           : absl::string_view::npos;
    if (end == absl::string_view::npos) {
      return put(asio::buffer(bytes.data(), bytes.size()), error);
    }
    const std::string head =
        absl::StrCat(bytes.substr(0, kStatusEnd), " ",
                     bytes.substr(kStatusEnd, end + 4 - kStatusEnd));
    const size_t n = put(asio::buffer(head), error);
    return n > kStatusEnd ? n - 1 : n;
  }

  // Whether a body begins with its last chunk, which is not complete. Beast
  // looks at "0\r\n" and remembers it, and then asserts that there are five
  // bytes, which ends a program that was built for debugging.
  bool IsTooShort(absl::string_view bytes) const {
    return is_header_done() && chunked() && !has_chunk_ &&
           bytes.size() < kLeastLastChunk && absl::StartsWith(bytes, "0\r\n");
  }

  absl::Status TooLarge() const {
    return MakeFailure(Failure::kTooLarge,
                       absl::StrCat("the response's headers are larger than ",
                                    max_header_, " bytes"));
  }

  // Ends parsing with `status`.
  void Fail(absl::Status status, beast::error_code& error) {
    failure_ = std::move(status);
    error = beast_http::error::bad_value;
  }

  void on_request_impl(beast_http::verb, beast::string_view, beast::string_view,
                       int, beast::error_code&) override {}

  void on_response_impl(int code, beast::string_view reason, int version,
                        beast::error_code& error) override {
    version_ = version;
    head_.version = version < 11 ? Version::kHttp1_0 : Version::kHttp1_1;
    head_.status = code;
    head_.reason = std::string(View(reason));
    if (code < 100) {
      Fail(Invalid(absl::StrCat("its status is ", code)), error);
    }
  }

  void on_field_impl(beast_http::field field, beast::string_view name,
                     beast::string_view value,
                     beast::error_code& error) override {
    if (is_header_done()) return;  // Trailers are not used.
    if (field == beast_http::field::content_length &&
        head_.headers.Has("Content-Length")) {
      return Fail(Invalid("it has several Content-Length fields"), error);
    }
    if (field == beast_http::field::content_length &&
        absl::StrContains(View(value), ',')) {
      return Fail(Invalid("its Content-Length is a list"), error);
    }
    if (field == beast_http::field::transfer_encoding) {
      if (!absl::EqualsIgnoreCase(View(value), "chunked")) {
        return Fail(Invalid(absl::StrCat("its Transfer-Encoding is ",
                                         ssl::Shown(View(value)),
                                         ", which was not asked for")),
                    error);
      }
      if (version_ < 11) {
        return Fail(Invalid("it has a Transfer-Encoding in HTTP/1.0"), error);
      }
    }
    head_.headers.Add(View(name), View(value));
  }

  // With older Beast, on_field_impl gets these fields.
  void on_trailer_field_impl(beast_http::field, beast::string_view,
                             beast::string_view, beast::error_code&) override {}

  void on_header_impl(beast::error_code&) override {
    const boost::optional<std::uint64_t> length = content_length();
    if (length.has_value()) head_.content_length = *length;
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>&,
                         beast::error_code&) override {}

  std::size_t on_body_impl(beast::string_view body,
                           beast::error_code& error) override {
    const absl::StatusOr<bool> more = on_body_(View(body));
    if (!more.ok()) {
      Fail(more.status(), error);
      return 0;
    }
    if (!*more) stopped_ = true;
    return body.size();
  }

  void on_chunk_header_impl(std::uint64_t, beast::string_view,
                            beast::error_code&) override {
    has_chunk_ = true;
  }

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body,
                                 beast::error_code& error) override {
    return on_body_impl(body, error);
  }

  void on_finish_impl(beast::error_code&) override {}

  const size_t max_header_;
  const OnBody on_body_;
  size_t head_size_ = 0;
  int version_ = 0;
  ResponseHead head_;
  bool has_chunk_ = false;
  bool stopped_ = false;
  absl::Status failure_;
};

ResponseParser::ResponseParser(bool no_body, size_t max_header, OnBody on_body)
    : impl_(std::make_unique<Impl>(no_body, max_header, std::move(on_body))) {}
ResponseParser::~ResponseParser() = default;

absl::StatusOr<size_t> ResponseParser::Put(absl::string_view bytes) {
  return impl_->Put(bytes);
}
absl::Status ResponseParser::PutEof() { return impl_->PutEof(); }
bool ResponseParser::head_done() const { return impl_->is_header_done(); }
const ResponseHead& ResponseParser::head() const { return impl_->head(); }
bool ResponseParser::done() const { return impl_->is_done(); }
bool ResponseParser::stopped() const { return impl_->stopped(); }
bool ResponseParser::keep_alive() const {
  return impl_->is_done() && impl_->keep_alive();
}

std::string SerializeHead(absl::string_view method, absl::string_view target,
                          const Headers& fields) {
  std::string bytes;
  bytes.reserve(512);
  absl::StrAppend(&bytes, method, " ", target, " HTTP/1.1\r\n");
  for (const Header& field : fields) {
    absl::StrAppend(&bytes, field.name, ": ", field.value, "\r\n");
  }
  bytes.append("\r\n");
  return bytes;
}

std::string SerializeChunk(absl::string_view data) {
  std::string bytes;
  if (data.empty()) {
    Append(beast_http::make_chunk_last(), &bytes);
  } else {
    Append(beast_http::make_chunk(asio::buffer(data.data(), data.size())),
           &bytes);
  }
  return bytes;
}

}  // namespace airlock::http::internal
