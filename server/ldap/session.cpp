// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/ldap/session.hpp"

#include <algorithm>

#include "base/log/events/ldap.hpp"
#include "base/log/keys.hpp"

namespace kontor::ldap {
namespace {

using log::Keys;

constexpr net::Limit k_sign_in_limit{60'000};  // to wait for a request before sign-in
constexpr net::Limit k_read_limit{60'000};     // between the bytes of a message

}  // namespace

const line::Protocol k_protocol{"ldap", log::events::k_ldap_connection_opened,
                                log::events::k_ldap_connection_refused,
                                log::events::k_ldap_tls_failed};

Session::Session(std::unique_ptr<net::Stream> stream,
                 const Environment& environment,
                 std::unique_ptr<trace::Session> row)
    : Connection(std::move(stream), environment, k_protocol, std::move(row)),
      environment_(&environment) {}

Task<Result<void>> Session::wait_for_request() {
  const net::Limit idle = environment_->settings.address_book.idle_timeout;
  const net::Limit limit = identity() ? idle : std::min(idle, k_sign_in_limit);
  co_return co_await wait_for_input(limit);
}

Task<Result<std::string>> Session::read_message() {
  KONTOR_CO_TRY(check_end());  // between the requests of a pipeline too
  const std::size_t most = environment_->settings.address_book.max_request;
  if (reader().buffered().empty()) {
    KONTOR_CO_TRY(co_await wait_for_request());
  }
  for (;;) {
    KONTOR_CO_TRY(const auto size, wire::message_size(reader().buffered(), most));
    if (size && reader().buffered().size() >= *size) {
      std::string message(reader().buffered().substr(0, *size));
      reader().consume(*size);
      ++requests;
      co_return message;
    }
    KONTOR_CO_TRY(co_await flush());
    KONTOR_CO_TRY(co_await reader().fill(k_read_limit));
  }
}

void Session::note_refusal(const wire::Outcome& outcome) const {
  log().emit(log::events::k_ldap_request_refused,
             {{Keys::reason, outcome.text}, {Keys::status, static_cast<int>(outcome.code)}});
}

void Session::answer(std::int32_t id,
                     std::uint8_t tag,
                     const wire::Outcome& outcome,
                     const std::vector<wire::Control>& controls) {
  if (!outcome.is_success()) note_refusal(outcome);
  wire::put_result(out(), id, tag, outcome, controls);
}

Result<void> Session::enter(directory::Identity identity) {
  KONTOR_TRY(take_identity(std::move(identity)));
  row().set_state("reading");
  return {};
}

void Session::leave() {
  if (!identity()) return;
  drop_identity();
  row().set_state("");
  listing.reset();
}

}  // namespace kontor::ldap
