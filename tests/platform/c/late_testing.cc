// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/platform/c/late_testing.h"

#include <sys/socket.h>

namespace airlock::c {

CLateTest::CLateTest() {
  const bool by_server = GetParam().by_server;
  setup_.client = ClientContext();
  setup_.server = ServerContext();
  setup_.client.maximum_version = GetParam().version;
  setup_.own = Sized<airlock_credentials>();
  setup_.own.certfile =
      Cert(by_server ? "server_p256_chain.pem" : "client_p256.pem");
  setup_.own.user = &host_;
  setup_.other = Sized<airlock_credentials>();
  setup_.other.certfile = Cert("client_p256.pem");
  setup_.other.keyfile = Cert("client_p256.key");
  airlock_context_options& late = by_server ? setup_.server : setup_.client;
  late.user = &host_;
  late.release = ReleaseLateHost;
  GetParam().arrange(&setup_);
  client_context_ = Make(runtime_.get(), setup_.client);
  server_context_ = Make(runtime_.get(), setup_.server);
}

void CLateFdTest::SetUp() {
  int fds[2] = {-1, -1};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  WrapBoth(Over(fds[0]), Over(fds[1]));
}

airlock_transport CLateFdTest::Over(int fd) {
  auto transport = Sized<airlock_transport>();
  transport.type = AIRLOCK_TRANSPORT_FD;
  transport.fd = fd;
  transport.fd_owned = AIRLOCK_YES;
  transport.timeout_ms = AIRLOCK_WAIT_FOREVER;
  return transport;
}

void ReleaseLateHost(void* user) { ++static_cast<LateHost*>(user)->releases; }

}  // namespace airlock::c
