// SPDX-License-Identifier: GPL-3.0-or-later
// IndexFolder: the files of an index, and which of them are in force.
//
// A database is built in a folder of its own, packed into one file, synced; then the catalog that
// names it replaces the one before (written beside, synced, renamed). Whatever the catalog does not
// name is removed. After a crash the index is that of the last catalog, whole. Blocking; one
// thread.
#pragma once
#include <string>

#include "base/io/file_system.hpp"
#include "search/index/catalog.hpp"

namespace kontor::search {

class IndexFolder {
 public:
  // `files` must outlive this. Errors of the methods: no_space, io_error, no_permission.
  IndexFolder(io::FileSystem& files, std::string path, std::string analysis);

  // Reads the catalog and holds the files against it; what does not fit is begun anew, and
  // problem() says why. Makes the folder when there is none.
  Result<void> open();
  // Forgets everything on disk; problem() says `why`.
  Result<void> begin_anew(std::string why);

  const Catalog& catalog() const { return catalog_; }
  const std::string& problem() const { return problem_; }  // empty: nothing was begun anew
  std::uint64_t bytes() const;                             // of the databases
  std::string path_of(const Segment& segment) const;
  std::string building() const { return path_ + "/building"; }  // where a database is made

  // Takes the built file `building()/packed` over as segment `segment.number`, which is synced when
  // it returns; sets size, checksum and time. In force only with the catalog that names it.
  Result<void> take(Segment& segment);
  // Puts `next` in force, and removes the files it does not name.
  Result<void> publish(Catalog next);
  // An empty folder `building()`.
  Result<void> begin_building();
  void end_building() noexcept;
  // corrupt: the bytes of the file are not those that were written.
  Result<void> verify(const Segment& segment) const;

 private:
  Result<void> check_files();
  Result<void> sweep();

  io::FileSystem& files_;
  std::string path_;
  Catalog catalog_;
  std::string analysis_;
  std::string problem_;
};

}  // namespace kontor::search
