// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/local/dynamic_source.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "directory/model/reading.hpp"

namespace kontor::directory {
namespace {

constexpr std::chrono::milliseconds k_look{50};
constexpr std::chrono::seconds k_longest_wait{30};

class DynamicSource final : public Source {
 public:
  DynamicSource(const std::vector<std::string>& rows, std::vector<std::shared_ptr<Source>> people)
      : people_(std::move(people)) {
    for (const auto& group : dynamic_groups(rows)) groups_.push_back(dynamic_principal(group));
  }

  std::string name() const override { return std::string(k_dynamic_source); }
  void run(SourceReceiver& receiver) override {
    wait_for_people();
    Changes changes;
    changes.is_complete = true;
    changes.upserts = groups_;
    receiver.apply(name(), std::move(changes));
    receiver.status_changed(name());
    std::unique_lock lock(mutex_);
    stopped_word_.wait(lock, [this] { return is_stopped_; });
  }
  void stop() override {
    {
      const std::lock_guard lock(mutex_);
      is_stopped_ = true;
    }
    stopped_word_.notify_all();
  }
  SourceStatus status() const override {
    return {std::string(k_dynamic_source), true, "groups.dynamic", "", 0};
  }
  bool is_loss_guarded() const override { return false; }

 private:
  void wait_for_people() {
    const auto end = std::chrono::steady_clock::now() + k_longest_wait;
    const auto is_there = [](const auto& source) { return source->status().changed != 0; };
    bool is_seen = false;  // at the look before: what it handed over is in force by now
    std::unique_lock lock(mutex_);
    while (!is_stopped_ && !is_seen && std::chrono::steady_clock::now() < end) {
      is_seen = std::ranges::all_of(people_, is_there);
      stopped_word_.wait_for(lock, k_look, [this] { return is_stopped_; });
    }
  }

  std::vector<std::shared_ptr<Source>> people_;
  std::vector<Principal> groups_;
  std::mutex mutex_;
  std::condition_variable stopped_word_;
  bool is_stopped_ = false;
};

}  // namespace

std::unique_ptr<Source> make_dynamic_source(const std::vector<std::string>& rows,
                                            std::vector<std::shared_ptr<Source>> people) {
  return std::make_unique<DynamicSource>(rows, std::move(people));
}

}  // namespace kontor::directory
