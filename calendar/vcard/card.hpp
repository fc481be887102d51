// SPDX-License-Identifier: GPL-3.0-or-later
// vCards 3.0 and 4.0 (RFC 2426, RFC 6350): read, checked as an address object resource (RFC 6352,
// 5.1), turned from one version into the other, written from values. Pure values; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/text/component.hpp"
#include "calendar/text/refusal.hpp"

namespace kontor::calendar {

enum class CardVersion : unsigned char { v3, v4 };

struct Card {
  Component component;  // VCARD
  CardVersion version = CardVersion::v3;
  std::string uid;
  std::string formatted_name;  // FN, escapes undone
  bool is_group = false;       // KIND or X-ADDRESSBOOKSERVER-KIND is group
};

struct CardLimits {
  TextLimits text{.bytes = 10 << 20, .depth = 2, .components = 1, .properties = 20'000};
  bool need_uid = true;
};

// One card. valid-address-data: it cannot be read, has no VERSION, FN or UID, or is more than one;
// supported-address-data: a version other than 3.0 and 4.0; max-resource-size.
Checked<Card> read_card(std::string_view bytes, const CardLimits& limits = {});
// The cards of a file to import, each as a text of its own; a missing UID is made from the content.
Checked<std::vector<std::string>> split_cards(std::string_view bytes,
                                              const CardLimits& limits = {});

// The card in the other version, for a client that asks for it (RFC 6352, 10.4); the same card when
// it has that version. Nothing that the version can say is lost; what it cannot say becomes X-.
Component convert(const Card& card, CardVersion version);

// What a search looks at: names, addresses, numbers, organisation, notes; one line each.
std::string text_of(const Card& card);
std::vector<std::string> mail_addresses(const Card& card);
// The members of a group as URIs ("urn:uuid:...", "mailto:...").
std::vector<std::string> members(const Card& card);

}  // namespace kontor::calendar
