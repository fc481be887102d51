// SPDX-License-Identifier: GPL-3.0-or-later
// The frame of flags that a reader has for himself (docs/formats/frames.md: reader_flags).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "store/format/types.hpp"

namespace kontor::store {

struct ReaderFlagsFrame {
  FolderId folder = 0;
  Binding reader;  // not the account's owner
  FlagAction action = FlagAction::add;
  FlagBits flags = 0;
  std::uint8_t own = 0;  // which flags he has for himself: OwnFlags::byte()
  std::vector<std::string> keywords;
  std::vector<Uid> uids;  // ascending
  bool operator==(const ReaderFlagsFrame&) const = default;
};

std::string encode_reader_flags(const ReaderFlagsFrame& frame);
// corrupt; unsupported: of a later version.
Result<ReaderFlagsFrame> decode_reader_flags(std::string_view payload);

}  // namespace kontor::store
