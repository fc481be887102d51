// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/quota_letter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/core/uuid.hpp"
#include "base/mime/header.hpp"
#include "base/mime/letter.hpp"

namespace kontor::app {
namespace {

struct Words {
  std::string_view language, subject;
  std::string_view lead;             // of {} percent
  std::string_view bytes, messages;  // {} of {}
  std::string_view close;
};

constexpr std::array k_words{
    Words{"en", "Your mailbox is nearly full",
          "Your mailbox is {} percent full. When it is full, new mail cannot come in.",
          "It holds {} MB of {} MB.", "It holds {} messages of {}.",
          "Delete what you do not need, and empty the trash: what is deleted frees its space at "
          "once. Large attachments take the most. If you need more room, ask your administrator.\n"
          "\nThis letter was written by the mail server {}."},
    Words{"ru", "Ваш почтовый ящик почти заполнен",
          "Ваш почтовый ящик заполнен на {} %. Когда он заполнится, новые письма приходить не "
          "смогут.",
          "Занято {} МБ из {} МБ.", "Писем: {} из {}.",
          "Удалите ненужное и очистите корзину: место освобождается сразу. Больше всего места "
          "занимают письма с большими вложениями. Если места нужно больше, обратитесь к "
          "администратору.\n\nЭто письмо составил почтовый сервер {}."},
};

const Words& words_of(std::string_view language) {
  const auto found = std::ranges::find(k_words, language, &Words::language);
  return found == k_words.end() ? k_words.front() : *found;
}

std::uint64_t percent_of(std::uint64_t used, std::uint64_t limit) {
  if (limit == 0) return 0;
  const bool is_small = used < UINT64_MAX / 100;
  return std::min<std::uint64_t>(is_small ? used * 100 / limit : used / (limit / 100), 100);
}

std::string text_in(const Words& words, const QuotaLetter& letter) {
  const auto& [usage, limits, own] = letter.quota;
  const auto by_bytes = percent_of(usage.bytes, limits.bytes);
  const auto by_messages = percent_of(usage.messages, limits.messages);
  const auto megabytes = [](std::uint64_t bytes) { return (bytes + (1U << 19U)) >> 20U; };
  auto text = fmt::format(fmt::runtime(words.lead), std::max(by_bytes, by_messages)) + '\n';
  if (limits.bytes != 0)
    text +=
        fmt::format(fmt::runtime(words.bytes), megabytes(usage.bytes), megabytes(limits.bytes)) +
        '\n';
  if (limits.messages != 0)
    text += fmt::format(fmt::runtime(words.messages), usage.messages, limits.messages) + '\n';
  return text + '\n' + fmt::format(fmt::runtime(words.close), letter.server) + '\n';
}

}  // namespace

std::string quota_letter_text(const QuotaLetter& letter) {
  const auto languages =
      letter.languages.empty() ? std::vector<std::string>{"en"} : letter.languages;
  std::string body;
  for (const auto& language : languages)
    body += (body.empty() ? "" : "\n----\n\n") + text_in(words_of(language), letter);
  std::string out = "From: Mail Server <postmaster@" + letter.server + ">\r\n";
  if (!letter.address.empty()) out += "To: <" + letter.address + ">\r\n";
  out += "Subject: " + mime::encoded_words(words_of(languages.front()).subject) + "\r\n";
  out += "Date: " + mime::format_date(letter.date) + "\r\n";
  out += "Message-ID: <" + Uuid::random().text() + "@" + letter.server + ">\r\n";
  out += "Auto-Submitted: auto-generated\r\n";  // RFC 3834, 5
  out += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n";
  return out + mime::encoded_body(body);
}

}  // namespace kontor::app
