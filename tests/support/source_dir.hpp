// SPDX-License-Identifier: GPL-3.0-or-later
// Where the checkout lies: for tests that read the corpus, the documents and the sources.
#pragma once
#include <filesystem>

namespace kontor {

// The folder with the top CMakeLists.txt. One file alone is compiled with this path, so that a
// compiler cache serves every checkout.
[[nodiscard]] std::filesystem::path source_dir();

}  // namespace kontor
