// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/follower.hpp"

namespace kontor::directory {
namespace {

bool is_refusal(const Error& error) {
  return error.code() == Errc::no_permission || error.code() == Errc::bad_input;
}

class NumberFollower final : public Follower {
 public:
  explicit NumberFollower(const Reader& reader) : reader_(&reader) {}
  std::string name() const override { return "uSNChanged"; }
  bool tells_deletions() const override { return false; }
  Result<News> changes(Position& position, std::uint64_t upto, const Roster& /*known*/) override {
    // [MS-ADTS] 3.1.1.1.9: numbers only grow within one invocationId; a smaller one is a restored
    // database that did not say so.
    if (upto < position.usn) return fail(Errc::conflict, "the controller's numbers went back");
    News news;
    KONTOR_TRY(news.delta, reader_->changes(position.usn, upto));
    news.is_unexplained = news.delta.numbers.size() < upto - position.usn;
    position.usn = upto;
    return news;
  }

 private:
  const Reader* reader_;
};

}  // namespace

std::unique_ptr<Follower> follow_numbers(const Reader& reader) {
  return std::make_unique<NumberFollower>(reader);
}

Result<std::unique_ptr<Follower>> begin_following(const Reader& reader,
                                                  const std::string& wish,
                                                  Position& position) {
  if (!position.cookie.empty()) return follow_dirsync(reader, position);
  if (position.usn != 0) return follow_numbers(reader);
  KONTOR_TRY(position.usn, reader.highest_usn());
  if (wish == "usn") return follow_numbers(reader);
  std::string refused;
  for (const std::int32_t rights : {0, k_dirsync_object_security}) {
    const std::int32_t flags = rights | k_dirsync_incremental_values;
    const auto begun = begin_dirsync(reader, flags, position);
    if (begun) return follow_dirsync(reader, position);
    if (!is_refusal(begun.error())) return fail(begun.error());
    refused = begun.error().detail();
  }
  if (wish == "dirsync")
    return fail(Errc::no_permission, "ad.follow = dirsync, but the controller says: " + refused);
  return follow_numbers(reader);
}

}  // namespace kontor::directory
