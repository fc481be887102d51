// SPDX-License-Identifier: GPL-3.0-or-later
// The score that a spam filter wrote into a header. Pure.
#pragma once
#include <optional>
#include <string_view>

namespace kontor::rules {

// Of the first of these fields that has one: `preferred` (may be empty), X-Spam-Score,
// X-Spamd-Result ("default: False [4.20 / 15.00]"), X-Spam-Status ("Yes, score=8.1 …").
std::optional<double> spam_score(std::string_view header, std::string_view preferred);

}  // namespace kontor::rules
