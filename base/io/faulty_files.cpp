// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/io/faulty_files.hpp"

#include <mutex>

namespace kontor::io {

struct FaultyFiles::State {
  mutable std::mutex mutex;
  Decide decide;
  std::uint64_t count = 0;

  int ask(Operation kind, const std::string& path) {
    const std::lock_guard lock(mutex);
    const OperationInfo info{++count, kind, path};
    return decide ? decide(info) : 0;
  }

  // Runs `work` unless the test decides otherwise; `dropped` is what a dropped operation answers.
  template <class T, class Work>
  Result<T> run(Operation kind, const std::string& path, Work work) {
    const int error = ask(kind, path);
    if (error > 0) return fail(errno_error(path, error));
    if constexpr (std::is_void_v<T>) {
      if (error == k_drop) return {};
    }
    return work();
  }
};

namespace {

template <class State>
class FaultyFile final : public File {
 public:
  FaultyFile(std::unique_ptr<File> file, std::shared_ptr<State> state, std::string path)
      : file_(std::move(file)), state_(std::move(state)), path_(std::move(path)) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<char> out) const override {
    return state_->template run<std::size_t>(Operation::read, path_,
                                             [&] { return file_->read(offset, out); });
  }
  Result<void> write(std::uint64_t offset, std::string_view bytes) override {
    const int error = state_->ask(Operation::write, path_);
    if (error == FaultyFiles::k_drop) return {};
    if (error == 0) return file_->write(offset, bytes);
    const auto half = file_->write(offset, bytes.substr(0, bytes.size() / 2));
    return half ? Result<void>(fail(errno_error(path_, error))) : half;
  }
  Result<void> sync() override {
    return state_->template run<void>(Operation::sync, path_, [&] { return file_->sync(); });
  }
  Result<void> truncate(std::uint64_t size) override {
    return state_->template run<void>(Operation::truncate, path_,
                                      [&] { return file_->truncate(size); });
  }
  Result<std::uint64_t> size() const override { return file_->size(); }

 private:
  std::unique_ptr<File> file_;
  std::shared_ptr<State> state_;
  std::string path_;
};

}  // namespace

FaultyFiles::FaultyFiles(FileSystem& files) : files_(files), state_(std::make_shared<State>()) {}
FaultyFiles::~FaultyFiles() = default;

void FaultyFiles::decide_by(Decide decide) {
  const std::lock_guard lock(state_->mutex);
  state_->decide = std::move(decide);
}

std::uint64_t FaultyFiles::operations() const {
  const std::lock_guard lock(state_->mutex);
  return state_->count;
}

Result<std::unique_ptr<File>> FaultyFiles::open(const std::string& path, OpenMode mode) {
  using Opened = std::unique_ptr<File>;
  return state_->run<Opened>(Operation::open, path, [&]() -> Result<Opened> {
    KONTOR_TRY(auto file, files_.open(path, mode));
    return std::make_unique<FaultyFile<State>>(std::move(file), state_, path);
  });
}
Result<void> FaultyFiles::rename(const std::string& from, const std::string& to) {
  return state_->run<void>(Operation::rename, from, [&] { return files_.rename(from, to); });
}
Result<void> FaultyFiles::link(const std::string& existing, const std::string& name) {
  return state_->run<void>(Operation::link, name, [&] { return files_.link(existing, name); });
}
Result<void> FaultyFiles::remove(const std::string& path) {
  return state_->run<void>(Operation::remove, path, [&] { return files_.remove(path); });
}
Result<void> FaultyFiles::make_directory(const std::string& path) {
  return state_->run<void>(Operation::make_directory, path,
                           [&] { return files_.make_directory(path); });
}
Result<void> FaultyFiles::sync_directory(const std::string& path) {
  return state_->run<void>(Operation::sync_directory, path,
                           [&] { return files_.sync_directory(path); });
}
Result<std::vector<std::string>> FaultyFiles::list(const std::string& path) const {
  return state_->run<std::vector<std::string>>(Operation::list, path,
                                               [&] { return files_.list(path); });
}
Result<FileInfo> FaultyFiles::stat(const std::string& path) const {
  return state_->run<FileInfo>(Operation::stat, path, [&] { return files_.stat(path); });
}
Result<std::uint64_t> FaultyFiles::free_space(const std::string& path) const {
  return files_.free_space(path);
}
Result<std::unique_ptr<FileLock>> FaultyFiles::lock(const std::string& path) {
  return state_->run<std::unique_ptr<FileLock>>(Operation::lock, path,
                                                [&] { return files_.lock(path); });
}

}  // namespace kontor::io
