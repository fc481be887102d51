// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/remote/remote.hpp"

#include <curl/curl.h>

#include <array>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr long k_connect_seconds = 20, k_seconds = 600;
constexpr long k_ok = 200, k_unauthorized = 401;

struct Handle {
  CURL* curl = ::curl_easy_init();
  curl_slist* fields = nullptr;
  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    ::curl_slist_free_all(fields);
    if (curl != nullptr) ::curl_easy_cleanup(curl);
  }
};

std::size_t take(char* bytes, std::size_t size, std::size_t count, void* into) {
  auto& out = *static_cast<std::string*>(into);
  if (out.size() + size * count > k_max_answer) return 0;
  out.append(bytes, size * count);
  return size * count;
}

void sign_in(CURL* curl, const RemoteAccess& known) {
  if (!known.ca_file.empty()) ::curl_easy_setopt(curl, CURLOPT_CAINFO, known.ca_file.c_str());
  if (known.user.empty()) {
    ::curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_NEGOTIATE);
    ::curl_easy_setopt(curl, CURLOPT_USERPWD, ":");
    return;
  }
  ::curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
  ::curl_easy_setopt(curl, CURLOPT_USERNAME, known.user.c_str());
  ::curl_easy_setopt(curl, CURLOPT_PASSWORD, known.password.c_str());
}

// What an answer that is none of a verb's says.
Error refusal_of(long status, std::string_view body, const RemoteAccess& access) {
  boost::system::error_code error;
  const auto value = json::parse(body, error);
  const auto* object = error ? nullptr : value.if_object();
  const auto* said = object == nullptr ? nullptr : object->if_contains("error");
  if (said != nullptr && said->is_object()) {
    json::object told = said->as_object();
    told["text"] = told.contains("message") ? told["message"] : json::value("");
    const auto answer = parse_answer(json::serialize(json::object{{"error", std::move(told)}}));
    if (!answer) return answer.error();
  }
  if (status == k_unauthorized)
    return Error(Errc::auth_failed, access.user.empty()
                                        ? "no ticket is taken: kinit, or --user NAME"
                                        : "wrong name or password");
  return Error(Errc::unavailable, "the server answered with status " + std::to_string(status));
}

}  // namespace

Answer ask_remote(const std::string& address,
                  const RemoteAccess& access,
                  const NamedRequest& request) {
  Handle handle;
  if (handle.curl == nullptr) return fail(Errc::internal, "libcurl does not start");
  auto* curl = handle.curl;
  auto place = address;
  while (place.ends_with('/')) place.pop_back();
  place += "/api/admin/v1/verbs";
  const auto body = print_request(request);
  std::string answer;
  std::array<char, CURL_ERROR_SIZE> problem{};
  for (const auto* field :
       {"Content-Type: application/json", "X-Kontor-Client: kontorctl", "Expect:"})
    handle.fields = ::curl_slist_append(handle.fields, field);
  ::curl_easy_setopt(curl, CURLOPT_URL, place.c_str());
  ::curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
  ::curl_easy_setopt(curl, CURLOPT_HTTPHEADER, handle.fields);
  ::curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
  ::curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  ::curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &take);
  ::curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  ::curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, problem.data());
  ::curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, k_connect_seconds);
  ::curl_easy_setopt(curl, CURLOPT_TIMEOUT, k_seconds);
  ::curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  sign_in(curl, access);
  const auto done = ::curl_easy_perform(curl);
  if (done != CURLE_OK)
    return fail(Errc::unavailable, address + ": " +
                                       (problem[0] != 0 ? std::string(problem.data())
                                                        : std::string(::curl_easy_strerror(done))));
  long status = 0;
  ::curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (status != k_ok) return fail(refusal_of(status, answer, access));
  return parse_answer(answer);
}

}  // namespace kontor::admin
