// SPDX-License-Identifier: GPL-3.0-or-later
// Going through many objects for one answer: on the pool of workers, batch after batch, so that no
// connection waits for the long question of another.
//
// A job on the pool goes on when the connection that wanted it is gone. So everything it uses is
// shared with it: the context is a copy with a request and a person of its own.
#pragma once
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/io/work_pool.hpp"
#include "server/dav/context.hpp"

namespace kontor::dav {

using ContextPtr = std::shared_ptr<const Context>;

ContextPtr own(const Context& context);

// So many objects, or bytes of them, a connection looks at by itself.
inline constexpr std::size_t k_few_objects = 50;
inline constexpr std::uint64_t k_few_bytes = 256U << 10U;

// `work()`, on the pool of workers if it `is_heavy`. It owns what it uses.
template <class Work, class T = std::invoke_result_t<Work&>>
Task<T> on_workers(ContextPtr context, bool is_heavy, Work work) {
  auto* workers = context->kept->environment.workers;
  if (!is_heavy || workers == nullptr) co_return work();
  co_return co_await io::on_pool(*workers, std::move(work));
}

// children_of() the context's resource.
Task<std::vector<Resource>> list_children(ContextPtr context);
// So many are there at the most.
std::size_t count_children(const Resource& resource);

struct Walk {
  std::vector<Resource> resources;
  bool with_bytes = false;  // they are read before
  bool is_costly = false;   // one object alone may take long
  // Looks at one; false: it is not wanted any more, nor are those behind it. Owns what it uses.
  std::function<bool(const Resource&)> look;
};
// How many were looked at with success: fewer than all when look() said so.
Task<Result<std::size_t>> walk(ContextPtr context, Walk plan);

// The global address book is made anew for the newest directory, if it must be, on the pool.
Task<void> prepare_book(std::shared_ptr<Kept> kept);

}  // namespace kontor::dav
