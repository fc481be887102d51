// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/agent/passwords.hpp"

#include "base/core/text.hpp"
#include "directory/local/demo.hpp"
#include "directory/model/identity.hpp"
#include "directory/model/limits.hpp"

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
  const auto copy = copy_();
  const auto account = copy->find_login(login, settings_.directory.default_domain);
  PasswordChecker* checker = account ? checker_of(account->id.source) : nullptr;
  const auto allowed = may_sign_in(account.get(), checker);
  const std::string name = account ? account->id.text() : "?" + fold_name(login);
  const std::string key = hash_.of(name + "\n" + password);
  const auto known = recall(key, account, copy->generation());
  if (!allowed) {
    // The second time it is as quick as a password that is known to be wrong.
    if (!known) spend_a_check(password);
    remember(key, {account, copy->generation(), {}, false, {}}, settings_.sign_in.remember_failure);
    return fail(allowed.error());
  }
  if (checker == nullptr) return fail(Errc::unavailable, "no password checks for this source");
  if (known && known->is_right) return account;
  if (known) return fail(Errc::auth_failed, known->reason + " (the same as before)");

  const auto checked = checker->check(*account, login, password);
  if (!checked && checked.error().code() != Errc::auth_failed) return fail(checked.error());
  if (!checked) {
    remember(key, {account, copy->generation(), {}, false, checked.error().detail()},
             settings_.sign_in.remember_failure);
    return fail(checked.error());
  }
  // Of a protected user nothing is kept, as Windows keeps nothing.
  if (!is_protected_user(*account, copy->effective_sids(account->id)))
    remember(key, {account, copy->generation(), {}, true, {}}, settings_.sign_in.remember_success);
  return account;
}

Result<void> PasswordDesk::may_sign_in(const Principal* account,
                                       const PasswordChecker* checker) const {
  if (account == nullptr) return fail(Errc::auth_failed, "no such person");
  const auto now = clock_.now().time_since_epoch().count();
  KONTOR_TRY(check_may_sign_in(*account, now));
  KONTOR_TRY(check_proof(*account, {}, Proof::password));
  if (is_locked(*account, now) && (checker == nullptr || !checker->judges_locks()))
    return fail(Errc::auth_failed, std::string(refusal_of(Obstacle::locked)));
  return {};
}

std::optional<PasswordDesk::Memory> PasswordDesk::recall(
    const std::string& key,
    const std::shared_ptr<const Principal>& account,
    std::uint64_t generation) {
  return memories_.with([&](Memories& memories) -> std::optional<Memory> {
    const auto found = memories.find(key);
    if (found == memories.end()) return std::nullopt;
    const Memory& memory = found->second;
    const bool is_same = account ? memory.account == account : memory.generation == generation;
    if (is_same && memory.until > clock_.steady()) return memory;
    memories.erase(found);
    return std::nullopt;
  });
}

void PasswordDesk::remember(const std::string& key, Memory memory, std::chrono::seconds keep) {
  if (keep.count() <= 0) return;
  memory.until = clock_.steady() + keep;
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
