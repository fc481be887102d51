// SPDX-License-Identifier: GPL-3.0-or-later
// Values of settings as an administrator writes them: durations ("30m"), sizes ("50 MB"), texts.
// Pure; any thread.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "base/config/table.hpp"
#include "base/core/result.hpp"

namespace kontor::config {

// "30m", "1h 30m", "500ms", "2d"; units ms, s, m, h, d, w. bad_input: a sentence.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);
// "50 MB", "64KB", "1 GiB"; a thousand is 1024 in every unit. bad_input: a sentence.
Result<ByteCount> parse_size(std::string_view text);
// The longest units that say it exactly: "30m", "1d", "500ms".
std::string show_duration(std::chrono::milliseconds duration);
std::string show_size(ByteCount size);  // "50 MB", "1000"

// The value of a field as TOML: true, 143, "text", ["a", "b"], "30m", "50 MB".
std::string show_value(const Field& field);
// What a value of this row looks like, for people: "duration", "size", "text", ...
std::string_view kind_of(const Field& field);
// The row's range for people: "1s to 10m", "logfmt or json"; empty when anything goes.
std::string show_range(const Row& row, const Field& field);
// Text in TOML's basic string form, quotes included.
std::string quote(std::string_view text);

}  // namespace kontor::config
