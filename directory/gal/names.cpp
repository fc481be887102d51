// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/gal/names.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::directory {
namespace {

// Where the first component ends; dn.size(): it is the only one.
std::size_t end_of_rdn(std::string_view dn) {
  for (std::size_t at = 0; at < dn.size(); ++at) {
    if (dn[at] == '\\')
      ++at;
    else if (dn[at] == ',' || dn[at] == ';')
      return at;
  }
  return dn.size();
}

bool is_word_byte(char c) {
  return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Signs of more than one byte that separate words: no-break space, guillemets, middle dot, and
// general punctuation (U+2000 to U+206F).
std::size_t separator_at(std::string_view text) {
  if (text.empty() || !is_word_byte(text[0])) return text.empty() ? 0 : 1;
  if (text.starts_with("\xC2\xA0") || text.starts_with("\xC2\xAB") ||
      text.starts_with("\xC2\xBB") || text.starts_with("\xC2\xB7"))
    return 2;
  return text.starts_with("\xE2\x80") || text.starts_with("\xE2\x81") ? 3 : 0;
}

bool is_telephone_sign(char c) { return std::string_view(" +-()./\t").contains(c); }

}  // namespace

std::string_view parent_of_dn(std::string_view dn) {
  const std::size_t end = end_of_rdn(dn);
  return end == dn.size() ? std::string_view() : trim(dn.substr(end + 1));
}

Rdn rdn_of(std::string_view dn) {
  const auto rdn = dn.substr(0, end_of_rdn(dn));
  const auto equals = rdn.find('=');
  if (equals == std::string_view::npos) return {};
  Rdn out{to_lower(trim(rdn.substr(0, equals))), {}};
  auto value = trim(rdn.substr(equals + 1));
  const auto slashes = value.size() - (value.find_last_not_of('\\') + 1);
  const auto end = static_cast<std::size_t>(value.end() - rdn.begin());
  if (slashes % 2 == 1 && end < rdn.size())  // what was cut off is the blank that it escapes
    value = std::string_view(value.data(), value.size() + 1);
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value[at] != '\\' || at + 1 == value.size()) {
      out.value.push_back(value[at]);
    } else if (const auto byte = hex_decode(value.substr(at + 1, 2));
               byte && byte->size() == 1 && at + 2 < value.size()) {
      out.value += *byte;
      at += 2;
    } else {
      out.value.push_back(value[++at]);
    }
  }
  return out;
}

std::string escape_dn_value(std::string_view value) {
  std::string out;
  for (std::size_t at = 0; at < value.size(); ++at) {
    const char c = value[at];
    const bool is_edge_blank = c == ' ' && (at == 0 || at + 1 == value.size());
    if (c == '\0') {
      out += "\\00";
      continue;
    }
    if (std::string_view("\"+,;<>\\=").contains(c) || is_edge_blank || (c == '#' && at == 0))
      out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

std::string_view context_of_dn(std::string_view dn) {
  std::string_view last = dn;  // the shortest end seen that begins a run of dc components
  bool is_run = false;
  for (auto rest = dn; !rest.empty(); rest = parent_of_dn(rest)) {
    const bool is_dc = istarts_with(rest, "dc=");
    if (!is_dc || !is_run) last = rest;
    is_run = is_dc;
  }
  return last;
}

std::string dn_of_domain(std::string_view domain) {
  std::string out;
  if (domain.empty()) return out;
  for (const auto label : split(domain, '.'))
    out += (out.empty() ? "dc=" : ",dc=") + escape_dn_value(label);
  return out;
}

std::string domain_of_context(std::string_view folded_dn) {
  std::string domain;
  for (auto rest = folded_dn; !rest.empty(); rest = parent_of_dn(rest)) {
    auto [attribute, value] = rdn_of(rest);
    if (attribute != "dc" || value.empty()) return {};
    domain += (domain.empty() ? "" : ".") + value;
  }
  return domain;
}

std::vector<std::string_view> words_of(std::string_view folded) {
  std::vector<std::string_view> words;
  std::size_t begin = 0, at = 0;
  const auto close = [&] {
    if (at > begin) words.push_back(folded.substr(begin, at - begin));
  };
  while (at < folded.size()) {
    const std::size_t gap = separator_at(folded.substr(at));
    if (gap == 0) {
      ++at;
      continue;
    }
    close();
    at = begin = std::min(at + gap, folded.size());
  }
  close();
  return words;
}

std::vector<std::string> telephone_words(std::string_view number) {
  std::string digits;
  std::vector<std::size_t> groups;
  bool was_digit = false;
  for (const char c : number) {
    if (is_digit(c)) {
      if (!was_digit) groups.push_back(digits.size());
      digits.push_back(c);
    }
    was_digit = is_digit(c);
  }
  std::vector<std::string> words;
  for (const auto begin : groups) words.push_back(digits.substr(begin));
  return words;
}

std::string telephone_digits(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (is_digit(c))
      digits.push_back(c);
    else if (!is_telephone_sign(c))
      return {};
  }
  return digits;
}

}  // namespace kontor::directory
