// SPDX-License-Identifier: GPL-3.0-or-later
// One pass over the lines. Open parts form a stack; the boundaries of open multiparts are kept in a
// hash table, so that a line that begins with "--" costs its own length however deep the nesting
// is. A boundary of an outer multipart ends everything inside it, closed or not (RFC 2046, 5.1.2).
#include "base/mime/message.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "base/core/text.hpp"
#include "base/mime/content.hpp"
#include "base/mime/fields.hpp"

namespace kontor::mime {
namespace {

constexpr std::size_t k_none = static_cast<std::size_t>(-1);

// A multipart whose closing delimiter has not been seen.
struct Level {
  std::string boundary;
  std::size_t open_index = 0;  // of the multipart in the stack of open parts
  bool digest = false;
};

std::string_view without_padding(std::string_view line) noexcept {
  const auto last = line.find_last_not_of(" \t\r\n");  // RFC 2046, 5.1.1: transport padding
  return last == std::string_view::npos ? std::string_view() : line.substr(0, last + 1);
}

bool is_identity(std::string_view encoding) noexcept {
  return encoding == "7bit" || encoding == "8bit" || encoding == "binary";
}

class Scanner {
 public:
  Scanner(std::string_view raw, const Limits& limits) : raw_(raw), limits_(limits) {}

  Message run() {
    start_part(0, false);
    while (pos_ < raw_.size()) {
      if (!in_header_ && levels_.empty()) return finish();
      const char* end =
          static_cast<const char*>(std::memchr(raw_.data() + pos_, '\n', raw_.size() - pos_));
      const std::size_t next =
          end == nullptr ? raw_.size() : static_cast<std::size_t>(end - raw_.data()) + 1;
      take_line(raw_.substr(pos_, next - pos_), next);
      line_feeds_ += end == nullptr ? 0 : 1;
      pos_ = next;
      if (body_pending_) open_body();
    }
    return finish();
  }

 private:
  void take_line(std::string_view line, std::size_t next) {
    if (line.starts_with("--") && take_delimiter(line, next)) return;
    if (in_header_ && line.find_first_not_of("\r\n") == std::string_view::npos) end_header(next);
  }

  // A delimiter of an open multipart, or, in a header that lacks its blank line, the first
  // delimiter of the multipart that this header declares.
  bool take_delimiter(std::string_view line, std::size_t next) {
    const auto text = without_padding(line).substr(2);
    bool closing = false;
    std::size_t level = find_level(text, closing);
    if (level == k_none && in_header_ && begins_own_body(text)) {
      end_header(pos_);
      open_body();
      level = find_level(text, closing);
    }
    if (level == k_none) return false;
    reach(level, closing, next);
    return true;
  }

  std::size_t find_level(std::string_view text, bool& closing) const {
    if (levels_.empty()) return k_none;
    if (const auto found = boundaries_.find(text); found != boundaries_.end())
      return found->second.back();
    if (!text.ends_with("--")) return k_none;
    text.remove_suffix(2);
    closing = true;
    const auto found = boundaries_.find(text);
    return found == boundaries_.end() ? k_none : found->second.back();
  }

  // The header is parsed once for this, at its first line that begins with "--".
  bool begins_own_body(std::string_view text) {
    if (!own_boundary_known_) {
      own_boundary_known_ = true;
      const auto& part = parts_[open_.back()];
      const auto begin = part.header.offset;
      const auto fields = content_fields(raw_.substr(begin, pos_ - begin));
      const auto content = parse_parametrized(fields.type.value_or(""));
      own_boundary_.clear();
      if (content.word.starts_with("multipart/"))
        for (const auto& parameter : content.parameters)
          if (parameter.name == "boundary") own_boundary_ = trim(parameter.value);
    }
    return !own_boundary_.empty() && text == own_boundary_;
  }

  void reach(std::size_t level, bool closing, std::size_t next) {
    const std::size_t keep = levels_[level].open_index + 1;
    // A delimiter right behind another one makes no part (senders double them; GMime and Python's
    // email package read it so).
    if (!closing && in_header_ && open_.size() == keep + 1 && parts_.back().header.offset == pos_) {
      parts_.back().header.offset = next;
      return;
    }
    const bool digest = levels_[level].digest;
    close_parts(keep);
    while (levels_.size() > level + 1) drop_level();
    in_header_ = false;
    if (closing) return drop_level();
    if (parts_.size() < limits_.max_parts) start_part(next, digest);
  }

  void start_part(std::size_t begin, bool digest) {
    const auto index = static_cast<std::uint32_t>(parts_.size());
    if (!open_.empty()) parts_[open_.back()].children.push_back(index);
    Part& part = parts_.emplace_back();
    part.header.offset = begin;
    if (digest) {  // RFC 2046, 5.1.5: the default within multipart/digest
      part.type = "message";
      part.subtype = "rfc822";
    }
    open_.push_back(index);
    body_line_feeds_.push_back(0);
    in_header_ = true;
    own_boundary_known_ = false;
  }

  void end_header(std::size_t body) {
    Part& part = parts_[open_.back()];
    part.header.size = body - part.header.offset;
    part.body.offset = body;
    read_content(part);
    in_header_ = false;
    body_pending_ = true;
  }

  void read_content(Part& part) {
    const auto fields = content_fields(part.header.of(raw_));
    if (fields.encoding) part.encoding = parse_encoding(*fields.encoding);
    if (!fields.type) return;
    auto content = parse_parametrized(*fields.type);
    part.parameters = std::move(content.parameters);
    if (!split_media_type(content.word, part.type, part.subtype)) {
      part.type = "text";  // RFC 2045, 5.2
      part.subtype = "plain";
    }
  }

  // Called when pos_ stands at the first byte of the body of the newest part.
  void open_body() {
    body_pending_ = false;
    body_line_feeds_.back() = line_feeds_;
    const Part& part = parts_[open_.back()];
    if (open_.size() >= limits_.max_depth) return;
    if (part.is_message() && is_identity(part.encoding) && parts_.size() < limits_.max_parts)
      return start_part(part.body.offset, false);
    const auto boundary = without_padding(part.parameter("boundary"));
    if (!part.is_multipart() || boundary.empty()) return;
    levels_.push_back({std::string(boundary), open_.size() - 1, part.subtype == "digest"});
    boundaries_[levels_.back().boundary].push_back(levels_.size() - 1);
  }

  void drop_level() {
    const auto found = boundaries_.find(levels_.back().boundary);
    found->second.pop_back();
    if (found->second.empty()) boundaries_.erase(found);
    levels_.pop_back();
  }

  // Ends all open parts from the `keep`th on at pos_. The line break before a delimiter belongs to
  // the delimiter (RFC 2046, 5.1.1), even when it is the blank line of a message inside a part:
  // nothing inside the outermost of the parts reaches beyond its body.
  void close_parts(std::size_t keep) {
    if (open_.size() <= keep) return;
    std::size_t end = pos_;
    if (end > 0 && raw_[end - 1] == '\n') --end;
    if (end > 0 && end < pos_ && raw_[end - 1] == '\r') --end;
    const auto inside = std::max<std::size_t>(end, parts_[open_[keep]].body.offset);
    for (; open_.size() > keep; open_.pop_back(), body_line_feeds_.pop_back())
      close_part(open_.size() == keep + 1 ? pos_ : inside, end);
  }

  // `limit`: where its header ends at the latest.
  void close_part(std::size_t limit, std::size_t end) {
    Part& part = parts_[open_.back()];
    const bool unfinished = in_header_ && open_.back() + 1 == parts_.size();  // no blank line
    if (unfinished || part.body.offset > limit) {
      part.header.offset = std::min<std::uint64_t>(part.header.offset, limit);
      part.header.size = limit - part.header.offset;
      part.body.offset = limit;
    }
    if (unfinished) read_content(part);
    if (unfinished || end <= part.body.offset) return;
    part.body.size = end - part.body.offset;
    std::uint64_t feeds = line_feeds_ - std::min(line_feeds_, body_line_feeds_.back());
    if (end < pos_ && feeds > 0) --feeds;
    part.lines = feeds + (raw_[end - 1] == '\n' ? 0 : 1);
  }

  Message finish() {
    line_feeds_ += static_cast<std::uint64_t>(
        std::count(raw_.begin() + static_cast<std::ptrdiff_t>(pos_), raw_.end(), '\n'));
    pos_ = raw_.size();
    for (; !open_.empty(); open_.pop_back(), body_line_feeds_.pop_back()) close_part(pos_, pos_);
    return Message{std::move(parts_)};
  }

  std::string_view raw_;
  Limits limits_;
  std::size_t pos_ = 0;           // start of the line under way
  std::uint64_t line_feeds_ = 0;  // before pos_
  std::vector<Part> parts_;
  std::vector<std::uint32_t> open_;             // open parts, outermost first
  std::vector<std::uint64_t> body_line_feeds_;  // of each open part: line_feeds_ at its body
  std::vector<Level> levels_;
  std::unordered_map<std::string, std::vector<std::size_t>, TextHash, std::equal_to<>> boundaries_;
  bool in_header_ = false;     // the newest part's header is being read
  bool body_pending_ = false;  // its blank line has just been read
  bool own_boundary_known_ = false;
  std::string own_boundary_;
};

}  // namespace

std::string_view Part::parameter(std::string_view name) const {
  const auto found = std::ranges::find(parameters, name, &Parameter::name);
  return found == parameters.end() ? std::string_view() : std::string_view(found->value);
}

Message parse(std::string_view raw, const Limits& limits) { return Scanner(raw, limits).run(); }

const Part* find_part(const Message& message, const std::vector<std::uint32_t>& path) {
  if (message.parts.empty()) return nullptr;
  const Part* part = &message.parts.front();
  bool whole = true;  // `part` is a message, whose own body is its part 1 (RFC 9051, 6.4.5.1)
  for (const auto number : path) {
    if (!whole && part->is_message() && !part->children.empty()) {
      part = &message.parts[part->children.front()];
      whole = true;
    }
    if (part->is_multipart() && !part->children.empty()) {
      if (number == 0 || number > part->children.size()) return nullptr;
      part = &message.parts[part->children[number - 1]];
    } else if (!whole || number != 1) {
      return nullptr;
    }
    whole = false;
  }
  return part;
}

}  // namespace kontor::mime
