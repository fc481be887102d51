// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/reply_text.hpp"

#include <fmt/format.h>

#include "base/core/uuid.hpp"
#include "base/mime/header.hpp"
#include "base/mime/letter.hpp"

namespace kontor::delivery {
namespace {

constexpr std::size_t k_longest_subject = 200;     // characters of the answered message's
constexpr std::size_t k_longest_references = 900;  // bytes; the last ones count

std::string field_of(std::string_view header, std::string_view name) {
  return mime::one_line(mime::field_value(header, name).value_or(std::string()));
}

// RFC 5322, 3.6.4.
std::string references_to(std::string_view header, const std::string& message_id) {
  auto known = field_of(header, "References");
  if (known.size() > k_longest_references) {
    const auto from = known.find('<', known.size() - k_longest_references);
    known = from == std::string::npos ? std::string() : known.substr(from);
  }
  return known.empty() ? message_id : known + "\r\n " + message_id;
}

std::string lines_of(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != '\r') out.push_back(c);
  if (!out.ends_with('\n')) out.push_back('\n');
  return out;
}

struct Words {
  std::string_view subject, lead, close;  // lead: script, where, subject
};

constexpr Words k_english{
    "Your mail script has a mistake",
    "Your script \"{}\" could not be carried out:\n\n    {}\n\nThe message it was about "
    "(\"{}\") is in your inbox.\n",
    "Correct the script where you wrote it. Until then mail that meets the mistake comes into your "
    "inbox; you are told of this mistake once.\n\nThis letter was written by the mail server {}."
    "\n"};
constexpr Words k_russian{
    "В вашем скрипте для почты ошибка",
    "Ваш скрипт «{}» не удалось выполнить:\n\n    {}\n\nПисьмо, на котором это случилось («{}»), "
    "лежит во «Входящих».\n",
    "Исправьте скрипт там, где вы его составляли. До тех пор письма, на которых встретится ошибка, "
    "приходят во «Входящие»; об одной ошибке сервер сообщает один раз.\n\nЭто письмо составил "
    "почтовый сервер {}.\n"};

const Words& words_of(std::string_view language) {
  return language == "ru" ? k_russian : k_english;
}

}  // namespace

std::string reply_text(const Reply& reply) {
  const std::string_view lead =
      reply.language == "ru" ? "Автоматический ответ: " : "Automatic reply: ";
  std::string subject(reply.subject);
  if (subject.empty()) {
    const auto original = mime::one_line(mime::decode_words(field_of(reply.header, "Subject")));
    subject = std::string(lead).append(mime::beginning(original, k_longest_subject));
  }
  const auto message_id = field_of(reply.header, "Message-ID");
  std::string out = "From: ";
  if (!reply.from_field.empty()) {
    out += mime::one_line(reply.from_field);
  } else {
    if (!reply.from.name.empty()) out += mime::phrase(mime::one_line(reply.from.name)) + ' ';
    out += "<" + reply.from.mail + ">";
  }
  out += "\r\nTo: <" + std::string(reply.to) + ">\r\n";
  out += "Subject: " + mime::encoded_words(mime::one_line(subject)) + "\r\n";
  out += "Date: " + mime::format_date(reply.date) + "\r\n";
  out += "Message-ID: <" + Uuid::random().text() + "@" + std::string(reply.server) + ">\r\n";
  if (message_id.starts_with('<') && mime::is_ascii(message_id)) {
    out += "In-Reply-To: " + message_id + "\r\n";
    out += "References: " + references_to(reply.header, message_id) + "\r\n";
  }
  out += "Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\n";
  out += "MIME-Version: 1.0\r\n";
  if (reply.is_mime) return out + std::string(reply.text);
  out += "Content-Type: text/plain; charset=utf-8\r\n";
  return out + mime::encoded_body(lines_of(reply.text));
}

std::string mistake_letter(const MistakeLetter& letter) {
  std::string body;
  for (std::size_t i = 0; i < letter.languages.size(); ++i) {
    const auto& words = words_of(letter.languages[i]);
    if (i > 0) body += "\n----\n\n";
    body += fmt::format(fmt::runtime(words.lead), letter.script, letter.problems[i],
                        mime::beginning(letter.subject, k_longest_subject));
    body += '\n' + fmt::format(fmt::runtime(words.close), letter.server);
  }
  const auto& words = words_of(letter.languages.empty() ? "en" : letter.languages.front());
  std::string out = "From: Mail Server <postmaster@" + std::string(letter.server) + ">\r\n";
  out += "To: <" + std::string(letter.to) + ">\r\n";
  out += "Subject: " + mime::encoded_words(words.subject) + "\r\n";
  out += "Date: " + mime::format_date(letter.date) + "\r\n";
  out += "Message-ID: <" + Uuid::random().text() + "@" + std::string(letter.server) + ">\r\n";
  out += "Auto-Submitted: auto-generated\r\n";  // RFC 3834, 5
  out += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n";
  return out + mime::encoded_body(lines_of(body));
}

}  // namespace kontor::delivery
