// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/x500.hpp"

#include <array>

#include "base/core/text.hpp"

namespace kontor::delivery {
namespace {

constexpr std::array<std::string_view, 2> k_kinds{"IMCEAEX-", "IMCEAX500-"};

}  // namespace

std::optional<std::string> decode_imcea(std::string_view local) {
  for (const auto kind : k_kinds) {
    if (!istarts_with(local, kind)) continue;
    local.remove_prefix(kind.size());
    std::string out;
    for (std::size_t i = 0; i < local.size(); ++i) {
      const auto byte = local[i] == '+' ? hex_decode(local.substr(i + 1, 2)) : std::string();
      if (local[i] == '+') {
        if (!byte || byte->size() != 1) return std::nullopt;
        out += *byte;
        i += 2;
      } else {
        out.push_back(local[i] == '_' ? '/' : local[i]);
      }
    }
    return out.starts_with('/') ? std::optional(out) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace kontor::delivery
