// SPDX-License-Identifier: GPL-3.0-or-later
// Reading message bytes and fragments: the place comes from the view, the bytes from the log, on
// the disk pool.
#include "store/mailbox/log_account.hpp"

namespace kontor::store {
namespace {

LogPosition position_of(const ItemRow& row) {
  LogPosition position;
  position.file = row.file;
  position.offset = row.offset;
  return position;
}

Result<std::string> read_raw(const AccountLog& log, const ItemRow& row) {
  const auto size = std::size_t{row.raw_offset} + row.size;
  KONTOR_TRY(auto payload, log.read_payload(position_of(row), size));  // its checksum is checked
  if (payload.size() != size) return fail(Errc::corrupt, "the message's frame has another length");
  payload.erase(0, row.raw_offset);
  return payload;
}

// A stretch of a message; all of it is read with its checksum.
struct Reading {
  Result<ItemRow> row;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

Result<std::string> read_stretch(const AccountLog& log, const Reading& reading) {
  KONTOR_TRY(const auto row, reading.row);
  const auto from = std::min<std::uint64_t>(reading.offset, row.size);
  const auto count = std::min<std::uint64_t>(reading.size, row.size - from);
  if (count == 0) return std::string();
  if (count == row.size) return read_raw(log, row);
  return log.read_payload_range(position_of(row), row.raw_offset + from, count);
}

Result<Fragments> read_head(const AccountLog& log, const ItemRow& row) {
  KONTOR_TRY(const auto bytes, log.read_payload_range(position_of(row), 0, row.raw_offset));
  KONTOR_TRY(const auto head, decode_deliver_head(bytes));
  Fragments fragments;
  fragments.envelope = head.frame.envelope;
  fragments.body = head.frame.body;
  fragments.bodystructure = head.frame.bodystructure;
  fragments.preview = head.frame.preview;
  return fragments;
}

}  // namespace

Result<ItemRow> LogAccount::find_item(ItemId item) const {
  const auto version = committer_.published();
  const auto* row = version.state->items.find_key(item);
  if (row == nullptr) return fail(Errc::not_found, "the message is gone");
  return *row;
}

Task<Result<std::string>> LogAccount::read_message(ItemId item) {
  KONTOR_CO_TRY(const auto row, find_item(item));
  auto work = [self = shared_from_this(), row] { return read_raw(self->committer_.log(), row); };
  co_return co_await io::on_pool(parts_.disk, std::move(work));
}

Task<Result<std::string>> LogAccount::read_range(ItemId item,
                                                 std::uint64_t offset,
                                                 std::uint64_t size) {
  std::vector<ItemRange> one(1, ItemRange{item, offset, size});
  auto read = co_await read_ranges(std::move(one));
  co_return std::move(read.front());
}

Task<std::vector<Result<std::string>>> LogAccount::read_messages(std::vector<ItemId> items) {
  std::vector<ItemRange> ranges;
  ranges.reserve(items.size());
  for (const auto item : items) ranges.push_back(ItemRange{item, 0, UINT64_MAX});
  co_return co_await read_ranges(std::move(ranges));
}

Task<std::vector<Result<std::string>>> LogAccount::read_ranges(std::vector<ItemRange> ranges) {
  std::vector<Reading> readings;
  readings.reserve(ranges.size());
  const auto version = committer_.published();
  for (const auto& range : ranges) {
    const auto* row = version.state->items.find_key(range.item);
    readings.push_back({row == nullptr ? Result<ItemRow>(fail(Errc::not_found, "it is gone"))
                                       : Result<ItemRow>(*row),
                        range.offset, range.size});
  }
  auto work = [self = shared_from_this(), readings = std::move(readings)] {
    std::vector<Result<std::string>> out;
    out.reserve(readings.size());
    for (const auto& reading : readings)
      out.push_back(read_stretch(self->committer_.log(), reading));
    return out;
  };
  co_return co_await io::on_pool(parts_.disk, std::move(work));
}

Task<Result<std::vector<Fragments>>> LogAccount::read_fragments(std::vector<ItemId> items) {
  std::vector<ItemRow> rows;
  rows.reserve(items.size());
  for (const auto item : items) {
    KONTOR_CO_TRY(const auto row, find_item(item));
    rows.push_back(row);
  }
  auto work = [self = shared_from_this(),
               rows = std::move(rows)]() -> Result<std::vector<Fragments>> {
    std::vector<Fragments> out;
    out.reserve(rows.size());
    for (const auto& row : rows) {
      KONTOR_TRY(auto fragments, read_head(self->committer_.log(), row));
      out.push_back(std::move(fragments));
    }
    return out;
  };
  co_return co_await io::on_pool(parts_.disk, std::move(work));
}

}  // namespace kontor::store
