// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/lookup.hpp"

#include <string>

#include "base/core/text.hpp"
#include "directory/model/shared_mailbox.hpp"
#include "server/sharing/identifier.hpp"

namespace kontor::admin {
namespace {

constexpr std::string_view k_public_word = "public";

Result<FoundAccount> by_id(const Environment& environment, store::AccountId id) {
  for (const auto& info : environment.store.list()) {
    if (info.id != id) continue;
    const auto copy = environment.directory.current();
    return FoundAccount{copy->find({info.binding.source, info.binding.guid}), id};
  }
  return fail(Errc::not_found, "no account " + id.text());
}

}  // namespace

Result<FoundAccount> find_account(const Environment& environment, std::string_view name) {
  if (const auto id = Uuid::parse(name)) return by_id(environment, *id);
  const auto copy = environment.directory.current();
  auto person = copy->find_address(name);
  if (!person) person = copy->find_login(name, environment.settings.directory.default_domain);
  if (!person || !person->has_mailbox())
    return fail(Errc::not_found, "nobody with a mailbox is called " + std::string(name));
  const auto account = environment.store.find({person->id.source, person->id.guid});
  return FoundAccount{std::move(person), account};
}

Task<Result<std::shared_ptr<store::Account>>> open_mailbox(const Environment& environment,
                                                           std::string name) {
  KONTOR_CO_TRY(const auto found, find_account(environment, name));
  if (found.account) co_return co_await environment.store.open(*found.account);
  store::Binding owner{found.person->id.source, found.person->id.guid};
  co_return co_await environment.store.open_for(std::move(owner));
}

bool is_public(const store::Binding& owner) {
  return owner == directory::public_folders_owner<store::Binding>();
}

Task<Result<std::shared_ptr<store::Account>>> open_mailbox_or_public(const Environment& environment,
                                                                     std::string name) {
  if (iequals(name, k_public_word))
    co_return co_await environment.store.open_for(
        directory::public_folders_owner<store::Binding>());
  co_return co_await open_mailbox(environment, std::move(name));
}

std::string mailbox_text(const Environment& environment, const store::Binding& owner) {
  if (is_public(owner)) return std::string(k_public_word);
  return sharing::identifier_of(*environment.directory.current(), owner);
}

}  // namespace kontor::admin
