// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/ldap/wire/controls.hpp"

#include <limits>

#include "base/core/ber.hpp"

namespace kontor::ldap::wire {
namespace {

constexpr std::uint8_t k_by_offset = 0xA0, k_at_least = 0x81;
constexpr std::uint8_t k_rule = 0x80, k_reverse = 0x81;
constexpr std::uint8_t k_sort_attribute = 0x80;

Result<std::uint32_t> take_count(std::string_view& rest, const char* what) {
  KONTOR_TRY(const auto value, ber::take_integer(rest, what));
  if (value < 0 || value > std::numeric_limits<std::int32_t>::max()) return ber::malformed(what);
  return static_cast<std::uint32_t>(value);
}

void put_count(std::string& out, std::uint32_t value) {
  ber::put_integer(out, static_cast<std::int32_t>(value));
}

Control control(std::string_view oid, std::string_view content) {
  std::string value;
  ber::put(value, ber::sequence, content);
  return {std::string(oid), false, std::move(value)};
}

}  // namespace

Result<PagedResults> parse_paged(std::string_view value) {
  KONTOR_TRY(auto content, ber::take(value, ber::sequence, "no page"));
  KONTOR_TRY(ber::end(value));
  PagedResults page;
  KONTOR_TRY(page.size, take_count(content, "no size of a page"));
  KONTOR_TRY(page.cookie, ber::take(content, ber::octets, "no cookie"));
  KONTOR_TRY(ber::end(content));
  return page;
}

Result<std::vector<SortKey>> parse_sort(std::string_view value) {
  KONTOR_TRY(auto list, ber::take(value, ber::sequence, "no sort keys"));
  KONTOR_TRY(ber::end(value));
  std::vector<SortKey> keys;
  while (!list.empty()) {
    if (keys.size() == k_max_sort_keys) return ber::malformed("too many sort keys");
    KONTOR_TRY(auto content, ber::take(list, ber::sequence, "no sort key"));
    SortKey key;
    KONTOR_TRY(key.attribute, ber::take(content, ber::octets, "no attribute to sort by"));
    const auto is_next = [&](std::uint8_t tag) {
      return !content.empty() && static_cast<std::uint8_t>(content.front()) == tag;
    };
    if (is_next(k_rule)) {
      KONTOR_TRY(key.rule, ber::take(content, k_rule, "no ordering rule"));
    }
    if (is_next(k_reverse)) {
      KONTOR_TRY(key.is_reverse, ber::take_boolean(content, k_reverse, "reverseOrder"));
    }
    KONTOR_TRY(ber::end(content));
    keys.push_back(std::move(key));
  }
  if (keys.empty()) return ber::malformed("no sort key");
  return keys;
}

Result<View> parse_view(std::string_view value) {
  KONTOR_TRY(auto content, ber::take(value, ber::sequence, "no view"));
  KONTOR_TRY(ber::end(value));
  View view;
  KONTOR_TRY(view.before, take_count(content, "no beforeCount"));
  KONTOR_TRY(view.after, take_count(content, "no afterCount"));
  KONTOR_TRY(auto target, ber::take(content));
  if (target.tag == k_by_offset) {
    KONTOR_TRY(view.offset, take_count(target.content, "no offset"));
    KONTOR_TRY(view.count, take_count(target.content, "no contentCount"));
    KONTOR_TRY(ber::end(target.content));
  } else if (target.tag == k_at_least) {
    view.at_least = target.content;
  } else {
    return ber::malformed("no target of a view");
  }
  if (!content.empty()) {  // contextID: this server keeps none that would have to be told
    KONTOR_TRY(ber::take(content, ber::octets, "no contextID"));
  }
  KONTOR_TRY(ber::end(content));
  return view;
}

Control paged_response(const PagedResults& page) {
  std::string content;
  put_count(content, page.size);
  ber::put(content, ber::octets, page.cookie);
  return control(k_paged_results, content);
}

Control sort_response(ResultCode code, std::string_view attribute) {
  std::string content;
  ber::put_integer(content, static_cast<std::int32_t>(code), ber::enumerated);
  if (!attribute.empty()) ber::put(content, k_sort_attribute, attribute);
  return control(k_sort_response, content);
}

Control view_response(std::uint32_t position, std::uint32_t count, ResultCode code) {
  std::string content;
  put_count(content, position);
  put_count(content, count);
  ber::put_integer(content, static_cast<std::int32_t>(code), ber::enumerated);
  return control(k_view_response, content);
}

}  // namespace kontor::ldap::wire
