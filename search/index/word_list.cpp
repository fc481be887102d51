// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/index/word_list.hpp"

#include <xapian.h>
#include <zstd.h>

#include <charconv>
#include <cstring>
#include <memory>
#include <new>

#include "base/core/crc32c.hpp"
#include "base/core/little_endian.hpp"

namespace kontor::search {
namespace {

constexpr std::string_view k_magic = "kwords 1";
constexpr std::size_t k_block = 256U << 10U;  // of words, unpacked
constexpr std::size_t k_longest_line = 512;
constexpr std::size_t k_head = 13;  // of a block
constexpr std::uint8_t k_end = 0xff;
constexpr int k_level = 3;

constexpr std::string_view k_short_i = "й", k_i = "и";

struct BlockHead {
  std::uint8_t field = 0;
  std::uint32_t packed = 0;
  std::uint32_t size = 0;
  std::uint32_t crc = 0;  // of the field, both sizes and the packed bytes
};

std::string sizes_of(const BlockHead& head) {
  std::string out;
  append_le(out, head.field);
  append_le(out, head.packed);
  append_le(out, head.size);
  return out;
}

class Writer {
 public:
  Writer(io::File& file, std::uint32_t crc) : file_(file), bytes_(k_magic) {
    if (context_ == nullptr) throw std::bad_alloc();
    append_le(bytes_, crc);
  }

  Result<void> add(std::string_view term, std::uint32_t postings) {
    const auto field = static_cast<std::uint8_t>(term.front() - 'a');
    if (field != field_ || block_.size() > k_block - k_longest_line) {
      KONTOR_TRY(end_block());
      field_ = field;
      block_ = "\n";
    }
    const auto word = term.substr(1);
    const auto folded = folded_term(word, buffer_);
    block_.append(folded).append(1, '\t').append(std::to_string(postings));
    if (folded.data() != word.data()) block_.append(1, '\t').append(word);
    block_ += '\n';
    return {};
  }
  Result<void> finish() {
    KONTOR_TRY(end_block());
    field_ = k_end;
    add_head({k_end, 0, 0, 0}, "");
    return flush();
  }

 private:
  Result<void> end_block() {
    if (block_.empty()) return {};
    std::string packed(ZSTD_compressBound(block_.size()), '\0');
    const auto size = ZSTD_compressCCtx(context_.get(), packed.data(), packed.size(), block_.data(),
                                        block_.size(), k_level);
    if (ZSTD_isError(size) != 0) return fail(Errc::io_error, ZSTD_getErrorName(size));
    packed.resize(size);
    add_head(
        {field_, static_cast<std::uint32_t>(size), static_cast<std::uint32_t>(block_.size()), 0},
        packed);
    bytes_ += packed;
    block_.clear();
    return flush();
  }
  void add_head(const BlockHead& head, std::string_view packed) {
    const auto sizes = sizes_of(head);
    bytes_ += sizes;
    append_le(bytes_, crc32c(packed, crc32c(sizes)));
  }
  Result<void> flush() {
    KONTOR_TRY(file_.write(at_, bytes_));
    at_ += bytes_.size();
    bytes_.clear();
    return {};
  }

  struct FreeContext {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };

  io::File& file_;
  std::unique_ptr<ZSTD_CCtx, FreeContext> context_{ZSTD_createCCtx()};  // 1 MB, for all blocks
  std::uint64_t at_ = 0;
  std::string bytes_;  // not yet written
  std::string block_;
  std::string buffer_;
  std::uint8_t field_ = k_end;
};

// memmem: std::string_view looks for the first byte, which half of all Cyrillic letters share.
std::size_t find(std::string_view text, std::string_view needle, std::size_t from) {
  const void* found =
      ::memmem(text.data() + from, text.size() - from, needle.data(), needle.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

// Of a block: a line's end, then lines of K, postings, and the term where that is another text,
// divided by tabs. False: it is none.
bool look_at(std::string_view block,
             std::uint8_t field,
             std::span<const NeedleRun> runs,
             const std::function<void(WordList::Word)>& call) {
  if (block.size() < 2 || block.front() != '\n' || block.back() != '\n') return false;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (std::size_t at = 1; (at = find(block, runs[i].text, at)) != std::string_view::npos;) {
      const auto begin = block.rfind('\n', at) + 1;
      const auto end = block.find('\n', at);
      at = end;
      const auto line = block.substr(begin, end - begin);
      const auto tab = line.find('\t');
      if (tab == std::string_view::npos) return false;
      const auto folded = line.substr(0, tab);
      if (!runs[i].fits(folded)) continue;
      WordList::Word word{i, std::string(1, static_cast<char>('a' + field)), 0};
      const auto number = line.substr(tab + 1);
      const auto read =
          std::from_chars(number.data(), number.data() + number.size(), word.postings);
      if (read.ec != std::errc()) return false;
      const auto rest = number.substr(static_cast<std::size_t>(read.ptr - number.data()));
      word.term.append(rest.empty() ? folded : rest.substr(1));
      call(std::move(word));
    }
  }
  return true;
}

class Reader {
 public:
  explicit Reader(const io::File& file) : file_(file) {}

  bool begins(std::uint32_t crc) {
    const auto head = bytes(k_magic.size() + sizeof crc);
    return head.starts_with(k_magic) && load_le<std::uint32_t>(head, k_magic.size()) == crc;
  }
  // The next block's sizes and its packed bytes. False: it is damaged, or there is none.
  bool next(BlockHead& head, std::string& packed) {
    const auto raw = bytes(k_head);
    if (raw.size() < k_head) return false;
    LeReader in(raw);
    head.field = *in.number<std::uint8_t>();
    head.packed = *in.number<std::uint32_t>();
    head.size = *in.number<std::uint32_t>();
    head.crc = *in.number<std::uint32_t>();
    if (head.size > k_block || head.packed > ZSTD_compressBound(k_block)) return false;
    packed = bytes(head.packed);
    return packed.size() == head.packed && crc32c(packed, crc32c(sizes_of(head))) == head.crc;
  }

 private:
  std::string bytes(std::size_t size) {
    auto read = io::read_some(file_, at_, size);
    if (!read) return {};
    at_ += read->size();
    return *std::move(read);
  }

  const io::File& file_;
  std::uint64_t at_ = 0;
};

}  // namespace

std::string_view folded_term(std::string_view term, std::string& buffer) {
  if (!term.contains(k_short_i)) return term;
  buffer.assign(term);
  for (std::size_t at = 0; (at = buffer.find(k_short_i, at)) != std::string::npos; at += k_i.size())
    buffer.replace(at, k_short_i.size(), k_i);
  return buffer;
}

Result<void> write_word_list(io::FileSystem& files,
                             const std::string& path,
                             const std::string& database,
                             std::uint32_t crc) {
  KONTOR_TRY(const auto file, files.open(path, io::OpenMode::write_or_create));
  KONTOR_TRY(file->truncate(0));
  Writer writer(*file, crc);
  const Xapian::Database opened(database);
  for (std::size_t field = 0; field < k_fields; ++field) {
    const auto prefix = term_of(TermSpace::word, static_cast<Field>(field), "");
    const auto end = opened.allterms_end(prefix);
    for (auto it = opened.allterms_begin(prefix); it != end; ++it) {
      KONTOR_TRY(writer.add(*it, it.get_termfreq()));
    }
  }
  return writer.finish();
}

bool WordList::look(Fields fields,
                    std::span<const NeedleRun> runs,
                    const std::function<void(Word)>& call) const {
  if (!is_there_) return false;
  const auto file = files_->open(path_, io::OpenMode::read);
  if (!file) return false;
  Reader reader(**file);
  if (!reader.begins(crc_)) return false;
  std::string packed, block;
  for (BlockHead head; reader.next(head, packed);) {
    if (head.field == k_end) return true;
    if (head.field >= k_fields) return false;
    if ((fields & fields_of(static_cast<Field>(head.field))) == 0) continue;
    block.resize(head.size);
    if (ZSTD_decompress(block.data(), block.size(), packed.data(), packed.size()) != head.size ||
        !look_at(block, head.field, runs, call))
      return false;
  }
  return false;  // cut off
}

}  // namespace kontor::search
