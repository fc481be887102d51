// SPDX-License-Identifier: GPL-3.0-or-later
// Logs as files of one folder. The log written last stays open, and so do a few read lately.
#include <algorithm>
#include <cstdio>
#include <mutex>
#include <optional>

#include "base/core/text.hpp"
#include "base/core/timings.hpp"
#include "base/io/file_system.hpp"
#include "store/log/device.hpp"
#include "store/log/generation.hpp"

namespace kontor::store {
namespace {

constexpr std::size_t k_open_readers = 2;
constexpr std::uint64_t k_unasked_read = 64U << 10U;
constexpr std::string_view k_prefix = "log.";

constexpr std::string_view k_unfinished = ".new";

// Written beside the log under a name that no reader takes, then renamed.
class LocalGeneration final : public NewGeneration {
 public:
  LocalGeneration(io::FileSystem& files, std::string path, std::unique_ptr<io::File> file)
      : files_(files), path_(std::move(path)), file_(std::move(file)) {}
  ~LocalGeneration() override {
    if (file_ != nullptr) static_cast<void>(files_.remove(path_ + std::string(k_unfinished)));
  }

  Result<void> append(std::string_view bytes) override {
    KONTOR_TRY(file_->write(size_, bytes));
    size_ += bytes.size();
    return file_->sync();
  }
  Result<void> publish() override {
    KONTOR_TRY(files_.rename(path_ + std::string(k_unfinished), path_));
    file_.reset();
    return files_.sync_directory(io::parent_of(path_));
  }

 private:
  io::FileSystem& files_;
  const std::string path_;
  std::unique_ptr<io::File> file_;
  std::uint64_t size_ = 0;
};

class LocalLogDevice final : public LogDevice {
 public:
  LocalLogDevice(io::FileSystem& files, std::string folder, bool read_only)
      : files_(files), folder_(std::move(folder)), read_only_(read_only) {}

  Result<std::vector<std::uint32_t>> list() override {
    KONTOR_TRY(const auto all, list_all());
    std::vector<std::uint32_t> logs;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool first = i == 0 || log_number(all[i - 1]) != log_number(all[i]);
      const bool last = i + 1 == all.size() || log_number(all[i + 1]) != log_number(all[i]);
      // Where there is no choice nothing has to be read.
      const bool complete =
          (first && last) || log_generation(all[i]) == 1 || read_footer(*this, all[i]).has_value();
      if (first)
        logs.push_back(all[i]);
      else if (complete)
        logs.back() = all[i];
    }
    return logs;
  }

  Result<std::vector<std::uint32_t>> list_replaced() override {
    KONTOR_TRY(auto all, list_all());
    KONTOR_TRY(const auto logs, list());
    std::erase_if(
        all, [&logs](std::uint32_t log) { return std::ranges::find(logs, log) != logs.end(); });
    return all;
  }

  Result<std::unique_ptr<NewGeneration>> begin_generation(std::uint32_t log) override {
    KONTOR_TRY(check_writable());
    KONTOR_TRY(const auto names, files_.list(folder_));
    for (const auto& name : names) {
      if (!name.starts_with(k_prefix) || !name.ends_with(k_unfinished)) continue;
      KONTOR_TRY(files_.remove(folder_ + "/" + name));
    }
    KONTOR_TRY(auto file, files_.open(path(log) + std::string(k_unfinished), io::OpenMode::create));
    return std::make_unique<LocalGeneration>(files_, path(log), std::move(file));
  }

  void release(std::uint32_t log) override {
    const std::lock_guard lock(mutex_);
    std::erase_if(readers_, [log](const Open& open) { return open.log == log; });
  }

  Result<std::uint64_t> size(std::uint32_t log) override {
    KONTOR_TRY(const auto file, reader(log));
    return file->size();
  }

  Result<std::string> read(std::uint32_t log, std::uint64_t offset, std::uint64_t size) override {
    KONTOR_TRY(const auto file, reader(log));
    if (size > k_unasked_read) {  // memory for what is there only, whatever a damaged length says
      KONTOR_TRY(const auto end, file->size());
      size = std::min(size, end - std::min(end, offset));
    }
    return io::read_some(*file, offset, size);
  }

  Result<void> create(std::uint32_t log, std::string_view bytes) override {
    KONTOR_TRY(check_writable());
    KONTOR_TRY(std::shared_ptr<io::File> file, files_.open(path(log), io::OpenMode::create));
    KONTOR_TRY(file->write(0, bytes));
    KONTOR_TRY(file->sync());
    KONTOR_TRY(files_.sync_directory(folder_));
    begin_writing(log, std::move(file), bytes.size());
    return {};
  }

  Result<void> append(std::uint32_t log,
                      std::uint64_t offset,
                      std::string_view bytes,
                      std::uint64_t room) override {
    const timings::Stopwatch stopwatch(timings::Timing::store_sync);
    KONTOR_TRY(const auto file, writer(log));
    if (end_ && *end_ != offset) return fail(Errc::conflict, path(log) + " ends elsewhere");
    KONTOR_TRY(write_ahead(*file, offset, bytes, room));
    KONTOR_TRY(file->sync());
    end_ = offset + bytes.size();
    return {};
  }

  Result<void> harden(std::uint32_t log, std::uint64_t offset, std::uint64_t size) override {
    KONTOR_TRY(const auto file, writer(log));
    if (size > 0) {
      KONTOR_TRY(const auto bytes, io::read_some(*file, offset, size));
      KONTOR_TRY(file->write(offset, bytes));
      KONTOR_TRY(file->sync());
    }
    return files_.sync_directory(folder_);
  }

  Result<void> cut(std::uint32_t log, std::uint64_t size) override {
    KONTOR_TRY(const auto file, writer(log));
    KONTOR_TRY(file->truncate(size));
    KONTOR_TRY(file->sync());
    size_ = size;
    end_.reset();
    return {};
  }

  Result<void> seal(std::uint32_t log, std::uint64_t size) override {
    KONTOR_TRY(const auto file, writer(log));
    return file->truncate(size);
  }

  Result<void> remove(std::uint32_t log) override {
    KONTOR_TRY(check_writable());
    {
      const std::lock_guard lock(mutex_);
      std::erase_if(readers_, [log](const Open& open) { return open.log == log; });
      if (active_.log == log) active_ = {};
    }
    KONTOR_TRY(files_.remove(path(log)));
    return files_.sync_directory(folder_);
  }

  Result<void> quarantine(const std::string& name, std::string_view bytes) override {
    KONTOR_TRY(check_writable());
    const std::string folder = folder_ + "/quarantine";
    KONTOR_TRY(io::make_directories(files_, folder));
    const std::string file = folder + "/" + name;
    if (files_.stat(file)) return {};
    return io::write_file_durably(files_, file, bytes);
  }

 private:
  struct Open {
    std::uint32_t log = 0;
    std::shared_ptr<io::File> file;  // shared with reads under way
  };

  // By number, then generation.
  Result<std::vector<std::uint32_t>> list_all() const {
    KONTOR_TRY(const auto names, files_.list(folder_));
    std::vector<std::uint32_t> logs;
    for (const auto& name : names)
      if (const auto log = log_of_file_name(name)) logs.push_back(*log);
    std::ranges::sort(logs, {}, [](std::uint32_t log) {
      return std::pair(log_number(log), log_generation(log));
    });
    return logs;
  }

  std::string path(std::uint32_t log) const { return folder_ + "/" + log_file_name(log); }

  Result<void> check_writable() const {
    if (read_only_) return fail(Errc::no_permission, folder_ + " is open for reading only");
    return {};
  }

  Result<std::shared_ptr<io::File>> reader(std::uint32_t log) {
    {
      const std::lock_guard lock(mutex_);
      if (active_.log == log) return active_.file;
      const auto open = std::ranges::find(readers_, log, &Open::log);
      if (open != readers_.end()) return open->file;
    }
    KONTOR_TRY(std::shared_ptr<io::File> file, files_.open(path(log), io::OpenMode::read));
    const std::lock_guard lock(mutex_);
    if (readers_.size() >= k_open_readers) readers_.erase(readers_.begin());
    readers_.push_back({log, file});
    return file;
  }

  Result<std::shared_ptr<io::File>> writer(std::uint32_t log) {
    KONTOR_TRY(check_writable());
    if (active_.log == log) return active_.file;
    KONTOR_TRY(std::shared_ptr<io::File> file, files_.open(path(log), io::OpenMode::write));
    KONTOR_TRY(const auto size, file->size());
    begin_writing(log, file, size);
    end_.reset();
    return file;
  }

  void begin_writing(std::uint32_t log, std::shared_ptr<io::File> file, std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    std::erase_if(readers_, [log](const Open& open) { return open.log == log; });
    active_ = {log, std::move(file)};
    size_ = size;
    end_ = size;
  }

  // One write for the bytes and the zeros behind them, so that the next appends need no change of
  // the file's size or blocks, which a sync would have to wait for.
  Result<void> write_ahead(io::File& file,
                           std::uint64_t offset,
                           std::string_view bytes,
                           std::uint64_t room) {
    const std::uint64_t end = offset + bytes.size();
    if (end > size_ && room > 0) {
      std::string with_room(bytes);
      with_room.resize(bytes.size() + room, '\0');
      if (file.write(offset, with_room)) {
        size_ = end + room;
        return {};
      }
    }
    KONTOR_TRY(file.write(offset, bytes));
    size_ = std::max(size_, end);
    return {};
  }

  io::FileSystem& files_;
  const std::string folder_;
  const bool read_only_;
  std::mutex mutex_;  // active_ and readers_, which reads share with the one caller of the rest
  Open active_;       // read by that caller without the lock: it alone changes it
  std::vector<Open> readers_;
  std::uint64_t size_ = 0;            // of the active file
  std::optional<std::uint64_t> end_;  // of what was appended to it, once known
};

}  // namespace

std::string log_file_name(std::uint32_t log) {
  std::string digits = std::to_string(log_number(log));
  if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
  const auto generation = log_generation(log);
  return std::string(k_prefix) + digits +
         (generation == 1 ? std::string() : ".g" + std::to_string(generation));
}

std::optional<std::uint32_t> log_of_file_name(std::string_view name) {
  if (!name.starts_with(k_prefix)) return std::nullopt;
  const auto rest = name.substr(k_prefix.size());
  const auto mark = rest.find(".g");
  const auto number = parse_number<std::uint32_t>(rest.substr(0, mark));
  std::optional<std::uint32_t> generation = 1;
  if (mark != std::string_view::npos)
    generation = parse_number<std::uint32_t>(rest.substr(mark + 2));
  if (!number || *number == 0 || *number > k_last_log || !generation || *generation == 0 ||
      *generation > k_last_generation)
    return std::nullopt;
  const auto log = log_of(*number, *generation);
  return log_file_name(log) == name ? std::optional(log) : std::nullopt;
}

std::shared_ptr<LogDevice> local_log_device(io::FileSystem& files, std::string folder) {
  return std::make_shared<LocalLogDevice>(files, std::move(folder), false);
}

std::shared_ptr<LogDevice> read_only_log_device(io::FileSystem& files, std::string folder) {
  return std::make_shared<LocalLogDevice>(files, std::move(folder), true);
}

}  // namespace kontor::store
