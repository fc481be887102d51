// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/client/negotiate.hpp"

#include <windows.h>
// sspi.h and wincrypt.h need what stands above.
#define SECURITY_WIN32
#include <sspi.h>
#include <wincrypt.h>

#include <vector>

namespace kontor::admin {
namespace {

constexpr ULONG largest_token = 65536;

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
  return base64(std::string(out.data(), out_buffer.cbBuffer));
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
