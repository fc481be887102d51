// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/quarantine_digest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/core/text.hpp"
#include "base/core/uuid.hpp"
#include "base/log/events/quarantine.hpp"
#include "base/mime/header.hpp"
#include "base/mime/letter.hpp"
#include "server/app/own_letter.hpp"

namespace kontor::app {
namespace {

constexpr std::size_t k_most_rows = 10'000;  // of all people, in a day
constexpr std::size_t k_most_told = 200;     // in one letter
constexpr std::size_t k_longest_text = 120;
constexpr std::chrono::hours k_period{24};

struct Words {
  std::string_view language, subject, lead, more, close;
  std::array<std::string_view, quarantine::k_causes> causes;
};

constexpr std::array k_words{
    Words{"en",
          "Mail to you that is held",
          "These messages to you were held back by the mail server {} and have not been delivered:",
          "and {} more",
          "If one of them is wanted, ask your administrator to release it and give him its number. "
          "What nobody asks for is deleted after {} days. If you expect none of them, you need not "
          "do anything.",
          {"a virus", "the spam filter", "a forged sender", "signs of spam", "a rule"}},
    Words{"ru",
          "Задержанная почта для вас",
          "Эти письма для вас почтовый сервер {} задержал и не доставил:",
          "и ещё {}",
          "Если какое-то из них вам нужно, сообщите администратору его номер и попросите его "
          "доставить. Невостребованные письма удаляются через {} дн. Если вы ни одного из них не "
          "ждёте, ничего делать не нужно.",
          {"вирус", "спам-фильтр", "поддельный отправитель", "признаки спама", "правило"}},
};

const Words& words_of(std::string_view language) {
  const auto found = std::ranges::find(k_words, language, &Words::language);
  return found == k_words.end() ? k_words.front() : *found;
}

std::string shown(std::string_view text) {
  return std::string(mime::beginning(mime::one_line(text), k_longest_text));
}

std::string text_in(const Words& words, const Digest& digest) {
  auto text = fmt::format(fmt::runtime(words.lead), digest.server) + "\n\n";
  const auto count = std::min(digest.rows.size(), k_most_told);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& row = digest.rows[i];
    const auto& from = row.from.empty() ? row.held.envelope.sender : row.from;
    text += fmt::format("{}  {}\n    {}\n    {} ({})\n\n", row.id, mime::format_date(row.since),
                        shown(from), shown(row.subject),
                        words.causes[static_cast<std::size_t>(row.held.cause)]);
  }
  if (digest.rows.size() > count)
    text += fmt::format(fmt::runtime(words.more), digest.rows.size() - count) + "\n\n";
  const auto days = std::chrono::ceil<std::chrono::days>(digest.keep).count();
  return text + fmt::format(fmt::runtime(words.close), days) + '\n';
}

// By the person: what is held for him.
using Boxes = std::map<directory::PrincipalId, std::vector<quarantine::Row>>;

std::string plain_of(std::string address) {
  const auto plus = address.find('+'), at = address.rfind('@');
  if (plus != std::string::npos && at != std::string::npos && plus < at)
    address.erase(plus, at - plus);
  return address;
}

Boxes boxes_of(const DigestEnvironment& environment, const std::vector<quarantine::Row>& rows) {
  Boxes boxes;
  const auto copy = environment.directory.current();
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.fates.size(); ++i) {
      const auto& address = row.held.recipients[i].address;
      if (row.fates[i] != quarantine::Fate::waiting) continue;
      auto person = copy->find_address(address);
      if (!person) person = copy->find_address(plain_of(address));
      if (!person || !person->has_mailbox() || person->mail.empty()) continue;
      if (environment.policies.of(person->id)->quarantine == config::OwnQuarantine::none) continue;
      auto& box = boxes[person->id];
      if (box.empty() || box.back().id != row.id) box.push_back(row);
    }
  return boxes;
}

}  // namespace

std::string digest_text(const Digest& digest) {
  const auto languages =
      digest.languages.empty() ? std::vector<std::string>{"en"} : digest.languages;
  std::string body;
  for (const auto& language : languages)
    body += (body.empty() ? "" : "\n----\n\n") + text_in(words_of(language), digest);
  std::string out = "From: Mail Server <postmaster@" + digest.server + ">\r\n";
  out += "To: <" + digest.address + ">\r\n";
  out += "Subject: " + mime::encoded_words(words_of(languages.front()).subject) + "\r\n";
  out += "Date: " + mime::format_date(digest.date) + "\r\n";
  out += "Message-ID: <" + Uuid::random().text() + "@" + digest.server + ">\r\n";
  out += "Auto-Submitted: auto-generated\r\n";  // RFC 3834, 5
  out += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n";
  return out + mime::encoded_body(body);
}

Task<std::size_t> send_digests(const DigestEnvironment& environment) {
  std::size_t sent = 0;
  const auto now = environment.clock.now();
  if (!environment.settings.quarantine.digest) co_return sent;
  const auto last = co_await environment.keeper.last_digest();
  if (!last || now - *last < k_period) co_return sent;
  quarantine::Question question;
  question.since = std::max(*last, UtcSeconds(now - 7 * k_period));
  question.most = k_most_rows;
  const auto rows = co_await environment.keeper.list(std::move(question));
  if (!rows || rows->empty()) co_return sent;
  // First noted: a crash in between costs a letter, and sends none twice.
  if (!co_await environment.keeper.set_digest(now)) co_return sent;
  const auto boxes = boxes_of(environment, *rows);
  for (const auto& [id, held] : boxes) {
    const auto person = environment.directory.current()->find(id);
    if (!person) continue;
    const auto& settings = environment.settings;
    OwnLetter letter;
    letter.recipient = person->mail;
    letter.notify = queue::k_notify_never;
    letter.date = now;
    letter.bytes = digest_text({settings.server.name, person->mail, settings.queue.notice_languages,
                                now, settings.quarantine.keep, held});
    const auto queued = co_await enqueue(environment.queue, std::move(letter));
    if (queued) ++sent;
    if (queued)
      environment.log.emit(log::events::k_digest_sent,
                           {{log::Keys::address, person->mail}, {log::Keys::count, held.size()}});
    else
      environment.log.emit(log::events::k_digest_failed, queued.error(),
                           {{log::Keys::address, person->mail}});
  }
  co_return sent;
}

}  // namespace kontor::app
