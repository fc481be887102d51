// SPDX-License-Identifier: GPL-3.0-or-later
// The batches of an import as bytes (docs/formats/control.md, "Import"). Pure.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "server/admin/verbs.hpp"
#include "store/format/types.hpp"

namespace kontor::admin {

inline constexpr std::size_t k_max_batch_messages = 256;
inline constexpr std::size_t k_batch_bytes = 4U << 20U;  // a batch is sent when it is this large
inline constexpr std::size_t k_batch_overhead = 16U << 20U;  // beside one message of any size

struct BatchMessage {
  std::string raw;
  store::FlagBits flags = 0;
  std::vector<std::string> keywords;
  std::optional<UtcSeconds> date;  // nothing: now
  // Of a restore: the message's EMAILID, and the other folders that it is restored to.
  Uuid guid = {};
  std::vector<std::string> homes = {};
  // Of an object (an event, a card): its name, and what is known of it.
  std::string name = {};
  store::ObjectKeys keys = {};
};

struct ImportBatch {
  std::string folder;  // full name
  std::vector<BatchMessage> messages;
  // Of a folder that has to be made.
  store::SpecialUse use = store::SpecialUse::none;
  bool subscribed = true;
  // Of objects: nothing for mail. The annotations are those of a folder that has to be made.
  store::FolderClass folder_class = store::FolderClass::mail;
  std::map<std::string, std::string> annotations = {};
};

struct BatchResult {
  struct Refused {
    std::size_t index = 0;  // in the batch
    std::string why;
  };
  std::uint64_t stored = 0;
  std::uint64_t present = 0;  // were there already
  std::vector<Refused> refused;
};

// The content of a frame: the length of a JSON text (4 bytes), the JSON text, the messages.
std::string print_batch(const ImportBatch& batch);
// bad_input: not a batch. limit: too many messages.
Result<ImportBatch> parse_batch(std::string_view content);

boost::json::value print_batch_result(const BatchResult& result);
Result<BatchResult> parse_batch_result(const boost::json::value& value);

}  // namespace kontor::admin
