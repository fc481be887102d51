// SPDX-License-Identifier: GPL-3.0-or-later
// repair and rebuild: one wrong bit at any place of a log, longer damage, logs that are missing.
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>

#include "store/log/frame.hpp"
#include "store/mailbox/reader_account.hpp"
#include "store/tools/repair.hpp"
#include "store/tools/replayed.hpp"
#include "store/tools/wrong_bit.hpp"
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

using ::testing::HasSubstr;

constexpr UtcSeconds k_now{std::chrono::seconds(1'800'000'500)};
void no_progress(const std::string&) {}

class RepairTest : public StoreFixture {
 protected:
  // A mailbox with frames of every type that is written, in several logs.
  void fill() {
    settings_.log_segment = 6'000;
    open();
    {
      const auto mailbox = account();
      id_ = mailbox->id();
      const auto work = *threads_.work(mailbox->create_folder("Work/Reports", {}));
      for (int i = 1; i <= 12; ++i) {
        auto message = message_of("message " + std::to_string(i));
        message.message.raw += std::string(700, static_cast<char>('a' + i)) + "\r\n";
        if (i % 3 == 0) message.keywords = {"Label"};
        append(*mailbox, i % 2 == 0 ? k_inbox : work, std::move(message));
      }
      FlagChange change;
      change.flags = k_deleted;
      change.keywords = {"Later"};
      EXPECT_TRUE(threads_.work(mailbox->change_flags(k_inbox, {1, 2}, change)));
      EXPECT_TRUE(threads_.work(mailbox->expunge(k_inbox, {1})));
      EXPECT_TRUE(threads_.work(mailbox->copy(work, {1, 2}, k_inbox)));
      EXPECT_TRUE(threads_.work(mailbox->move(work, {3}, k_inbox)));
      EXPECT_TRUE(threads_.work(mailbox->rename_folder("Work", "Projects")));
      EXPECT_TRUE(threads_.work(mailbox->subscribe("Projects", true)));
      OwnLimits limits;
      limits.bytes = 5'000'000;
      EXPECT_TRUE(threads_.work(mailbox->set_limits(limits)));
      change.flags = k_seen;
      EXPECT_TRUE(
          threads_.work(as_reader(mailbox, owner_of(2))->change_flags(k_inbox, {2, 3}, change)));
      append(*mailbox, k_inbox, message_of("the last"));
      state_ = state_of(*mailbox);
    }
    close();
    drop_snapshot(id_);
    for (const auto& name : *disk_->list(folder()))
      if (name.starts_with("log.")) logs_[name] = read(name);
  }
  std::string folder() const { return account_folder(id_); }
  std::string read(const std::string& name) {
    return *io::read_file(*disk_, folder() + '/' + name, 1U << 30U);
  }
  void write(const std::string& name, const std::string& bytes) {
    ASSERT_TRUE(io::write_file_durably(*disk_, folder() + '/' + name, bytes));
  }
  void remove(const std::string& name) { ASSERT_TRUE(disk_->remove(folder() + '/' + name)); }
  void restore_all() {
    for (const auto& name : *disk_->list(folder()))
      if (name.starts_with("log.") || name == "snapshot") remove(name);
    for (const auto& [name, bytes] : logs_) write(name, bytes);
  }
  Inspection verify() {
    auto result = verify_account(*disk_, folder());
    EXPECT_TRUE(result) << result.error().text();
    return result ? *result : Inspection{false, "", ""};
  }
  Inspection repair() {
    auto result = repair_account(*disk_, folder(), k_now, {}, no_progress);
    EXPECT_TRUE(result) << result.error().text();
    return result ? *result : Inspection{false, "", ""};
  }
  // What differs between the mailbox and the one of before, by the logs alone.
  std::string lost() {
    const auto replayed = replay_account(*disk_, folder(), [](const auto&, const auto*) {});
    if (!replayed) return replayed.error().text();
    AccountState state = replayed->state;
    state.modseq = state_->modseq;  // the note of the repair
    return difference(state, *state_);
  }
  // The frames of all logs: name, offset, size.
  struct Place {
    std::string log;
    std::size_t offset = 0, size = 0;
    FrameType type{};
  };
  std::vector<Place> frames() {
    std::vector<Place> out;
    for (const auto& [name, bytes] : logs_)
      for (std::size_t at = k_log_start; at + k_frame_header_size <= bytes.size();) {
        const auto frame = decode_frame_header(std::string_view(bytes).substr(at));
        if (!frame) break;
        out.push_back({name, at, frame->size(), frame->header.type});
        at += frame->size();
      }
    return out;
  }
  Place frame_with(const std::string& text) {
    for (const auto& place : frames())
      if (logs_[place.log].substr(place.offset, place.size).find(text) != std::string::npos)
        return place;
    ADD_FAILURE() << "no frame with " << text;
    return {};
  }
  void overwrite(const Place& place, std::size_t from, std::size_t size) {
    auto bytes = logs_[place.log];
    for (std::size_t i = place.offset + from; i < place.offset + from + size; ++i)
      bytes[i] = static_cast<char>(i * 37 + 11);
    write(place.log, bytes);
  }

  AccountId id_;
  std::shared_ptr<const AccountState> state_;
  std::map<std::string, std::string> logs_;
};

TEST_F(RepairTest, ASoundFolderStaysAsItIs) {
  fill();
  EXPECT_GE(logs_.size(), 2U);
  const auto done = repair();
  EXPECT_TRUE(done.good) << done.text;
  for (const auto& [name, bytes] : logs_) EXPECT_EQ(read(name), bytes) << name;
  EXPECT_EQ(lost(), "");
  EXPECT_FALSE(disk_->stat(folder() + "/quarantine"));
}

// Each byte of each frame, and of the headers: found, put right, and nothing is lost.
TEST_F(RepairTest, OneWrongBitAnywhereIsPutRight) {
  fill();
  const std::size_t step = std::getenv("KONTOR_LONG") != nullptr ? 3 : 101;
  std::size_t tried = 0;
  for (const auto& [name, whole] : logs_) {
    std::size_t end = k_log_start;
    for (const auto& place : frames())
      if (place.log == name) end = place.offset + place.size;
    std::vector<std::size_t> at;
    for (std::size_t i = 0; i < end; i += step) at.push_back(i);
    for (const auto& place : frames())  // each field of headers
      if (place.log == name &&
          (step == 3 || place.offset % 3 == 0 || place.log == logs_.rbegin()->first))
        for (const std::size_t field : {0, 4, 5, 6, 7, 8, 11, 12, 15, 16, 20, 24, 31, 32, 39})
          at.push_back(place.offset + field);
    for (const auto offset : at) {
      restore_all();
      auto bytes = whole;
      bytes[offset] = static_cast<char>(bytes[offset] ^ 1 << (tried % 8));
      write(name, bytes);
      ++tried;
      const auto found = verify();
      ASSERT_FALSE(found.good) << name << ' ' << offset << '\n' << found.text;
      const auto done = repair();
      ASSERT_TRUE(done.good) << name << ' ' << offset << '\n' << done.text;
      ASSERT_EQ(lost(), "") << name << ' ' << offset << '\n' << done.text;
    }
  }
  std::printf("%zu wrong bits\n", tried);
}

TEST_F(RepairTest, DamageInsideAMessageKeepsWhatCanBeRead) {
  fill();
  const auto place = frame_with("Subject: message 5\r\n");
  overwrite(place, place.size - 300, 200);
  const auto found = verify();
  EXPECT_FALSE(found.good);
  EXPECT_THAT(found.text, HasSubstr("folder Projects/Reports, UID 3, Subject: message 5"));
  const auto done = repair();
  EXPECT_TRUE(done.good) << done.text;
  EXPECT_THAT(done.text, HasSubstr("1 damaged messages kept"));
  open();
  const auto mailbox = account();
  const auto inbox = mailbox->view().open(k_inbox);  // it was moved there
  std::string texts;
  bool marked = false;
  for (std::size_t i = 0; i < inbox->size(); ++i) {
    const auto raw = *threads_.work(mailbox->read_message(inbox->at(i).item));
    texts += raw.substr(0, raw.find('\r')) + '\n';
    marked = marked || (raw.starts_with("Subject: message 5\r\n") && inbox->at(i).uid == 9);
  }
  EXPECT_THAT(texts, HasSubstr("Subject: message 5\n"));
  EXPECT_EQ(sink_.count("store.account.damaged"), 0U);
}

// The server opens it all the same, tells of it and serves the rest.
TEST_F(RepairTest, WithoutItsFirstLogTheRestIsServed) {
  fill();
  remove("log.000001");
  open();
  const auto mailbox = account();
  ASSERT_NE(mailbox, nullptr);
  EXPECT_NE(mailbox->view().find_folder("INBOX"), std::nullopt);
  EXPECT_GE(mailbox->view().usage().messages, 5U);
  EXPECT_EQ(sink_.count("store.account.damaged"), 1U);
}

// Every frame in turn is gone as a whole: it is found, and the rest is served as it was.
TEST_F(RepairTest, EveryFrameMayBeLost) {
  fill();
  const auto all = frames();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool is_last = i + 1 == all.size();
    restore_all();
    overwrite(all[i], 0, all[i].size);
    if (!is_last) ASSERT_FALSE(verify().good) << i;
    const auto done = repair();
    ASSERT_TRUE(done.good) << i << ' ' << done.text;
    open();
    {
      const auto mailbox = account();
      ASSERT_NE(mailbox, nullptr) << i;
      ASSERT_NE(mailbox->view().find_folder("INBOX"), std::nullopt) << i;
      EXPECT_EQ(mailbox->id(), id_);
      EXPECT_GE(mailbox->view().usage().messages + 2, state_->usage.messages) << i;
    }
    EXPECT_EQ(sink_.count("store.account.damaged"), 0U) << i;
    EXPECT_EQ(sink_.count("store.account.unusable"), 0U) << i;
    close();
  }
}

TEST_F(RepairTest, ALogThatIsMissingIsReplaced) {
  fill();
  ASSERT_GE(logs_.size(), 3U);
  for (std::size_t gone = 1; gone + 1 <= logs_.size(); ++gone) {
    restore_all();
    const auto name = log_file_name(static_cast<std::uint32_t>(gone));
    remove(name);
    const bool is_last = gone == logs_.size();
    EXPECT_EQ(verify().good, is_last) << name;
    const auto done = repair();
    EXPECT_TRUE(done.good) << done.text;
    open();
    {
      const auto mailbox = account();
      ASSERT_NE(mailbox, nullptr) << name;
      EXPECT_EQ(mailbox->id(), id_);
    }
    EXPECT_EQ(sink_.count("store.account.damaged"), 0U) << name;
    close();
  }
}

TEST_F(RepairTest, ALogWithoutItsHeaderIsReadAllTheSame) {
  fill();
  for (const auto& [name, bytes] : logs_) {
    restore_all();
    auto without = bytes;
    for (std::size_t i = 0; i < k_log_start; ++i) without[i] = '\0';
    write(name, without);
    EXPECT_FALSE(verify().good) << name;
    const auto done = repair();
    EXPECT_TRUE(done.good) << name << '\n' << done.text;
    EXPECT_EQ(lost(), "") << name << '\n' << done.text;
  }
}

TEST_F(RepairTest, NothingIsThrownAway) {
  fill();
  const auto place = frame_with("Subject: message 4\r\n");
  overwrite(place, 0, place.size);
  const auto before = read(place.log);
  repair();
  EXPECT_EQ(read("quarantine/" + place.log + ".before-repair-1"), before);
}

TEST_F(RepairTest, TheServersStoreIsLeftAlone) {
  fill();
  open();
  const auto refused = repair_account(*disk_, folder(), k_now, {}, no_progress);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Errc::busy);
  EXPECT_THAT(refused.error().detail(), HasSubstr("stop it first"));
  EXPECT_EQ(rebuild_account(*disk_, folder(), {}, no_progress).error().code(), Errc::busy);
}

TEST_F(RepairTest, RebuildMakesTheSnapshotFromTheLogs) {
  fill();
  write("snapshot", "rubbish");
  EXPECT_FALSE(verify().good);
  const auto done = rebuild_account(*disk_, folder(), {}, no_progress);
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_TRUE(done->good) << done->text;
  EXPECT_THAT(done->text, HasSubstr("the snapshot there was: not a snapshot"));
  const auto snapshot = read_snapshot(*disk_, folder());
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(difference(snapshot->state, *state_), "");
  open();
  EXPECT_EQ(difference(*state_of(*account()), *state_), "");
  EXPECT_EQ(sink_.count("store.snapshot.ignored"), 0U);
}

TEST(WrongBit, IsFoundWhereverItIs) {
  std::string bytes;
  RawFrame frame;
  frame.header.type = FrameType::flags;
  frame.header.incarnation = 77;
  frame.header.sequence = 12;
  frame.durable_upto = 11;
  encode_frame(bytes, frame, 0x1122334455667788, std::string(500, 'p'));
  EXPECT_FALSE(find_wrong_bit(bytes, 0x1122334455667788));
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    auto wrong = bytes;
    wrong[bit / 8] = static_cast<char>(wrong[bit / 8] ^ 1 << bit % 8);
    const auto found = find_wrong_bit(wrong, 0x1122334455667788);
    ASSERT_TRUE(found) << bit;
    EXPECT_EQ(found->byte, bit / 8);
    EXPECT_EQ(found->mask, 1 << bit % 8);
  }
  auto wrong = bytes;
  wrong[3] = '\0', wrong[50] = '\0';
  EXPECT_FALSE(find_wrong_bit(wrong, 0x1122334455667788));
}

TEST(WrongBit, ASaltThatFitsIsFound) {
  std::string bytes, other;
  RawFrame frame;
  frame.header.type = FrameType::flags;
  frame.header.sequence = 12;
  encode_frame(bytes, frame, 0x1122334455667788, "some payload");
  encode_frame(other, frame, 0x1122334455667788, "another one, longer");
  const auto salt = find_salt(bytes);
  EXPECT_TRUE(checksum_fits(*decode_frame_header(bytes), salt, bytes));
  EXPECT_TRUE(checksum_fits(*decode_frame_header(other), salt, other));
}

}  // namespace
}  // namespace kontor::store
