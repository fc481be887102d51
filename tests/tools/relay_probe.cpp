// SPDX-License-Identifier: GPL-3.0-or-later
// The relay by itself, without a queue: reads lines "sender TAB recipient,recipient TAB file TAB
// count", and TAB wish where there is one (requiretls, optional, by=SECONDS, priority=N), from
// standard input, hands each message over as the settings file (argument 1) says, with
// at most argument 2 connections a destination, and prints a line a recipient as soon as its fate
// is told: "told TAB address TAB fate TAB status TAB host TAB reply TAB reason". At the end, with
// reports.tls_sender, what was counted for TLS reports. Events go to standard error.
// tests/functional/relay.py runs it.
#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <set>

#include "base/config/load.hpp"
#include "base/core/text.hpp"
#include "base/net/socket_stream.hpp"
#include "server/http/fetch.hpp"
#include "server/reports/tls_keeper.hpp"
#include "server/smtp/client/relay.hpp"

namespace {

using namespace kontor;

struct Job {
  queue::Piece piece;
  std::shared_ptr<const std::string> bytes;
};
using Jobs = std::deque<Job>;  // of one destination

std::string_view word(queue::Fate fate) {
  if (fate == queue::Fate::relayed) return "relayed";
  return fate == queue::Fate::failed ? "failed" : "deferred";
}

void tell(const queue::Piece& piece, const std::vector<queue::Outcome>& outcomes) {
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto& outcome = outcomes[i];
    fmt::print("told\t{}\t{}\t{}\t{}\t{}\t{}\n", piece.recipients[i].address, word(outcome.fate),
               outcome.status, outcome.remote, outcome.diagnostic, outcome.reason);
  }
  std::cout.flush();
  std::fflush(stdout);
}

class ProbeWork final : public queue::Work {
 public:
  ProbeWork(Jobs& jobs, std::size_t most) : jobs_(jobs), left_(most) {}

  std::optional<queue::Piece> next() override {
    if (jobs_.empty() || left_-- == 0) return std::nullopt;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    bytes_ = std::move(job.bytes);
    return std::move(job.piece);
  }
  Task<Result<std::string>> read(const queue::Piece&) override { co_return *bytes_; }
  Task<Result<void>> report(const queue::Piece& piece,
                            std::vector<queue::Outcome> outcomes) override {
    tell(piece, outcomes);
    co_return Result<void>();
  }
  Task<Result<void>> defer_all(queue::Outcome why) override {
    for (const auto& job : jobs_) tell(job.piece, std::vector(job.piece.recipients.size(), why));
    jobs_.clear();
    co_return Result<void>();
  }
  bool is_stopping() const override { return false; }

 private:
  Jobs& jobs_;
  std::size_t left_;
  std::shared_ptr<const std::string> bytes_;
};

// What its sender wants: requiretls, optional, by=SECONDS (or back), priority=N.
void read_wish(std::string_view wish, queue::Envelope& envelope) {
  const auto value = wish.substr(std::min(wish.find('=') + 1, wish.size()));
  envelope.arrived = system_clock().now();
  envelope.requires_tls = wish == "requiretls";
  envelope.tls_optional = wish == "optional";
  if (wish.starts_with("priority="))
    envelope.priority = static_cast<std::int8_t>(parse_number<unsigned>(value).value_or(0));
  if (!wish.starts_with("by=")) return;
  envelope.is_by_return = true;
  envelope.deliver_by =
      envelope.arrived + std::chrono::seconds(parse_number<unsigned>(value).value_or(0));
}

void read_jobs(const smtp::client::Relay& relay, std::map<std::string, Jobs>& all) {
  queue::MessageId id = 0;
  for (std::string line; std::getline(std::cin, line);) {
    const auto parts = split(line, '\t');
    std::ifstream file{std::string(parts.at(2)), std::ios::binary};
    auto bytes = std::make_shared<const std::string>(std::istreambuf_iterator<char>(file),
                                                     std::istreambuf_iterator<char>());
    auto envelope = std::make_shared<queue::Envelope>();
    envelope->sender = parts.at(0);
    envelope->is_utf8 = true;
    envelope->size = bytes->size();
    if (parts.size() > 4) read_wish(parts[4], *envelope);
    std::map<std::string, std::vector<queue::Recipient>> groups;
    for (const auto address : split(parts.at(1), ',')) {
      queue::Recipient recipient;
      recipient.address = address;
      groups[relay.destination(address)].push_back(recipient);
    }
    for (unsigned i = 0; i < parse_number<unsigned>(parts.at(3)).value_or(1); ++i)
      for (const auto& [destination, recipients] : groups)
        all[destination].push_back({{++id, envelope, recipients}, bytes});
  }
}

Task<void> run_one(smtp::client::Relay& relay,
                   std::string destination,
                   Jobs& jobs,
                   std::size_t most) {
  while (!jobs.empty()) {
    ProbeWork work(jobs, most);
    co_await relay.deliver(destination, work);
  }
}

int run(const char* config, unsigned connections) {
  auto settings = config::load_settings(config);
  if (!settings) return fmt::print(stderr, "{}\n", settings.error().text()), 2;
  auto log = log::Log::open("", log::Format::logfmt, LogLevel::debug);
  auto resolver = net::Resolver::make(settings->dns);
  if (!log || !resolver) return fmt::print(stderr, "no log or resolver\n"), 2;
  smtp::client::RelayEnvironment environment{*settings, **resolver, log::Context(**log)};
  auto authorities = net::ClientTlsContext::make(settings->outbound.mta_sts_ca_file);
  if (!authorities) return fmt::print(stderr, "{}\n", authorities.error().text()), 2;
  http::FetchTerms terms{**resolver, *authorities};
  terms.port = settings->outbound.mta_sts_port;
  const auto fetch = [&](std::string host) {
    auto copy = terms;
    http::Wanted wanted{std::move(host), std::string(smtp::client::k_policy_path)};
    return http::fetch_text(std::move(copy), std::move(wanted));
  };
  const auto policies = smtp::client::StsPolicies::open(
      {**resolver, io::real_file_system(), system_clock(), log::Context(**log), fetch},
      settings->server.data_folder + "/mta-sts");
  if (settings->outbound.mta_sts) environment.policies = policies.get();
  const auto counted = reports::TlsKeeper::open(
      {io::real_file_system(), system_clock(), log::Context(**log)}, "none");
  if (!settings->reports.tls_sender.empty()) environment.told = counted.get();
  environment.timeout_after_dot = settings->queue.timeout;  // tests do not wait ten minutes
  auto relay = smtp::client::Relay::make(std::move(environment));
  if (!relay) return fmt::print(stderr, "{}\n", relay.error().text()), 2;
  std::map<std::string, Jobs> all;
  read_jobs(**relay, all);
  boost::asio::io_context context;
  for (auto& [destination, jobs] : all)
    for (unsigned i = 0; i < connections; ++i)
      boost::asio::co_spawn(
          context, run_one(**relay, destination, jobs, settings->queue.max_messages_per_connection),
          [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
          });
  context.run();
  for (const auto& [day, tally] : counted->days())
    fmt::print("{}", reports::format_tls_tally(tally));
  return policies->save() ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  kontor::net::ignore_broken_pipes();
  return run(arguments[1], kontor::parse_number<unsigned>(arguments[2]).value_or(1));
}
