// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/crypto/private_key.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/crypto/openssl_handles.hpp"

namespace kontor::crypto {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const noexcept { BIO_free_all(bio); }
};
using BioHandle = std::unique_ptr<BIO, FreeBio>;

constexpr std::size_t k_made_bits = 2'048;

unsigned char* room_of(std::string& bytes) noexcept {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

Error refused() {
  ERR_clear_error();
  return {Errc::internal, "OpenSSL refuses the key"};
}

// PKCS #1 v1.5 is deterministic: the signature has the size of the key.
bool sign_rsa(EVP_PKEY* key, std::string_view digest, std::string& out) {
  const ContextHandle context(EVP_PKEY_CTX_new(key, nullptr));
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key));
  out.resize(size);
  const bool is_made =
      context && EVP_PKEY_sign_init(context.get()) == 1 &&
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
      EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
      EVP_PKEY_sign(context.get(), room_of(out), &size, data_of(digest), digest.size()) == 1;
  out.resize(is_made ? size : 0);
  return is_made;
}

bool sign_ed25519(EVP_PKEY* key, std::string_view digest, std::string& out) {
  const DigestHandle context(EVP_MD_CTX_new());
  std::size_t size = 64;
  out.resize(size);
  const bool is_made =
      context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
      EVP_DigestSign(context.get(), room_of(out), &size, data_of(digest), digest.size()) == 1;
  out.resize(is_made ? size : 0);
  return is_made;
}

// Asks for no password on the terminal.
int no_password(char*, int, int, void*) { return -1; }

}  // namespace

struct PrivateKey::State {
  KeyKind kind;
  KeyHandle key;
};

PrivateKey::PrivateKey(std::unique_ptr<State> state) : state_(std::move(state)) {}
PrivateKey::~PrivateKey() = default;
PrivateKey::PrivateKey(PrivateKey&&) noexcept = default;
PrivateKey& PrivateKey::operator=(PrivateKey&&) noexcept = default;

Result<PrivateKey> PrivateKey::make(KeyKind kind) {
  KeyHandle key(kind == KeyKind::rsa ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", k_made_bits)
                                     : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (!key) return fail(refused());
  return PrivateKey(std::make_unique<State>(State{kind, std::move(key)}));
}

Result<PrivateKey> PrivateKey::read(std::string_view pem) {
  const BioHandle bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  KeyHandle key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr) : nullptr);
  ERR_clear_error();
  const int type = key ? EVP_PKEY_get_base_id(key.get()) : EVP_PKEY_NONE;
  if (type != EVP_PKEY_RSA && type != EVP_PKEY_ED25519)
    return fail(Errc::bad_input, "no private key of RSA or Ed25519 in PEM");
  const auto kind = type == EVP_PKEY_RSA ? KeyKind::rsa : KeyKind::ed25519;
  PrivateKey read(std::make_unique<State>(State{kind, std::move(key)}));
  if (kind == KeyKind::rsa && read.bits() > k_most_bits)
    return fail(Errc::limit, "an RSA key that is too long");
  return read;
}

Result<PrivateKey> PrivateKey::read_ed25519(std::string_view bytes) {
  KeyHandle key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, data_of(bytes), bytes.size()));
  ERR_clear_error();
  if (!key) return fail(Errc::bad_input, "no private key");
  return PrivateKey(std::make_unique<State>(State{KeyKind::ed25519, std::move(key)}));
}

KeyKind PrivateKey::kind() const noexcept { return state_->kind; }

unsigned PrivateKey::bits() const noexcept {
  const int bits = EVP_PKEY_get_bits(state_->key.get());
  return bits > 0 ? static_cast<unsigned>(bits) : 0;
}

std::string PrivateKey::pem() const {
  const BioHandle bio(BIO_new(BIO_s_secmem()));
  char* data = nullptr;
  const bool is_written =
      bio && PEM_write_bio_PKCS8PrivateKey(bio.get(), state_->key.get(), nullptr, nullptr, 0,
                                           nullptr, nullptr) == 1;
  const long size = is_written ? BIO_get_mem_data(bio.get(), &data) : 0;
  ERR_clear_error();
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

std::string PrivateKey::public_bytes() const {
  std::string out;
  if (kind() == KeyKind::ed25519) {
    std::size_t size = 32;
    out.resize(size);
    if (EVP_PKEY_get_raw_public_key(state_->key.get(), room_of(out), &size) != 1) size = 0;
    out.resize(size);
  } else {
    unsigned char* data = nullptr;
    const int size = i2d_PUBKEY(state_->key.get(), &data);
    if (size > 0) out.assign(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
    OPENSSL_free(data);
  }
  ERR_clear_error();
  return out;
}

Result<std::string> PrivateKey::sign(std::string_view digest) const {
  std::string out;
  const bool is_made = kind() == KeyKind::rsa ? sign_rsa(state_->key.get(), digest, out)
                                              : sign_ed25519(state_->key.get(), digest, out);
  if (!is_made) return fail(refused());
  return out;
}

}  // namespace kontor::crypto
