// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/conformance/bogo_connection.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ssl/options.h"
#include "ssl/protocol.h"
#include "ssl/secret.h"
#include "tests/conformance/bogo_expectations.h"

namespace airlock::bogo {
namespace {

using ssl::IoResult;

constexpr absl::string_view kFirstWords = "hello";

absl::Span<const uint8_t> Bytes(absl::string_view text) {
  return absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(text.data()),
                             text.size());
}

}  // namespace

absl::Status Connection::Run(std::shared_ptr<const ssl::Session> session) {
  absl::StatusOr<std::shared_ptr<const ssl::Context>> context =
      endpoint_->ContextFor(config_, resumes_);
  if (!context.ok()) return context.status();
  endpoint_->Begin();
  absl::StatusOr<std::unique_ptr<RunnerTransport>> transport =
      RunnerTransport::Connect(config_.port, config_.async ? &quota_ : nullptr);
  if (!transport.ok()) return transport.status();
  ssl::SocketOptions options;
  options.side = config_.server ? ssl::Side::kServer : ssl::Side::kClient;
  options.server_hostname = config_.host_name;
  options.session = std::move(session);
  // Without -check-close-notify, the runner closes the stream as it likes.
  options.suppress_ragged_eofs = !config_.check_close_notify;
  absl::StatusOr<std::unique_ptr<ssl::Socket>> socket = ssl::WrapSocket(
      *std::move(context), *std::move(transport), std::move(options));
  if (!socket.ok()) return socket.status();
  socket_ = *std::move(socket);
  absl::Status status = Exchange();
  if (status.ok()) {
    status = CheckMessages(config_, endpoint_->seen());
  } else if (config_.handshake_never_done && socket_->handshake_done()) {
    status = absl::InternalError("the handshake unexpectedly finished");
  }
  socket_ = nullptr;
  return status;
}

IoResult Connection::Finish(absl::FunctionRef<IoResult()> operation) {
  while (true) {
    IoResult result = operation();
    if (result.want_read()) {
      quota_.read = 1;
    } else if (result.want_write()) {
      quota_.write = 1;
    } else if (!result.want_callback()) {
      return result;
    }
    if (!config_.async) {
      return absl::InternalError("a blocking operation would block");
    }
  }
}

absl::Status Connection::CheckFinal(const absl::Status& failure,
                                    absl::FunctionRef<IoResult()> operation) {
  const IoResult again = operation();
  if (again.failed() && again.status() == failure) return failure;
  return absl::InternalError(
      absl::StrCat("a failure is not final: ", failure.message()));
}

absl::Status Connection::Exchange() {
  if (!config_.implicit_handshake) {
    const absl::Status status = Handshake();
    if (!status.ok()) return status;
  }
  if (config_.export_keying_material > 0) {
    // A client that has not begun has nothing to export from.
    const absl::StatusOr<ssl::Secret> material = socket_->ExportKeyingMaterial(
        config_.export_label,
        config_.use_export_context
            ? std::optional<absl::string_view>(config_.export_context)
            : std::nullopt,
        static_cast<size_t>(config_.export_keying_material));
    if (!material.ok()) return material.status();
    const absl::Status status = WriteAll(material->view());
    if (!status.ok()) return status;
  }
  if (config_.tls_unique) {
    const absl::StatusOr<std::string> binding =
        socket_->GetChannelBinding(ssl::ChannelBinding::kTlsUnique);
    if (!binding.ok()) return absl::InternalError("failed to get tls-unique");
    const absl::Status status = WriteAll(*binding);
    if (!status.ok()) return status;
  }
  absl::Status status = WriteFirst();
  if (status.ok() && !config_.shim_shuts_down &&
      !config_.write_different_record_sizes) {
    status = Echo();
  }
  if (status.ok()) {
    status = CheckAfterwards(config_, *socket_, endpoint_->seen());
  }
  if (status.ok()) status = Close();
  return status;
}

absl::Status Connection::Handshake() {
  const auto handshake = [this] { return socket_->Handshake(); };
  const IoResult result = Finish(handshake);
  if (!result.done()) return CheckFinal(result.status(), handshake);
  absl::Status status =
      CheckHandshake(config_, resumes_, *socket_, endpoint_->seen());
  if (status.ok() &&
      (config_.handshake_twice || config_.no_op_extra_handshake)) {
    // Nothing is left to do, so it never blocks.
    status = socket_->Handshake().status();
  }
  if (socket_->version() >= ssl::TlsVersion::kTls1_3) {
    // Tickets come after the handshake.
    endpoint_->ForgetSession();
  }
  return status;
}

absl::Status Connection::WriteAll(absl::string_view text) {
  return WriteAll(Bytes(text));
}

absl::Status Connection::WriteAll(absl::Span<const uint8_t> bytes) {
  do {
    const IoResult result = Finish([&] { return socket_->Write(bytes); });
    if (!result.done()) return result.status();
    bytes.remove_prefix(result.bytes());
  } while (!bytes.empty());
  return absl::OkStatus();
}

absl::Status Connection::WriteFirst() {
  if (config_.write_different_record_sizes) {
    // Around the limits of records, and of their split for TLS 1.0.
    for (const size_t size :
         {0, 1, 255, 256, 257, 16383, 16384, 16385, 32767, 32768, 32769}) {
      const absl::Status status = WriteAll(std::string(size, '\x42'));
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }
  if (config_.read_with_unfinished_write) {
    quota_.write = 1;
    const IoResult result = socket_->Write(Bytes(kFirstWords));
    if (!result.want_write()) {
      return absl::InternalError("a write that cannot be finished was");
    }
    write_pending_ = true;
    return absl::OkStatus();
  }
  return config_.shim_writes_first ? WriteAll(kFirstWords) : absl::OkStatus();
}

absl::Status Connection::Echo() {
  // Smaller than a record, so that each comes in several pieces.
  std::vector<uint8_t> buffer(
      config_.read_size > 0 ? static_cast<size_t>(config_.read_size) : 512);
  while (true) {
    const auto read = [&] { return socket_->Read(absl::MakeSpan(buffer)); };
    const IoResult result = Finish(read);
    if (config_.use_exporter_between_reads) {
      const absl::Status exported =
          socket_->ExportKeyingMaterial("", std::nullopt, 1).status();
      if (!exported.ok()) return exported;
    }
    if (result.closed()) return absl::OkStatus();
    if (!result.done()) return CheckFinal(result.status(), read);
    if (!socket_->handshake_done()) {
      return absl::InternalError("data was read before the handshake's end");
    }
    if (write_pending_) {
      const absl::Status status = WriteAll(kFirstWords);
      if (!status.ok()) return status;
      write_pending_ = false;
    }
    for (size_t i = 0; i < result.bytes(); ++i) buffer[i] ^= 0xff;
    const absl::Status status =
        WriteAll(absl::MakeConstSpan(buffer).first(result.bytes()));
    if (!status.ok()) return status;
  }
}

absl::Status Connection::Close() {
  if (!config_.check_close_notify) return absl::OkStatus();
  // Unwrap also waits for the peer's close_notify, which Echo has read.
  return Finish([this] { return socket_->Unwrap(); }).status();
}

}  // namespace airlock::bogo
