// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/client/api.hpp"

#include "admin-mmc/base/text.hpp"
#include "admin-mmc/base/words.hpp"
#include "admin-mmc/client/directory.hpp"
#include "admin-mmc/client/negotiate.hpp"

namespace kontor::admin {
namespace {

constexpr const char* base = "/api/admin/v1";
constexpr int most_steps = 4;  // of a sign-in by ticket or NTLM

std::wstring common_headers() {
  std::wstring lines = L"X-Kontor-Client: snap-in\r\nAccept: application/json\r\nAccept-Language: ";
  lines += russian() ? L"ru" : L"en";
  return lines + L"\r\n";
}

// What follows "Negotiate " in the server's answer.
std::string challenge_of(const HttpAnswer& answer) {
  for (const auto& value : answer.sign_in) {
    if (begins(wide(value), L"Negotiate ")) return value.substr(10);
  }
  return {};
}

[[noreturn]] void refuse(const HttpAnswer& answer) {
  const Json said = Json::parse(answer.body, nullptr, false);
  std::string code, message;
  if (said.is_object() && said.contains("error") && said["error"].is_object()) {
    code = narrow(text_of(said["error"], "code"));
    message = narrow(text_of(said["error"], "message"));
    if (message.empty()) message = narrow(text_of(said["error"], "text"));
  }
  std::wstring text = wide(message);
  if (text.empty()) {
    text = answer.status == 401   ? std::wstring(say(Word::sign_in_refused))
           : answer.status == 403 ? std::wstring(say(Word::not_allowed))
                                  : filled(Word::server_said, {std::to_wstring(answer.status)});
  }
  throw ApiError(answer.status, code, text);
}

}  // namespace

ApiError::ApiError(int status, std::string code, std::wstring text)
    : std::runtime_error(narrow(text)),
      status_(status),
      code_(std::move(code)),
      text_(std::move(text)) {}

std::wstring error_text(const std::exception& error) {
  if (const auto* api = dynamic_cast<const ApiError*>(&error)) return api->text();
  if (const auto* http = dynamic_cast<const HttpError*>(&error)) return http->text();
  if (const auto* directory = dynamic_cast<const DirectoryError*>(&error)) return directory->text();
  return wide(error.what());
}

Api::Api(Server server) : server_(std::move(server)) {}

void Api::use(const Credentials& credentials) {
  server_.credentials = credentials;
  http_.reset();
  cookie_.clear();
  session_ = nullptr;
}

HttpAnswer Api::once(const char* method, const std::string& path, const std::string& body) {
  std::wstring headers = common_headers();
  if (!cookie_.empty()) headers += L"Cookie: " + wide(cookie_) + L"\r\n";
  if (!body.empty()) headers += L"Content-Type: application/json\r\n";
  ++requests_;
  return http_->ask(method, base + path, headers, body);
}

HttpAnswer Api::sign_in_by_ticket(const std::wstring& headers) {
  Negotiate negotiate(server_.host, server_.credentials);
  std::string challenge;
  HttpAnswer answer;
  answer.status = 401;
  for (int i = 0; i < most_steps; ++i) {
    const std::string token = negotiate.step(challenge);
    if (token.empty()) break;
    answer = http_->ask("POST", base + std::string("/session"),
                        headers + L"Authorization: Negotiate " + wide(token) + L"\r\n", "{}");
    challenge = challenge_of(answer);
    if (answer.status != 401 || challenge.empty()) break;
  }
  if (answer.status == 401 && negotiate.error() < 0) {
    wchar_t number[16];
    std::swprintf(number, std::size(number), L"0x%08lx", negotiate.error());
    throw ApiError(401, "NO_TICKET", filled(Word::no_ticket, {server_.host, number}));
  }
  return answer;
}

// Nothing secret is sent before a first request without it has shown who the server is.
void Api::sign_in() {
  const Credentials& mine = server_.credentials;
  // Of a console's file: the name is kept there, the password is not.
  if (!mine.current() && mine.password.empty())
    throw ApiError(401, "NO_PASSWORD", filled(Word::password_of, {mine.user}));
  if (!http_) http_ = std::make_unique<Http>(server_);
  cookie_.clear();
  const std::wstring headers = common_headers() + L"Content-Type: application/json\r\n";
  http_->ask("GET", base + std::string("/session"), headers, "");
  HttpAnswer answer;
  if (server_.credentials.current()) {
    answer = sign_in_by_ticket(headers);
  } else {
    const std::string pair =
        narrow(server_.credentials.user) + ':' + narrow(server_.credentials.password);
    answer = http_->ask("POST", base + std::string("/session"),
                        headers + L"Authorization: Basic " + wide(base64(pair)) + L"\r\n", "{}");
  }
  if (answer.status < 200 || answer.status > 299) refuse(answer);
  session_ = Json::parse(answer.body, nullptr, false);
  cookie_ = answer.cookie;
}

HttpAnswer Api::ask(const char* method, const std::string& path, const std::string& body) {
  if (cookie_.empty()) sign_in();
  HttpAnswer answer = once(method, path, body);
  if (answer.status == 401) {  // the session is over: the server was restarted, or it was idle
    sign_in();
    answer = once(method, path, body);
  }
  if (answer.status < 200 || answer.status > 299) refuse(answer);
  return answer;
}

const Json& Api::session() {
  if (cookie_.empty()) sign_in();
  return session_;
}

Json Api::get(const std::string& path) {
  Json said = Json::parse(ask("GET", path, "").body, nullptr, false);
  if (said.is_discarded()) throw ApiError(200, "NO_JSON", filled(Word::no_json, {server_.host}));
  return said;
}

Json Api::list(const std::string& path, const ListQuery& query) {
  std::string members = "limit=" + std::to_string(query.limit);
  if (query.offset > 0) members += "&offset=" + std::to_string(query.offset);
  if (!query.sort.empty()) members += "&sort=" + percent(query.sort);
  if (!query.filter.empty()) members += "&filter=" + percent(narrow(query.filter));
  if (!query.more.empty()) members += '&' + query.more;
  return get(path + (path.find('?') == path.npos ? '?' : '&') + members);
}

Json Api::send(const char* method, const std::string& path, const Json& body) {
  const HttpAnswer answer = ask(method, path, body.is_null() ? std::string() : body.dump());
  if (answer.body.empty()) return nullptr;
  Json said = Json::parse(answer.body, nullptr, false);
  return said.is_discarded() ? Json() : said;
}

std::wstring text_of(const Json& object, const char* member) {
  if (!object.is_object()) return {};
  const auto found = object.find(member);
  if (found == object.end() || found->is_null()) return {};
  if (found->is_string()) return wide(found->get_ref<const std::string&>());
  if (found->is_array()) {
    std::vector<std::wstring> all;
    for (const auto& one : *found)
      all.push_back(one.is_string() ? wide(one.get_ref<const std::string&>()) : wide(one.dump()));
    return joined(all, L", ");
  }
  return wide(found->dump());
}

std::int64_t number_of(const Json& object, const char* member) {
  if (!object.is_object()) return 0;
  const auto found = object.find(member);
  return found != object.end() && found->is_number() ? found->get<std::int64_t>() : 0;
}

}  // namespace kontor::admin
