// SPDX-License-Identifier: GPL-3.0-or-later
// SPF records and explanations of any bytes: whatever is taken expands to a text of bounded size.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/filter/spf/macro.hpp"
#include "server/filter/spf/record.hpp"

namespace {

using namespace kontor::filter::spf;

void expand_all(std::string_view text, MacroPlace place) {
  MacroValues values;
  values.sender = "a.b-c+d@sub.example.test";
  values.domain = "sub.example.test";
  values.hello = "mx.example.test";
  values.address = *kontor::parse_ip_address("2001:db8::1");
  const auto out = expand(text, place, values);
  // No macro gives more than the longest letter's value, escaped.
  if (out.size() > text.size() * 64 + 64) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (check_macros(bytes, MacroPlace::explanation)) expand_all(bytes, MacroPlace::explanation);
  const auto record = parse_record(bytes);
  if (!record) return 0;
  for (const auto& mechanism : record->mechanisms) {
    if (mechanism.prefix4 > 32 || mechanism.prefix6 > 128) std::abort();
    expand_all(mechanism.domain, MacroPlace::domain);
  }
  if (record->redirect) expand_all(*record->redirect, MacroPlace::domain);
  if (record->explanation) expand_all(*record->explanation, MacroPlace::domain);
  return 0;
}
