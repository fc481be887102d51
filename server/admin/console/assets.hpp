// SPDX-License-Identifier: GPL-3.0-or-later
// The files of the web console (web/), as its build left them in one folder. They are read once, at
// the start, and served from memory: what is asked for names a row of a table, never a file.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/io/file_system.hpp"

namespace kontor::admin::console {

struct Asset {
  std::string type;                 // Content-Type
  std::string whole, brotli, gzip;  // the same in three codings; empty: the build made none
  std::string tag;                  // of `whole`, without quotes
  bool is_immutable = false;        // its name changes with what is in it
};
// By the path below /admin/: "index.html", "assets/index-B1x.js".
using Assets = std::map<std::string, Asset, std::less<>>;

// The first of the folders in which a console lies (one with index.html). not_found: in none of
// them; limit: a file is too large. Files of a kind that no console has are left out.
Result<Assets> read_assets(io::FileSystem& files, const std::vector<std::string>& folders);

}  // namespace kontor::admin::console
