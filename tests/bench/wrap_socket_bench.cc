// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Runtime::WrapSocket, with the path of a large CA bundle named each time, held
// against BoringSSL with everything made once.

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "platform/memory_transport.h"
#include "platform/posix_host.h"
#include "platform/process_environment.h"
#include "platform/runtime.h"
#include "tests/bench/ratio_reporter.h"
#include "tests/bench/raw_tls.h"
#include "tests/support/testdata.h"

namespace airlock::bench {
namespace {

constexpr char kHost[] = "localhost";
constexpr char kSystemBundle[] = "/etc/ssl/certs/ca-certificates.crt";
constexpr size_t kRecord = size_t{16} << 10;

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::abort();
}

template <typename T>
T Value(absl::StatusOr<T> value) {
  Check(value.status());
  return *std::move(value);
}

void CheckNotFailed(const ssl::IoResult& result) {
  if (result.failed()) Check(result.status());
}

size_t Bytes(const ssl::IoResult& result) {
  Check(result.status());
  return result.bytes();
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file.good()) Check(absl::NotFoundError(path));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// What both sides work with: the system's bundle and our test CA beside it.
struct Fixture {
  std::string chain = testing::ReadTestdata("certs/server_p256_chain.pem");
  std::string key = testing::ReadTestdata("certs/server_p256.key");
  std::string bundle =
      ReadFile(kSystemBundle) + testing::ReadTestdata("certs/ca.pem");
  std::string bundle_path;
  absl::Time settled = absl::Now() + absl::Seconds(4);

  Fixture() {
    const char* tmp = std::getenv("TEST_TMPDIR");
    bundle_path = absl::StrCat(tmp == nullptr ? "/tmp" : tmp,
                               "/airlock_bench_bundle_", ::getpid(), ".pem");
    std::ofstream(bundle_path, std::ios::binary) << bundle;
  }
  ~Fixture() { std::remove(bundle_path.c_str()); }
};

const Fixture& Shared() {
  static const Fixture fixture;
  return fixture;
}

struct Pair {
  std::unique_ptr<ssl::Socket> client;
  std::unique_ptr<ssl::Socket> server;
};

// Airlock's side: a Runtime, and each connection wrapped from its options.
class Airlock {
 public:
  Airlock()
      : runtime_(Value(
            platform::Runtime::Create(std::make_shared<platform::PosixHost>(),
                                      platform::ProcessEnvironment()))) {
    // A file that was written just now is read again each time, as its date
    // does not show whether it has changed since. Wait until ours is older.
    do {
      Handshake(nullptr);
    } while (absl::Now() < Shared().settled);
  }

  Pair Handshake(std::shared_ptr<const ssl::Session> session) {
    auto ends = platform::MakeMemoryTransports();
    platform::WrapOptions client;
    client.cert_reqs = ssl::VerifyMode::kRequired;
    client.ca_certs = platform::CaPath{Shared().bundle_path};
    client.server_hostname = kHost;
    client.do_handshake_on_connect = false;
    client.session = session;
    platform::WrapOptions server;
    server.server_side = true;
    server.certfile = ssl::Secret(Shared().chain);
    server.keyfile = ssl::Secret(Shared().key);
    server.do_handshake_on_connect = false;
    Pair pair{
        Value(runtime_->WrapSocket(std::move(ends.first), std::move(client))),
        Value(runtime_->WrapSocket(std::move(ends.second), std::move(server)))};
    while (!pair.client->handshake_done() || !pair.server->handshake_done()) {
      CheckNotFailed(pair.client->Handshake());
      CheckNotFailed(pair.server->Handshake());
    }
    if (pair.client->info()->session_reused != (session != nullptr)) {
      Check(absl::InternalError("resumption"));
    }
    return pair;
  }

 private:
  std::unique_ptr<platform::Runtime> runtime_;
};

RawContexts SharedRaw() {
  return MakeRawContexts(Shared().chain, Shared().key, Shared().bundle);
}

void FullRaw(benchmark::State& state) {
  const RawContexts contexts = SharedRaw();
  for (auto _ : state) {
    benchmark::DoNotOptimize(RawHandshake(contexts, kHost, nullptr));
  }
}
BENCHMARK(FullRaw)->Name("full_handshake/raw");

void FullAirlock(benchmark::State& state) {
  Airlock airlock;
  for (auto _ : state) {
    benchmark::DoNotOptimize(airlock.Handshake(nullptr));
  }
}
BENCHMARK(FullAirlock)->Name("full_handshake/airlock");

void ResumedRaw(benchmark::State& state) {
  const RawContexts contexts = SharedRaw();
  const auto session = RawSession(contexts, kHost);
  for (auto _ : state) {
    benchmark::DoNotOptimize(RawHandshake(contexts, kHost, session.get()));
  }
}
BENCHMARK(ResumedRaw)->Name("resumed_handshake/raw");

void ResumedAirlock(benchmark::State& state) {
  Airlock airlock;
  const Pair first = airlock.Handshake(nullptr);
  // A server's tickets go out with its first data.
  uint8_t byte = 0;
  Check(first.server->Write(absl::MakeConstSpan(&byte, 1)).status());
  Check(first.client->Read(absl::MakeSpan(&byte, 1)).status());
  const std::shared_ptr<const ssl::Session> session = first.client->session();
  for (auto _ : state) {
    benchmark::DoNotOptimize(airlock.Handshake(session));
  }
}
BENCHMARK(ResumedAirlock)->Name("resumed_handshake/airlock");

void WriteRaw(benchmark::State& state) {
  const RawContexts contexts = SharedRaw();
  RawPair pair = RawHandshake(contexts, kHost, nullptr);
  const std::vector<uint8_t> data(kRecord, 'x');
  std::vector<uint8_t> into(kRecord);
  for (auto _ : state) RawTransfer(&pair, data, absl::MakeSpan(into));
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * kRecord));
}
BENCHMARK(WriteRaw)->Name("write_16KiB/raw");

void WriteAirlock(benchmark::State& state) {
  Airlock airlock;
  const Pair pair = airlock.Handshake(nullptr);
  const std::vector<uint8_t> data(kRecord, 'x');
  std::vector<uint8_t> into(kRecord);
  for (auto _ : state) {
    Check(pair.client->Write(data).status());
    for (size_t got = 0; got < kRecord;) {
      got += Bytes(pair.server->Read(absl::MakeSpan(into)));
    }
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * kRecord));
}
BENCHMARK(WriteAirlock)->Name("write_16KiB/airlock");

}  // namespace
}  // namespace airlock::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  airlock::bench::RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return 0;
}
