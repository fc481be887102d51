// SPDX-License-Identifier: GPL-3.0-or-later
// CALDAV:calendar-multiget (RFC 4791, 7.9) and CARDDAV:addressbook-multiget (RFC 6352, 8.7).
#include "base/core/text.hpp"
#include "server/dav/data.hpp"
#include "server/dav/names.hpp"
#include "server/dav/reports.hpp"

namespace kontor::dav {

Task<Answer> report_multiget(Context& context, const xml::Element& body) {
  auto question = question_of(body.child(dav_name("prop")));
  question.is_minimal = wants_minimal(context.request);
  if (auto refused = check_data(question)) co_return *std::move(refused);
  const auto base = context.resource.href();
  std::vector<Resource> found;
  std::string responses;
  std::size_t count = 0;
  for (const auto* one : body.elements()) {
    if (!one->is(dav_name("href"))) continue;
    if (++count > context.settings().max_results)
      co_return refusal(507, dav_name("number-of-matches-within-limits"));
    const auto href = one->content();
    auto path = parse_href(href, context.host());
    if (!path && !trim(href).starts_with('/')) path = parse_path(base + std::string(trim(href)));
    auto resource = path ? find_resource(context, *path) : std::nullopt;
    // Of what lies elsewhere nothing is said: it is not there.
    if (!resource || resource->kind != Kind::object)
      append_status(responses, trim(href), 404);
    else
      found.push_back(*std::move(resource));
  }
  const auto hrefs = found;
  KONTOR_CO_TRY(const auto shown,
                co_await append_objects(responses, context, std::move(found), std::move(question)));
  for (auto i = shown; i < hrefs.size(); ++i) append_status(responses, hrefs[i].href(), 507);
  co_return multistatus(responses);
}

}  // namespace kontor::dav
