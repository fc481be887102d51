// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/space.hpp"

#include <algorithm>

namespace kontor::store {

Task<Result<void>> Space::grant(std::uint64_t bytes) const {
  constexpr std::int64_t k_most = 64 << 20;
  constexpr std::int64_t k_second = 1'000'000'000;
  const auto need = static_cast<std::int64_t>(bytes) + 4096;
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  if (now - asked_.load() < k_second && credit_.fetch_sub(need) >= need) co_return Result<void>();
  auto ask = [this] { return files_.free_space(folder_); };
  const auto free = co_await io::on_pool(disk_, std::move(ask));
  if (!free) co_return fail(free.error());
  const auto room = static_cast<std::int64_t>(*free) - static_cast<std::int64_t>(reserve_) - need;
  if (room < 0) {
    credit_ = 0;
    co_return fail(Errc::no_space, "the disk is full up to its reserve");
  }
  credit_ = std::min(room, k_most);
  asked_ = now;
  co_return Result<void>();
}

}  // namespace kontor::store
