// SPDX-License-Identifier: GPL-3.0-or-later
// Cards of any bytes: what is taken is written and read again as the same, and turned into the
// other version is a card of the same name and addresses.
#include <cstdint>
#include <cstdlib>

#include "calendar/vcard/card.hpp"
#include "calendar/vcard/filter.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::calendar;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto card = read_card(bytes)) {
    const auto again = read_card(write_component(card->component));
    if (!again || !(again->component == card->component)) std::abort();
    const auto other = card->version == CardVersion::v3 ? CardVersion::v4 : CardVersion::v3;
    const auto turned = read_card(write_component(convert(*card, other)));
    if (!turned || turned->version != other || turned->formatted_name != card->formatted_name ||
        turned->uid != card->uid)
      std::abort();
    if (mail_addresses(*turned) != mail_addresses(*card)) std::abort();
    text_of(*card);
    members(*card);
    CardFilter filter;
    filter.properties.push_back({.name = "FN",
                                 .test = Test::any_of,
                                 .is_not_defined = false,
                                 .texts = {},
                                 .parameters = {}});
    if (!matches(filter, *card)) std::abort();
    choose(card->component, {{.name = "FN"}});
  }
  if (const auto cards = split_cards(bytes))
    for (const auto& one : *cards)
      if (!read_card(one)) std::abort();
  return 0;
}
