// SPDX-License-Identifier: GPL-3.0-or-later
// What `kontorctl export` writes beside and into files so that an import brings back the same
// bytes, flags, keywords, dates and folder names (docs/formats/export.md). Pure.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "server/admin/sources/message.hpp"

namespace kontor::admin::sources {

inline constexpr std::string_view k_marks_file = ".kontor-marks";      // in a folder of messages
inline constexpr std::string_view k_folders_file = ".kontor-folders";  // at the top of an export
inline constexpr std::string_view k_export_field = "X-Kontor-Export";  // in messages of mbox files

struct OwnMarks {
  Marks marks;
  std::optional<UtcSeconds> date;
  std::uint64_t size = 0;  // of the message; 0: not said
  bool as_is = false;      // the line ends of the file are the message's own
};

// One line of JSON, without its end.
std::string print_own_marks(const OwnMarks& marks, std::string_view file = {});
std::optional<OwnMarks> parse_own_marks(std::string_view json);

// By file name, or by path and full folder name; lines that are none are passed over.
std::map<std::string, OwnMarks> parse_marks_file(std::string_view text);
std::map<std::string, std::string> parse_folders_file(std::string_view text);
std::string print_folders_line(std::string_view path, std::string_view folder);

// An mbox message without the fields that the export put at the end of its header; nothing when
// there are none.
struct Unmarked {
  OwnMarks marks;
  std::string content;
};
std::optional<Unmarked> take_export_field(std::string_view content);
// The other way: where in a message the fields belong (the end of its header).
std::size_t end_of_header(std::string_view message);

}  // namespace kontor::admin::sources
