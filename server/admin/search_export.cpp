// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/search_export.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/io/file_system.hpp"
#include "server/admin/archive/tar.hpp"
#include "server/admin/exports/form.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

constexpr std::string_view k_manifest = "manifest.jsonl";
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

}  // namespace

Result<SearchExport> SearchExport::open(std::string to, std::string format) {
  while (to.size() > 1 && to.ends_with('/')) to.pop_back();
  if (format.empty()) format = "eml";
  KONTOR_TRY(exports::make_writer(format, to));  // its name is right
  struct stat there{};
  const bool is_there = ::lstat(to.c_str(), &there) == 0;
  if (is_there && (is_tar(to) || ::rmdir(to.c_str()) != 0))
    return fail(Errc::exists, to + " is there already: name a new one");
  auto place = to + ".part";
  if (::mkdir(place.c_str(), 0700) != 0) {
    if (errno == EEXIST)
      return fail(Errc::exists, place + " is left of an export that was broken off: remove it");
    return errno_error(place, errno);
  }
  SearchExport out(std::move(to), std::move(place), std::move(format));
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
  KONTOR_TRY(write_file("search.json", json::serialize(summary) + '\n'));
  if (is_tar(to_)) {
    KONTOR_TRY(pack());
  } else if (std::rename(place_.c_str(), to_.c_str()) != 0) {
    return errno_error(to_, errno);
  }
  KONTOR_TRY(files.sync_directory(io::parent_of(to_)));
  return digest_.hex();
}

}  // namespace kontor::admin
