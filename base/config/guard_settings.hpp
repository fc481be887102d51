// SPDX-License-Identifier: GPL-3.0-or-later
// The settings of what keeps unwanted mail away: part of base/config/settings.hpp.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/config/flow_settings.hpp"

namespace kontor::config {

// Mail that is held back.
struct Quarantine {
  std::chrono::seconds keep{2'592'000};  // 30 days
  ByteCount max_size = 10'737'418'240;   // of what is held
  bool digest = false;                   // a letter a day to those whose mail is held
};

// What in the header of a message, and of who brought it, speaks against it.
struct Signs {
  bool enabled = true;
  std::vector<std::string> points;  // "no-date=2": instead of the usual ones
  std::uint32_t junk = 0;           // the sum at which it goes into the folder for junk; 0: never
  std::uint32_t hold = 0;           // into quarantine
  std::uint32_t refuse = 0;
};

// What people say of mail, told to rspamd.
struct Learning {
  std::string controller;                   // "127.0.0.1:11334" or "unix:…"; empty: nothing is told
  std::string password_file;                // mode 0600; empty: the controller asks for none
  std::uint32_t per_minute = 120;           // messages told at most
  std::vector<std::string> report_folders;  // public folders: what comes into them is spam
  std::chrono::seconds report_keep{604'800};  // what lies in them
};

}  // namespace kontor::config
