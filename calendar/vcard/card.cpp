// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/vcard/card.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/core/crc32c.hpp"
#include "base/core/text.hpp"

namespace kontor::calendar {
namespace {

using enum Precondition;

Checked<std::vector<Component>> read_cards(std::string_view bytes, const TextLimits& limits) {
  if (bytes.size() > limits.bytes)
    return refuse(max_resource_size,
                  "It is larger than " + std::to_string(limits.bytes) + " bytes.");
  auto read = read_components(bytes, limits);
  if (read) return *std::move(read);
  // Version 2.1 has a grammar of its own, which explains the fault better than the fault does.
  if (to_upper(bytes.substr(0, 2000)).contains("VERSION:2.1"))
    return refuse(supported_address_data, "It is a vCard 2.1; versions 3.0 and 4.0 are taken.");
  return refuse(valid_address_data, std::move(read.error()));
}

Checked<Card> check(Component component, const CardLimits& limits) {
  if (component.name != "VCARD" || !component.components.empty())
    return refuse(valid_address_data, "It is not a VCARD.");
  Card card;
  const auto version = component.value("VERSION");
  if (version == "4.0")
    card.version = CardVersion::v4;
  else if (version != "3.0")
    return refuse(version.empty() ? valid_address_data : supported_address_data,
                  version.empty()
                      ? "It has no VERSION."
                      : "It is a vCard of version \"" + to_valid_utf8(version.substr(0, 20)) +
                            "\"; 3.0 and 4.0 are taken.");
  const Property* name = component.find("FN");
  if (name == nullptr) return refuse(valid_address_data, "It has no FN.");
  card.formatted_name = unescape_text(trim(name->value));
  card.uid = component.value("UID");
  if (card.uid.empty() && limits.need_uid) return refuse(valid_address_data, "It has no UID.");
  if (card.uid.size() > 1000)
    return refuse(valid_address_data, "The UID is longer than 1,000 bytes.");
  card.is_group = iequals(component.value("KIND"), "group") ||
                  iequals(component.value("X-ADDRESSBOOKSERVER-KIND"), "group");
  card.component = std::move(component);
  return card;
}

constexpr std::array k_searched = {"FN",  "N",     "NICKNAME",   "EMAIL",  "TEL",
                                   "ORG", "TITLE", "ROLE",       "ADR",    "NOTE",
                                   "URL", "IMPP",  "CATEGORIES", "RELATED"};

}  // namespace

Checked<Card> read_card(std::string_view bytes, const CardLimits& limits) {
  auto read = read_cards(bytes, limits.text);
  if (!read) {
    if (read.error().sentence.contains("too many components"))
      return refuse(valid_address_data, "It is more than one card.");
    return std::unexpected(std::move(read.error()));
  }
  if (read->size() != 1)
    return refuse(valid_address_data, read->empty() ? "It is empty." : "It is more than one card.");
  return check(std::move(read->front()), limits);
}

Checked<std::vector<std::string>> split_cards(std::string_view bytes, const CardLimits& limits) {
  CardLimits wide = limits;
  wide.text.components = 20'000;
  wide.text.properties = 2'000'000;
  wide.need_uid = false;
  auto read = read_cards(bytes, wide.text);
  if (!read) return std::unexpected(std::move(read.error()));
  std::vector<std::string> cards;
  for (auto& component : *read) {
    if (component.value("UID").empty()) {  // the same content has the same UID
      const std::string text = write_component(component);
      component.set("UID", fmt::format("kontor-{:08x}{:08x}{:x}", crc32c(text), crc32c(text, 1),
                                       text.size()));
    }
    auto card = check(std::move(component), wide);
    if (!card) return std::unexpected(std::move(card.error()));
    cards.push_back(write_component(card->component));
  }
  return cards;
}

std::string text_of(const Card& card) {
  std::string text;
  for (const auto& property : card.component.properties) {
    const bool searched =
        std::ranges::any_of(k_searched, [&](auto name) { return property.name == name; });
    if (!searched) continue;
    std::string value;
    for (const auto piece : split_value(property.value, ';')) {
      const std::string plain = unescape_text(piece);
      if (trim(plain).empty()) continue;
      if (!value.empty()) value.push_back(' ');
      value.append(plain);
    }
    if (value.empty()) continue;
    if (!text.empty()) text.push_back('\n');
    text.append(value);
  }
  return text;
}

std::vector<std::string> mail_addresses(const Card& card) {
  std::vector<std::string> found;
  for (const auto& property : card.component.properties)
    if (property.name == "EMAIL" && !trim(property.value).empty())
      found.push_back(unescape_text(trim(property.value)));
  return found;
}

std::vector<std::string> members(const Card& card) {
  std::vector<std::string> found;
  for (const auto& property : card.component.properties)
    if (property.name == "MEMBER" || property.name == "X-ADDRESSBOOKSERVER-MEMBER")
      found.emplace_back(trim(property.value));
  return found;
}

}  // namespace kontor::calendar
