// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/tls_session.hpp"

#include <array>
#include <cerrno>
#include <cstring>

namespace kontor::net {
namespace {

std::string finished_message(const SSL* ssl) {
  std::array<char, EVP_MAX_MD_SIZE> bytes{};
  // RFC 5929, 3.1: the first Finished of the handshake: the client's, or ours when it was resumed.
  const std::size_t size = SSL_session_reused(ssl) == 1
                               ? SSL_get_finished(ssl, bytes.data(), bytes.size())
                               : SSL_get_peer_finished(ssl, bytes.data(), bytes.size());
  return {bytes.data(), size};
}

std::string exporter_binding(SSL* ssl) {
  constexpr std::string_view k_label = "EXPORTER-Channel-Binding";  // RFC 9266, section 2
  std::array<unsigned char, 32> bytes{};
  if (SSL_export_keying_material(ssl, bytes.data(), bytes.size(), k_label.data(), k_label.size(),
                                 nullptr, 0, 0) != 1)
    return {};
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Result<std::unique_ptr<TlsSession>> TlsSession::accept(std::shared_ptr<const TlsContext> context,
                                                       int fd) {
  ERR_clear_error();
  SslHandle ssl(SSL_new(context->handle().context.get()));
  if (!ssl || SSL_set_fd(ssl.get(), fd) != 1) return fail(Errc::internal, take_openssl_error());
  SSL_set_accept_state(ssl.get());
  return std::unique_ptr<TlsSession>(new TlsSession(std::move(context), std::move(ssl)));
}

IoStep TlsSession::step_of(int result) {
  if (result > 0) return IoStep::done;
  const int saved = errno;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return IoStep::want_read;
    case SSL_ERROR_WANT_WRITE:
      return IoStep::want_write;
    case SSL_ERROR_ZERO_RETURN:
      return IoStep::ended;
    case SSL_ERROR_SYSCALL:
      broken_ = true;
      failure_ = saved != 0 ? std::strerror(saved) : "the connection was cut";
      ERR_clear_error();
      return IoStep::failed;
    default:
      broken_ = true;
      failure_ = take_openssl_error();
      return IoStep::failed;
  }
}

IoStep TlsSession::handshake() {
  ERR_clear_error();
  return step_of(SSL_do_handshake(ssl_.get()));
}

IoStep TlsSession::read(std::span<char> buffer, std::size_t& got) {
  ERR_clear_error();
  return step_of(SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &got));
}

IoStep TlsSession::peek() {
  ERR_clear_error();
  char byte = 0;
  std::size_t got = 0;
  return step_of(SSL_peek_ex(ssl_.get(), &byte, 1, &got));
}

IoStep TlsSession::write(std::string_view data, std::size_t& put) {
  ERR_clear_error();
  return step_of(SSL_write_ex(ssl_.get(), data.data(), data.size(), &put));
}

void TlsSession::say_goodbye() {
  if (broken_) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

TlsInfo TlsSession::info() const {
  TlsInfo info;
  SSL* ssl = ssl_.get();
  info.version = SSL_get_version(ssl);
  info.cipher = SSL_get_cipher_name(ssl);
  if (SSL_version(ssl) == TLS1_2_VERSION) info.channel_binding_unique = finished_message(ssl);
  info.channel_binding_endpoint = context_->endpoint_binding();
  info.channel_binding_exporter = exporter_binding(ssl);
  return info;
}

}  // namespace kontor::net
