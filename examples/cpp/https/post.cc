// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Posts a form, or a file as it is read, and prints the answer.
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "examples/cpp/https/program.h"
#include "platform/http/client.h"

namespace {

namespace http = airlock::http;

// Sends a file of any size in chunks.
class FileReader : public http::BodyReader {
 public:
  explicit FileReader(const std::string& path)
      : file_(path, std::ios::binary) {}

  absl::StatusOr<size_t> Read(absl::Span<char> into) override {
    file_.read(into.data(), static_cast<std::streamsize>(into.size()));
    if (file_.bad() || !file_.is_open()) {
      return absl::NotFoundError("the file cannot be read");
    }
    return static_cast<size_t>(file_.gcount());
  }

 private:
  std::ifstream file_;
};

absl::Status Post(examples::Program& program) {
  http::Request request = program.Get(program.arguments[0]);
  request.method = "POST";
  std::string data = program.arguments[1];
  if (data[0] == '@') {
    request.headers = {{"Content-Type", "application/octet-stream"}};
    request.body_reader = std::make_unique<FileReader>(data.substr(1));
  } else {
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    request.body = std::move(data);
  }
  http::Client client(program.runtime.get());
  const absl::StatusOr<http::Response> answer =
      client.Fetch(std::move(request));
  if (!answer.ok()) return answer.status();
  std::cout << answer->body;
  return examples::Check(*answer);
}

}  // namespace

int main(int argc, char** argv) {
  return examples::Run(argc, argv, "post [--ca FILE] URL DATA|@FILE", 2, 2,
                       Post);
}
