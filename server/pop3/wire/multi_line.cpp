// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/pop3/wire/multi_line.hpp"

#include <algorithm>

namespace kontor::pop3::wire {

void DotStuffer::append(std::string& out, std::string_view bytes) {
  if (bytes.empty()) return;
  const bool at_start = at_ == At::line_start || at_ == At::bare_lf;
  if (at_start && bytes.front() == '.') out.push_back('.');
  std::size_t done = 0;
  // A dot at a line's start is rare: what lies between two of them is copied at once.
  for (auto found = bytes.find("\n."); found != std::string_view::npos;
       found = bytes.find("\n.", done)) {
    out.append(bytes, done, found + 1 - done);
    out.push_back('.');
    done = found + 1;
  }
  out.append(bytes, done);
  const char last = bytes.back();
  const bool after_cr = bytes.size() > 1 ? bytes[bytes.size() - 2] == '\r' : at_ == At::cr;
  if (last == '\n')
    at_ = after_cr ? At::line_start : At::bare_lf;
  else
    at_ = last == '\r' ? At::cr : At::inside;
}

void DotStuffer::finish(std::string& out) {
  if (at_ != At::line_start) out.append("\r\n");
  out.append(".\r\n");
}

std::string_view TopCutter::take(std::string_view bytes) {
  std::size_t end = std::min<std::uint64_t>(header_left_, bytes.size());
  header_left_ -= end;
  while (header_left_ == 0 && lines_left_ > 0 && end < bytes.size()) {
    const auto feed = bytes.find('\n', end);
    if (feed == std::string_view::npos) return bytes;
    end = feed + 1;
    --lines_left_;
  }
  return bytes.substr(0, end);
}

}  // namespace kontor::pop3::wire
