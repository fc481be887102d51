// SPDX-License-Identifier: GPL-3.0-or-later
// CALDAV:calendar-query (RFC 4791, 7.8). The keys beside names tell which objects cannot touch the
// time that is asked for: they are not read.
#include <algorithm>

#include "base/core/text.hpp"
#include "calendar/query/filter.hpp"
#include "server/dav/content.hpp"
#include "server/dav/data.hpp"
#include "server/dav/names.hpp"
#include "server/dav/ranges.hpp"
#include "server/dav/reports.hpp"

namespace kontor::dav {
namespace {

using calendar::Collation;
using calendar::CompFilter;
using calendar::PropFilter;
using xml::Element;

constexpr std::uint64_t k_most_steps = 20'000'000;

enum class Wrong : unsigned char { filter, collation };
template <class T>
using Read = std::expected<T, Wrong>;

Read<std::optional<calendar::TimeRange>> range_in(const Element& filter) {
  const auto* one = filter.child(cal_name("time-range"));
  if (one == nullptr) return std::nullopt;
  const auto range = time_range_of(*one);
  if (!range) return std::unexpected(Wrong::filter);
  return range;
}

Read<PropFilter> prop_filter_of(const Element& element) {
  PropFilter out;
  out.name = to_upper(element.attribute("name"));
  if (out.name.empty()) return std::unexpected(Wrong::filter);
  out.is_not_defined = element.child(cal_name("is-not-defined")) != nullptr;
  auto range = range_in(element);
  if (!range) return std::unexpected(range.error());
  out.range = *range;
  if (const auto* text = element.child(cal_name("text-match"))) {
    out.text = text_match_of(*text, Collation::ascii_casemap);
    if (!out.text) return std::unexpected(Wrong::collation);
  }
  for (const auto* one : element.elements()) {
    if (!one->is(cal_name("param-filter"))) continue;
    auto filter = param_filter_of(*one, k_caldav, Collation::ascii_casemap);
    if (!filter) return std::unexpected(Wrong::collation);
    out.parameters.push_back(*std::move(filter));
  }
  return out;
}

Read<CompFilter> comp_filter_of(const Element& element) {  // as deep as the XML may be
  CompFilter out;
  out.name = to_upper(element.attribute("name"));
  if (out.name.empty()) return std::unexpected(Wrong::filter);
  out.is_not_defined = element.child(cal_name("is-not-defined")) != nullptr;
  auto range = range_in(element);
  if (!range) return std::unexpected(range.error());
  out.range = *range;
  for (const auto* one : element.elements()) {
    if (one->is(cal_name("comp-filter"))) {
      auto filter = comp_filter_of(*one);
      if (!filter) return filter;
      out.components.push_back(*std::move(filter));
    }
    if (one->is(cal_name("prop-filter"))) {
      auto filter = prop_filter_of(*one);
      if (!filter) return std::unexpected(filter.error());
      out.properties.push_back(*std::move(filter));
    }
  }
  return out;
}

Read<CompFilter> filter_of(const Element& body) {
  const auto* filter = body.child(cal_name("filter"));
  const auto* top = filter == nullptr ? nullptr : filter->child(cal_name("comp-filter"));
  if (top == nullptr) return std::unexpected(Wrong::filter);
  return comp_filter_of(*top);
}

// Can the object be one that is looked for, by what is known of it?
bool may_match(const store::ObjectKeys& keys,
               const std::optional<calendar::TimeRange>& bound,
               std::string_view component) {
  using enum store::ObjectKind;
  if (keys.kind == other) return true;  // it came in by a way that knows nothing of it
  if (component == "VEVENT" && keys.kind != event) return false;
  if (component == "VTODO" && keys.kind != task) return false;
  if (component == "VJOURNAL" && keys.kind != journal) return false;
  if (!bound || keys.begin == keys.end) return true;
  return keys.begin < bound->end && bound->begin < keys.end;
}

// The zone of floating times: CALDAV:timezone of the query, or the calendar's (RFC 4791, 9.8).
calendar::ZonePtr query_zone(const Context& context, const Element& body) {
  if (const auto* id = body.child(cal_name("timezone-id")))  // RFC 7809, 5.2
    return context.kept->zones.find(trim(id->content()));
  const auto* said = body.child(cal_name("timezone"));
  if (said == nullptr) return zone_of(context, context.resource);
  const auto parts = calendar::read_components(said->content());
  if (!parts || parts->empty()) return nullptr;
  for (const auto& one : parts->front().components)
    if (one.name == "VTIMEZONE") return context.kept->zones.of(one);
  return nullptr;
}

class Query {
 public:
  Query(ContextPtr context, CompFilter filter, calendar::ZonePtr zone, Question question)
      : context_(std::move(context)),
        filter_(std::move(filter)),
        zone_(std::move(zone)),
        question_(with_data(context_, std::move(question))) {}

  // The objects that the keys do not rule out.
  void keep_candidates(std::vector<Resource>& all) const {
    const auto bound = calendar::bound_of(filter_);
    const auto component = calendar::component_of(filter_);
    std::erase_if(all, [&](const Resource& one) {
      return one.kind != Kind::object || !may_match(one.object->keys, bound, component);
    });
  }
  bool look(const Resource& object) {
    if (!matches(object)) return true;
    const auto& settings = context_->settings();
    is_cut = shown_++ == settings.max_results || responses.size() > settings.max_answer;
    if (!is_cut) append_response(responses, *context_, object, question_);
    return !is_cut;
  }

  std::string responses;
  bool is_cut = false;

 private:
  bool matches(const Resource& object) {
    if (!object.bytes) return false;
    const auto read = calendar::read_object(*object.bytes);
    if (!read) return false;
    calendar::ObjectZones zones(read->calendar, context_->kept->zones, zone_);
    // Rules that cost much cost one query no more than this; what is left over counts as a match.
    calendar::Budget budget;
    budget.steps = std::min(budget.steps, all_.steps);
    const auto before = budget.steps;
    const bool is_hit = calendar::matches(filter_, *read, zones, budget);
    all_.take(before - budget.steps);
    return is_hit;
  }

  ContextPtr context_;
  CompFilter filter_;
  calendar::ZonePtr zone_;
  Question question_;
  calendar::Budget all_{k_most_steps};
  std::size_t shown_ = 0;
};

}  // namespace

Task<Answer> report_calendar(ContextPtr context, BodyPtr body) {
  const auto& resource = context->resource;
  const auto folder_class = resource.folder_class();
  if (resource.kind != Kind::collection ||
      (folder_class != store::FolderClass::calendar && folder_class != store::FolderClass::tasks))
    co_return refusal(403, dav_name("supported-report"));
  auto filter = filter_of(*body);
  if (!filter)
    co_return refusal(
        403, cal_name(filter.error() == Wrong::collation ? "supported-collation" : "valid-filter"));
  if (const auto checked = calendar::check_filter(*filter); !checked)
    co_return refusal(403, cal_name(name_of(checked.error().precondition)),
                      checked.error().sentence);
  auto question = question_of(body->child(dav_name("prop")));
  question.is_minimal = wants_minimal(context->request);
  if (auto refused = check_data(question)) co_return *std::move(refused);
  const auto query = std::make_shared<Query>(  // with the walk
      context, *std::move(filter), query_zone(*context, *body), std::move(question));
  Walk plan;
  plan.with_bytes = true;
  plan.is_costly = true;
  plan.resources = co_await list_children(context);
  query->keep_candidates(plan.resources);
  plan.look = [query](const Resource& object) { return query->look(object); };
  KONTOR_CO_TRY(co_await walk(context, std::move(plan)));
  if (query->is_cut) {  // RFC 4791, 7.8: number-of-matches-within-limits
    const Element error(dav_name("number-of-matches-within-limits"));
    append_status(query->responses, resource.href(), 507, &error);
  }
  co_return multistatus(query->responses);
}

}  // namespace kontor::dav
