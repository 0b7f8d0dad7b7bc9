// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Google Benchmark over workers (worker.h), each of which is a process that
// lives as long as this program:
//
//   engine [--benchmark_...] CONTESTANT=COMMAND...
//
// A benchmark is FIGURE/CONTESTANT. Its time is the CPU time of the worker, or
// for figures of threads, the time of day. The command is one for the shell.

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "benchmark/benchmark.h"

namespace airlock::bench {
namespace {

void Require(bool condition, const std::string& what) {
  if (condition) return;
  std::fprintf(stderr, "benchmark: %s\n", what.c_str());
  std::exit(1);
}

// A worker's process.
class Worker {
 public:
  Worker(std::string name, const std::string& command)
      : name_(std::move(name)) {
    int to_worker[2];
    int from_worker[2];
    Require(pipe(to_worker) == 0 && pipe(from_worker) == 0, "no pipe");
    pid_ = fork();
    Require(pid_ >= 0, "no process");
    if (pid_ == 0) {
      dup2(to_worker[0], STDIN_FILENO);
      dup2(from_worker[1], STDOUT_FILENO);
      for (int fd = STDERR_FILENO + 1; fd < 1024; ++fd) close(fd);
      execl("/bin/sh", "sh", "-c", ("exec " + command).c_str(), nullptr);
      _exit(127);
    }
    close(to_worker[0]);
    close(from_worker[1]);
    in_ = fdopen(from_worker[0], "r");
    out_ = fdopen(to_worker[1], "w");
    Require(in_ != nullptr && out_ != nullptr, "no pipe");
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  ~Worker() {
    std::fclose(out_);
    std::fclose(in_);
    waitpid(pid_, nullptr, 0);
  }

  // Sends a command and returns the answer.
  std::istringstream Ask(const std::string& command) {
    std::fprintf(out_, "%s\n", command.c_str());
    std::fflush(out_);
    std::string answer;
    int c = 0;
    while ((c = std::fgetc(in_)) != EOF && c != '\n') {
      answer.push_back(static_cast<char>(c));
    }
    Require(c != EOF, name_ + " ended at \"" + command + "\"");
    return std::istringstream(answer);
  }

  const std::string& name() const { return name_; }

 private:
  const std::string name_;
  pid_t pid_ = 0;
  FILE* in_ = nullptr;
  FILE* out_ = nullptr;
};

void Measure(benchmark::State& state, Worker* worker,
             const std::string& figure) {
  const auto count = state.max_iterations;
  double cpu_ns = 0;
  double wall_ns = 0;
  double allocations = -1;
  while (state.KeepRunningBatch(count)) {
    std::istringstream answer =
        worker->Ask("run " + figure + " " + std::to_string(count));
    answer >> cpu_ns >> wall_ns >> allocations;
    Require(!answer.fail(), worker->name() + " gave no numbers");
    const bool threads = figure.rfind("threads/", 0) == 0;
    state.SetIterationTime((threads ? wall_ns : cpu_ns) / 1e9);
  }
  state.counters["wall_ns"] = wall_ns / static_cast<double>(count);
  if (allocations >= 0) {
    state.counters["allocations"] = allocations / static_cast<double>(count);
  }
}

int Run(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  std::vector<std::unique_ptr<Worker>> workers;
  for (int i = 1; i < argc; ++i) {
    const char* const sign = std::strchr(argv[i], '=');
    Require(sign != nullptr && argv[i][0] != '-',
            std::string("not CONTESTANT=COMMAND: ") + argv[i]);
    workers.push_back(std::make_unique<Worker>(
        std::string(static_cast<const char*>(argv[i]), sign), sign + 1));
    Worker* const worker = workers.back().get();
    std::istringstream figures = worker->Ask("list");
    for (std::string figure; figures >> figure;) {
      benchmark::RegisterBenchmark((figure + "/" + worker->name()).c_str(),
                                   [worker, figure](benchmark::State& state) {
                                     Measure(state, worker, figure);
                                   })
          ->UseManualTime();
    }
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace airlock::bench

int main(int argc, char** argv) { return airlock::bench::Run(argc, argv); }
