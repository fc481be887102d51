// SPDX-License-Identifier: GPL-3.0-or-later
// StsPolicies: the MTA-STS policies of other domains (RFC 8461), found by DNS and HTTPS and
// remembered in a file, so that who takes the record out of answers on the way gains nothing.
//
// find() costs a question to the DNS, and a fetch when the policy is new or a day old. save()
// writes what has changed: a crash loses what came since the last one. Any thread; what touches the
// disk blocks.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/core/guarded.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/io/file_system.hpp"
#include "base/log/log.hpp"
#include "base/net/resolver.hpp"
#include "server/smtp/client/sts_policy.hpp"

namespace kontor::smtp::client {

// The text of a policy, from the well-known place of this host (3.3).
using FetchPolicy = std::function<Task<Result<std::string>>(std::string host)>;

class StsPolicies {
 public:
  // Everything referred to outlives it.
  struct Environment {
    net::Resolver& resolver;
    io::FileSystem& files;
    const Clock& clock;
    log::Context log;
    FetchPolicy fetch;
  };
  // `folder` is DATA/mta-sts; need not be there. A file that cannot be read is an event, and stays
  // until something new is learnt.
  static std::unique_ptr<StsPolicies> open(Environment environment, std::string folder);

  struct Found {
    std::optional<StsPolicy> policy;     // in force; of mode none there is none
    std::optional<Error> fetch_failure;  // there is a record, but no policy could be had
    bool was_fetched = false;            // and it is the text that is wrong
  };
  Task<Found> find(std::string domain);
  // Those known for a day or more are asked for again; gives up when `is_stopping` says so.
  Task<void> refresh(std::function<bool()> is_stopping);
  Result<void> save();

 private:
  struct State {
    KnownPolicies known;
    std::map<std::string, SteadyTime, std::less<>> failed_until;  // not fetched again before
    bool is_changed = false;
  };
  StsPolicies(Environment environment, std::string folder)
      : environment_(std::move(environment)), folder_(std::move(folder)) {}
  std::string path() const { return folder_ + "/policies"; }
  void load();
  std::optional<KnownPolicy> known(const std::string& domain) const;
  struct Fetched {
    Result<StsPolicy> policy;
    bool was_had = false;  // a text came
  };
  Task<Fetched> fetch(std::string domain, std::string id);
  void remember(const std::string& domain, KnownPolicy policy);

  Environment environment_;
  std::string folder_;
  Guarded<int> writing_;  // held while the file is written
  Guarded<State> state_;
};

}  // namespace kontor::smtp::client
