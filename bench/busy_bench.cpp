// SPDX-License-Identifier: GPL-3.0-or-later
// Busy time of 50 people for a week, 200 events each (every fourth weekly, without end), as the
// scheduling outbox asks for it: their accounts in a store, on a disk in memory. The CPU time is
// that of all threads of the process.
#include <benchmark/benchmark.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <thread>

#include "base/io/memory_disk.hpp"
#include "base/log/recording_sink.hpp"
#include "server/scheduling/busy.hpp"
#include "server/scheduling/calendars.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::scheduling {
namespace {

constexpr unsigned k_people = 50, k_events = 200;

std::string event(unsigned number) {
  const auto two = [](unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  const auto day = "2026" + two(number % 12 + 1) + two(number / 12 % 28 + 1);
  std::string out =
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//B//EN\r\nBEGIN:VEVENT\r\nUID:" +
      std::to_string(number) + "\r\nDTSTAMP:20260101T000000Z\r\n" +
      "DTSTART;TZID=Europe/Moscow:" + day + "T" + two(8 + number % 10) +
      "0000\r\nDURATION:PT1H\r\nSUMMARY:Meeting\r\nDESCRIPTION:" + std::string(600, 'x') + "\r\n";
  if (number % 4 == 0) out += "RRULE:FREQ=WEEKLY;BYDAY=MO,WE\r\n";
  return out + "END:VEVENT\r\nEND:VCALENDAR\r\n";
}

// The people's accounts; one for all turns.
class People {
 public:
  People() : runner_([this] { context_.run(); }) {
    store::StoreEnvironment environment{disk_, context_.get_executor(), log::Context(sink_)};
    store_ = store::AccountStore::open(environment, "/data/accounts", {}).value();
    for (unsigned i = 0; i < k_people; ++i) accounts_.push_back(make(i));
  }
  ~People() {
    accounts_.clear();
    boost::asio::co_spawn(context_, store_->close(), boost::asio::use_future).get();
    store_.reset();
    guard_.reset();
    runner_.join();
  }

  std::size_t ask(BusyMemory* memory) {
    BusyQuestion question;
    const auto monday = std::chrono::sys_days(std::chrono::year(2026) / 6 / 8);
    question.range = {monday, monday + std::chrono::days(7)};
    question.memory = memory;
    std::size_t found = 0;
    for (const auto& account : accounts_)
      found += run(busy_times(*account, account->view(), question, zones_)).value().size();
    return found;
  }

 private:
  template <class T>
  T run(Task<T> task) {
    return boost::asio::co_spawn(context_, std::move(task), boost::asio::use_future).get();
  }
  std::shared_ptr<store::Account> make(unsigned number) {
    store::Binding owner;
    owner.source = "local";
    owner.guid = Uuid(std::array<std::uint8_t, 16>{1, static_cast<std::uint8_t>(number)});
    auto account = run(store_->open_for(owner)).value();
    store::FolderOptions options;
    options.folder_class = store::FolderClass::calendar;
    const auto folder = run(account->create_folder("calendar:default", options)).value();
    for (unsigned i = 0; i < k_events; ++i) {
      auto bytes = event(i);
      auto keys = keys_of(*calendar::read_object(bytes), zones_);
      store::NewObject object{std::to_string(i), std::move(bytes), std::move(keys)};
      run(account->put_object(folder, std::move(object), {})).value();
    }
    return account;
  }

  io::MemoryDisk disk_;
  log::RecordingSink sink_;
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
      context_.get_executor()};
  std::thread runner_;
  calendar::Zones zones_;
  std::unique_ptr<store::AccountStore> store_;
  std::vector<std::shared_ptr<store::Account>> accounts_;
};

void measure(benchmark::State& state, bool remembers) {
  People people;
  BusyMemory memory;
  const auto expected = people.ask(remembers ? &memory : nullptr);
  for (auto _ : state)
    if (people.ask(remembers ? &memory : nullptr) != expected || expected == 0)
      state.SkipWithError("somebody is not as busy as before");
}

void first_question(benchmark::State& state) { measure(state, false); }
void later_question(benchmark::State& state) { measure(state, true); }

BENCHMARK(first_question)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(later_question)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();

}  // namespace
}  // namespace kontor::scheduling
