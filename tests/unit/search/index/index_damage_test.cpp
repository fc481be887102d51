// SPDX-License-Identifier: GPL-3.0-or-later
// What an index does when its files are damaged, when it is killed at any operation on them, and
// when an operation fails.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <random>

#include "base/io/faulty_files.hpp"
#include "search/index/account_index.hpp"
#include "tests/unit/search/index/folder.hpp"

namespace kontor::search {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> k_languages = {"ru", "en"};

std::vector<Document> mails(ItemId first, ItemId last) {
  std::vector<Document> out;
  for (auto item = first; item <= last; ++item) {
    auto& document = out.emplace_back();
    document.item = item;
    document.texts = {{Field::subject, "Договор " + std::to_string(item)},
                      {Field::body, "the same text in all of them, word" + std::to_string(item)}};
  }
  return out;
}

// Messages that are long enough, and alike enough, for a dictionary.
std::vector<Document> long_mails(ItemId first, ItemId last) {
  std::mt19937 random(static_cast<unsigned>(first));
  auto out = mails(first, last);
  for (auto& document : out)
    for (int word = 0; word < 400; ++word)
      document.texts.back().text += " слово" + std::to_string(random() % 300);
  return out;
}

std::unique_ptr<AccountIndex> opened(const std::string& folder) {
  auto out = AccountIndex::open(folder, k_languages);
  EXPECT_TRUE(out.has_value()) << out.error().text();
  return out ? std::move(*out) : nullptr;
}

Result<Items> all_of(const AccountIndex& index) {
  TextQuery query;
  query.op = TextOp::literal;
  query.text = "me te";
  query.fields = fields_of(Field::body);
  KONTOR_TRY(auto found, index.match(query));
  EXPECT_TRUE(found.possible.empty());
  return found.certain;
}

Items range(ItemId first, ItemId last) {
  Items out;
  for (auto item = first; item <= last; ++item) out.push_back(item);
  return out;
}

// An index of items 1 to 60 in three databases.
void fill(const std::string& folder) {
  const auto index = opened(folder);
  for (ItemId item = 1; item <= 60; item += 20)
    ASSERT_TRUE(index->add(mails(item, item + 19), item + 19).has_value());
}

std::vector<fs::path> files_of(const std::string& folder) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(folder)) out.push_back(entry.path());
  std::ranges::sort(out);
  return out;
}

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// It answers what it holds, takes more, and holds that after opening again.
void expect_sound(const std::string& folder) {
  auto index = opened(folder);
  ASSERT_TRUE(index);
  const auto position = index->state().position;
  const auto before = all_of(*index);
  ASSERT_TRUE(before.has_value()) << before.error().text();
  EXPECT_EQ(before->size(), index->state().documents);
  ASSERT_TRUE(index->add(mails(position + 1, position + 3), position + 3).has_value());
  ASSERT_TRUE(index->merge({}).has_value());
  index = opened(folder);
  EXPECT_FALSE(index->state().made_anew) << index->state().problem;
  EXPECT_EQ(index->state().position, position + 3);
  EXPECT_EQ(all_of(*index)->size(), before->size() + 3);
}

// Lists of words are a help only.
bool is_list(const fs::path& path) { return path.filename().string().starts_with("words."); }

void expect_whole(const std::string& folder) {
  const auto index = opened(folder);
  EXPECT_FALSE(index->state().made_anew) << index->state().problem;
  EXPECT_EQ(all_of(*index)->size(), 60U);
  TextQuery query;
  query.op = TextOp::literal;
  query.text = "ord41";
  EXPECT_EQ(index->match(query)->certain, Items{41});
}

TEST(IndexDamage, AnyDamagedFileMakesItAnew) {
  TestFolder folder;
  fill(folder.index());
  std::mt19937 random(7);
  for (const auto& victim : files_of(folder.index())) {
    const auto whole = bytes_of(victim);
    for (int way = 0; way < 12; ++way) {
      const auto copy = folder.path("copy");
      fs::remove_all(copy);
      fs::copy(folder.index(), copy);
      auto bytes = whole;
      if (way == 0) bytes.clear();
      if (way == 1) bytes.resize(bytes.size() / 2);
      if (way == 2) bytes += "more";
      if (way == 3) std::ranges::fill(bytes, '\0');
      if (way > 3) bytes[random() % bytes.size()] ^= static_cast<char>(1U << random() % 8);
      write(fs::path(copy) / victim.filename(), bytes);
      if (is_list(victim)) {
        expect_whole(copy);
      } else {
        const auto index = opened(copy);
        EXPECT_TRUE(index->state().made_anew) << victim << " " << way;
        EXPECT_FALSE(index->state().problem.empty());
        EXPECT_EQ(index->state().position, 0U);
        EXPECT_EQ(all_of(*index)->size(), 0U);
      }
      expect_sound(copy);
    }
    const auto copy = folder.path("copy");
    fs::remove_all(copy);
    fs::copy(folder.index(), copy);
    fs::remove(fs::path(copy) / victim.filename());
    if (is_list(victim))
      expect_whole(copy);
    else
      EXPECT_TRUE(opened(copy)->state().made_anew) << victim;
    expect_sound(copy);
  }
  expect_sound(folder.index());
}

TEST(IndexDamage, ADamagedDictionaryMakesItAnew) {
  TestFolder folder;
  {
    const auto index = opened(folder.index());
    ASSERT_TRUE(index->add(long_mails(1, 80), 80).has_value());
    ASSERT_TRUE(index->add(long_mails(81, 100), 100).has_value());
  }
  const std::string name = "dictionary.001";
  const auto whole = bytes_of(fs::path(folder.index()) / name);
  ASSERT_FALSE(whole.empty());
  EXPECT_EQ(all_of(*opened(folder.index()))->size(), 100U);
  std::mt19937 random(8);
  for (int way = 0; way < 8; ++way) {
    const auto copy = folder.path("copy");
    fs::remove_all(copy);
    fs::copy(folder.index(), copy);
    auto bytes = whole;
    if (way == 1) bytes.clear();
    if (way == 2) bytes.resize(bytes.size() / 2);
    if (way == 3) bytes += "more";
    if (way > 3) bytes[random() % bytes.size()] ^= static_cast<char>(1U << random() % 8);
    write(fs::path(copy) / name, bytes);
    if (way == 0) fs::remove(fs::path(copy) / name);
    const auto index = opened(copy);
    EXPECT_TRUE(index->state().made_anew) << way;
    EXPECT_EQ(index->state().problem, "A dictionary of the index is missing or damaged.");
    EXPECT_EQ(all_of(*index)->size(), 0U);
    expect_sound(copy);
  }
  expect_sound(folder.index());
}

TEST(IndexDamage, ACopyIsGood) {
  TestFolder folder;
  fill(folder.index());
  fs::copy(folder.index(), folder.path("copy"));  // other times of change, the same bytes
  EXPECT_FALSE(opened(folder.path("copy"))->state().made_anew);
  expect_sound(folder.path("copy"));
}

TEST(IndexDamage, DamageWhileItIsOpenIsNoAnswer) {
  TestFolder folder;
  fill(folder.index());
  const auto index = opened(folder.index());
  for (const auto& file : files_of(folder.index()))
    if (file.filename() != "catalog") write(file, std::string(fs::file_size(file), 'x'));
  const auto found = all_of(*index);
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code(), Errc::corrupt);
  EXPECT_TRUE(index->state().made_anew);
  EXPECT_EQ(index->state().position, 0U);
  ASSERT_TRUE(index->add(mails(1, 5), 5).has_value());
  EXPECT_EQ(*all_of(*index), range(1, 5));
}

TEST(IndexDamage, AMergeDoesNotTakeOverDamage) {
  TestFolder folder;
  fill(folder.index());
  const auto index = opened(folder.index());
  for (const auto& file : files_of(folder.index())) {
    if (file.filename() == "catalog") continue;
    auto bytes = bytes_of(file);
    bytes[bytes.size() / 2] ^= 1;
    write(file, bytes);
  }
  const auto merged = index->merge({});
  ASSERT_FALSE(merged.has_value());
  EXPECT_EQ(merged.error().code(), Errc::corrupt);
  EXPECT_EQ(index->state().position, 0U);
  expect_sound(folder.index());
}

TEST(IndexDamage, ForeignFilesAreRemoved) {
  TestFolder folder;
  fs::create_directories(folder.index() + "/position.glass.d");
  write(folder.index() + "/iamglass", "x");
  const auto index = opened(folder.index());
  EXPECT_TRUE(index->state().made_anew);
  EXPECT_EQ(files_of(folder.index()).size(), 1U);
}

// --- killed, or refused by the disk
// ---------------------------------------------------------------

// What is done, with the state behind each step.
class Work {
 public:
  Work(io::FileSystem& files, std::string folder) : files_(files), folder_(std::move(folder)) {}

  // The states that a catalog of it may have: position, items.
  std::vector<std::pair<ItemId, Items>> states = {{0, {}}};

  Result<void> run() {
    KONTOR_TRY(index_, AccountIndex::open(folder_, k_languages, files_));
    for (int round = 0; round < 3; ++round) {
      const ItemId first = static_cast<ItemId>(round) * 10 + 1;
      auto items = states.back().second;
      for (const auto item : range(first, first + 6)) items.push_back(item);
      states.emplace_back(first + 6, items);
      KONTOR_TRY(index_->add(mails(first, first + 6), first + 6));
      items.erase(items.begin());
      states.emplace_back(first + 6, items);
      KONTOR_TRY(index_->remove({first - static_cast<ItemId>(round) * 10 + round}));
      states.emplace_back(first + 9, items);
      KONTOR_TRY(index_->add({}, first + 9));
    }
    return index_->merge({});
  }

 private:
  io::FileSystem& files_;
  std::string folder_;
  std::unique_ptr<AccountIndex> index_;
};

void expect_one_of(const Work& work, const std::string& folder, const std::string& what) {
  const auto index = opened(folder);
  ASSERT_TRUE(index);
  EXPECT_FALSE(index->state().made_anew) << what << index->state().problem;
  const auto items = all_of(*index);
  ASSERT_TRUE(items.has_value()) << what;
  const std::pair state(index->state().position, *items);
  EXPECT_TRUE(std::ranges::find(work.states, state) != work.states.end())
      << what << " position " << state.first << ", items " << state.second.size();
}

TEST(IndexCrash, KilledAtAnyOperationItIsWhole) {
  TestFolder folder;
  io::FaultyFiles files(io::real_file_system());
  Work work(files, folder.index());
  std::uint64_t copies = 0;
  files.decide_by([&](const io::OperationInfo&) {
    if (fs::exists(folder.index()))
      fs::copy(folder.index(), folder.path("killed" + std::to_string(++copies)),
               fs::copy_options::recursive);
    return 0;
  });
  const auto done = work.run();
  files.decide_by({});
  ASSERT_TRUE(done.has_value()) << done.error().text();
  ASSERT_GT(copies, 50U);
  for (std::uint64_t i = 1; i <= copies; ++i) {
    const auto copy = folder.path("killed" + std::to_string(i));
    expect_one_of(work, copy, "killed at " + std::to_string(i) + ": ");
    if (i % 16 == 0) expect_sound(copy);
  }
}

TEST(IndexCrash, AFailureAtAnyOperationLeavesItWhole) {
  for (const int error : {ENOSPC, EIO}) {
    bool failed = true;
    for (std::uint64_t at = 1; failed; ++at) {
      TestFolder folder;
      io::FaultyFiles files(io::real_file_system());
      bool changes = false;
      files.decide_by([&](const io::OperationInfo& operation) {
        if (operation.number != at) return 0;
        changes = true;
        return error;
      });
      Work work(files, folder.index());
      const auto done = work.run();
      if (!done)
        EXPECT_EQ(done.error().code(), error == EIO ? Errc::io_error : Errc::no_space) << at;
      failed = changes;
      files.decide_by({});
      expect_one_of(work, folder.index(), "failed at " + std::to_string(at) + ": ");
      at += at > 40 ? 4 : 0;
    }
  }
}

}  // namespace
}  // namespace kontor::search
