// SPDX-License-Identifier: GPL-3.0-or-later
// File after file out of an archive in memory, by libarchive, within the limits of a Reading.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "search/extract/read/xml.hpp"

namespace kontor::search {

class Reading;

enum class Formats : std::uint8_t { zip, any };

class Archive {
 public:
  enum class Next : std::uint8_t { file, end, damaged, encrypted, limit };

  // `bytes` and `reading` outlive it. Nothing when it is no archive.
  static std::unique_ptr<Archive> open(std::string_view bytes, Formats formats, Reading& reading);
  ~Archive();

  // The next file; folders and links are passed over.
  Next next();
  const std::string& name() const noexcept;  // UTF-8, of the file at hand
  // Only compressed, not archived: one file, whose name is not known.
  bool is_bare() const;
  bool is_compressed() const;
  // The bytes of the file at hand; negative: damaged, encrypted, or a limit; see trouble().
  std::ptrdiff_t read(char* buffer, std::size_t size);
  std::string read_all();  // as far as it goes
  // Why the file at hand, or the archive, could not be read; Next::file: nothing happened.
  Next trouble() const noexcept;
  ByteSource source();  // of the file at hand

 private:
  struct State;
  explicit Archive(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kontor::search
