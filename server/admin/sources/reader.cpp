// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/sources/reader.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <map>
#include <vector>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "server/admin/sources/line_ends.hpp"
#include "server/admin/sources/marks.hpp"
#include "server/admin/sources/mbox.hpp"
#include "server/admin/sources/own_marks.hpp"

namespace kontor::admin::sources {
namespace {

constexpr std::size_t k_piece = 256 * 1'024;
constexpr std::uint64_t k_max_marks = 512U << 20U;

std::string too_large(std::uint64_t size, std::uint64_t most) {
  return "too large: " + std::to_string(size) + " bytes, at most " + std::to_string(most) +
         " are taken (smtp.max_message)";
}

std::optional<UtcSeconds> header_date(std::string_view message) {
  const auto value = mime::field_value(message, "Date");
  return value ? mime::parse_date(*value) : std::nullopt;
}

UtcSeconds changed_at(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return {};
  return UtcSeconds(std::chrono::seconds(info.st_mtime));
}

// The checks that every message passes before it is handed over.
class Gate {
 public:
  Gate(std::uint64_t max_message, Taker& taker) : max_message_(max_message), taker_(taker) {}

  Result<void> pass(SourceMessage message, Kind kind) {
    if (message.raw.empty()) return refuse(message, "empty", true);
    if (message.raw.size() > max_message_)
      return refuse(message, too_large(message.raw.size(), max_message_), true);
    if (kind == Kind::internal) return refuse(message, "data of the folder, no mail", false);
    if (kind == Kind::deleted) return refuse(message, "deleted, not yet compacted", false);
    return taker_.take(std::move(message));
  }
  Result<void> refuse(const SourceMessage& message, std::string why, bool is_fault) {
    taker_.skip({message.where, std::move(why)}, is_fault);
    return {};
  }
  std::uint64_t max_message() const { return max_message_; }

 private:
  std::uint64_t max_message_;
  Taker& taker_;
};

class MboxReader {
 public:
  MboxReader(const Box& box, Gate& gate, Taker& taker)
      : box_(box), gate_(gate), taker_(taker), splitter_(gate.max_message()) {}

  Result<void> run() {
    std::ifstream file(box_.path, std::ios::binary);
    if (!file) return fault(errno_error("", errno).text());
    std::vector<char> piece(k_piece);
    while (file.read(piece.data(), k_piece) || file.gcount() > 0) {
      const auto got = static_cast<std::size_t>(file.gcount());
      splitter_.add({piece.data(), got});
      KONTOR_TRY(pass_on());
      taker_.advance(got);
    }
    if (file.bad()) return fault("reading failed after message " + std::to_string(number_));
    splitter_.finish();
    KONTOR_TRY(pass_on());
    if (splitter_.stray_bytes() > 0)
      return fault(std::to_string(splitter_.stray_bytes()) + " bytes before the first message");
    return {};
  }

 private:
  Result<void> fault(std::string why) {
    taker_.skip({box_.path, std::move(why)}, true);
    return {};
  }
  Result<void> pass_on() {
    while (auto found = splitter_.take()) {
      SourceMessage message;
      message.where = box_.path + " message " + std::to_string(++number_);
      if (found->too_large) {
        KONTOR_TRY(gate_.refuse(message, too_large(found->size, gate_.max_message()), true));
        continue;
      }
      if (auto own = take_export_field(found->content)) {
        KONTOR_TRY(pass_own(std::move(message), *std::move(own), found->date));
        continue;
      }
      message.raw = with_crlf(found->content);
      auto known = marks_of_header(message.raw);
      message.marks = std::move(known.marks);
      message.date = found->date ? found->date : header_date(message.raw);
      KONTOR_TRY(gate_.pass(std::move(message), known.kind));
    }
    return {};
  }
  // Of our own export: its fields say everything.
  Result<void> pass_own(SourceMessage message, Unmarked own, std::optional<UtcSeconds> date) {
    message.raw = own.marks.as_is ? std::move(own.content) : with_crlf(own.content);
    // The end of a last line without one, which mbox files cannot leave out.
    if (own.marks.size != 0 && message.raw.size() > own.marks.size &&
        trim(std::string_view(message.raw).substr(own.marks.size)).empty())
      message.raw.resize(own.marks.size);
    message.marks = std::move(own.marks.marks);
    message.date = own.marks.date ? own.marks.date : date;
    return gate_.pass(std::move(message), Kind::mail);
  }
  const Box& box_;
  Gate& gate_;
  Taker& taker_;
  MboxSplitter splitter_;
  std::uint64_t number_ = 0;
};

Result<std::string> read_whole(const std::string& path, std::uint64_t most) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return errno_error("", errno);
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size > most) return fail(Errc::limit, too_large(size, most));
  std::ifstream file(path, std::ios::binary);
  if (!file) return errno_error("", errno);
  std::string content(size, '\0');
  file.read(content.data(), static_cast<std::streamsize>(size));
  if (static_cast<std::uint64_t>(file.gcount()) != size) return fail(Errc::io_error, "cut short");
  return content;
}

class FilesReader {
 public:
  FilesReader(const Box& box, Gate& gate, Taker& taker) : box_(box), gate_(gate), taker_(taker) {
    if (const auto file = read_whole(box.path + '/' + std::string(k_marks_file), k_max_marks))
      own_ = parse_marks_file(*file);
    if (box.kind != BoxKind::maildir) return;
    if (const auto file = read_whole(box.path + "/dovecot-keywords", k_piece))
      letters_ = parse_keyword_letters(*file);
  }

  Result<void> run() {
    for (const auto& name : box_.files) {
      KONTOR_TRY(read(name));
    }
    return {};
  }

 private:
  Result<void> read(const std::string& name) {
    SourceMessage message;
    message.where = box_.path + '/' + name;
    const auto content = read_whole(message.where, gate_.max_message());
    if (!content) {
      const auto& why = content.error();
      return gate_.refuse(message, why.code() == Errc::limit ? why.detail() : why.text(), true);
    }
    taker_.advance(content->size());
    if (const auto own = own_.find(name); own != own_.end()) {
      message.raw = own->second.as_is ? *content : with_crlf(*content);
      message.marks = own->second.marks;
      message.date = own->second.date ? own->second.date : changed_at(message.where);
      return gate_.pass(std::move(message), Kind::mail);
    }
    std::string_view text = *content;
    // A message that was cut out of an mbox file together with its first line.
    if (const auto first = text.substr(0, text.find('\n') + 1); from_line_date(first)) {
      message.date = from_line_date(first);
      text.remove_prefix(first.size());
    }
    message.raw = with_crlf(text);
    auto kind = Kind::mail;
    if (box_.kind == BoxKind::maildir) {
      message.marks = marks_of_name(name, letters_);
    } else {
      auto known = marks_of_header(message.raw);
      message.marks = std::move(known.marks);
      kind = known.kind;
      // A file of its own was written when it was saved; a Maildir's when the message came in.
      if (!message.date) message.date = header_date(message.raw);
    }
    if (!message.date) message.date = changed_at(message.where);
    return gate_.pass(std::move(message), kind);
  }
  const Box& box_;
  Gate& gate_;
  Taker& taker_;
  KeywordLetters letters_;
  std::map<std::string, OwnMarks> own_;  // by file
};

}  // namespace

Result<void> read_box(const Box& box, std::uint64_t max_message, Taker& taker) {
  Gate gate(max_message, taker);
  if (box.kind == BoxKind::mbox) return MboxReader(box, gate, taker).run();
  return FilesReader(box, gate, taker).run();
}

}  // namespace kontor::admin::sources
