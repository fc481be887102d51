// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/pickup/pickup.hpp"

#include "base/core/text.hpp"
#include "base/core/uuid.hpp"
#include "base/log/events/queue.hpp"
#include "server/pickup/message.hpp"

namespace kontor::pickup {

using log::Keys;
namespace events = log::events;

namespace {

constexpr std::chrono::milliseconds k_tick{1'000};
constexpr std::chrono::seconds k_held{60};  // longer than taking a file away takes
constexpr std::size_t k_trace = 20;         // digits
constexpr std::size_t k_longest_name = 200;
constexpr std::size_t k_most_at_a_time = 100;

// Names in .taken: the trace id, '-', the file's own name.
std::string trace_of(const std::string& taken_name) { return taken_name.substr(0, k_trace); }
std::string own_name(const std::string& taken_name) { return taken_name.substr(k_trace + 1); }
bool is_taken_name(const std::string& name) {
  return name.size() > k_trace + 1 && name[k_trace] == '-';
}

}  // namespace

Result<void> Pickup::recover() {
  auto& files = environment_.files;
  KONTOR_TRY(io::make_directories(files, taken()));
  KONTOR_TRY(const auto names, files.list(taken()));
  for (const auto& name : names) {
    if (!is_taken_name(name) || !environment_.queue.find_trace(trace_of(name))) continue;
    KONTOR_TRY(files.remove(taken() + "/" + name));
    environment_.log.emit(events::k_queue_pickup_taken,
                          {{Keys::file, own_name(name)}, {Keys::trace, trace_of(name)}});
  }
  return files.sync_directory(taken());
}

Task<void> Pickup::run() {
  while (!is_stopping_) {
    co_await look();
    if (!is_stopping_) (void)co_await stopped_.wait(k_tick);
  }
}

void Pickup::stop() {
  is_stopping_ = true;
  stopped_.raise();
}

// A file that grew since the last time is still being written.
Result<Pickup::Found> Pickup::find() {
  auto& files = environment_.files;
  Found found;
  KONTOR_TRY(const auto left, files.list(taken()));
  for (const auto& name : left)
    if (is_taken_name(name)) found.taken.push_back(name);
  KONTOR_TRY(const auto names, files.list(folder_));
  std::map<std::string, std::uint64_t> sizes;
  for (const auto& name : names) {
    const bool is_meant = name.size() > 4 && name.size() <= k_longest_name &&
                          !name.starts_with('.') && iequals(name.substr(name.size() - 4), ".eml");
    if (!is_meant) continue;
    const auto info = files.stat(folder_ + "/" + name);
    if (!info || info->directory) continue;
    sizes[name] = info->size;
    const auto before = sizes_.find(name);
    const bool is_whole = before != sizes_.end() && before->second == info->size;
    if (is_whole && found.fresh.size() < k_most_at_a_time) found.fresh.push_back(name);
  }
  sizes_ = std::move(sizes);
  return found;
}

// Its name in .taken.
Result<std::string> Pickup::take(const std::string& name) {
  auto& files = environment_.files;
  const auto taken_name = Uuid::random().hex().substr(0, k_trace) + "-" + name;
  KONTOR_TRY(files.rename(folder_ + "/" + name, taken() + "/" + taken_name));
  KONTOR_TRY(files.sync_directory(taken()));
  KONTOR_TRY(files.sync_directory(folder_));
  return taken_name;
}

Result<void> Pickup::refuse(const std::string& name, const std::string& why) {
  auto& files = environment_.files;
  const auto path = folder_ + "/" + own_name(name);
  KONTOR_TRY(io::write_file_durably(files, path + ".reason", why + "\n"));
  KONTOR_TRY(files.rename(taken() + "/" + name, path + ".bad"));
  KONTOR_TRY(files.sync_directory(folder_));
  KONTOR_TRY(files.sync_directory(taken()));
  environment_.log.emit(events::k_queue_pickup_refused,
                        {{Keys::file, own_name(name)}, {Keys::reason, why}});
  return {};
}

Task<Result<void>> Pickup::submit(std::string name) {
  auto& files = environment_.files;
  const auto path = taken() + "/" + name;
  const auto& limits = environment_.settings.smtp;
  const Terms terms{trace_of(name), environment_.settings.server.name, environment_.clock.now(),
                    limits.max_recipients, limits.max_hops};
  auto read = [&files, path, terms, most = limits.max_message]() -> Result<Message> {
    auto bytes = io::read_file(files, path, most);
    if (!bytes && bytes.error().code() == Errc::limit)
      return fail(Errc::bad_input, "it is larger than smtp.max_message");
    if (!bytes) return fail(std::move(bytes).error());
    return read_message(*bytes, terms);
  };
  auto message = co_await io::on_pool(environment_.disk, std::move(read));
  if (!message && message.error().code() == Errc::bad_input) {
    auto put_back = [this, name, why = message.error().detail()] { return refuse(name, why); };
    co_return co_await io::on_pool(environment_.disk, std::move(put_back));
  }
  if (!message) co_return fail(std::move(message).error());
  queue::Envelope envelope;
  envelope.trace = terms.trace;
  envelope.sender = message->sender;
  envelope.size = message->bytes.size();
  envelope.arrived = terms.now;
  envelope.release = terms.now + k_held;
  envelope.is_ours = true;
  envelope.is_made_here = true;
  envelope.is_utf8 = message->is_utf8;
  if (message->is_8bit) envelope.body = queue::Body::mime8;
  std::vector<queue::Recipient> recipients;
  for (auto& address : message->recipients) {
    recipients.emplace_back();
    recipients.back().address = std::move(address);
  }
  auto& queue = environment_.queue;
  auto bytes = std::move(message->bytes);
  KONTOR_CO_TRY(const auto id,
                co_await queue.add(std::move(envelope), std::move(recipients), std::move(bytes)));
  auto remove = [&files, path, folder = taken()]() -> Result<void> {
    KONTOR_TRY(files.remove(path));
    return files.sync_directory(folder);
  };
  const auto removed = co_await io::on_pool(environment_.disk, std::move(remove));
  if (!removed) {  // it would be sent again after a restart
    (void)co_await queue.remove(id, false);
    co_return fail(removed.error());
  }
  environment_.log.emit(events::k_queue_pickup_taken,
                        {{Keys::file, own_name(name)}, {Keys::trace, terms.trace}});
  co_return co_await queue.retry_one(id);
}

void Pickup::report(const std::string& name, const Error& error) {
  if (reported_.insert(name).second)
    environment_.log.emit(events::k_queue_pickup_failed, error, {{Keys::file, name}});
}

Task<void> Pickup::look() {
  auto search = [this] { return find(); };
  const auto found = co_await io::on_pool(environment_.disk, std::move(search));
  if (!found) co_return report(folder_, found.error());
  auto names = found->taken;
  for (const auto& name : found->fresh) {
    auto job = [this, name] { return take(name); };
    auto taken_name = co_await io::on_pool(environment_.disk, std::move(job));
    if (taken_name)
      names.push_back(*std::move(taken_name));
    else
      report(name, taken_name.error());
  }
  for (const auto& name : names) {
    if (is_stopping_) co_return;
    const auto done = co_await submit(name);
    if (done)
      reported_.erase(name);
    else
      report(name, done.error());
  }
}

}  // namespace kontor::pickup
