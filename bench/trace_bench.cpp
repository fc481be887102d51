// SPDX-License-Identifier: GPL-3.0-or-later
// bench_trace FOLDER [STEPS] [DAYS]: fills a message trace with the ways of made-up messages, as
// they would have come over some days, and asks it what an administrator asks. Says what a step
// costs (CPU of the thread that writes), its space, and how long each answer took.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <random>
#include <utility>
#include <vector>

#include "server/message_trace/database/recorder.hpp"
#include "server/message_trace/database/search.hpp"
#include "server/message_trace/database/statistics.hpp"

namespace {

using namespace kontor;
using namespace kontor::message_trace;

constexpr std::int64_t k_day = 86'400'000;
constexpr std::int64_t k_begin = 1'788'220'800'000;  // 2026-09-01
constexpr int k_people = 2'000;
constexpr std::size_t k_batch = 10'000;

double cpu_seconds() {
  std::timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

constexpr std::array<std::string_view, 16> k_words{
    "annual",  "report", "invoice", "meeting", "contract", "offer",  "order",  "question",
    "договор", "счёт",   "заявка",  "отчёт",   "встреча",  "отпуск", "проект", "итоги"};

class Maker {
 public:
  explicit Maker(Recorder& recorder) : recorder_(recorder) {}

  // One message with its steps: how many there were.
  std::size_t make(std::int64_t number) {
    const auto trace = fmt::format("{:020x}", number * 0x9E3779B97F4A7C15LL & 0x7FFFFFFFFFFFFFFFLL);
    const bool is_out = random_() % 5 == 0;
    const auto person = fmt::format("person{}@example.test", random_() % k_people);
    const auto other = fmt::format("user{}@domain{}.test", random_() % 50'000, random_() % 5'000);
    Step received;
    received.trace = trace;
    received.arrival = std::make_unique<Arrival>();
    auto& arrival = *received.arrival;
    arrival.protocol = is_out ? "submission" : "smtp";
    arrival.client = fmt::format("192.0.{}.{}", random_() % 256, random_() % 256);
    arrival.hello = is_out ? "[192.0.2.5]" : "mx.domain.test";
    arrival.tls = "TLSv1.3 TLS_AES_256_GCM_SHA384";
    if (is_out) arrival.account = person;
    arrival.sender = is_out ? person : other;
    arrival.message_id = "<" + trace + "@mail.domain.test>";
    for (int i = 0; i < 4; ++i) {
      arrival.subject += k_words[random_() % k_words.size()];
      arrival.subject += ' ';
    }
    arrival.subject += std::to_string(number % 100'000);
    arrival.size = 2'000 + random_() % 100'000;
    arrival.recipients = {is_out ? other : person};
    std::size_t steps = 1;
    if (!is_out) {
      steps += tell(What::checked, trace, "",
                    "spf=pass (domain.test) dkim=pass (domain.test) dmarc=pass", "");
    }
    recorder_.note(std::move(received));
    if (!is_out) {
      if (number % 50 == 0)
        return steps + tell(What::failed, trace, person, "the mailbox is full", "");
      return steps + tell(What::delivered, trace, person,
                          "account 3f2b1c0d-5a6e-4f70-8192-a3b4c5d6e7f8, UID 1234", "INBOX");
    }
    steps += tell(What::queued, trace, other, "", "");
    if (number % 20 == 0)
      steps += tell(What::deferred, trace, other, "450 4.2.1 come back later; again in 300 s",
                    "mx.domain.test");
    return steps + tell(What::relayed, trace, other, "250 2.0.0 Ok: queued as 4ABCDEF012",
                        "mx.domain.test");
  }

 private:
  std::size_t tell(What what,
                   const std::string& trace,
                   const std::string& recipient,
                   std::string text,
                   std::string place) {
    Step step;
    step.what = what;
    step.trace = trace;
    step.recipient = recipient;
    step.text = std::move(text);
    step.place = std::move(place);
    recorder_.note(std::move(step));
    return 1;
  }

  Recorder& recorder_;
  std::minstd_rand random_{7};
};

std::uint64_t size_of(const std::string& folder) {
  std::uint64_t size = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) size += file.file_size();
  return size;
}

void fill(const std::string& folder, std::size_t steps, std::int64_t days) {
  config::MessageTrace settings;
  settings.keep = std::chrono::hours(24 * 3'650);
  settings.max_size = 1ULL << 40U;
  std::int64_t now = k_begin;
  RecorderEnvironment environment{settings, folder, 0, log::Context(log::null_sink())};
  environment.milliseconds = [&now] { return now; };
  environment.by_hand = true;
  Recorder recorder(std::move(environment));
  Maker maker(recorder);
  const auto begin = std::chrono::steady_clock::now();
  const auto cpu = cpu_seconds();
  std::size_t made = 0, waiting = 0;
  std::int64_t messages = 0;
  double making = 0;
  while (made < steps) {
    const auto before = cpu_seconds();
    for (waiting = 0; waiting < k_batch && made < steps;) {
      now = k_begin +
            static_cast<std::int64_t>(static_cast<double>(made) / static_cast<double>(steps) *
                                      static_cast<double>(days * k_day));
      const auto more = maker.make(messages++);
      made += more;
      waiting += more;
    }
    making += cpu_seconds() - before;
    recorder.write();
  }
  now = k_begin + days * k_day;  // seals the last part
  recorder.write();
  const auto all = cpu_seconds() - cpu;
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  fmt::print("{} steps of {} messages over {} days, {} lost\n", made, messages, days,
             recorder.lost());
  fmt::print(
      "written: {:.2f} us CPU a step ({:.1f} us a message), {:.2f} us to make and note it; "
      "{:.0f} s in all\n",
      (all - making) / static_cast<double>(made) * 1e6,
      (all - making) / static_cast<double>(messages) * 1e6,
      making / static_cast<double>(made) * 1e6, wall.count());
  fmt::print("space: {:.0f} bytes a step, {:.0f} a message, {} MB in {} files\n",
             static_cast<double>(size_of(folder)) / static_cast<double>(made),
             static_cast<double>(size_of(folder)) / static_cast<double>(messages),
             size_of(folder) >> 20U, parts_in(folder).size());
}

// The slowest of three.
template <class Work>
void measure(const std::string& name, Work work) {
  double wall = 0, cpu = 0;
  std::size_t found = 0;
  for (int i = 0; i < 3; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const auto cpu_begin = cpu_seconds();
    found = work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    wall = std::max(wall, took.count());
    cpu = std::max(cpu, cpu_seconds() - cpu_begin);
  }
  fmt::print("{:<44} {:>7.1f} ms, CPU {:>7.1f} ms, {} found\n", name, wall * 1e3, cpu * 1e3, found);
}

void ask(const std::string& folder) {
  const auto find = [&](const std::string& name, auto set) {
    Question question;
    set(question);
    measure(name, [&] {
      const auto page = find_messages(folder, question);
      return page ? page->messages.size() : 0;
    });
  };
  find("the newest", [](auto&) {});
  find("a message id of the first day", [](auto& q) {
    q.message_id =
        fmt::format("{:020x}@mail.domain.test", 100 * 0x9E3779B97F4A7C15LL & 0x7FFFFFFFFFFFFFFFLL);
  });
  find("a message id that is not there", [](auto& q) { q.message_id = "none@none"; });
  find("a sender, all of his mail (1,000)", [](auto& q) {
    q.sender = "person7@example.test";
    q.most = 1'000;
  });
  find("a sender outside who wrote rarely", [](auto& q) { q.sender = "user7@domain7.test"; });
  find("a recipient", [](auto& q) { q.recipient = "person7@example.test"; });
  find("a domain as recipient", [](auto& q) { q.recipient = "domain7.test"; });
  find("our own domain and a rare word", [](auto& q) {
    q.recipient = "example.test";
    q.subject = "99999";
  });
  find("two words", [](auto& q) { q.subject = "contract 4711"; });
  find("a word that is nowhere", [](auto& q) { q.subject = "nowhere"; });
  find("failed", [](auto& q) { q.status = "failed"; });
  find("deferred: there is none", [](auto& q) { q.status = "deferred"; });
  find("refused, of one sender: there is none", [](auto& q) {
    q.status = "refused";
    q.sender = "example.test";
  });
  find("failed, to one recipient", [](auto& q) {
    q.status = "failed";
    q.recipient = "person9@example.test";
  });
  find("a client's address", [](auto& q) { q.client = "192.0.7.7"; });
  find("one hour in the middle", [](auto& q) {
    q.since = k_begin + 20 * k_day;
    q.until = *q.since + 3'600'000;
  });
  find("all that one person may see (1,000)", [](auto& q) {
    q.viewer = Viewer{{key_of("person7@example.test")}, "person7@example.test"};
    q.most = 1'000;
  });
  measure("the way of one message", [&] {
    const auto trace = fmt::format("{:020x}", 0x9E3779B97F4A7C15LL & 0x7FFFFFFFFFFFFFFFLL);
    const auto ways = show_message(folder, trace, {});
    return ways ? ways->size() : 0;
  });
  for (const auto& [name, dimension, period] :
       {std::tuple("statistics by day", Dimension::total, Period::day),
        std::tuple("statistics by hour", Dimension::total, Period::hour),
        std::tuple("statistics of senders' domains", Dimension::sender_domain, Period::all),
        std::tuple("statistics of mailboxes by month", Dimension::mailbox, Period::month)})
    measure(name, [&] {
      StatisticsQuestion question;
      question.dimension = dimension;
      question.period = period;
      question.most = 10'000;
      const auto rows = ask_statistics(statistics_file(folder), question);
      return rows ? rows->size() : 0;
    });
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) {
    fmt::print("use: bench_trace FOLDER [STEPS] [DAYS]\n");
    return 2;
  }
  const std::string folder = words[1];
  const std::size_t steps = count > 2 ? std::strtoull(words[2], nullptr, 10) : 10'000'000;
  const std::int64_t days = count > 3 ? std::strtoll(words[3], nullptr, 10) : 90;
  if (!std::filesystem::exists(folder)) fill(folder, steps, days);
  ask(folder);
  return 0;
}
