// SPDX-License-Identifier: GPL-3.0-or-later
// In a log as it was written every message stands as it is, and its place and length are known from
// its row. In a log that compaction wrote the head of the frame tells; most of what is asked for
// comes with it.
#include "store/mailbox/stored_message.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "store/format/packed.hpp"

namespace kontor::store {
namespace {

constexpr std::uint64_t k_first_read = 16U << 10U;
constexpr std::size_t k_most_reserved = 4U << 20U;
constexpr std::uint64_t k_small = 16U << 10U;  // what ends behind it is read by itself

LogPosition position_of(const ItemRow& row) {
  LogPosition position;
  position.file = row.file;
  position.offset = row.offset;
  return position;
}

Result<void> check_bytes(const ItemRow& row) {
  if (row.raw_offset == 0) return fail(Errc::not_found, "the message is gone");
  return {};
}

// A payload of which the beginning was read already.
class StartedPayload {
 public:
  StartedPayload(const AccountLog& log, LogPosition position, std::string start)
      : log_(log), position_(position), start_(std::move(start)) {}

  std::string_view start() const { return start_; }
  Result<std::string> read(std::uint64_t offset, std::uint64_t size) const {
    if (offset <= start_.size() && size <= start_.size() - offset)
      return start_.substr(offset, size);
    return log_.read_payload_range(position_, offset, size);
  }

 private:
  const AccountLog& log_;
  LogPosition position_;
  std::string start_;
};

}  // namespace

Result<std::string> read_stored_message(const AccountLog& log, const ItemRow& row) {
  KONTOR_TRY(check_bytes(row));
  const auto size = std::size_t{row.raw_offset} + row.size;
  const bool as_written = log_generation(row.file) == 1;
  KONTOR_TRY(auto payload,
             log.read_payload(position_of(row),
                              as_written ? std::optional<std::uint64_t>(size) : std::nullopt));
  if (!as_written) {
    KONTOR_TRY(payload, unpack_deliver(std::move(payload)));
  }
  if (payload.size() != size) return fail(Errc::corrupt, "the message's frame has another length");
  payload.erase(0, row.raw_offset);
  return payload;
}

Result<std::string> read_stored_range(const AccountLog& log,
                                      const ItemRow& row,
                                      std::uint64_t from,
                                      std::uint64_t count) {
  KONTOR_TRY(check_bytes(row));
  from = std::min<std::uint64_t>(from, row.size);
  count = std::min<std::uint64_t>(count, row.size - from);
  if (count == 0) return std::string();
  if (count == row.size) return read_stored_message(log, row);
  const auto position = position_of(row);
  if (log_generation(row.file) == 1)
    return log.read_payload_range(position, row.raw_offset + from, count);
  const auto first_read = std::max<std::uint64_t>(k_first_read, row.raw_offset);
  KONTOR_TRY(auto start, log.read_payload_range(position, 0, first_read));
  KONTOR_TRY(const auto head, decode_deliver_head(start));
  if (head.raw_offset != row.raw_offset || head.raw_size != row.size)
    return fail(Errc::corrupt, "another message stands in the place of this one");
  const StartedPayload payload(log, position, std::move(start));
  if (!head.packed) return payload.read(row.raw_offset + from, count);
  return unpack_range(row.size, from, count, [&](std::uint64_t offset, std::uint64_t size) {
    return payload.read(row.raw_offset + offset, size);
  });
}

std::vector<std::optional<std::string>> read_small_ranges(const AccountLog& log,
                                                          std::span<const StoredRange> ranges) {
  struct Part {
    std::size_t index = 0;  // of `ranges`
    std::uint64_t begin = 0, end = 0;
  };
  std::vector<std::optional<std::string>> out(ranges.size());
  std::vector<Part> parts;
  std::vector<PayloadStart> starts;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const auto& [row, from, count] = ranges[i];
    if (check_bytes(row) && log_generation(row.file) == 1 && from < row.size && count > 0) {
      const auto end = row.raw_offset + from + std::min<std::uint64_t>(count, row.size - from);
      if (end > k_small) continue;
      const bool whole = from == 0 && count >= row.size;
      parts.push_back({i, row.raw_offset + from, end});
      starts.push_back({position_of(row), whole ? end + 1 : end});  // a longer frame shows
    }
  }
  if (starts.size() < 2) return out;
  const TakeStart take = [&](std::size_t index, std::string_view payload) -> Result<void> {
    const auto& part = parts[index];
    if (payload.size() == part.end) out[part.index] = std::string(payload.substr(part.begin));
    return {};
  };
  // What an error leaves out is read by itself.
  static_cast<void>(log.read_payload_starts(starts, take).has_value());
  return out;
}

Result<std::vector<Fragments>> read_stored_fragments(const AccountLog& log,
                                                     std::span<const ItemRow> rows) {
  std::vector<PayloadStart> starts;
  starts.reserve(rows.size());
  std::size_t size = 0;
  for (const auto& row : rows) {
    KONTOR_TRY(check_bytes(row));
    starts.push_back({position_of(row), row.raw_offset});
    size += row.raw_offset;
  }
  // One piece of memory for all: it is made on this thread and given back on another.
  const auto heads = std::make_shared<std::string>();
  heads->reserve(std::min(size, k_most_reserved));
  std::vector<Fragments> out(rows.size());
  const TakeStart take = [&](std::size_t index, std::string_view payload) -> Result<void> {
    KONTOR_TRY(const auto head, decode_deliver_head(payload));
    const auto& frame = head.frame;
    const auto parts = std::array{frame.envelope, frame.body, frame.bodystructure, frame.preview};
    out[index] = Fragments(heads, heads->size(), payload, parts);
    heads->append(payload);
    return {};
  };
  KONTOR_TRY(log.read_payload_starts(starts, take));
  return out;
}

Fragments::Fragments(std::shared_ptr<const std::string> bytes,
                     std::size_t begin,
                     std::string_view head,
                     const std::array<std::string_view, 4>& parts)
    : bytes_(std::move(bytes)), begin_(begin) {
  for (std::size_t i = 0; i < parts.size(); ++i)
    spans_[i] = {static_cast<std::uint32_t>(parts[i].data() - head.data()),
                 static_cast<std::uint32_t>(parts[i].size())};
}

}  // namespace kontor::store
