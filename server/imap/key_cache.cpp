// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/key_cache.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

#include "server/imap/server.hpp"

namespace kontor::imap {
namespace {

// A text is its size in two bytes, then its bytes, at a multiple of k_unit.
constexpr std::size_t k_head = 2;

constexpr std::size_t k_most_bytes = 64U << 20U;  // of all accounts

}  // namespace

std::shared_ptr<KeyCache> make_key_cache() { return std::make_shared<KeyCache>(k_most_bytes); }

std::string_view TextPool::text(TextRef ref) const {
  if (ref == 0) return {};
  const std::size_t at = std::size_t{ref} * k_unit;
  const char* begin = blocks_[at / k_block].get() + at % k_block;
  std::uint16_t size = 0;
  std::memcpy(&size, begin, k_head);
  return {begin + k_head, size};
}

std::size_t TextPool::slot_of(std::string_view text) const {
  std::size_t slot = std::hash<std::string_view>()(text) & (table_.size() - 1);
  while (table_[slot] != 0 && this->text(table_[slot]) != text)
    slot = (slot + 1) & (table_.size() - 1);
  return slot;
}

void TextPool::grow() {
  const auto old =
      std::exchange(table_, std::vector<TextRef>(std::max<std::size_t>(256, table_.size() * 2)));
  for (const auto ref : old)
    if (ref != 0) table_[slot_of(text(ref))] = ref;
}

Result<TextRef> TextPool::append(std::string_view text) {
  const std::size_t size = (k_head + text.size() + k_unit - 1) / k_unit * k_unit;
  if (end_ % k_block + size > k_block) end_ = (end_ / k_block + 1) * k_block;
  const std::size_t block = end_ / k_block;
  if (block >= k_blocks) return fail(Errc::limit, "too many texts to sort by");
  if (blocks_[block] == nullptr) {
    blocks_[block] = std::make_unique<char[]>(k_block);
    bytes_ += k_block;
  }
  char* begin = blocks_[block].get() + end_ % k_block;
  const auto length = static_cast<std::uint16_t>(text.size());
  std::memcpy(begin, &length, k_head);
  std::memcpy(begin + k_head, text.data(), text.size());
  const auto ref = static_cast<TextRef>(end_ / k_unit);
  end_ += size;
  return ref;
}

Result<TextRef> TextPool::intern(std::string_view text) {
  if (text.empty()) return TextRef{0};
  if ((count_ + 1) * 4 > table_.size() * 3) grow();
  const auto slot = slot_of(text);
  if (table_[slot] != 0) return table_[slot];
  KONTOR_TRY(table_[slot], append(text));
  ++count_;
  return table_[slot];
}

std::vector<store::ItemId> AccountKeys::missing(std::span<const store::ItemId> items) const {
  std::vector<store::ItemId> out(items.begin(), items.end());
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  rows_.with([&](const Rows& kept) {
    auto row = kept.rows.begin();
    std::erase_if(out, [&](store::ItemId item) {
      row = std::lower_bound(row, kept.rows.end(), item,
                             [](const MessageKeys& r, store::ItemId id) { return r.item < id; });
      return row != kept.rows.end() && row->item == item;
    });
  });
  return out;
}

Result<void> AccountKeys::add(std::vector<std::pair<store::ItemId, HeaderKeys>> keys) {
  return rows_.with([&](Rows& kept) -> Result<void> {
    std::vector<MessageKeys> rows;
    rows.reserve(keys.size());
    for (const auto& [item, of] : keys) {
      MessageKeys row;
      row.item = item;
      row.sent = of.sent;
      row.message_id = of.message_id;
      row.is_reply = of.is_reply;
      KONTOR_TRY(row.subject, pool_.intern(of.subject));
      KONTOR_TRY(row.from, pool_.intern(of.from));
      KONTOR_TRY(row.to, pool_.intern(of.to));
      KONTOR_TRY(row.cc, pool_.intern(of.cc));
      KONTOR_TRY(row.display_from, pool_.intern(of.display_from));
      KONTOR_TRY(row.display_to, pool_.intern(of.display_to));
      const auto* bytes = reinterpret_cast<const char*>(of.references.data());
      KONTOR_TRY(row.references,
                 pool_.intern({bytes, of.references.size() * sizeof(std::uint64_t)}));
      rows.push_back(row);
    }
    const auto by_item = [](const MessageKeys& a, const MessageKeys& b) { return a.item < b.item; };
    std::ranges::sort(rows, by_item);
    const bool in_order =
        kept.rows.empty() || rows.empty() || kept.rows.back().item < rows.front().item;
    kept.rows.insert(kept.rows.end(), rows.begin(), rows.end());
    if (in_order) return {};
    std::ranges::sort(kept.rows, by_item);
    // Two commands may have read the same headers.
    const auto same = [](const MessageKeys& a, const MessageKeys& b) { return a.item == b.item; };
    kept.rows.erase(std::unique(kept.rows.begin(), kept.rows.end(), same), kept.rows.end());
    return {};
  });
}

std::vector<MessageKeys> AccountKeys::rows(std::span<const store::ItemId> items) const {
  std::vector<MessageKeys> out;
  out.reserve(items.size());
  rows_.with([&](const Rows& kept) {
    auto row = kept.rows.begin();
    for (const auto item : items) {
      // Items mostly come in ascending order.
      if (row == kept.rows.end() || row->item != item)
        row = std::ranges::lower_bound(kept.rows, item, {}, &MessageKeys::item);
      const bool found = row != kept.rows.end() && row->item == item;
      out.push_back(found ? *row : MessageKeys());
      if (found) ++row;
    }
  });
  return out;
}

std::size_t AccountKeys::bytes() const {
  return rows_.with(
      [&](const Rows& kept) { return pool_.bytes() + kept.rows.capacity() * sizeof(MessageKeys); });
}

std::size_t AccountKeys::size() const {
  return rows_.with([](const Rows& kept) { return kept.rows.size(); });
}

std::shared_ptr<AccountKeys> KeyCache::of(const store::AccountId& account) {
  return kept_.with([&](std::list<Kept>& kept) {
    const auto found = std::ranges::find(kept, account, &Kept::account);
    if (found != kept.end())
      kept.splice(kept.begin(), kept, found);
    else
      kept.push_front({account, std::make_shared<AccountKeys>()});
    return kept.front().keys;
  });
}

void KeyCache::trim(const store::AccountId& account, std::size_t live) {
  constexpr std::size_t k_slack = 4'096;
  kept_.with([&](std::list<Kept>& kept) {
    std::erase_if(kept, [&](const Kept& one) {
      return one.account == account && one.keys->size() > 2 * live + k_slack;
    });
    std::size_t bytes = 0;
    for (auto one = kept.begin(); one != kept.end();) {
      bytes += one->keys->bytes();
      one = bytes > most_ ? kept.erase(one) : std::next(one);
    }
  });
}

std::size_t KeyCache::bytes() const {
  return kept_.with([](const std::list<Kept>& kept) {
    std::size_t bytes = 0;
    for (const auto& one : kept) bytes += one.keys->bytes();
    return bytes;
  });
}

}  // namespace kontor::imap
