// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/spf/record.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "server/filter/spf/macro.hpp"

namespace kontor::filter::spf {
namespace {

constexpr std::string_view k_version = "v=spf1";

bool is_alpha(char c) noexcept { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; }

struct Name {
  std::string_view word;
  Kind kind;
};
constexpr auto k_names = std::to_array<Name>({{"all", Kind::all},
                                              {"include", Kind::include},
                                              {"a", Kind::a},
                                              {"mx", Kind::mx},
                                              {"ptr", Kind::ptr},
                                              {"ip4", Kind::ip4},
                                              {"ip6", Kind::ip6},
                                              {"exists", Kind::exists}});

// RFC 7208, 4.6.1: name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." ).
bool is_modifier_name(std::string_view name) noexcept {
  return !name.empty() && is_alpha(name.front()) && std::ranges::all_of(name, [](char c) {
    return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
  });
}

Result<unsigned> read_prefix(std::string_view digits, unsigned most) {
  const auto value = parse_number<unsigned>(digits);
  // 5.6: no leading zeros.
  if (!value || *value > most || (digits.size() > 1 && digits.front() == '0'))
    return fail(Errc::bad_input, "a prefix that is none: /" + std::string(digits));
  return *value;
}

// The digits behind the last `mark`, when only digits are there; they are taken off `text`.
std::optional<std::string_view> take_digits(std::string_view& text, std::string_view mark) {
  const auto at = text.rfind(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const auto digits = text.substr(at + mark.size());
  if (digits.empty() || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
  text = text.substr(0, at);
  return digits;
}

// 5.3: [ ip4-cidr-length ] [ "/" ip6-cidr-length ] at the end of a term.
Result<void> take_prefixes(std::string_view& text, Mechanism& mechanism) {
  if (const auto digits = take_digits(text, "//")) {
    KONTOR_TRY(mechanism.prefix6, read_prefix(*digits, 128));
  }
  if (const auto digits = take_digits(text, "/")) {
    KONTOR_TRY(mechanism.prefix4, read_prefix(*digits, 32));
  }
  return {};
}

Result<void> read_network(std::string_view value, Mechanism& mechanism) {
  const bool is_v4 = mechanism.kind == Kind::ip4;
  if (const auto digits = take_digits(value, "/")) {
    KONTOR_TRY(const unsigned prefix, read_prefix(*digits, is_v4 ? 32 : 128));
    (is_v4 ? mechanism.prefix4 : mechanism.prefix6) = prefix;
  }
  KONTOR_TRY(mechanism.address, parse_ip_address(value));
  if ((value.find(':') == std::string_view::npos) != is_v4)
    return fail(Errc::bad_input, "an address of the other family");
  return {};
}

Result<void> read_domain(std::string_view value, Mechanism& mechanism) {
  KONTOR_TRY(check_domain_spec(value));
  mechanism.domain = value;
  return {};
}

// What stands behind the name of a mechanism, ':' included.
Result<void> read_rest(std::string_view rest, Mechanism& mechanism) {
  const auto kind = mechanism.kind;
  if (kind == Kind::a || kind == Kind::mx) {
    KONTOR_TRY(take_prefixes(rest, mechanism));
  }
  const bool has_value = rest.starts_with(':');
  if (!has_value && !rest.empty()) return fail(Errc::bad_input, "no such mechanism");
  if (has_value) rest.remove_prefix(1);
  if (kind == Kind::all) {
    if (has_value) return fail(Errc::bad_input, "\"all\" takes no value");
    return {};
  }
  if (!has_value) {
    if (kind == Kind::a || kind == Kind::mx || kind == Kind::ptr) return {};
    return fail(Errc::bad_input, "a value is missing");
  }
  if (kind == Kind::ip4 || kind == Kind::ip6) return read_network(rest, mechanism);
  return read_domain(rest, mechanism);
}

Result<Mechanism> read_mechanism(std::string_view term) {
  Mechanism mechanism;
  mechanism.text = term;
  constexpr std::string_view k_qualifiers = "+-~?";
  constexpr std::array k_verdicts{Verdict::pass, Verdict::fail, Verdict::softfail,
                                  Verdict::neutral};
  if (const auto at = k_qualifiers.find(term.front()); at != std::string_view::npos) {
    mechanism.when_matched = k_verdicts[at];
    term.remove_prefix(1);
  }
  const auto name = term.substr(0, term.find_first_of(":/"));
  const auto known =
      std::ranges::find_if(k_names, [&](const Name& one) { return iequals(one.word, name); });
  if (known == k_names.end()) return fail(Errc::bad_input, "no such mechanism");
  mechanism.kind = known->kind;
  KONTOR_TRY(read_rest(term.substr(name.size()), mechanism));
  return mechanism;
}

Result<void> read_modifier(std::string_view name, std::string_view value, Record& record) {
  auto* place = iequals(name, "redirect") ? &record.redirect
                : iequals(name, "exp")    ? &record.explanation
                                          : nullptr;
  if (place == nullptr) return check_macros(value, MacroPlace::domain);  // 6: ignored
  if (place->has_value()) return fail(Errc::bad_input, "given twice");
  KONTOR_TRY(check_domain_spec(value));
  *place = value;
  return {};
}

Result<void> read_term(std::string_view term, Record& record) {
  const auto mark = term.find_first_of("=:/");
  if (mark != std::string_view::npos && term[mark] == '=') {
    const auto name = term.substr(0, mark);
    if (!is_modifier_name(name)) return fail(Errc::bad_input, "no name of a modifier");
    return read_modifier(name, term.substr(mark + 1), record);
  }
  KONTOR_TRY(auto mechanism, read_mechanism(term));
  record.mechanisms.push_back(std::move(mechanism));
  return {};
}

}  // namespace

std::string_view word_of(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::none:
      return "none";
    case Verdict::neutral:
      return "neutral";
    case Verdict::pass:
      return "pass";
    case Verdict::fail:
      return "fail";
    case Verdict::softfail:
      return "softfail";
    case Verdict::temperror:
      return "temperror";
    case Verdict::permerror:
      return "permerror";
  }
  return "none";
}

bool is_spf_record(std::string_view text) noexcept {
  return istarts_with(text, k_version) &&
         (text.size() == k_version.size() || text[k_version.size()] == ' ');
}

Result<Record> parse_record(std::string_view text) {
  if (!is_spf_record(text)) return fail(Errc::bad_input, "no SPF record");
  if (text.size() > k_longest_record) return fail(Errc::bad_input, "a record that is too long");
  text.remove_prefix(k_version.size());
  Record record;
  std::size_t terms = 0;
  for (const auto term : split(text, ' ')) {
    if (term.empty()) continue;
    if (++terms > k_most_terms) return fail(Errc::bad_input, "too many terms");
    if (auto read = read_term(term, record); !read)
      return fail(std::move(read).error().while_doing(to_valid_utf8(term)));
  }
  return record;
}

}  // namespace kontor::filter::spf
