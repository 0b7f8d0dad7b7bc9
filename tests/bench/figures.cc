// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/figures.h"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include "tests/bench/allocations.h"

namespace airlock::bench {

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "benchmark: %s failed\n", what);
  std::exit(1);
}

// Has a name of its own, so that callgrind's --toggle-collect finds it.
extern "C" void airlock_bench_measured(const std::function<void()>* operation,
                                       uint64_t count);
extern "C" __attribute__((noinline)) void airlock_bench_measured(
    const std::function<void()>* operation, uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) (*operation)();
}

namespace {

constexpr int kTls12 = 0x0303;
constexpr int kTls13 = 0x0304;

std::vector<clockid_t>& OtherProcesses() {
  static auto* const all = new std::vector<clockid_t>();
  return *all;
}

double Now(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) * 1e9 +
         static_cast<double>(time.tv_nsec);
}

double ProcessorTime() {
  double sum = Now(CLOCK_PROCESS_CPUTIME_ID);
  for (const clockid_t clock : OtherProcesses()) sum += Now(clock);
  return sum;
}

// Writes all of `data` and reads it at the other end.
void Send(Endpoint* from, Endpoint* to, const std::vector<uint8_t>& data,
          std::vector<uint8_t>* into) {
  for (size_t sent = 0, got = 0; got < data.size();) {
    if (sent < data.size()) {
      sent += from->Write(data.data() + sent, data.size() - sent);
    }
    while (got < sent) got += to->Read(into->data(), into->size());
  }
}

// What an operation keeps between its runs.
struct Shared {
  std::unique_ptr<Contestant> contestant;
  Wire wire;
  std::vector<Wire> wires;
  Pair pair;
  std::vector<uint8_t> data;
  std::vector<uint8_t> into;
};

}  // namespace

void ShakeHands(const Pair& pair) {
  bool client_done = false;
  bool server_done = false;
  while (!client_done || !server_done) {
    client_done = client_done || pair.client->Handshake();
    server_done = server_done || pair.server->Handshake();
  }
}

Pair Connect(Contestant* contestant, Wire* wire, bool resume) {
  wire->Clear();
  Pair pair{contestant->Client(wire, resume), contestant->Server(wire)};
  ShakeHands(pair);
  uint8_t byte = 0;
  Require(
      pair.client->Write(&byte, 1) == 1 && pair.server->Read(&byte, 1) == 1 &&
          pair.server->Write(&byte, 1) == 1 && pair.client->Read(&byte, 1) == 1,
      "ping");
  return pair;
}

void ConnectManyOf(Contestant* contestant, std::vector<Wire>* wires,
                   size_t total) {
  struct Handshake {
    Wire* wire;
    Pair pair;
    bool client_done = false;
    bool server_done = false;
    bool waits = false;
  };
  std::vector<Handshake> under_way;
  size_t begun = 0;
  const auto begin = [&](Wire* wire) -> Handshake {
    ++begun;
    wire->Clear();
    return {
        wire,
        {contestant->Client(wire, /*resume=*/false), contestant->Server(wire)}};
  };
  for (Wire& wire : *wires) under_way.push_back(begin(&wire));
  while (!under_way.empty()) {
    bool all_wait = true;
    for (size_t i = 0; i < under_way.size();) {
      Handshake& each = under_way[i];
      while (!each.waits && (!each.client_done || !each.server_done)) {
        each.client_done = each.client_done || each.pair.client->Handshake();
        each.server_done = each.server_done || each.pair.server->Handshake();
        each.waits = each.pair.server->WantsCallback();
      }
      if (each.waits) {
        ++i;
        continue;
      }
      all_wait = false;
      if (begun < total) {
        each = begin(each.wire);
      } else {
        std::swap(each, under_way.back());
        under_way.pop_back();
      }
    }
    if (!all_wait) continue;
    contestant->WaitForCallbacks();
    for (Handshake& each : under_way) each.waits = false;
  }
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file.good()) std::fprintf(stderr, "%s\n", path.c_str());
  Require(file.good(), "reading a file");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Setting SettingOf(const Material& material, int version,
                  const std::string& key_type) {
  Setting setting;
  setting.chain =
      ReadFile(material.certs + "/server_" + key_type + "_chain.pem");
  setting.key = ReadFile(material.certs + "/server_" + key_type + ".key");
  setting.bundle_path = material.bundle;
  setting.version = version;
  return setting;
}

Figures::Figures(MakeContestant make, const Material& material)
    : make_(std::move(make)) {
  AddHandshakes("tls12-ecdsa", SettingOf(material, kTls12, "p256"));
  AddHandshakes("tls13-ecdsa", SettingOf(material, kTls13, "p256"));
  AddHandshakes("tls12-rsa", SettingOf(material, kTls12, "rsa"));
  AddHandshakes("tls13-rsa", SettingOf(material, kTls13, "rsa"));
  Setting setting = SettingOf(material, kTls12, "p256");
  setting.cipher = "ECDHE-ECDSA-AES128-GCM-SHA256";
  AddTransfers("aes-gcm", setting);
  setting.cipher = "ECDHE-ECDSA-CHACHA20-POLY1305";
  AddTransfers("chacha20", setting);
  setting = SettingOf(material, kTls13, "p256");
  AddThreads(1, setting);
  AddThreads(2, setting);
  for (const size_t count : {1, 8, 64}) AddUnderWay(count, setting);
  figures_["context/second"] = [this, setting]() -> Operation {
    auto shared = std::make_shared<Shared>();
    shared->contestant = make_(setting);
    return [shared] { shared->contestant->MakeContext(/*keep=*/false); };
  };
  figures_["context/socket"] = [this, setting]() -> Operation {
    auto shared = std::make_shared<Shared>();
    shared->contestant = make_(setting);
    return [shared] { shared->contestant->Client(&shared->wire, false); };
  };
}

Figures::~Figures() = default;

std::vector<std::string> Figures::names() const {
  std::vector<std::string> names;
  names.reserve(figures_.size());
  for (const auto& figure : figures_) names.push_back(figure.first);
  return names;
}

void CountProcess(pid_t pid) {
  clockid_t clock;
  Require(clock_getcpuclockid(pid, &clock) == 0, "the clock of a process");
  OtherProcesses().push_back(clock);
}

Cost Figures::Run(const std::string& name, uint64_t count) {
  if (prepared_.find(name) == prepared_.end()) {
    const auto figure = figures_.find(name);
    Require(figure != figures_.end(), "finding the figure");
    prepared_[name] = figure->second();
    prepared_[name]();  // The first is always slower.
  }
  const Operation& operation = prepared_[name];
  Cost cost;
  const uint64_t allocations = ThreadAllocations().count;
  cost.wall_ns = -Now(CLOCK_MONOTONIC);
  cost.cpu_ns = -ProcessorTime();
  airlock_bench_measured(&operation, count);
  cost.cpu_ns += ProcessorTime();
  cost.wall_ns += Now(CLOCK_MONOTONIC);
  cost.allocations = ThreadAllocations().count - allocations;
  return cost;
}

void Figures::AddHandshakes(const std::string& variant,
                            const Setting& setting) {
  figures_["full/" + variant] = [this, setting]() -> Operation {
    auto shared = std::make_shared<Shared>();
    shared->contestant = make_(setting);
    return [shared] {
      Connect(shared->contestant.get(), &shared->wire, /*resume=*/false);
    };
  };
  figures_["resumed/" + variant] = [this, setting]() -> Operation {
    auto shared = std::make_shared<Shared>();
    shared->contestant = make_(setting);
    Pair first =
        Connect(shared->contestant.get(), &shared->wire, /*resume=*/false);
    shared->contestant->KeepSession(first.client.get());
    first = Connect(shared->contestant.get(), &shared->wire, /*resume=*/true);
    Require(shared->contestant->Resumed(first.client.get()), "resumption");
    return [shared] {
      Connect(shared->contestant.get(), &shared->wire, /*resume=*/true);
    };
  };
}

void Figures::AddTransfers(const std::string& variant, const Setting& setting) {
  const std::pair<const char*, size_t> sizes[] = {
      {"write-64B", 64},
      {"write-1KiB", size_t{1} << 10},
      {"write-16KiB", size_t{16} << 10},
      {"write-1MiB", size_t{1} << 20}};
  for (const auto& [name, size] : sizes) {
    figures_[std::string(name) + "/" + variant] = [this, setting,
                                                   size]() -> Operation {
      auto shared = std::make_shared<Shared>();
      shared->contestant = make_(setting);
      shared->data.assign(size, 'x');
      shared->into.resize(size_t{16} << 10);
      shared->pair =
          Connect(shared->contestant.get(), &shared->wire, /*resume=*/false);
      return [shared] {
        Send(shared->pair.client.get(), shared->pair.server.get(), shared->data,
             &shared->into);
      };
    };
  }
  figures_["pingpong-64B/" + variant] = [this, setting]() -> Operation {
    auto shared = std::make_shared<Shared>();
    shared->contestant = make_(setting);
    shared->data.assign(64, 'x');
    shared->into.resize(64);
    shared->pair =
        Connect(shared->contestant.get(), &shared->wire, /*resume=*/false);
    return [shared] {
      Send(shared->pair.client.get(), shared->pair.server.get(), shared->data,
           &shared->into);
      Send(shared->pair.server.get(), shared->pair.client.get(), shared->data,
           &shared->into);
    };
  };
}

void Figures::AddThreads(int threads, const Setting& setting) {
  // One operation is 32 handshakes, so that starting threads costs little.
  figures_["threads/" + std::to_string(threads)] = [this, threads,
                                                    setting]() -> Operation {
    auto shared = std::make_shared<Shared>();
    shared->contestant = make_(setting);
    return [shared, threads] {
      std::vector<std::thread> running;
      for (int i = 0; i < threads; ++i) {
        running.emplace_back([shared, threads] {
          Wire wire;
          for (int n = 0; n < 32 / threads; ++n) {
            Connect(shared->contestant.get(), &wire, /*resume=*/false);
          }
        });
      }
      for (std::thread& thread : running) thread.join();
    };
  };
}

void Figures::AddUnderWay(size_t count, Setting setting) {
  setting.event_loop = true;
  // One operation is 64 handshakes.
  figures_["under-way/" + std::to_string(count)] = [this, count,
                                                    setting]() -> Operation {
    auto shared = std::make_shared<Shared>();
    shared->contestant = make_(setting);
    shared->wires.resize(count);
    return [shared] {
      ConnectManyOf(shared->contestant.get(), &shared->wires, 64);
    };
  };
}

}  // namespace airlock::bench
