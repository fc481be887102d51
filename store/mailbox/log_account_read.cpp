// SPDX-License-Identifier: GPL-3.0-or-later
// Reading message bytes and fragments: the place comes from the view, the bytes from the log, on
// the disk pool.
#include "store/mailbox/log_account.hpp"

#include "store/mailbox/stored_message.hpp"

namespace kontor::store {

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
  std::vector<StoredRange> readings;
  readings.reserve(ranges.size());
  const auto version = committer_.published();
  for (const auto& range : ranges) {
    const auto* row = version.state->items.find_key(range.item);
    readings.push_back({row == nullptr ? ItemRow() : *row, range.offset, range.size});
  }
  auto work = [self = shared_from_this(), readings = std::move(readings)] {
    auto small = read_small_ranges(self->committer_.log(), readings);
    std::vector<Result<std::string>> out;
    out.reserve(readings.size());
    for (std::size_t i = 0; i < readings.size(); ++i) {
      const auto& [row, from, count] = readings[i];
      if (small[i]) {
        out.push_back(*std::move(small[i]));
        continue;
      }
      out.push_back(self->with_place<std::string>(row, [&](const ItemRow& here) {
        return read_stored_range(self->committer_.log(), here, from, count);
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
    const auto& log = self->committer_.log();
    auto all = read_stored_fragments(log, rows);
    if (all || all.error().code() != Errc::not_found) return all;
    std::vector<Fragments> out;
    out.reserve(rows.size());
    for (const auto& row : rows) {
      using Some = std::vector<Fragments>;
      KONTOR_TRY(auto one, self->with_place<Some>(row, [&](const ItemRow& here) {
        return read_stored_fragments(log, std::span(&here, 1));
      }));
      out.push_back(std::move(one.front()));
    }
    return out;
  };
  co_return co_await io::on_pool(parts_.disk, std::move(work));
}

}  // namespace kontor::store
