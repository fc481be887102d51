// SPDX-License-Identifier: GPL-3.0-or-later
// The source "ad": people and groups of Active Directory. Each domain is followed by a source of
// its own, on its own controllers: "ad" the first, "ad:DOMAIN" each further one. The identities of
// all have the source "ad", since an objectGUID is one in the whole world and stays when an account
// is moved from domain to domain of a forest.
//
// It reads everybody from one controller, then follows it: a notification wakes it,
// highestCommittedUSN is asked about three times a second, and what changed is read as
// directory/ldap/follower.hpp says. Deletions the account is not shown are noticed as numbers that
// no entry accounts for; then the GUIDs of everybody are compared, and each one missing is asked
// for before it is called gone. When the controller fails or is silent for more than a second, the
// next one is used, and a nearer one again when it answers; how far was read is kept for each
// controller's database. Everything again once a day, at a database never seen, and on request.
#pragma once
#include <memory>

#include "base/config/settings.hpp"
#include "directory/krb/kdc.hpp"
#include "directory/model/source.hpp"

namespace kontor::directory {

// The controllers of ad.domain and of each of ad.more_domains, in this order.
Domains make_domains(const config::ActiveDirectory& settings);

// A source for each of `domains`.
std::vector<std::unique_ptr<Source>> make_ad_sources(const config::Settings& settings,
                                                     const Domains& domains);

}  // namespace kontor::directory
