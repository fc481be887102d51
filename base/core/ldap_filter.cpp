// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/core/ldap_filter.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor {
namespace {

constexpr std::size_t k_max_text = 65'536;
constexpr unsigned k_max_depth = 64;
constexpr unsigned k_max_parts = 1'000;
constexpr std::string_view k_all_bits = "1.2.840.113556.1.4.803";
constexpr std::string_view k_any_bit = "1.2.840.113556.1.4.804";

bool is_integer(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.size() < 19 && std::ranges::all_of(text, is_digit);
}

// RFC 4512, 1.4: a name or an OID; options are not understood.
bool is_attribute(std::string_view name) {
  return !name.empty() && name.size() <= 256 && std::ranges::all_of(name, [](char c) {
    return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '-' || c == '.';
  });
}

class FilterParser {
 public:
  explicit FilterParser(std::string_view text) : text_(text) {}

  Result<LdapFilter> run() {
    if (text_.size() > k_max_text) return fail(Errc::limit, "the filter is too long");
    KONTOR_TRY(auto filter, read(0));
    if (at_ != text_.size()) return fail(wrong("something stands behind the filter"));
    return filter;
  }

 private:
  using Kind = LdapFilter::Kind;

  Error wrong(std::string_view what) const {
    return Error(Errc::bad_input, std::string(what) + ", at character " + std::to_string(at_ + 1));
  }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  Result<LdapFilter> read(unsigned depth);
  Result<LdapFilter> read_list(Kind kind, unsigned depth);
  Result<LdapFilter> read_item();
  Result<std::vector<std::string>> read_value();  // cut at each asterisk
  Result<LdapFilter> finish(LdapFilter item, std::vector<std::string> parts) const;
  Result<LdapFilter> finish_bits(LdapFilter item,
                                 std::string_view rule,
                                 const std::vector<std::string>& parts) const;

  std::string_view text_;
  std::size_t at_ = 0;
  unsigned parts_ = 0;
};

Result<LdapFilter> FilterParser::read(unsigned depth) {
  if (depth > k_max_depth || ++parts_ > k_max_parts)
    return fail(Errc::limit, "the filter has too many parts");
  if (!take('(')) return fail(wrong("\"(\" is missing"));
  const auto inner = [&]() -> Result<LdapFilter> {
    if (take('&')) return read_list(Kind::all, depth);
    if (take('|')) return read_list(Kind::any, depth);
    if (!take('!')) return read_item();
    KONTOR_TRY(auto one, read(depth + 1));
    LdapFilter out;
    out.kind = Kind::none;
    out.inner.push_back(std::move(one));
    return out;
  };
  KONTOR_TRY(auto filter, inner());
  if (!take(')')) return fail(wrong("\")\" is missing"));
  return filter;
}

// RFC 4526: "(&)" is true and "(|)" false.
Result<LdapFilter> FilterParser::read_list(Kind kind, unsigned depth) {
  LdapFilter out;
  out.kind = kind;
  while (at_ < text_.size() && text_[at_] == '(') {
    KONTOR_TRY(auto one, read(depth + 1));
    out.inner.push_back(std::move(one));
  }
  return out;
}

Result<LdapFilter> FilterParser::read_item() {
  const auto end = text_.find_first_of("=()", at_);
  if (end == std::string_view::npos || text_[end] != '=') return fail(wrong("\"=\" is missing"));
  auto name = text_.substr(at_, end - at_);
  LdapFilter item;
  item.kind = Kind::equal;
  std::string_view rule;
  if (name.ends_with('<')) {
    item.kind = Kind::less;
  } else if (name.ends_with('>')) {
    item.kind = Kind::greater;
  } else if (name.ends_with(':')) {
    const auto colon = name.find(':');
    item.kind = Kind::all_bits;
    rule = name.substr(colon + 1, name.size() - std::min(colon + 2, name.size()));
    name = name.substr(0, colon + 1);
  } else if (!name.ends_with('~')) {
    name = text_.substr(at_, end - at_ + 1);
  }
  name.remove_suffix(1);
  if (!is_attribute(name)) return fail(wrong("no attribute that could be asked for"));
  item.attribute = to_lower(name);
  at_ = end + 1;
  KONTOR_TRY(auto parts, read_value());
  if (item.kind == Kind::all_bits) return finish_bits(std::move(item), rule, parts);
  return finish(std::move(item), std::move(parts));
}

Result<std::vector<std::string>> FilterParser::read_value() {
  std::vector<std::string> parts(1);
  for (; at_ < text_.size() && text_[at_] != ')'; ++at_) {
    const char c = text_[at_];
    if (c == '(' || c == '\0') return fail(wrong("a character that must be written as \\28 or so"));
    if (c == '*') {
      parts.emplace_back();
    } else if (c != '\\') {
      parts.back().push_back(c);
    } else {
      const auto byte = hex_decode(text_.substr(at_ + 1, 2));
      if (!byte || byte->size() != 1)
        return fail(wrong("two hexadecimal digits must follow \"\\\""));
      parts.back() += *byte;
      at_ += 2;
    }
  }
  return parts;
}

Result<LdapFilter> FilterParser::finish(LdapFilter item, std::vector<std::string> parts) const {
  if (parts.size() > 1) {
    if (item.kind != Kind::equal) return fail(wrong("\"*\" goes with \"=\" alone"));
    const bool is_any = std::ranges::all_of(parts, [](const auto& part) { return part.empty(); });
    item.kind = is_any ? Kind::present : Kind::parts;
  }
  item.values = std::move(parts);
  return item;
}

Result<LdapFilter> FilterParser::finish_bits(LdapFilter item,
                                             std::string_view rule,
                                             const std::vector<std::string>& parts) const {
  if (rule != k_all_bits && rule != k_any_bit)
    return fail(wrong("a matching rule that is not known"));
  if (parts.size() != 1 || !is_integer(parts.front()))
    return fail(wrong("this matching rule needs a number"));
  if (rule == k_any_bit) item.kind = Kind::any_bit;
  item.values = parts;
  return item;
}

}  // namespace

Result<LdapFilter> parse_ldap_filter(std::string_view text) {
  return FilterParser(trim(text)).run();
}

std::set<std::string> LdapFilter::attributes() const {
  std::set<std::string> names;
  if (!attribute.empty()) names.insert(attribute);
  for (const auto& one : inner) names.merge(one.attributes());
  return names;
}

}  // namespace kontor
