// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/console/routes.hpp"

#include <fmt/format.h>

#include <memory>

#include "base/core/text.hpp"

namespace kontor::admin::console {
namespace {

using http::wire::Request;
using http::wire::Response;

constexpr std::string_view k_path = "/admin/", k_index = "index.html";
// Scripts, styles and questions are this server's own alone, and none stands in a page.
constexpr std::string_view k_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

// May the answer come in this coding (RFC 9110, 12.5.3)?
bool takes(const Request& request, std::string_view coding) {
  for (const auto one : split(request.field("Accept-Encoding"), ',')) {
    const auto parts = split(one, ';');
    if (!iequals(trim(parts[0]), coding)) continue;
    const auto weight = parts.size() > 1 ? trim(parts[1]) : std::string_view("q=1");
    return weight.find_first_of("123456789") != std::string_view::npos;
  }
  return false;
}

bool has_it(const Request& request, std::string_view tag) {
  for (auto one : split(request.field("If-None-Match"), ',')) {
    one = trim(one);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == tag || one == "*") return true;
  }
  return false;
}

Response file(const Asset& asset, const Request& request) {
  std::string_view coding;
  const std::string* bytes = &asset.whole;
  if (!asset.brotli.empty() && takes(request, "br")) {
    coding = "br";
    bytes = &asset.brotli;
  } else if (!asset.gzip.empty() && takes(request, "gzip")) {
    coding = "gzip";
    bytes = &asset.gzip;
  }
  const auto tag = coding.empty() ? fmt::format("\"{}\"", asset.tag)
                                  : fmt::format("\"{}-{}\"", asset.tag, coding);
  const bool is_known = has_it(request, tag);
  Response out{is_known ? 304 : 200, asset.type, is_known ? std::string() : *bytes};
  out.fields = {
      {"ETag", tag},
      {"Vary", "Accept-Encoding"},
      {"Cache-Control", asset.is_immutable ? "public, max-age=31536000, immutable" : "no-cache"},
      {"Content-Security-Policy", std::string(k_policy)}};
  if (!coding.empty()) out.fields.push_back({"Content-Encoding", std::string(coding)});
  return out;
}

Response not_built(const Request& request) {
  const bool is_russian = istarts_with(trim(request.field("Accept-Language")), "ru");
  const std::string_view title =
      is_russian ? "Веб-консоль не собрана" : "The web console was not built";
  const std::string_view what = is_russian
                                    ? "Сервер работает; командами kontorctl делается всё то же "
                                      "самое. Чтобы собрать консоль, поставьте "
                                      "nodejs и npm и выполните там, где лежат исходные тексты:"
                                    : "The server works, and kontorctl does all that the console "
                                      "does. To build it, install nodejs and "
                                      "npm and run, where the sources lie:";
  const std::string_view then =
      is_russian ? "Потом запустите kontord снова." : "Then start kontord again.";
  Response out{
      503, "text/html; charset=utf-8",
      fmt::format("<!doctype html>\n<html lang=\"{0}\"><head><meta charset=\"utf-8\"><meta "
                  "name=\"viewport\" content=\"width=device-width\"><title>{1}</title></head>"
                  "\n<body><h1>{1}</h1>\n<p>{2}</p>\n<pre>ninja -C build/release console</pre>"
                  "\n<p>{3}</p></body></html>\n",
                  is_russian ? "ru" : "en", title, what, then)};
  out.fields.push_back({"Vary", "Accept-Language"});
  return out;
}

Response answer(const Result<Assets>& assets, const Request& request) {
  if (request.path.size() < k_path.size()) {
    Response out{301, {}, {}};
    out.fields.push_back({"Location", std::string(k_path)});
    return out;
  }
  if (!assets) return not_built(request);
  const auto name = std::string_view(request.path).substr(k_path.size());
  const auto found = assets->find(name.empty() ? k_index : name);
  if (found == assets->end()) return http::wire::plain(404, "the console has no such file");
  return file(found->second, request);
}

Task<Result<Response>> answer_call(std::shared_ptr<const Result<Assets>> assets, http::Call call) {
  co_return answer(*assets, call.request);
}

}  // namespace

std::vector<http::Route> routes(Result<Assets> assets) {
  const auto kept = std::make_shared<const Result<Assets>>(std::move(assets));
  http::Route route;
  route.path = "/admin";
  route.methods = {"GET"};
  route.handler = [kept](http::Call call) { return answer_call(kept, std::move(call)); };
  route.has_below = true;
  std::vector<http::Route> out;
  out.push_back(std::move(route));
  return out;
}

}  // namespace kontor::admin::console
