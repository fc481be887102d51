// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/migrate_people.hpp"

#include <algorithm>
#include <functional>

#include "base/core/text.hpp"

namespace kontor::admin {
namespace {

using directory::fold_name;
using directory::Kind;
using directory::Principal;

constexpr std::size_t k_most_pairs = 500'000;

bool is_called(const Principal& one, const std::string& folded) {
  return std::ranges::find(one.addresses, folded) != one.addresses.end() ||
         fold_name(one.principal_name) == folded || fold_name(one.account_name) == folded ||
         fold_name(one.account_name) + "@" + fold_name(one.domain) == folded ||
         fold_name(one.netbios_domain) + "\\" + fold_name(one.account_name) == folded ||
         one.id.guid.text() == folded;
}

std::vector<PersonPtr> people_called(const directory::DirectoryCopy& copy, std::string_view name) {
  const auto colon = name.find(':');
  const auto source = colon == std::string_view::npos ? std::string_view() : name.substr(0, colon);
  const auto folded = fold_name(colon == std::string_view::npos ? name : name.substr(colon + 1));
  std::vector<PersonPtr> found;
  for (const auto& one : copy.all())
    if (one->kind != Kind::group && one->has_mailbox() &&
        (source.empty() || one->id.source == source) && is_called(*one, folded))
      found.push_back(one);
  return found;
}

Result<PersonPtr> only_one(std::vector<PersonPtr> found, std::string_view name) {
  if (found.empty())
    return fail(Errc::not_found, "nobody with a mailbox is called " + std::string(name));
  if (found.size() == 1) return std::move(found.front());
  std::string all;
  for (const auto& one : found) all += (all.empty() ? "" : ", ") + one->id.text();
  return fail(Errc::conflict, std::string(name) + " is the name of several: say which (" + all +
                                  "), as in local:" + std::string(name));
}

}  // namespace

Result<PersonPtr> migration_target(const directory::DirectoryCopy& copy, std::string_view name) {
  auto found = people_called(copy, name);
  // It is into Active Directory that people go, unless something else is said.
  const auto is_of_ad = [](const PersonPtr& one) { return one->id.source == "ad"; };
  if (found.size() > 1 && std::ranges::any_of(found, is_of_ad))
    std::erase_if(found, std::not_fn(is_of_ad));
  return only_one(std::move(found), name);
}

Result<PersonPtr> migration_origin(const directory::DirectoryCopy& copy,
                                   std::string_view name,
                                   const Principal& target) {
  auto found = people_called(copy, name);
  if (found.size() > 1)
    std::erase_if(found, [&](const PersonPtr& one) { return one->id.source == target.id.source; });
  KONTOR_TRY(auto one, only_one(std::move(found), name));
  if (one->id == target.id)
    return fail(Errc::bad_input,
                std::string(name) + " is the same person (" + one->id.text() + ")");
  if (one->kind != target.kind)
    return fail(Errc::bad_input, "one of them is a room, the other a person");
  return one;
}

std::vector<MigrationPair> pairs_by_address(const directory::DirectoryCopy& copy,
                                            std::string_view to_source) {
  std::vector<MigrationPair> pairs;
  for (const auto& one : copy.all()) {
    if (one->id.source == to_source || one->kind == Kind::group || !one->has_mailbox()) continue;
    auto found = people_called(copy, std::string(to_source) + ":" + one->mail);
    std::erase_if(found, [&](const PersonPtr& other) { return other->kind != one->kind; });
    if (found.size() != 1) continue;
    const auto& other = *found.front();
    pairs.push_back({one->id, other.id, one->mail,
                     other.principal_name.empty() ? other.mail : other.principal_name});
  }
  return pairs;
}

Result<std::vector<NamedPair>> parse_migration_list(std::string_view text) {
  std::vector<NamedPair> pairs;
  std::size_t number = 0;
  for (const auto whole : split(text, '\n')) {
    ++number;
    const auto line = trim(whole);
    if (line.empty() || line.starts_with('#')) continue;
    const auto parts = split(line, ',');
    const auto at = "line " + std::to_string(number) + ": ";
    if (parts.size() != 2 || trim(parts[0]).empty() || trim(parts[1]).empty() || !is_utf8(line))
      return fail(Errc::bad_input, at + "not FROM,TO");
    if (pairs.size() == k_most_pairs) return fail(Errc::bad_input, at + "too many lines");
    pairs.push_back({std::string(trim(parts[0])), std::string(trim(parts[1]))});
  }
  return pairs;
}

}  // namespace kontor::admin
