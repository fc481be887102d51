// SPDX-License-Identifier: GPL-3.0-or-later
// PasswordDesk: is this name and password right? Finds the person in the copy, remembers answers,
// asks the checker of the person's source.
//
// A success is remembered for sign_in.remember_success, a wrong password for
// sign_in.remember_failure (a domain counts bad passwords of all protocols together, so the same
// bad one is not sent twice), both as a hash under a key that lives in this process; any change of
// the account, its password included, forgets both; of a member of Protected Users no success is
// remembered. Somebody unknown or who may not sign in costs the time of a check, the first time and
// later, so that time tells no names. In demo mode the demo
// password is refused from other machines. Blocks; any thread, many at a time.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/guarded.hpp"
#include "base/core/time.hpp"
#include "base/crypto/digest.hpp"
#include "directory/model/acceptor.hpp"

namespace kontor::directory {

// Is this the address of our own machine? Numeric IPv4, IPv6 or IPv4 in IPv6.
bool is_loopback_address(std::string_view address);

class PasswordDesk {
 public:
  using CurrentCopy = std::function<std::shared_ptr<const DirectoryCopy>()>;
  // `settings` and `clock` outlive it.
  PasswordDesk(const config::Settings& settings,
               const Clock& clock,
               std::vector<std::shared_ptr<PasswordChecker>> checkers,
               CurrentCopy copy);

  // The person, or auth_failed or unavailable with the true reason.
  Result<std::shared_ptr<const Principal>> check(const std::string& login,
                                                 const std::string& password,
                                                 const SignInContext& context);

 private:
  struct Memory {
    std::shared_ptr<const Principal> account;  // as it was then: another object, another account
    std::uint64_t generation = 0;              // of the copy that did not know the name
    SteadyTime until;
    bool is_right = false;
    std::string reason;  // why it is not, as the checker said
  };
  using Memories = std::unordered_map<std::string, Memory>;  // by the hash of id and password

  PasswordChecker* checker_of(const std::string& source) const;
  void spend_a_check(std::string_view password) const;
  Result<void> may_sign_in(const Principal* account, const PasswordChecker* checker) const;
  std::optional<Memory> recall(const std::string& key,
                               const std::shared_ptr<const Principal>& account,
                               std::uint64_t generation);
  void remember(const std::string& key, Memory memory, std::chrono::seconds keep);

  const config::Settings& settings_;
  const Clock& clock_;
  const std::vector<std::shared_ptr<PasswordChecker>> checkers_;
  const CurrentCopy copy_;
  const crypto::KeyedHash hash_;
  Guarded<Memories> memories_;
};

}  // namespace kontor::directory
