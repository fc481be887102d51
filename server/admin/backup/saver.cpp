// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/backup/saver.hpp"

#include <algorithm>
#include <thread>

namespace kontor::admin::backup {
namespace {

constexpr std::uint64_t k_piece = 1U << 20U;
constexpr int k_attempts = 5;  // logs come and go while they are listed

const SavedFile* find_row(const SavedLogs* logs, const std::string& name) {
  if (logs == nullptr) return nullptr;
  const auto found = std::ranges::find(logs->files, name, &SavedFile::name);
  return found == logs->files.end() ? nullptr : &*found;
}

}  // namespace

Pace::Pace(std::uint64_t bytes_per_second)
    : rate_(bytes_per_second), begun_(std::chrono::steady_clock::now()) {}

void Pace::spend(std::uint64_t bytes) {
  if (rate_ == 0) return;
  spent_ += bytes;
  const std::chrono::duration<double> due(static_cast<double>(spent_) / static_cast<double>(rate_));
  std::this_thread::sleep_until(
      begun_ + std::chrono::duration_cast<std::chrono::steady_clock::duration>(due));
}

struct Saver::Source {
  std::unique_ptr<io::File> file;
  std::string name;  // in the backup
  store::LogFile log;
};

void Saver::count(const SavedFile& file, std::uint64_t copied) {
  ++tally_.files;
  tally_.bytes += file.size;
  tally_.kept += file.size - copied;
}

Result<void> Saver::copy(const Source& source,
                         SavedFile& out,
                         std::uint64_t from,
                         crypto::Sha256 digest) {
  for (auto at = from; at < out.size;) {
    KONTOR_TRY(const auto piece, io::read_some(*source.file, at, std::min(k_piece, out.size - at)));
    if (piece.empty()) {
      // The bytes promised to a stream cannot come any more.
      if (from == 0) return of_target<void>(fail(Errc::busy, out.name + " was cut meanwhile"));
      return fail(Errc::busy, out.name + " was cut meanwhile");
    }
    digest.add(piece);
    KONTOR_TRY(of_target(target_.write(piece)));
    at += piece.size();
    tally_.copied += piece.size();
    advance_(tally_);
    pace_.spend(piece.size());
  }
  out.sha256 = digest.hex();
  return {};
}

Result<SavedFile> Saver::save_log(const Source& source,
                                  const SavedFile* row,
                                  const SavedLogs* earlier) {
  SavedFile out;
  out.name = source.name;
  out.size = source.log.size;
  out.print = log_print(*source.file, out.size);
  if (row != nullptr && row->size == out.size && row->print == out.print) {
    KONTOR_TRY(const bool kept, of_target(target_.keep(*row)));
    if (kept) {
      count(*row, 0);
      return *row;
    }
  } else if (row == nullptr) {
    KONTOR_TRY(const auto found, of_target(target_.find(out.name, out.size)));
    if (found && found->print == out.print) {
      count(*found, 0);
      return *found;
    }
  }
  KONTOR_TRY(of_target(target_.begin(out.name, out.size, system_clock().now())));
  crypto::Sha256 digest;
  std::uint64_t from = 0;
  const bool may_grow = row != nullptr && earlier->sure.end.file == source.log.number &&
                        source.log.generation == 0 && earlier->sure.end.offset <= out.size &&
                        earlier->sure_print == log_print(*source.file, earlier->sure.end.offset);
  if (may_grow) {
    KONTOR_TRY(const bool taken, of_target(target_.take(*row, earlier->sure.end.offset, digest)));
    if (taken) from = earlier->sure.end.offset;
  }
  KONTOR_TRY(copy(source, out, from, std::move(digest)));
  KONTOR_TRY(of_target(target_.end()));
  count(out, out.size - from);
  return out;
}

Result<SavedLogs> Saver::try_logs(const std::string& folder,
                                  const std::string& name,
                                  const SavedLogs* earlier) {
  KONTOR_TRY(
      const auto extent,
      store::find_extent(files_, folder, earlier == nullptr ? store::LogMark() : earlier->sure));
  SavedLogs out;
  out.sure = extent.sure;
  for (const auto& log : extent.files) {
    Source source;
    KONTOR_TRY(source.file, files_.open(folder + '/' + log.name, io::OpenMode::read));
    source.log = log;
    source.name = name + '/' + log.name;
    KONTOR_TRY(auto saved, save_log(source, find_row(earlier, source.name), earlier));
    out.files.push_back(std::move(saved));
    if (log.number == out.sure.end.file)
      out.sure_print = log_print(*source.file, out.sure.end.offset);
  }
  return out;
}

Result<SavedLogs> Saver::save_logs(const std::string& folder,
                                   const std::string& name,
                                   const SavedLogs* earlier) {
  for (int attempt = 1;; ++attempt) {
    const auto before = tally_;
    auto saved = try_logs(folder, name, earlier);
    if (saved || target_failed_ || attempt == k_attempts) return saved;
    const auto code = saved.error().code();
    if (code != Errc::not_found && code != Errc::busy) return saved;
    const auto copied = tally_.copied;
    tally_ = before;
    tally_.copied = copied;
  }
}

Result<std::optional<SavedFile>> Saver::keep(const SavedFile& row) {
  KONTOR_TRY(const bool kept, of_target(target_.keep(row)));
  if (!kept) return std::optional<SavedFile>();
  count(row, 0);
  return std::optional(row);
}

Result<SavedFile> Saver::save_bytes(const std::string& name, std::string_view bytes) {
  SavedFile out;
  out.name = name;
  out.size = bytes.size();
  crypto::Sha256 digest;
  digest.add(bytes);
  out.sha256 = digest.hex();
  KONTOR_TRY(of_target(target_.begin(name, bytes.size(), system_clock().now())));
  KONTOR_TRY(of_target(target_.write(bytes)));
  KONTOR_TRY(of_target(target_.end()));
  count(out, out.size);
  tally_.copied += out.size;
  return out;
}

}  // namespace kontor::admin::backup
