// SPDX-License-Identifier: GPL-3.0-or-later
// LDAP: any bytes as a stream of messages, and as the value of each control. What is read is as
// large as its input at most, and reads the same when it comes alone.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/ldap/wire/controls.hpp"
#include "server/ldap/wire/request.hpp"

namespace {

using namespace kontor::ldap::wire;

constexpr std::size_t k_max = 65'536;

void require(bool holds) {
  if (!holds) std::abort();
}

std::size_t size_of(const Filter& filter, std::size_t depth = 0) {
  require(depth <= k_max_filter_depth);
  std::size_t size = filter.attribute.size() + filter.rule.size();
  for (const auto& value : filter.values) size += value.size();
  for (const auto& inner : filter.inner) size += size_of(inner, depth + 1);
  if (filter.kind == Filter::Kind::none) require(filter.inner.size() == 1);
  if (filter.kind == Filter::Kind::substrings) require(filter.values.size() >= 2);
  return size;
}

void check_request(std::string_view message) {
  const auto request = parse_request(message);
  if (!request) return;
  require(request->id >= 0 && request->controls.size() <= k_max_controls);
  if (const auto* search = std::get_if<Search>(&request->operation)) {
    require(size_of(search->filter) <= message.size());
    std::string_view again = search->filter_bytes;
    require(take_filter(again).has_value() && again.empty());
  }
}

void check_stream(std::string_view bytes) {
  while (true) {
    const auto size = message_size(bytes, k_max);
    if (!size || !*size || **size > bytes.size()) return;
    require(**size >= 2);
    check_request(bytes.substr(0, **size));
    bytes.remove_prefix(**size);
  }
}

void check_controls(std::string_view bytes) {
  if (const auto page = parse_paged(bytes)) {
    const auto again = parse_paged(*paged_response(*page).value);
    require(again && again->size == page->size && again->cookie == page->cookie);
  }
  if (const auto keys = parse_sort(bytes)) require(!keys->empty());
  static_cast<void>(parse_view(bytes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_stream(bytes);
  check_controls(bytes);
  return 0;
}
