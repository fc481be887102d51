// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/domain_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::delivery {
namespace {

constexpr std::string_view k_head = "kontor-domains 1";
constexpr std::string_view k_end = "end";
constexpr std::size_t k_longest_name = 253;  // RFC 1035, 2.3.4
constexpr std::size_t k_longest_label = 63;
constexpr std::size_t k_most_domains = 10'000;

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= k_longest_label && !label.starts_with('-') &&
         !label.ends_with('-') && std::ranges::all_of(label, [](char c) {
           return is_digit(c) || c == '-' || (c >= 'a' && c <= 'z');
         });
}

}  // namespace

Result<std::string> parse_domain_name(std::string_view text) {
  auto name = to_lower(trim(text));
  const auto labels = split(name, '.');
  if (name.size() > k_longest_name || labels.size() < 2 || !std::ranges::all_of(labels, is_label))
    return fail(Errc::bad_input, fmt::format("\"{}\" is not the full name of a domain, such as "
                                             "example.com",
                                             to_valid_utf8(text.substr(0, 300))));
  return name;
}

std::string format_domains(const DomainNames& names) {
  std::string out(k_head);
  out += '\n';
  for (const auto& name : names) out.append(name).append("\n");
  return out.append(k_end).append("\n");
}

Result<DomainNames> parse_domains(std::string_view text) {
  const auto lines = split(text, '\n');
  if (lines.front() != k_head)
    return fail(Errc::bad_input, fmt::format("the first line is not \"{}\"", k_head));
  if (lines.size() < 3 || lines[lines.size() - 2] != k_end || !lines.back().empty())
    return fail(Errc::bad_input, fmt::format("the last line is not \"{}\"", k_end));
  if (lines.size() - 3 > k_most_domains) return fail(Errc::bad_input, "too many domains");
  DomainNames names;
  for (std::size_t i = 1; i + 2 < lines.size(); ++i) {
    auto name = parse_domain_name(lines[i]);
    if (!name || *name != lines[i])
      return fail(Errc::bad_input, fmt::format("line {} is no name of a domain", i + 1));
    names.insert(*std::move(name));
  }
  return names;
}

}  // namespace kontor::delivery
