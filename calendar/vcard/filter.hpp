// SPDX-License-Identifier: GPL-3.0-or-later
// The filters of CARDDAV:addressbook-query (RFC 6352, 10.5) over one card, and the choice of
// properties of CARDDAV:address-data (10.4). Pure.
#pragma once
#include <string>
#include <vector>

#include "calendar/text/match.hpp"
#include "calendar/vcard/card.hpp"

namespace kontor::calendar {

enum class Test : unsigned char { any_of, all_of };

struct CardPropFilter {  // RFC 6352, 10.5.1
  std::string name;      // may have a group: "item1.email"
  Test test = Test::any_of;
  bool is_not_defined = false;
  std::vector<TextMatch> texts;
  std::vector<ParamFilter> parameters;
};

struct CardFilter {  // an empty one matches every card
  Test test = Test::any_of;
  std::vector<CardPropFilter> properties;
};

bool matches(const CardFilter& filter, const Card& card);

struct CardPropChoice {
  std::string name;
  bool no_value = false;
};
// The card with the chosen properties alone; BEGIN, VERSION and END always are there.
Component choose(const Component& card, const std::vector<CardPropChoice>& properties);

}  // namespace kontor::calendar
