// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Holds thousands of connections to `airlock serve` open for minutes, with
// traffic on each, and reports what was lost, and the server's memory and
// descriptors over the time:
//
//   bazel run //tests/soak -- [--connections=5000] [--seconds=600]
//
// Exits with 1 if a connection failed or was lost, a byte came back changed,
// memory grew while the number of connections stayed the same, or descriptors
// were left over.

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "ssl/context.h"
#include "tests/soak/load.h"
#include "tests/soak/server_process.h"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

ABSL_FLAG(int, connections, 5000, "how many clients are connected at once");
ABSL_FLAG(int, seconds, 600, "for how long, after all are connected");
ABSL_FLAG(absl::Duration, interval, absl::Seconds(5),
          "the average time between two messages of one connection");

namespace airlock::soak {
namespace {

// Bazel starts tests and programs where their files are.
constexpr char kProgram[] = "platform/cli/airlock";

// How much the server may grow after a tenth of the time: what malloc's arenas
// and the largest record buffers at once come to.
constexpr double kMostGrowth = 1.1;
constexpr size_t kMostGrowthKib = 4096;

void AllowDescriptors() {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Prints one line of the report.
void Report(const char* when, const Load& load, const Usage& usage) {
  const LoadFigures& figures = load.figures();
  absl::PrintF(
      "%s: %d open, %d messages (%.1f MB), %d failed, %d lost, %d changed, "
      "longest %s; server: %.1f MiB resident, %d descriptors\n",
      when, load.open(), figures.messages, figures.bytes / 1e6, figures.failed,
      figures.lost, figures.wrong,
      absl::FormatDuration(absl::Trunc(figures.longest, absl::Milliseconds(1))),
      usage.resident_kib / 1024.0, usage.descriptors);
  std::fflush(stdout);
}

absl::StatusOr<bool> Run() {
  AllowDescriptors();
  auto server = ServerProcess::Start(kProgram, testing::TestdataPath("certs"));
  if (!server.ok()) return server.status();
  const Usage before = (*server)->usage();

  ssl::ContextOptions client = testing::ClientOptions();
  client.clock = absl::Now;
  LoadOptions options;
  options.port = (*server)->port();
  options.connections =
      static_cast<size_t>(std::max(1, absl::GetFlag(FLAGS_connections)));
  options.interval = absl::GetFlag(FLAGS_interval);
  options.context = testing::MakeContext(std::move(client));
  auto load = Load::Create(options);
  if (!load.ok()) return load.status();

  const absl::Time start = absl::Now();
  absl::Status status = (*load)->Open();
  if (!status.ok()) return status;
  Report(absl::StrFormat("opened in %.1f s",
                         absl::ToDoubleSeconds(absl::Now() - start))
             .c_str(),
         **load, (*server)->usage());

  constexpr int kParts = 20;
  const absl::Duration duration = absl::Seconds(absl::GetFlag(FLAGS_seconds));
  Usage early;
  Usage late;
  for (int part = 1; part <= kParts; ++part) {
    status = (*load)->RunFor(duration / kParts);
    if (!status.ok()) return status;
    late = (*server)->usage();
    if (part == kParts / 10) early = late;
    Report(absl::StrFormat("%.1f s",
                           absl::ToDoubleSeconds(duration * part / kParts))
               .c_str(),
           **load, late);
  }

  const size_t open = (*load)->open();
  status = (*load)->Close(absl::Seconds(30));
  if (!status.ok()) return status;
  // The server learns of it soon.
  Usage after = (*server)->usage();
  for (int i = 0; i < 1000 && after.descriptors > before.descriptors; ++i) {
    status = (*load)->RunFor(absl::Milliseconds(20));
    if (!status.ok()) return status;
    after = (*server)->usage();
  }
  Report("closed", **load, after);
  const int exit_status = (*server)->Stop();

  const LoadFigures& figures = (*load)->figures();
  if (!figures.first_failure.empty()) {
    absl::PrintF("the first failure: %s\n", figures.first_failure);
  }
  const bool flat = late.resident_kib <= early.resident_kib * kMostGrowth ||
                    late.resident_kib <= early.resident_kib + kMostGrowthKib;
  if (!flat) absl::PrintF("the server's memory grew\n");
  if (after.descriptors > before.descriptors) {
    absl::PrintF("descriptors are left over: %d before, %d after\n",
                 before.descriptors, after.descriptors);
  }
  if (exit_status != 0) {
    absl::PrintF("the server ended with %d\n", exit_status);
  }
  return open == options.connections && figures.messages >= open &&
         figures.failed == 0 && figures.lost == 0 && figures.wrong == 0 &&
         flat && after.descriptors <= before.descriptors && exit_status == 0;
}

}  // namespace
}  // namespace airlock::soak

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const absl::StatusOr<bool> good = airlock::soak::Run();
  if (!good.ok()) {
    absl::FPrintF(stderr, "%s\n", good.status().ToString());
    return 1;
  }
  absl::PrintF("%s\n", *good ? "passed" : "FAILED");
  return *good ? 0 : 1;
}
