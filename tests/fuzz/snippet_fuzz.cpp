// SPDX-License-Identifier: GPL-3.0-or-later
// Of any text and query: a piece of plain text no longer than asked for, with marks in order. The
// first line is the query.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "base/core/text.hpp"
#include "search/snippet/snippet.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace search = kontor::search;
  static search::Analyzer analyzer({"ru", "en"});
  if (size < 2) return 0;
  const auto all =
      kontor::to_valid_utf8(std::string_view(reinterpret_cast<const char*>(data), size).substr(2));
  const auto line = std::min(all.find('\n'), all.size());
  search::TextQuery query;
  query.op = search::TextOp(unsigned(search::TextOp::words) + data[0] % 4);
  query.text = all.substr(0, line);
  const auto snippet = search::SnippetMaker(query, analyzer)
                           .of(search::FieldText{search::Field::body, all.substr(line)}, data[1]);
  require(kontor::is_utf8(snippet.text));
  require(std::ranges::count_if(snippet.text, [](char c) { return (c & 0xC0) != 0x80; }) <=
          data[1]);
  std::size_t end = 0;
  for (const auto& mark : snippet.marks) {
    require(mark.begin >= end && mark.begin < mark.end && mark.end <= snippet.text.size());
    require(
        kontor::is_utf8(std::string_view(snippet.text).substr(mark.begin, mark.end - mark.begin)));
    end = mark.end;
  }
  return 0;
}
