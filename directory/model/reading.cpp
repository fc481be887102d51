// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/reading.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "directory/model/card.hpp"
#include "directory/model/sid.hpp"

namespace kontor::directory {
namespace {

// RFC 9562, 5.8 (version 8): the group keeps its identity as long as its address stays.
Uuid uuid_of(const std::string& address) {
  const auto digest = crypto::sha256("kontor dynamic group\n" + address);
  std::array<std::uint8_t, 16> bytes{};
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x80);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  return Uuid(bytes);
}

}  // namespace

DynamicGroup::DynamicGroup(config::DynamicRule rule)
    : id{std::string(k_dynamic_source), uuid_of(rule.address)},
      address(std::move(rule.address)),
      filter(std::move(rule.filter)) {}

std::vector<DynamicGroup> dynamic_groups(const std::vector<std::string>& rows) {
  std::vector<DynamicGroup> groups;
  for (const auto& row : rows)
    if (auto rule = config::parse_dynamic_rule(row)) groups.emplace_back(std::move(*rule));
  return groups;
}

Principal dynamic_principal(const DynamicGroup& group) {
  Principal out;
  out.id = group.id;
  out.kind = Kind::group;
  out.sid = sid_of_uuid(group.id.guid);
  out.name = group.address.substr(0, group.address.rfind('@'));
  out.domain = group.address.substr(group.address.rfind('@') + 1);
  out.mail = group.address;
  return out;
}

Reading::Reading(const std::vector<std::string>& attributes,
                 const std::vector<std::string>& dynamic)
    : groups_(dynamic_groups(dynamic)) {
  for (const auto& row : attributes)
    if (auto rule = config::parse_attribute_rule(row)) other_.insert(std::move(*rule));
}

std::vector<std::string> Reading::wanted(const std::vector<std::string>& usual) const {
  auto names = usual;
  const auto add = [&names](const std::string& name) {
    if (std::ranges::none_of(names, [&](const auto& one) { return iequals(one, name); }))
      names.push_back(name);
  };
  std::ranges::for_each(card_attributes(), add);
  if (keep_photo_) std::ranges::for_each(photo_attributes(), add);
  for (const auto& [name, other] : other_) add(other);
  for (const auto& group : groups_) std::ranges::for_each(group.filter.attributes(), add);
  return names;
}

void Reading::rename(Attributes& entry) const {
  std::vector<std::pair<std::string, std::vector<std::string>>> taken;
  for (const auto& [name, other] : other_) {
    const auto found = entry.find(other);
    taken.emplace_back(name, found == entry.end() ? std::vector<std::string>() : found->second);
  }
  for (auto& [name, values] : taken) {
    if (values.empty())
      entry.erase(name);
    else
      entry[name] = std::move(values);
  }
}

void Reading::take_card(const Attributes& entry, Principal& principal) const {
  principal.card = read_card(entry);
  if (!keep_photo_) return;
  if (const auto photo = photo_in(entry); !photo.empty()) principal.card.photo = keep_photo_(photo);
}

void Reading::add_groups(const Attributes& entry, Principal& principal) const {
  if (principal.kind != Kind::person || principal.state == State::disabled) return;
  for (const auto& group : groups_)
    if (group.filter.matches(entry)) principal.member_of.push_back(group.id);
}

}  // namespace kontor::directory
