// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/header_reader.hpp"

namespace kontor::imap {
namespace {

constexpr std::uint64_t k_read_ahead = 1U << 20U;  // bytes of headers read by one trip
constexpr std::size_t k_most_ranges = 1'024;
constexpr std::size_t k_keys_at_once = 8'192;  // rows that are merged into the cache together

using Keys = std::vector<std::pair<store::ItemId, HeaderKeys>>;

}  // namespace

Task<void> read_headers(std::shared_ptr<store::Account> account,
                        std::vector<store::ItemId> items,
                        std::function<void(store::ItemId, Result<std::string>)> take) {
  const store::AccountView view = account->view();
  for (std::size_t i = 0; i < items.size();) {
    std::vector<store::ItemRange> ranges;
    const std::size_t begin = i;
    for (std::uint64_t bytes = 0;
         i < items.size() && bytes < k_read_ahead && ranges.size() < k_most_ranges; ++i) {
      const auto item = view.item(items[i]);
      const std::uint64_t size = item ? item->header_size : 1;
      bytes += size;
      ranges.push_back({items[i], 0, size});
    }
    auto read = co_await account->read_ranges(std::move(ranges));
    for (std::size_t n = 0; n < read.size(); ++n) take(items[begin + n], std::move(read[n]));
  }
}

Task<Result<std::shared_ptr<AccountKeys>>> load_keys(KeyCache& cache,
                                                     std::shared_ptr<store::Account> account,
                                                     std::vector<store::ItemId> items) {
  auto keys = cache.of(account->id());
  const auto missing = keys->missing(items);
  items = {};
  for (std::size_t i = 0; i < missing.size(); i += k_keys_at_once) {
    const auto begin = missing.begin() + static_cast<std::ptrdiff_t>(i);
    const auto count = std::min(k_keys_at_once, missing.size() - i);
    std::vector<store::ItemId> some(begin, begin + static_cast<std::ptrdiff_t>(count));
    Keys made;
    made.reserve(some.size());
    std::function<void(store::ItemId, Result<std::string>)> take =
        [&made](store::ItemId item, Result<std::string> header) {
          made.emplace_back(item, header ? header_keys(*header) : HeaderKeys());
        };
    co_await read_headers(account, std::move(some), std::move(take));
    KONTOR_CO_TRY(keys->add(std::move(made)));
  }
  cache.trim(account->id(), account->view().usage().messages);
  co_return keys;
}

}  // namespace kontor::imap
