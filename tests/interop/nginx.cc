// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/interop/nginx.h"

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/support/process.h"

namespace airlock::interop {
namespace {

// One process, in the foreground, with nothing outside its own directory and
// (if run by root) no change of user. $DIR and $PORT stand for that and for
// where it listens.
constexpr char kConfiguration[] = R"(
daemon off;
master_process off;
user root root;
pid $DIR/pid;
error_log stderr notice;
events {}
http {
  access_log off;
  client_body_temp_path $DIR/body;
  proxy_temp_path $DIR/proxy;
  fastcgi_temp_path $DIR/fastcgi;
  uwsgi_temp_path $DIR/uwsgi;
  scgi_temp_path $DIR/scgi;
  ssl_client_certificate $CERTS/ca.pem;
  ssl_verify_depth 3;
  $SERVERS
}
)";

}  // namespace

absl::StatusOr<Server> StartNginx(absl::string_view servers) {
  auto reserved = ReservedPort::Create();
  if (!reserved.ok()) return reserved.status();
  Server server;
  server.reserved = *std::move(reserved);
  server.port = server.reserved->port();
  std::string path = ScratchPath("nginx");
  const std::string directory = path.substr(0, path.rfind('/'));
  const auto configuration = ScratchFile(
      "nginx.conf",
      absl::StrReplaceAll(
          absl::StrReplaceAll(kConfiguration, {{"$SERVERS", servers}}),
          {{"$DIR", directory},
           {"$PORT", absl::StrCat(server.port)},
           {"$CERTS", CertPath("")}}));
  if (!configuration.ok()) return configuration.status();
  auto process =
      StartProgram("nginx", "nginx",
                   {"-e", "stderr", "-p", directory, "-c", *configuration});
  if (!process.ok()) return process.status();
  server.process = *std::move(process);
  // Said when it listens.
  const absl::Status ready =
      server.process->WaitForText("getrlimit(RLIMIT_NOFILE)");
  if (!ready.ok()) return ready;
  return server;
}

std::string NginxIdentity(absl::string_view name) {
  return absl::StrCat("ssl_certificate ", ChainPath(name),
                      "; ssl_certificate_key ",
                      CertPath(absl::StrCat(name, ".key")), ";");
}

}  // namespace airlock::interop
