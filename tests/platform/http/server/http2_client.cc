// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/platform/http/server/http2_client.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "platform/runtime.h"
#include "ssl/context.h"

namespace airlock::http::testing {
namespace {

std::shared_ptr<const ssl::Context> OfferingHttp2() {
  static const auto* const context = new std::shared_ptr<const ssl::Context>(
      ClientContext([](ssl::ContextOptions* options) {
        options->alpn_protocols = {"h2"};
      }));
  return *context;
}

class TextReader : public BodyReader {
 public:
  TextReader(size_t size, std::optional<uint64_t> said)
      : left_(size), said_(said) {}
  absl::StatusOr<size_t> Read(absl::Span<char> into) override {
    const size_t size = std::min<size_t>({into.size(), left_, 5000});
    std::fill_n(into.begin(), size, 'r');
    left_ -= size;
    return size;
  }
  std::optional<uint64_t> size() const override { return said_; }

 private:
  size_t left_;
  const std::optional<uint64_t> said_;
};

}  // namespace

uint32_t Parse(absl::string_view bytes) {
  uint32_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

std::string Repeat(absl::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all.append(text.data(), text.size());
  return all;
}

Headers Fielded(absl::string_view method, absl::string_view path,
                const Headers& more) {
  Headers fields = {{":method", std::string(method)},
                    {":scheme", "https"},
                    {":authority", "localhost"},
                    {":path", std::string(path)}};
  for (const Header& field : more) fields.Add(field.name, field.value);
  return fields;
}

std::string Ask(uint32_t stream, absl::string_view path, const Headers& more) {
  return FrameBytes(kHeaders, kEndHeaders | kEndStream, stream,
                    Fields(Fielded("GET", path, more)));
}

std::string Begin(uint32_t stream, const Headers& more) {
  return FrameBytes(kHeaders, kEndHeaders, stream,
                    Fields(Fielded("POST", "/", more)));
}

std::string Cancel(uint32_t stream) {
  return FrameBytes(kRstStream, 0, stream, Number(kCancel, 4));
}

std::string Ping() { return FrameBytes(kPing, 0, 0, "12345678"); }

Http2Client::Http2Client(const RunningServer& server, bool silent)
    : raw_(server.port(), OfferingHttp2()),
      stream_(&raw_.socket()),
      peer_(&stream_, &raw_.socket()),
      http2_(&peer_) {
  EXPECT_EQ(raw_.socket().info()->alpn, "h2");
  if (!silent) Send(absl::StrCat(kPreface, FrameBytes(kSettings, 0, 0, "")));
}

std::string Http2Client::Response() {
  const auto seen = http2_.ReadRequest();
  if (!seen.has_value()) return "gone";
  return absl::StrCat(seen->request.Header(":status"), " ", seen->request.body);
}

std::optional<uint32_t> Http2Client::ResetCode(uint32_t stream) {
  const auto frame = http2_.WaitFor(kRstStream, stream);
  if (!frame.has_value()) return std::nullopt;
  return Parse(frame->payload);
}

std::optional<uint32_t> Http2Client::EndCode() {
  const auto frame = http2_.WaitFor(kGoaway, 0);
  if (!frame.has_value()) return std::nullopt;
  while (http2_.Step()) {
  }
  return Parse(absl::string_view(frame->payload).substr(4, 4));
}

std::optional<uint32_t> Http2Client::EndCodeInSilence() {
  std::optional<uint32_t> code;
  while (const auto frame = http2_.ReadFrame()) {
    if (frame->type != kGoaway) continue;
    code = Parse(absl::string_view(frame->payload).substr(4, 4));
  }
  return code;
}

ServerOptions Serving(std::shared_ptr<Handler> handler) {
  ServerOptions options;
  options.handler = std::move(handler);
  options.context = [] {
    static platform::Runtime* const runtime = MakeRuntime().release();
    platform::ContextRequest request;
    request.side = ssl::Side::kServer;
    request.cert_reqs = ssl::VerifyMode::kNone;
    ssl::ContextOptions context = ServerContextOptions();
    context.alpn_protocols = {"h2", "http/1.1"};
    return runtime->CreateContext(request, std::move(context));
  };
  return options;
}

std::shared_ptr<Handler> Keeping(
    std::vector<std::shared_ptr<Responder>>* kept) {
  return std::make_shared<FunctionHandler>(
      [kept](const ServerRequest&, ServerConnection&,
             std::shared_ptr<Responder> responder) {
        kept->push_back(std::move(responder));
        return nullptr;
      });
}

std::shared_ptr<Handler> Reading(size_t size, std::optional<uint64_t> said) {
  return std::make_shared<FunctionHandler>(
      [size, said](const ServerRequest&, ServerConnection&,
                   std::shared_ptr<Responder> responder) {
        ServerResponse response;
        response.body_reader = std::make_unique<TextReader>(size, said);
        responder->Respond(std::move(response));
        return nullptr;
      });
}

}  // namespace airlock::http::testing
