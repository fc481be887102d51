// SPDX-License-Identifier: GPL-3.0-or-later
// What the indexing of a message costs before the index sees it: its words with stems and names,
// the text of HTML, the document made of its bytes. The texts are 3 KB pieces of docs/admin, in
// English and in Russian.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/core/text.hpp"
#include "search/analyze/analyzer.hpp"
#include "search/fields/make_document.hpp"

namespace kontor::search {
namespace {

constexpr std::size_t k_text = 3'072;

// Pieces of all files of docs/admin whose names end so.
std::vector<std::string> read_texts(bool russian) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(KONTOR_SOURCE_DIR "/docs/admin"))
    if (entry.path().string().ends_with(".ru.md") == russian) paths.push_back(entry.path());
  std::ranges::sort(paths);
  std::string all;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    all.append(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  std::vector<std::string> texts;
  for (std::size_t at = 0; at + k_text <= all.size(); at += k_text)
    texts.push_back(to_valid_utf8(all.substr(at, k_text)));
  return texts;
}

const std::vector<std::string>& texts(bool russian) {
  static const std::vector<std::string> english = read_texts(false), other = read_texts(true);
  return russian ? other : english;
}

void count(benchmark::State& run, std::size_t messages) {
  run.SetItemsProcessed(run.iterations() * static_cast<std::int64_t>(messages));
}

void analyze_text(benchmark::State& run) {
  const auto& all = texts(run.range(0) != 0);
  Analyzer analyzer({"en", "ru"});
  std::size_t tokens = 0;
  for (auto _ : run) {
    tokens = 0;
    for (const auto& text : all)
      analyzer.analyze(text, wanted_in(Field::body), [&](const Token& token) {
        benchmark::DoNotOptimize(token.term.data());
        ++tokens;
      });
  }
  count(run, all.size());
  run.counters["tokens"] = static_cast<double>(tokens) / static_cast<double>(all.size());
}

std::string message_of(const std::string& text, bool html) {
  std::string raw =
      "Received: from mail.example.org by mx.example.test with ESMTPS id 4F2A; Mon, 2 Nov 2026 "
      "10:00:00 +0300\r\nDKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=mail;\r\n\tb=" +
      std::string(344, 'x') +
      "\r\nMessage-ID: <4F2A@example.org>\r\nSubject: =?utf-8?B?0J7RgtGH0ZHRgg==?= Q3\r\nFrom: "
      "Ivan Ivanov <ivanov@example.org>\r\nTo: petrov@example.test, sidorov@example.test\r\n"
      "Date: Mon, 2 Nov 2026 10:00:00 +0300\r\nMIME-Version: 1.0\r\nContent-Type: text/";
  raw += html ? "html" : "plain";
  raw += "; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";
  if (!html) return raw + text;
  for (const char c : text)
    if (c == '\n')
      raw += "</p>\r\n<p class=\"MsoNormal\" style=\"margin:0cm\">";
    else
      raw += c;
  return raw;
}

void make_documents(benchmark::State& run) {
  std::vector<std::string> messages;
  for (const auto& text : texts(true)) messages.push_back(message_of(text, run.range(0) != 0));
  for (auto _ : run)
    for (const auto& raw : messages) benchmark::DoNotOptimize(make_document(1, raw, {}));
  count(run, messages.size());
}

// Bytes to tokens, as for the index.
void read_and_analyze(benchmark::State& run) {
  std::vector<std::string> messages;
  for (const auto& text : texts(run.range(0) != 0)) messages.push_back(message_of(text, false));
  Analyzer analyzer({"en", "ru"});
  for (auto _ : run)
    for (const auto& raw : messages) {
      const auto made = make_document(1, raw, {});
      for (const auto& [field, text] : made.document.texts)
        if (field != Field::header)
          analyzer.analyze(text, wanted_in(field),
                           [](const Token& token) { benchmark::DoNotOptimize(token.term.data()); });
    }
  count(run, messages.size());
}

BENCHMARK(analyze_text)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(make_documents)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(read_and_analyze)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kontor::search
