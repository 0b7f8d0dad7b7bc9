// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What the benchmark measures, for any contestant.
#ifndef AIRLOCK_TESTS_BENCH_FIGURES_H_
#define AIRLOCK_TESTS_BENCH_FIGURES_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/contestant.h"

namespace airlock::bench {

// The files that the figures use.
struct Material {
  std::string certs;   // The folder testdata/certs.
  std::string bundle;  // Trusts testdata's CA; measured with its size.
};

// The sum over all operations of a run.
struct Cost {
  double cpu_ns = 0;
  double wall_ns = 0;
  uint64_t allocations = 0;  // Of the calling thread.
};

// The figures of one contestant, each of which is prepared when it is first
// used. A name is GROUP/VARIANT.
class Figures {
 public:
  Figures(MakeContestant make, const Material& material);
  ~Figures();

  std::vector<std::string> names() const;
  // Does the operation of a figure `count` times. Ends the program if it is
  // unknown.
  Cost Run(const std::string& name, uint64_t count);

 private:
  // Does the operation once.
  using Operation = std::function<void()>;
  using Prepare = std::function<Operation()>;

  void AddHandshakes(const std::string& variant, const Setting& setting);
  void AddTransfers(const std::string& variant, const Setting& setting);
  void AddThreads(int threads, const Setting& setting);
  void AddUnderWay(size_t count, Setting setting);

  const MakeContestant make_;
  std::map<std::string, Prepare> figures_;
  std::map<std::string, Operation> prepared_;
};

// Two connected ends.
struct Pair {
  std::unique_ptr<Endpoint> client;
  std::unique_ptr<Endpoint> server;
};

// Shakes hands and sends a byte each way, which also moves the session tickets.
Pair Connect(Contestant* contestant, Wire* wire, bool resume);
void ShakeHands(const Pair& pair);
// The same `total` times, with wires->size() handshakes under way at once.
void ConnectManyOf(Contestant* contestant, std::vector<Wire>* wires,
                   size_t total);

// The settings of TLS 1.2 and 1.3 with this key type ("p256", "rsa").
Setting SettingOf(const Material& material, int version,
                  const std::string& key_type);

// Counts the processor time of the process `pid`, too, in all figures of this
// one: it works for the contestant.
void CountProcess(pid_t pid);

// The content of a file. Ends the program if it cannot be read.
std::string ReadFile(const std::string& path);

}  // namespace airlock::bench

#endif  // AIRLOCK_TESTS_BENCH_FIGURES_H_
