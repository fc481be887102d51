// SPDX-License-Identifier: GPL-3.0-or-later
// Mozilla's autoconfig, config-v1.1.xml: read by Thunderbird, Evolution, KMail, K-9 and others.
#pragma once
#include <string>
#include <string_view>

#include "server/autodiscover/offer.hpp"

namespace kontor::autodiscover {

// The file for one mail domain. It is the same for everybody, so that it says nothing about who
// there is. Pure.
std::string mozilla_config(const Offer& offer, std::string_view domain);

}  // namespace kontor::autodiscover
