// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/moderation/letter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/core/uuid.hpp"
#include "base/mime/header.hpp"
#include "base/mime/letter.hpp"

namespace kontor::moderation {
namespace {

struct Words {
  std::string_view language, subject;  // of the group and the subject
  std::string_view text;               // author, group, subject, until, answers_to twice, link
};

constexpr std::array k_words{
    Words{"en", "Approve? {}: {}",
          "A message for the group {1} waits for your decision. It is attached.\n\n"
          "    From: {0}\n    Subject: {2}\n\n"
          "Reply to this letter and write as the first word:\n\n"
          "    approve          the message goes to the group\n"
          "    reject REASON    it goes back to its sender with your reason\n\n"
          "or use one of these:\n\n"
          "    mailto:{4}?subject=approve\n"
          "    mailto:{4}?subject=reject\n"
          "    {5}\n\n"
          "Your answer counts when you sign in to this server to send it. The first decision of "
          "any moderator counts. Without one by {3} the message goes back to its sender.\n"},
    Words{"ru", "Пропустить? {}: {}",
          "Письмо для группы {1} ждёт вашего решения. Оно приложено.\n\n"
          "    От: {0}\n    Тема: {2}\n\n"
          "Ответьте на это письмо; первое слово ответа:\n\n"
          "    одобрить             письмо уйдёт группе\n"
          "    отклонить ПРИЧИНА    письмо вернётся отправителю с вашей причиной\n\n"
          "или воспользуйтесь ссылкой:\n\n"
          "    mailto:{4}?subject=approve\n"
          "    mailto:{4}?subject=reject\n"
          "    {5}\n\n"
          "Ответ действует, если при отправке вы входите на этот сервер под своим именем. "
          "Решает первый ответ любого из модераторов. Если до {3} никто не ответит, письмо "
          "вернётся отправителю.\n"},
};

const Words& words_of(std::string_view language) {
  const auto found = std::ranges::find(k_words, language, &Words::language);
  return found == k_words.end() ? k_words.front() : *found;
}

std::string_view encoding_of(std::string_view message) {
  if (message.contains('\0')) return "binary";  // RFC 2046, 5.2.1
  return mime::is_ascii(message) ? "7bit" : "8bit";
}

}  // namespace

std::string letter_of(const Letter& letter) {
  const auto& held = letter.held;
  std::vector<std::string> languages = letter.languages;
  if (languages.empty()) languages.emplace_back("en");
  const auto author = mime::one_line(held.author), subject = mime::one_line(held.subject);
  const auto until = mime::format_date(held.expires);
  std::string body;
  for (const auto& language : languages)
    body += (body.empty() ? "" : "\n----\n\n") + fmt::format(fmt::runtime(words_of(language).text),
                                                             author, held.address, subject, until,
                                                             letter.answers_to, letter.link);
  std::string to;
  for (const auto& address : letter.to) to += (to.empty() ? "<" : ",\r\n <") + address + ">";
  const auto boundary = "kontor-" + Uuid::random().hex();
  const auto title =
      fmt::format(fmt::runtime(words_of(languages.front()).subject), held.address, subject);
  std::string out = fmt::format("From: Mail Server <{}>\r\n", letter.answers_to);
  out += fmt::format("Reply-To: <{}>\r\nTo: {}\r\n", letter.answers_to, to);
  out += "Subject: " + mime::encoded_words(mime::beginning(title, 500)) + "\r\n";
  out += "Date: " + mime::format_date(letter.now) + "\r\n";
  out += fmt::format("Message-ID: <{}@{}>\r\n", Uuid::random().text(), letter.server);
  out += "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n";  // RFC 3834, 5
  out +=
      "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"" + boundary + "\"\r\n\r\n";
  out += "--" + boundary + "\r\nContent-Type: text/plain; charset=utf-8\r\n";
  out += mime::encoded_body(body);
  if (!out.ends_with("\r\n")) out += "\r\n";
  out +=
      "--" + boundary + "\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment\r\n";
  out += fmt::format("Content-Transfer-Encoding: {}\r\n\r\n", encoding_of(letter.message));
  out += letter.message;
  if (!out.ends_with("\r\n")) out += "\r\n";
  return out + "--" + boundary + "--\r\n";
}

}  // namespace kontor::moderation
