// SPDX-License-Identifier: GPL-3.0-or-later
// CALDAV:calendar-multiget (RFC 4791, 7.9) and CARDDAV:addressbook-multiget (RFC 6352, 8.7).
#include "base/core/text.hpp"
#include "server/dav/data.hpp"
#include "server/dav/names.hpp"
#include "server/dav/reports.hpp"

namespace kontor::dav {

namespace {

struct Found {
  std::vector<Resource> resources;
  std::vector<std::string> hrefs;  // of them
  std::string missing;             // responses for what is not there
  bool is_too_many = false;
};

Found find_all(const Context& context, const xml::Element& body) {
  const auto base = context.resource.href();
  Found out;
  std::size_t count = 0;
  for (const auto* one : body.elements()) {
    if (!one->is(dav_name("href"))) continue;
    out.is_too_many = ++count > context.settings().max_results;
    if (out.is_too_many) break;
    const auto href = one->content();
    auto path = parse_href(href, context.host());
    if (!path && !trim(href).starts_with('/')) path = parse_path(base + std::string(trim(href)));
    auto resource = path ? find_resource(context, *path) : std::nullopt;
    // Of what lies elsewhere nothing is said: it is not there.
    if (!resource || resource->kind != Kind::object) {
      append_status(out.missing, trim(href), 404);
      continue;
    }
    out.hrefs.push_back(resource->href());
    out.resources.push_back(*std::move(resource));
  }
  return out;
}

}  // namespace

Task<Answer> report_multiget(ContextPtr context, BodyPtr body) {
  auto question = with_data(context, question_of(body->child(dav_name("prop"))));
  question.is_minimal = wants_minimal(context->request);
  if (auto refused = check_data(question)) co_return *std::move(refused);
  auto find = [context, body] { return find_all(*context, *body); };
  auto found =
      co_await on_workers(context, body->elements().size() > k_few_objects, std::move(find));
  if (found.is_too_many) co_return refusal(507, dav_name("number-of-matches-within-limits"));
  KONTOR_CO_TRY(const auto shown, co_await describe_objects(context, std::move(found.resources),
                                                            std::move(question)));
  auto responses = std::move(found.missing);
  responses += shown.text;
  for (auto i = shown.count; i < found.hrefs.size(); ++i)
    append_status(responses, found.hrefs[i], 507);
  co_return multistatus(responses);
}

}  // namespace kontor::dav
