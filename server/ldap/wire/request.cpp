// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/ldap/wire/request.hpp"

#include <limits>

#include "base/core/ber.hpp"
#include "base/core/text.hpp"

namespace kontor::ldap::wire {
namespace {

// protocolOp of the requests (RFC 4511, 4.2 to 4.12).
enum Tag : std::uint8_t {
  k_bind = 0x60,
  k_unbind = 0x42,
  k_search = 0x63,
  k_modify = 0x66,
  k_add = 0x68,
  k_delete = 0x4A,
  k_modify_dn = 0x6C,
  k_compare = 0x6E,
  k_abandon = 0x50,
  k_extended = 0x77,
  k_controls = 0xA0,
};
constexpr std::uint8_t k_simple = 0x80, k_sasl = 0xA3;
constexpr std::size_t k_max_head = 6;  // tag and length of a frame

bool is_next(std::string_view rest, std::uint8_t tag) {
  return !rest.empty() && static_cast<std::uint8_t>(rest.front()) == tag;
}

Result<std::string> take_text(std::string_view& rest, const char* what) {
  KONTOR_TRY(const auto bytes, ber::take(rest, ber::octets, what));
  if (!is_utf8(bytes)) return ber::malformed("a name that is not UTF-8");
  return std::string(bytes);
}

// INTEGER (0 .. 2^31-1), RFC 4511, 4.1.1 and 4.5.1.
Result<std::int32_t> number_of(std::int64_t value, const char* what) {
  if (value < 0 || value > std::numeric_limits<std::int32_t>::max()) return ber::malformed(what);
  return static_cast<std::int32_t>(value);
}

Result<std::uint32_t> take_limit(std::string_view& rest, const char* what) {
  KONTOR_TRY(const auto value, ber::take_integer(rest, what));
  KONTOR_TRY(const auto number, number_of(value, what));
  return static_cast<std::uint32_t>(number);
}

Result<Bind> parse_bind(std::string_view rest) {
  Bind bind;
  KONTOR_TRY(bind.version, ber::take_integer(rest, "no version in a bind"));
  KONTOR_TRY(bind.name, take_text(rest, "no name in a bind"));
  KONTOR_TRY(auto choice, ber::take(rest));
  KONTOR_TRY(ber::end(rest));
  if (choice.tag == k_simple) {
    bind.password = choice.content;
    return bind;
  }
  if (choice.tag != k_sasl) return ber::malformed("an unknown way to authenticate");
  KONTOR_TRY(bind.mechanism, take_text(choice.content, "no mechanism in a bind"));
  if (!choice.content.empty()) {
    KONTOR_TRY(bind.credentials, ber::take(choice.content, ber::octets, "no credentials"));
  }
  KONTOR_TRY(ber::end(choice.content));
  return bind;
}

Result<Search> parse_search(std::string_view rest) {
  Search search;
  KONTOR_TRY(search.base, take_text(rest, "no base in a search"));
  KONTOR_TRY(const auto scope, ber::take_integer(rest, "no scope in a search", ber::enumerated));
  if (scope < 0 || scope > 2) return ber::malformed("an unknown scope");
  search.scope = static_cast<Scope>(scope);
  KONTOR_TRY(const auto deref, ber::take_integer(rest, "no derefAliases", ber::enumerated));
  if (deref < 0 || deref > 3) return ber::malformed("an unknown derefAliases");
  KONTOR_TRY(search.size_limit, take_limit(rest, "sizeLimit"));
  KONTOR_TRY(search.time_limit, take_limit(rest, "timeLimit"));
  KONTOR_TRY(search.types_only, ber::take_boolean(rest, ber::boolean, "typesOnly"));
  const auto before = rest;
  KONTOR_TRY(search.filter, take_filter(rest));
  search.filter_bytes = before.substr(0, before.size() - rest.size());
  KONTOR_TRY(auto names, ber::take(rest, ber::sequence, "no attributes in a search"));
  KONTOR_TRY(ber::end(rest));
  while (!names.empty()) {
    if (search.attributes.size() == k_max_wanted) return fail(Errc::limit, "too many attributes");
    KONTOR_TRY(auto name, take_text(names, "no attribute name"));
    search.attributes.push_back(std::move(name));
  }
  return search;
}

Result<Compare> parse_compare(std::string_view rest) {
  Compare compare;
  KONTOR_TRY(compare.entry, take_text(rest, "no entry in a compare"));
  KONTOR_TRY(auto assertion, ber::take(rest, ber::sequence, "no assertion in a compare"));
  KONTOR_TRY(ber::end(rest));
  compare.assertion.kind = Filter::Kind::equal;
  KONTOR_TRY(compare.assertion.attribute, take_text(assertion, "no attribute in a compare"));
  KONTOR_TRY(const auto value, ber::take(assertion, ber::octets, "no value in a compare"));
  KONTOR_TRY(ber::end(assertion));
  compare.assertion.values.emplace_back(value);
  return compare;
}

Result<Abandon> parse_abandon(std::string_view content) {
  std::string whole;
  ber::put(whole, ber::integer, content);
  std::string_view rest = whole;
  KONTOR_TRY(const auto value, ber::take_integer(rest, "no message to abandon"));
  KONTOR_TRY(const auto id, number_of(value, "an impossible message id"));
  return Abandon{id};
}

Result<Extended> parse_extended(std::string_view rest) {
  Extended extended;
  KONTOR_TRY(extended.name, ber::take(rest, 0x80, "no name in an extended request"));
  if (!rest.empty()) {
    KONTOR_TRY(extended.value, ber::take(rest, 0x81, "no value in an extended request"));
  }
  KONTOR_TRY(ber::end(rest));
  return extended;
}

Result<Control> take_control(std::string_view& rest) {
  KONTOR_TRY(auto content, ber::take(rest, ber::sequence, "no control"));
  Control control;
  KONTOR_TRY(control.oid, take_text(content, "no type of a control"));
  if (is_next(content, ber::boolean)) {
    KONTOR_TRY(control.is_critical, ber::take_boolean(content, ber::boolean, "criticality"));
  }
  if (!content.empty()) {
    KONTOR_TRY(control.value, ber::take(content, ber::octets, "no value of a control"));
  }
  KONTOR_TRY(ber::end(content));
  return control;
}

Result<void> parse_operation(const ber::Item& item, Request& request) {
  const auto take = [&](auto parsed) -> Result<void> {
    if (!parsed) return fail(std::move(parsed).error());
    request.operation = *std::move(parsed);
    return {};
  };
  switch (item.tag) {
    case k_bind:
      return take(parse_bind(item.content));
    case k_unbind:
      request.operation = Unbind{};
      return {};
    case k_search:
      return take(parse_search(item.content));
    case k_compare:
      return take(parse_compare(item.content));
    case k_abandon:
      return take(parse_abandon(item.content));
    case k_extended:
      return take(parse_extended(item.content));
    case k_modify:
    case k_add:
    case k_modify_dn:
      request.operation = Write{static_cast<std::uint8_t>(item.tag + 1)};
      return {};
    case k_delete:
      request.operation = Write{0x6B};
      return {};
    default:
      return ber::malformed("an unknown operation");
  }
}

}  // namespace

Result<std::optional<std::size_t>> message_size(std::string_view bytes, std::size_t max) {
  if (bytes.empty()) return std::nullopt;
  if (static_cast<std::uint8_t>(bytes[0]) != ber::sequence)
    return ber::malformed("not an LDAP message");
  if (bytes.size() < 2) return std::nullopt;
  std::size_t length = static_cast<std::uint8_t>(bytes[1]);
  std::size_t head = 2;
  if (length >= 0x80) {
    const std::size_t count = length - 0x80;
    if (count == 0 || head + count > k_max_head) return ber::malformed("a strange length");
    if (bytes.size() < head + count) return std::nullopt;
    length = 0;
    for (; head < 2 + count; ++head) length = length << 8U | static_cast<std::uint8_t>(bytes[head]);
  }
  if (length > max) return fail(Errc::limit, "a message of " + std::to_string(length) + " bytes");
  return head + length;
}

Result<Request> parse_request(std::string_view message) {
  KONTOR_TRY(auto rest, ber::take(message, ber::sequence, "not an LDAP message"));
  KONTOR_TRY(ber::end(message));
  Request request;
  KONTOR_TRY(const auto id, ber::take_integer(rest, "no message id"));
  KONTOR_TRY(request.id, number_of(id, "an impossible message id"));
  KONTOR_TRY(const auto operation, ber::take(rest));
  KONTOR_TRY(parse_operation(operation, request));
  if (rest.empty()) return request;
  KONTOR_TRY(auto controls, ber::take(rest, k_controls, "something else than controls"));
  KONTOR_TRY(ber::end(rest));
  while (!controls.empty()) {
    if (request.controls.size() == k_max_controls) return fail(Errc::limit, "too many controls");
    KONTOR_TRY(auto control, take_control(controls));
    request.controls.push_back(std::move(control));
  }
  return request;
}

}  // namespace kontor::ldap::wire
