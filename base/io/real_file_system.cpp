// SPDX-License-Identifier: GPL-3.0-or-later
// Linux calls: interrupted ones go on, short ones are completed, errors are named by path.
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "base/io/blocking.hpp"
#include "base/io/file_system.hpp"

namespace kontor::io {
namespace {

// Calls again while interrupted by a signal.
template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

class RealFile final : public File {
 public:
  RealFile(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<char> out) const override {
    assert_may_block();
    std::size_t done = 0;
    while (done < out.size()) {
      const auto n = uninterrupted([&] {
        return ::pread(fd_.get(), out.data() + done, out.size() - done,
                       static_cast<off_t>(offset + done));
      });
      if (n < 0) return fail(errno_error("reading " + path_, errno));
      if (n == 0) break;
      done += static_cast<std::size_t>(n);
    }
    return done;
  }

  Result<void> write(std::uint64_t offset, std::string_view bytes) override {
    assert_may_block();
    while (!bytes.empty()) {
      const auto n = uninterrupted([&] {
        return ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      });
      if (n < 0) return fail(errno_error("writing " + path_, errno));
      bytes.remove_prefix(static_cast<std::size_t>(n));
      offset += static_cast<std::uint64_t>(n);
    }
    return {};
  }

  Result<void> sync() override {
    assert_may_block();
    // An interrupted fdatasync may have consumed the error of a page: it is a failure.
    if (::fdatasync(fd_.get()) != 0) return fail(errno_error("syncing " + path_, errno));
    return {};
  }

  Result<void> truncate(std::uint64_t size) override {
    assert_may_block();
    if (uninterrupted([&] { return ::ftruncate(fd_.get(), static_cast<off_t>(size)); }) != 0)
      return fail(errno_error("truncating " + path_, errno));
    return {};
  }

  Result<std::uint64_t> size() const override {
    struct stat info{};
    if (::fstat(fd_.get(), &info) != 0) return fail(errno_error("asking " + path_, errno));
    return static_cast<std::uint64_t>(info.st_size);
  }

 private:
  Descriptor fd_;
  std::string path_;
};

class RealLock final : public FileLock {
 public:
  explicit RealLock(Descriptor fd) : fd_(std::move(fd)) {}

 private:
  Descriptor fd_;
};

int flags_of(OpenMode mode) {
  switch (mode) {
    case OpenMode::read:
      return O_RDONLY;
    case OpenMode::write:
      return O_RDWR;
    case OpenMode::create:
      return O_RDWR | O_CREAT | O_EXCL;
    case OpenMode::write_or_create:
      return O_RDWR | O_CREAT;
  }
  return O_RDONLY;
}

class RealFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    KONTOR_TRY(auto fd, open_descriptor(path, flags_of(mode)));
    return std::make_unique<RealFile>(std::move(fd), path);
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    return checked(::rename(from.c_str(), to.c_str()), "renaming " + from);
  }
  Result<void> link(const std::string& existing, const std::string& name) override {
    return checked(::link(existing.c_str(), name.c_str()), "linking " + name);
  }
  Result<void> remove(const std::string& path) override {
    return checked(::remove(path.c_str()), "removing " + path);
  }
  Result<void> make_directory(const std::string& path) override {
    return checked(::mkdir(path.c_str(), 0700), "making folder " + path);
  }

  Result<void> sync_directory(const std::string& path) override {
    KONTOR_TRY(auto fd, open_descriptor(path, O_RDONLY | O_DIRECTORY));
    return checked(::fsync(fd.get()), "syncing folder " + path);
  }

  Result<std::vector<std::string>> list(const std::string& path) const override {
    assert_may_block();
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), &::closedir);
    if (!folder) return fail(errno_error("listing " + path, errno));
    std::vector<std::string> names;
    while (true) {
      errno = 0;
      const dirent* entry = ::readdir(folder.get());
      if (entry == nullptr) {
        if (errno != 0) return fail(errno_error("listing " + path, errno));
        break;
      }
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    std::ranges::sort(names);
    return names;
  }

  Result<FileInfo> stat(const std::string& path) const override {
    assert_may_block();
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) return fail(errno_error("asking " + path, errno));
    return FileInfo{static_cast<std::uint64_t>(info.st_size), S_ISDIR(info.st_mode)};
  }

  Result<std::uint64_t> free_space(const std::string& path) const override {
    assert_may_block();
    struct statvfs info{};
    if (::statvfs(path.c_str(), &info) != 0)
      return fail(errno_error("asking for room at " + path, errno));
    return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    KONTOR_TRY(auto fd, open_descriptor(path, O_RDWR | O_CREAT));
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return fail(Errc::busy, path + " is held by another process");
      return fail(errno_error("locking " + path, errno));
    }
    return std::make_unique<RealLock>(std::move(fd));
  }

 private:
  static Result<Descriptor> open_descriptor(const std::string& path, int flags) {
    assert_may_block();
    const int fd = uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0600); });
    if (fd < 0) return fail(errno_error("opening " + path, errno));
    return Descriptor(fd);
  }

  static Result<void> checked(int result, const std::string& what) {
    if (result != 0) return fail(errno_error(what, errno));
    return {};
  }
};

}  // namespace

FileSystem& real_file_system() {
  static RealFileSystem files;  // stateless
  return files;
}

}  // namespace kontor::io
