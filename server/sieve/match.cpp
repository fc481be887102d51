// SPDX-License-Identifier: GPL-3.0-or-later
// :matches goes back to its last "*" alone: so it costs at most value times key, and each "*" gets
// the least it can (RFC 5229, 3.2).
#include "server/sieve/match.hpp"

#include <algorithm>
#include <compare>

#include "base/core/text.hpp"
#include "base/mime/collation.hpp"
#include "base/mime/letter.hpp"

namespace kontor::sieve {
namespace {

std::size_t character_size(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t size = lead < 0x80    ? 1
                           : lead >= 0xF0 ? 4
                           : lead >= 0xE0 ? 3
                           : lead >= 0xC0 ? 2
                                          : 1;
  return std::min(size, text.size() - at);
}

std::string key_of(Comparator comparator, std::string_view character) {
  switch (comparator) {
    case Comparator::unicode_casemap:
      return mime::casemap_key(character);
    case Comparator::octet:
      return std::string(character);
    default:
      return to_lower(character);
  }
}

// One element of a pattern.
struct Element {
  enum class What : std::uint8_t { literal, any, many };
  What what = What::literal;
  std::string key;  // of a literal
};

const Element k_any{Element::What::any, {}};

// A text in units that a literal is compared with: bytes, which is enough where the comparator
// changes none beyond ASCII.
class Bytes {
 public:
  Bytes(Comparator comparator, std::string_view text) : comparator_(comparator), text_(text) {}
  std::size_t size() const { return text_.size(); }
  std::size_t begin_of(std::size_t unit) const { return unit; }
  // Units that the element takes at `at`; 0: it does not match there.
  std::size_t taken(const Element& element, std::size_t at) const {
    const bool is_octet = comparator_ == Comparator::octet;
    if (element.what == Element::What::any) return is_octet ? 1 : character_size(text_, at);
    const char c = is_octet ? text_[at] : ascii_lower(text_[at]);
    return c == element.key[0] ? 1 : 0;
  }

 private:
  Comparator comparator_;
  std::string_view text_;
};

// The same in characters, each with its key.
class Characters {
 public:
  Characters(Comparator comparator, std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
      const auto size = character_size(text, i);
      keys_.push_back(key_of(comparator, text.substr(i, size)));
      begins_.push_back(i);
      i += size;
    }
    begins_.push_back(text.size());
  }
  std::size_t size() const { return keys_.size(); }
  std::size_t begin_of(std::size_t unit) const { return begins_[unit]; }
  std::size_t taken(const Element& element, std::size_t at) const {
    return element.what == Element::What::any || element.key == keys_[at] ? 1 : 0;
  }

 private:
  std::vector<std::string> keys_;
  std::vector<std::size_t> begins_;  // one more than keys
};

std::vector<Element> elements_of(Comparator comparator, bool by_bytes, std::string_view pattern) {
  std::vector<Element> out;
  for (std::size_t i = 0; i < pattern.size();) {
    if (pattern[i] == '*' || pattern[i] == '?') {
      const bool is_many = pattern[i++] == '*';
      // "**" stands for no more than "*"; it stays two for what is captured.
      out.push_back({is_many ? Element::What::many : Element::What::any, {}});
      continue;
    }
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;  // RFC 5228, 2.7.1
    const auto size = by_bytes ? 1 : character_size(pattern, i);
    out.push_back({Element::What::literal, key_of(comparator, pattern.substr(i, size))});
    i += size;
  }
  return out;
}

template <class Units>
class Glob {
 public:
  Glob(std::vector<Element> pattern, Units text, Steps& steps)
      : pattern_(std::move(pattern)), text_(std::move(text)), steps_(steps), at_(pattern_.size()) {}

  bool run() {
    std::size_t element = 0, i = 0;
    std::size_t star = pattern_.size(), star_from = 0;  // the last "*", and where it may end next
    std::uint64_t work = 0;
    while (true) {
      if (++work % k_step_bytes == 0 && !steps_.spend(1)) return false;
      const auto taken = taken_by(element, i);
      if (element < pattern_.size() && pattern_[element].what == Element::What::many) {
        star = element++;
        star_from = at_[star] = i;
      } else if (taken > 0) {
        at_[element++] = i;
        i += taken;
      } else if (element == pattern_.size() && i == text_.size()) {
        return true;
      } else if (star < pattern_.size() && star_from < text_.size()) {
        star_from += text_.taken(k_any, star_from);
        i = star_from;
        element = star + 1;
      } else {
        return false;
      }
    }
  }

  // After run() was true: the whole, and what each wildcard stood for.
  std::vector<std::string> captures(std::string_view text) const {
    std::vector<std::string> out{std::string(text)};
    for (std::size_t i = 0; i < pattern_.size() && out.size() <= k_max_captures; ++i) {
      if (pattern_[i].what == Element::What::literal) continue;
      const auto begin = text_.begin_of(at_[i]);
      const auto next = i + 1 < pattern_.size() ? at_[i + 1] : text_.size();
      out.emplace_back(text.substr(begin, text_.begin_of(next) - begin));
    }
    return out;
  }

 private:
  std::size_t taken_by(std::size_t element, std::size_t i) const {
    if (element >= pattern_.size() || i >= text_.size() ||
        pattern_[element].what == Element::What::many)
      return 0;
    return text_.taken(pattern_[element], i);
  }

  std::vector<Element> pattern_;
  Units text_;
  Steps& steps_;
  std::vector<std::size_t> at_;  // where each element's match begins
};

template <class Units>
bool match_glob(Comparator comparator,
                std::string_view value,
                std::string_view key,
                Steps& steps,
                std::vector<std::string>* captures) {
  Glob<Units> glob(elements_of(comparator, std::is_same_v<Units, Bytes>, key),
                   Units(comparator, value), steps);
  if (!glob.run()) return false;
  if (captures != nullptr) *captures = glob.captures(value);
  return true;
}

bool match_pattern(Comparator comparator,
                   std::string_view value,
                   std::string_view key,
                   Steps& steps,
                   std::vector<std::string>* captures) {
  const bool by_bytes =
      comparator != Comparator::unicode_casemap || (mime::is_ascii(value) && mime::is_ascii(key));
  if (by_bytes) {
    if (comparator == Comparator::unicode_casemap) comparator = Comparator::ascii_casemap;
    return match_glob<Bytes>(comparator, value, key, steps, captures);
  }
  // Its characters cost far more memory than the text.
  if (!steps.spend(4 * value.size())) return false;
  return match_glob<Characters>(comparator, value, key, steps, captures);
}

// RFC 4790, 9.1.1: the digits at the start; none: greater than every number.
std::string_view digits_of(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && is_digit(text[size])) ++size;
  return text.substr(0, size);
}

std::strong_ordering order_numbers(std::string_view a, std::string_view b) {
  a = digits_of(a);
  b = digits_of(b);
  if (a.empty() || b.empty()) return a.empty() <=> b.empty();
  const auto plain = [](std::string_view digits) {
    const auto begin = std::min(digits.find_first_not_of('0'), digits.size());
    return digits.substr(begin);
  };
  a = plain(a);
  b = plain(b);
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a <=> b;
}

bool holds(Relation relation, std::strong_ordering order) {
  switch (relation) {
    case Relation::gt:
      return order > 0;
    case Relation::ge:
      return order >= 0;
    case Relation::lt:
      return order < 0;
    case Relation::le:
      return order <= 0;
    case Relation::eq:
      return order == 0;
    default:
      return order != 0;
  }
}

std::strong_ordering order(Comparator comparator, std::string_view value, std::string_view key) {
  if (comparator == Comparator::ascii_numeric) return order_numbers(value, key);
  return key_of(comparator, value) <=> key_of(comparator, key);
}

}  // namespace

bool compare(const Comparison& how,
             std::string_view value,
             std::string_view key,
             Steps& steps,
             std::vector<std::string>* captures) {
  const std::size_t weight = how.comparator == Comparator::unicode_casemap ? 8 : 1;
  if (!steps.spend_bytes((value.size() + key.size()) * weight)) return false;
  switch (how.match) {
    case MatchType::is:
      return order(how.comparator, value, key) == 0;
    case MatchType::contains:
      return key_of(how.comparator, value).contains(key_of(how.comparator, key));
    case MatchType::matches:
      return match_pattern(how.comparator, value, key, steps, captures);
    default:
      return holds(how.relation, order(how.comparator, value, key));
  }
}

}  // namespace kontor::sieve
