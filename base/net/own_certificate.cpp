// SPDX-License-Identifier: GPL-3.0-or-later
// A small authority signs the server's certificate, so that clients can go on trusting ca.pem when
// the server's own is made anew.
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/core/uuid.hpp"
#include "base/net/tls_handle.hpp"

namespace kontor::net {
namespace {

constexpr std::chrono::days k_authority_days{3'650};
constexpr std::chrono::days k_server_days{397};  // what clients accept at most
constexpr std::chrono::days k_renew_days{30};

struct Issued {
  X509Handle certificate;
  KeyHandle key;
};

Error openssl_failure(std::string_view what) {
  return Error(Errc::internal, fmt::format("{}: {}", what, take_openssl_error()));
}

std::string pem_of(X509* certificate) {
  const BioHandle out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), certificate);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string pem_of(EVP_PKEY* key) {
  const BioHandle out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

X509Handle read_certificate(const std::string& path) {
  const BioHandle in(BIO_new_file(path.c_str(), "r"));
  return X509Handle(in ? PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr) : nullptr);
}

KeyHandle read_key(const std::string& path) {
  const BioHandle in(BIO_new_file(path.c_str(), "r"));
  return KeyHandle(in ? PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr) : nullptr);
}

// Beside it first, synced, then under its name: a crash leaves the old file or the new one.
Result<void> write_file(const std::string& path, const std::string& text, mode_t mode) {
  const std::string beside = path + ".new";
  ::unlink(beside.c_str());
  const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return fail(errno_error(beside, errno));
  // The mode as given, whatever the process's mask: clients of this machine may read ca.pem.
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fchmod(fd, mode) == 0 && ::fsync(fd) == 0;
  const int error = errno;
  ::close(fd);
  if (!written) return fail(errno_error(beside, error));
  if (::rename(beside.c_str(), path.c_str()) != 0) return fail(errno_error(path, errno));
  return {};
}

bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (extension == nullptr) return false;
  const bool added = X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

struct Wish {
  std::string common_name;
  std::chrono::days valid;
  std::vector<std::pair<int, std::string>> extensions;
};

void set_random_serial(X509* certificate) {
  std::array<unsigned char, 16> bytes{};
  random_bytes(bytes.data(), bytes.size());
  bytes[0] &= 0x7F;  // RFC 5280, 4.1.2.2: positive
  BIGNUM* number = BN_bin2bn(bytes.data(), bytes.size(), nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
}

// Without an issuer the certificate signs itself.
Result<Issued> issue(const Wish& wish, const Issued* issuer, UtcSeconds now) {
  Issued made{X509Handle(X509_new()), KeyHandle(EVP_EC_gen("P-256"))};
  if (!made.certificate || !made.key) return fail(openssl_failure("making a key"));
  X509* certificate = made.certificate.get();
  X509* by = issuer != nullptr ? issuer->certificate.get() : certificate;
  X509_set_version(certificate, X509_VERSION_3);
  set_random_serial(certificate);
  // An hour back: the clocks of clients differ a little.
  const std::time_t begin = (now - std::chrono::hours(1)).time_since_epoch().count();
  const std::time_t end = (now + wish.valid).time_since_epoch().count();
  ASN1_TIME_set(X509_getm_notBefore(certificate), begin);
  ASN1_TIME_set(X509_getm_notAfter(certificate), end);
  X509_set_pubkey(certificate, made.key.get());
  X509_NAME* name = X509_get_subject_name(certificate);
  // RFC 5280, appendix A.1: a common name has at most 64 characters; the whole is in the SAN.
  const auto* text = reinterpret_cast<const unsigned char*>(wish.common_name.data());
  const int size = static_cast<int>(std::min<std::size_t>(wish.common_name.size(), 64));
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, size, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(by));
  for (const auto& [nid, value] : wish.extensions)
    if (!add_extension(certificate, by, nid, value)) return fail(openssl_failure(value));
  EVP_PKEY* signer = issuer != nullptr ? issuer->key.get() : made.key.get();
  if (X509_sign(certificate, signer, EVP_sha256()) == 0) return fail(openssl_failure("signing"));
  return made;
}

Result<Issued> authority_in(const std::string& folder,
                            const std::string& host_name,
                            UtcSeconds now) {
  const std::string certificate_file = folder + "/ca.pem";
  const std::string key_file = folder + "/ca.key";
  Issued known{read_certificate(certificate_file), read_key(key_file)};
  if (known.certificate && known.key) return known;
  ERR_clear_error();
  Wish wish{"Kontor authority of " + host_name, k_authority_days, {}};
  wish.extensions = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                     {NID_key_usage, "critical,keyCertSign,cRLSign"},
                     {NID_subject_key_identifier, "hash"}};
  KONTOR_TRY(auto made, issue(wish, nullptr, now));
  KONTOR_TRY(write_file(key_file, pem_of(made.key.get()), 0600));
  KONTOR_TRY(write_file(certificate_file, pem_of(made.certificate.get()), 0644));
  return made;
}

bool still_good(const Issued& server,
                const Issued& authority,
                const std::string& host_name,
                UtcSeconds now) {
  if (!server.certificate || !server.key) return false;
  X509* certificate = server.certificate.get();
  std::time_t limit = (now + k_renew_days).time_since_epoch().count();
  return X509_cmp_time(X509_get0_notAfter(certificate), &limit) > 0 &&
         X509_check_host(certificate, host_name.data(), host_name.size(), 0, nullptr) == 1 &&
         X509_check_private_key(certificate, server.key.get()) == 1 &&
         X509_verify(certificate, X509_get0_pubkey(authority.certificate.get())) == 1;
}

bool is_host_name(const std::string& name) {
  constexpr std::string_view k_allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
  return !name.empty() && name.size() <= 253 &&
         name.find_first_not_of(k_allowed) == std::string::npos;
}

}  // namespace

Result<TlsFiles> own_certificate(const std::string& folder,
                                 const std::string& host_name,
                                 UtcSeconds now) {
  if (!is_host_name(host_name))
    return fail(Errc::bad_input, "server.name, " + host_name + ", is not a host name");
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed || ::chmod(folder.c_str(), 0755) != 0)
    return fail(errno_error(folder, failed ? failed.value() : errno));
  const TlsFiles files{folder + "/server.pem", folder + "/server.key"};
  KONTOR_TRY(const auto authority, authority_in(folder, host_name, now));
  const Issued known{read_certificate(files.certificate), read_key(files.key)};
  const bool good = still_good(known, authority, host_name, now);
  ERR_clear_error();
  if (good) return files;
  Wish wish{host_name, k_server_days, {}};
  wish.extensions = {{NID_basic_constraints, "critical,CA:FALSE"},
                     {NID_key_usage, "critical,digitalSignature"},
                     {NID_ext_key_usage, "serverAuth"},
                     {NID_subject_key_identifier, "hash"},
                     {NID_authority_key_identifier, "keyid:always"},
                     {NID_subject_alt_name, "DNS:" + host_name +
                                                (host_name == "localhost" ? "" : ",DNS:localhost") +
                                                ",IP:127.0.0.1,IP:::1"}};
  KONTOR_TRY(const auto made, issue(wish, &authority, now));
  KONTOR_TRY(write_file(files.key, pem_of(made.key.get()), 0600));
  KONTOR_TRY(write_file(files.certificate, pem_of(made.certificate.get()), 0644));
  return files;
}

}  // namespace kontor::net
