// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/cache/copy_holder.hpp"

#include <vector>

#include "base/core/guarded.hpp"
#include "base/log/events/directory.hpp"
#include "directory/model/encoding.hpp"
#include "directory/model/source.hpp"

namespace kontor::directory {
namespace {

constexpr std::uint64_t k_max_copy = 4ULL << 30U;

// One listener. Recursive: a listener may give its own subscription up while it runs.
struct Listener {
  std::recursive_mutex mutex;
  std::function<void()> changed;
};

}  // namespace

struct CopyHolder::Subscribers {
  Guarded<std::vector<std::weak_ptr<Listener>>> list;

  void tell() {
    std::vector<std::shared_ptr<Listener>> alive;
    list.with([&](auto& all) {
      std::erase_if(all, [](const auto& one) { return one.expired(); });
      for (const auto& one : all)
        if (auto listener = one.lock()) alive.push_back(std::move(listener));
    });
    for (const auto& listener : alive) {
      const std::lock_guard lock(listener->mutex);
      if (listener->changed) {
        const auto changed = listener->changed;  // lives on when it gives itself up
        changed();
      }
    }
  }
};

CopyHolder::CopyHolder(std::string path, io::FileSystem& files, log::Context log)
    : path_(std::move(path)),
      files_(files),
      log_(std::move(log)),
      current_(std::make_shared<const DirectoryCopy>(std::vector<Principal>(), 0)),
      subscribers_(std::make_shared<Subscribers>()) {}

CopyHolder::~CopyHolder() = default;

std::shared_ptr<const DirectoryCopy> CopyHolder::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

Result<void> CopyHolder::load() {
  const auto bytes = io::read_file(files_, path_, k_max_copy);
  if (!bytes && bytes.error().code() == Errc::not_found) return fail(bytes.error());
  auto decoded = bytes ? decode_copy(*bytes) : Result<DecodedCopy>(bytes.error());
  if (!decoded) {
    log_.emit(log::events::k_copy_unreadable, decoded.error(), {{log::Keys::file, path_}});
    return fail(decoded.error());
  }
  const auto before = current();
  if (before->generation() == decoded->generation) return {};
  Changes changes;
  changes.is_complete = true;
  changes.upserts = std::move(decoded->principals);
  put_in_force(before->with(std::move(changes), decoded->generation));
  return {};
}

bool CopyHolder::apply(std::uint64_t from, std::uint64_t to, Changes changes) {
  const auto before = current();
  if (before->generation() != from) return false;
  put_in_force(before->with(std::move(changes), to));
  return true;
}

void CopyHolder::put_in_force(std::shared_ptr<const DirectoryCopy> next) {
  {
    const std::lock_guard lock(mutex_);
    current_ = next;
  }
  log_.emit(log::events::k_copy_loaded,
            {{log::Keys::generation, next->generation()}, {log::Keys::count, next->size()}});
  subscribers_->tell();
}

Subscription CopyHolder::subscribe(std::function<void()> changed) {
  auto listener = std::make_shared<Listener>();
  listener->changed = std::move(changed);
  subscribers_->list.with([&](auto& all) { all.push_back(listener); });
  // What the caller holds: its end silences the listener and waits for a call under way.
  return Subscription(std::shared_ptr<void>(listener.get(), [listener](void*) {
    const std::lock_guard lock(listener->mutex);
    listener->changed = nullptr;
  }));
}

}  // namespace kontor::directory
