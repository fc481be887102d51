// SPDX-License-Identifier: GPL-3.0-or-later
// Full-text search of one account: how fast messages are indexed, how large the index becomes, how
// long queries take. `bench_search [messages] [folder]`; the messages are made here: Russian and
// English words in their forms, as often as words are in a language (Zipf), 3 KB a body.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <random>

#include "search/index/account_index.hpp"

namespace {
using namespace kontor;
using namespace kontor::search;

constexpr std::size_t k_lemmas = 60'000;  // some 400,000 words with their forms
constexpr std::size_t k_body = 3'000;     // bytes
constexpr std::size_t k_people = 2'000;
constexpr std::size_t k_batch = 1'000;  // messages that are given at once

double seconds_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}
double cpu() { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }
double wall() { return seconds_of(CLOCK_MONOTONIC); }

class Writer {
 public:
  Writer() {
    for (std::size_t i = 0; i < k_lemmas; ++i) {
      const bool russian = below(3) != 0;
      const std::size_t syllables = i < 60 ? 1 : i < 1'000 ? 2 : 2 + below(4);
      std::string lemma;
      for (std::size_t s = 0; s < syllables; ++s) lemma += syllable(russian);
      if (russian && below(40) == 0) lemma += "ё";
      lemmas_.push_back({std::move(lemma), russian});
    }
    for (std::size_t i = 0; i < k_people; ++i) {
      const auto id = std::to_string(i);
      people_.push_back(capital(lemmas_[2'000 + below(20'000)].text) + " " +
                        capital(lemmas_[2'000 + below(20'000)].text) + " <person" + id + "@host" +
                        std::to_string(i % 40) + ".example.com>");
    }
  }

  std::size_t below(std::size_t bound) { return random_() % bound; }
  // A word of about this rank; a lower rank is more frequent.
  std::string word(std::size_t rank) {
    const auto& lemma = lemmas_[rank];
    if (rank < 60) return lemma.text;
    return std::string(lemma.text)
        .append(lemma.russian ? k_russian_endings[below(k_russian_endings.size())]
                              : k_english_endings[below(k_english_endings.size())]);
  }
  std::string any_word() {
    const double u = std::generate_canonical<double, 53>(random_);
    const auto rank = static_cast<std::size_t>(std::exp(u * std::log(double(k_lemmas)))) - 1;
    return word(std::min(rank, k_lemmas - 1));
  }
  const std::string& person() { return people_[below(k_people)]; }

  std::string sentence(std::size_t words) {
    std::string out = capital(any_word());
    for (std::size_t i = 1; i < words; ++i)
      out.append(i % 7 == 6 ? ", " : " ").append(below(12) == 0 ? capital(any_word()) : any_word());
    return out;
  }

  Document message(ItemId item) {
    Document out;
    out.item = item;
    std::string body;
    while (body.size() < k_body) body.append(sentence(6 + below(12))).append(".\r\n");
    if (below(10) == 0) body += "Счёт №" + std::to_string(below(100'000)) + "\r\n";
    std::string header;
    for (int i = 0; i < 5; ++i)
      header += fmt::format(
          "received: from mx{}.example.com by host{}.example.com with esmtps id {:016x}\n",
          below(9), below(40), random_());
    out.texts = {{Field::subject, sentence(3 + below(6))},
                 {Field::from, person()},
                 {Field::to, person()},
                 {Field::header, std::move(header)},
                 {Field::body, std::move(body)}};
    return out;
  }

 private:
  struct Lemma {
    std::string text;
    bool russian = false;
  };
  static constexpr auto k_russian_endings = std::to_array<std::string_view>(
      {"", "а", "у", "ом", "е", "ы", "ов", "ами", "ах", "ный", "ного", "ная"});
  static constexpr auto k_english_endings =
      std::to_array<std::string_view>({"", "", "s", "ed", "ing", "er", "ly"});

  static std::string capital(std::string word) {
    // Of "а" to "п" and of Latin letters; others stay small.
    if (word.starts_with('\xD0') && word.size() > 1 && static_cast<unsigned char>(word[1]) >= 0xB0)
      word[1] = static_cast<char>(word[1] - 0x20);
    else if (word[0] >= 'a' && word[0] <= 'z')
      word[0] = static_cast<char>(word[0] - 32);
    return word;
  }
  std::string_view syllable(bool russian) {
    static constexpr auto k_russian = std::to_array<std::string_view>(
        {"ра", "по", "ко", "ни", "те", "ва", "ст",  "пре", "до", "го", "вор", "ла", "ми",  "ну",
         "жи", "ще", "ры", "за", "ов", "ка", "мой", "эль", "фи", "хо", "цен", "юр", "бле", "сно"});
    static constexpr auto k_english = std::to_array<std::string_view>(
        {"re", "con", "ta", "in", "er", "li", "mo",  "st",  "pa",  "the", "un", "ti", "on",  "al",
         "de", "ro",  "qu", "ma", "si", "ne", "plo", "gra", "chi", "vo",  "be", "fa", "win", "ly"});
    return russian ? k_russian[below(k_russian.size())] : k_english[below(k_english.size())];
  }

  std::mt19937_64 random_{20'261'122};
  std::vector<Lemma> lemmas_;
  std::vector<std::string> people_;
};

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
  std::filesystem::remove_all(folder);
  Writer writer;
  {
    const auto index = opened(folder);
    fill(*index, writer, messages);
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
