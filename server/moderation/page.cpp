// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/moderation/page.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "base/mime/header.hpp"
#include "server/http/wire/request.hpp"

namespace kontor::moderation {
namespace {

using http::wire::Response;

constexpr std::string_view k_path = "/moderation";
constexpr std::size_t k_most_text = 20'000, k_max_body = 16'384, k_longest_reason = 1'000;
constexpr std::string_view k_html = "text/html; charset=utf-8";

struct Words {
  std::string_view title, none, group, author, subject, date, size, until, state, by, reason,
      approve, reject, open, explain, back;
};
constexpr Words k_english{"Messages that wait for you",
                          "Nothing waits for you.",
                          "Group",
                          "From",
                          "Subject",
                          "Date",
                          "Bytes",
                          "Waits until",
                          "State",
                          "Decided by",
                          "Reason",
                          "Approve",
                          "Reject",
                          "Look at it",
                          "Reason, for the sender",
                          "All messages"};
constexpr Words k_russian{"Письма, которые ждут вашего решения",
                          "Ничего не ждёт.",
                          "Группа",
                          "От",
                          "Тема",
                          "Дата",
                          "Байт",
                          "Ждёт до",
                          "Состояние",
                          "Решение принял",
                          "Причина",
                          "Одобрить",
                          "Отклонить",
                          "Открыть",
                          "Причина, для отправителя",
                          "Все письма"};

// The first language of the list decides; programs put the preferred one there.
const Words& words_of(const http::wire::Request& request) {
  return istarts_with(trim(request.field("Accept-Language")), "ru") ? k_russian : k_english;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? ' ' : c;
    }
  }
  return out;
}

Response page(int status, const Words& words, std::string body) {
  Response out;
  out.status = status;
  out.type = k_html;
  out.body = fmt::format(
      "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>{}</title></head>\n<body><h1>{}</h1>\n{}</body></"
      "html>\n",
      &words == &k_russian ? "ru" : "en", words.title, words.title, body);
  out.fields.push_back({"Cache-Control", "no-store"});
  return out;
}

std::string row(std::string_view name, std::string_view value) {
  if (value.empty()) return {};
  return fmt::format("<tr><th align=\"left\">{}</th><td>{}</td></tr>\n", name, escaped(value));
}

std::string table_of(const Words& words, const Held& held) {
  const bool waits = held.stage == Stage::waiting;
  return "<table>\n" + row(words.group, held.address) + row(words.author, held.author) +
         row(words.subject, held.subject) + row(words.date, mime::format_date(held.arrived)) +
         row(words.size, std::to_string(held.size)) +
         (waits ? row(words.until, mime::format_date(held.expires))
                : row(words.state, name_of(held.stage)) + row(words.by, held.decided_by) +
                      row(words.reason, held.reason)) +
         "</table>\n";
}

std::string form_of(const Words& words, const Held& held, const std::string& proof) {
  return fmt::format(
      "<form method=\"post\" action=\"{}/{}\"><input type=\"hidden\" name=\"proof\" value=\"{}\">\n"
      "<p><label>{}<br><textarea name=\"reason\" rows=\"3\" cols=\"60\" maxlength=\"500\">"
      "</textarea></label></p>\n<p><button name=\"decision\" value=\"approve\">{}</button> "
      "<button name=\"decision\" value=\"reject\">{}</button></p></form>\n",
      k_path, held.id, proof, words.explain, words.approve, words.reject);
}

std::string link(std::string_view to, std::string_view text) {
  return fmt::format("<p><a href=\"{}\">{}</a></p>\n", to, text);
}

class Page {
 public:
  Page(Moderation& moderation,
       const config::Settings& settings,
       const directory::Directory& directory)
      : moderation_(moderation), settings_(settings), directory_(directory) {}

  Task<Result<Response>> answer(http::Call call) const {
    const auto& words = words_of(call.request);
    auto id = call.request.path.substr(k_path.size());
    while (id.starts_with('/')) id.erase(0, 1);
    if (id.empty()) co_return all(words, call);
    const auto held = is_held_id(id) ? moderation_.find(id) : fail(Errc::not_found);
    // Whoever does not decide about it does not learn that it is there.
    if (!held || !moderation_.is_moderator(*held, call.person->id))
      co_return fail(Errc::not_found, "no such message");
    if (call.request.method == "POST") co_return co_await decide(words, call, *held);
    co_return co_await one(words, call, *held);
  }

 private:
  Response all(const Words& words, const http::Call& call) const {
    std::string body;
    for (const auto& held : moderation_.list()) {
      if (held.stage != Stage::waiting || !moderation_.is_moderator(held, call.person->id))
        continue;
      body += table_of(words, held) + link(fmt::format("{}/{}", k_path, held.id), words.open);
    }
    if (body.empty()) body = fmt::format("<p>{}</p>\n", words.none);
    return page(200, words, std::move(body));
  }

  Task<Result<Response>> one(const Words& words, const http::Call& call, Held held) const {
    auto body = table_of(words, held);
    if (held.stage == Stage::waiting) {
      body += form_of(words, held, moderation_.proof_of(held.id, call.person->id));
      const auto message = co_await moderation_.read(held.id);
      const mime::Limits limits{settings_.mime.max_depth, settings_.mime.max_parts};
      if (message)
        body += "<pre>" + escaped(shown_text(*message, limits, k_most_text)) + "</pre>\n";
    }
    body += link(k_path, words.back);
    co_return page(200, words, std::move(body));
  }

  Task<Result<Response>> decide(const Words& words, const http::Call& call, Held held) const {
    const auto& form = call.request.body;
    const auto proof = http::wire::query_parameter(form, "proof");
    if (!crypto::equal_in_constant_time(proof, moderation_.proof_of(held.id, call.person->id)))
      co_return fail(Errc::no_permission, "a form of another page");
    const auto decision = http::wire::query_parameter(form, "decision");
    if (decision != "approve" && decision != "reject")
      co_return fail(Errc::bad_input, "neither approve nor reject");
    Verdict verdict;
    verdict.is_approved = decision == "approve";
    auto reason = mime::unfold(http::wire::query_parameter(form, "reason"));
    std::ranges::replace_if(
        reason, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    if (reason.size() > k_longest_reason) co_return fail(Errc::bad_input, "the reason is too long");
    verdict.reason = trim(reason);
    const auto who = directory_.current()->find(call.person->id);
    auto done = co_await moderation_.decide(held.id, std::move(verdict),
                                            who ? who->mail : call.person->mail);
    if (!done && done.error().code() != Errc::conflict) co_return fail(done.error());
    auto now = moderation_.find(held.id);
    co_return page(done ? 200 : 409, words,
                   table_of(words, now ? *now : held) + link(k_path, words.back));
  }

  Moderation& moderation_;
  const config::Settings& settings_;
  const directory::Directory& directory_;
};

}  // namespace

std::vector<http::Route> routes(Moderation& moderation,
                                const config::Settings& settings,
                                const directory::Directory& directory) {
  const auto page = std::make_shared<const Page>(moderation, settings, directory);
  http::Route route;
  route.path = k_path;
  route.methods = {"GET", "POST"};
  route.access = http::Access::person;
  route.handler = [page](http::Call call) { return page->answer(std::move(call)); };
  route.has_below = true;
  route.max_body = k_max_body;
  std::vector<http::Route> out;
  out.push_back(std::move(route));
  return out;
}

}  // namespace kontor::moderation
