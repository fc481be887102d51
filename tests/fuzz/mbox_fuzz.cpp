// SPDX-License-Identifier: GPL-3.0-or-later
// An mbox file in two ways of cutting it into reads: the same messages come out, within bounds.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "server/admin/sources/line_ends.hpp"
#include "server/admin/sources/marks.hpp"
#include "server/admin/sources/mbox.hpp"

namespace {

using namespace kontor::admin::sources;

constexpr std::uint64_t k_max = 300;

std::vector<MboxMessage> read(std::string_view file, std::size_t piece) {
  MboxSplitter splitter(k_max);
  std::vector<MboxMessage> out;
  for (std::size_t i = 0; i < file.size(); i += piece) {
    splitter.add(file.substr(i, piece));
    while (auto message = splitter.take()) out.push_back(*std::move(message));
  }
  splitter.finish();
  while (auto message = splitter.take()) out.push_back(*std::move(message));
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  const auto whole = read(file, size + 1);
  const auto pieces = read(file, 3);
  if (whole.size() != pieces.size()) std::abort();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (whole[i].content != pieces[i].content || whole[i].size != pieces[i].size) std::abort();
    if (whole[i].content.size() > k_max) std::abort();
    const auto raw = with_crlf(whole[i].content);
    if (with_crlf(raw) != raw) std::abort();
    static_cast<void>(marks_of_header(raw));
  }
  return 0;
}
