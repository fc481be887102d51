// SPDX-License-Identifier: GPL-3.0-or-later
// OpenSSL leaves what went wrong in a queue of the thread: it is emptied, because base/net reads
// it.
#include "base/crypto/signature.hpp"

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/crypto/openssl_handles.hpp"

namespace kontor::crypto {
namespace {

struct FreeDecoder {
  void operator()(OSSL_DECODER_CTX* context) const noexcept { OSSL_DECODER_CTX_free(context); }
};

// Without a structure named, the decoder takes both forms.
KeyHandle read_rsa(std::string_view bytes) {
  EVP_PKEY* key = nullptr;
  const std::unique_ptr<OSSL_DECODER_CTX, FreeDecoder> decoder(OSSL_DECODER_CTX_new_for_pkey(
      &key, "DER", nullptr, "RSA", EVP_PKEY_PUBLIC_KEY, nullptr, nullptr));
  const auto* data = data_of(bytes);
  std::size_t size = bytes.size();
  const bool is_read = decoder && OSSL_DECODER_from_data(decoder.get(), &data, &size) == 1;
  KeyHandle handle(key);
  return is_read && size == 0 ? std::move(handle) : nullptr;
}

bool verify_rsa(EVP_PKEY* key, std::string_view digest, std::string_view signature) {
  const ContextHandle context(EVP_PKEY_CTX_new(key, nullptr));
  return context && EVP_PKEY_verify_init(context.get()) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
         EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
         EVP_PKEY_verify(context.get(), data_of(signature), signature.size(), data_of(digest),
                         digest.size()) == 1;
}

bool verify_ed25519(EVP_PKEY* key, std::string_view digest, std::string_view signature) {
  const DigestHandle context(EVP_MD_CTX_new());
  return context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(digest),
                          digest.size()) == 1;
}

}  // namespace

struct PublicKey::State {
  KeyKind kind;
  KeyHandle key;
};

PublicKey::PublicKey(std::unique_ptr<State> state) : state_(std::move(state)) {}
PublicKey::~PublicKey() = default;
PublicKey::PublicKey(PublicKey&&) noexcept = default;
PublicKey& PublicKey::operator=(PublicKey&&) noexcept = default;

Result<PublicKey> PublicKey::read(KeyKind kind, std::string_view bytes) {
  KeyHandle key = kind == KeyKind::rsa
                      ? read_rsa(bytes)
                      : KeyHandle(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                                              data_of(bytes), bytes.size()));
  ERR_clear_error();
  if (!key) return fail(Errc::bad_input, "no public key");
  PublicKey read(std::make_unique<State>(State{kind, std::move(key)}));
  if (kind == KeyKind::rsa && read.bits() > k_most_bits)
    return fail(Errc::limit, "an RSA key that is too long");
  return read;
}

KeyKind PublicKey::kind() const noexcept { return state_->kind; }

unsigned PublicKey::bits() const noexcept {
  const int bits = EVP_PKEY_get_bits(state_->key.get());
  return bits > 0 ? static_cast<unsigned>(bits) : 0;
}

bool PublicKey::verify(std::string_view digest, std::string_view signature) const {
  const bool is_good = state_->kind == KeyKind::rsa
                           ? verify_rsa(state_->key.get(), digest, signature)
                           : verify_ed25519(state_->key.get(), digest, signature);
  ERR_clear_error();
  return is_good;
}

}  // namespace kontor::crypto
