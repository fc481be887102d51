// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/ranges.hpp"

#include "base/core/text.hpp"

namespace kontor::dav {
namespace {

std::optional<UtcSeconds> moment_of(std::string_view text) {
  const auto read = calendar::read_date_time(text);
  if (!read || read->form != calendar::TimeForm::utc) return std::nullopt;
  return UtcSeconds(read->local.time_since_epoch());
}

}  // namespace

std::optional<calendar::TimeRange> time_range_of(const xml::Element& element) {
  calendar::TimeRange out{calendar::k_first_moment, calendar::k_last_moment};
  const auto start = element.attribute("start"), end = element.attribute("end");
  if (start.empty() && end.empty()) return std::nullopt;
  if (!start.empty()) {
    const auto moment = moment_of(start);
    if (!moment) return std::nullopt;
    out.begin = *moment;
  }
  if (!end.empty()) {
    const auto moment = moment_of(end);
    if (!moment) return std::nullopt;
    out.end = *moment;
  }
  if (out.end <= out.begin) return std::nullopt;
  return out;
}

std::optional<calendar::TextMatch> text_match_of(const xml::Element& element,
                                                 calendar::Collation usual) {
  calendar::TextMatch out;
  out.text = element.content();
  out.negate = element.attribute("negate-condition") == "yes";
  out.collation = usual;
  const auto collation = element.attribute("collation");
  if (!collation.empty() && collation != "default") {
    const auto known = calendar::collation_of(collation);
    if (!known) return std::nullopt;
    out.collation = *known;
  }
  const auto type = element.attribute("match-type");
  if (type == "equals")
    out.type = calendar::MatchType::equals;
  else if (type == "starts-with")
    out.type = calendar::MatchType::starts_with;
  else if (type == "ends-with")
    out.type = calendar::MatchType::ends_with;
  else if (!type.empty() && type != "contains")
    return std::nullopt;
  return out;
}

std::optional<calendar::ParamFilter> param_filter_of(const xml::Element& element,
                                                     std::string_view space,
                                                     calendar::Collation usual) {
  calendar::ParamFilter out;
  out.name = to_upper(element.attribute("name"));
  out.is_not_defined = element.child({std::string(space), "is-not-defined"}) != nullptr;
  if (const auto* text = element.child({std::string(space), "text-match"})) {
    out.text = text_match_of(*text, usual);
    if (!out.text) return std::nullopt;
  }
  return out;
}

}  // namespace kontor::dav
