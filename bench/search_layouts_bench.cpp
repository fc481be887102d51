// SPDX-License-Identifier: GPL-3.0-or-later
// Ways to keep a body's words in Xapian: what each costs to make and how large it is. The index
// (search/index) is the last one. `bench_search_layouts [messages] [folder]`
#include <fmt/format.h>
#include <xapian.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <set>

#include "bench/search_texts.hpp"
#include "search/analyze/analyzer.hpp"

namespace {
using namespace kontor;
using namespace kontor::search;

struct Layout {
  const char* name;
  bool positions = false;
  bool stems_posted = false;
  bool stems_noted = false;  // in the table of synonyms
  bool text = false;         // kept as the document's data
  bool termlist = true;
  std::size_t batch = 4U << 20U;  // bytes of text in a database; 0: one that grows
};

constexpr Layout k_layouts[] = {
    {.name = "one that grows, positions, stems posted",
     .positions = true,
     .stems_posted = true,
     .batch = 0},
    {.name = "segments of 4 MB, positions, stems posted", .positions = true, .stems_posted = true},
    {.name = "the same, stems noted", .positions = true, .stems_noted = true},
    {.name = "no positions, stems posted", .stems_posted = true},
    {.name = "no positions, stems noted", .stems_noted = true},
    {.name = "the same, text kept, segments of 1 MB",
     .stems_noted = true,
     .text = true,
     .batch = 1U << 20U},
    {.name = "the same, 16 MB", .stems_noted = true, .text = true, .batch = 16U << 20U},
    {.name = "the same, 4 MB, without lists of terms",
     .stems_noted = true,
     .text = true,
     .termlist = false},
    {.name = "the same, with them: as it is", .stems_noted = true, .text = true},
};

double cpu() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

constexpr unsigned k_packed = Xapian::DBCOMPACT_SINGLE_FILE | Xapian::DBCOMPACT_NO_RENUMBER;

class Maker {
 public:
  Maker(const Layout& layout, std::string folder) : layout_(layout), folder_(std::move(folder)) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
  }

  void add(Xapian::docid id, const std::string& body) {
    if (!database_) open();
    Xapian::Document document;
    std::string stemmed;
    const Wanted wanted{.stems = layout_.stems_posted || layout_.stems_noted,
                        .wholes = false,
                        .names = Names::none};
    analyzer_.analyze(body, wanted, [&](const Token& token) {
      const std::string term(token.term);
      if (token.kind == TermKind::stem) {
        if (layout_.stems_posted) document.add_term("Z" + term);
        if (layout_.stems_noted && noted_.insert(stemmed).second)
          notes_.emplace_back(term, stemmed);
      } else if (layout_.positions) {
        document.add_posting("g" + term, token.position);
        stemmed = term;
      } else {
        document.add_term("g" + term);
        stemmed = term;
      }
    });
    if (layout_.text) document.set_data(body);
    database_->replace_document(id, document);
    bytes_ += body.size();
    if (layout_.batch != 0 && bytes_ >= layout_.batch) pack();
  }
  // Bytes of all segments merged.
  std::uint64_t finish() {
    pack();
    Xapian::Database all;
    for (const auto& part : parts_) all.add_database(Xapian::Database(part));
    all.compact(folder_ + "/merged", k_packed);
    const auto size = std::filesystem::file_size(folder_ + "/merged");
    std::filesystem::remove_all(folder_);
    return size;
  }

 private:
  void open() {
    int flags = Xapian::DB_CREATE_OR_OVERWRITE | Xapian::DB_NO_SYNC | Xapian::DB_BACKEND_GLASS;
    if (!layout_.termlist) flags |= Xapian::DB_NO_TERMLIST;
    database_ = std::make_unique<Xapian::WritableDatabase>(folder_ + "/new", flags);
  }
  void pack() {
    if (!database_) return;
    std::ranges::sort(notes_);
    for (const auto& [stem, word] : notes_) database_->add_synonym(stem, word);
    notes_.clear();
    database_->commit();
    database_.reset();
    parts_.push_back(folder_ + "/part" + std::to_string(parts_.size()));
    Xapian::Database(folder_ + "/new").compact(parts_.back(), k_packed);
    std::filesystem::remove_all(folder_ + "/new");
    noted_.clear();
    bytes_ = 0;
  }

  const Layout& layout_;
  std::string folder_;
  Analyzer analyzer_{std::vector<std::string>{"ru", "en"}};
  std::unique_ptr<Xapian::WritableDatabase> database_;
  std::set<std::string> noted_;
  std::vector<std::pair<std::string, std::string>> notes_;
  std::vector<std::string> parts_;
  std::size_t bytes_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const std::size_t messages = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 5'000;
  const std::string folder = argc > 2 ? argv[2] : "search-layouts.tmp";
  bench::SearchTexts texts;
  std::vector<std::string> bodies;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < messages; ++i) bytes += bodies.emplace_back(texts.body()).size();
  for (const auto& layout : k_layouts) {
    const double begin = cpu();
    Maker maker(layout, folder);
    for (std::size_t i = 0; i < messages; ++i)
      maker.add(static_cast<Xapian::docid>(i + 1), bodies[i]);
    const auto size = maker.finish();
    fmt::print("{:<45} {:6.0f} messages/CPU s {:5.2f} MB/MB\n", layout.name,
               static_cast<double>(messages) / (cpu() - begin),
               static_cast<double>(size) / static_cast<double>(bytes));
  }
  return 0;
}
