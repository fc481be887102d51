// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/io/file_system.hpp"

namespace kontor::io {

std::string parent_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<std::string> read_some(const File& file, std::uint64_t offset, std::size_t size) {
  std::string bytes;  // not filled with zeros first
  Result<std::size_t> got(0);
  bytes.resize_and_overwrite(size, [&](char* data, std::size_t room) {
    got = file.read(offset, std::span(data, room));
    return got ? *got : 0;
  });
  if (!got) return fail(got.error());
  return bytes;
}

Result<std::string> read_file(FileSystem& files, const std::string& path, std::uint64_t max) {
  KONTOR_TRY(const auto file, files.open(path, OpenMode::read));
  KONTOR_TRY(const auto size, file->size());
  if (size > max) return fail(Errc::limit, path + " is longer than " + std::to_string(max));
  return read_some(*file, 0, size);
}

Result<void> write_file_durably(FileSystem& files,
                                const std::string& path,
                                std::string_view bytes) {
  const std::string beside = path + ".new";
  {
    KONTOR_TRY(auto file, files.open(beside, OpenMode::write_or_create));
    KONTOR_TRY(file->truncate(0));
    KONTOR_TRY(file->write(0, bytes));
    KONTOR_TRY(file->sync());
  }
  KONTOR_TRY(files.rename(beside, path));
  return files.sync_directory(parent_of(path));
}

Result<void> make_directories(FileSystem& files, const std::string& path) {
  const auto info = files.stat(path);
  if (info && info->directory) return {};
  const std::string parent = parent_of(path);
  if (parent != path) {
    KONTOR_TRY(make_directories(files, parent));
  }
  auto made = files.make_directory(path);
  if (!made && made.error().code() != Errc::exists) return made;
  return files.sync_directory(parent);
}

}  // namespace kontor::io
