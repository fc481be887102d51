// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/walk.hpp"

#include <algorithm>

#include "server/dav/data.hpp"

namespace kontor::dav {
namespace {

constexpr std::size_t k_batch_objects = 500;  // of one job

struct OwnContext {
  explicit OwnContext(const Context& of)
      : request(of.request),
        person(of.person),
        context{of.kept, request, person, of.copy, of.account, of.view, of.resource} {}
  const http::wire::Request request;
  const directory::Identity person;
  const Context context;  // of these two
};

bool is_heavy(const Walk& plan) {
  if (plan.is_costly || plan.resources.size() > k_few_objects) return true;
  std::uint64_t bytes = 0;
  for (const auto& one : plan.resources) bytes += one.item.size;
  return plan.with_bytes && bytes > k_few_bytes;
}

// One batch; where it ended.
std::size_t look_at(Walk& plan, std::size_t begin, std::size_t end) {
  for (; begin < end; ++begin) {
    auto& one = plan.resources[begin];
    if (plan.with_bytes && one.card != nullptr) one.bytes = one.book->bytes_of(*one.card);
    if (!plan.look(one)) break;
    one.bytes.reset();
  }
  return begin;
}

}  // namespace

ContextPtr own(const Context& context) {
  const auto owner = std::make_shared<const OwnContext>(context);
  return {owner, &owner->context};
}

std::size_t count_children(const Resource& resource) {
  if (resource.book != nullptr) return resource.book->list.size();
  return resource.kind == Kind::collection ? resource.folder->size() : 0;
}

Task<std::vector<Resource>> list_children(ContextPtr context) {
  const bool is_long = count_children(context->resource) > k_few_objects;
  auto list = [context] { return children_of(*context, context->resource); };
  co_return co_await on_workers(context, is_long, std::move(list));
}

Task<Result<std::size_t>> walk(ContextPtr context, Walk plan) {
  const auto shared = std::make_shared<Walk>(std::move(plan));  // with the job on the pool
  const bool heavy = is_heavy(*shared);
  auto& resources = shared->resources;
  for (std::size_t begin = 0; begin < resources.size();) {
    auto end = std::min(resources.size(), begin + k_batch_objects);
    if (shared->with_bytes && resources[begin].card == nullptr) {
      KONTOR_CO_TRY(end, co_await read_batch(*context, resources, begin));
    }
    auto work = [shared, begin, end] { return look_at(*shared, begin, end); };
    const auto seen = co_await on_workers(context, heavy, std::move(work));
    if (seen < end) co_return seen;
    begin = end;
  }
  co_return resources.size();
}

Task<void> prepare_book(std::shared_ptr<Kept> kept) {
  auto* workers = kept->environment.workers;
  if (workers == nullptr || kept->book.is_ready()) co_return;
  auto work = [kept] { return kept->book.current() != nullptr; };
  static_cast<void>(co_await io::on_pool(*workers, std::move(work)));
}

}  // namespace kontor::dav
