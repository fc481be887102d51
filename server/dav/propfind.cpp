// SPDX-License-Identifier: GPL-3.0-or-later
// PROPFIND (RFC 4918, 9.1).
#include "server/dav/methods.hpp"
#include "server/dav/names.hpp"
#include "server/dav/properties.hpp"

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
  if (depth == Depth::one)
    for (const auto& child : children_of(context, resource)) {
      if (responses.size() > context.settings().max_answer) {
        const xml::Element error(dav_name("number-of-matches-within-limits"));
        append_status(responses, resource.href(), 507, &error);
        break;
      }
      append_response(responses, context, child, question);
    }
  co_return multistatus(responses);
}

}  // namespace kontor::dav
