// SPDX-License-Identifier: GPL-3.0-or-later
// Reading message bytes and fragments: the place comes from the view, the bytes from the log, on
// the disk pool.
#include "store/mailbox/log_account.hpp"

#include "store/mailbox/stored_message.hpp"

namespace kontor::store {
namespace {

// A stretch of a message; all of it is read with its checksum.
struct Reading {
  Result<ItemRow> row;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

}  // namespace

Result<ItemRow> LogAccount::find_item(ItemId item) const {
  const auto version = committer_.published();
  const auto* row = version.state->items.find_key(item);
  if (row == nullptr) return fail(Errc::not_found, "the message is gone");
  return *row;
}

// Reads; where compaction has given back the log since `row` was looked up, once more where the
// message stands now.
template <class T, class Read>
Result<T> LogAccount::with_place(const ItemRow& row, const Read& read) const {
  auto value = read(row);
  if (value || value.error().code() != Errc::not_found) return value;
  const auto now = find_item(row.id);
  if (!now || now->file == row.file) return value;
  return read(*now);
}

Task<Result<std::string>> LogAccount::read_message(ItemId item) {
  KONTOR_CO_TRY(const auto row, find_item(item));
  auto work = [self = shared_from_this(), row] {
    return self->with_place<std::string>(row, [&](const ItemRow& here) {
      return read_stored_message(self->committer_.log(), here);
    });
  };
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
    for (const auto& reading : readings) {
      if (!reading.row) {
        out.push_back(fail(reading.row.error()));
        continue;
      }
      out.push_back(self->with_place<std::string>(*reading.row, [&](const ItemRow& here) {
        return read_stored_range(self->committer_.log(), here, reading.offset, reading.size);
      }));
    }
    return out;
  };
  co_return co_await io::on_pool(parts_.disk, std::move(work));
}

Task<Result<std::vector<Fragments>>> LogAccount::read_fragments(std::vector<ItemId> items) {
  std::vector<ItemRow> rows;
  rows.reserve(items.size());
  const auto version = committer_.published();
  for (const auto item : items) {
    const auto* row = version.state->items.find_key(item);
    if (row == nullptr) co_return fail(Errc::not_found, "the message is gone");
    rows.push_back(*row);
  }
  auto work = [self = shared_from_this(),
               rows = std::move(rows)]() -> Result<std::vector<Fragments>> {
    std::vector<Fragments> out;
    out.reserve(rows.size());
    for (const auto& row : rows) {
      KONTOR_TRY(auto fragments, self->with_place<Fragments>(row, [&](const ItemRow& here) {
        return read_stored_fragments(self->committer_.log(), here);
      }));
      out.push_back(std::move(fragments));
    }
    return out;
  };
  co_return co_await io::on_pool(parts_.disk, std::move(work));
}

}  // namespace kontor::store
