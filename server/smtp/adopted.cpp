// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/adopted.hpp"

#include "base/log/events/smtp.hpp"
#include "directory/model/identity.hpp"
#include "server/policy/access.hpp"
#include "server/trace/recent_sign_ins.hpp"

namespace kontor::smtp {

void adopt_identity(Session& session) {
  const auto& environment = session.environment();
  if (environment.recent == nullptr || session.identity || session.role() == Role::lmtp ||
      session.may_relay())
    return;
  const auto& address = session.stream().peer().address;
  const auto before = environment.recent->find(address, environment.clock.steady());
  if (!before) return;
  auto now = directory::refresh_identity(*environment.directory.current(), *before,
                                         environment.clock.now().time_since_epoch().count());
  if (!now || !policy::check_access(*environment.policies.of(now->id),
                                    config::PolicyProtocol::submission, address))
    return;
  if (session.sign_in(*std::move(now))) session.log().emit(log::events::k_smtp_identity_adopted);
}

}  // namespace kontor::smtp
