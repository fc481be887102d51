// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/tls_session.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace kontor::net {
namespace {

constexpr std::size_t k_gathered = 64U << 10U;  // bytes made records of before they are sent

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

bool is_numeric(const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

// RFC 4514, cut: names are a stranger's.
std::string text_of(const X509_NAME* name) {
  constexpr std::size_t k_most = 200;
  const BioHandle out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  return size > 0 ? std::string(text, std::min(static_cast<std::size_t>(size), k_most))
                  : std::string("no name");
}

// RFC 7672, 3.1.1: with DANE-EE neither names nor dates count; 3.2.2: with DANE-TA names do. False:
// none of the records can be used.
Result<bool> set_dane(SSL* ssl, const DaneTrust& trust) {
  if (SSL_dane_enable(ssl, trust.base.c_str()) <= 0)
    return fail(Errc::bad_input, "a host name TLS cannot carry");
  SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  for (const auto& name : trust.names)
    if (SSL_add1_host(ssl, name.c_str()) != 1) return fail(Errc::internal, take_openssl_error());
  bool is_any = false;
  for (const auto& one : trust.records) {
    const auto* data = reinterpret_cast<const unsigned char*>(one.data.data());
    is_any |=
        SSL_dane_tlsa_add(ssl, one.usage, one.selector, one.matching, data, one.data.size()) > 0;
  }
  ERR_clear_error();
  return is_any;
}

// "3 1 1" of the record that the certificate agrees with; empty: DANE was not asked for.
std::string matched_record(SSL* ssl) {
  std::uint8_t usage = 0, selector = 0, matching = 0;
  if (SSL_get0_dane_authority(ssl, nullptr, nullptr) < 0 ||
      SSL_get0_dane_tlsa(ssl, &usage, &selector, &matching, nullptr, nullptr) < 0)
    return {};
  return fmt::format("{} {} {}", usage, selector, matching);
}

}  // namespace

Result<void> TlsSession::make(SSL_CTX* context) {
  ERR_clear_error();
  ssl_.reset(SSL_new(context));
  BIO* const bio = ssl_ ? socket_.make_bio() : nullptr;
  if (bio == nullptr) return fail(Errc::internal, take_openssl_error());
  SSL_set_bio(ssl_.get(), bio, bio);  // both are its own now
  return {};
}

Result<std::unique_ptr<TlsSession>> TlsSession::accept(std::shared_ptr<const TlsContext> context,
                                                       int fd) {
  std::unique_ptr<TlsSession> session(new TlsSession(fd));
  KONTOR_TRY(session->make(context->handle().context.get()));
  SSL_set_accept_state(session->ssl_.get());
  session->context_ = std::move(context);
  return session;
}

Result<std::unique_ptr<TlsSession>> TlsSession::connect(TlsWish wish, int fd) {
  std::unique_ptr<TlsSession> session(new TlsSession(fd));
  KONTOR_TRY(session->make(wish.context->handle().context.get()));
  SSL* const ssl = session->ssl_.get();
  SSL_set_connect_state(ssl);
  bool must = wish.verify == Verify::certificate;
  if (wish.dane) {
    KONTOR_TRY(must, set_dane(ssl, *wish.dane));
  } else if (is_numeric(wish.host)) {  // RFC 6066, 3: no literal addresses in SNI
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), wish.host.c_str());
  } else {
    // RFC 6125, 6.4.3: a wildcard stands for a whole label.
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (SSL_set1_host(ssl, wish.host.c_str()) != 1 ||
        SSL_set_tlsext_host_name(ssl, wish.host.c_str()) != 1)
      return fail(Errc::bad_input, "a host name TLS cannot carry");
  }
  // With SSL_VERIFY_NONE the certificate is looked at too, and the result kept for the log.
  SSL_set_verify(ssl, must ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  session->client_context_ = std::move(wish.context);
  return session;
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
      if (client_context_ && SSL_get_verify_result(ssl_.get()) != X509_V_OK)
        failure_.append(": ").append(
            X509_verify_cert_error_string(SSL_get_verify_result(ssl_.get())));
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

IoStep TlsSession::send() {
  const auto sent = socket_.send();
  has_unsent_ = sent == TlsSocket::Sent::some;
  if (sent != TlsSocket::Sent::failed) return has_unsent_ ? IoStep::want_write : IoStep::done;
  broken_ = true;
  failure_ = std::strerror(errno);
  return IoStep::failed;
}

IoStep TlsSession::write(std::string_view data, std::size_t& put) {
  put = 0;
  ERR_clear_error();
  if (has_unsent_)
    if (const IoStep step = send(); step != IoStep::done) return step;
  if (data.empty()) return IoStep::done;
  if (data.size() <= SSL3_RT_MAX_PLAIN_LENGTH)  // one record
    return step_of(SSL_write_ex(ssl_.get(), data.data(), data.size(), &put));
  socket_.gather();
  IoStep made = IoStep::done;
  while (put < data.size() && put < k_gathered && made == IoStep::done) {
    std::size_t some = 0;
    made = step_of(SSL_write_ex(ssl_.get(), data.data() + put,
                                std::min(data.size(), k_gathered) - put, &some));
    put += some;
  }
  const IoStep sent = send();
  if (sent == IoStep::failed) return sent;
  return put > 0 ? IoStep::done : made;
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
  if (context_) info.channel_binding_endpoint = context_->endpoint_binding();
  info.channel_binding_exporter = exporter_binding(ssl);
  return info;
}

CertificateVerdict TlsSession::certificate_verdict() const {
  if (!client_context_) return {};
  const auto verdict = SSL_get_verify_result(ssl_.get());
  if (verdict == X509_V_OK) {
    const bool is_there = SSL_get0_peer_certificate(ssl_.get()) != nullptr;
    return {is_there ? Trust::good : Trust::none, {}};
  }
  CertificateVerdict out{Trust::untrusted, X509_verify_cert_error_string(verdict)};
  if (verdict == X509_V_ERR_CERT_HAS_EXPIRED) out.trust = Trust::expired;
  if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH)
    out.trust = Trust::other_host;
  if (verdict == X509_V_ERR_DANE_NO_MATCH) out.trust = Trust::not_by_tlsa;
  return out;
}

std::string TlsSession::peer_certificate() const {
  if (!client_context_) return {};
  const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return "none";
  const auto verdict = SSL_get_verify_result(ssl_.get());
  std::string text = text_of(X509_get_subject_name(certificate));
  text.append(" signed by ").append(text_of(X509_get_issuer_name(certificate))).append(", ");
  const auto record = matched_record(ssl_.get());
  if (!record.empty())
    text.append("trusted by TLSA ").append(record);
  else if (verdict == X509_V_OK)
    text.append("trusted");
  else
    text.append("not trusted: ").append(X509_verify_cert_error_string(verdict));
  return text;
}

}  // namespace kontor::net
