// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/measures.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <deque>
#include <fstream>
#include <utility>
#include <vector>

#include "tests/bench/allocations.h"

namespace airlock::bench {
namespace {

constexpr int kTls13 = 0x0304;

double CpuNow() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 +
         static_cast<double>(time.tv_nsec);
}

double Live() { return static_cast<double>(ThreadAllocations().live_bytes); }

double ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  double size = 0;
  double resident = 0;
  statm >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// The median nanoseconds of a call.
template <typename Call>
double MedianOf(int times, const Call& call) {
  std::vector<double> taken;
  for (int i = 0; i < times; ++i) {
    const double begin = CpuNow();
    call();
    taken.push_back(CpuNow() - begin);
  }
  std::sort(taken.begin(), taken.end());
  return taken[taken.size() / 2];
}

class JsonObject {
 public:
  void Add(const char* name, double value) {
    char text[96];
    std::snprintf(text, sizeof(text), "%s\"%s\": %.0f",
                  text_.empty() ? "" : ", ", name, value);
    text_ += text;
  }
  std::string text() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

JsonObject Cold(const MakeContestant& make, const Setting& setting) {
  JsonObject result;
  Wire wire;
  const double live = Live();
  const double begin = CpuNow();
  const std::unique_ptr<Contestant> contestant = make(setting);
  Connect(contestant.get(), &wire, /*resume=*/false);
  result.Add("first_ns", CpuNow() - begin);
  result.Add("live_bytes", Live() - live);
  result.Add("warm_ns", MedianOf(21, [&] {
               Connect(contestant.get(), &wire, /*resume=*/false);
             }));
  result.Add("context_ns",
             MedianOf(5, [&] { contestant->MakeContext(/*keep=*/false); }));
  return result;
}

JsonObject Connections(const MakeContestant& make, const Setting& setting,
                       uint64_t count) {
  JsonObject result;
  const std::unique_ptr<Contestant> contestant = make(setting);
  std::deque<Wire> wires(count + 1);
  std::vector<Pair> pairs;
  pairs.reserve(count);
  Connect(contestant.get(), &wires[count], /*resume=*/false);
  const double live = Live();
  const double resident = ResidentBytes();
  const double begin = CpuNow();
  for (uint64_t i = 0; i < count; ++i) {
    pairs.push_back(Connect(contestant.get(), &wires[i], /*resume=*/false));
    wires[i].Release();
  }
  result.Add("ns", CpuNow() - begin);
  result.Add("live_bytes", Live() - live);
  result.Add("resident_bytes", ResidentBytes() - resident);
  return result;
}

JsonObject Contexts(const MakeContestant& make, const Setting& setting,
                    uint64_t count) {
  JsonObject result;
  const double before = Live();
  const std::unique_ptr<Contestant> contestant = make(setting);
  contestant->MakeContext(/*keep=*/true);
  const double one = Live() - before;
  const double begin = CpuNow();
  for (uint64_t i = 1; i < count; ++i) contestant->MakeContext(/*keep=*/true);
  result.Add("ns", CpuNow() - begin);
  result.Add("live_bytes", Live() - before);
  result.Add("first_live_bytes", one);
  return result;
}

JsonObject Credentials(const MakeContestant& make, const Setting& setting,
                       uint64_t count) {
  JsonObject result;
  const std::unique_ptr<Contestant> contestant = make(setting);
  Wire wire;
  const double live = Live();
  for (const char* const name : {"first_ns", "second_ns"}) {
    const double begin = CpuNow();
    for (uint64_t i = 0; i < count; ++i) {
      // Text outside of the blocks makes them different to a cache.
      const std::string chain =
          "tenant " + std::to_string(i) + "\n" + setting.chain;
      wire.Clear();
      const Pair pair{contestant->Client(&wire, /*resume=*/false),
                      contestant->ServerWith(&wire, chain, setting.key)};
      ShakeHands(pair);
    }
    result.Add(name, CpuNow() - begin);
  }
  result.Add("live_bytes", Live() - live);
  return result;
}

JsonObject Chain(const MakeContestant& make, const Setting& setting) {
  JsonObject result;
  const std::unique_ptr<Contestant> contestant = make(setting);
  Wire wire;
  Connect(contestant.get(), &wire, /*resume=*/false);
  const double live = Live();
  const Pair pair = Connect(contestant.get(), &wire, /*resume=*/false);
  wire.Release();
  result.Add("live_bytes", Live() - live);
  contestant->KeepSession(pair.client.get());
  for (const bool resume : {false, true}) {
    result.Add(resume ? "resumed_ns" : "full_ns",
               MedianOf(21, [&] { Connect(contestant.get(), &wire, resume); }));
  }
  return result;
}

}  // namespace

std::string Measure(const MakeContestant& make, const Material& material,
                    const std::string& what, uint64_t count) {
  Setting setting = SettingOf(material, kTls13, "p256");
  if (what == "cold") return Cold(make, setting).text();
  if (what == "connections") return Connections(make, setting, count).text();
  if (what == "contexts") return Contexts(make, setting, count).text();
  if (what == "credentials") return Credentials(make, setting, count).text();
  Require(what == "chain", "finding the measure");
  const std::string path =
      material.certs + "/chain_" + std::to_string(count) + ".pem";
  setting.chain = ReadFile(path);
  setting.key = setting.chain;
  return Chain(make, setting).text();
}

}  // namespace airlock::bench
