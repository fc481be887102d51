// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/client/http.hpp"

#include <windows.h>
// winhttp.h needs what stands above.
#include <winhttp.h>

#include "admin-mmc/base/text.hpp"
#include "admin-mmc/base/words.hpp"

namespace kontor::admin {
namespace {

constexpr int connect_milliseconds = 10'000, answer_milliseconds = 60'000;
constexpr std::size_t largest_answer = 64 << 20;
constexpr DWORD any_certificate =
    SECURITY_FLAG_IGNORE_UNKNOWN_CA | SECURITY_FLAG_IGNORE_CERT_CN_INVALID |
    SECURITY_FLAG_IGNORE_CERT_DATE_INVALID | SECURITY_FLAG_IGNORE_CERT_WRONG_USAGE;

struct CloseHandleOf {
  void operator()(void* handle) const { WinHttpCloseHandle(handle); }
};
using Handle = std::unique_ptr<void, CloseHandleOf>;

struct FreeCertificate {
  void operator()(const CERT_CONTEXT* certificate) const {
    CertFreeCertificateContext(certificate);
  }
};
using Certificate = std::unique_ptr<const CERT_CONTEXT, FreeCertificate>;

Certificate certificate_of(HINTERNET request) {
  PCCERT_CONTEXT certificate = nullptr;
  DWORD size = sizeof certificate;
  if (!WinHttpQueryOption(request, WINHTTP_OPTION_SERVER_CERT_CONTEXT, &certificate, &size))
    return nullptr;
  return Certificate(certificate);
}

std::wstring header(HINTERNET request, DWORD which, DWORD* index) {
  DWORD bytes = 0;
  DWORD at = *index;
  WinHttpQueryHeaders(request, which, WINHTTP_HEADER_NAME_BY_INDEX, WINHTTP_NO_OUTPUT_BUFFER,
                      &bytes, &at);
  if (GetLastError() != ERROR_INSUFFICIENT_BUFFER) return {};
  std::wstring text(bytes / sizeof(wchar_t), L'\0');
  if (!WinHttpQueryHeaders(request, which, WINHTTP_HEADER_NAME_BY_INDEX, text.data(), &bytes,
                           index))
    return {};
  text.resize(bytes / sizeof(wchar_t));
  return text;
}

std::string read_body(HINTERNET request, const std::wstring& host) {
  std::string body;
  char buffer[16384];
  DWORD size = 0;
  do {
    if (!WinHttpReadData(request, buffer, sizeof buffer, &size))
      throw HttpError(filled(Word::not_reached, {host, std::to_wstring(GetLastError())}), false);
    body.append(buffer, size);
    if (body.size() > largest_answer) throw HttpError(filled(Word::too_large, {host}), false);
  } while (size > 0);
  return body;
}

// A request on its way, as the callback sees it.
struct Outgoing {
  const Server* server = nullptr;
  bool checked = false, refused = false;
  std::wstring why;
};

// The connection stands and nothing of the request has been sent: the moment to look at the
// certificate when not Windows but `trust` vouches for it.
void CALLBACK before_sending(HINTERNET handle, DWORD_PTR context, DWORD status, void*, DWORD) {
  if (status != WINHTTP_CALLBACK_STATUS_SENDING_REQUEST || context == 0) return;
  auto& outgoing = *reinterpret_cast<Outgoing*>(context);
  const Certificate certificate = certificate_of(handle);
  outgoing.checked = true;
  outgoing.refused = !certificate || !vouches(outgoing.server->trust, certificate.get(),
                                              outgoing.server->host, outgoing.why);
  if (outgoing.refused) WinHttpCloseHandle(handle);
}

}  // namespace

HttpError::HttpError(std::wstring text, bool untrusted)
    : std::runtime_error(narrow(text)), text_(std::move(text)), untrusted_(untrusted) {}

struct Http::State {
  Server server;
  Handle session, connection;

  Handle open(const char* method, const std::string& path, DWORD flags) {
    Handle request(WinHttpOpenRequest(connection.get(), wide(method).c_str(), wide(path).c_str(),
                                      nullptr, WINHTTP_NO_REFERER, WINHTTP_DEFAULT_ACCEPT_TYPES,
                                      WINHTTP_FLAG_SECURE | WINHTTP_FLAG_ESCAPE_DISABLE));
    if (!request)
      throw HttpError(filled(Word::not_reached, {server.host, std::to_wstring(GetLastError())}),
                      false);
    DWORD off =
        WINHTTP_DISABLE_COOKIES | WINHTTP_DISABLE_REDIRECTS | WINHTTP_DISABLE_AUTHENTICATION;
    WinHttpSetOption(request.get(), WINHTTP_OPTION_DISABLE_FEATURE, &off, sizeof off);
    if (flags) WinHttpSetOption(request.get(), WINHTTP_OPTION_SECURITY_FLAGS, &flags, sizeof flags);
    return request;
  }

  void fail(const Outgoing& outgoing, DWORD error) const {
    if (outgoing.refused) throw HttpError(outgoing.why, true);
    const bool untrusted =
        error >= ERROR_WINHTTP_SECURE_CERT_DATE_INVALID && error <= ERROR_WINHTTP_SECURE_FAILURE;
    if (untrusted || error == ERROR_WINHTTP_SECURE_CERT_REV_FAILED)
      throw HttpError(filled(Word::certificate_windows, {server.host}), true);
    throw HttpError(filled(Word::not_reached, {server.address(), std::to_wstring(error)}), false);
  }
};

Http::Http(const Server& server) : state_(std::make_unique<State>()) {
  state_->server = server;
  state_->session.reset(WinHttpOpen(L"Kontor-Admin/1", WINHTTP_ACCESS_TYPE_NO_PROXY,
                                    WINHTTP_NO_PROXY_NAME, WINHTTP_NO_PROXY_BYPASS, 0));
  WinHttpSetTimeouts(state_->session.get(), connect_milliseconds, connect_milliseconds,
                     answer_milliseconds, answer_milliseconds);
  if (server.trust.own()) {
    WinHttpSetStatusCallback(state_->session.get(), before_sending,
                             WINHTTP_CALLBACK_FLAG_SEND_REQUEST, 0);
  }
  state_->connection.reset(
      WinHttpConnect(state_->session.get(), server.host.c_str(), server.port, 0));
  if (!state_->connection)
    throw HttpError(filled(Word::not_reached, {server.address(), std::to_wstring(GetLastError())}),
                    false);
}

Http::~Http() = default;

HttpAnswer Http::ask(const char* method,
                     const std::string& path,
                     const std::wstring& headers,
                     const std::string& body) {
  State& state = *state_;
  const bool own = state.server.trust.own();
  Handle request = state.open(method, path, own ? any_certificate : 0);
  Outgoing outgoing;
  outgoing.server = &state.server;
  const bool sent =
      WinHttpSendRequest(request.get(), headers.c_str(), static_cast<DWORD>(headers.size()),
                         body.empty() ? nullptr : const_cast<char*>(body.data()),
                         static_cast<DWORD>(body.size()), static_cast<DWORD>(body.size()),
                         own ? reinterpret_cast<DWORD_PTR>(&outgoing) : 0) != FALSE;
  const DWORD error = GetLastError();
  if (outgoing.refused) request.release();  // closed by the callback
  if (!sent || outgoing.refused) state.fail(outgoing, error);
  if (own && !outgoing.checked) {
    // Without the notice before sending nothing was looked at: then it does not count as trusted.
    throw HttpError(filled(Word::certificate_windows, {state.server.host}), true);
  }
  if (!WinHttpReceiveResponse(request.get(), nullptr)) state.fail(outgoing, GetLastError());

  HttpAnswer answer;
  DWORD status = 0, size = sizeof status;
  WinHttpQueryHeaders(request.get(), WINHTTP_QUERY_STATUS_CODE | WINHTTP_QUERY_FLAG_NUMBER,
                      WINHTTP_HEADER_NAME_BY_INDEX, &status, &size, WINHTTP_NO_HEADER_INDEX);
  answer.status = static_cast<int>(status);
  DWORD index = 0;
  for (auto text = header(request.get(), WINHTTP_QUERY_WWW_AUTHENTICATE, &index); !text.empty();
       text = header(request.get(), WINHTTP_QUERY_WWW_AUTHENTICATE, &index))
    answer.sign_in.push_back(narrow(text));
  index = 0;
  const std::wstring cookie = header(request.get(), WINHTTP_QUERY_SET_COOKIE, &index);
  answer.cookie = narrow(cookie.substr(0, cookie.find(L';')));
  answer.body = read_body(request.get(), state.server.address());
  return answer;
}

CertificateText Http::certificate() {
  State& state = *state_;
  WinHttpSetStatusCallback(state.session.get(), nullptr, 0, 0);
  const Handle request = state.open("HEAD", "/", any_certificate);
  if (!WinHttpSendRequest(request.get(), nullptr, 0, nullptr, 0, 0, 0) ||
      !WinHttpReceiveResponse(request.get(), nullptr))
    state.fail({}, GetLastError());
  const Certificate certificate = certificate_of(request.get());
  if (!certificate) state.fail({}, GetLastError());
  return describe(certificate.get());
}

}  // namespace kontor::admin
