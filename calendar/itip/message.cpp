// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/itip/message.hpp"

#include <array>

#include "base/core/text.hpp"

namespace kontor::calendar {
namespace {

constexpr std::array k_methods = {
    std::pair(Method::publish, std::string_view("PUBLISH")),
    std::pair(Method::request, std::string_view("REQUEST")),
    std::pair(Method::reply, std::string_view("REPLY")),
    std::pair(Method::add, std::string_view("ADD")),
    std::pair(Method::cancel, std::string_view("CANCEL")),
    std::pair(Method::refresh, std::string_view("REFRESH")),
    std::pair(Method::counter, std::string_view("COUNTER")),
    std::pair(Method::decline_counter, std::string_view("DECLINECOUNTER")),
};

}  // namespace

std::string_view name_of(Method method) noexcept {
  for (const auto& [one, name] : k_methods)
    if (one == method) return name;
  return "PUBLISH";
}

std::optional<Method> method_of(std::string_view name) noexcept {
  for (const auto& [method, known] : k_methods)
    if (iequals(known, name)) return method;
  return std::nullopt;
}

Checked<CalendarObject> read_message(std::string_view bytes, ObjectLimits limits) {
  limits.allow_method = true;
  auto object = read_object(bytes, limits);
  if (object && !method_of(object->method))
    return refuse(Precondition::valid_calendar_data, "It has no METHOD that is known.");
  return object;
}

}  // namespace kontor::calendar
