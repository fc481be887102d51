// SPDX-License-Identifier: GPL-3.0-or-later
// The way back of rule_text.cpp: rules as JSON.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>

#include "base/core/text.hpp"
#include "server/rules/moment.hpp"
#include "server/rules/rule_text.hpp"
#include "server/rules/rule_words.hpp"

namespace kontor::rules {
namespace {

namespace json = boost::json;

json::value texts(const std::vector<std::string>& values) {
  if (values.size() == 1) return json::value(values.front());
  json::array out;
  for (const auto& one : values) out.emplace_back(one);
  return out;
}

json::value number(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) return static_cast<std::int64_t>(value);
  return value;
}

// Long texts as their lines, so that people can read them.
json::value lines(const std::string& text) {
  if (!text.contains('\n')) return json::value(text);
  json::array out;
  for (const auto line : split(text, '\n')) out.emplace_back(line);
  return out;
}

json::object as_json(const Condition& condition) {
  json::object out;
  out["about"] = name_of(condition.about);
  if (condition.is_not) out["not"] = true;
  if (!condition.header.empty()) out["header"] = condition.header;
  const auto kind = row_of(condition.about).kind;
  if (!condition.values.empty())
    out[kind == Kind::text ? name_of(condition.how) : "is"] = texts(condition.values);
  const bool is_share = condition.about == About::fingerprint;
  if (condition.over) out[is_share ? "share" : "over"] = number(*condition.over);
  if (condition.under) out["under"] = number(*condition.under);
  if (condition.at_least > 1) out["at_least"] = condition.at_least;
  if (condition.letters > 0) out["letters"] = condition.letters;
  return out;
}

json::array as_json(const std::vector<Condition>& conditions) {
  json::array out;
  for (const auto& one : conditions) out.emplace_back(as_json(one));
  return out;
}

json::object as_json(const Action& action) {
  const auto& row = row_of(action.what);
  json::object out;
  out["do"] = row.name;
  if (row.has_targets) out["to"] = texts(action.to);
  if (row.has_field) out["header"] = action.name;
  if (row.has_field && action.what != Does::remove_header) out["value"] = action.value;
  if (!action.what_of.empty()) out["of"] = as_json(action.what_of);
  if (action.what == Does::replace_text) out["with"] = action.value;
  if (action.what == Does::remove_attachments && !action.value.empty())
    out["note"] = lines(action.value);
  if ((row.has_text || action.what == Does::add_text) && !action.value.empty())
    out["text"] = lines(action.value);
  if (action.what != Does::add_text) return out;
  if (!action.html.empty()) out["html"] = lines(action.html);
  if (action.at_start) out["where"] = "start";
  if (!action.once) out["once"] = false;
  json::array pictures;
  for (const auto& picture : action.pictures) {
    json::object one;
    one["name"] = picture.name;
    one["type"] = picture.media_type;
    one["data"] = base64_encode(picture.bytes);
    pictures.emplace_back(std::move(one));
  }
  if (!pictures.empty()) out["pictures"] = std::move(pictures);
  return out;
}

bool is_flat(const json::value& value) { return !value.is_array() && !value.is_object(); }

// What fits on a line stays on one.
void write(const json::value& value, std::size_t depth, std::string& out) {
  constexpr std::size_t k_line = 96;
  const auto short_form = json::serialize(value);
  if (is_flat(value) || short_form.size() + depth * 2 < k_line) {
    out += short_form;
    return;
  }
  const std::string indent(depth * 2 + 2, ' ');
  bool is_first = true;
  const auto next = [&] {
    out += (is_first ? "\n" : ",\n") + indent;
    is_first = false;
  };
  if (const auto* array = value.if_array()) {
    out += '[';
    for (const auto& one : *array) {
      next();
      write(one, depth + 1, out);
    }
  } else {
    out += '{';
    for (const auto& member : value.get_object()) {
      next();
      out += json::serialize(member.key()) + ": ";
      write(member.value(), depth + 1, out);
    }
  }
  out += '\n' + std::string(depth * 2, ' ') + (value.is_array() ? ']' : '}');
}

}  // namespace

bool Action::operator==(const Action& other) const {
  const auto same = [](const Picture& a, const Picture& b) {
    return a.name == b.name && a.media_type == b.media_type && a.bytes == b.bytes;
  };
  return what == other.what && to == other.to && name == other.name && value == other.value &&
         html == other.html && at_start == other.at_start && once == other.once &&
         what_of == other.what_of && std::ranges::equal(pictures, other.pictures, same);
}

json::object as_json(const Rule& rule) {
  json::object out;
  out["name"] = rule.name;
  if (!rule.description.empty()) out["description"] = lines(rule.description);
  out["state"] = name_of(rule.state);
  if (rule.from) out["from"] = show_utc(*rule.from);
  if (rule.until) out["until"] = show_utc(*rule.until);
  if (rule.is_any) out["match"] = "any";
  if (!rule.when.empty()) out["when"] = as_json(rule.when);
  if (!rule.except.empty()) out["except"] = as_json(rule.except);
  json::array actions;
  for (const auto& action : rule.actions) actions.emplace_back(as_json(action));
  out["do"] = std::move(actions);
  return out;
}

std::string format_rule(const Rule& rule) {
  std::string out;
  write(as_json(rule), 0, out);
  return out + '\n';
}

}  // namespace kontor::rules
