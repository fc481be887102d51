// SPDX-License-Identifier: GPL-3.0-or-later
// A fixed piece of work on a mailbox, and a disk that fails at its first, second, third …
// operation of each kind, once or for as long as the disk is full: every answer is clear, what was
// answered is there once, the other mailbox sees nothing of it, and when the disk works again so
// does the mailbox, without a restart and after one.
#include <cerrno>
#include <cstdio>
#include <map>

#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

struct Fault {
  const char* name;
  io::Operation kind;
  int error;
  bool lasting;  // until the work is done; else once
};

class MailboxFaults : public StoreFixture, public ::testing::WithParamInterface<Fault> {
 protected:
  using Step = Result<void> (MailboxFaults::*)(Account&);

  Result<void> append_three(Account& mailbox) {
    std::vector<NewMessage> messages;
    std::vector<std::string> names;
    for (int i = 0; i < 3; ++i) {
      names.push_back("message " + std::to_string(++made_));
      messages.push_back(message_of(names.back()));
      messages.back().message.raw += std::string(700, 'x');
    }
    KONTOR_TRY(threads_.work(mailbox.append(k_inbox, std::move(messages))));
    for (const auto& name : names) answered_.insert(name);
    return {};
  }
  Result<void> set_flags(Account& mailbox) {
    FlagChange change;
    change.flags = k_flagged;
    change.keywords = {"Label"};
    KONTOR_TRY(threads_.work(mailbox.change_flags(k_inbox, {1, 2, 3}, change)));
    return {};
  }
  Result<void> move_one(Account& mailbox) {
    const auto inbox = mailbox.view().open(k_inbox);
    if (inbox->size() == 0) return {};
    KONTOR_TRY(threads_.work(mailbox.move(k_inbox, {inbox->at(0).uid}, 2)));
    return {};
  }
  Result<void> make_folders(Account& mailbox) {
    const auto name = "Folder " + std::to_string(++made_);
    KONTOR_TRY(threads_.work(mailbox.create_folder(name + "/Sub", {})));
    KONTOR_TRY(threads_.work(mailbox.rename_folder(name, name + " renamed")));
    KONTOR_TRY(threads_.work(mailbox.delete_folder(name + " renamed/Sub")));
    return {};
  }
  Result<void> read_all(Account& mailbox) {
    const auto inbox = mailbox.view().open(k_inbox);
    for (std::size_t i = 0; i < inbox->size(); ++i) {
      KONTOR_TRY(threads_.work(mailbox.read_message(inbox->at(i).item)));
    }
    return {};
  }
  Result<void> deliver(unsigned owner) {
    const auto name = "delivered " + std::to_string(++made_);
    KONTOR_TRY(threads_.work(store_->deliver(owner_of(owner), message_of(name))));
    if (owner == 1) answered_.insert(name);
    return {};
  }

  Result<void> run(Step step) {
    KONTOR_TRY(const auto mailbox, threads_.work(store_->open_for(owner_of(1))));
    return (this->*step)(*mailbox);
  }

  // An answer that a client can be given.
  void check(const Result<void>& answer) {
    if (answer) return;
    ++refused_;
    const auto code = answer.error().code();
    EXPECT_TRUE(code == Errc::no_space || code == Errc::io_error || code == Errc::no_permission)
        << answer.error().text();
    EXPECT_FALSE(answer.error().detail().empty());
  }

  void work() {
    constexpr Step k_steps[] = {&MailboxFaults::append_three, &MailboxFaults::set_flags,
                                &MailboxFaults::move_one, &MailboxFaults::make_folders,
                                &MailboxFaults::read_all};
    for (int round = 0; round < 2; ++round)
      for (const auto step : k_steps) {
        check(run(step));
        const auto other = deliver(2);  // makes the first mailbox be put away
        EXPECT_TRUE(other) << other.error().text();
        check(deliver(1));
      }
  }

  // How often each message that was answered is there, in all folders.
  std::map<std::string, int> found() {
    std::map<std::string, int> counts;
    const auto mailbox = account(1);
    if (mailbox == nullptr) return counts;
    for (const auto& folder : mailbox->view().folders()) {
      const auto open = mailbox->view().open(folder.id);
      for (std::size_t i = 0; i < open->size(); ++i) {
        const auto raw = threads_.work(mailbox->read_message(open->at(i).item));
        EXPECT_TRUE(raw) << raw.error().text();
        if (raw) ++counts[raw->substr(9, raw->find('\r') - 9)];
      }
    }
    return counts;
  }
  void all_is_there(std::uint64_t at) {
    const auto counts = found();
    for (const auto& name : answered_) EXPECT_EQ(counts.count(name), 1U) << name << " at " << at;
    for (const auto& [name, count] : counts) EXPECT_EQ(count, 1) << name << " at " << at;
  }

  // Did the fault strike?
  bool strike_at(std::uint64_t at) {
    const auto fault = GetParam();
    answered_.clear();
    disk_ = std::make_unique<io::MemoryDisk>();
    open();
    const auto folder = account_folder(account(1)->id());
    EXPECT_TRUE(deliver(2));
    std::atomic<std::uint64_t> seen = 0;
    faulty_->decide_by([&, folder](const io::OperationInfo& info) {
      if (info.kind != fault.kind || !info.path.starts_with(folder)) return 0;
      const auto number = ++seen;
      return number == at || (fault.lasting && number > at) ? fault.error : 0;
    });
    work();
    faulty_->decide_by({});
    EXPECT_TRUE(run(&MailboxFaults::append_three)) << "at " << at;
    EXPECT_TRUE(deliver(1)) << "at " << at;
    all_is_there(at);
    reopen();
    all_is_there(at);
    close();
    EXPECT_EQ(sink_.count("store.account.damaged"), 0U) << "at " << at;
    return seen >= at;
  }

  MailboxFaults() {
    settings_.log_segment = 4'000;
    settings_.max_loaded_accounts = 1;
  }
  std::set<std::string> answered_;
  int made_ = 0;
  std::uint64_t refused_ = 0;
};

TEST_P(MailboxFaults, AtEveryOperationInTurn) {
  std::uint64_t at = 1;
  while (strike_at(at) && !HasFailure()) ++at;
  std::printf("%s: at %llu operations, %llu answers refused\n", GetParam().name,
              static_cast<unsigned long long>(at - 1), static_cast<unsigned long long>(refused_));
  EXPECT_GT(at, 1U) << "nothing of that kind was done";
}

INSTANTIATE_TEST_SUITE_P(Faults,
                         MailboxFaults,
                         ::testing::Values(Fault{"full", io::Operation::write, ENOSPC, true},
                                           Fault{"full_once", io::Operation::write, ENOSPC, false},
                                           Fault{"write", io::Operation::write, EIO, false},
                                           Fault{"sync", io::Operation::sync, EIO, false},
                                           Fault{"sync_lasting", io::Operation::sync, EIO, true},
                                           Fault{"read", io::Operation::read, EIO, false},
                                           Fault{"open", io::Operation::open, EIO, false},
                                           Fault{"rename", io::Operation::rename, EIO, true},
                                           Fault{"truncate", io::Operation::truncate, EIO, true},
                                           Fault{"sync_directory", io::Operation::sync_directory,
                                                 EIO, false}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace kontor::store
