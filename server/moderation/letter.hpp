// SPDX-License-Identifier: GPL-3.0-or-later
// The letter that asks moderators about a message. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "server/moderation/held.hpp"

namespace kontor::moderation {

struct Letter {
  const Held& held;
  std::string_view message;                   // attached whole
  const std::vector<std::string>& languages;  // "en", "ru": a text in each
  const std::vector<std::string>& to;         // addresses
  std::string_view server;                    // server.name
  std::string_view answers_to;                // address
  std::string_view link;                      // of the page
  UtcSeconds now{};
};

std::string letter_of(const Letter& letter);

}  // namespace kontor::moderation
