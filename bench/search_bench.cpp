// SPDX-License-Identifier: GPL-3.0-or-later
// Full-text search of one account: how fast messages are indexed, how large the index becomes, how
// long queries take. `bench_search [messages] [folder]`; the messages are made here: Russian and
// English words in their forms, as often as words are in a language (Zipf), 3 KB a body. A folder
// that is named stays; with 0 messages the one that is there is asked. `bench_search 0 FOLDER PART`
// asks the queries alone whose name has PART.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "bench/search_texts.hpp"
#include "search/index/account_index.hpp"

namespace {
using namespace kontor;
using namespace kontor::search;
using bench::k_lemmas;
using Writer = bench::SearchTexts;

std::string_view wanted_names;
constexpr std::size_t k_batch = 1'000;  // messages that are given at once

double seconds_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}
double cpu() { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }
double wall() { return seconds_of(CLOCK_MONOTONIC); }

std::unique_ptr<AccountIndex> opened(const std::string& folder) {
  auto index = AccountIndex::open(folder, {"ru", "en"});
  if (!index) {
    fmt::print("{}\n", index.error().text());
    std::exit(1);
  }
  return std::move(*index);
}

void require(const Result<void>& done) {
  if (done) return;
  fmt::print("{}\n", done.error().text());
  std::exit(1);
}

void fill(AccountIndex& index, Writer& writer, std::size_t messages) {
  double spent = 0;
  std::uint64_t text = 0;
  for (std::size_t done = 0; done < messages;) {
    std::vector<Document> batch;
    for (; batch.size() < k_batch && done < messages; ++done) {
      batch.push_back(writer.message(done + 1));
      for (const auto& part : batch.back().texts)
        if (part.field != Field::header) text += part.text.size();
    }
    const double begin = cpu();
    require(index.add(batch, done));
    spent += cpu() - begin;
  }
  const auto megabytes = static_cast<double>(text) / 1e6;
  const auto before = static_cast<double>(index.state().bytes) / 1e6;
  fmt::print("indexed: {} messages, {:.0f} MB of text, {:.0f} messages/CPU s, {:.2f} MB/MB\n",
             messages, megabytes, static_cast<double>(messages) / spent, before / megabytes);
  const double begin = cpu();
  require(index.merge({}));
  fmt::print("merged: {:.2f} CPU s, {:.2f} MB/MB\n", cpu() - begin,
             static_cast<double>(index.state().bytes) / 1e6 / megabytes);
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  fmt::print("memory: at most {} MB\n", use.ru_maxrss / 1024);
}

TextQuery leaf(TextOp op, std::string text, Fields fields) {
  TextQuery out;
  out.op = op;
  out.text = std::move(text);
  out.fields = fields;
  return out;
}

struct Median {
  std::vector<double> values;
  void add(double value) { values.push_back(value); }
  double get() {
    std::ranges::sort(values);
    return values[values.size() / 2];
  }
};

constexpr Fields k_people_fields = k_every_field & Fields(~fields_of(Field::header));

template <class Make>
void ask(const AccountIndex& index, std::string_view name, Make make, bool rank = false) {
  if (!name.contains(wanted_names)) return;
  Median time, processor, hits;
  for (int query = 0; query < 15; ++query) {
    const TextQuery wanted = make();
    for (int again = 0; again < 3; ++again) {
      const double begin = wall(), begin_cpu = cpu();
      double count = 0;
      if (rank)
        count = static_cast<double>(index.rank(wanted, nullptr, 50)->size());
      else
        count = static_cast<double>(index.match(wanted)->certain.size());
      if (again == 0) continue;
      time.add((wall() - begin) * 1e3);
      processor.add((cpu() - begin_cpu) * 1e3);
      hits.add(count);
    }
  }
  fmt::print("{:<44} p50 {:8.2f} ms  CPU {:8.2f} ms  hits {:.0f}\n", name, time.get(),
             processor.get(), hits.get());
}

void ask_all(const AccountIndex& index, Writer& writer) {
  const auto word = [&](std::size_t from, std::size_t to) {
    return writer.word(from + writer.below(to - from));
  };
  const auto people = k_people_fields;
  ask(index, "word, common (ranks 60 to 200)",
      [&] { return leaf(TextOp::words, word(60, 200), people); });
  ask(index, "word (ranks 500 to 5,000)",
      [&] { return leaf(TextOp::words, word(500, 5'000), people); });
  ask(index, "word, rare (ranks over 20,000)",
      [&] { return leaf(TextOp::words, word(20'000, k_lemmas), people); });
  ask(index, "word in a sender",
      [&] { return leaf(TextOp::words, "person77", fields_of(Field::from)); });
  ask(index, "address", [&] { return leaf(TextOp::words, "person77@host37.example.com", people); });
  ask(index, "three words", [&] {
    return leaf(TextOp::words, word(60, 500) + " " + word(60, 500) + " " + word(60, 500), people);
  });
  ask(index, "phrase of two, common", [&] {
    return leaf(TextOp::phrase, writer.word(writer.below(60)) + " " + word(60, 100), people);
  });
  ask(index, "phrase of two (ranks 60 to 500)",
      [&] { return leaf(TextOp::phrase, word(60, 500) + " " + word(60, 500), people); });
  ask(index, "prefix of 4 letters",
      [&] { return leaf(TextOp::prefix, word(500, 5'000).substr(0, 8), people); });
  ask(index, "prefix of 1 letter", [&] { return leaf(TextOp::prefix, "п", people); });
  ask(index, "substring of a word, rare", [&] {
    const auto whole = word(20'000, k_lemmas);
    return leaf(TextOp::literal, whole.substr(2), people);
  });
  ask(index, "substring of a word, common",
      [&] { return leaf(TextOp::literal, word(60, 200).substr(2), people); });
  ask(index, "substring of words (ranks 200 to 1,000)", [&] {
    return leaf(TextOp::literal, word(200, 1'000).substr(2) + " " + word(200, 1'000), people);
  });
  ask(index, "substring of words, common", [&] {
    return leaf(TextOp::literal, writer.word(writer.below(20)) + " " + word(60, 200), people);
  });
  ask(index, "substring of 1 letter", [&] { return leaf(TextOp::literal, "п", people); });
  ask(index, "substring of signs: all is read",
      [&] { return leaf(TextOp::literal, ".?", people); });
  ask(
      index, "best 50 of a common word", [&] { return leaf(TextOp::words, word(60, 200), people); },
      true);
  ask(
      index, "best 50 of two words",
      [&] { return leaf(TextOp::words, word(60, 500) + " " + word(60, 500), people); }, true);
}

void drop_cache(const std::string& folder) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const int file = ::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;
    ::fsync(file);
    ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    ::close(file);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const std::size_t messages = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 20'000;
  const std::string folder = argc > 2 ? argv[2] : "search-bench.tmp";
  const bool keep = argc > 2;
  if (argc > 3) wanted_names = argv[3];
  if (messages > 0) std::filesystem::remove_all(folder);
  Writer writer;
  {
    const auto index = opened(folder);
    if (messages > 0) fill(*index, writer, messages);
    ask_all(*index, writer);
  }
  for (const auto op : {TextOp::words, TextOp::literal}) {
    drop_cache(folder);
    const double begin = wall();
    const auto index = opened(folder);
    const auto found = index->match(leaf(op, writer.word(300), k_people_fields));
    fmt::print("cold, opening and one {}: {:.1f} ms\n", op == TextOp::words ? "word" : "substring",
               (wall() - begin) * 1e3);
    if (!found) return 1;
  }
  if (!keep) std::filesystem::remove_all(folder);
  return 0;
}
