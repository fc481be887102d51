// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/gal/photo_shelf.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "directory/model/card.hpp"

namespace kontor::directory {
namespace {

constexpr std::size_t k_name_digits = 32;

std::string name_of(std::string_view bytes) {
  return hex_encode(crypto::sha256(bytes)).substr(0, k_name_digits);
}

// What comes from a copy is no path.
bool is_name(std::string_view name) {
  return name.size() == k_name_digits &&
         name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

PhotoShelf::PhotoShelf(const std::string& data_folder, io::FileSystem& files)
    : folder_(data_folder + "/directory/photos"), files_(&files) {}

Result<std::string> PhotoShelf::put(std::string_view bytes) const {
  auto name = name_of(bytes);
  if (const auto there = read(name)) return name;
  KONTOR_TRY(io::make_directories(*files_, folder_));
  const std::string path = folder_ + "/" + name;
  {
    KONTOR_TRY(const auto file, files_->open(path + ".new", io::OpenMode::write_or_create));
    KONTOR_TRY(file->write(0, bytes));
    KONTOR_TRY(file->truncate(bytes.size()));
  }
  KONTOR_TRY(files_->rename(path + ".new", path));
  return name;
}

Result<std::string> PhotoShelf::read(const std::string& name) const {
  if (!is_name(name)) return fail(Errc::not_found, "not the name of a photo");
  KONTOR_TRY(auto bytes, io::read_file(*files_, folder_ + "/" + name, k_max_photo));
  if (name_of(bytes) != name) return fail(Errc::corrupt, "photo " + name + " is damaged");
  return bytes;
}

std::size_t PhotoShelf::keep_only(const std::set<std::string>& names) const {
  const auto all = files_->list(folder_);
  if (!all) return 0;
  return static_cast<std::size_t>(std::ranges::count_if(*all, [&](const std::string& name) {
    return !names.contains(name) && files_->remove(folder_ + "/" + name).has_value();
  }));
}

Reading make_reading(const config::Settings& settings) {
  Reading reading(settings.directory.attributes, settings.groups.dynamic);
  if (!settings.address_book.photos) return reading;
  reading.keep_photos([shelf = PhotoShelf(settings.server.data_folder, io::real_file_system())](
                          std::string_view bytes) { return shelf.put(bytes).value_or(""); });
  return reading;
}

}  // namespace kontor::directory
