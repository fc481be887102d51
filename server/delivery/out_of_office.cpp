// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/out_of_office.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "base/mime/header.hpp"
#include "store/tools/history.hpp"

namespace kontor::delivery {
namespace {

constexpr std::chrono::days k_again{7};  // RFC 5230, 4.1: the usual period
constexpr std::string_view k_answered = "answered/";
constexpr std::size_t k_stamp_size = 16;  // digits

std::string entry(std::string_view name) { return std::string(k_out_of_office).append(name); }

std::string value_of(const store::AnnotationMap& notes, std::string_view name) {
  const auto found = notes.find(entry(name));
  return found == notes.end() ? std::string() : found->second;
}

std::optional<UtcSeconds> moment_of(const store::AnnotationMap& notes,
                                    std::string_view name,
                                    UtcSeconds now) {
  auto text = value_of(notes, name);
  constexpr std::size_t k_date_size = 10;  // 2026-12-24
  if (name == "from" && trim(text).size() == k_date_size) text += " 00:00";
  if (text.empty()) return std::nullopt;
  const auto moment = store::parse_moment(text, now);
  return moment ? std::optional(*moment) : std::nullopt;
}

std::string number_of(UtcSeconds time) { return std::to_string(time.time_since_epoch().count()); }

std::string answered_entry(std::string_view sender) {
  return entry(k_answered) + hex_encode(crypto::sha256(to_lower(sender)).substr(0, 8));
}

// "STAMP SECONDS": under which OutOfOffice, and when.
std::optional<UtcSeconds> answered_at(std::string_view value, std::string_view stamp) {
  if (!value.starts_with(stamp) || value.size() <= stamp.size() + 1) return std::nullopt;
  const auto seconds = parse_number<std::uint64_t>(value.substr(stamp.size() + 1));
  if (!seconds) return std::nullopt;
  return UtcSeconds(std::chrono::seconds(static_cast<std::int64_t>(*seconds)));
}

// Addresses nobody reads, or that must not be answered (RFC 3834, 2; RFC 2142).
bool is_program(std::string_view address) {
  constexpr std::array<std::string_view, 7> k_names{"mailer-daemon", "postmaster", "noreply",
                                                    "no-reply",      "listserv",   "majordomo",
                                                    "do-not-reply"};
  const auto local = to_lower(address.substr(0, address.rfind('@')));
  return std::ranges::find(k_names, local) != k_names.end() || local.starts_with("owner-") ||
         local.ends_with("-owner") || local.ends_with("-request") || local.ends_with("-bounces") ||
         local.starts_with("bounce");
}

// Its own words say that no person wrote it to one person.
bool is_automatic(std::string_view header) {
  for (const auto& field : mime::parse_fields(header)) {
    const auto value = to_lower(trim(mime::unfold(field.value)));
    if (istarts_with(field.name, "List-")) return true;
    if (iequals(field.name, "Auto-Submitted") && !value.starts_with("no")) return true;
    if (iequals(field.name, "Precedence") &&
        (value == "bulk" || value == "list" || value == "junk"))
      return true;
    // [MS-OXCMAIL] 2.2.3.2.14
    if (iequals(field.name, "X-Auto-Response-Suppress") &&
        (value.contains("all") || value.contains("oof") || value.contains("autoreply")))
      return true;
    if (iequals(field.name, "X-Spam-Flag") && value == "yes") return true;
  }
  return false;
}

bool is_of(const directory::Principal& person,
           const std::vector<std::string>& also,
           const mime::Mailbox& mailbox) {
  auto address = to_lower(mailbox.address());
  const auto is_it = [&](const std::string& known) { return iequals(known, address); };
  if (std::ranges::any_of(also, is_it)) return true;
  const auto is_one = [&](const std::string& known) {
    return std::ranges::find(person.addresses, known) != person.addresses.end();
  };
  if (is_one(address)) return true;
  const auto plus = address.find('+'), at = address.rfind('@');
  if (plus == std::string::npos || at == std::string::npos || plus > at) return false;
  return is_one(address.erase(plus, at - plus));
}

// RFC 3834, 2: his address stands in a field of recipients.
bool names(std::string_view header,
           const directory::Principal& person,
           const std::vector<std::string>& also) {
  constexpr std::array<std::string_view, 5> k_fields{"To", "Cc", "Bcc", "Resent-To", "Resent-Cc"};
  for (const auto& field : mime::parse_fields(header)) {
    const auto is_it = [&](std::string_view name) { return iequals(field.name, name); };
    if (std::ranges::none_of(k_fields, is_it)) continue;
    for (const auto& address : mime::parse_addresses(mime::unfold(field.value))) {
      const auto matches = [&](const mime::Mailbox& mailbox) {
        return is_of(person, also, mailbox);
      };
      if (address.is_group ? std::ranges::any_of(address.members, matches)
                           : matches(address.mailbox))
        return true;
    }
  }
  return false;
}

}  // namespace

bool OutOfOffice::is_away(UtcSeconds now) const {
  return is_on && (!from || *from <= now) && (!until || now <= *until);
}

std::string OutOfOffice::stamp() const {
  const auto text = (from ? number_of(*from) : "") + '\n' + (until ? number_of(*until) : "") +
                    '\n' + subject + '\0' + internal + '\0' + external;
  return hex_encode(crypto::sha256(text).substr(0, k_stamp_size / 2));
}

OutOfOffice out_of_office_of(const store::AnnotationMap& notes, UtcSeconds now) {
  OutOfOffice out;
  out.is_on = value_of(notes, "state") == "on";
  out.from = moment_of(notes, "from", now);
  out.until = moment_of(notes, "until", now);
  out.subject = value_of(notes, "subject");
  out.internal = value_of(notes, "internal");
  out.external = value_of(notes, "external");
  return out;
}

std::vector<store::AnnotationChange> changes_to(const OutOfOffice& value,
                                                const store::AnnotationMap& notes) {
  std::vector<store::AnnotationChange> out;
  const auto set = [&](std::string_view name, std::string text) {
    const bool is_there = notes.contains(entry(name));
    if (!text.empty())
      out.push_back({entry(name), std::move(text)});
    else if (is_there)
      out.push_back({entry(name), std::nullopt});
  };
  const auto moment = [](const std::optional<UtcSeconds>& time) {
    return time ? store::show_moment(*time) : std::string();
  };
  set("state", value.is_on ? "on" : "");
  set("from", moment(value.from));
  set("until", moment(value.until));
  set("subject", value.subject);
  set("internal", value.internal);
  set("external", value.external);
  for (auto at = notes.lower_bound(entry(k_answered));
       at != notes.end() && at->first.starts_with(entry(k_answered)); ++at)
    out.push_back({at->first, std::nullopt});
  return out;
}

bool may_be_answered(std::string_view header,
                     std::string_view sender,
                     const directory::Principal& person,
                     const std::vector<std::string>& also) {
  if (sender.empty() || !sender.contains('@') || is_program(sender)) return false;
  if (std::ranges::find(person.addresses, to_lower(sender)) != person.addresses.end()) return false;
  return !is_automatic(header) && names(header, person, also);
}

Answered::Answered(const OutOfOffice& value, const store::AnnotationMap& notes, UtcSeconds now)
    : stamp_(value.stamp()), now_(now), has_end_(value.until.has_value()), notes_(notes) {}

bool Answered::has(std::string_view sender) const {
  const auto found = notes_.find(answered_entry(sender));
  if (found == notes_.end()) return false;
  const auto when = answered_at(found->second, stamp_);
  return when && (has_end_ || now_ < *when + k_again);
}

std::vector<store::AnnotationChange> Answered::add(std::string_view sender) const {
  std::vector<store::AnnotationChange> out;
  std::vector<std::pair<UtcSeconds, std::string>> known;
  const auto prefix = entry(k_answered);
  for (auto at = notes_.lower_bound(prefix); at != notes_.end() && at->first.starts_with(prefix);
       ++at)
    known.emplace_back(answered_at(at->second, stamp_).value_or(UtcSeconds()), at->first);
  if (known.size() >= k_most) out.push_back({std::ranges::min(known).second, std::nullopt});
  out.push_back({answered_entry(sender), stamp_ + ' ' + number_of(now_)});
  return out;
}

}  // namespace kontor::delivery
