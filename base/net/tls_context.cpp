// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/tls.hpp"

#include <fmt/format.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "base/net/tls_handle.hpp"

namespace kontor::net {
namespace {

// RFC 9325, section 4.2: forward secrecy and authenticated encryption only (TLS 1.2; those of 1.3
// are all like that).
constexpr const char* k_ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
// The same for TLS 1.3, the one that every program has first (RFC 8446, 9.1): half the hashing of
// the one with 256 bits in a handshake, and as safe for decades.
constexpr const char* k_suites =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* k_groups = "X25519:P-256:P-384";

Result<void> check_readable(const std::string& path, std::string_view what) {
  if (::access(path.c_str(), R_OK) == 0) return {};
  return fail(errno_error(fmt::format("the {} {}", what, path), errno));
}

Result<void> load_files(SSL_CTX* context, const TlsFiles& files) {
  KONTOR_TRY(check_readable(files.certificate, "certificate"));
  KONTOR_TRY(check_readable(files.key, "private key"));
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1)
    return fail(Errc::bad_input, fmt::format("{} holds no usable PEM certificate: {}",
                                             files.certificate, take_openssl_error()));
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    const bool differs = ERR_GET_REASON(ERR_peek_error()) == X509_R_KEY_VALUES_MISMATCH ||
                         ERR_GET_REASON(ERR_peek_error()) == X509_R_KEY_TYPE_MISMATCH;
    const auto reason = take_openssl_error();
    return fail(Errc::bad_input,
                differs ? fmt::format("the private key {} does not belong to the certificate {}",
                                      files.key, files.certificate)
                        : fmt::format("{} holds no usable private key without a passphrase: {}",
                                      files.key, reason));
  }
  return {};
}

void set_rules(SSL_CTX* context, const std::string& minimum_version) {
  SSL_CTX_set_min_proto_version(context,
                                minimum_version == "1.3" ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, k_ciphers);
  SSL_CTX_set_ciphersuites(context, k_suites);
  SSL_CTX_set1_groups_list(context, k_groups);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // Partial writes and moving buffers suit a coroutine that writes what goes; released buffers are
  // what makes an idle session cost 15 KB instead of 50.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);
  // Sessions live in the clients' tickets, not in our memory (RFC 5077; RFC 8446, 4.6.1).
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  static constexpr std::array<unsigned char, 6> k_session_context{'k', 'o', 'n', 't', 'o', 'r'};
  SSL_CTX_set_session_id_context(context, k_session_context.data(), k_session_context.size());
}

void keep_ticket_keys(SSL_CTX* from, SSL_CTX* to) {
  const auto size = SSL_CTX_get_tlsext_ticket_keys(from, nullptr, 0);
  if (size <= 0) return;
  std::string keys(static_cast<std::size_t>(size), '\0');
  if (SSL_CTX_get_tlsext_ticket_keys(from, keys.data(), size) == 1)
    SSL_CTX_set_tlsext_ticket_keys(to, keys.data(), size);
}

// RFC 5929, 4.1: the hash of the certificate's signature, SHA-256 in place of MD5 and SHA-1.
std::string hash_of_certificate(const X509* certificate) {
  int hash = NID_undef;
  if (X509_get_signature_info(const_cast<X509*>(certificate), &hash, nullptr, nullptr, nullptr) !=
          1 ||
      hash == NID_undef)
    return {};
  if (hash == NID_md5 || hash == NID_sha1) hash = NID_sha256;
  const EVP_MD* digest = EVP_get_digestbynid(hash);
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  if (digest == nullptr || X509_digest(certificate, digest, bytes.data(), &size) != 1) return {};
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

UtcSeconds time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return UtcSeconds(std::chrono::seconds(timegm(&parts)));
}

std::string day_of(UtcSeconds time) {
  const std::time_t seconds = time.time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

}  // namespace

std::string take_openssl_error() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  if (const char* reason = ERR_reason_error_string(code)) return reason;
  return fmt::format("error {:x}", code);
}

TlsContext::TlsContext(std::unique_ptr<Handle> handle)
    : handle_(std::move(handle)),
      endpoint_binding_(hash_of_certificate(SSL_CTX_get0_certificate(handle_->context.get()))) {}
TlsContext::~TlsContext() = default;

Result<std::shared_ptr<const TlsContext>> TlsContext::load(const TlsFiles& files,
                                                           const std::string& minimum_version,
                                                           const TlsContext* before) {
  auto handle = std::make_unique<Handle>();
  handle->context.reset(SSL_CTX_new(TLS_server_method()));
  if (!handle->context) return fail(Errc::internal, take_openssl_error());
  set_rules(handle->context.get(), minimum_version);
  KONTOR_TRY(load_files(handle->context.get(), files));
  if (before != nullptr) keep_ticket_keys(before->handle_->context.get(), handle->context.get());
  return std::shared_ptr<const TlsContext>(new TlsContext(std::move(handle)));
}

std::vector<std::string> TlsContext::check(const std::string& host_name,
                                           UtcSeconds now,
                                           std::uint32_t warn_days) const {
  std::vector<std::string> sentences;
  X509* certificate = SSL_CTX_get0_certificate(handle_->context.get());
  const auto end = expires();
  const auto begin = time_of(X509_get0_notBefore(certificate));
  if (end <= now)
    sentences.push_back(
        fmt::format("The certificate expired on {}: clients refuse it.", day_of(end)));
  else if (end - now < std::chrono::days(warn_days))
    sentences.push_back(fmt::format("The certificate ends on {}, in {} days: renew it.",
                                    day_of(end),
                                    std::chrono::floor<std::chrono::days>(end - now).count()));
  if (begin > now)
    sentences.push_back(
        fmt::format("The certificate is not valid before {}: clients refuse it.", day_of(begin)));
  if (X509_check_host(certificate, host_name.data(), host_name.size(), 0, nullptr) != 1)
    sentences.push_back(
        fmt::format("The certificate ({}) is not for the name of this server, {}: clients that "
                    "connect to that name refuse it.",
                    subject(), host_name));
  return sentences;
}

UtcSeconds TlsContext::expires() const {
  return time_of(X509_get0_notAfter(SSL_CTX_get0_certificate(handle_->context.get())));
}

std::string TlsContext::subject() const {
  const BioHandle out(BIO_new(BIO_s_mem()));
  X509* certificate = SSL_CTX_get0_certificate(handle_->context.get());
  X509_NAME_print_ex(out.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string("no subject");
}

}  // namespace kontor::net
