// SPDX-License-Identifier: GPL-3.0-or-later
// What a mailbox shows when a restore begins, by EMAILID: what is there is not put there again.
//
// Each message there answers for one of the backup's, so that a restore which was broken off goes
// on and nothing comes twice.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/mailbox/account.hpp"

namespace kontor::admin {

class ShownMessages {
 public:
  ShownMessages() = default;  // of an account that was not made yet
  explicit ShownMessages(const store::AccountView& view);
  // True: `folder` shows it, and that one is used up; or another folder does, to which it is not
  // restored (`homes`): it was moved there since.
  bool take(const Uuid& guid, const std::string& folder, const std::vector<std::string>& homes);
  // In `folder` alone.
  bool take_in(const Uuid& guid, const std::string& folder);

 private:
  std::map<std::string, std::uint32_t> numbers_;  // of the folders
  // By EMAILID: the folder of each entry, and whether it was used up.
  struct Place {
    std::uint32_t folder = 0;
    bool used = false;
  };
  std::unordered_map<Uuid, std::vector<Place>> places_;
};

}  // namespace kontor::admin
