// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/domain/names.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>

#include "base/core/text.hpp"

namespace kontor::directory {
namespace {

constexpr std::size_t k_machine_length = 15, k_user_length = 20;
constexpr std::size_t k_password_length = 120;
constexpr std::string_view k_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static_assert(256 % k_alphabet.size() == 0);  // every byte stands for one character, evenly

}  // namespace

std::string short_name(std::string_view host) {
  return std::string(host.substr(0, host.find('.')));
}

std::vector<std::string> service_names(const std::vector<std::string>& services,
                                       std::string_view host) {
  std::vector<std::string> names;
  const std::string full = to_lower(host), brief = short_name(full);
  for (const auto& service : services) {
    names.push_back(service + "/" + full);
    if (brief != full) names.push_back(service + "/" + brief);
  }
  return names;
}

std::string account_name(const JoinWish& wish, std::string_view host) {
  if (wish.service_account)
    return wish.account.empty() ? ("kontor-" + short_name(to_lower(host))).substr(0, k_user_length)
                                : wish.account;
  std::string name = wish.account.empty() ? short_name(host) : wish.account;
  if (name.ends_with('$')) name.pop_back();
  return to_upper(name.substr(0, k_machine_length)) + "$";
}

bool is_account_name(std::string_view name) {
  constexpr std::string_view k_forbidden = "\"/\\[]:;|=,+*?<>@";
  if (name.ends_with('$')) name.remove_suffix(1);
  return !name.empty() && name.size() <= k_user_length && !name.ends_with('.') &&
         std::ranges::all_of(name, [&](char c) {
           return static_cast<unsigned char>(c) > ' ' && c != 127 &&
                  k_forbidden.find(c) == std::string_view::npos;
         });
}

std::string dn_escape(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    const bool is_edge = (i == 0 && (c == ' ' || c == '#')) || (i + 1 == value.size() && c == ' ');
    if (is_edge || std::string_view(",+\"\\<>;=").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string random_password() {
  std::array<unsigned char, k_password_length> bytes{};
  std::size_t have = 0;
  while (have < bytes.size()) {
    const auto got = getrandom(bytes.data() + have, bytes.size() - have, 0);
    if (got > 0) have += static_cast<std::size_t>(got);
  }
  std::string out;
  for (const auto byte : bytes) out += k_alphabet[byte % k_alphabet.size()];
  // One of each kind, whatever was drawn.
  constexpr std::string_view k_kinds = "Kk7-";
  return out.replace(0, k_kinds.size(), k_kinds);
}

}  // namespace kontor::directory
