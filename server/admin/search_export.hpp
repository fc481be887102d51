// SPDX-License-Identifier: GPL-3.0-or-later
// What a search found, as files: a folder for each mailbox in one of the forms of
// docs/formats/export.md (events, tasks and contacts as files beside it), and a manifest that tells
// what lies there (docs/formats/export.md, "Exports of searches"). It has its name when it is
// whole. Blocking; memory: one message.
#pragma once
#include <boost/json/object.hpp>
#include <fstream>
#include <memory>
#include <set>
#include <string>

#include "base/crypto/sha256.hpp"
#include "server/admin/exports/writer.hpp"

namespace kontor::admin {

class SearchExport {
 public:
  // `to`: a folder that does not exist or is empty; or FILE.tar. exists: it is there, or one that
  // was broken off.
  static Result<SearchExport> open(std::string to, std::string format);

  // A message as the server tells of it; its bytes are empty when the row says why. corrupt: they
  // are not those that the server read.
  Result<void> add(const boost::json::object& row, std::string_view raw);
  // `summary` becomes search.json. The digest of the manifest, 64 digits.
  Result<std::string> finish(const boost::json::object& summary);

 private:
  SearchExport(std::string to, std::string place, std::string format)
      : to_(std::move(to)), place_(std::move(place)), format_(std::move(format)) {}
  Result<void> change_mailbox(const std::string& mailbox);
  Result<void> add_object(const boost::json::object& row, std::string_view raw);
  Result<void> write_file(const std::string& name, std::string_view content) const;
  Result<void> pack() const;

  std::string to_, place_, format_;
  std::string mailbox_;  // whose messages come now
  std::unique_ptr<exports::Writer> writer_;
  std::set<std::string> folders_;  // begun in it
  std::ofstream manifest_;
  crypto::Sha256 digest_;
};

}  // namespace kontor::admin
