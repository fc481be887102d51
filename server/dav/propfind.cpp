// SPDX-License-Identifier: GPL-3.0-or-later
// PROPFIND (RFC 4918, 9.1).
#include "server/dav/data.hpp"
#include "server/dav/given.hpp"
#include "server/dav/methods.hpp"
#include "server/dav/names.hpp"

namespace kontor::dav {

Task<Answer> do_propfind(Context& context) {
  KONTOR_CO_TRY(const auto depth, depth_of(context.request, Depth::infinity));
  KONTOR_CO_TRY(auto question, parse_question(context.request.body));
  question.is_minimal = wants_minimal(context.request);
  const auto& resource = context.resource;
  if (resource.kind == Kind::nothing) co_return fail(Errc::not_found, "nothing is there");
  // RFC 4918, 9.1: a server may refuse to go down without end
  if (depth == Depth::infinity && resource.is_collection())
    co_return refusal(403, dav_name("propfind-finite-depth"));
  std::string responses;
  append_response(responses, context, resource, question);
  if (depth != Depth::one) co_return multistatus(responses);
  const auto owned = own(context);
  auto children = co_await list_children(owned);
  const auto count = children.size();
  KONTOR_CO_TRY(const auto shown, co_await describe_objects(owned, std::move(children), question));
  responses += shown.text;
  if (shown.count < count) {
    const xml::Element error(dav_name("number-of-matches-within-limits"));
    append_status(responses, resource.href(), 507, &error);
    co_return multistatus(responses);
  }
  if (resource.kind != Kind::home || !is_own_account(context)) co_return multistatus(responses);
  KONTOR_CO_TRY(const auto given, co_await given_to(context));
  for (const auto& there : given) {
    if (responses.size() > context.settings().max_answer) {
      const xml::Element error(dav_name("number-of-matches-within-limits"));
      append_status(responses, resource.href(), 507, &error);
      break;
    }
    append_response(responses, there, there.resource, question);
  }
  co_return multistatus(responses);
}

}  // namespace kontor::dav
