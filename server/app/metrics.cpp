// SPDX-License-Identifier: GPL-3.0-or-later
// Counters are sums of events by name: "imap.login.done" is a sign-in of the protocol imap.
#include "server/app/metrics.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <set>

#include "base/core/timings.hpp"
#include "base/log/line.hpp"
#include "server/app/metrics_text.hpp"

namespace kontor::app {
namespace {

using Counts = std::map<std::string, std::uint64_t>;  // event to how often

double number(std::uint64_t value) { return static_cast<double>(value); }

double seconds_of(UtcSeconds time) { return static_cast<double>(time.time_since_epoch().count()); }

std::uint64_t count_of(const Counts& counts, const std::string& event) {
  const auto found = counts.find(event);
  return found == counts.end() ? 0 : found->second;
}

// Of each protocol of this server: the sum of the events PROTOCOL + one of the endings.
struct PerProtocol {
  std::string_view result;
  std::vector<std::string_view> endings;
};

constexpr std::array<std::string_view, 6> k_protocols{"imap", "pop3", "smtp",
                                                      "http", "ldap", "managesieve"};

std::uint64_t sum_of(const Counts& counts, std::string_view protocol, const PerProtocol& row) {
  std::uint64_t sum = 0;
  for (const auto ending : row.endings)
    sum += count_of(counts, std::string(protocol) + std::string(ending));
  return sum;
}

void add_connections(MetricsText& out, const MetricsSource& source, const Counts& counts) {
  std::map<std::string, std::uint64_t> open, signed_in;
  for (const auto name :
       {"imap", "pop3", "smtp", "submission", "lmtp", "http", "ldap", "managesieve"})
    open[name] = signed_in[name] = 0;
  for (const auto& session : source.sessions.list()) {
    ++open[session.protocol];
    if (!session.user.empty()) ++signed_in[session.protocol];
  }
  out.family("kontor_connections", "gauge", "Open connections.");
  for (const auto& [protocol, count] : open) out.value(number(count), {{"protocol", protocol}});
  out.family("kontor_connections_signed_in", "gauge", "Open connections of people.");
  for (const auto& [protocol, count] : signed_in)
    out.value(number(count), {{"protocol", protocol}});
  out.family("kontor_connections_opened_total", "counter", "Connections since the start.");
  const PerProtocol opened{"", {".connection.opened", ".session.opened"}};
  for (const auto protocol : k_protocols)
    out.value(number(sum_of(counts, protocol, opened)), {{"protocol", std::string(protocol)}});
  out.family("kontor_connections_refused_total", "counter", "Connections that were refused.");
  out.value(number(count_of(counts, "server.connection.blocked")), {{"reason", "blocked"}});
  out.value(number(count_of(counts, "server.connection.denied")), {{"reason", "network"}});
  out.value(number(count_of(counts, "server.connection.refused")), {{"reason", "limit"}});
  out.value(number(count_of(counts, "checks.client.refused")), {{"reason", "screening"}});
  out.family("kontor_sign_ins_total", "counter", "Sign-ins that succeeded and that were refused.");
  for (const auto protocol : k_protocols)
    for (const PerProtocol& row : {PerProtocol{"done", {".login.done", ".signin.done"}},
                                   PerProtocol{"refused", {".login.refused", ".signin.refused"}}})
      out.value(number(sum_of(counts, protocol, row)),
                {{"protocol", std::string(protocol)}, {"result", std::string(row.result)}});
}

struct Labelled {
  std::string_view event, label;
};

void add_labelled(MetricsText& out,
                  const Counts& counts,
                  std::string_view label,
                  std::initializer_list<Labelled> rows) {
  for (const auto& row : rows)
    out.value(number(count_of(counts, std::string(row.event))), {{label, std::string(row.label)}});
}

void add_mail(MetricsText& out, const Counts& counts) {
  out.counter("kontor_messages_accepted_total", "Messages taken by SMTP, submission and LMTP.",
              number(count_of(counts, "smtp.message.accepted")));
  out.family("kontor_messages_refused_total", "counter",
             "Messages, senders and recipients that were refused, by what was refused.");
  add_labelled(out, counts, "what",
               {{"smtp.message.refused", "message"},
                {"smtp.sender.refused", "sender"},
                {"smtp.recipient.refused", "recipient"}});
  out.counter("kontor_viruses_total", "Messages in which a virus was found.",
              number(count_of(counts, "checks.virus.found")));
  out.family("kontor_copies_total", "counter", "What became of copies for mailboxes here.");
  add_labelled(out, counts, "result",
               {{"delivery.copy.stored", "stored"},
                {"delivery.copy.folder", "folder"},
                {"delivery.copy.filed", "filed"},
                {"delivery.copy.redirected", "redirected"},
                {"delivery.copy.discarded", "discarded"},
                {"delivery.copy.refused", "refused"},
                {"delivery.copy.failed", "failed"}});
  out.counter("kontor_messages_queued_total", "Messages that came into the queue.",
              number(count_of(counts, "queue.message.queued")));
  out.family("kontor_queue_tries_total", "counter",
             "What became of tries for recipients of the queue.");
  add_labelled(out, counts, "result",
               {{"queue.recipient.relayed", "relayed"},
                {"queue.recipient.delivered", "delivered"},
                {"queue.recipient.deferred", "deferred"},
                {"queue.recipient.failed", "failed"}});
  out.counter("kontor_messages_collected_total", "Messages fetched from accounts elsewhere.",
              number(count_of(counts, "collector.message.taken")));
}

void add_queue(MetricsText& out, const MetricsSource& source) {
  const auto totals = source.queue.totals();
  out.gauge("kontor_queue_messages", "Messages in the queue.", number(totals.messages));
  out.gauge("kontor_queue_recipients", "Recipients that wait in the queue.",
            number(totals.recipients));
  out.gauge("kontor_queue_bytes", "Bytes of the messages in the queue.", number(totals.bytes));
  out.gauge("kontor_queue_active", "Recipients of the queue that are being tried.",
            number(totals.active));
  const auto age = totals.messages == 0 ? 0 : (source.clock.now() - totals.oldest).count();
  out.gauge("kontor_queue_oldest_age_seconds", "Age of the oldest message in the queue.",
            static_cast<double>(std::max<std::int64_t>(0, age)));
  out.gauge("kontor_queue_working", "1: the queue works; 0: its disk failed.",
            totals.problem.empty() ? 1 : 0);
}

void add_directory(MetricsText& out, const MetricsSource& source) {
  const auto status = source.directory.status();
  const auto copy = source.directory.current();
  std::int64_t changed = 0;
  out.gauge("kontor_directory_running", "1: kontor-directory answers.", status.is_running ? 1 : 0);
  out.counter("kontor_directory_restarts_total", "How often kontor-directory was started again.",
              number(status.restarts));
  out.family("kontor_directory_source_reachable", "gauge",
             "1: the last attempt to read the source succeeded.");
  for (const auto& one : status.sources) {
    out.value(one.is_reachable ? 1 : 0, {{"source", one.source}});
    changed = std::max(changed, one.changed);
  }
  out.gauge("kontor_directory_generation", "Number of the directory copy in force; 0: none.",
            number(copy->generation()));
  out.gauge("kontor_directory_changed_timestamp_seconds",
            "When a source handed the last change over.", static_cast<double>(changed));
  out.gauge("kontor_directory_held_back", "People that a set which is held back would lose.",
            number(status.held_back));
  const auto people = std::ranges::count_if(
      copy->all(), [](const auto& principal) { return principal->has_mailbox(); });
  out.gauge("kontor_directory_mailbox_owners", "People and rooms that may have a mailbox.",
            static_cast<double>(people));
}

void add_store(MetricsText& out, const MetricsSource& source) {
  const auto all = source.store.list();
  const auto bad = std::ranges::count_if(
      all, [](const store::AccountInfo& info) { return !info.problem.empty(); });
  const auto loaded =
      std::ranges::count_if(all, [](const store::AccountInfo& info) { return info.loaded; });
  out.gauge("kontor_mailboxes", "Mailboxes on the disk.", number(all.size()));
  out.gauge("kontor_mailboxes_loaded", "Mailboxes in memory.", static_cast<double>(loaded));
  out.gauge("kontor_mailboxes_with_problems", "Mailboxes that cannot be opened.",
            static_cast<double>(bad));
  out.gauge("kontor_disk_free_bytes", "Free bytes of the data folder's disk.",
            number(source.disk_free));
  out.gauge("kontor_disk_size_bytes", "Size of the data folder's disk.", number(source.disk_size));
  out.gauge("kontor_disk_free_files", "Free inodes of the data folder's file system.",
            number(source.files_free));
  const auto lag = source.indexer.lag();
  out.gauge("kontor_index_mailboxes_waiting", "Mailboxes with mail that is not indexed yet.",
            number(lag.accounts));
  out.gauge("kontor_index_lag_seconds", "How long the mailbox that is first in turn is overdue.",
            std::chrono::duration<double>(lag.overdue).count());
  out.histogram("kontor_delivery_seconds",
                "From the last byte of a message until it is in its mailboxes, on disk.",
                timings::read(timings::Timing::delivery));
  out.histogram("kontor_store_sync_seconds", "Writes of mailboxes and queue with their fsync.",
                timings::read(timings::Timing::store_sync));
}

void add_events(MetricsText& out, const Counts& counts) {
  std::map<std::string, std::uint64_t> levels;
  for (const auto level : {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error})
    levels[std::string(log::level_name(level))] = 0;
  for (const auto* kind : log::vocabulary())
    levels[std::string(log::level_name(kind->level))] += count_of(counts, std::string(kind->name));
  out.family("kontor_log_events_total", "counter",
             "Events by level, whether that level is written or not.");
  for (const auto& [level, count] : levels) out.value(number(count), {{"level", level}});
  out.family("kontor_events_total", "counter", "Each event of the log (docs/generated/events.md).");
  for (const auto* kind : log::vocabulary())
    out.value(number(count_of(counts, std::string(kind->name))),
              {{"event", std::string(kind->name)}});
}

// The names that Prometheus has for every process.
void add_process(MetricsText& out, const MetricsSource& source) {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages = 0, resident = 0;
  statm >> pages >> resident;
  const auto page = number(static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)));
  out.gauge("process_virtual_memory_bytes", "Virtual memory of kontord.", number(pages) * page);
  out.gauge("process_resident_memory_bytes", "Memory of kontord.", number(resident) * page);
  std::uint64_t open = 0;
  if (auto* folder = ::opendir("/proc/self/fd")) {
    while (::readdir(folder) != nullptr) ++open;
    ::closedir(folder);
  }
  constexpr std::uint64_t k_not_files = 3;  // ".", ".." and the folder itself
  out.gauge("process_open_fds", "Open files and connections of kontord.",
            number(open - std::min(open, k_not_files)));
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  out.gauge("process_max_fds", "How many it may have.", number(limit.rlim_cur));
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto time = [](const timeval& value) {
    return static_cast<double>(value.tv_sec) + static_cast<double>(value.tv_usec) / 1e6;
  };
  out.counter("process_cpu_seconds_total", "Processor time of kontord.",
              time(used.ru_utime) + time(used.ru_stime));
  out.gauge("process_start_time_seconds", "When it was started.", seconds_of(source.started));
}

}  // namespace

std::string metrics_text(const MetricsSource& source) {
  MetricsText out;
  const auto counts = source.log.counts();
  out.family("kontor_build_info", "gauge", "Version of the server.");
  out.value(1, {{"version", KONTOR_VERSION}});
  add_process(out, source);
  add_connections(out, source, counts);
  add_mail(out, counts);
  add_queue(out, source);
  add_store(out, source);
  add_directory(out, source);
  out.gauge("kontor_certificate_not_after_timestamp_seconds", "When the TLS certificate ends.",
            seconds_of(source.certificate_expires));
  add_events(out, counts);
  return out.text();
}

}  // namespace kontor::app
