// SPDX-License-Identifier: GPL-3.0-or-later
// StartTLS (RFC 4511, 4.14) and Who am I (RFC 4532).
#include "server/ldap/operations.hpp"

namespace kontor::ldap {
namespace {

using wire::Outcome;
using wire::ResultCode;

void refuse(Session& session, std::int32_t id, const Outcome& outcome, std::string_view name = {}) {
  session.note_refusal(outcome);
  wire::put_extended(session.out(), id, outcome, name);
}

Task<Result<void>> start_tls(Session& session, std::int32_t id) {
  if (session.stream().is_tls()) {
    refuse(session, id, {ResultCode::operations_error, "TLS is active already"}, k_start_tls);
    co_return Result<void>();
  }
  if (session.environment().tls() == nullptr) {
    refuse(session, id, {ResultCode::unavailable, "there is no certificate"}, k_start_tls);
    co_return Result<void>();
  }
  wire::put_extended(session.out(), id, {}, k_start_tls);
  KONTOR_CO_TRY(co_await session.flush());
  co_return co_await session.start_tls();
}

}  // namespace

Task<Result<void>> op_extended(Session& session, std::int32_t id, wire::Extended extended) {
  if (extended.name == k_start_tls) co_return co_await start_tls(session, id);
  if (extended.name == k_who_am_i) {
    // RFC 4532, 2.2: an empty authorization identity is nobody's.
    const auto& identity = session.identity();
    wire::put_extended(session.out(), id, {}, {}, identity ? "u:" + identity->login : "");
    co_return Result<void>();
  }
  // RFC 4511, 4.12
  refuse(session, id, {ResultCode::protocol_error, "an extension that is not known here"});
  co_return Result<void>();
}

}  // namespace kontor::ldap
