// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/data.hpp"

#include <algorithm>
#include <map>

#include "base/core/text.hpp"
#include "calendar/ical/private_view.hpp"
#include "calendar/query/data.hpp"
#include "calendar/vcard/filter.hpp"
#include "server/dav/answers.hpp"
#include "server/dav/content.hpp"
#include "server/dav/given.hpp"
#include "server/dav/names.hpp"
#include "server/dav/ranges.hpp"

namespace kontor::dav {
namespace {

using xml::Element;

constexpr std::uint64_t k_batch_bytes = 4U << 20U;
constexpr std::size_t k_batch_objects = 500;
constexpr std::size_t k_most_instances = 5'000;

calendar::CompChoice choice_of(const Element& comp) {
  calendar::CompChoice out;
  out.name = to_upper(comp.attribute("name"));
  out.all_properties = comp.child(cal_name("allprop")) != nullptr;
  out.all_components = comp.child(cal_name("allcomp")) != nullptr;
  for (const auto* one : comp.elements()) {
    if (one->is(cal_name("prop")))
      out.properties.push_back(
          {to_upper(one->attribute("name")), one->attribute("novalue") == "yes"});
    if (one->is(cal_name("comp"))) out.components.push_back(choice_of(*one));
  }
  return out;
}

std::optional<calendar::TimeRange> range_in(const Element& asked, std::string_view name) {
  const auto* one = asked.child(cal_name(name));
  return one == nullptr ? std::nullopt : time_range_of(*one);
}

calendar::DataRequest request_of(const Element& asked) {
  calendar::DataRequest out;
  if (const auto* comp = asked.child(cal_name("comp"))) out.choice = choice_of(*comp);
  out.expand = range_in(asked, "expand");
  out.limit_recurrence_set = range_in(asked, "limit-recurrence-set");
  out.limit_freebusy_set = range_in(asked, "limit-freebusy-set");
  return out;
}

std::optional<std::string> calendar_data(const Context& context,
                                         const Resource& object,
                                         const Element& asked) {
  auto request = request_of(asked);
  request.without_zones = iequals(trim(context.request.field("CalDAV-Timezones")), "F");
  if (request.is_whole()) return object.bytes;
  const auto read = calendar::read_object(*object.bytes);
  if (!read) return object.bytes;
  calendar::ObjectZones zones(read->calendar, context.kept->zones, zone_of(context, object));
  auto data = calendar::data_of(*read, request, zones, k_most_instances);
  if (!data) return std::nullopt;
  return *std::move(data);
}

std::optional<calendar::CardVersion> version_of(const Element& asked) {
  const auto version = asked.attribute("version");
  if (version == "3.0") return calendar::CardVersion::v3;
  if (version == "4.0") return calendar::CardVersion::v4;
  return std::nullopt;
}

std::optional<std::string> address_data(const Resource& object, const Element& asked) {
  const auto version = version_of(asked);
  std::vector<calendar::CardPropChoice> chosen;
  for (const auto* one : asked.elements())
    if (one->is(card_name("prop")))
      chosen.push_back({to_upper(one->attribute("name")), one->attribute("novalue") == "yes"});
  if (!version && chosen.empty()) return object.bytes;
  const auto card = calendar::read_card(*object.bytes);
  if (!card || (chosen.empty() && card->version == *version)) return object.bytes;
  auto component = version ? calendar::convert(*card, *version) : card->component;
  if (!chosen.empty()) component = calendar::choose(component, chosen);
  return calendar::write_component(component);
}

bool is_data(const xml::Name& name) {
  return name == cal_name("calendar-data") || name == card_name("address-data");
}

}  // namespace

bool wants_data(const Question& question) {
  return std::ranges::any_of(question.asked, [](const Element& one) { return is_data(one.name); });
}

std::optional<http::wire::Response> check_data(const Question& question) {
  for (const auto& asked : question.asked) {
    if (!is_data(asked.name)) continue;
    const bool is_card = asked.name == card_name("address-data");
    const auto type = asked.attribute("content-type");
    const auto version = asked.attribute("version");
    const bool is_type_good =
        type.empty() || (is_card ? iequals(type, "text/vcard") || iequals(type, "text/x-vcard")
                                 : iequals(type, "text/calendar"));
    const bool is_version_good =
        version.empty() || (is_card ? version == "3.0" || version == "4.0" : version == "2.0");
    // RFC 4791, 7.8.1; RFC 6352, 8.6.1
    if (!is_type_good || !is_version_good)
      return refusal(
          403, is_card ? card_name("supported-address-data") : cal_name("supported-calendar-data"));
    for (const auto* name : {"expand", "limit-recurrence-set", "limit-freebusy-set"})
      if (const auto* one = asked.child(cal_name(name)); one != nullptr && !time_range_of(*one))
        return http::wire::plain(400, "a time range is not in order");
  }
  return std::nullopt;
}

std::optional<Element> data_element(const Context& context,
                                    const Resource& object,
                                    const Element& asked) {
  if (!is_data(asked.name) || !object.bytes) return std::nullopt;
  const bool is_card = asked.name == card_name("address-data");
  if (is_card != (object.folder_class() == store::FolderClass::contacts)) return std::nullopt;
  auto data = is_card ? address_data(object, asked) : calendar_data(context, object, asked);
  if (!data) return std::nullopt;
  return Element(asked.name, *data);
}

std::string shown_bytes(const Context& context, const Resource& object, std::string bytes) {
  if (sees_private(context, object)) return bytes;
  auto shown = calendar::private_view(bytes);
  return shown ? *std::move(shown) : std::move(bytes);
}

Task<Result<std::size_t>> read_batch(const Context& context,
                                     std::vector<Resource>& resources,
                                     std::size_t begin) {
  std::vector<store::ItemId> items;
  std::uint64_t bytes = 0;
  auto end = begin;
  while (end < resources.size() && items.size() < k_batch_objects &&
         (end == begin || bytes + resources[end].item.size <= k_batch_bytes)) {
    bytes += resources[end].item.size;
    items.push_back(resources[end++].entry.item);
  }
  auto read = co_await context.account->read_messages(std::move(items));
  for (std::size_t i = 0; i < read.size(); ++i)
    if (read[i])
      resources[begin + i].bytes = shown_bytes(context, resources[begin + i], *std::move(read[i]));
    else if (read[i].error().code() != Errc::not_found)
      co_return fail(read[i].error());
  co_return end;
}

Question with_data(ContextPtr context, Question question) {
  question.data = [context = std::move(context)](const Resource& object, const Element& asked) {
    return data_element(*context, object, asked);
  };
  return question;
}

Task<Result<Responses>> describe_objects(ContextPtr context,
                                         std::vector<Resource> resources,
                                         Question question) {
  struct Answering {
    Question question;
    std::string text;
  };
  Walk plan;
  plan.resources = std::move(resources);
  plan.with_bytes = question.data != nullptr && wants_data(question);
  const auto answering = std::make_shared<Answering>();  // with the walk
  answering->question = std::move(question);
  plan.look = [context, answering](const Resource& object) {
    auto& text = answering->text;
    if (!text.empty() && text.size() > context->settings().max_answer) return false;
    append_response(text, *context, object, answering->question);
    return true;
  };
  Responses out;
  KONTOR_CO_TRY(out.count, co_await walk(context, std::move(plan)));
  out.text = std::move(answering->text);
  co_return out;
}

}  // namespace kontor::dav
