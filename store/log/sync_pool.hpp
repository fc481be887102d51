// SPDX-License-Identifier: GPL-3.0-or-later
// SyncPool: the threads that write and sync logs. One flush of an account runs at a time; the
// number of threads bounds how many accounts sync side by side (8 to 16 reach the device's limit).
#pragma once
#include "base/io/work_pool.hpp"

namespace kontor::store {

class SyncPool final : public io::WorkPool {
 public:
  explicit SyncPool(std::uint32_t threads) : WorkPool("kontor-sync", threads) {}
};

}  // namespace kontor::store
