// SPDX-License-Identifier: GPL-3.0-or-later
// The messages of SearchTexts for bench/search.py: `bench_search_mail COUNT`, one a line: sender,
// recipient, subject and body, divided by tabs; the end of a line within a body is the byte 1F.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/search_texts.hpp"

int main(int argc, char** argv) {
  using kontor::search::Field;
  const std::size_t messages = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1'000;
  kontor::bench::SearchTexts writer;
  for (std::size_t i = 1; i <= messages; ++i) {
    const auto document = writer.message(i);
    std::string line;
    for (const auto field : {Field::from, Field::to, Field::subject, Field::body}) {
      for (const auto& text : document.texts)
        if (text.field == field) line += text.text;
      line += field == Field::body ? '\n' : '\t';
    }
    for (std::size_t at = 0; (at = line.find("\r\n", at)) != std::string::npos;)
      line.replace(at, 2, 1, '\x1F');
    std::fwrite(line.data(), 1, line.size(), stdout);
  }
  return 0;
}
