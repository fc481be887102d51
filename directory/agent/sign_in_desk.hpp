// SPDX-License-Identifier: GPL-3.0-or-later
// SignInDesk: the sign-ins under way in kontor-directory, of many sessions at once.
//
// Steps run on three pools: tickets are checked on one, passwords, which may wait for a controller,
// on another, NTLM, which waits for winbind, on a small third. The verdict on the account (known,
// enabled, may act for the asked-for name) falls here, and every refusal is logged here with its
// true reason; the answer holds its kind only. begin(), step() and abandon() return at once;
// `answer` is called from a pool's thread or from step().
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/guarded.hpp"
#include "base/core/time.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/log.hpp"
#include "directory/agent/passwords.hpp"
#include "directory/cache/message.hpp"
#include "directory/model/acceptor.hpp"

namespace kontor::directory {

class SignInDesk {
 public:
  using Answer = std::function<void(SignInAnswer)>;
  struct Parts {
    const config::Settings& settings;  // these outlive the desk
    const Clock& clock;
    std::vector<std::shared_ptr<Mechanism>> mechanisms;
    PasswordDesk::CurrentCopy copy;
    log::Context log;
    Answer answer;
  };
  explicit SignInDesk(Parts parts);
  ~SignInDesk();  // waits for steps under way

  std::vector<OfferedMechanism> offered() const;
  void begin(SignInBegin message);
  void step(SignInStep message);
  void abandon(std::uint64_t id);
  std::size_t open() const;

 private:
  struct Exchange;
  using Exchanges = std::unordered_map<std::uint64_t, std::shared_ptr<Exchange>>;

  io::WorkPool& pool_of(const Mechanism& mechanism);
  void run(const std::shared_ptr<Exchange>& exchange, std::optional<std::string> response);
  Result<SignInAnswer> take_step(Exchange& exchange, std::optional<std::string> response);
  Result<SignInAnswer> decide(Exchange& exchange, Authenticated authenticated);
  void refuse(const Exchange& exchange, const Error& error);

  Parts parts_;
  Guarded<Exchanges> exchanges_;
  io::WorkPool tickets_, passwords_, ntlm_;  // last: their threads end before the rest goes
};

}  // namespace kontor::directory
