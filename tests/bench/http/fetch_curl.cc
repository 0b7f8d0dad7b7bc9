// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The same load by libcurl: its easy handles are kept and used again, and its
// multi handle waits by epoll, as its documentation recommends for speed.

#include <curl/curl.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/http/fetch_load.h"

namespace airlock::bench {
namespace {

size_t Append(char* data, size_t size, size_t count, void* body) {
  static_cast<std::string*>(body)->append(data, size * count);
  return size * count;
}

struct Easy {
  CURL* handle = nullptr;
  std::string body;
};

void SetUp(const FetchLoad& load, CURLSH* share, Easy* easy) {
  easy->handle = curl_easy_init();
  CURL* const handle = easy->handle;
  curl_easy_setopt(handle, CURLOPT_URL, load.url.c_str());
  curl_easy_setopt(handle, CURLOPT_CAINFO, load.ca_file.c_str());
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, Append);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &easy->body);
  curl_easy_setopt(handle, CURLOPT_PRIVATE, easy);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_SHARE, share);
  curl_easy_setopt(
      handle, CURLOPT_HTTP_VERSION,
      load.http2 ? long{CURL_HTTP_VERSION_2TLS} : long{CURL_HTTP_VERSION_1_1});
  if (load.new_connections) {
    curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L);
  } else if (load.http2) {
    curl_easy_setopt(handle, CURLOPT_PIPEWAIT, 1L);
  }
}

int Main(int argc, char** argv) {
  const FetchLoad load = LoadFromArguments(argc, argv);
  curl_global_init(CURL_GLOBAL_ALL);
  CURLSH* const share = curl_share_init();
  curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  CURLM* const multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 128L);
  std::vector<std::unique_ptr<Easy>> easies;

  int failures = 0;
  unsigned long long bytes = 0;
  const auto begin = std::chrono::steady_clock::now();
  int started = 0;
  int done = 0;
  for (; started < load.fetches && started < load.at_once; ++started) {
    easies.push_back(std::make_unique<Easy>());
    SetUp(load, share, easies.back().get());
    curl_multi_add_handle(multi, easies.back()->handle);
  }
  while (done < load.fetches) {
    int running = 0;
    curl_multi_perform(multi, &running);
    int left = 0;
    bool restarted = false;
    while (CURLMsg* const message = curl_multi_info_read(multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      ++done;
      CURL* const handle = message->easy_handle;
      const CURLcode result = message->data.result;
      long status = 0;
      curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
      long version = 0;
      curl_easy_getinfo(handle, CURLINFO_HTTP_VERSION, &version);
      Easy* easy = nullptr;
      curl_easy_getinfo(handle, CURLINFO_PRIVATE, &easy);
      const bool http2 = version == CURL_HTTP_VERSION_2_0;
      if (result != CURLE_OK || status != 200 || http2 != load.http2) {
        ++failures;
        std::fprintf(stderr, "%s, status %ld, version %ld\n",
                     curl_easy_strerror(result), status, version);
      }
      bytes += easy->body.size();
      easy->body.clear();
      curl_multi_remove_handle(multi, handle);
      if (started < load.fetches) {
        ++started;
        restarted = true;
        curl_multi_add_handle(multi, handle);
      }
    }
    if (done < load.fetches && !restarted) {
      curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
    }
  }
  const auto duration = std::chrono::steady_clock::now() - begin;
  for (const auto& easy : easies) curl_easy_cleanup(easy->handle);
  curl_multi_cleanup(multi);
  curl_share_cleanup(share);
  return PrintResult(duration, failures, bytes);
}

}  // namespace
}  // namespace airlock::bench

int main(int argc, char** argv) { return airlock::bench::Main(argc, argv); }
