// SPDX-License-Identifier: GPL-3.0-or-later
// OpenSSL's handles, owned. Only for base/net/*.cpp.
#pragma once
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "base/net/connect.hpp"
#include "base/net/tls.hpp"

namespace kontor::net {

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* handle) const noexcept {
    Free(handle);
  }
};

using SslContextHandle = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;
using SslHandle = std::unique_ptr<SSL, FreeWith<SSL_free>>;
using X509Handle = std::unique_ptr<X509, FreeWith<X509_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using BioHandle = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;

struct TlsContext::Handle {
  SslContextHandle context;
};
struct ClientTlsContext::Handle {
  SslContextHandle context;
};

// The oldest error of this thread's queue as text, and the queue is emptied.
std::string take_openssl_error();

}  // namespace kontor::net
