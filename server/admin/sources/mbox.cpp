// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/sources/mbox.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"

namespace kontor::admin::sources {
namespace {

constexpr std::string_view k_from = "From ";
constexpr std::size_t k_max_line = 65'536;  // held back; longer ones pass in pieces

constexpr std::array<std::string_view, 7> k_days{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::array<std::string_view, 12> k_months{"jan", "feb", "mar", "apr", "may", "jun",
                                                    "jul", "aug", "sep", "oct", "nov", "dec"};

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::ranges::any_of(words, [&](std::string_view one) { return iequals(one, word); });
}

bool is_blank(std::string_view line) { return line == "\n" || line == "\r\n"; }

// RFC 4155 and its dialects quote lines of this form: any number of '>' before "From ".
bool is_quoted_from(std::string_view line) {
  const auto text = line.find_first_not_of('>');
  return text != 0 && text != std::string_view::npos && line.substr(text).starts_with(k_from);
}

}  // namespace

std::optional<UtcSeconds> from_line_date(std::string_view line) {
  if (!line.starts_with(k_from) || line.size() > 1'000) return std::nullopt;
  const auto words = split(trim(line), ' ');
  // asctime(): "Fri Jul  8 12:08:34 2011"; a zone may follow the time or the year.
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    if (!is_one_of(words[i], k_days) || !is_one_of(words[i + 1], k_months)) continue;
    const auto date = line.substr(static_cast<std::size_t>(words[i].data() - line.data()));
    if (date.find(':') == std::string_view::npos) return std::nullopt;
    return mime::parse_date(trim(date));
  }
  return std::nullopt;
}

void MboxSplitter::add(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const bool ends = end != std::string_view::npos;
    const auto piece = bytes.substr(0, ends ? end + 1 : bytes.size());
    bytes.remove_prefix(piece.size());
    if (ends && partial_.empty()) {
      line(piece, !in_line_, true);
      in_line_ = false;
      continue;
    }
    partial_.append(piece);
    if (!ends && partial_.size() <= k_max_line) return;
    line(partial_, !in_line_, ends);
    in_line_ = !ends;
    partial_.clear();
  }
}

void MboxSplitter::finish() {
  if (!partial_.empty()) line(partial_, !in_line_, true);
  partial_.clear();
  in_line_ = false;
  end_message();
}

std::optional<MboxMessage> MboxSplitter::take() {
  if (done_.empty()) return std::nullopt;
  auto message = std::move(done_.front());
  done_.pop_front();
  return message;
}

void MboxSplitter::line(std::string_view text, bool begins, bool ends) {
  const bool is_first = std::exchange(at_start_, false);
  // The very first line of a file needs no date that can be read.
  if (begins && ends && text.starts_with(k_from) && (is_first || from_line_date(text))) {
    end_message();
    begin_message(text);
  } else if (current_) {
    body_line(text, begins, ends);
  } else if (is_blank(text)) {
    at_start_ = is_first;
  } else {
    stray_ += text.size();
  }
}

void MboxSplitter::begin_message(std::string_view from_line) {
  current_.emplace();
  current_->date = from_line_date(from_line);
  in_header_ = true;
}

void MboxSplitter::body_line(std::string_view text, bool begins, bool ends) {
  append(std::exchange(blank_, {}));
  if (begins && ends && is_blank(text)) {
    blank_ = text;
    in_header_ = false;
    return;
  }
  if (begins && !in_header_ && is_quoted_from(text)) text.remove_prefix(1);
  append(text);
}

void MboxSplitter::append(std::string_view text) {
  current_->size += text.size();
  if (current_->size > max_message_) {
    current_->too_large = true;
    current_->content = std::string();
  } else {
    current_->content.append(text);
  }
}

void MboxSplitter::end_message() {
  blank_.clear();
  if (current_) done_.push_back(*std::move(current_));
  current_.reset();
}

}  // namespace kontor::admin::sources
