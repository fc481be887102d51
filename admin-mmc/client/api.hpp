// SPDX-License-Identifier: GPL-3.0-or-later
// The administration interface of a server (/api/admin/v1): signs in when it must, asks, and gives
// JSON back. Belongs to one thread; a call waits for its answer.
#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "admin-mmc/client/http.hpp"

namespace kontor::admin {

using Json = nlohmann::json;

// The interface said no. text() is the server's own sentence.
class ApiError : public std::runtime_error {
 public:
  ApiError(int status, std::string code, std::wstring text);
  int status() const { return status_; }
  const std::string& code() const { return code_; }
  const std::wstring& text() const { return text_; }

 private:
  int status_;
  std::string code_;
  std::wstring text_;
};

// What to show a person of an exception that a call threw.
std::wstring error_text(const std::exception& error);

// Which rows of a list, and in which order.
struct ListQuery {
  unsigned offset = 0, limit = 200;
  std::string sort;     // "member" or "-member"; empty: the server's order
  std::wstring filter;  // in any member of text
  std::string more;     // further query members, "name=value&..."
};

class Api {
 public:
  explicit Api(Server server);

  const Server& server() const { return server_; }
  // Signs in again with the next call.
  void use(const Credentials& credentials);
  // How many requests were sent that were no sign-in.
  unsigned requests() const { return requests_; }

  // `path` stands below /api/admin/v1. Throw HttpError and ApiError.
  Json get(const std::string& path);
  Json list(const std::string& path, const ListQuery& query);
  Json send(const char* method, const std::string& path, const Json& body = nullptr);
  // Who is signed in: user, roles, rights. Signs in.
  const Json& session();

 private:
  HttpAnswer ask(const char* method, const std::string& path, const std::string& body);
  void sign_in();
  HttpAnswer sign_in_by_ticket(const std::wstring& headers);
  HttpAnswer once(const char* method, const std::string& path, const std::string& body);

  Server server_;
  std::unique_ptr<Http> http_;
  std::string cookie_;
  Json session_;
  unsigned requests_ = 0;
};

// Members of an object as the lists and sheets show them; what is absent is empty.
std::wstring text_of(const Json& object, const char* member);
std::int64_t number_of(const Json& object, const char* member);

}  // namespace kontor::admin
