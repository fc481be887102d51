// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rules/numbers.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "base/mime/lower.hpp"

namespace kontor::rules {
namespace {

constexpr auto k_names =
    std::to_array<std::string_view>({"card", "iban", "passport-ru", "inn", "snils"});
constexpr std::size_t k_most_groups = 12, k_near = 80;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_word_byte(char c) {
  return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
         static_cast<unsigned char>(c) >= 0x80 || c == '_';
}

// The length of one sign that may stand between groups of digits, else 0.
std::size_t separator_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return 0;
  if (text[at] == ' ' || text[at] == '-' || text[at] == '\t') return 1;
  const auto rest = text.substr(at);
  if (rest.starts_with("\xC2\xA0")) return 2;  // no-break space
  for (const std::string_view one : {"\xE2\x80\x90", "\xE2\x80\x91", "\xE2\x80\x92", "\xE2\x80\x93",
                                     "\xE2\x80\xAF", "\xE2\x80\x89"})  // hyphens, narrow spaces
    if (rest.starts_with(one)) return one.size();
  return 0;
}

std::size_t separator_before(std::string_view text, std::size_t at) {
  for (std::size_t size = 1; size <= 3 && size <= at; ++size)
    if (separator_at(text, at - size) == size) return size;
  return 0;
}

struct Group {
  std::size_t at = 0, size = 0;
};

// Runs of digits with one separator between; what letters touch is no number.
template <class Visit>
void for_each_run(std::string_view text, Visit&& visit) {
  for (std::size_t at = 0; at < text.size();) {
    if (!is_digit(text[at])) {
      ++at;
      continue;
    }
    std::vector<Group> groups;
    const auto begin = at;
    for (;;) {
      const auto from = at;
      while (at < text.size() && is_digit(text[at])) ++at;
      groups.push_back({from, at - from});
      const auto size = separator_at(text, at);
      if (size == 0 || at + size >= text.size() || !is_digit(text[at + size])) break;
      at += size;
    }
    const bool is_touched_before =
        begin > 0 && (is_word_byte(text[begin - 1]) && separator_before(text, begin) == 0);
    visit(groups, is_touched_before);
  }
}

std::string digits_of(std::string_view text, const Group* first, const Group* last) {
  std::string out;
  for (; first != last; ++first) out.append(text.substr(first->at, first->size));
  return out;
}

bool is_card(std::string_view d) {
  const auto lead = [&](std::size_t size) {
    return parse_number<unsigned>(d.substr(0, size)).value_or(0);
  };
  const auto is_length = [&](std::initializer_list<std::size_t> sizes) {
    return std::ranges::find(sizes, d.size()) != sizes.end();
  };
  if (d.size() < 13 || d.size() > 19) return false;
  const auto two = lead(2), four = lead(4);
  bool fits = false;
  if (d[0] == '4') fits = is_length({13, 16, 19});  // Visa
  if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720))
    fits = d.size() == 16;                                  // Mastercard
  if (four >= 2200 && four <= 2204) fits = d.size() >= 16;  // Mir
  if (two == 34 || two == 37) fits = d.size() == 15;        // American Express
  if (two == 36 || two == 38 || two == 39 || (four >= 3000 && four <= 3059)) fits = d.size() == 14;
  if (four >= 3528 && four <= 3589) fits = d.size() >= 16;            // JCB
  if (two == 62 || two == 65 || four == 6011) fits = d.size() >= 16;  // UnionPay, Discover
  if (two == 50 || (two >= 56 && two <= 61) || two == 63 || two == 64 || (two >= 66 && two <= 69))
    fits = fits || (is_length({16, 18, 19}));  // Maestro
  const bool is_same = d.find_first_not_of(d[0]) == std::string_view::npos;
  return fits && !is_same && is_luhn(d);
}

// Words of the text that may stand shortly before a number.
bool has_word_before(std::string_view text,
                     std::size_t at,
                     std::initializer_list<std::string_view> words) {
  auto begin = at > k_near * 2 ? at - k_near * 2 : 0;
  while (begin < at && (static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80) ++begin;
  const auto before = mime::lower_utf8(text.substr(begin, at - begin));
  return std::ranges::any_of(words, [&](std::string_view word) {
    for (auto found = before.find(word); found != std::string::npos;
         found = before.find(word, found + 1))
      if (found == 0 || !is_word_byte(before[found - 1])) return true;
    return false;
  });
}

// The first window of groups from `first` on that is one.
std::optional<FoundNumber> number_from(std::string_view text,
                                       const std::vector<Group>& groups,
                                       std::size_t first,
                                       Numbers what,
                                       std::size_t& last) {
  const auto* begin = groups.data() + first;
  for (auto end = std::min(groups.size(), first + k_most_groups); end > first; --end) {
    const auto digits = digits_of(text, begin, groups.data() + end);
    const auto count = end - first;
    bool is_one = false;
    if (what == Numbers::card)
      is_one = is_card(digits) && (count == 1 || begin->size >= 4);
    else if (what == Numbers::inn)
      is_one = count == 1 && is_inn(digits) && has_word_before(text, begin->at, {"инн", "inn"});
    else if (what == Numbers::snils)
      is_one = is_snils(digits) &&
               ((count == 4 && begin[0].size == 3 && begin[1].size == 3 && begin[2].size == 3) ||
                has_word_before(text, begin->at, {"снилс", "страхов", "snils"}));
    else if (what == Numbers::passport)
      is_one = digits.size() == 10 && count <= 3 &&
               (count == 1 || begin[0].size == 4 || (begin[0].size == 2 && count == 3)) &&
               digits.substr(0, 2) != "00" && digits.substr(4) != "000000" &&
               has_word_before(text, begin->at, {"паспорт", "серия", "серии", "passport"});
    if (!is_one) continue;
    last = end;
    const auto& tail = groups[end - 1];
    return FoundNumber{{begin->at, tail.at + tail.size - begin->at}, digits};
  }
  return std::nullopt;
}

std::vector<FoundNumber> digits_in(std::string_view text, Numbers what, std::size_t most) {
  std::vector<FoundNumber> out;
  for_each_run(text, [&](const std::vector<Group>& groups, bool is_touched) {
    for (std::size_t first = is_touched ? 1 : 0; first < groups.size() && out.size() < most;) {
      auto last = first + 1;
      if (auto found = number_from(text, groups, first, what, last)) {
        const auto behind = found->place.offset + found->place.size;
        const bool is_loose =
            behind >= text.size() || !is_word_byte(text[behind]) || separator_at(text, behind) > 0;
        if (is_loose) out.push_back(*std::move(found));
      }
      first = last;
    }
  });
  return out;
}

// Series and number of a passport with words between: "серия 45 08 № 123456".
void add_divided_passports(std::string_view text, std::size_t most, std::vector<FoundNumber>& out) {
  std::vector<std::vector<Group>> runs;
  for_each_run(text, [&](const std::vector<Group>& groups, bool is_touched) {
    if (!is_touched) runs.push_back(groups);
  });
  for (std::size_t i = 0; i + 1 < runs.size() && out.size() < most; ++i) {
    const auto& series = runs[i];
    const auto& number = runs[i + 1];
    const auto four = digits_of(text, series.data(), series.data() + series.size());
    if (four.size() != 4 || number.size() != 1 || number[0].size != 6) continue;
    const auto begin = series.front().at, end = series.back().at + series.back().size;
    const auto between = mime::lower_utf8(text.substr(end, number[0].at - end));
    if (between.size() > 24 || (!between.contains("№") && !between.contains("ном") &&
                                !between.contains("no") && !between.contains("n ")))
      continue;
    if (!has_word_before(text, begin, {"паспорт", "серия", "серии", "passport"})) continue;
    out.push_back(
        {{begin, number[0].at + 6 - begin}, four + std::string(text.substr(number[0].at, 6))});
  }
}

struct IbanLength {
  std::string_view country;
  std::size_t length;
};
// The register of SWIFT; sorted.
constexpr std::array k_ibans{
    IbanLength{"AD", 24}, IbanLength{"AE", 23}, IbanLength{"AL", 28}, IbanLength{"AT", 20},
    IbanLength{"AZ", 28}, IbanLength{"BA", 20}, IbanLength{"BE", 16}, IbanLength{"BG", 22},
    IbanLength{"BH", 22}, IbanLength{"BR", 29}, IbanLength{"BY", 28}, IbanLength{"CH", 21},
    IbanLength{"CR", 22}, IbanLength{"CY", 28}, IbanLength{"CZ", 24}, IbanLength{"DE", 22},
    IbanLength{"DK", 18}, IbanLength{"DO", 28}, IbanLength{"EE", 20}, IbanLength{"EG", 29},
    IbanLength{"ES", 24}, IbanLength{"FI", 18}, IbanLength{"FO", 18}, IbanLength{"FR", 27},
    IbanLength{"GB", 22}, IbanLength{"GE", 22}, IbanLength{"GI", 23}, IbanLength{"GL", 18},
    IbanLength{"GR", 27}, IbanLength{"GT", 28}, IbanLength{"HR", 21}, IbanLength{"HU", 28},
    IbanLength{"IE", 22}, IbanLength{"IL", 23}, IbanLength{"IQ", 23}, IbanLength{"IS", 26},
    IbanLength{"IT", 27}, IbanLength{"JO", 30}, IbanLength{"KW", 30}, IbanLength{"KZ", 20},
    IbanLength{"LB", 28}, IbanLength{"LC", 32}, IbanLength{"LI", 21}, IbanLength{"LT", 20},
    IbanLength{"LU", 20}, IbanLength{"LV", 21}, IbanLength{"LY", 25}, IbanLength{"MC", 27},
    IbanLength{"MD", 24}, IbanLength{"ME", 22}, IbanLength{"MK", 19}, IbanLength{"MR", 27},
    IbanLength{"MT", 31}, IbanLength{"MU", 30}, IbanLength{"NL", 18}, IbanLength{"NO", 15},
    IbanLength{"PK", 24}, IbanLength{"PL", 28}, IbanLength{"PS", 29}, IbanLength{"PT", 25},
    IbanLength{"QA", 29}, IbanLength{"RO", 24}, IbanLength{"RS", 22}, IbanLength{"RU", 33},
    IbanLength{"SA", 24}, IbanLength{"SC", 31}, IbanLength{"SE", 24}, IbanLength{"SI", 19},
    IbanLength{"SK", 24}, IbanLength{"SM", 27}, IbanLength{"ST", 25}, IbanLength{"SV", 28},
    IbanLength{"TL", 23}, IbanLength{"TN", 24}, IbanLength{"TR", 26}, IbanLength{"UA", 29},
    IbanLength{"VA", 22}, IbanLength{"VG", 24}, IbanLength{"XK", 20},
};
static_assert(std::ranges::is_sorted(k_ibans, {}, &IbanLength::country));

std::vector<FoundNumber> ibans_in(std::string_view text, std::size_t most) {
  std::vector<FoundNumber> out;
  for (std::size_t at = 0; at + 4 < text.size() && out.size() < most; ++at) {
    if (!is_upper(text[at]) || !is_upper(text[at + 1]) || !is_digit(text[at + 2])) continue;
    if (at > 0 && is_word_byte(text[at - 1]) && separator_before(text, at) == 0) continue;
    const auto row =
        std::ranges::lower_bound(k_ibans, text.substr(at, 2), {}, &IbanLength::country);
    if (row == k_ibans.end() || row->country != text.substr(at, 2)) continue;
    std::string characters;
    auto end = at;
    while (end < text.size() && characters.size() < row->length) {
      if (const auto size = separator_at(text, end); size > 0 && text[end] != '-') {
        end += size;
        continue;
      }
      if (!is_digit(text[end]) && !is_upper(ascii_upper(text[end]))) break;
      characters.push_back(ascii_upper(text[end++]));
    }
    const bool is_whole =
        end >= text.size() || !is_word_byte(text[end]) || separator_at(text, end) > 0;
    if (!is_whole || !is_iban(characters)) continue;
    out.push_back({{at, end - at}, std::move(characters)});
    at = end - 1;
  }
  return out;
}

}  // namespace

std::optional<Numbers> find_numbers(std::string_view name) {
  const auto* found = std::ranges::find(k_names, name);
  if (found == k_names.end()) return std::nullopt;
  return static_cast<Numbers>(found - k_names.begin());
}

std::vector<std::string> names_of_numbers() { return {k_names.begin(), k_names.end()}; }

bool is_luhn(std::string_view digits) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    auto value = static_cast<unsigned>(digits[digits.size() - 1 - i] - '0');
    if (i % 2 == 1) value = value * 2 > 9 ? value * 2 - 9 : value * 2;
    sum += value;
  }
  return !digits.empty() && sum % 10 == 0;
}

bool is_inn(std::string_view d) {
  const auto check = [&](std::initializer_list<int> weights) {
    int sum = 0, i = 0;
    for (const int weight : weights) sum += weight * (d[static_cast<std::size_t>(i++)] - '0');
    return sum % 11 % 10 == d[weights.size()] - '0';
  };
  if (d.find_first_not_of('0') == std::string_view::npos || d.starts_with("00")) return false;
  if (d.size() == 10) return check({2, 4, 10, 3, 5, 9, 4, 6, 8});
  return d.size() == 12 && check({7, 2, 4, 10, 3, 5, 9, 4, 6, 8}) &&
         check({3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8});
}

bool is_snils(std::string_view d) {
  if (d.size() != 11 || d.substr(0, 9) <= "001001998") return false;  // those have no check
  int sum = 0;
  for (int i = 0; i < 9; ++i) sum += (d[static_cast<std::size_t>(i)] - '0') * (9 - i);
  return sum % 101 % 100 == (d[9] - '0') * 10 + (d[10] - '0');
}

bool is_iban(std::string_view characters) {
  const auto row =
      std::ranges::lower_bound(k_ibans, characters.substr(0, 2), {}, &IbanLength::country);
  if (row == k_ibans.end() || row->country != characters.substr(0, 2) ||
      row->length != characters.size() || !is_digit(characters[2]) || !is_digit(characters[3]))
    return false;
  unsigned rest = 0;
  const auto add = [&](char c) {
    rest = is_digit(c) ? (rest * 10 + static_cast<unsigned>(c - '0')) % 97
                       : (rest * 100 + static_cast<unsigned>(c - 'A') + 10) % 97;
  };
  for (const char c : characters.substr(4)) add(c);
  for (const char c : characters.substr(0, 4)) add(c);
  return rest == 1;
}

std::vector<FoundNumber> numbers_in(std::string_view utf8, Numbers what, std::size_t most) {
  if (what == Numbers::iban) return ibans_in(utf8, most);
  auto out = digits_in(utf8, what, most);
  if (what != Numbers::passport) return out;
  add_divided_passports(utf8, most, out);
  std::ranges::sort(out, {}, [](const FoundNumber& one) { return one.place.offset; });
  return out;
}

}  // namespace kontor::rules
