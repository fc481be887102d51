// SPDX-License-Identifier: GPL-3.0-or-later
// The life of one connection: requests one after another, goodbye.
#include "server/ldap/server.hpp"

#include <algorithm>
#include <array>

#include "base/log/events/ldap.hpp"
#include "base/log/keys.hpp"
#include "server/ldap/operations.hpp"

namespace kontor::ldap {
namespace {

using log::Keys;
using wire::Outcome;
using wire::ResultCode;

constexpr std::uint32_t k_max_failures = 10;  // of binds

// Tags of the answers by the place of the request in its variant; 0: there is none.
std::uint8_t answer_tag(const wire::Request& request) {
  if (const auto* write = std::get_if<wire::Write>(&request.operation)) return write->answer;
  constexpr std::array<std::uint8_t, 6> k_tags{
      wire::k_bind_response,    0, wire::k_search_done,
      wire::k_compare_response, 0, wire::k_extended_response};
  return k_tags.at(request.operation.index());
}

// RFC 4511, 4.1.11: what is not known and critical cannot be ignored.
Outcome check_controls(const wire::Request& request) {
  constexpr std::array k_of_searches{wire::k_paged_results, wire::k_sort_request,
                                     wire::k_view_request};
  constexpr std::array k_without_effect{wire::k_manage_dsa_it, wire::k_domain_scope};
  const bool is_search = std::holds_alternative<wire::Search>(request.operation);
  for (const auto& control : request.controls) {
    const auto is_it = [&](std::string_view oid) { return control.oid == oid; };
    if (std::ranges::any_of(k_without_effect, is_it)) continue;
    if (is_search && std::ranges::any_of(k_of_searches, is_it)) continue;
    if (control.is_critical)
      return {ResultCode::unavailable_critical_extension, "a control that is not known here"};
  }
  return {};
}

Task<Result<void>> carry_out(Session& session, wire::Request request) {
  const auto id = request.id;
  auto& operation = request.operation;
  if (auto* bind = std::get_if<wire::Bind>(&operation))
    co_return co_await op_bind(session, id, std::move(*bind));
  // RFC 4513, 5.2.1.2: anything else gives a SASL bind up.
  session.sasl.reset();
  if (auto* search = std::get_if<wire::Search>(&operation))
    co_return co_await op_search(session, id, std::move(*search), std::move(request.controls));
  if (auto* compare = std::get_if<wire::Compare>(&operation))
    co_return co_await op_compare(session, id, std::move(*compare));
  if (auto* extended = std::get_if<wire::Extended>(&operation))
    co_return co_await op_extended(session, id, std::move(*extended));
  if (const auto* write = std::get_if<wire::Write>(&operation))
    session.answer(id, write->answer,
                   {ResultCode::unwilling_to_perform, "the address book cannot be changed here"});
  // RFC 4511, 4.11: what is to be abandoned was answered already.
  session.is_closing = session.is_closing || std::holds_alternative<wire::Unbind>(operation);
  co_return Result<void>();
}

}  // namespace

Task<Result<void>> Session::talk() {
  while (!is_closing) {
    KONTOR_CO_TRY(const auto message, co_await read_message());
    KONTOR_CO_TRY(auto request, wire::parse_request(message));
    const auto tag = answer_tag(request);
    const auto checked = tag != 0 ? check_controls(request) : Outcome();
    if (!checked.is_success()) {
      answer(request.id, tag, checked);
      continue;
    }
    KONTOR_CO_TRY(co_await carry_out(*this, std::move(request)));
    if (failures > k_max_failures) {
      wire::put_notice_of_disconnection(
          out(), {ResultCode::stronger_auth_required, "too many wrong passwords"});
      is_closing = true;
    }
    KONTOR_CO_TRY(co_await flush_if_large());
  }
  co_return Result<void>();
}

// RFC 4511, 4.4.1: the last words, when there is still somebody to hear them.
void Session::say_goodbye(const Error& error) {
  const auto notify = [&](ResultCode code, const std::string& text) {
    wire::put_notice_of_disconnection(out(), {code, text});
  };
  if (error.code() == Errc::bad_input || error.code() == Errc::limit)
    notify(ResultCode::protocol_error, error.detail());
  if (error.code() == Errc::cancelled) notify(ResultCode::unavailable, error.detail());
}

void Session::note_failure(std::string_view what) const {
  log().emit(log::events::k_ldap_request_failed, {{Keys::detail, what}});
}

void Session::note_end(std::string_view reason) const {
  log().emit(log::events::k_ldap_connection_closed,
             {{Keys::reason, reason}, {Keys::count, requests}});
}

wire::Outcome check_signed_in(const Session& session) {
  if (session.identity()) return {};
  if (!session.stream().is_tls())
    return {ResultCode::confidentiality_required, "begin TLS, then sign in"};
  return {ResultCode::stronger_auth_required, "sign in first"};
}

std::vector<std::string> mechanisms_of(const Session& session) {
  if (!session.stream().is_tls()) return {};
  return session.environment().sign_in.mechanisms(true);
}

Task<void> serve(std::unique_ptr<net::Stream> stream,
                 bool implicit_tls,
                 const Environment& environment) {
  std::string goodbye;
  wire::put_notice_of_disconnection(goodbye, {ResultCode::busy, "too many connections"});
  auto row = co_await line::admit(*stream, implicit_tls, environment, k_protocol, goodbye);
  if (row == nullptr) co_return;
  Session session(std::move(stream), environment, std::move(row));
  co_await session.live(implicit_tls);
}

}  // namespace kontor::ldap
