// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/trace/services.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::trace {
namespace {

constexpr std::string_view k_title = "kontor-services 1\n", k_end = "end\n";
constexpr std::string_view k_any_title = "kontor-services ";
constexpr std::array<std::string_view, 3> k_states{"running", "paused", "stopped"};

}  // namespace

std::string_view name_of(ServiceState state) noexcept {
  return k_states[static_cast<std::size_t>(state)];
}

std::optional<std::size_t> Services::find(std::string_view name) noexcept {
  const auto found = std::ranges::find(k_names, name);
  if (found == k_names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - k_names.begin());
}

std::string Services::format() const {
  std::string out(k_title);
  for (std::size_t i = 0; i < k_names.size(); ++i)
    if (state(i) != ServiceState::running)
      out.append(k_names[i]).append("=").append(name_of(state(i))).append("\n");
  return out.append(k_end);
}

Result<void> Services::parse(std::string_view text) {
  if (!text.starts_with(k_title)) {
    if (text.starts_with(k_any_title))
      return fail(Errc::unsupported, "the states of services were written by a later version");
    return fail(Errc::bad_input, "this is no file of states of services");
  }
  text.remove_prefix(k_title.size());
  std::array<ServiceState, k_names.size()> states{};
  while (text != k_end) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, std::min(end, text.size()));
    const auto equals = std::min(line.find('='), line.size());
    const auto service = find(line.substr(0, equals));
    const auto state = std::ranges::find(k_states, line.substr(std::min(equals + 1, line.size())));
    if (end == std::string_view::npos || !service || state == k_states.end())
      return fail(Errc::bad_input, "a line is not as it was written");
    states.at(*service) = static_cast<ServiceState>(state - k_states.begin());
    text.remove_prefix(end + 1);
  }
  for (std::size_t i = 0; i < states.size(); ++i) set(i, states.at(i));
  return {};
}

}  // namespace kontor::trace
