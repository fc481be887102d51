// SPDX-License-Identifier: GPL-3.0-or-later
// PatchedDevice: the logs of an account with some bytes put right, in what is read only. The logs
// themselves are not touched: every change is refused. One thread.
#pragma once
#include <map>
#include <string>

#include "store/log/device.hpp"

namespace kontor::store {

class PatchedDevice final : public LogDevice {
 public:
  explicit PatchedDevice(std::shared_ptr<LogDevice> inner) : inner_(std::move(inner)) {}

  // From now on these bytes stand there.
  void patch(std::uint32_t log, std::uint64_t offset, std::string bytes);
  bool is_patched(std::uint32_t log) const { return patches_.contains(log); }

  Result<std::vector<std::uint32_t>> list() override { return inner_->list(); }
  Result<std::uint64_t> size(std::uint32_t log) override { return inner_->size(log); }
  Result<std::string> read(std::uint32_t log, std::uint64_t offset, std::uint64_t size) override;
  Result<void> create(std::uint32_t, std::string_view) override { return refuse(); }
  Result<void> append(std::uint32_t, std::uint64_t, std::string_view, std::uint64_t) override {
    return refuse();
  }
  Result<void> harden(std::uint32_t, std::uint64_t, std::uint64_t) override { return refuse(); }
  Result<void> cut(std::uint32_t, std::uint64_t) override { return refuse(); }
  Result<void> seal(std::uint32_t, std::uint64_t) override { return refuse(); }
  Result<void> remove(std::uint32_t) override { return refuse(); }
  Result<void> quarantine(const std::string&, std::string_view) override { return refuse(); }

 private:
  static Result<void> refuse() { return fail(Errc::no_permission, "for reading only"); }

  std::shared_ptr<LogDevice> inner_;  // shared as devices are
  std::map<std::uint32_t, std::map<std::uint64_t, std::string>> patches_;
};

}  // namespace kontor::store
