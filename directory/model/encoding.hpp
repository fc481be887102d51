// SPDX-License-Identifier: GPL-3.0-or-later
// The directory copy as bytes (docs/formats/directory-copy.md): written whole by kontor-directory,
// read by kontord. Pure.
//
// A damaged, cut or foreign file is `corrupt`, another version is `unsupported`; nothing of it is
// used then.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "directory/model/bytes.hpp"
#include "directory/model/model.hpp"
#include "directory/model/source.hpp"

namespace kontor::directory {

inline constexpr std::uint32_t k_copy_version = 4;

struct DecodedCopy {
  std::uint64_t generation = 0;
  std::vector<Principal> principals;
};

std::string encode_copy(const DirectoryCopy& copy);
Result<DecodedCopy> decode_copy(std::string_view bytes);

// One principal, one id, as they stand in the copy and in messages.
void write_id(ByteWriter& out, const PrincipalId& id);
PrincipalId read_id(ByteReader& in);
void write_principal(ByteWriter& out, const Principal& principal);
Principal read_principal(ByteReader& in);
void write_changes(ByteWriter& out, const Changes& changes);
Changes read_changes(ByteReader& in);

}  // namespace kontor::directory
