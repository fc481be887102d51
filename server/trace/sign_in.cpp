// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/trace/sign_in.hpp"

#include "base/core/text.hpp"

namespace kontor::trace {

directory::SignInContext sign_in_context(std::string service,
                                         const net::Stream& stream,
                                         std::uint64_t session) {
  directory::SignInContext context;
  context.service = std::move(service);
  context.peer_address = stream.peer().address;
  context.session = std::to_string(session);
  context.is_tls = stream.is_tls();
  if (context.is_tls) context.channel_binding = stream.tls_info().channel_binding_endpoint;
  return context;
}

Result<void> check_authorization(const directory::SaslStep& step,
                                 const directory::Directory& directory,
                                 std::string_view default_domain) {
  const auto& asked = step.authorization_id;
  if (asked.empty() || iequals(asked, step.identity.login)) return {};
  const auto found = directory.current()->find_login(asked, default_domain);
  if (found && found->id == step.identity.id) return {};
  return fail(Errc::auth_failed, "may not act for " + asked);
}

const Answer& sign_in_answer(Errc code) noexcept {
  static constexpr Answer k_not_allowed{
      Errc::no_permission,
      false,
      "CONTACTADMIN",
      525,
      "5.7.13",
      "SYS/PERM",
      403,
      LogLevel::info,
      false,
      "your account may not be used this way, or not from here; ask your administrator"};
  return code == Errc::no_permission ? k_not_allowed : answer_for(code);
}

}  // namespace kontor::trace
