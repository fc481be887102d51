// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/client/negotiate.hpp"

#include <windows.h>
// sspi.h and wincrypt.h need what stands above.
#define SECURITY_WIN32
#include <sspi.h>
#include <wincrypt.h>

#include <string_view>
#include <vector>

namespace kontor::admin {
namespace {

constexpr ULONG largest_token = 65536;
constexpr std::string_view kerberos_name{"\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02", 11},
    spnego_name{"\x06\x06\x2b\x06\x01\x05\x05\x02", 8};

// A value in DER with its tag and length.
std::string der(char tag, const std::string& content) {
  const std::size_t size = content.size();
  std::string head(1, tag);
  if (size < 0x80) {
    head += static_cast<char>(size);
  } else if (size < 0x100) {
    head += {'\x81', static_cast<char>(size)};
  } else {
    head += {'\x82', static_cast<char>(size >> 8), static_cast<char>(size)};
  }
  return head + content;
}

// RFC 4559 asks for SPNEGO. Windows makes it; Wine's package Negotiate gives Kerberos' own token
// (RFC 4121, 4.1), which then becomes the token of a NegTokenInit (RFC 4178, 4.2.1).
std::string as_spnego(const std::string& token) {
  const std::size_t name = token.find(kerberos_name);
  const bool bare = token.size() < 0xFF00 && token.starts_with('\x60') && name != token.npos &&
                    name >= 2 && name <= 5;
  if (!bare) return token;
  const std::string init =
      der('\xa0', der('\x30', std::string(kerberos_name))) + der('\xa2', der('\x04', token));
  return der('\x60', std::string(spnego_name) + der('\xa0', der('\x30', init)));
}

}  // namespace

struct Negotiate::State {
  std::wstring service;
  std::wstring user, domain, password;
  SEC_WINNT_AUTH_IDENTITY_W identity{};
  CredHandle credentials{};
  CtxtHandle context{};
  bool has_credentials = false, has_context = false, done = false;
};

Negotiate::Negotiate(const std::wstring& host, const Credentials& credentials)
    : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.service = L"HTTP/" + host;
  void* identity = nullptr;
  if (!credentials.current()) {
    const auto slash = credentials.user.find(L'\\');
    state.user =
        slash == std::wstring::npos ? credentials.user : credentials.user.substr(slash + 1);
    state.domain = slash == std::wstring::npos ? L"" : credentials.user.substr(0, slash);
    state.password = credentials.password;
    state.identity = {reinterpret_cast<unsigned short*>(state.user.data()),
                      static_cast<unsigned long>(state.user.size()),
                      reinterpret_cast<unsigned short*>(state.domain.data()),
                      static_cast<unsigned long>(state.domain.size()),
                      reinterpret_cast<unsigned short*>(state.password.data()),
                      static_cast<unsigned long>(state.password.size()),
                      SEC_WINNT_AUTH_IDENTITY_UNICODE};
    identity = &state.identity;
  }
  wchar_t package[] = L"Negotiate";
  TimeStamp expires;
  error_ = AcquireCredentialsHandleW(nullptr, package, SECPKG_CRED_OUTBOUND, nullptr, identity,
                                     nullptr, nullptr, &state.credentials, &expires);
  state.has_credentials = error_ == SEC_E_OK;
}

Negotiate::~Negotiate() {
  if (state_->has_context) DeleteSecurityContext(&state_->context);
  if (state_->has_credentials) FreeCredentialsHandle(&state_->credentials);
  SecureZeroMemory(state_->password.data(), state_->password.size() * sizeof(wchar_t));
}

std::string Negotiate::step(const std::string& challenge) {
  State& state = *state_;
  if (!state.has_credentials || state.done || (state.has_context && challenge.empty())) return {};
  std::string in = from_base64(challenge);
  SecBuffer in_buffer{static_cast<unsigned long>(in.size()), SECBUFFER_TOKEN, in.data()};
  SecBufferDesc in_list{SECBUFFER_VERSION, 1, &in_buffer};
  // The buffer is our own: Wine does not know ISC_REQ_ALLOCATE_MEMORY.
  std::vector<char> out(largest_token);
  SecBuffer out_buffer{static_cast<unsigned long>(out.size()), SECBUFFER_TOKEN, out.data()};
  SecBufferDesc out_list{SECBUFFER_VERSION, 1, &out_buffer};
  ULONG attributes = 0;
  TimeStamp expires;
  error_ = InitializeSecurityContextW(
      &state.credentials, state.has_context ? &state.context : nullptr, state.service.data(),
      ISC_REQ_CONNECTION | ISC_REQ_MUTUAL_AUTH, 0, SECURITY_NATIVE_DREP,
      in.empty() ? nullptr : &in_list, 0, &state.context, &out_list, &attributes, &expires);
  if (error_ == SEC_I_COMPLETE_AND_CONTINUE || error_ == SEC_I_COMPLETE_NEEDED)
    CompleteAuthToken(&state.context, &out_list);
  if (FAILED(error_)) return {};
  state.has_context = true;
  state.done = error_ == SEC_E_OK || error_ == SEC_I_COMPLETE_NEEDED;
  return base64(as_spnego(std::string(out.data(), out_buffer.cbBuffer)));
}

std::string base64(const std::string& bytes) {
  if (bytes.empty()) return {};
  DWORD length = 0;
  const auto* data = reinterpret_cast<const BYTE*>(bytes.data());
  const DWORD size = static_cast<DWORD>(bytes.size());
  constexpr DWORD flags = CRYPT_STRING_BASE64 | CRYPT_STRING_NOCRLF;
  CryptBinaryToStringA(data, size, flags, nullptr, &length);
  std::string text(length, '\0');
  CryptBinaryToStringA(data, size, flags, text.data(), &length);
  text.resize(length);
  return text;
}

std::string from_base64(const std::string& text) {
  if (text.empty()) return {};
  std::string bytes(text.size(), '\0');
  DWORD length = static_cast<DWORD>(bytes.size());
  if (!CryptStringToBinaryA(text.c_str(), static_cast<DWORD>(text.size()), CRYPT_STRING_BASE64,
                            reinterpret_cast<BYTE*>(bytes.data()), &length, nullptr, nullptr))
    return {};
  bytes.resize(length);
  return bytes;
}

}  // namespace kontor::admin
