// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/search/index/random_mail.hpp"

#include <array>

namespace kontor::search {
namespace {

constexpr auto k_words = std::to_array<std::string_view>({
    "договор",
    "договоры",
    "договора",
    "Договор",
    "поставки",
    "поставка",
    "счёт",
    "счет",
    "счета",
    "Иванов",
    "Иванова",
    "иванов",
    "Ivanov",
    "ivanova",
    "мой",
    "мои",
    "йод",
    "иод",
    "край",
    "краи",
    "invoice",
    "invoices",
    "running",
    "runs",
    "run",
    "the",
    "The",
    "a",
    "я",
    "и",
    "О'Брайен",
    "O'Brien",
    "Straße",
    "strasse",
    "STRASSE",
    "café",
    "cafe",
    "cafe\u0301",
    "naïve",
    "ﬁnance",
    "№123",
    "123",
    "АБ-123/45",
    "AB-12",
    "x2",
    "½",
    "Ａｂｃ",
    "abc",
    "日本語の文章です",
    "東京都",
    "東京",
    "ภาษาไทย",
    "한국어",
    "Ελλάδα",
    "ΕΛΛΆΣ",
    "ελλας",
    "ivanov@example.com",
    "http://example.com/a?b=1",
    "example",
    "com",
    "Юрий",
    "Yuri",
    "Yury",
    "и\u0306од",
    "Ёлка",
    "елка",
    "е\u0308лка",
    "интернет-магазин",
    "магазин",
    "soft\u00ADhyphen",
    "İstanbul",
    "istanbul",
    "ǅ",
    "Ⅷ",
    "ﷺ",
    "म\u0928\u0903",
    "word_word",
    "C++",
    "\u200Bjoin\u200Ded",
    "µ",
    "μ",
    "K",
    "ſ",
    "ss",
    "ы\u0301",
    "™mark",
});
constexpr auto k_between = std::to_array<std::string_view>({
    " ",
    " ",
    " ",
    " ",
    " ",
    "  ",
    ", ",
    ". ",
    "\r\n",
    "-",
    "/",
    "_",
    "\u00A0",
    "\u3000",
    "!",
    "…",
    "",
});
constexpr auto k_fields_used = std::to_array<Field>({
    Field::subject,
    Field::from,
    Field::to,
    Field::cc,
    Field::bcc,
    Field::body,
    Field::body,
    Field::body,
    Field::attachment_name,
    Field::attachment,
    Field::header,
});

}  // namespace

std::string RandomMail::word() {
  if (one_in(40)) return std::string(50 + below(200), static_cast<char>('a' + below(3)));
  if (one_in(40)) return std::string("\xC3\x28\xFF").substr(0, 1 + below(3));
  if (one_in(6)) {
    std::string out;
    for (auto left = 1 + below(6); left > 0; --left) out += static_cast<char>('a' + below(4));
    return out;
  }
  if (one_in(6)) {
    std::string out;
    for (auto left = 1 + below(6); left > 0; --left)
      out += std::to_array<std::string_view>({"а", "и", "й", "е", "ё", "н"})[below(6)];
    return out;
  }
  return std::string(k_words[below(k_words.size())]);
}

std::string RandomMail::words(std::size_t most) {
  std::string out;
  for (auto left = below(most + 1); left > 0; --left)
    out.append(word()).append(k_between[below(k_between.size())]);
  return out;
}

Document RandomMail::document(ItemId item) {
  Document out;
  out.item = item;
  out.has_attachment = one_in(3);
  if (one_in(20)) return out;
  for (auto left = 1 + below(5); left > 0; --left)
    out.texts.push_back({k_fields_used[below(k_fields_used.size())], words(one_in(5) ? 60 : 12)});
  if (seen_.size() < 200) seen_.push_back(out.texts.front().text);
  return out;
}

// A piece of a text that was seen, cut anywhere.
std::string RandomMail::needle() {
  if (seen_.empty() || one_in(4)) return words(2);
  const auto& text = seen_[below(seen_.size())];
  if (text.empty()) return {};
  const auto begin = below(text.size());
  return text.substr(begin, 1 + below(one_in(3) ? 40 : 8));
}

TextQuery RandomMail::leaf() {
  TextQuery out;
  out.op =
      std::to_array({TextOp::words, TextOp::words, TextOp::phrase, TextOp::prefix, TextOp::literal,
                     TextOp::literal, TextOp::literal, TextOp::has_attachment})[below(8)];
  if (one_in(2)) out.fields = static_cast<Fields>(below(k_every_field + 1));
  if (one_in(2)) out.fields &= static_cast<Fields>(~fields_of(Field::header));
  switch (out.op) {
    case TextOp::words:
      out.text = one_in(3) ? needle() : words(2);
      break;
    case TextOp::phrase:
      out.text = one_in(3) ? words(3) : needle();
      break;
    case TextOp::prefix:
      out.text = word().substr(0, 1 + below(10));
      if (one_in(4)) out.text = word() + " " + out.text;
      break;
    default:
      out.text = needle();
      break;
  }
  return out;
}

TextQuery RandomMail::query(std::size_t levels) {
  if (levels == 0 || one_in(2)) return leaf();
  TextQuery out;
  out.op = std::to_array({TextOp::all, TextOp::any, TextOp::none_of})[below(3)];
  for (auto left = below(4); left > 0; --left) out.children.push_back(query(levels - 1));
  return out;
}

}  // namespace kontor::search
