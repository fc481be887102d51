// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/agent/passwords.hpp"

#include "base/core/text.hpp"
#include "directory/local/demo.hpp"
#include "directory/model/identity.hpp"

namespace kontor::directory {
namespace {

constexpr std::size_t k_max_login = 1'024;
constexpr std::size_t k_max_password = 1'024;
constexpr std::size_t k_max_memories = 200'000;

Result<void> check_form(const std::string& login, const std::string& password) {
  // An empty password is an anonymous bind for some controllers, which would succeed (AD.md 6).
  if (password.empty()) return fail(Errc::auth_failed, "empty password");
  if (login.empty() || login.size() > k_max_login || !is_utf8(login) || login.contains('\0'))
    return fail(Errc::auth_failed, "not a user name");
  if (password.size() > k_max_password || password.contains('\0'))
    return fail(Errc::auth_failed, "not a password: too long or with NUL");
  return {};
}

}  // namespace

bool is_loopback_address(std::string_view address) {
  if (istarts_with(address, "::ffff:")) address.remove_prefix(7);
  return address.starts_with("127.") || address == "::1";
}

PasswordDesk::PasswordDesk(const config::Settings& settings,
                           const Clock& clock,
                           std::vector<std::shared_ptr<PasswordChecker>> checkers,
                           CurrentCopy copy)
    : settings_(settings), clock_(clock), checkers_(std::move(checkers)), copy_(std::move(copy)) {}

PasswordChecker* PasswordDesk::checker_of(const std::string& source) const {
  for (const auto& checker : checkers_)
    if (checker->source() == source) return checker.get();
  return nullptr;
}

void PasswordDesk::spend_a_check(std::string_view password) const {
  if (!checkers_.empty()) checkers_.front()->check_unknown(password);
}

Result<std::shared_ptr<const Principal>> PasswordDesk::check(const std::string& login,
                                                             const std::string& password,
                                                             const SignInContext& context) {
  KONTOR_TRY(check_form(login, password));
  if (settings_.server.demo && password == k_demo_password &&
      !is_loopback_address(context.peer_address))
    return fail(Errc::auth_failed, "the demo password is refused from other machines");
  const auto account = copy_()->find_login(login, settings_.directory.default_domain);
  if (!account) {
    spend_a_check(password);
    return fail(Errc::auth_failed, "no such person");
  }
  if (auto allowed = check_may_sign_in(*account, clock_.now().time_since_epoch().count());
      !allowed) {
    spend_a_check(password);
    return fail(std::move(allowed).error());
  }
  PasswordChecker* checker = checker_of(account->id.source);
  if (checker == nullptr) return fail(Errc::unavailable, "no password checks for this source");

  const std::string key = hash_.of(account->id.text() + "\n" + password);
  const auto known = memories_.with([&](Memories& memories) -> std::optional<bool> {
    const auto found = memories.find(key);
    if (found == memories.end()) return std::nullopt;
    if (found->second.account == account && found->second.until > clock_.steady())
      return found->second.is_right;
    memories.erase(found);
    return std::nullopt;
  });
  if (known && *known) return account;
  if (known) return fail(Errc::auth_failed, "wrong password (the same as before)");

  auto checked = checker->check(*account, login, password);
  if (!checked && checked.error().code() != Errc::auth_failed) return fail(checked.error());
  const auto keep =
      checked ? settings_.sign_in.remember_success : settings_.sign_in.remember_failure;
  if (keep.count() > 0) remember(key, {account, clock_.steady() + keep, checked.has_value()});
  if (!checked) return fail(checked.error());
  return account;
}

void PasswordDesk::remember(const std::string& key, Memory memory) {
  memories_.with([&](Memories& memories) {
    if (memories.size() >= k_max_memories) {
      const auto now = clock_.steady();
      std::erase_if(memories, [&](const auto& one) { return one.second.until <= now; });
      if (memories.size() >= k_max_memories) memories.clear();
    }
    memories[key] = std::move(memory);
  });
}

}  // namespace kontor::directory
