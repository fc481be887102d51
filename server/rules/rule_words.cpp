// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rules/rule_words.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "server/rules/numbers.hpp"
#include "server/rules/pattern.hpp"
#include "server/rules/template.hpp"

namespace kontor::rules {
namespace {

// clang-format off
constexpr std::array k_abouts{
    AboutRow{About::direction,       "direction",       Kind::named, true},
    AboutRow{About::sender,          "sender",          Kind::text},
    AboutRow{About::sender_group,    "sender_group",    Kind::named},
    AboutRow{About::sender_unit,     "sender_unit",     Kind::named},
    AboutRow{About::authenticated,   "authenticated",   Kind::yes},
    AboutRow{About::recipient,       "recipient",       Kind::text,  true},
    AboutRow{About::recipient_group, "recipient_group", Kind::named, true},
    AboutRow{About::recipient_unit,  "recipient_unit",  Kind::named, true},
    AboutRow{About::recipients,      "recipients",      Kind::limits},
    AboutRow{About::subject,         "subject",         Kind::text},
    AboutRow{About::body,            "body",            Kind::text},
    AboutRow{About::text,            "text",            Kind::text,        false, true},
    AboutRow{About::words,           "words",           Kind::counted,     false, true},
    AboutRow{About::numbers,         "numbers",         Kind::counted,     false, true},
    AboutRow{About::fingerprint,     "fingerprint",     Kind::fingerprint, false, true},
    AboutRow{About::header,          "header",          Kind::text},
    AboutRow{About::size,            "size",            Kind::limits},
    AboutRow{About::attachment,      "attachment",      Kind::yes},
    AboutRow{About::attachment_name, "attachment_name", Kind::text},
    AboutRow{About::attachment_type, "attachment_type", Kind::text},
    AboutRow{About::attachment_size, "attachment_size", Kind::limits},
    AboutRow{About::spam,            "spam",            Kind::yes},
    AboutRow{About::spam_score,      "spam_score",      Kind::limits},
    AboutRow{About::is_signed,       "signed",          Kind::yes},
    AboutRow{About::is_encrypted,    "encrypted",       Kind::yes},
};
constexpr std::array k_does{
    DoesRow{Does::copy,               "copy",               true},
    DoesRow{Does::move,               "move",               true},
    DoesRow{Does::redirect,           "redirect",           true},
    DoesRow{Does::drop,               "delete"},
    DoesRow{Does::refuse,             "refuse",             false, false, true},
    DoesRow{Does::junk,               "junk"},
    DoesRow{Does::hold,               "hold",               false, false, true},
    DoesRow{Does::notify,             "notify",             true,  false, true},
    DoesRow{Does::add_header,         "add_header",         false, true},
    DoesRow{Does::set_header,         "set_header",         false, true},
    DoesRow{Does::remove_header,      "remove_header",      false, true},
    DoesRow{Does::tag_subject,        "tag_subject",        false, false, true, true},
    DoesRow{Does::add_text,           "add_text"},
    DoesRow{Does::replace_text,       "replace_text"},
    DoesRow{Does::remove_attachments, "remove_attachments"},
    DoesRow{Does::stop,               "stop"},
};
// clang-format on
constexpr auto k_hows =
    std::to_array<std::string_view>({"is", "contains", "begins", "ends", "matches"});
constexpr auto k_states = std::to_array<std::string_view>({"on", "off", "rehearsal"});

template <class Rows>
std::string_view nearest(const Rows& rows, std::string_view name) {
  return std::ranges::min(rows, {}, [&](const auto& row) { return edit_distance(row.name, name); })
      .name;
}

}  // namespace

std::string_view name_of(State state) noexcept { return k_states[static_cast<std::size_t>(state)]; }
std::string_view name_of(About about) noexcept { return row_of(about).name; }
std::string_view name_of(Does does) noexcept { return row_of(does).name; }
std::string_view name_of(How how) noexcept { return k_hows[static_cast<std::size_t>(how)]; }

std::span<const AboutRow> abouts() noexcept { return k_abouts; }
const AboutRow& row_of(About about) noexcept { return k_abouts[static_cast<std::size_t>(about)]; }
const AboutRow* find_about(std::string_view name) noexcept {
  const auto* found = std::ranges::find(k_abouts, name, &AboutRow::name);
  return found == k_abouts.end() ? nullptr : found;
}
std::string_view nearest_about(std::string_view name) { return nearest(k_abouts, name); }
std::span<const DoesRow> all_does() noexcept { return k_does; }
const DoesRow& row_of(Does does) noexcept { return k_does[static_cast<std::size_t>(does)]; }
const DoesRow* find_does(std::string_view name) noexcept {
  const auto* found = std::ranges::find(k_does, name, &DoesRow::name);
  return found == k_does.end() ? nullptr : found;
}
std::string_view nearest_does(std::string_view name) { return nearest(k_does, name); }

Result<State> parse_state(std::string_view name) {
  const auto* found = std::ranges::find(k_states, name);
  if (found != k_states.end()) return static_cast<State>(found - k_states.begin());
  return fail(Errc::bad_input, "a state is on, off or rehearsal");
}

bool is_address(std::string_view text) {
  const auto at = text.rfind('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() && text.size() <= 320 &&
         is_utf8(text) && std::ranges::none_of(text, [](char c) {
           return static_cast<unsigned char>(c) <= ' ' || c == 0x7F || c == '<' || c == '>' ||
                  c == ',' || c == '"' || c == '(' || c == ')';
         });
}

bool is_kept_field(std::string_view name) {
  constexpr auto k_kept = std::to_array<std::string_view>(
      {"Authentication-Results", "Content-Transfer-Encoding", "Content-Type", "Delivered-To",
       "MIME-Version", "Received", "Return-Path", "X-Kontor-Junk", "X-Kontor-Scan",
       "X-Kontor-Screening"});
  const bool is_many = name.ends_with('*');
  const auto begin = is_many ? name.substr(0, name.size() - 1) : name;
  return std::ranges::any_of(k_kept, [&](std::string_view kept) {
    return is_many ? istarts_with(kept, begin) && !kept.starts_with("X-") : iequals(kept, name);
  });
}

Result<void> check_values(const Condition& condition) {
  for (const auto& value : condition.values) {
    if (trim(value).empty()) return fail(Errc::bad_input, "a value is empty");
    if (condition.about == About::direction && value != "incoming" && value != "outgoing" &&
        value != "internal")
      return fail(Errc::bad_input, "a direction is incoming, outgoing or internal");
    if (condition.about == About::numbers && !find_numbers(value))
      return fail(Errc::bad_input, "\"" + value + "\" is no kind of number; there are " +
                                       join(names_of_numbers(), ", "));
  }
  return {};
}

Result<void> check_patterns(const Condition& condition) {
  if (condition.how != How::matches) return {};
  for (const auto& value : condition.values)
    if (const auto pattern = Pattern::make(value); !pattern) return fail(pattern.error());
  return {};
}

Result<void> check_templates(const Action& action) {
  switch (action.what) {
    case Does::add_text:
    case Does::refuse:
    case Does::notify:
    case Does::remove_attachments:
    case Does::add_header:
    case Does::set_header:
      if (const auto text = check_template(action.value); !text) return fail(text.error());
      return check_template(action.html);
    default:
      return {};
  }
}

}  // namespace kontor::rules
