// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <exception>
#include <string>
#include <vector>

#include "server/app/kontord.hpp"

int main(int count, char** values) {
  try {
    return kontor::app::run_kontord(std::vector<std::string>(values + 1, values + count));
  } catch (const std::exception& fault) {
    fmt::print(stderr, "kontord: {}\n", fault.what());
    return 1;
  }
}
