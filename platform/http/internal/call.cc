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
  absl::StatusOr<ConnectionPlan> plan =
      PlanConnection(environment_->runtime, hop_.url, proxy.get(),
                     *request_.tls, hop_.identify, request_.call_site);
  if (!plan.ok()) return Finish(plan.status());
  key_ = plan->key;
  reused_ = false;
  if (!fresh) connection_ = environment_->pool->Take(key_);
  if (connection_ != nullptr) {
    reused_ = true;
    response_.timing = Timing();
    return BeginExchange();
  }
  plan->options.session = environment_->pool->FindSession(key_);
  Connect(proxy, std::move(plan->options));
}

void Call::Connect(std::shared_ptr<const Proxy> proxy,
                   platform::WrapOptions wrap) {
  ConnectorOptions options;
  options.runtime = environment_->runtime;
  options.resolver = environment_->resolver.get();
  options.url = hop_.url;
  options.proxy = std::move(proxy);
  options.wrap = std::move(wrap);
  connector_ = Connector::Start(
      loop_, std::move(options),
      [weak = weak_from_this()](
          absl::StatusOr<std::unique_ptr<Connection>> connection) {
        if (const auto self = weak.lock()) {
          self->OnConnected(std::move(connection));
        }
      });
}

void Call::OnConnected(absl::StatusOr<std::unique_ptr<Connection>> connection) {
  const ConnectorTimes& times = connector_->times();
  response_.timing = Timing();
  if (times.resolved) response_.timing.resolved = Since(*times.resolved);
  if (times.connected) response_.timing.connected = Since(*times.connected);
  if (times.secured) response_.timing.secured = Since(*times.secured);
  connector_.reset();
  if (!connection.ok()) return Finish(connection.status());
  connection_ = *std::move(connection);
  BeginExchange();
}

void Call::BeginExchange() {
  Headers fields = FieldsToSend(hop_, request_.decompress, body_.size(),
                                environment_->user_agent);
  ExchangeOptions options;
  options.head = SerializeHead(hop_.method, hop_.url.target, fields);
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
  exchange_ = std::make_unique<Http1Exchange>(&connection_->stream(),
                                              std::move(options));
  Advance();
}

void Call::Advance() {
  // A peer that never stops sending must not keep the timer from running.
  if (Now() >= deadline_) return OnDeadline();
  const absl::StatusOr<Http1Exchange::Progress> progress = exchange_->Advance();
  if (!progress.ok()) return OnBroken(progress.status());
  const auto again = [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self != nullptr && self->connection_ != nullptr) self->Advance();
  };
  switch (*progress) {
    case Http1Exchange::Progress::kDone:
      return EndExchange();
    case Http1Exchange::Progress::kBusy:
      loop_->Defer(again);
      return;
    case Http1Exchange::Progress::kWaiting: {
      const absl::Status status =
          loop_->Watch(connection_->fd(), exchange_->events(), again);
      if (!status.ok()) Finish(status);
    }
  }
}

absl::Status Call::OnHead(const ResponseHead& head) {
  response_.timing.first_byte = Since(Now());
  const absl::optional<absl::string_view> location =
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
  response_.status = head.status;
  response_.reason = head.reason;
  response_.headers = head.headers;
  response_.url = hop_.url.ToString();
  response_.redirects = redirects_;
  response_.connection = connection_->facts();
  response_.connection.reused = reused_;
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
  Unwatch();
  environment_->pool->PutSession(key_, connection_->socket().session());
  if (exchange_->reusable()) {
    environment_->pool->Put(key_, std::move(connection_));
  }
  connection_.reset();
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
  BeginHop(/*fresh=*/false);
}

void Call::OnBroken(absl::Status status) {
  Unwatch();
  const bool repeat = reused_ && !exchange_->answered() &&
                      IsIdempotent(hop_.method) &&
                      FailureOf(status) != Failure::kBody;
  connection_.reset();
  exchange_.reset();
  if (repeat && (!hop_.has_body || body_.Rewind().ok())) {
    return BeginHop(/*fresh=*/true);
  }
  Finish(WithFailure(std::move(status), Failure::kTls));
}

void Call::Unwatch() {
  if (connection_ != nullptr) loop_->Unwatch(connection_->fd());
}

void Call::OnDeadline() {
  const std::string what =
      connector_ != nullptr ? connector_->stage()
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
  // The last owner, unless the caller has another one.
  const std::shared_ptr<Call> self = std::exchange(self_, nullptr);
  Unwatch();
  loop_->Cancel(timer_);
  connector_.reset();
  connection_.reset();
  if (const Done done = std::exchange(done_, nullptr)) done(std::move(result));
}

}  // namespace airlock::http::internal
