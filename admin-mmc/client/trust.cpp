// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/client/trust.hpp"

#include <array>
#include <cstddef>
#include <iterator>
#include <memory>

#include "admin-mmc/base/text.hpp"
#include "admin-mmc/base/words.hpp"

namespace kontor::admin {
namespace {

struct CloseStore {
  void operator()(void* store) const { CertCloseStore(store, 0); }
};
struct FreeEngine {
  void operator()(void* engine) const { CertFreeCertificateChainEngine(engine); }
};
struct FreeChain {
  void operator()(const CERT_CHAIN_CONTEXT* chain) const { CertFreeCertificateChain(chain); }
};
using Store = std::unique_ptr<void, CloseStore>;
using Engine = std::unique_ptr<void, FreeEngine>;
using Chain = std::unique_ptr<const CERT_CHAIN_CONTEXT, FreeChain>;

// The certificates of a PEM file; nullptr when there is none in it.
Store read_authorities(const std::wstring& file) {
  HANDLE handle =
      CreateFileW(file.c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING, 0, nullptr);
  if (handle == INVALID_HANDLE_VALUE) return nullptr;
  std::string text(1 << 20, '\0');
  DWORD size = 0;
  const bool read =
      ReadFile(handle, text.data(), static_cast<DWORD>(text.size()), &size, nullptr) != FALSE;
  CloseHandle(handle);
  text.resize(read ? size : 0);
  Store store(CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr));
  static constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----",
                                    end = "-----END CERTIFICATE-----";
  bool found = false;
  for (auto at = text.find(begin); store && at != text.npos; at = text.find(begin, at + 1)) {
    const auto stop = text.find(end, at);
    if (stop == text.npos) break;
    const std::string one = text.substr(at, stop + end.size() - at);
    std::string binary(one.size(), '\0');
    DWORD length = static_cast<DWORD>(binary.size());
    found |=
        CryptStringToBinaryA(one.c_str(), static_cast<DWORD>(one.size()), CRYPT_STRING_BASE64HEADER,
                             reinterpret_cast<BYTE*>(binary.data()), &length, nullptr, nullptr) &&
        CertAddEncodedCertificateToStore(store.get(), X509_ASN_ENCODING,
                                         reinterpret_cast<const BYTE*>(binary.data()), length,
                                         CERT_STORE_ADD_REPLACE_EXISTING, nullptr);
  }
  return found ? std::move(store) : nullptr;
}

// The error of the chain under the rules of TLS servers; 0 when there is none.
DWORD policy_error(const CERT_CHAIN_CONTEXT* chain, const std::wstring& host) {
  SSL_EXTRA_CERT_CHAIN_POLICY_PARA tls{};
  tls.cbSize = sizeof tls;
  tls.dwAuthType = AUTHTYPE_SERVER;
  std::wstring name = host;
  tls.pwszServerName = name.data();
  CERT_CHAIN_POLICY_PARA parameters{};
  parameters.cbSize = sizeof parameters;
  parameters.pvExtraPolicyPara = &tls;
  CERT_CHAIN_POLICY_STATUS status{};
  status.cbSize = sizeof status;
  if (!CertVerifyCertificateChainPolicy(CERT_CHAIN_POLICY_SSL, chain, &parameters, &status))
    return GetLastError();
  return status.dwError;
}

bool signed_by(const Trust& trust,
               PCCERT_CONTEXT certificate,
               const std::wstring& host,
               std::wstring& why) {
  const Store authorities = read_authorities(trust.ca_file);
  if (!authorities) {
    why = filled(Word::no_authorities, {trust.ca_file});
    return false;
  }
  CERT_CHAIN_ENGINE_CONFIG config{};
  // As Windows 7 has it: Wine knows no longer one.
  config.cbSize = offsetof(CERT_CHAIN_ENGINE_CONFIG, dwExclusiveFlags);
  config.hExclusiveRoot = authorities.get();
  HCERTCHAINENGINE made = nullptr;
  if (!CertCreateCertificateChainEngine(&config, &made)) {
    why = filled(Word::certificate_refused, {host, std::to_wstring(GetLastError())});
    return false;
  }
  const Engine engine(made);
  CERT_CHAIN_PARA parameters{};
  parameters.cbSize = sizeof parameters;
  PCCERT_CHAIN_CONTEXT built = nullptr;
  if (!CertGetCertificateChain(engine.get(), certificate, nullptr, certificate->hCertStore,
                               &parameters, 0, nullptr, &built)) {
    why = filled(Word::certificate_refused, {host, std::to_wstring(GetLastError())});
    return false;
  }
  const Chain chain(built);
  const DWORD error = policy_error(chain.get(), host);
  if (error == 0 && chain->TrustStatus.dwErrorStatus == CERT_TRUST_NO_ERROR) return true;
  if (error == static_cast<DWORD>(CERT_E_CN_NO_MATCH)) {
    why = filled(Word::certificate_of_another, {host});
  } else if (chain->TrustStatus.dwErrorStatus & CERT_TRUST_IS_NOT_TIME_VALID) {
    why = filled(Word::certificate_expired, {host});
  } else {
    why = filled(Word::certificate_unknown, {host, trust.ca_file});
  }
  return false;
}

std::wstring name_text(PCCERT_CONTEXT certificate, DWORD flags) {
  wchar_t text[512];
  CertGetNameStringW(certificate, CERT_NAME_SIMPLE_DISPLAY_TYPE, flags, nullptr, text,
                     std::size(text));
  return text;
}

}  // namespace

std::wstring fingerprint(PCCERT_CONTEXT certificate) {
  std::array<BYTE, 32> digest{};
  DWORD size = digest.size();
  // CryptHashCertificate with the algorithm by number: in every Windows, and in Wine.
  if (!CryptHashCertificate(0, CALG_SHA_256, 0, certificate->pbCertEncoded,
                            certificate->cbCertEncoded, digest.data(), &size))
    return {};
  static constexpr wchar_t digits[] = L"0123456789abcdef";
  std::wstring text;
  for (const BYTE byte : digest) text += {digits[byte >> 4], digits[byte & 15]};
  return text;
}

bool vouches(const Trust& trust,
             PCCERT_CONTEXT certificate,
             const std::wstring& host,
             std::wstring& why) {
  if (!trust.pin.empty()) {
    std::wstring wanted;
    for (const wchar_t letter : trust.pin) {
      if (letter != L':' && letter != L' ') wanted += letter;
    }
    const std::wstring is = fingerprint(certificate);
    if (!is.empty() && same_text(is, wanted)) return true;
    why = filled(Word::certificate_other, {host, is});
    return false;
  }
  return signed_by(trust, certificate, host, why);
}

CertificateText describe(PCCERT_CONTEXT certificate) {
  ULARGE_INTEGER ticks;
  ticks.LowPart = certificate->pCertInfo->NotAfter.dwLowDateTime;
  ticks.HighPart = certificate->pCertInfo->NotAfter.dwHighDateTime;
  return {name_text(certificate, 0), name_text(certificate, CERT_NAME_ISSUER_FLAG),
          time_text(static_cast<std::int64_t>(ticks.QuadPart / 10'000) - 11'644'473'600'000),
          fingerprint(certificate)};
}

}  // namespace kontor::admin
