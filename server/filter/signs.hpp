// SPDX-License-Identifier: GPL-3.0-or-later
// Signs: what in a message's header, and of who brought it, speaks against it, each with its points
// (section "signs" of the settings). None of them proves anything; the sum decides. Any thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/config/settings.hpp"
#include "base/config/sign_rules.hpp"
#include "base/core/time.hpp"
#include "server/filter/dmarc/suffixes.hpp"
#include "server/filter/screening/screening.hpp"

namespace kontor::filter {

// Signs found, each once, in the order of config::Sign.
using Found = std::vector<config::Sign>;

class Signs {
 public:
  // The settings outlive it. Rows that cannot be read say nothing: check_settings() refuses them.
  explicit Signs(const config::Settings& settings);

  bool is_enabled() const noexcept { return settings_.signs.enabled; }
  // In the header as it came; `sender` is the reverse-path, empty: <>. Pure; as long as the header.
  Found in_header(std::string_view header, std::string_view sender, UtcSeconds now) const;
  // Of who brought it.
  static Found of_visit(const Visit& visit);

  std::uint32_t points_of(const Found& found) const;
  // "5 (no-date=2 null-sender=3)"; empty: none.
  std::string words_of(const Found& found) const;
  // "X-Kontor-Signs: …" CRLF, folded; empty: none.
  std::string field(const Found& found) const;
  static constexpr std::string_view k_field = "X-Kontor-Signs";

 private:
  bool is_of_another(std::string_view message_id,
                     const std::string& author,
                     std::string_view sender) const;

  const config::Settings& settings_;
  config::SignPoints points_{};
  dmarc::Suffixes suffixes_;
};

}  // namespace kontor::filter
