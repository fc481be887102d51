// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/index/index_folder.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/core/crc32c.hpp"
#include "search/index/xapian_call.hpp"

namespace kontor::search {
namespace {

constexpr std::uint64_t k_longest_catalog = 64U << 20U;
constexpr std::size_t k_read = 1U << 20U;

std::string list_name(std::uint64_t number) { return fmt::format("words.{:06}", number); }
std::string list_path(const std::string& folder, const Segment& segment) {
  return folder + "/" + list_name(segment.number);
}
std::string catalog_path(const std::string& folder) { return folder + "/catalog"; }

Result<std::int64_t> changed_at(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return fail(errno_error("stat " + path, errno));
  return std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
}

Result<std::uint32_t> checksum(io::FileSystem& files, const std::string& path) {
  KONTOR_TRY(const auto file, files.open(path, io::OpenMode::read));
  std::string buffer(k_read, '\0');
  std::uint32_t crc = 0;
  for (std::uint64_t at = 0;;) {
    KONTOR_TRY(const auto size, file->read(at, buffer));
    if (size == 0) return crc;
    crc = crc32c(std::string_view(buffer).substr(0, size), crc);
    at += size;
  }
}

// Failures that say nothing of the bytes: they do not make an index new.
bool is_of_the_system(Errc code) {
  return code == Errc::no_space || code == Errc::io_error || code == Errc::no_permission;
}

}  // namespace

IndexFolder::IndexFolder(io::FileSystem& files, std::string path, std::string analysis)
    : files_(files), path_(std::move(path)), analysis_(std::move(analysis)) {
  catalog_.analysis = analysis_;
}

Result<void> IndexFolder::open() {
  KONTOR_TRY(make_folder());
  auto bytes = io::read_file(files_, catalog_path(path_), k_longest_catalog);
  if (!bytes && bytes.error().code() == Errc::not_found) {
    KONTOR_TRY(const auto names, files_.list(path_));
    if (std::ranges::any_of(names, [](const std::string& name) { return name != "catalog.new"; }))
      return begin_anew("The index had no catalog.");
    return publish(catalog_);  // before anything else is there
  }
  if (!bytes && is_of_the_system(bytes.error().code())) return fail(bytes.error());
  auto catalog = bytes ? decode_catalog(*bytes) : Result<Catalog>(bytes.error());
  if (!catalog)
    return begin_anew(
        fmt::format("The catalog of the index cannot be used: {}.", catalog.error().detail()));
  if (catalog->analysis != analysis_)
    return begin_anew("The index was made by other rules about words.");
  catalog_ = std::move(*catalog);
  auto checked = check_files();
  if (!checked && is_of_the_system(checked.error().code())) return checked;
  if (!checked) return begin_anew(checked.error().detail());
  return sweep();
}

// The folder alone: a mailbox that is gone meanwhile does not come back.
Result<void> IndexFolder::make_folder() {
  const auto made = files_.make_directory(path_);
  if (!made) return made.error().code() == Errc::exists ? Result<void>() : made;
  return files_.sync_directory(io::parent_of(path_));
}

Result<void> IndexFolder::load_dictionaries() {
  dictionaries_.clear();
  for (const auto& dictionary : catalog_.dictionaries) {
    auto bytes = io::read_file(files_, path_ + "/" + dictionary_name(dictionary.number),
                               TextDictionary::k_most_bytes);
    if (!bytes && is_of_the_system(bytes.error().code())) return fail(bytes.error());
    if (!bytes || bytes->size() != dictionary.bytes || crc32c(*bytes) != dictionary.crc)
      return fail(Errc::corrupt, "A dictionary of the index is missing or damaged.");
    dictionaries_[dictionary.number] =
        std::make_shared<const TextDictionary>(dictionary.number, *std::move(bytes));
  }
  return {};
}

Result<void> IndexFolder::add_dictionary(Catalog& next,
                                         std::string bytes,
                                         std::uint64_t documents) {
  DictionaryFile file;
  file.number = next.dictionaries.empty() ? 1 : next.dictionaries.back().number + 1;
  file.documents = documents;
  file.bytes = bytes.size();
  file.crc = crc32c(bytes);
  KONTOR_TRY(io::write_file_durably(files_, path_ + "/" + dictionary_name(file.number), bytes));
  next.dictionaries.push_back(file);
  dictionaries_[file.number] =
      std::make_shared<const TextDictionary>(file.number, std::move(bytes));
  return {};
}

Result<void> IndexFolder::check_files() {
  KONTOR_TRY(load_dictionaries());
  bool touched = false;
  for (auto& segment : catalog_.segments) {
    const auto info = files_.stat(path_of(segment));
    if (!info && is_of_the_system(info.error().code())) return fail(info.error());
    if (!info || info->size != segment.bytes)
      return fail(Errc::corrupt, "A database of the index is missing or cut off.");
    KONTOR_TRY(const auto changed, changed_at(path_of(segment)));
    if (changed == segment.changed) continue;
    KONTOR_TRY(verify(segment));  // somebody wrote it: a copy, or damage
    segment.changed = changed;
    touched = true;
  }
  if (!touched) return {};
  return io::write_file_durably(files_, catalog_path(path_), encode_catalog(catalog_));
}

Result<void> IndexFolder::verify(const Segment& segment) const {
  KONTOR_TRY(const auto crc, checksum(files_, path_of(segment)));
  if (crc != segment.crc) return fail(Errc::corrupt, "A database of the index is damaged.");
  return {};
}

Result<void> IndexFolder::begin_anew(std::string why) {
  problem_ = std::move(why);
  Catalog empty;
  empty.analysis = analysis_;
  return publish(std::move(empty));
}

void IndexFolder::count_bytes() {
  bytes_ = 0;
  for (const auto& dictionary : catalog_.dictionaries) bytes_ += dictionary.bytes;
  for (const auto& segment : catalog_.segments) {
    const auto words = files_.stat(list_path(path_, segment));
    bytes_ += segment.bytes + (words ? words->size : 0);
  }
}

WordList IndexFolder::words_of(const Segment& segment) const {
  return {files_, list_path(path_, segment), segment.crc};
}

std::string IndexFolder::path_of(const Segment& segment) const {
  return path_ + "/" + segment_name(segment.number);
}

Result<void> IndexFolder::seal(Segment& segment) const {
  const auto packed = building() + "/packed";
  {
    KONTOR_TRY(const auto file, files_.open(packed, io::OpenMode::write));
    KONTOR_TRY(file->sync());
    KONTOR_TRY(segment.bytes, file->size());
  }
  KONTOR_TRY(segment.crc, checksum(files_, packed));
  return xapian_call("listing the words of an index", [&] {
    return write_word_list(files_, building() + "/words", packed, segment.crc);
  });
}

Result<void> IndexFolder::take(Segment& segment) {
  KONTOR_TRY(files_.rename(building() + "/words", list_path(path_, segment)));
  KONTOR_TRY(files_.rename(building() + "/packed", path_of(segment)));
  KONTOR_TRY(files_.sync_directory(path_));
  KONTOR_TRY(segment.changed, changed_at(path_of(segment)));
  end_building();
  return {};
}

Result<void> IndexFolder::publish(Catalog next) {
  KONTOR_TRY(io::write_file_durably(files_, catalog_path(path_), encode_catalog(next)));
  catalog_ = std::move(next);
  std::erase_if(dictionaries_, [this](const auto& one) {
    return std::ranges::find(catalog_.dictionaries, one.first, &DictionaryFile::number) ==
           catalog_.dictionaries.end();
  });
  return sweep();
}

Result<void> IndexFolder::begin_building() const {
  end_building();
  return files_.make_directory(building());
}

void IndexFolder::end_building() const noexcept {
  std::error_code ignored;  // what stays is removed the next time
  std::filesystem::remove_all(building(), ignored);
}

Result<void> IndexFolder::sweep() {
  KONTOR_TRY(const auto names, files_.list(path_));
  count_bytes();
  for (const auto& name : names) {
    const bool in_force =
        name == "catalog" ||
        std::ranges::any_of(catalog_.segments,
                            [&](const Segment& segment) {
                              return segment_name(segment.number) == name ||
                                     list_name(segment.number) == name;
                            }) ||
        std::ranges::any_of(catalog_.dictionaries, [&](const DictionaryFile& dictionary) {
          return dictionary_name(dictionary.number) == name;
        });
    if (in_force) continue;
    std::error_code ignored;
    std::filesystem::remove_all(path_ + "/" + name, ignored);
  }
  return {};
}

}  // namespace kontor::search
