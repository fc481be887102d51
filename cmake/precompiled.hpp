// SPDX-License-Identifier: GPL-3.0-or-later
// The precompiled header of all but unit tests (tests/precompiled.hpp): what nearly every source
// pays for.
#pragma once
#include <algorithm>
#include <array>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>
