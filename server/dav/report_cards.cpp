// SPDX-License-Identifier: GPL-3.0-or-later
// CARDDAV:addressbook-query (RFC 6352, 8.6).
#include <algorithm>

#include "base/core/text.hpp"
#include "calendar/vcard/filter.hpp"
#include "server/dav/data.hpp"
#include "server/dav/names.hpp"
#include "server/dav/ranges.hpp"
#include "server/dav/reports.hpp"

namespace kontor::dav {
namespace {

using calendar::Collation;
using xml::Element;

calendar::Test test_of(const Element& element) {
  return element.attribute("test") == "allof" ? calendar::Test::all_of : calendar::Test::any_of;
}

std::optional<calendar::CardPropFilter> prop_filter_of(const Element& element) {
  calendar::CardPropFilter out;
  out.name = to_upper(element.attribute("name"));
  out.test = test_of(element);
  for (const auto* one : element.elements()) {
    if (one->is(card_name("is-not-defined"))) out.is_not_defined = true;
    if (one->is(card_name("text-match"))) {
      auto match = text_match_of(*one, Collation::unicode_casemap);
      if (!match) return std::nullopt;
      out.texts.push_back(*std::move(match));
    }
    if (one->is(card_name("param-filter"))) {
      auto filter = param_filter_of(*one, k_carddav, Collation::unicode_casemap);
      if (!filter) return std::nullopt;
      out.parameters.push_back(*std::move(filter));
    }
  }
  return out;
}

std::optional<calendar::CardFilter> filter_of(const Element* element) {
  calendar::CardFilter out;
  if (element == nullptr) return out;
  out.test = test_of(*element);
  for (const auto* one : element->elements()) {
    if (!one->is(card_name("prop-filter"))) continue;
    auto filter = prop_filter_of(*one);
    if (!filter) return std::nullopt;
    out.properties.push_back(*std::move(filter));
  }
  return out;
}

std::size_t limit_of(const Context& context, const Element& body) {
  const std::size_t most = context.settings().max_results;
  const auto* limit = body.child(card_name("limit"));
  const auto* results = limit == nullptr ? nullptr : limit->child(card_name("nresults"));
  if (results == nullptr) return most;
  const auto wanted = parse_number<std::uint32_t>(trim(results->content()));
  return wanted ? std::clamp<std::size_t>(*wanted, 1, most) : most;
}

struct Query {
  bool look(const Resource& object) {
    const auto card = object.bytes ? calendar::read_card(*object.bytes)
                                   : calendar::Checked<calendar::Card>(calendar::Card());
    if (!object.bytes || !card || !matches(filter, *card)) return true;
    is_cut = shown == most || responses.size() > context->settings().max_answer;
    if (is_cut) return false;
    append_response(responses, *context, object, question);
    ++shown;
    return true;
  }

  ContextPtr context;
  calendar::CardFilter filter;
  Question question;
  std::size_t most = 0;
  std::string responses;
  std::size_t shown = 0;
  bool is_cut = false;
};

}  // namespace

Task<Answer> report_cards(ContextPtr context, BodyPtr body) {
  const auto& resource = context->resource;
  if (resource.kind != Kind::collection || resource.folder_class() != store::FolderClass::contacts)
    co_return refusal(403, dav_name("supported-report"));
  auto filter = filter_of(body->child(card_name("filter")));
  if (!filter) co_return refusal(403, card_name("supported-collation"));
  auto question = question_of(body->child(dav_name("prop")));
  question.is_minimal = wants_minimal(context->request);
  if (auto refused = check_data(question)) co_return *std::move(refused);
  const auto query = std::make_shared<Query>();  // with the walk
  query->context = context;
  query->filter = *std::move(filter);
  query->question = with_data(context, std::move(question));
  query->most = limit_of(*context, *body);
  Walk plan;
  plan.with_bytes = true;
  plan.resources = co_await list_children(context);
  std::erase_if(plan.resources, [](const Resource& one) { return one.kind != Kind::object; });
  plan.look = [query](const Resource& object) { return query->look(object); };
  KONTOR_CO_TRY(co_await walk(context, std::move(plan)));
  if (query->is_cut) {  // RFC 6352, 8.6.2
    const Element error(dav_name("number-of-matches-within-limits"));
    append_status(query->responses, resource.href(), 507, &error);
  }
  co_return multistatus(query->responses);
}

}  // namespace kontor::dav
