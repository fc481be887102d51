// SPDX-License-Identifier: GPL-3.0-or-later
// Paused domains: their recipients belong to a destination of their own, which is never tried. The
// list is on disk before it counts; one change at a time.
#include <algorithm>

#include "base/core/mail_domain.hpp"
#include "base/core/text.hpp"
#include "base/log/events/queue.hpp"
#include "server/queue/disk_queue.hpp"
#include "server/queue/paused.hpp"

namespace kontor::queue {

using log::Keys;
namespace events = log::events;

namespace {

constexpr std::string_view k_file = "/paused";

bool is_domain(std::string_view name) {
  constexpr std::size_t k_longest = 255;
  const auto is_wrong = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte == 0x7F || c == '@';
  };
  return !name.empty() && name.size() <= k_longest && std::ranges::none_of(name, is_wrong);
}

}  // namespace

void DiskQueue::load_paused() {
  const auto path = folder_ + std::string(k_file);
  const auto bytes = io::read_file(environment_.files, path, k_longest_paused);
  if (!bytes && bytes.error().code() == Errc::not_found) return;
  auto domains = bytes ? decode_paused(*bytes) : Result<std::set<std::string>>(bytes.error());
  if (!domains) {
    log_.emit(events::k_queue_paused_unreadable, domains.error(), {{Keys::file, path}});
    return;
  }
  core_.with([&](Core& core) { core.paused = *std::move(domains); });
}

// Everything that is for this domain finds its destination anew.
void DiskQueue::reassign(Core& core, const std::string& domain) {
  for (auto& [id, row] : core.table.rows()) {
    const auto head = head_of(row);
    const bool is_meant = std::ranges::any_of(head.recipients, [&](const Recipient& one) {
      return domain == "*" || mail_domain(one.address) == domain;
    });
    if (!is_meant) continue;
    assign(core, row);
    if (row.is_durable) make_due(core, id);
  }
}

std::uint64_t DiskQueue::release_now(Core& core, const std::string& domain, bool below) {
  const auto now = environment_.clock.now();
  std::uint64_t count = 0;
  const auto is_meant = [&](std::string_view address) {
    const auto name = mail_domain(address);
    return name == domain || (below && name.ends_with("." + domain));
  };
  for (auto& [id, row] : core.table.rows()) {
    const auto is_kept = [](const RecipientState& one) {
      return one.stage == Stage::waiting && one.destination != nullptr && one.destination->rules &&
             one.destination->rules->is_held;
    };
    if (!row.is_durable || std::ranges::none_of(row.recipients, is_kept)) continue;
    const auto head = head_of(row);
    for (std::size_t i = 0; i < row.recipients.size(); ++i) {
      auto& one = row.recipients[i];
      if (!is_kept(one) || !is_meant(head.recipients[i].address) || row.begins > now) continue;
      one.next_try = std::min(one.next_try, now);
      one.destination->is_released = true;
      core.schedule.expect(id, one);
      core.schedule.wake(*one.destination, now);
      ++count;
    }
  }
  return count;
}

Task<Result<std::uint64_t>> DiskQueue::release(std::string domain, bool below) {
  domain = to_lower(domain);
  if (!is_domain(domain)) co_return fail(Errc::bad_input, "\"" + domain + "\" is no domain");
  const Transport* transport = transport_;
  if (transport == nullptr) co_return fail(Errc::unavailable, "the queue is not running yet");
  const auto is_kept = [&](const std::string& name) {
    return transport->rules(transport->destination("x@" + name)).is_held;
  };
  if (!is_kept(domain) && !(below && is_kept("x." + domain)))
    co_return fail(Errc::not_found, "mail for " + domain + " is not held");
  const auto count = core_.with([&](Core& core) -> Result<std::uint64_t> {
    if (core.error) return fail(*core.error);
    return release_now(core, domain, below);
  });
  if (count) log_.emit(events::k_queue_released, {{Keys::domain, domain}, {Keys::count, *count}});
  changed_.raise();
  co_return count;
}

Task<Result<void>> DiskQueue::set_paused(std::string domain, bool is_paused) {
  if (!is_domain(domain)) co_return fail(Errc::bad_input, "\"" + domain + "\" is no domain");
  if (is_pausing_.exchange(true)) co_return fail(Errc::busy, "another domain is being paused");
  auto domains = core_.with([](const Core& core) { return core.paused; });
  const bool is_new = is_paused ? domains.insert(domain).second : domains.erase(domain) > 0;
  Result<void> done;
  if (!is_new && !is_paused) done = fail(Errc::not_found, domain + " is not paused");
  if (is_new) {
    auto write = [this, bytes = encode_paused(domains)] {
      return io::write_file_durably(environment_.files, folder_ + std::string(k_file), bytes);
    };
    done = co_await io::on_pool(disk_, std::move(write));
  }
  if (is_new && done) {
    core_.with([&](Core& core) {
      core.paused = std::move(domains);
      reassign(core, domain);
    });
    log_.emit(is_paused ? events::k_queue_paused : events::k_queue_resumed,
              {{Keys::domain, domain}});
    changed_.raise();
  }
  is_pausing_ = false;
  co_return done;
}

Task<Result<void>> DiskQueue::pause(std::string domain) {
  return set_paused(to_lower(domain), true);
}

Task<Result<void>> DiskQueue::resume(std::string domain) {
  return set_paused(to_lower(domain), false);
}

std::vector<std::string> DiskQueue::paused() const {
  return core_.with([](const Core& core) {
    return std::vector<std::string>(core.paused.begin(), core.paused.end());
  });
}

}  // namespace kontor::queue
