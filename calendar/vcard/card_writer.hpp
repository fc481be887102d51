// SPDX-License-Identifier: GPL-3.0-or-later
// A vCard of values: the cards of the global address book, which no client ever wrote. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/core/time.hpp"
#include "calendar/vcard/card.hpp"

namespace kontor::calendar {

enum class CardKind : unsigned char { individual, group, location, org };

struct CardPhone {
  std::string number{};
  std::string type{};  // "work", "home", "cell", "fax", "pager"
};

// Texts are plain UTF-8; empty ones are left out. FN is `display_name`, or is made of the rest.
struct CardValues {
  std::string uid{};
  CardKind kind = CardKind::individual;
  std::string display_name{};
  std::string family_name{}, given_name{}, middle_name{}, prefix{}, suffix{};
  std::string nickname{};
  std::vector<std::string> mail{};  // the first is preferred
  std::vector<CardPhone> phones{};
  std::string organization{}, department{}, title{}, role{}, office{};
  std::string street{}, city{}, region{}, postal_code{}, country{};
  std::string note{}, web_page{}, manager{}, assistant{};
  std::vector<std::string> categories{};
  std::vector<std::string> members{};  // URIs, of a group
  std::string photo{};                 // bytes of a JPEG or PNG
  std::string phonetic_given_name{}, phonetic_family_name{};
  std::optional<UtcSeconds> revision{};
};

// The same values give the same bytes, so that an ETag may be made of them.
std::string write_card(const CardValues& values, CardVersion version);

}  // namespace kontor::calendar
