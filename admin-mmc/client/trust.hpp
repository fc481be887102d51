// SPDX-License-Identifier: GPL-3.0-or-later
// Is it the server that it says it is? For certificates that Windows itself does not trust.
#pragma once
#include <windows.h>
// wincrypt.h needs what stands above.
#include <wincrypt.h>

#include <string>

#include "admin-mmc/client/credentials.hpp"

namespace kontor::admin {

// SHA-256 of a certificate, in lower-case hexadecimal digits.
std::wstring fingerprint(PCCERT_CONTEXT certificate);

// Does `trust` vouch for the certificate under this name? With a pin: is it that very certificate
// (names and times do not count then); with ca_file: was it signed by these authorities, for this
// name, and is it in time. When it is not, `why` says so in a sentence.
bool vouches(const Trust& trust,
             PCCERT_CONTEXT certificate,
             const std::wstring& host,
             std::wstring& why);

// What a person reads of a certificate before he pins it.
struct CertificateText {
  std::wstring subject, issuer, until, fingerprint;
};
CertificateText describe(PCCERT_CONTEXT certificate);

}  // namespace kontor::admin
