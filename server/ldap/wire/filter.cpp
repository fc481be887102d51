// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/ldap/wire/filter.hpp"

#include "base/core/ber.hpp"

namespace kontor::ldap::wire {
namespace {

using Kind = Filter::Kind;

// The choices of RFC 4511, 4.5.1.
enum Tag : std::uint8_t {
  k_and = 0xA0,
  k_or = 0xA1,
  k_not = 0xA2,
  k_equality = 0xA3,
  k_substrings = 0xA4,
  k_greater = 0xA5,
  k_less = 0xA6,
  k_present = 0x87,
  k_approx = 0xA8,
  k_extensible = 0xA9,
};

Result<Filter> take_at(std::string_view& rest, std::size_t depth, std::size_t& parts);

Result<Filter> take_list(Kind kind, std::string_view content, std::size_t depth, std::size_t& n) {
  Filter filter;
  filter.kind = kind;
  while (!content.empty()) {
    KONTOR_TRY(auto one, take_at(content, depth + 1, n));
    filter.inner.push_back(std::move(one));
  }
  return filter;
}

Result<Filter> take_not(std::string_view content, std::size_t depth, std::size_t& parts) {
  Filter filter;
  filter.kind = Kind::none;
  KONTOR_TRY(auto one, take_at(content, depth + 1, parts));
  KONTOR_TRY(ber::end(content));
  filter.inner.push_back(std::move(one));
  return filter;
}

Result<Filter> take_assertion(Kind kind, std::string_view content) {
  Filter filter;
  filter.kind = kind;
  KONTOR_TRY(filter.attribute, ber::take(content, ber::octets, "no attribute in a filter"));
  KONTOR_TRY(const auto value, ber::take(content, ber::octets, "no value in a filter"));
  KONTOR_TRY(ber::end(content));
  filter.values.emplace_back(value);
  return filter;
}

// initial [0], any [1], final [2]: the first once and first, the last once and last.
Result<Filter> take_substrings(std::string_view content, std::size_t& parts) {
  Filter filter;
  filter.kind = Kind::substrings;
  KONTOR_TRY(filter.attribute, ber::take(content, ber::octets, "no attribute in a filter"));
  KONTOR_TRY(auto list, ber::take(content, ber::sequence, "no substrings"));
  KONTOR_TRY(ber::end(content));
  if (list.empty()) return ber::malformed("no substrings");
  filter.values.emplace_back();
  bool has_last = false;
  while (!list.empty()) {
    const bool is_first = filter.values.size() == 1 && filter.values.front().empty();
    KONTOR_TRY(const auto item, ber::take(list));
    if (++parts > k_max_filter_parts) return fail(Errc::limit, "a filter of too many parts");
    if (item.tag < 0x80 || item.tag > 0x82 || has_last || item.content.empty() ||
        (item.tag == 0x80 && !is_first))
      return ber::malformed("substrings in a wrong order");
    if (item.tag == 0x80)
      filter.values.front() = item.content;
    else
      filter.values.emplace_back(item.content);
    has_last = item.tag == 0x82;
  }
  if (!has_last) filter.values.emplace_back();
  return filter;
}

// MatchingRuleAssertion: matchingRule [1], type [2], matchValue [3], dnAttributes [4].
Result<Filter> take_extensible(std::string_view content) {
  Filter filter;
  filter.kind = Kind::extensible;
  const auto is_next = [&](std::uint8_t tag) {
    return !content.empty() && static_cast<std::uint8_t>(content.front()) == tag;
  };
  if (is_next(0x81)) {
    KONTOR_TRY(filter.rule, ber::take(content, 0x81, "no matching rule"));
  }
  if (is_next(0x82)) {
    KONTOR_TRY(filter.attribute, ber::take(content, 0x82, "no attribute in a filter"));
  }
  KONTOR_TRY(const auto value, ber::take(content, 0x83, "no value in a filter"));
  filter.values.emplace_back(value);
  if (is_next(0x84)) {
    KONTOR_TRY(filter.dn_attributes, ber::take_boolean(content, 0x84, "dnAttributes"));
  }
  KONTOR_TRY(ber::end(content));
  if (filter.rule.empty() && filter.attribute.empty())
    return ber::malformed("an extensible match of nothing");
  return filter;
}

Result<Filter> take_at(std::string_view& rest, std::size_t depth, std::size_t& parts) {
  if (depth > k_max_filter_depth) return fail(Errc::limit, "a filter too deep");
  if (++parts > k_max_filter_parts) return fail(Errc::limit, "a filter of too many parts");
  KONTOR_TRY(const auto item, ber::take(rest));
  switch (item.tag) {
    case k_and:
      return take_list(Kind::all, item.content, depth, parts);
    case k_or:
      return take_list(Kind::any, item.content, depth, parts);
    case k_not:
      return take_not(item.content, depth, parts);
    case k_equality:
      return take_assertion(Kind::equal, item.content);
    case k_substrings:
      return take_substrings(item.content, parts);
    case k_greater:
      return take_assertion(Kind::greater, item.content);
    case k_less:
      return take_assertion(Kind::less, item.content);
    case k_present: {
      Filter filter;
      filter.attribute = item.content;
      return filter;
    }
    case k_approx:
      return take_assertion(Kind::approximate, item.content);
    case k_extensible:
      return take_extensible(item.content);
    default:
      return ber::malformed("an unknown kind of filter");
  }
}

}  // namespace

Result<Filter> take_filter(std::string_view& rest) {
  std::size_t parts = 0;
  return take_at(rest, 0, parts);
}

}  // namespace kontor::ldap::wire
