// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "base/core/crc32c.hpp"
#include "server/admin/backup/target.hpp"

namespace kontor::admin::backup {
namespace {

constexpr std::uint64_t k_piece = 1U << 20U;
constexpr std::string_view k_unfinished = ".part";
constexpr std::uint64_t k_head = 1'024;  // a log's header
constexpr std::uint64_t k_tail = 64;     // the end of a frame

class FolderTarget final : public Target {
 public:
  FolderTarget(io::FileSystem& files, std::string folder, std::string earlier)
      : files_(files), folder_(std::move(folder)), earlier_(std::move(earlier)) {}

  Result<bool> keep(const SavedFile& row) override {
    if (has(folder_, row)) return true;
    if (earlier_.empty() || !has(earlier_, row)) return false;
    const auto path = path_of(row.name);
    KONTOR_TRY(io::make_directories(files_, io::parent_of(path)));
    static_cast<void>(files_.remove(path).has_value());  // of a run that did not finish
    // Another file system, or one without links: it is copied.
    if (!files_.link(earlier_ + '/' + row.name, path)) return false;
    KONTOR_TRY(files_.sync_directory(io::parent_of(path)));
    return true;
  }

  Result<std::optional<SavedFile>> find(const std::string& name, std::uint64_t size) override {
    SavedFile out;
    out.name = name;
    out.size = size;
    if (!has(folder_, out)) return std::optional<SavedFile>();
    KONTOR_TRY(const auto file, files_.open(path_of(name), io::OpenMode::read));
    crypto::Sha256 digest;
    for (std::uint64_t at = 0; at < size;) {
      KONTOR_TRY(const auto piece, io::read_some(*file, at, std::min(k_piece, size - at)));
      if (piece.empty()) return std::optional<SavedFile>();
      digest.add(piece);
      at += piece.size();
    }
    out.sha256 = digest.hex();
    out.print = log_print(*file, size);
    return std::optional<SavedFile>(std::move(out));
  }

  Result<void> begin(const std::string& name, std::uint64_t, UtcSeconds) override {
    path_ = path_of(name);
    KONTOR_TRY(io::make_directories(files_, io::parent_of(path_)));
    KONTOR_TRY(file_,
               files_.open(path_ + std::string(k_unfinished), io::OpenMode::write_or_create));
    KONTOR_TRY(file_->truncate(0));
    written_ = 0;
    return {};
  }

  Result<bool> take(const SavedFile& row, std::uint64_t size, crypto::Sha256& digest) override {
    const auto& from = earlier_.empty() ? folder_ : earlier_;
    if (row.size < size || !has(from, row)) return false;
    KONTOR_TRY(const auto saved, files_.open(from + '/' + row.name, io::OpenMode::read));
    while (written_ < size) {
      KONTOR_TRY(const auto piece,
                 io::read_some(*saved, written_, std::min(k_piece, size - written_)));
      if (piece.empty()) return fail(Errc::io_error, row.name + " was cut while it was read");
      digest.add(piece);
      KONTOR_TRY(write(piece));
    }
    return true;
  }

  Result<void> write(std::string_view bytes) override {
    KONTOR_TRY(file_->write(written_, bytes));
    written_ += bytes.size();
    return {};
  }

  Result<void> end() override {
    KONTOR_TRY(file_->sync());
    file_.reset();
    KONTOR_TRY(files_.rename(path_ + std::string(k_unfinished), path_));
    return files_.sync_directory(io::parent_of(path_));
  }

  Result<void> finish(std::string_view manifest) override {
    KONTOR_TRY(io::make_directories(files_, folder_));
    return io::write_file_durably(files_, path_of(std::string(k_manifest_name)), manifest);
  }

  Result<void> remove(const std::string& name) override {
    const auto removed = files_.remove(path_of(name));
    if (!removed && removed.error().code() != Errc::not_found) return fail(removed.error());
    return {};
  }

 private:
  bool has(const std::string& folder, const SavedFile& row) const {
    const auto info = files_.stat(folder + '/' + row.name);
    return info && !info->directory && info->size == row.size;
  }
  std::string path_of(const std::string& name) const { return folder_ + '/' + name; }

  io::FileSystem& files_;
  std::string folder_;
  std::string earlier_;
  std::string path_;
  std::unique_ptr<io::File> file_;
  std::uint64_t written_ = 0;
};

}  // namespace

std::uint32_t log_print(const io::File& log, std::uint64_t size) {
  const auto tail_size = std::min(k_tail, size);
  const auto head = io::read_some(log, 0, std::min(k_head, size));
  const auto tail = io::read_some(log, size - tail_size, tail_size);
  // What cannot be read is like nothing else; copying it says what is wrong.
  const auto print = head && tail ? crc32c(*tail, crc32c(*head)) : 0;
  return print == 0 ? 1 : print;
}

std::unique_ptr<Target> folder_target(io::FileSystem& files,
                                      std::string folder,
                                      std::string earlier) {
  return std::make_unique<FolderTarget>(files, std::move(folder), std::move(earlier));
}

}  // namespace kontor::admin::backup
