// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rules/rule_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>
#include <cmath>
#include <set>

#include "base/config/values.hpp"
#include "base/core/text.hpp"
#include "base/mime/lower.hpp"
#include "server/rules/moment.hpp"
#include "server/rules/rewrite/edits.hpp"
#include "server/rules/rule_words.hpp"

namespace kontor::rules {
namespace {

namespace json = boost::json;

constexpr int k_version = 1;
constexpr std::size_t k_longest_name = 100, k_longest_text = 1U << 20U;

template <class... Args>
std::unexpected<Error> bad(fmt::format_string<Args...> text, Args&&... args) {
  return fail(Errc::bad_input, fmt::format(text, std::forward<Args>(args)...));
}

// Reads the members of an object; what nobody asked for is an error that names the nearest one.
class Members {
 public:
  Members(const json::object& object, std::string_view what) : object_(object), what_(what) {}

  const json::value* find(std::string_view name) {
    asked_.push_back(name);
    return object_.if_contains(name);
  }

  Result<std::string> text(std::string_view name, bool is_needed = false) {
    const auto* value = find(name);
    if (value == nullptr && is_needed) return bad("{} needs \"{}\"", what_, name);
    if (value == nullptr) return std::string();
    if (const auto* lines = value->if_array()) return joined(*lines, name);
    if (!value->is_string()) return bad("\"{}\" of {} is a text", name, what_);
    return checked(value->get_string(), name);
  }

  Result<std::vector<std::string>> texts(std::string_view name) {
    const auto* value = find(name);
    std::vector<std::string> out;
    if (value == nullptr) return out;
    if (value->is_string()) {
      KONTOR_TRY(auto one, checked(value->get_string(), name));
      out.push_back(std::move(one));
      return out;
    }
    if (!value->is_array()) return bad("\"{}\" of {} is a text or a list of texts", name, what_);
    if (value->get_array().size() > k_most_values)
      return bad("\"{}\" of {} has more than {} texts", name, what_, k_most_values);
    for (const auto& item : value->get_array()) {
      if (!item.is_string()) return bad("\"{}\" of {} is a list of texts", name, what_);
      KONTOR_TRY(auto one, checked(item.get_string(), name));
      out.push_back(std::move(one));
    }
    return out;
  }

  Result<bool> yes(std::string_view name, bool otherwise) {
    const auto* value = find(name);
    if (value == nullptr) return otherwise;
    if (!value->is_bool()) return bad("\"{}\" of {} is true or false", name, what_);
    return value->get_bool();
  }

  // A number; "10M" of sizes, "20%" of shares.
  Result<std::optional<double>> number(std::string_view name) {
    const auto* value = find(name);
    if (value == nullptr) return std::optional<double>();
    if (value->is_string()) {
      const std::string_view text = value->get_string();
      if (text.ends_with('%'))
        if (const auto share = parse_number<std::uint32_t>(text.substr(0, text.size() - 1)))
          return std::optional<double>(static_cast<double>(*share) / 100);
      if (const auto size = config::parse_size(text))
        return std::optional<double>(static_cast<double>(*size));
      return bad("\"{}\" of {} is a number, a size (\"10M\") or a share (\"20%\")", name, what_);
    }
    if (!value->is_number()) return bad("\"{}\" of {} is a number", name, what_);
    const auto out = value->to_number<double>();
    if (!std::isfinite(out) || std::abs(out) > 1e15)
      return bad("\"{}\" of {} is no number that makes sense", name, what_);
    return std::optional<double>(out);
  }

  Result<std::uint64_t> count(std::string_view name, std::uint64_t otherwise) {
    KONTOR_TRY(const auto value, number(name));
    if (!value) return otherwise;
    if (*value < 1 || *value != std::floor(*value) || *value > 1e9)
      return bad("\"{}\" of {} is a whole number above 0", name, what_);
    return static_cast<std::uint64_t>(*value);
  }

  Result<void> nothing_else() const {
    for (const auto& member : object_) {
      const std::string_view name = member.key();
      if (std::ranges::find(asked_, name) != asked_.end()) continue;
      const auto nearest = std::ranges::min(
          asked_, {}, [&](std::string_view one) { return edit_distance(one, name); });
      return bad("{} has no \"{}\"; is \"{}\" meant?", what_, to_valid_utf8(name), nearest);
    }
    return {};
  }

 private:
  Result<std::string> checked(std::string_view text, std::string_view name) const {
    if (text.size() > k_longest_text) return bad("\"{}\" of {} is too long", name, what_);
    if (!is_utf8(text) || text.contains('\0'))
      return bad("\"{}\" of {} is no UTF-8 text", name, what_);
    return std::string(text);
  }

  // Long texts may be written as a list of their lines.
  Result<std::string> joined(const json::array& lines, std::string_view name) const {
    std::string out;
    for (const auto& line : lines) {
      if (!line.is_string()) return bad("\"{}\" of {} is a text, or a list of lines", name, what_);
      if (out.size() > k_longest_text) break;
      out.append(out.empty() && &line == lines.data() ? "" : "\n").append(line.get_string());
    }
    return checked(out, name);
  }

  const json::object& object_;
  std::string what_;
  std::vector<std::string_view> asked_;
};

Result<void> read_texts(Members& members, const AboutRow& row, Condition& out) {
  bool has_one = false;
  for (const auto how : {How::is, How::contains, How::begins, How::ends, How::matches}) {
    if (!members.find(name_of(how))) continue;
    if (has_one) return bad("a condition about \"{}\" compares in one way", row.name);
    has_one = true;
    out.how = how;
    KONTOR_TRY(out.values, members.texts(name_of(how)));
    if (out.values.empty())
      return bad("a condition about \"{}\" has nothing to look for", row.name);
  }
  if (out.about == About::header) {
    KONTOR_TRY(out.header, members.text("header", true));
    if (!is_field_name(out.header)) return bad("\"{}\" is no name of a header field", out.header);
    return {};  // without a value: is it there?
  }
  if (!has_one)
    return bad("a condition about \"{}\" needs one of is, contains, begins, ends, matches",
               row.name);
  return {};
}

Result<void> read_named(Members& members, const AboutRow& row, Condition& out) {
  out.how = How::is;
  KONTOR_TRY(out.values, members.texts("is"));
  if (out.values.empty()) return bad("a condition about \"{}\" needs \"is\"", row.name);
  return check_values(out);
}

Result<void> read_limits(Members& members, const AboutRow& row, Condition& out) {
  KONTOR_TRY(out.over, members.number("over"));
  KONTOR_TRY(out.under, members.number("under"));
  if (!out.over && !out.under)
    return bad("a condition about \"{}\" needs \"over\" or \"under\"", row.name);
  return {};
}

Result<void> read_fingerprint(Members& members, Condition& out) {
  out.how = How::is;
  KONTOR_TRY(out.values, members.texts("is"));
  KONTOR_TRY(out.over, members.number("share"));
  KONTOR_TRY(out.letters, members.count("letters", 0));
  if (!out.over && out.letters == 0)
    return bad("a condition about \"fingerprint\" needs \"share\" (\"20%\") or \"letters\"");
  if (out.over && (*out.over <= 0 || *out.over > 1)) return bad("a \"share\" is from 1% to 100%");
  return {};
}

Result<void> read_kind(Members& members, const AboutRow& row, Condition& out) {
  switch (row.kind) {
    case Kind::text:
      return read_texts(members, row, out);
    case Kind::limits:
      return read_limits(members, row, out);
    case Kind::fingerprint:
      return read_fingerprint(members, out);
    case Kind::yes:
      return {};
    case Kind::named:
    case Kind::counted:
      break;
  }
  KONTOR_TRY(read_named(members, row, out));
  if (row.kind == Kind::named) return {};
  KONTOR_TRY(const auto least, members.count("at_least", 1));
  out.at_least = static_cast<std::uint32_t>(least);
  return {};
}

Result<Condition> read_condition(const json::value& value) {
  if (!value.is_object()) return bad("a condition is an object: {{\"about\": …}}");
  Members members(value.get_object(), "a condition");
  KONTOR_TRY(const auto name, members.text("about", true));
  const auto* row = find_about(name);
  if (row == nullptr)
    return bad("a condition is about nothing called \"{}\"; is \"{}\" meant?", name,
               nearest_about(name));
  Condition out;
  out.about = row->about;
  KONTOR_TRY(out.is_not, members.yes("not", false));
  KONTOR_TRY(read_kind(members, *row, out));
  KONTOR_TRY(members.nothing_else());
  KONTOR_TRY(check_patterns(out));
  return out;
}

Result<std::vector<Condition>> read_conditions(const json::value* value, std::string_view name) {
  std::vector<Condition> out;
  if (value == nullptr) return out;
  if (!value->is_array()) return bad("\"{}\" is a list of conditions", name);
  if (value->get_array().size() > k_most_conditions)
    return bad("\"{}\" has more than {} conditions", name, k_most_conditions);
  for (const auto& one : value->get_array()) {
    KONTOR_TRY(auto condition, read_condition(one));
    out.push_back(std::move(condition));
  }
  return out;
}

Result<Picture> read_picture(const json::value& value) {
  if (!value.is_object()) return bad("a picture is an object");
  Members members(value.get_object(), "a picture");
  Picture out;
  KONTOR_TRY(out.name, members.text("name", true));
  KONTOR_TRY(out.media_type, members.text("type", true));
  KONTOR_TRY(const auto data, members.text("data", true));
  KONTOR_TRY(members.nothing_else());
  const auto is_plain = [](char c) {
    return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '.' ||
           c == '-' || c == '_';
  };
  if (out.name.empty() || out.name.size() > 60 || !std::ranges::all_of(out.name, is_plain))
    return bad("the name of a picture has letters, digits, '.', '-' and '_'");
  const auto subtype = std::string_view(out.media_type);
  if (!istarts_with(subtype, "image/") || subtype.size() > 60 ||
      !std::ranges::all_of(subtype.substr(6), [&](char c) { return is_plain(c) || c == '+'; }))
    return bad("the type of a picture is image/…");
  auto bytes = base64_decode(data);
  if (!bytes) return bad("the data of the picture \"{}\" is no base64", out.name);
  out.bytes = *std::move(bytes);
  return out;
}

Result<void> read_addition(Members& members, Action& out) {
  KONTOR_TRY(out.value, members.text("text"));
  KONTOR_TRY(out.html, members.text("html"));
  if (out.value.empty() && out.html.empty()) return bad("\"add_text\" needs \"text\" or \"html\"");
  KONTOR_TRY(const auto where, members.text("where"));
  if (!where.empty() && where != "start" && where != "end")
    return bad("\"where\" of \"add_text\" is \"start\" or \"end\"");
  out.at_start = where == "start";
  KONTOR_TRY(out.once, members.yes("once", true));
  const auto* pictures = members.find("pictures");
  if (pictures == nullptr) return {};
  if (!pictures->is_array() || pictures->get_array().size() > 20)
    return bad("\"pictures\" is a list of at most 20 pictures");
  for (const auto& one : pictures->get_array()) {
    KONTOR_TRY(auto picture, read_picture(one));
    out.pictures.push_back(std::move(picture));
  }
  return {};
}

Result<void> read_targets(Members& members, const DoesRow& row, Action& out) {
  KONTOR_TRY(out.to, members.texts("to"));
  if (out.to.empty() || out.to.size() > 100)
    return bad("\"{}\" needs \"to\", one address or up to 100", row.name);
  for (const auto& address : out.to)
    if (!is_address(address)) return bad("\"{}\" is no mail address", address);
  return {};
}

Result<void> read_field(Members& members, const DoesRow& row, Action& out) {
  KONTOR_TRY(out.name, members.text("header", true));
  const bool is_removed = out.what == Does::remove_header;
  const auto name = std::string_view(out.name);
  const bool is_many = is_removed && name.size() > 1 && name.ends_with('*');
  if (!is_field_name(is_many ? name.substr(0, name.size() - 1) : name))
    return bad("\"{}\" is no name of a header field", out.name);
  if (is_kept_field(out.name)) return bad("the field {} is not changed by rules", out.name);
  if (is_removed) return {};
  KONTOR_TRY(out.value, members.text("value", true));
  if (out.value.size() > 4'096) return bad("the value of \"{}\" is too long", row.name);
  return {};
}

Result<void> read_what_of(Members& members, const DoesRow& row, Action& out) {
  KONTOR_TRY(out.what_of, read_conditions(members.find("of"), "of"));
  const bool is_files = out.what == Does::remove_attachments;
  if (out.what_of.empty() && !is_files)
    return bad("\"replace_text\" needs \"of\", what it looks for");
  for (const auto& one : out.what_of) {
    const bool is_file = one.about == About::attachment_name ||
                         one.about == About::attachment_type || one.about == About::attachment_size;
    const bool is_text =
        one.about == About::body || one.about == About::words || one.about == About::numbers;
    if (is_files ? !is_file : !is_text || one.is_not)
      return bad("\"of\" of \"{}\" cannot be about \"{}\"{}", row.name, name_of(one.about),
                 one.is_not ? " with not" : "");
  }
  KONTOR_TRY(out.value, members.text(is_files ? "note" : "with"));
  return {};
}

Result<Action> read_action(const json::value& value) {
  if (!value.is_object()) return bad("an action is an object: {{\"do\": …}}");
  Members members(value.get_object(), "an action");
  KONTOR_TRY(const auto name, members.text("do", true));
  const auto* row = find_does(name);
  if (row == nullptr)
    return bad("there is no action \"{}\"; is \"{}\" meant?", name, nearest_does(name));
  Action out;
  out.what = row->does;
  if (row->has_targets) {
    KONTOR_TRY(read_targets(members, *row, out));
  }
  if (row->has_field) {
    KONTOR_TRY(read_field(members, *row, out));
  }
  if (out.what == Does::add_text) {
    KONTOR_TRY(read_addition(members, out));
  }
  if (out.what == Does::replace_text || out.what == Does::remove_attachments) {
    KONTOR_TRY(read_what_of(members, *row, out));
  }
  if (row->has_text) {
    KONTOR_TRY(out.value, members.text("text", row->needs_text));
    if (row->needs_text && trim(out.value).empty())
      return bad("the text of \"{}\" is empty", row->name);
  }
  KONTOR_TRY(members.nothing_else());
  KONTOR_TRY(check_templates(out));
  return out;
}

Result<Rule> read_rule_now(const json::object& object, Rule& out) {
  Members members(object, "a rule");
  KONTOR_TRY(out.name, members.text("name", true));
  out.name = std::string(trim(out.name));
  if (out.name.empty() || out.name.size() > k_longest_name || out.name.contains('\n'))
    return bad("the name of a rule is one line of 1 to {} bytes", k_longest_name);
  KONTOR_TRY(out.description, members.text("description"));
  KONTOR_TRY(const auto state, members.text("state"));
  KONTOR_TRY(out.state, parse_state(state.empty() ? "on" : state));
  KONTOR_TRY(const auto from, members.text("from"));
  KONTOR_TRY(const auto until, members.text("until"));
  if (!from.empty()) {
    KONTOR_TRY(out.from, parse_utc(from));
  }
  if (!until.empty()) {
    KONTOR_TRY(out.until, parse_utc(until));
  }
  if (out.from && out.until && *out.from >= *out.until) return bad("\"until\" is before \"from\"");
  KONTOR_TRY(const auto match, members.text("match"));
  if (!match.empty() && match != "all" && match != "any")
    return bad("\"match\" is \"all\" or \"any\"");
  out.is_any = match == "any";
  KONTOR_TRY(out.when, read_conditions(members.find("when"), "when"));
  KONTOR_TRY(out.except, read_conditions(members.find("except"), "except"));
  const auto* actions = members.find("do");
  if (actions == nullptr || !actions->is_array() || actions->get_array().empty())
    return bad("it needs \"do\", a list of actions");
  if (actions->get_array().size() > k_most_actions)
    return bad("it has more than {} actions", k_most_actions);
  for (const auto& one : actions->get_array()) {
    KONTOR_TRY(auto action, read_action(one));
    out.actions.push_back(std::move(action));
  }
  KONTOR_TRY(members.nothing_else());
  return std::move(out);
}

Result<Rule> read_rule(const json::value& value) {
  if (!value.is_object()) return bad("a rule is an object");
  Rule rule;
  auto out = read_rule_now(value.get_object(), rule);
  if (!out && !rule.name.empty())
    return fail(std::move(out).error().while_doing("rule " + rule.name));
  return out;
}

Result<std::vector<Rule>> read_rules(const json::value& value) {
  std::vector<Rule> out;
  if (!value.is_array()) {
    KONTOR_TRY(auto rule, read_rule(value));
    out.push_back(std::move(rule));
    return out;
  }
  if (value.get_array().size() > k_most_rules)
    return bad("there are more than {} rules", k_most_rules);
  std::set<std::string> names;
  for (const auto& one : value.get_array()) {
    KONTOR_TRY(auto rule, read_rule(one));
    if (!names.insert(mime::lower_utf8(rule.name)).second)
      return bad("two rules are called \"{}\"", rule.name);
    out.push_back(std::move(rule));
  }
  return out;
}

Result<json::value> parse_json(std::string_view text, std::uint64_t longest) {
  if (text.size() > longest) return bad("it is longer than {} bytes", longest);
  json::parse_options options;
  options.allow_comments = true;
  options.allow_trailing_commas = true;
  options.max_depth = 16;
  boost::system::error_code failed;
  json::stream_parser parser({}, options);
  const auto used = parser.write_some(text.data(), text.size(), failed);
  const bool is_whole = used == text.size();
  if (!failed && is_whole) parser.finish(failed);
  if (!failed && is_whole) return parser.release();
  const auto line = std::ranges::count(text.substr(0, used), '\n') + 1;
  return bad("line {} is no JSON: {}", line,
             failed ? failed.message() : "something stands behind it");
}

}  // namespace

Result<std::vector<Rule>> parse_rules(std::string_view text) {
  KONTOR_TRY(const auto value, parse_json(text, k_longest_rule));
  if (const auto* object = value.if_object(); object != nullptr && object->size() == 1)
    if (const auto* rules = object->if_contains("rules")) return read_rules(*rules);
  return read_rules(value);
}

std::string format_file(const std::vector<Rule>& rules) {
  json::array list;
  for (const auto& rule : rules) list.emplace_back(as_json(rule));
  json::object out;
  out["kontor_rules"] = k_version;
  out["rules"] = std::move(list);
  return json::serialize(out) + '\n';
}

Result<std::vector<Rule>> parse_file(std::string_view text) {
  KONTOR_TRY(const auto value, parse_json(text, k_longest_rules));
  const auto* object = value.if_object();
  const auto* version = object == nullptr ? nullptr : object->if_contains("kontor_rules");
  if (version == nullptr || !version->is_int64()) return bad("this is no file of rules");
  if (version->get_int64() != k_version)
    return bad("the file has version {}, this server knows {}", version->get_int64(), k_version);
  const auto* rules = object->if_contains("rules");
  if (rules == nullptr || !rules->is_array()) return bad("the file has no rules");
  return read_rules(*rules);
}

}  // namespace kontor::rules
