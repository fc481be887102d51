// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/scheduling/rooms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/core/text.hpp"

namespace kontor::scheduling {
namespace {

using calendar::BookingReason;

struct Words {
  BookingReason reason;
  std::string_view name, en, ru;
};
constexpr std::array<Words, 8> k_words{{
    {BookingReason::none, "none", "", ""},
    {BookingReason::conflict, "conflict", "It is taken at that time.", "В это время занято."},
    {BookingReason::too_many_people, "too_many_people", "It holds {capacity} people.",
     "Вмещает человек: {capacity}."},
    {BookingReason::too_long, "too_long", "It can be booked for {minutes} minutes at most.",
     "Можно занять не более чем на {minutes} мин."},
    {BookingReason::too_far, "too_far", "It can be booked {days} days ahead at most.",
     "Можно занять не более чем за {days} дн. вперёд."},
    {BookingReason::past, "past", "That time is over.", "Это время уже прошло."},
    {BookingReason::recurring, "recurring", "It cannot be booked for a series.",
     "Нельзя занять для повторяющейся встречи."},
    {BookingReason::not_allowed, "not_allowed", "You may not book it.",
     "У вас нет права его занимать."},
}};
// Some instances of a series.
constexpr std::string_view k_some_en = "It is taken at {count} of these times.";
constexpr std::string_view k_some_ru = "Занято в части этих дней: {count}.";

const Words& words_of(BookingReason reason) {
  return *std::ranges::find(k_words, reason, &Words::reason);
}

bool is_named(const directory::DirectoryCopy& copy,
              std::string_view who,
              const directory::Principal& organizer,
              const std::vector<directory::Sid>& sids) {
  auto named = copy.find_address(who);
  const auto slash = who.find('\\');
  if (!named && slash != std::string_view::npos) {
    const auto& all = copy.all();
    const auto found = std::ranges::find_if(all, [&](const auto& one) {
      return iequals(one->netbios_domain, who.substr(0, slash)) &&
             iequals(one->account_name, who.substr(slash + 1));
    });
    if (found != all.end()) named = *found;
  }
  if (!named) return false;
  return named->id == organizer.id ||
         (!named->sid.empty() && std::ranges::binary_search(sids, named->sid));
}

}  // namespace

calendar::BookingPolicy booking_policy(const config::PolicyValues& values) {
  const auto& booking = values.booking;
  calendar::BookingPolicy out;
  out.auto_accept = booking.mode != config::BookingMode::ask;
  out.allow_conflicts = booking.mode == config::BookingMode::open;
  out.allow_recurring = booking.takes_series;
  out.capacity = booking.capacity;
  out.most_conflicts = booking.conflicts;
  out.longest = std::chrono::minutes(booking.minutes);
  out.horizon = std::chrono::days(booking.days);
  return out;
}

bool may_book(const directory::DirectoryCopy& copy,
              const config::PolicyValues& values,
              const directory::Principal* organizer) {
  if (organizer == nullptr || organizer->kind == directory::Kind::contact) return false;
  if (values.booking.by.empty()) return true;
  const auto sids = copy.effective_sids(organizer->id);
  return std::ranges::any_of(values.booking.by, [&](const std::string& who) {
    return is_named(copy, who, *organizer, sids);
  });
}

std::string reason_text(const calendar::BookingDecision& decision,
                        const calendar::BookingPolicy& policy,
                        const std::vector<std::string>& languages) {
  const auto& words = words_of(decision.reason);
  const bool is_some =
      decision.reason == BookingReason::conflict && decision.partstat != "DECLINED";
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(policy.longest).count();
  std::string out;
  for (const auto& language : languages) {
    const bool is_russian = language == "ru";
    auto text = is_russian ? words.ru : words.en;
    if (is_some) text = is_russian ? k_some_ru : k_some_en;
    if (text.empty()) continue;
    if (!out.empty()) out += " / ";
    out += fmt::format(fmt::runtime(text), fmt::arg("capacity", policy.capacity),
                       fmt::arg("minutes", minutes), fmt::arg("days", policy.horizon.count()),
                       fmt::arg("count", decision.declined.size()));
  }
  return out;
}

std::string_view name_of(BookingReason reason) noexcept { return words_of(reason).name; }

}  // namespace kontor::scheduling
