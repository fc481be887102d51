// SPDX-License-Identifier: GPL-3.0-or-later
// IndexFolder: the files of an index, and which of them are in force.
//
// A database is built in a folder of its own, packed into one file, synced; then the catalog that
// names it replaces the one before (written beside, synced, renamed). Whatever the catalog does not
// name is removed. After a crash the index is that of the last catalog, whole. Blocking; one
// thread, but for what is marked as free: that touches files no catalog names, or names of them.
#pragma once
#include <string>

#include "base/io/file_system.hpp"
#include "search/index/catalog.hpp"
#include "search/index/text_packing.hpp"
#include "search/index/word_list.hpp"

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
  const std::string& problem() const { return problem_; }       // empty: nothing was begun anew
  std::uint64_t bytes() const { return bytes_; }                // of what is in force
  std::string path_of(const Segment& segment) const;            // free
  std::string building() const { return path_ + "/building"; }  // free: where a database is made

  WordList words_of(const Segment& segment) const;
  // Those of catalog().
  const Dictionaries& dictionaries() const { return dictionaries_; }
  // Puts a dictionary on disk and names it in `next`; in force only with that catalog.
  Result<void> add_dictionary(Catalog& next, std::string bytes, std::uint64_t documents);

  // The built file `building()/packed` is synced when it returns; sets size and checksum, and makes
  // its list of words. Free.
  Result<void> seal(Segment& segment) const;
  // Takes the sealed file over as segment `segment.number`; sets its time. In force only with the
  // catalog that names it.
  Result<void> take(Segment& segment);
  // Puts `next` in force, and removes the files it does not name.
  Result<void> publish(Catalog next);
  // An empty folder `building()`. Free, both.
  Result<void> begin_building() const;
  void end_building() const noexcept;
  // corrupt: the bytes of the file are not those that were written. Free.
  Result<void> verify(const Segment& segment) const;

 private:
  Result<void> make_folder();
  Result<void> check_files();
  Result<void> load_dictionaries();
  Result<void> sweep();
  void count_bytes();

  io::FileSystem& files_;
  std::string path_;
  Catalog catalog_;
  Dictionaries dictionaries_;
  std::string analysis_;
  std::string problem_;
  std::uint64_t bytes_ = 0;
};

}  // namespace kontor::search
