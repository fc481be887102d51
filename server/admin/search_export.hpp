// SPDX-License-Identifier: GPL-3.0-or-later
// What a search found, as files: a folder for each mailbox in one of the forms of
// docs/formats/export.md (events, tasks and contacts as files beside it), and a manifest that tells
// what lies there (docs/formats/export.md, "Exports of searches"). It has its name when it is
// whole; what an export that was broken off has left is used again. Blocking; memory: one message.
#pragma once
#include <dirent.h>

#include <boost/json/object.hpp>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/crypto/sha256.hpp"
#include "server/admin/exports/writer.hpp"
#include "server/admin/kept_files.hpp"

namespace kontor::admin {

class SearchExport {
 public:
  // `to`: a folder that does not exist or is empty; or FILE.tar. `asked`: the query as typed.
  // exists: it is there, is being written by another, or an export of another search was broken off
  // there.
  static Result<SearchExport> open(std::string to, std::string format, const std::string& asked);
  // Was an export to `to` broken off?
  static bool is_left(const std::string& to);

  // How many messages are left of an export that was broken off, and those of them with a digest.
  std::size_t left() const { return kept_.size(); }
  std::optional<std::string> take_left(const std::string& sha256) { return kept_.take(sha256); }
  // A message as the server tells of it; its bytes are empty when the row says why. corrupt: they
  // are not those that the server read.
  Result<void> add(const boost::json::object& row, std::string_view raw);
  // `summary` becomes search.json. The digest of the manifest, 64 digits.
  Result<std::string> finish(const boost::json::object& summary);

 private:
  // The right to write into a folder: one process has it.
  struct Unlock {
    void operator()(DIR* folder) const;
  };
  using FolderLock = std::unique_ptr<DIR, Unlock>;

  SearchExport(std::string to, std::string place, std::string format)
      : to_(std::move(to)), place_(std::move(place)), format_(std::move(format)) {}
  static Result<FolderLock> lock(const std::string& folder);
  static Result<void> put_aside(const std::string& place,
                                const std::string& kept,
                                const std::string& asked);
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
  KeptFiles kept_;
  FolderLock lock_;
};

}  // namespace kontor::admin
