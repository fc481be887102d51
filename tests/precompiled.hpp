// SPDX-License-Identifier: GPL-3.0-or-later
// The precompiled header of unit tests: cmake/precompiled.hpp and what nearly every test pays for
// besides.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "cmake/precompiled.hpp"
