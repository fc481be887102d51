// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/sources/marks.hpp"

#include <algorithm>
#include <charconv>

#include "base/core/text.hpp"
#include "base/mime/fields.hpp"
#include "store/mailbox/keyword_table.hpp"

namespace kontor::admin::sources {
namespace {

constexpr std::size_t k_max_keywords = 50;  // of one message; the store takes some more
constexpr unsigned k_mozilla_read = 0x1, k_mozilla_replied = 0x2, k_mozilla_marked = 0x4,
                   k_mozilla_hidden = 0x8, k_mozilla_forwarded = 0x1000;

struct Letter {
  char letter;
  store::FlagBits flag;
};
constexpr std::array<Letter, 5> k_letters{{{'D', store::k_draft},
                                           {'F', store::k_flagged},
                                           {'R', store::k_answered},
                                           {'S', store::k_seen},
                                           {'T', store::k_deleted}}};

void add_keyword(Marks& marks, std::string_view name) {
  auto keyword = keyword_of(name);
  if (keyword.empty() || marks.keywords.size() == k_max_keywords) return;
  const auto same = [&](const std::string& one) { return iequals(one, keyword); };
  if (std::ranges::none_of(marks.keywords, same)) marks.keywords.push_back(std::move(keyword));
}

void add_keywords(Marks& marks, std::string_view names) {
  std::string blank(mime::unfold(names));
  std::ranges::replace(blank, '\t', ' ');
  std::ranges::replace(blank, ',', ' ');
  for (const auto name : split(blank, ' ')) add_keyword(marks, name);
}

// mutt and UW imapd: R read, O old; A answered, F flagged, T draft, D deleted.
void add_letters(Marks& marks, std::string_view letters) {
  for (const char letter : letters) {
    if (letter == 'R') marks.flags |= store::k_seen;
    if (letter == 'A') marks.flags |= store::k_answered;
    if (letter == 'F') marks.flags |= store::k_flagged;
    if (letter == 'T') marks.flags |= store::k_draft;
    if (letter == 'D') marks.flags |= store::k_deleted;
  }
}

void add_mozilla(HeaderMarks& out, std::string_view value) {
  unsigned bits = 0;
  const auto digits = trim(value);
  std::from_chars(digits.data(), digits.data() + digits.size(), bits, 16);
  if ((bits & k_mozilla_read) != 0) out.marks.flags |= store::k_seen;
  if ((bits & k_mozilla_replied) != 0) out.marks.flags |= store::k_answered;
  if ((bits & k_mozilla_marked) != 0) out.marks.flags |= store::k_flagged;
  if ((bits & k_mozilla_forwarded) != 0) add_keyword(out.marks, "$Forwarded");
  if ((bits & k_mozilla_hidden) != 0) out.kind = Kind::deleted;
}

}  // namespace

std::string keyword_of(std::string_view name) {
  std::string out(trim(name).substr(0, 255));
  for (char& c : out)
    if (!store::is_keyword({&c, 1})) c = '_';
  // RFC 9051, 2.3.2: what begins with a backslash is a system flag, no keyword.
  return out.find_first_not_of('_') == std::string::npos ? std::string() : out;
}

HeaderMarks marks_of_header(std::string_view message) {
  HeaderMarks out;
  bool has_folder_data = false, says_so = false;
  mime::FieldCursor cursor(message);
  for (mime::HeaderField field; cursor.next(field);) {
    if (iequals(field.name, "Status") || iequals(field.name, "X-Status")) {
      add_letters(out.marks, field.value);
    } else if (iequals(field.name, "X-Keywords") || iequals(field.name, "X-Mozilla-Keys")) {
      add_keywords(out.marks, field.value);
    } else if (iequals(field.name, "X-Mozilla-Status")) {
      add_mozilla(out, field.value);
    } else if (iequals(field.name, "X-IMAP") || iequals(field.name, "X-IMAPbase")) {
      has_folder_data = true;
    } else if (iequals(field.name, "Subject")) {
      says_so = istarts_with(trim(field.value), "DON'T DELETE THIS MESSAGE");
    }
  }
  if (has_folder_data && says_so) out.kind = Kind::internal;
  return out;
}

KeywordLetters parse_keyword_letters(std::string_view file) {
  KeywordLetters out;
  for (const auto line : split(file, '\n')) {
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos) continue;
    const auto number = parse_number<std::uint32_t>(line.substr(0, blank));
    if (number && *number < out.size()) out[*number] = trim(line.substr(blank + 1));
  }
  return out;
}

std::string letters_of(store::FlagBits flags) {
  std::string out;
  for (const auto& one : k_letters)
    if ((flags & one.flag) != 0) out.push_back(one.letter);
  return out;
}

store::FlagBits flag_of(char letter) {
  const auto found = std::ranges::find(k_letters, letter, &Letter::letter);
  return found == k_letters.end() ? store::FlagBits{0} : found->flag;
}

Marks marks_of_name(std::string_view file_name, const KeywordLetters& letters) {
  Marks marks;
  // ':' cannot be in names everywhere; programs for Windows write ';' or '!'.
  const auto info = file_name.find_last_of(":;!");
  if (info == std::string_view::npos || file_name.substr(info + 1, 2) != "2,") return marks;
  for (const char letter : file_name.substr(info + 3)) {
    marks.flags |= flag_of(letter);
    if (letter == 'P') add_keyword(marks, "$Forwarded");
    if (letter >= 'a' && letter <= 'z')
      add_keyword(marks, letters[static_cast<std::size_t>(letter - 'a')]);
  }
  return marks;
}

}  // namespace kontor::admin::sources
