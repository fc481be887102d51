// SPDX-License-Identifier: GPL-3.0-or-later
// Writes messages into files of other programs' forms (docs/formats/export.md).
//
// The files are written below `folder`, which exists and is empty; finish() has them on the device.
// Blocking; one thread; memory: one message.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "server/admin/sources/message.hpp"

namespace kontor::admin::exports {

struct OutMessage {
  std::string_view raw;
  sources::Marks marks;
  UtcSeconds date{};      // INTERNALDATE
  std::uint64_t uid = 0;  // names files, in their order
};

class Writer {
 public:
  virtual ~Writer() = default;
  // Makes the folder, also when no message follows.
  virtual Result<void> begin_folder(const std::string& name) = 0;
  // Of a folder that was begun.
  virtual Result<void> add(const std::string& folder, const OutMessage& message) = 0;
  virtual Result<void> finish() = 0;
};

// `format` is "maildir", "mbox" or "eml"; bad_input for another word.
Result<std::unique_ptr<Writer>> make_writer(std::string_view format, std::string folder);

}  // namespace kontor::admin::exports
