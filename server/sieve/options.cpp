// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sieve/options.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "server/sieve/texts.hpp"

namespace kontor::sieve {
namespace {

using Wrong = std::optional<Problem>;

Problem bad_value(const Node& node, std::string value) {
  return {node.at, Complaint::bad_value, std::move(value)};
}

std::optional<Relation> find_relation(std::string_view name) {
  constexpr std::array<std::string_view, 6> k_names{"gt", "ge", "lt", "le", "eq", "ne"};
  const auto found = std::ranges::find(k_names, to_lower(name));
  if (found == k_names.end()) return std::nullopt;
  return static_cast<Relation>(found - k_names.begin());
}

Wrong settle_match(Node& node) {
  for (const auto& [tag, match] : {std::pair{Tag::is, MatchType::is},
                                   {Tag::contains, MatchType::contains},
                                   {Tag::matches, MatchType::matches},
                                   {Tag::count, MatchType::count},
                                   {Tag::value, MatchType::value}})
    if (node.has(tag)) node.match = match;
  for (const auto tag : {Tag::count, Tag::value}) {
    const auto* option = node.find(tag);
    if (option == nullptr) continue;
    const auto name = constant(option->strings[0]).value_or("");
    const auto relation = find_relation(name);
    if (!relation) return Problem{node.at, Complaint::bad_relation, name};
    node.relation = *relation;
  }
  const bool is_part = node.match == MatchType::contains || node.match == MatchType::matches;
  if (is_part && node.comparator == Comparator::ascii_numeric)  // RFC 4790, 9.1.1
    return Problem{node.at, Complaint::comparator_cannot, "i;ascii-numeric"};
  return std::nullopt;
}

void settle_part(Node& node) {
  for (const auto& [tag, part] : {std::pair{Tag::local_part, AddressPart::local_part},
                                  {Tag::domain, AddressPart::domain},
                                  {Tag::user, AddressPart::user},
                                  {Tag::detail, AddressPart::detail}})
    if (node.has(tag)) node.part = part;
}

Wrong each_constant(const Node& node,
                    std::size_t operand,
                    bool (*is_good)(std::string_view value)) {
  for (const auto& text : node.operands[operand])
    if (const auto value = constant(text); value && !is_good(*value))
      return bad_value(node, *value);
  return std::nullopt;
}

bool is_envelope_part(std::string_view name) {
  return iequals(name, "from") || iequals(name, "to");
}

bool is_date_part(std::string_view name) {
  constexpr std::array<std::string_view, 13> k_parts{"year",  "month",  "day",    "date", "julian",
                                                     "hour",  "minute", "second", "time", "iso8601",
                                                     "std11", "zone",   "weekday"};
  return std::ranges::find(k_parts, to_lower(name)) != k_parts.end();
}

bool is_namespaced_variable(std::string_view name) { return is_variable_name(name); }
bool is_local_variable(std::string_view name) {
  return is_variable_name(name) && !name.contains('.');
}
bool is_text(std::string_view) { return true; }

// Names of scripts must be there when the script is checked (RFC 6609, 3.2; RFC 5463, 4).
Wrong all_constant(const Node& node, bool (*is_good)(std::string_view value)) {
  for (const auto& list : node.operands)
    for (const auto& text : list)
      if (!constant(text)) return Problem{node.at, Complaint::no_variables, {}};
  return each_constant(node, 0, is_good);
}

Wrong settle_vacation(const Node& node) {
  if (node.has(Tag::days) && node.has(Tag::seconds))  // RFC 6131, 2
    return Problem{node.at, Complaint::tags_clash, "seconds"};
  return std::nullopt;
}

Wrong settle_zone(const Node& node) {
  const auto* zone = node.find(Tag::zone);
  if (zone == nullptr) return std::nullopt;
  const auto value = constant(zone->strings[0]);
  return value && !parse_zone(*value) ? Wrong(bad_value(node, *value)) : std::nullopt;
}

Wrong settle_operands(const Node& node) {
  switch (node.kind) {
    case Kind::address:
    case Kind::exists:
    case Kind::header:
    case Kind::add_header:
    case Kind::delete_header:
      return each_constant(node, 0, is_header_name);
    case Kind::envelope:
      return each_constant(node, 0, is_envelope_part);
    case Kind::current_date:
      if (node.has(Tag::original_zone))
        return Problem{node.at, Complaint::tags_clash, "originalzone"};
      return each_constant(node, 0, is_date_part);
    case Kind::date:
      if (auto wrong = each_constant(node, 0, is_header_name)) return wrong;
      return each_constant(node, 1, is_date_part);
    case Kind::set:
      return each_constant(node, 0, is_namespaced_variable);
    case Kind::global:
      return all_constant(node, is_local_variable);
    case Kind::ihave:
    case Kind::include:
      return all_constant(node, is_text);
    case Kind::set_flag:
    case Kind::add_flag:
    case Kind::remove_flag:
      return node.has_optional ? each_constant(node, 0, is_namespaced_variable) : std::nullopt;
    case Kind::size:
      if (node.options.empty()) return Problem{node.at, Complaint::too_few_arguments, "size"};
      return std::nullopt;
    case Kind::duplicate:
      if (node.has(Tag::header) && node.has(Tag::unique_id))  // RFC 7352, 3
        return Problem{node.at, Complaint::tags_clash, "uniqueid"};
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

// RFC 5260, 6: which of several fields of a name.
Wrong settle_index(const Node& node) {
  const auto* index = node.find(Tag::index);
  if (index != nullptr && index->number == 0) return bad_value(node, "0");
  const bool may_alone = node.kind == Kind::duplicate || node.kind == Kind::add_header;
  if (node.has(Tag::last) && index == nullptr && !may_alone)
    return Problem{node.at, Complaint::tags_clash, "last"};
  return std::nullopt;
}

}  // namespace

std::optional<std::string> constant(const Text& text) {
  std::string out;
  for (const auto& piece : text) {
    if (piece.kind != Piece::Kind::literal) return std::nullopt;
    out += piece.text;
  }
  return out;
}

std::optional<Comparator> find_comparator(std::string_view name) {
  if (name == "i;octet") return Comparator::octet;
  if (name == "i;ascii-casemap") return Comparator::ascii_casemap;
  if (name == "i;ascii-numeric") return Comparator::ascii_numeric;
  if (name == "i;unicode-casemap") return Comparator::unicode_casemap;
  return std::nullopt;
}

std::optional<Problem> settle_options(Node& node) {
  if (auto wrong = settle_match(node)) return wrong;
  settle_part(node);
  if (auto wrong = settle_index(node)) return wrong;
  if (auto wrong = settle_zone(node)) return wrong;
  if (auto wrong = settle_vacation(node)) return wrong;
  return settle_operands(node);
}

std::optional<int> parse_zone(std::string_view text) {
  if (text.size() != 5 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const auto digits = parse_number<unsigned>(text.substr(1));
  if (!digits || *digits % 100 > 59 || *digits > 2'359) return std::nullopt;
  const int minutes = static_cast<int>(*digits / 100 * 60 + *digits % 100);
  return text[0] == '-' ? -minutes : minutes;
}

bool is_header_name(std::string_view name) {
  return !name.empty() &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7f' && c != ':'; });
}

}  // namespace kontor::sieve
