// SPDX-License-Identifier: GPL-3.0-or-later
// PhotoShelf: the photos of people, as files beside the directory copy (docs/formats/photos.md).
//
// The copy holds a photo's name alone, so that 20,000 people with pictures cost it 32 bytes each.
// kontor-directory puts photos on the shelf before it hands over the people they belong to, kontord
// reads them when somebody asks. A name is made of the bytes: what does not match it is as good as
// absent. Nothing is synced: it is a cache, made good at the next complete reading of a source.
// Any thread; blocking.
#pragma once
#include <set>
#include <string>
#include <string_view>

#include "base/config/settings.hpp"
#include "base/io/file_system.hpp"
#include "directory/model/reading.hpp"

namespace kontor::directory {

class PhotoShelf {
 public:
  // `files` outlives it.
  PhotoShelf(const std::string& data_folder, io::FileSystem& files);

  // The photo's name, or an error of the disk.
  Result<std::string> put(std::string_view bytes) const;
  // not_found; corrupt: other bytes than were put.
  Result<std::string> read(const std::string& name) const;
  // Removes what is not named; how many there were.
  std::size_t keep_only(const std::set<std::string>& names) const;

 private:
  std::string folder_;
  io::FileSystem* files_;
};

// How the sources of these settings read entries, photos on the machine's disk included. A photo
// that cannot be put on the shelf is left out.
Reading make_reading(const config::Settings& settings);

}  // namespace kontor::directory
