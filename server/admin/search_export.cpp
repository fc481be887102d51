// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/search_export.hpp"

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <iterator>

#include "base/io/file_system.hpp"
#include "server/admin/archive/tar.hpp"
#include "server/admin/exports/form.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

constexpr std::string_view k_manifest = "manifest.jsonl";
constexpr std::string_view k_summary = "search.json";
constexpr std::size_t k_piece = 1U << 20U;

std::string text_in(const json::object& row, std::string_view key) {
  const auto* value = row.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::uint64_t number_in(const json::object& row, std::string_view key) {
  const auto* value = row.if_contains(key);
  return value != nullptr && value->is_number() ? value->to_number<std::uint64_t>() : 0;
}

bool is_tar(const std::string& to) { return to.ends_with(".tar"); }

std::string without_slashes(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

void SearchExport::Unlock::operator()(DIR* folder) const { ::closedir(folder); }

Result<SearchExport::FolderLock> SearchExport::lock(const std::string& folder) {
  FolderLock out(::opendir(folder.c_str()));
  if (out == nullptr) return errno_error(folder, errno);
  if (::flock(::dirfd(out.get()), LOCK_EX | LOCK_NB) != 0)
    return fail(Errc::exists, "another kontorctl is writing into " + folder);
  return out;
}

bool SearchExport::is_left(const std::string& to) {
  const auto plain = without_slashes(to);
  struct stat there{};
  return ::lstat((plain + ".part").c_str(), &there) == 0 ||
         ::lstat((plain + ".kept").c_str(), &there) == 0;
}

// What is left of an export goes into a folder of its own below `kept`.
Result<void> SearchExport::put_aside(const std::string& place,
                                     const std::string& kept,
                                     const std::string& asked) {
  KONTOR_TRY(const auto held, lock(place));
  std::ifstream in(place + '/' + std::string(k_summary), std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  boost::system::error_code failed;
  const auto said = json::parse(text, failed);
  if (failed || !said.is_object() || text_in(said.as_object(), "asked") != asked)
    return fail(
        Errc::exists,
        place + " is left of another export that was broken off: remove it, or name a new one");
  if (::mkdir(kept.c_str(), 0700) != 0 && errno != EEXIST) return errno_error(kept, errno);
  for (std::size_t number = 1;; ++number) {
    const auto to = kept + '/' + std::to_string(number);
    struct stat there{};
    if (::lstat(to.c_str(), &there) == 0) continue;
    if (std::rename(place.c_str(), to.c_str()) != 0) return errno_error(place, errno);
    return {};
  }
}

Result<SearchExport> SearchExport::open(std::string to,
                                        std::string format,
                                        const std::string& asked) {
  to = without_slashes(std::move(to));
  if (format.empty()) format = "eml";
  KONTOR_TRY(exports::make_writer(format, to));  // its name is right
  struct stat there{};
  const bool is_there = ::lstat(to.c_str(), &there) == 0;
  if (is_there && (is_tar(to) || ::rmdir(to.c_str()) != 0))
    return fail(Errc::exists, to + " is there already: name a new one");
  auto place = to + ".part";
  if (::mkdir(place.c_str(), 0700) != 0) {
    if (errno != EEXIST) return errno_error(place, errno);
    KONTOR_TRY(put_aside(place, to + ".kept", asked));
    if (::mkdir(place.c_str(), 0700) != 0) return errno_error(place, errno);
  }
  SearchExport out(std::move(to), std::move(place), std::move(format));
  KONTOR_TRY(out.lock_, lock(out.place_));
  KONTOR_TRY(out.write_file(std::string(k_summary),
                            json::serialize(json::object{{"asked", asked}}) + '\n'));
  KONTOR_TRY(out.kept_, KeptFiles::read(out.to_ + ".kept"));
  out.manifest_.open(out.place_ + '/' + std::string(k_manifest), std::ios::binary);
  if (!out.manifest_) return errno_error(out.place_ + '/' + std::string(k_manifest), errno);
  return out;
}

Result<void> SearchExport::change_mailbox(const std::string& mailbox) {
  if (mailbox == mailbox_ && writer_ != nullptr) return {};
  if (writer_ != nullptr) {
    KONTOR_TRY(writer_->finish());
  }
  const auto folder = place_ + '/' + mailbox;
  if (::mkdir(folder.c_str(), 0700) != 0) return errno_error(folder, errno);
  KONTOR_TRY(writer_, exports::make_writer(format_, folder));
  mailbox_ = mailbox;
  folders_.clear();
  return {};
}

Result<void> SearchExport::add(const json::object& row, std::string_view raw) {
  const auto line = json::serialize(row) + '\n';
  manifest_ << line;
  if (!manifest_) return errno_error(place_ + '/' + std::string(k_manifest), errno);
  digest_.add(line);
  if (row.contains("problem")) return {};
  crypto::Sha256 read;
  read.add(raw);
  if (read.hex() != text_in(row, "sha256"))
    return fail(Errc::corrupt, "a message came from the server otherwise than it was read there");
  auto mailbox = exports::plain_level(text_in(row, "address"));
  if (mailbox.empty()) mailbox = text_in(row, "account");
  KONTOR_TRY(change_mailbox(mailbox));
  if (row.contains("name")) return add_object(row, raw);
  const auto folder = text_in(row, "folder");
  if (folders_.insert(folder).second) {
    KONTOR_TRY(writer_->begin_folder(folder));
  }
  exports::OutMessage message;
  message.raw = raw;
  message.marks.flags = static_cast<store::FlagBits>(number_in(row, "flags"));
  if (const auto* keywords = row.if_contains("keywords"); keywords && keywords->is_array())
    for (const auto& keyword : keywords->as_array())
      if (keyword.is_string()) message.marks.keywords.emplace_back(keyword.as_string());
  KONTOR_TRY(message.date, store::parse_moment(text_in(row, "date"), UtcSeconds{}));
  message.uid = number_in(row, "uid");
  return writer_->add(folder, message);
}

// Of no form of mail: a file of the programs that it comes from.
Result<void> SearchExport::add_object(const json::object& row, std::string_view raw) {
  const auto folder = mailbox_ + "/objects";
  const auto path = place_ + '/' + folder;
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return errno_error(path, errno);
  const auto* ending = text_in(row, "kind") == "contact" ? ".vcf" : ".ics";
  return write_file(folder + '/' + text_in(row, "emailid") + ending, raw);
}

Result<void> SearchExport::write_file(const std::string& name, std::string_view content) const {
  return io::write_file_durably(io::real_file_system(), place_ + '/' + name, content);
}

// The files of the folder as a tar, in the order of their names; then the folder goes.
Result<void> SearchExport::pack() const {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(place_))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::ranges::sort(files);
  const auto beside = to_ + ".new";
  KONTOR_TRY(const auto tar, archive::TarWriter::open(beside, false));
  const auto stem = fs::path(to_).stem();
  for (const auto& path : files) {
    const auto size = fs::file_size(path);
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) return errno_error(path.string(), errno);
    const UtcSeconds date{std::chrono::seconds(info.st_mtim.tv_sec)};
    KONTOR_TRY(tar->begin((stem / fs::relative(path, place_)).string(), size, date));
    std::ifstream in(path, std::ios::binary);
    std::string piece(k_piece, '\0');
    for (std::uintmax_t left = size; left > 0;) {
      in.read(piece.data(), static_cast<std::streamsize>(std::min<std::uintmax_t>(left, k_piece)));
      if (in.gcount() <= 0) return fail(Errc::io_error, "reading " + path.string());
      const auto got = static_cast<std::size_t>(in.gcount());
      KONTOR_TRY(tar->write(std::string_view(piece).substr(0, got)));
      left -= got;
    }
  }
  KONTOR_TRY(tar->close());
  if (std::rename(beside.c_str(), to_.c_str()) != 0) return errno_error(to_, errno);
  std::error_code failed;
  fs::remove_all(place_, failed);
  if (failed) return fail(Errc::io_error, "removing " + place_ + ": " + failed.message());
  return {};
}

Result<std::string> SearchExport::finish(const json::object& summary) {
  if (writer_ != nullptr) {
    KONTOR_TRY(writer_->finish());
  }
  auto& files = io::real_file_system();
  manifest_.close();
  if (!manifest_) return errno_error(place_ + '/' + std::string(k_manifest), errno);
  KONTOR_TRY(const auto file,
             files.open(place_ + '/' + std::string(k_manifest), io::OpenMode::write));
  KONTOR_TRY(file->sync());
  KONTOR_TRY(write_file(std::string(k_summary), json::serialize(summary) + '\n'));
  if (is_tar(to_)) {
    KONTOR_TRY(pack());
  } else if (std::rename(place_.c_str(), to_.c_str()) != 0) {
    return errno_error(to_, errno);
  }
  KONTOR_TRY(files.sync_directory(io::parent_of(to_)));
  std::error_code failed;
  fs::remove_all(to_ + ".kept", failed);
  if (failed) return fail(Errc::io_error, "removing " + to_ + ".kept: " + failed.message());
  return digest_.hex();
}

}  // namespace kontor::admin
