// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/extract/read/archive.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/detect.hpp"
#include "search/extract/read/readers.hpp"

namespace kontor::search {
namespace {

// Names in a ZIP without the mark of UTF-8 are in the code page of whoever packed it.
std::string name_in_utf8(const char* name) {
  if (name == nullptr) return {};
  const std::string_view bytes(name);
  return is_utf8(bytes) ? std::string(bytes) : mime::text_of_unknown(bytes);
}

bool support(struct ::archive* handle, Formats formats) {
  if (formats == Formats::zip)
    return ::archive_read_support_format_zip_seekable(handle) == ARCHIVE_OK;
  // Each filter and format by name: others (programs, raw disks) are not for mail.
  ::archive_read_support_filter_gzip(handle);
  ::archive_read_support_filter_bzip2(handle);
  ::archive_read_support_filter_xz(handle);
  ::archive_read_support_filter_lzma(handle);
  ::archive_read_support_filter_zstd(handle);
  ::archive_read_support_format_zip(handle);
  ::archive_read_support_format_tar(handle);
  ::archive_read_support_format_7zip(handle);
  ::archive_read_support_format_rar(handle);
  ::archive_read_support_format_rar5(handle);
  return ::archive_read_support_format_raw(handle) == ARCHIVE_OK;
}

}  // namespace

struct Archive::State {
  explicit State(Reading& owner) : reading(owner) {}
  ~State() { ::archive_read_free(handle); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Reading& reading;
  struct ::archive* handle = ::archive_read_new();
  std::string name;
  std::uint64_t member_left = 0;
  Next trouble = Next::file;
};

Archive::Archive(std::unique_ptr<State> state) : state_(std::move(state)) {}
Archive::~Archive() = default;
const std::string& Archive::name() const noexcept { return state_->name; }
Archive::Next Archive::trouble() const noexcept { return state_->trouble; }

std::unique_ptr<Archive> Archive::open(std::string_view bytes, Formats formats, Reading& reading) {
  auto state = std::make_unique<State>(reading);
  if (state->handle == nullptr) throw std::bad_alloc();
  if (!support(state->handle, formats)) return nullptr;
  if (::archive_read_open_memory(state->handle, bytes.data(), bytes.size()) != ARCHIVE_OK)
    return nullptr;
  return std::unique_ptr<Archive>(new Archive(std::move(state)));
}

bool Archive::is_bare() const { return ::archive_format(state_->handle) == ARCHIVE_FORMAT_RAW; }
bool Archive::is_compressed() const { return ::archive_filter_count(state_->handle) > 1; }

Archive::Next Archive::next() {
  state_->trouble = Next::file;
  for (;;) {
    if (!state_->reading.may_open_file()) return state_->trouble = Next::limit;
    struct ::archive_entry* entry = nullptr;
    const int outcome = ::archive_read_next_header(state_->handle, &entry);
    if (outcome == ARCHIVE_EOF) return Next::end;
    if (outcome == ARCHIVE_RETRY) continue;
    if (outcome == ARCHIVE_FATAL) {
      // The names may be encrypted too.
      const bool secret = ::archive_read_has_encrypted_entries(state_->handle) > 0;
      return state_->trouble = secret ? Next::encrypted : Next::damaged;
    }
    if (::archive_entry_filetype(entry) != AE_IFREG && ::archive_entry_filetype(entry) != 0)
      continue;
    state_->name = name_in_utf8(::archive_entry_pathname(entry));
    state_->member_left = state_->reading.most_of_member();
    if (::archive_entry_is_data_encrypted(entry) > 0) state_->trouble = Next::encrypted;
    return Next::file;
  }
}

std::ptrdiff_t Archive::read(char* buffer, std::size_t size) {
  if (state_->trouble != Next::file) return -1;
  if (state_->member_left == 0) {
    state_->trouble = Next::limit;
    return -1;
  }
  size = std::min<std::uint64_t>(size, state_->member_left);
  const auto got = ::archive_read_data(state_->handle, buffer, size);
  if (got < 0) {
    state_->trouble = Next::damaged;
    return -1;
  }
  if (!state_->reading.may_unpack(static_cast<std::uint64_t>(got))) {
    state_->trouble = Next::limit;
    return -1;
  }
  state_->member_left -= static_cast<std::uint64_t>(got);
  return got;
}

std::string Archive::read_all() {
  std::string out;
  std::array<char, 65'536> buffer;
  for (;;) {
    const auto got = read(buffer.data(), buffer.size());
    if (got <= 0) return out;
    out.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

ByteSource Archive::source() {
  return [this](char* buffer, std::size_t size) { return read(buffer, size); };
}

namespace {

constexpr std::string_view k_limit = "the archive unfolds into more than is looked through";

Verdict verdict_of(Archive::Next trouble) {
  if (trouble == Archive::Next::encrypted) return {Extraction::encrypted, "it needs a password"};
  if (trouble == Archive::Next::limit) return {Extraction::cut, std::string(k_limit)};
  return {Extraction::not_readable, "the archive is damaged"};
}

// "letter.txt" of "letter.txt.gz": what was compressed.
std::string inner_name(std::string_view name) {
  const auto dot = name.rfind('.');
  return std::string(name.substr(0, dot));
}

Verdict read_member(Archive& archive, const std::string& name, Reading& reading) {
  if (archive.trouble() != Archive::Next::file) return verdict_of(archive.trouble());
  const auto bytes = archive.read_all();
  const auto trouble = archive.trouble();
  auto verdict = reading.read_inner({bytes, {}, name});
  if (trouble == Archive::Next::file) return verdict;
  // What was there of a file cut short is read; why there was no more counts.
  return verdict.outcome == Extraction::read ? Verdict{Extraction::cut, verdict_of(trouble).why}
                                             : verdict_of(trouble);
}

}  // namespace

Verdict read_archive(const Attachment& file, Reading& reading) {
  const auto archive = Archive::open(file.bytes, Formats::any, reading);
  if (!archive) return {Extraction::not_readable, "the archive is damaged"};
  Members members;
  for (;;) {
    const auto next = archive->next();
    if (next == Archive::Next::end) break;
    if (next == Archive::Next::limit) members.left_out(std::string(k_limit));
    if (next != Archive::Next::file) {
      if (next != Archive::Next::limit) members.saw({}, verdict_of(next));
      break;
    }
    const bool is_bare = archive->is_bare();
    // Neither: libarchive takes any bytes for a bare file.
    if (is_bare && !archive->is_compressed()) return verdict_of(Archive::Next::damaged);
    const auto name = is_bare ? inner_name(file.file_name) : archive->name();
    // Names are text of the archive, as the names of attachments are of a message.
    if (!is_bare) reading.add_line(name);
    members.saw(is_bare ? std::string_view() : name, read_member(*archive, name, reading));
    if (archive->trouble() == Archive::Next::limit || reading.is_full()) break;
  }
  return members.verdict();
}

}  // namespace kontor::search
