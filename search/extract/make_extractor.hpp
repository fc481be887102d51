// SPDX-License-Identifier: GPL-3.0-or-later
// The Extractor of the server: kontor-extract, started when it is first needed and again when it
// has gone.
#pragma once
#include <memory>
#include <string>

#include "base/config/settings.hpp"
#include "base/log/log.hpp"
#include "search/extract/extractor.hpp"

namespace kontor::search {

// `program` is the path of kontor-extract. Nothing when search.attachments is false. The settings
// are copied. Its destructor stops it and waits until nothing runs.
std::unique_ptr<Extractor> make_extractor(const config::Search& settings,
                                          std::string program,
                                          log::Context log);

}  // namespace kontor::search
