// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/archive/tar.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <locale.h>
#include <unistd.h>

#include <cerrno>

namespace kontor::admin::archive {
namespace {

constexpr std::size_t k_piece = 1U << 20U;

Error archive_failure(const std::string& what, struct ::archive* handle) {
  const int number = ::archive_errno(handle);
  const auto* text = ::archive_error_string(handle);
  const auto code = number == ENOSPC ? Errc::no_space : Errc::io_error;
  return Error(code, what + ": " + (text == nullptr ? "it failed" : text));
}

// Names in archives are UTF-8; the library takes them for the locale's, which may be "C".
class Utf8Names {
 public:
  Utf8Names() {
    if (locale_ != nullptr) before_ = ::uselocale(locale_);
  }
  ~Utf8Names() {
    if (locale_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(locale_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t locale_ = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  locale_t before_ = nullptr;
};

}  // namespace

struct TarWriter::State {
  struct ::archive* handle = ::archive_write_new();
  std::string path;
  int fd = -1;
  ~State() {
    ::archive_write_free(handle);
    if (fd > STDOUT_FILENO) ::close(fd);
  }
};

TarWriter::TarWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
TarWriter::~TarWriter() = default;

Result<std::unique_ptr<TarWriter>> TarWriter::open(const std::string& path, bool zstd) {
  auto state = std::make_unique<State>();
  state->path = path;
  state->fd = path == "-" ? STDOUT_FILENO
                          : ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (state->fd < 0) return errno_error(path, errno);
  auto* handle = state->handle;
  ::archive_write_set_format_pax_restricted(handle);
  ::archive_write_set_bytes_in_last_block(handle, 1);
  if (zstd && ::archive_write_add_filter_zstd(handle) != ARCHIVE_OK)
    return archive_failure("zstd", handle);
  if (::archive_write_open_fd(handle, state->fd) != ARCHIVE_OK)
    return archive_failure(path, handle);
  return std::unique_ptr<TarWriter>(new TarWriter(std::move(state)));
}

Result<void> TarWriter::begin(const std::string& name, std::uint64_t size, UtcSeconds date) {
  const Utf8Names names;
  const std::unique_ptr<struct ::archive_entry, decltype(&::archive_entry_free)> entry(
      ::archive_entry_new(), &::archive_entry_free);
  ::archive_entry_set_pathname(entry.get(), name.c_str());
  ::archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
  ::archive_entry_set_filetype(entry.get(), AE_IFREG);
  ::archive_entry_set_perm(entry.get(), 0600);
  ::archive_entry_set_mtime(entry.get(), date.time_since_epoch().count(), 0);
  if (::archive_write_header(state_->handle, entry.get()) != ARCHIVE_OK)
    return archive_failure(state_->path, state_->handle);
  return {};
}

Result<void> TarWriter::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::archive_write_data(state_->handle, bytes.data(), bytes.size());
    if (written <= 0) return archive_failure(state_->path, state_->handle);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> TarWriter::close() {
  if (::archive_write_close(state_->handle) != ARCHIVE_OK)
    return archive_failure(state_->path, state_->handle);
  // What is not a file (a pipe) cannot be synced and need not be.
  if (::fsync(state_->fd) != 0 && errno != EINVAL && errno != EROFS)
    return errno_error(state_->path, errno);
  return {};
}

struct TarReader::State {
  struct ::archive* handle = ::archive_read_new();
  std::string path;
  std::string name;
  std::uint64_t size = 0;
  ~State() { ::archive_read_free(handle); }
};

TarReader::TarReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
TarReader::~TarReader() = default;
const std::string& TarReader::name() const { return state_->name; }
std::uint64_t TarReader::size() const { return state_->size; }

Result<std::unique_ptr<TarReader>> TarReader::open(const std::string& path) {
  auto state = std::make_unique<State>();
  state->path = path;
  auto* handle = state->handle;
  ::archive_read_support_format_tar(handle);
  ::archive_read_support_filter_zstd(handle);
  ::archive_read_support_filter_gzip(handle);
  const char* name = path == "-" ? nullptr : path.c_str();
  if (::archive_read_open_filename(handle, name, k_piece) != ARCHIVE_OK)
    return archive_failure("reading the archive", handle);
  return std::unique_ptr<TarReader>(new TarReader(std::move(state)));
}

Result<bool> TarReader::next() {
  for (;;) {
    struct ::archive_entry* entry = nullptr;
    const int outcome = ::archive_read_next_header(state_->handle, &entry);
    if (outcome == ARCHIVE_EOF) return false;
    if (outcome != ARCHIVE_OK) return archive_failure(state_->path, state_->handle);
    if (::archive_entry_filetype(entry) != AE_IFREG) continue;
    const auto* name = ::archive_entry_pathname(entry);
    if (name == nullptr) return fail(Errc::corrupt, state_->path + ": a file without a name");
    state_->name = name;
    state_->size = static_cast<std::uint64_t>(::archive_entry_size(entry));
    return true;
  }
}

Result<std::size_t> TarReader::read(std::span<char> out) {
  const auto got = ::archive_read_data(state_->handle, out.data(), out.size());
  if (got < 0) return archive_failure(state_->path, state_->handle);
  return static_cast<std::size_t>(got);
}

}  // namespace kontor::admin::archive
