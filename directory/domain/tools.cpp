// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/domain/tools.hpp"

#include "directory/domain/commands.hpp"
#include "directory/domain/facts.hpp"
#include "directory/domain/join.hpp"
#include "directory/domain/rollover.hpp"

namespace kontor::directory {
namespace {

class Tools final : public DomainTools {
 public:
  std::vector<CheckRow> check(const config::Settings& settings) override {
    return judge_facts(gather_facts(settings));
  }
  Result<Joined> join(const config::Settings& settings, const JoinWish& wish) override {
    return join_domain(settings, wish);
  }
  Result<std::string> commands(const config::Settings& settings,
                               const JoinWish& wish,
                               CommandForm form) override {
    return print_commands(settings, wish, form);
  }
  Result<RolledOver> rollover(const config::Settings& settings, const RolloverWish& wish) override {
    return change_keys(settings, wish);
  }
};

}  // namespace

std::unique_ptr<DomainTools> make_domain_tools() { return std::make_unique<Tools>(); }

}  // namespace kontor::directory
