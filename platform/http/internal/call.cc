// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/call.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "platform/http/error.h"
#include "platform/http/internal/connection_plan.h"
#include "platform/internal/fd_wait.h"
#include "ssl/guarded.h"

namespace airlock::http::internal {
namespace {

// A redirect with a larger body ends its connection.
constexpr uint64_t kMaxDiscarded = 64 << 10;

EventLoop::Time Now() { return std::chrono::steady_clock::now(); }

// Whether the body is gzip, once.
bool IsGzip(const Headers& headers) {
  const std::string encoding =
      absl::StrJoin(headers.GetAll("Content-Encoding"), ",");
  return absl::EqualsIgnoreCase(encoding, "gzip") ||
         absl::EqualsIgnoreCase(encoding, "x-gzip");
}

}  // namespace

std::shared_ptr<Call> Call::Start(
    EventLoop* loop, std::shared_ptr<const CallEnvironment> environment,
    Request request, Done done) {
  auto call = std::make_shared<Call>(loop, std::move(environment),
                                     std::move(request), std::move(done));
  call->self_ = call;
  loop->Defer([weak = std::weak_ptr<Call>(call)] {
    if (const auto self = weak.lock()) self->Begin();
  });
  return call;
}

Call::Call(EventLoop* loop, std::shared_ptr<const CallEnvironment> environment,
           Request request, Done done)
    : loop_(loop),
      environment_(std::move(environment)),
      request_(std::move(request)),
      done_(std::move(done)),
      start_(Now()) {
  if (request_.tls == nullptr) {
    request_.tls = std::make_shared<const TlsOptions>();
  }
}

void Call::Begin() {
  absl::StatusOr<Hop> hop = FirstHop(request_);
  if (!hop.ok()) return Finish(hop.status());
  hop_ = *std::move(hop);
  versions_ = request_.versions;
  if (!environment_->proxies.ok()) {
    return Finish(environment_->proxies.status());
  }
  body_ = request_.body_reader != nullptr
              ? RequestBody(request_.body_reader.get())
              : RequestBody(request_.body);
  const auto until = platform::internal::UntilAfter(request_.timeout);
  if (until.has_value()) {
    deadline_ = *until;
    timer_ = loop_->At(deadline_, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->OnDeadline();
    });
  }
  BeginHop(/*fresh=*/false);
}

void Call::BeginHop(bool fresh) {
  const std::shared_ptr<const Proxy> proxy =
      environment_->proxies->For(hop_.url.host, hop_.url.port);
  absl::StatusOr<ConnectionPlan> plan = PlanConnection(
      environment_->runtime, hop_.url, proxy.get(), *request_.tls, versions_,
      hop_.identify, hop_.url.host == hop_.first_host, request_.call_site);
  if (!plan.ok()) return Finish(plan.status());
  response_.timing = Timing();
  if (!fresh) {
    std::shared_ptr<Exchange> exchange =
        environment_->connections->Find(loop_, plan->key);
    if (exchange != nullptr) return BeginExchange(std::move(exchange));
  }
  Connect(proxy, *std::move(plan));
}

void Call::Connect(std::shared_ptr<const Proxy> proxy, ConnectionPlan plan) {
  ConnectorOptions options;
  options.runtime = environment_->runtime;
  options.resolver = environment_->resolver.get();
  options.url = hop_.url;
  options.proxy = std::move(proxy);
  wait_ = environment_->connections->Connect(
      loop_, std::move(options), std::move(plan),
      [weak =
           weak_from_this()](absl::StatusOr<std::shared_ptr<Exchange>> result) {
        if (const auto self = weak.lock()) self->OnConnected(std::move(result));
      });
}

void Call::OnConnected(absl::StatusOr<std::shared_ptr<Exchange>> exchange) {
  // This call did not need the steps that ended before it started.
  const auto since = [this](const std::optional<EventLoop::Time>& time) {
    return time.has_value() && *time >= start_
               ? std::optional<absl::Duration>(Since(*time))
               : std::nullopt;
  };
  const ConnectorTimes& times = wait_->times();
  response_.timing.resolved = since(times.resolved);
  response_.timing.connected = since(times.connected);
  response_.timing.secured = since(times.secured);
  wait_.reset();
  if (!exchange.ok()) return Finish(exchange.status());
  BeginExchange(*std::move(exchange));
}

void Call::BeginExchange(std::shared_ptr<Exchange> exchange) {
  ExchangeOptions options;
  options.method = hop_.method;
  options.target = hop_.url.target;
  options.fields = FieldsToSend(hop_, request_.decompress, body_.size(),
                                environment_->user_agent);
  if (hop_.has_body) options.body = &body_;
  options.no_body = hop_.method == "HEAD";
  options.max_header = request_.max_header_bytes;
  options.on_head = [this](const ResponseHead& head) { return OnHead(head); };
  options.on_body = [this](absl::string_view data) -> absl::StatusOr<bool> {
    if (response_body_ != nullptr) return response_body_->Put(data);
    discarded_ += data.size();
    return discarded_ <= kMaxDiscarded;
  };
  location_.reset();
  discarded_ = 0;
  response_body_.reset();
  exchange_ = std::move(exchange);
  exchange_->Begin(std::move(options),
                   [weak = weak_from_this()](absl::Status status) {
                     const auto self = weak.lock();
                     if (self != nullptr) self->OnExchanged(std::move(status));
                   });
}

void Call::OnExchanged(absl::Status status) {
  // A redirect is complete without its body.
  if (location_.has_value() && FailureOf(status) == Failure::kTruncated) {
    return EndExchange();
  }
  if (status.ok()) return EndExchange();
  OnBroken(std::move(status));
}

absl::Status Call::OnHead(const ResponseHead& head) {
  response_.timing.first_byte = Since(Now());
  const std::optional<absl::string_view> location =
      head.headers.Get("Location");
  if (IsRedirect(head.status) && location.has_value() &&
      request_.max_redirects > 0) {
    if (redirects_ >= request_.max_redirects) {
      return MakeFailure(
          Failure::kRedirect,
          absl::StrCat("there are more than ", request_.max_redirects,
                       " redirects; the last one came from ",
                       hop_.url.authority()));
    }
    location_ = std::string(*location);
    redirect_status_ = head.status;
    return absl::OkStatus();
  }
  response_.version = head.version;
  response_.status = head.status;
  response_.reason = head.reason;
  response_.headers = head.headers;
  response_.url = hop_.url.ToString();
  response_.redirects = redirects_;
  response_.connection = exchange_->facts();
  const absl::Status made = MakeBody(head);
  if (!made.ok() || request_.on_head == nullptr) return made;
  absl::Status status = ssl::Guarded(
      "on_head callback", [this] { return request_.on_head(response_); });
  return status.ok() ? status : WithFailure(std::move(status), Failure::kBody);
}

absl::Status Call::MakeBody(const ResponseHead& head) {
  ResponseBodyOptions options;
  const bool asked =
      request_.decompress && !request_.headers.Has("Accept-Encoding");
  options.gzip = asked && IsGzip(head.headers);
  options.max_received = request_.max_body_bytes;
  options.max_decoded = request_.max_decoded_bytes;
  options.allow_truncated = request_.allow_truncated;
  options.on_data = request_.on_data;
  absl::StatusOr<std::unique_ptr<ResponseBody>> body =
      ResponseBody::Create(std::move(options));
  if (!body.ok()) return body.status();
  response_body_ = *std::move(body);
  response_.decoded = response_body_->gzip();
  return absl::OkStatus();
}

void Call::EndExchange() {
  exchange_.reset();
  if (location_.has_value()) return FollowRedirect();
  const absl::Status status = response_body_->Finish();
  if (!status.ok()) return Finish(status);
  response_.body = response_body_->Take();
  response_.truncated = response_body_->truncated();
  response_.body_bytes_received = response_body_->received();
  response_.timing.total = Since(Now());
  Finish(std::move(response_));
}

void Call::FollowRedirect() {
  ++redirects_;
  absl::Status status = Follow(redirect_status_, *location_, &hop_);
  if (status.ok() && hop_.has_body) status = body_.Rewind();
  if (!status.ok()) return Finish(std::move(status));
  versions_ = request_.versions;
  repeated_ = false;
  BeginHop(/*fresh=*/false);
}

void Call::OnBroken(absl::Status status) {
  const std::shared_ptr<Exchange> exchange = std::exchange(exchange_, nullptr);
  const bool other_version = exchange->requires_http1() && versions_.http1;
  const bool safe =
      exchange->unprocessed() ||
      (exchange->facts().reused && !exchange->answered() &&
       IsIdempotent(hop_.method) && FailureOf(status) != Failure::kBody);
  if (!repeated_ && (safe || other_version) &&
      (!hop_.has_body || body_.Rewind().ok())) {
    if (other_version) versions_.http2 = false;
    repeated_ = true;
    return BeginHop(/*fresh=*/true);
  }
  Finish(WithFailure(std::move(status), Failure::kTls));
}

void Call::OnDeadline() {
  const std::string what =
      wait_ != nullptr ? wait_->stage()
      : response_body_ != nullptr
          ? absl::StrCat("the body of the response from ", hop_.url.authority())
          : absl::StrCat("the response of ", hop_.url.authority());
  Finish(MakeFailure(Failure::kTimeout,
                     absl::StrCat("the call took longer than ",
                                  absl::FormatDuration(request_.timeout),
                                  "; it was waiting for ", what)));
}

absl::Duration Call::Since(EventLoop::Time time) const {
  return absl::FromChrono(time - start_);
}

void Call::Finish(absl::StatusOr<Response> result) {
  // Usually the last owner.
  const std::shared_ptr<Call> self = std::exchange(self_, nullptr);
  loop_->Cancel(timer_);
  wait_.reset();
  exchange_.reset();
  if (const Done done = std::exchange(done_, nullptr)) done(std::move(result));
}

}  // namespace airlock::http::internal
