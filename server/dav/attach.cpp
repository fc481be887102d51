// SPDX-License-Identifier: GPL-3.0-or-later
// The file is stored first, then the event that names it: a crash in between leaves a file that
// goes with the event.
#include "server/dav/attach.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "calendar/itip/parts.hpp"
#include "calendar/recur/instances.hpp"
#include "server/dav/attachments.hpp"
#include "server/dav/content.hpp"
#include "server/dav/methods.hpp"
#include "server/dav/names.hpp"
#include "server/dav/rights.hpp"
#include "server/dav/schedule.hpp"

namespace kontor::dav {
namespace {

using calendar::Component;
using calendar::DateTime;
using calendar::Property;
using http::wire::Response;
using Refused = std::unexpected<Response>;

enum class Action : unsigned char { add, update, remove };

constexpr std::string_view k_action = "action", k_instances = "rid", k_id = "managed-id";
constexpr std::size_t k_most_instances = 100;  // named by one request

std::optional<Action> action_of(const http::wire::Request& request) {
  const auto value = http::wire::query_parameter(request.query, k_action);
  if (value == "attachment-add") return Action::add;
  if (value == "attachment-update") return Action::update;
  if (value == "attachment-remove") return Action::remove;
  return std::nullopt;
}

bool has_parameter(const http::wire::Request& request, std::string_view name) {
  return std::ranges::any_of(split(request.query, '&'), [&](std::string_view part) {
    return part.substr(0, part.find('=')) == name;
  });
}

bool prefers_representation(const http::wire::Request& request) {
  return std::ranges::any_of(split(request.field("Prefer"), ','), [](std::string_view part) {
    return iequals(trim(part.substr(0, part.find(';'))), "return=representation");
  });
}

// The event that is changed, and what its times mean.
class Event {
 public:
  Event(const Context& context, calendar::CalendarObject object)
      : object_(std::move(object)),
        changed_(object_.calendar),
        zones_(object_.calendar, context.kept->zones, zone_of(context, context.resource)) {}
  Event(const Event&) = delete;

  const Component& changed() const { return changed_; }
  const std::string& uid() const { return object_.uid; }

  // The components that `rid` names ("M", or a RECURRENCE-ID; nothing: all). An instance that was
  // as the series gives it becomes one of its own.
  std::expected<std::vector<Component*>, Response> parts(const http::wire::Request& request) {
    std::vector<std::string> keys;
    if (!has_parameter(request, k_instances)) {
      for (const auto& part : changed_.components)
        if (calendar::is_scheduled(part)) keys.push_back(calendar::instance_key(part));
    } else {
      const auto value = http::wire::query_parameter(request.query, k_instances);
      for (const auto one : split(value, ',')) {
        auto key = keys.size() < k_most_instances ? key_of(trim(one)) : std::nullopt;
        if (!key) return Refused(refusal(403, cal_name("valid-rid"), "There is no such instance."));
        keys.push_back(*std::move(key));
      }
    }
    std::vector<Component*> out;
    for (const auto& key : keys)
      if (auto* part = calendar::find_part(changed_, key);
          part != nullptr && std::ranges::find(out, part) == out.end())
        out.push_back(part);
    return out;
  }
  std::vector<Component*> all_parts() {
    std::vector<Component*> out;
    for (auto& part : changed_.components)
      if (calendar::is_scheduled(part)) out.push_back(&part);
    return out;
  }

 private:
  std::optional<std::string> key_of(std::string_view rid) {
    const auto* master = calendar::find_part(changed_, "");
    if (rid == "M") return master == nullptr ? std::nullopt : std::optional(std::string());
    auto time = calendar::read_date_time(rid);
    if (!time) return std::nullopt;
    const auto* start = master == nullptr ? nullptr : master->find("DTSTART");
    const auto begins = start == nullptr ? std::nullopt : calendar::read_date_time(*start);
    // Without its zone it is on the clock of the series.
    if (begins && time->form == calendar::TimeForm::floating) {
      time->form = begins->form;
      time->tzid = begins->tzid;
    }
    const auto moment = zones_.utc(*time);
    for (const auto& part : changed_.components) {
      const auto* id = calendar::is_scheduled(part) ? part.find("RECURRENCE-ID") : nullptr;
      const auto when = id == nullptr ? std::nullopt : calendar::read_date_time(*id);
      if (when && (zones_.utc(*when) == moment || id->value == rid))
        return calendar::instance_key(part);
    }
    return make_instance(moment);
  }

  // Of the series, where it has one at that moment.
  std::optional<std::string> make_instance(UtcSeconds moment) {
    const auto* master = object_.master();
    if (master == nullptr || !object_.is_recurring()) return std::nullopt;
    calendar::Budget budget;
    const auto found =
        calendar::instances_in(object_, {moment, moment + std::chrono::seconds(1)}, zones_, budget);
    for (const auto& instance : found.list) {
      if (instance.component != master || zones_.utc(instance.recurrence_id) != moment) continue;
      const auto id = calendar::date_time_property("RECURRENCE-ID", instance.recurrence_id);
      const auto* series = calendar::find_part(changed_, "");
      changed_.components.push_back(calendar::instance_of(*series, id));
      return calendar::instance_key(changed_.components.back());
    }
    return std::nullopt;
  }

  calendar::CalendarObject object_;
  Component changed_;
  calendar::ObjectZones zones_;
};

bool is_of(const Property& property, std::string_view id) {
  return property.name == "ATTACH" && property.parameter("MANAGED-ID") == id;
}

Property attach_property(const Context& context, std::string_view id, const Attachment& file) {
  Property out{.name = "ATTACH"};
  out.value = "https://" + std::string(context.host()) +
              path_of_attachment(context.account->id(), id, file.file_name);
  out.set("MANAGED-ID", id);
  out.set("FMTTYPE", file.type);
  out.set("FILENAME", file.file_name);
  out.set("SIZE", std::to_string(file.bytes.size()));
  return out;
}

// Why nothing can be attached to what the path names; nothing: it can.
std::optional<Response> refuse_place(const Context& context) {
  const auto& resource = context.resource;
  if (resource.kind != Kind::object || resource.folder == nullptr || is_in_schedule_box(resource))
    return http::wire::plain(405, "only events and tasks have attachments");
  const auto kind = resource.folder_class();
  if (kind != store::FolderClass::calendar && kind != store::FolderClass::tasks)
    return http::wire::plain(405, "only events and tasks have attachments");
  return check_locks(context);
}

// RFC 8607, 3.11: what must be there and must not.
std::optional<Response> refuse_parameters(const Context& context, Action action) {
  const auto& request = context.request;
  const bool has_id = has_parameter(request, k_id);
  if ((action == Action::add) == has_id)
    return refusal(403, cal_name("valid-managed-id"),
                   has_id ? "A new attachment has no managed-id yet." : "Which one is meant?");
  if (action == Action::update && has_parameter(request, k_instances))
    return refusal(403, cal_name("valid-rid"), "An attachment is changed wherever it is named.");
  if (action != Action::remove && request.body.size() > context.settings().max_resource)
    return refusal(403, cal_name("max-attachment-size"));
  return std::nullopt;
}

Answer refuse_storing(const Error& error) {
  if (error.code() == Errc::over_quota) return refusal(507, dav_name("quota-not-exceeded"));
  return fail(error);
}

Task<Answer> store_event(Context& context, const Event& event) {
  store::ObjectCondition condition;
  condition.wanted = store::ObjectCondition::Wanted::one_of;
  condition.guids = {context.resource.item.guid};  // as it was read
  co_return co_await put_bytes(context, calendar::write_component(event.changed()),
                               std::move(condition));
}

// 201, 200 with the event as it is now, or 204.
Task<Answer> tell_result(Context& context, int status, const std::string& id) {
  context.refresh();
  auto out = bare(status);
  if (!id.empty()) out.fields.push_back({"Cal-Managed-ID", id});
  if (context.resource.kind != Kind::object) co_return out;
  out.fields.push_back({"ETag", context.resource.etag()});
  if (!prefers_representation(context.request)) co_return out;
  KONTOR_CO_TRY(out.body, co_await context.account->read_message(context.resource.entry.item));
  if (out.status == 204) out.status = 200;
  out.type = "text/calendar; charset=utf-8";
  out.fields.push_back({"Content-Location", context.resource.href()});
  out.fields.push_back({"Preference-Applied", "return=representation"});
  co_return out;
}

Task<Answer> add_or_update(Context& context, Event& event, Action action, std::string old) {
  std::vector<Component*> parts = event.all_parts();
  if (action == Action::add) {
    auto named = event.parts(context.request);
    if (!named) co_return std::move(named).error();
    parts = *std::move(named);
    if (managed_ids(event.changed()).size() >= k_most_attachments)
      co_return refusal(403, cal_name("max-attachments-per-resource"));
  } else if (!managed_ids(event.changed()).contains(old)) {
    co_return refusal(403, cal_name("valid-managed-id"), "The event has no such attachment.");
  }
  const auto& request = context.request;
  auto file = attachment_of(request.field("Content-Type"), request.field("Content-Disposition"),
                            request.body);
  const auto kept = co_await keep_attachment(*context.account, event.uid(), file);
  if (!kept) co_return refuse_storing(kept.error());
  const auto property = attach_property(context, *kept, file);
  for (auto* part : parts) {
    if (action == Action::add) part->properties.push_back(property);
    for (auto& one : part->properties)
      if (action == Action::update && is_of(one, old)) one = property;
  }
  auto stored = co_await store_event(context, event);
  if (!stored || stored->status >= 300) {
    co_await drop_attachments(*context.account, {*kept});
    co_return stored;
  }
  if (action == Action::update) co_await drop_attachments(*context.account, {old});
  co_return co_await tell_result(context, action == Action::add ? 201 : 204, *kept);
}

Task<Answer> remove(Context& context, Event& event, std::string id) {
  const auto parts = event.parts(context.request);
  if (!parts) co_return parts.error();
  std::size_t count = 0;
  for (auto* part : *parts)
    count += std::erase_if(part->properties, [&](const Property& one) { return is_of(one, id); });
  if (count == 0)
    co_return refusal(403, cal_name("valid-managed-id"), "The event has no such attachment.");
  auto stored = co_await store_event(context, event);
  if (!stored || stored->status >= 300) co_return stored;
  if (!managed_ids(event.changed()).contains(id)) co_await drop_attachments(*context.account, {id});
  co_return co_await tell_result(context, 204, {});
}

}  // namespace

bool is_attaching(const http::wire::Request& request) { return has_parameter(request, k_action); }

Task<Answer> do_attach(Context& context) {
  if (auto refused = refuse_place(context)) co_return *std::move(refused);
  KONTOR_CO_TRY(auto refused_private, co_await check_private(context));
  if (refused_private) co_return *std::move(refused_private);
  const auto action = action_of(context.request);
  if (!action) co_return refusal(403, cal_name("valid-action"));
  if (auto refused = refuse_parameters(context, *action)) co_return *std::move(refused);
  KONTOR_CO_TRY(const auto wanted, condition_of(context.request));
  if (!is_met(wanted, context.resource)) co_return bare(412);
  KONTOR_CO_TRY(const auto bytes,
                co_await context.account->read_message(context.resource.entry.item));
  auto object = calendar::read_object(bytes);
  if (!object) co_return fail(Errc::corrupt, "a stored object: " + object.error().sentence);
  Event event(context, *std::move(object));
  auto id = http::wire::query_parameter(context.request.query, k_id);
  if (*action == Action::remove) co_return co_await remove(context, event, std::move(id));
  co_return co_await add_or_update(context, event, *action, std::move(id));
}

}  // namespace kontor::dav
