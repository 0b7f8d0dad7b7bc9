// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/file_handler.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "platform/http/site/accept_encoding.h"
#include "platform/http/site/conditions.h"
#include "platform/http/site/content_type.h"
#include "platform/http/site/file_reader.h"
#include "platform/http/site/gzip_reader.h"
#include "platform/http/site/html.h"
#include "platform/http/site/http_date.h"
#include "platform/http/site/listing.h"
#include "platform/http/site/ranges.h"
#include "platform/http/site/url_path.h"
#include "ssl/random.h"
#include "ssl/sha256.h"

namespace airlock::http {
namespace {

constexpr char kAllow[] = "GET, HEAD, OPTIONS";

// Smaller files fit in one packet anyway.
constexpr uint64_t kLeastCompressed = 512;
// Bounds the memory, since each stream has its own state. Further responses are
// not compressed.
constexpr int kMostCompressors = 256;

// The right to compress one body.
class Slot {
 public:
  // Null if all are taken.
  static std::unique_ptr<Slot> Take(std::shared_ptr<std::atomic<int>> taken) {
    auto slot = std::make_unique<Slot>(std::move(taken));
    if (slot->before_ >= kMostCompressors) return nullptr;
    return slot;
  }

  explicit Slot(std::shared_ptr<std::atomic<int>> taken)
      : taken_(std::move(taken)), before_(taken_->fetch_add(1)) {}
  ~Slot() { taken_->fetch_sub(1); }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

 private:
  const std::shared_ptr<std::atomic<int>> taken_;
  const int before_;
};

// A reader that keeps its slot.
class SlotReader : public BodyReader {
 public:
  SlotReader(std::unique_ptr<BodyReader> reader, std::unique_ptr<Slot> slot)
      : reader_(std::move(reader)), slot_(std::move(slot)) {}

  absl::StatusOr<size_t> Read(absl::Span<char> into) override {
    return reader_->Read(into);
  }
  size_t memory() const override { return reader_->memory(); }

 private:
  const std::unique_ptr<BodyReader> reader_;
  const std::unique_ptr<Slot> slot_;
};

// Stands for a compressed body, whose size is unknown, in a response to HEAD.
class UnknownReader : public BodyReader {
 public:
  absl::StatusOr<size_t> Read(absl::Span<char> into) override {
    (void)into;
    return 0;
  }
};

bool IsHead(const ServerRequest& request) { return request.method == "HEAD"; }

// A chunked body can tell that it is incomplete; HTTP/1.0 has none.
bool MayCompress(const ServerRequest& request) {
  return request.version != Version::kHttp1_0 && AcceptsGzip(request.headers);
}

// A strong tag, unless the file was changed so recently that another change may
// leave the same times (RFC 9110, section 8.8.1). Hashed: the number of an
// inode is not for clients.
std::string EtagOf(const SiteEntry& entry, absl::Time now) {
  constexpr absl::Duration kCoarsestClock = absl::Seconds(1);
  constexpr size_t kDigest = 12;
  const std::string state = absl::StrCat(absl::ToUnixNanos(entry.modified), " ",
                                         absl::ToUnixNanos(entry.changed), " ",
                                         entry.size, " ", entry.inode);
  const absl::Time changed = std::max(entry.modified, entry.changed);
  return absl::StrCat(
      now - changed < kCoarsestClock ? "W/" : "", "\"",
      absl::WebSafeBase64Escape(ssl::Sha256(state).substr(0, kDigest)), "\"");
}

// The weak tag of the compressed form.
std::string CompressedEtag(absl::string_view etag) {
  absl::string_view opaque = etag.substr(etag.find('"'));
  opaque.remove_suffix(1);
  return absl::StrCat("W/", opaque, "-gzip\"");
}

// The body of a response with several parts (RFC 9110, section 14.6).
std::vector<FilePart> Multipart(const std::vector<ByteRange>& ranges,
                                absl::string_view boundary,
                                absl::string_view content_type, uint64_t size) {
  std::vector<FilePart> parts;
  for (const ByteRange& range : ranges) {
    parts.push_back(
        {absl::StrCat(parts.empty() ? "" : "\r\n", "--", boundary,
                      "\r\nContent-Type: ", content_type, "\r\nContent-Range: ",
                      ContentRange(range, size), "\r\n\r\n"),
         range.first, range.size});
  }
  parts.push_back({absl::StrCat("\r\n--", boundary, "--\r\n"), 0, 0});
  return parts;
}

// Random: files cannot contain it on purpose.
std::string MakeBoundary() {
  std::array<char, 18> random;
  ssl::FillRandom(absl::MakeSpan(random));
  return absl::WebSafeBase64Escape(
      absl::string_view(random.data(), random.size()));
}

// Sets the body, compressed if there is a slot for it. The headers are those
// of GET for HEAD, too, which has no body.
void SetBody(const ServerRequest& request, std::unique_ptr<BodyReader> reader,
             std::unique_ptr<Slot> slot, ServerResponse* response) {
  if (slot == nullptr) {
    response->headers.Set("Content-Length", absl::StrCat(*reader->size()));
  } else {
    response->headers.Set("Content-Encoding", "gzip");
  }
  if (slot == nullptr) {
    if (!IsHead(request)) response->body_reader = std::move(reader);
    return;
  }
  if (IsHead(request)) {
    response->body_reader = std::make_unique<UnknownReader>();
    return;
  }
  absl::StatusOr<std::unique_ptr<BodyReader>> compressor =
      GzipReader::Create(std::move(reader));
  if (!compressor.ok()) {
    *response = ErrorResponse(compressor.status());
    return;
  }
  response->body_reader =
      std::make_unique<SlotReader>(*std::move(compressor), std::move(slot));
}

}  // namespace

FileHandler::FileHandler(FileSite site, std::string footer,
                         std::function<absl::Time()> now)
    : site_(std::move(site)),
      footer_(std::move(footer)),
      now_(std::move(now)),
      compressors_(std::make_shared<std::atomic<int>>(0)) {}

std::unique_ptr<BodySink> FileHandler::OnRequest(
    const ServerRequest& request, ServerConnection& connection,
    std::shared_ptr<Responder> responder) {
  (void)connection;
  responder->Respond(Answer(request));
  return nullptr;
}

ServerResponse FileHandler::Answer(const ServerRequest& request) {
  if (request.method == "OPTIONS") {
    ServerResponse response;
    response.status = 204;
    response.headers.Add("Allow", kAllow);
    return response;
  }
  if (request.method != "GET" && !IsHead(request)) {
    ServerResponse response =
        TextResponse(405, "files can only be read: use GET or HEAD");
    response.headers.Add("Allow", kAllow);
    return response;
  }
  absl::StatusOr<SiteEntry> entry = site_.Find(request.target);
  if (!entry.ok()) return ErrorResponse(entry.status());
  if (entry->kind == SiteEntry::Kind::kFile) {
    return AnswerWithFile(request, *std::move(entry));
  }
  if (entry->final_slash) return AnswerWithListing(request, *entry);
  ServerResponse response;
  response.status = 301;
  // Made from the parts of the entry, so it cannot be "//elsewhere".
  response.headers.Add("Location", absl::StrCat(EncodePath(entry->path), "/"));
  return response;
}

ServerResponse FileHandler::AnswerWithFile(const ServerRequest& request,
                                           SiteEntry entry) {
  Validators validators;
  validators.etag = EtagOf(entry, now_());
  validators.modified =
      absl::FromUnixSeconds(absl::ToUnixSeconds(entry.modified));
  const bool compressible = IsCompressible(entry.content_type);
  // Ranges and strong comparisons are about the bytes of the file.
  std::unique_ptr<Slot> slot;
  if (compressible && entry.size >= kLeastCompressed && MayCompress(request) &&
      !request.headers.Has("Range") && !request.headers.Has("If-Match")) {
    slot = Slot::Take(compressors_);
  }
  if (slot != nullptr) validators.etag = CompressedEtag(validators.etag);

  ServerResponse response;
  response.headers.Add("ETag", validators.etag);
  response.headers.Add("Last-Modified", FormatHttpDate(validators.modified));
  response.headers.Add("Cache-Control", "no-cache");  // Ask again each time.
  if (compressible) response.headers.Add("Vary", "Accept-Encoding");
  switch (CheckPreconditions(request.headers, validators)) {
    case Precondition::kHolds:
      break;
    case Precondition::kNotModified:
      response.status = 304;
      return response;
    case Precondition::kFailed:
      return TextResponse(412,
                          "the file is not in the state that the request "
                          "requires");
  }
  response.headers.Add("Accept-Ranges", "bytes");
  response.headers.Add("Content-Type", entry.content_type);

  const auto ranges = request.headers.GetAll("Range");
  RangeRequest range;
  // Only GET has ranges (section 14.2).
  if (request.method == "GET" && ranges.size() == 1 &&
      IfRangeHolds(request.headers, validators)) {
    range = ParseRange(ranges[0], entry.size);
  }
  switch (range.kind) {
    case RangeRequest::Kind::kUnsatisfiable:
      response = TextResponse(416, "the file is shorter than that");
      response.headers.Add("Content-Range",
                           absl::StrCat("bytes */", entry.size));
      return response;
    case RangeRequest::Kind::kParts:
      response.status = 206;
      break;
    case RangeRequest::Kind::kWhole:
      range.parts.assign(1, {0, entry.size});
      break;
  }
  std::vector<FilePart> parts;
  if (range.parts.size() > 1) {
    const std::string boundary = MakeBoundary();
    parts = Multipart(range.parts, boundary, entry.content_type, entry.size);
    response.headers.Set(
        "Content-Type",
        absl::StrCat("multipart/byteranges; boundary=", boundary));
  } else {
    parts.push_back({"", range.parts[0].first, range.parts[0].size});
    if (response.status == 206) {
      response.headers.Add("Content-Range",
                           ContentRange(range.parts[0], entry.size));
    }
  }
  SetBody(request,
          std::make_unique<FileReader>(std::move(entry.fd), std::move(parts)),
          std::move(slot), &response);
  return response;
}

ServerResponse FileHandler::AnswerWithListing(const ServerRequest& request,
                                              const SiteEntry& entry) {
  absl::StatusOr<std::string> page = ListingPage(entry, footer_);
  if (!page.ok()) return ErrorResponse(page.status());
  ServerResponse response;
  response.headers = PageHeaders();
  response.headers.Add("Cache-Control", "no-cache");
  response.headers.Add("Vary", "Accept-Encoding");
  SetBody(request,
          std::make_unique<FileReader>(
              platform::internal::UniqueFd(),
              std::vector<FilePart>{{*std::move(page), 0, 0}}),
          MayCompress(request) ? Slot::Take(compressors_) : nullptr, &response);
  return response;
}

}  // namespace airlock::http
