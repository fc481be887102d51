// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/text/component.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::calendar {

const Parameter* Property::find(std::string_view of) const noexcept {
  for (const auto& one : parameters)
    if (iequals(one.name, of)) return &one;
  return nullptr;
}

std::string_view Property::parameter(std::string_view of) const noexcept {
  const Parameter* found = find(of);
  return found == nullptr || found->values.empty() ? std::string_view{}
                                                   : std::string_view(found->values.front());
}

void Property::set(std::string_view of, std::string_view written) {
  std::erase_if(parameters, [&](const Parameter& one) { return iequals(one.name, of); });
  if (!written.empty()) parameters.push_back({to_upper(of), {std::string(written)}});
}

const Property* Component::find(std::string_view property) const noexcept {
  for (const auto& one : properties)
    if (iequals(one.name, property)) return &one;
  return nullptr;
}

Property* Component::find(std::string_view property) noexcept {
  return const_cast<Property*>(std::as_const(*this).find(property));
}

std::string_view Component::value(std::string_view property) const noexcept {
  const Property* found = find(property);
  return found == nullptr ? std::string_view{} : trim(found->value);
}

void Component::set(std::string_view property, std::string value) {
  const auto same = [&](const Property& one) { return iequals(one.name, property); };
  const auto first = std::ranges::find_if(properties, same);
  if (first == properties.end()) {
    properties.push_back({.name = to_upper(property), .value = std::move(value)});
    return;
  }
  *first = {.name = to_upper(property), .value = std::move(value)};
  properties.erase(std::remove_if(std::next(first), properties.end(), same), properties.end());
}

void Component::erase(std::string_view property) {
  std::erase_if(properties, [&](const Property& one) { return iequals(one.name, property); });
}

std::string unescape_text(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '\\' || i + 1 == value.size()) {
      out.push_back(value[i]);
      continue;
    }
    const char next = value[++i];
    out.push_back(next == 'n' || next == 'N' ? '\n' : next);
  }
  return out;
}

std::string escape_text(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 8);
  for (const char c : text) {
    if (c == '\r') continue;
    if (c == '\\' || c == ',' || c == ';') out.push_back('\\');
    if (c == '\n')
      out.append("\\n");
    else if (static_cast<unsigned char>(c) >= 0x20 || c == '\t')
      out.push_back(c);
  }
  return out;
}

std::vector<std::string_view> split_value(std::string_view value, char separator) {
  std::vector<std::string_view> pieces;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\')
      ++i;
    else if (value[i] == separator) {
      pieces.push_back(value.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  pieces.push_back(value.substr(begin));
  return pieces;
}

}  // namespace kontor::calendar
