// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rules/template.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "directory/model/model.hpp"
#include "server/rules/rewrite/add_text.hpp"

namespace kontor::rules {
namespace {

using directory::Principal;

constexpr std::size_t k_most_depth = 16;

struct Row {
  std::string_view name;
  std::string (*value)(const Principal& person);
};

// The unit nearest to the entry.
std::string unit_of(const Principal& person) {
  const std::string_view dn = person.dn;
  for (std::size_t at = 0; at < dn.size();) {
    std::size_t end = at;
    while (end < dn.size() && dn[end] != ',') end += dn[end] == '\\' ? 2 : 1;
    end = std::min(end, dn.size());
    const auto part = trim(dn.substr(at, end - at));
    if (istarts_with(part, "ou=")) {
      std::string out;
      for (std::size_t i = 3; i < part.size(); ++i)
        if (part[i] != '\\' || i + 1 == part.size()) out.push_back(part[i]);
      return out;
    }
    at = end + 1;
  }
  return {};
}

// clang-format off
constexpr std::array k_rows{
    Row{"c",                          [](const Principal& p) { return p.card.country; }},
    Row{"cn",                         [](const Principal& p) { return p.name; }},
    Row{"company",                    [](const Principal& p) { return p.company; }},
    Row{"department",                 [](const Principal& p) { return p.department; }},
    Row{"displayname",                [](const Principal& p) { return p.name; }},
    Row{"facsimiletelephonenumber",   [](const Principal& p) { return p.card.fax; }},
    Row{"givenname",                  [](const Principal& p) { return p.given_name; }},
    Row{"initials",                   [](const Principal& p) { return p.card.initials; }},
    Row{"l",                          [](const Principal& p) { return p.card.city; }},
    Row{"mail",                       [](const Principal& p) { return p.mail; }},
    Row{"mobile",                     [](const Principal& p) { return p.card.mobile; }},
    Row{"ou",                         unit_of},
    Row{"physicaldeliveryofficename", [](const Principal& p) { return p.office; }},
    Row{"postalcode",                 [](const Principal& p) { return p.card.postal_code; }},
    Row{"samaccountname",             [](const Principal& p) { return p.account_name; }},
    Row{"sn",                         [](const Principal& p) { return p.surname; }},
    Row{"st",                         [](const Principal& p) { return p.card.region; }},
    Row{"streetaddress",              [](const Principal& p) { return p.card.street; }},
    Row{"telephonenumber",            [](const Principal& p) { return p.telephone; }},
    Row{"title",                      [](const Principal& p) { return p.title; }},
    Row{"userprincipalname",          [](const Principal& p) { return p.principal_name; }},
};
// Of the message (server/rules/run.cpp).
constexpr auto k_of_message = std::to_array<std::string_view>(
    {"attachment", "date", "from", "recipients", "rule", "sender", "size", "subject", "trace"});
// clang-format on

bool is_name(std::string_view name) {
  return std::ranges::find(k_rows, name, &Row::name) != k_rows.end() ||
         std::ranges::find(k_of_message, name) != k_of_message.end();
}

struct Tag {
  char kind = 0;     // '#', '^', '/', or 0: a value
  std::string name;  // lower case
  std::size_t begin = 0, end = 0;
};

std::optional<Tag> next_tag(std::string_view text, std::size_t from) {
  const auto begin = text.find("{{", from);
  if (begin == std::string_view::npos) return std::nullopt;
  const auto close = text.find("}}", begin);
  if (close == std::string_view::npos) return std::nullopt;
  auto inside = trim(text.substr(begin + 2, close - begin - 2));
  Tag tag;
  tag.begin = begin;
  tag.end = close + 2;
  if (!inside.empty() && (inside[0] == '#' || inside[0] == '^' || inside[0] == '/')) {
    tag.kind = inside[0];
    inside = trim(inside.substr(1));
  }
  tag.name = to_lower(inside);
  return tag;
}

}  // namespace

Result<void> check_template(std::string_view text) {
  std::vector<std::string> open;
  std::size_t at = 0;
  for (auto tag = next_tag(text, 0); tag; tag = next_tag(text, at)) {
    at = tag->end;
    if (!is_name(tag->name))
      return fail(Errc::bad_input, "a text has {{" + to_valid_utf8(tag->name) +
                                       "}}, which is no attribute; there are " +
                                       join(template_names(), ", "));
    if (tag->kind == '#' || tag->kind == '^') {
      open.push_back(tag->name);
      if (open.size() > k_most_depth)
        return fail(Errc::bad_input, "the sections of a text are nested too deep");
    } else if (tag->kind == '/') {
      if (open.empty() || open.back() != tag->name)
        return fail(Errc::bad_input, "{{/" + tag->name + "}} closes nothing");
      open.pop_back();
    }
  }
  if (text.find("{{", at) != std::string_view::npos)
    return fail(Errc::bad_input, "a text has \"{{\" without \"}}\"");
  if (!open.empty()) return fail(Errc::bad_input, "{{#" + open.back() + "}} is not closed");
  return {};
}

std::string fill_template(std::string_view text, const Values& values, bool is_html) {
  std::string out;
  std::size_t at = 0, hidden = 0;  // how many sections deep nothing is shown
  std::vector<bool> shown;
  const auto show = [&](std::string_view piece) {
    if (hidden == 0) out.append(piece);
  };
  for (auto tag = next_tag(text, 0); tag; tag = next_tag(text, at)) {
    show(text.substr(at, tag->begin - at));
    at = tag->end;
    const auto found = values.find(tag->name);
    const std::string value = found == values.end() ? std::string() : found->second;
    if (tag->kind == '#' || tag->kind == '^') {
      const bool is_shown = value.empty() == (tag->kind == '^');
      shown.push_back(is_shown);
      hidden += is_shown ? 0 : 1;
    } else if (tag->kind == '/') {
      if (shown.empty()) continue;
      hidden -= shown.back() ? 0 : 1;
      shown.pop_back();
    } else {
      show(is_html ? escape_html(value) : value);
    }
  }
  show(text.substr(at));
  return out;
}

Values values_of(const Principal& person) {
  Values out;
  for (const auto& row : k_rows)
    if (auto value = row.value(person); !value.empty()) out.emplace(row.name, to_valid_utf8(value));
  return out;
}

std::vector<std::string> template_names() {
  std::vector<std::string> out;
  for (const auto& row : k_rows) out.emplace_back(row.name);
  for (const auto name : k_of_message) out.emplace_back(name);
  return out;
}

}  // namespace kontor::rules
