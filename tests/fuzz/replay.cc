// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// main() of a fuzz target in a build without libFuzzer: runs each file of the
// given folders once, and with that all that was found before.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include "tests/fuzz/fuzz.h"

namespace {

// False if `folder` cannot be listed.
bool ListFiles(const char* folder, std::vector<std::string>* files) {
  std::error_code error;
  std::filesystem::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::recursive_directory_iterator();
       entry.increment(error)) {
    if (entry->is_regular_file()) files->push_back(entry->path().string());
  }
  if (error) {
    std::fprintf(stderr, "cannot list %s: %s\n", folder,
                 error.message().c_str());
  }
  return !error;
}

// False if `path` cannot be read.
bool Run(const std::string& path) {
  // The last line before a crash names the file.
  std::fprintf(stderr, "%s\n", path.c_str());
  std::ifstream file(path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  if (!file) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    return false;
  }
  // A copy of exactly that size, so that AddressSanitizer sees its end.
  const std::vector<uint8_t> exact(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> files;
  for (int i = 1; i < argc; ++i) {
    if (!ListFiles(argv[i], &files)) return 1;
  }
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) {
    if (!Run(file)) return 1;
  }
  LLVMFuzzerTestOneInput(nullptr, 0);
  std::fprintf(stderr, "%zu inputs\n", files.size());
  if (files.empty()) std::fprintf(stderr, "the corpus is empty\n");
  return files.empty() ? 1 : 0;
}
