// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/components.hpp"

#include <fmt/format.h>

#include "server/dav/dead.hpp"
#include "server/dav/names.hpp"

namespace kontor::dav {

std::vector<std::string> components_of(const Context& context, const Resource& collection) {
  const auto said =
      dead_property(context, collection, cal_name("supported-calendar-component-set"));
  std::vector<std::string> out;
  if (said)
    for (const auto* one : said->elements())
      if (one->is(cal_name("comp"))) out.emplace_back(one->attribute("name"));
  if (!out.empty()) return out;
  if (collection.folder_class() == store::FolderClass::tasks) return {"VTODO"};
  return {"VEVENT", "VTODO", "VJOURNAL"};
}

std::string content_type_of(const Resource& object) {
  switch (object.folder_class()) {
    case store::FolderClass::calendar:
    case store::FolderClass::tasks:
      return "text/calendar; charset=utf-8";
    case store::FolderClass::contacts:
      return "text/vcard; charset=utf-8";
    default:
      return "application/octet-stream";
  }
}

std::string internet_date(UtcSeconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace kontor::dav
