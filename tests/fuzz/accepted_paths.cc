// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Prints each input of path_fuzzer that Airlock accepts, for verify_paths.go. A
// line has, separated by tabs: the file, "server" or "client", the host, and
// the trusted and the presented certificates in base64, separated by commas.
//   usage: accepted_paths FOLDER...

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ssl/certificate.h"
#include "ssl/options.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/small_pki.h"

namespace airlock::fuzz {
namespace {

std::string Encoded(const std::vector<ssl::Certificate>& certificates) {
  return absl::StrJoin(
      certificates, ",",
      [](std::string* out, const ssl::Certificate& certificate) {
        absl::StrAppend(out, absl::Base64Escape(certificate.der()));
      });
}

void Print(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  Input input(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  const SmallPki pki = MakeSmallPki(&input);
  if (!Judge(pki).status.ok()) return;
  std::printf("%s\t%s\t%s\t%s\t%s\n", path.c_str(),
              pki.peer == ssl::Side::kServer ? "server" : "client",
              pki.host.c_str(), Encoded(pki.trusted).c_str(),
              Encoded(pki.presented).c_str());
}

}  // namespace
}  // namespace airlock::fuzz

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(argv[i])) {
      if (entry.is_regular_file()) airlock::fuzz::Print(entry.path().string());
    }
  }
  return 0;
}
