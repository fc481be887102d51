// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/audit_log.hpp"

#include <pwd.h>
#include <sys/types.h>

#include <array>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <mutex>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "base/log/events/admin.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::uint64_t k_max_file = 1U << 30U;
constexpr std::uint32_t k_no_login = ~0U;  // no session: a service

std::string user_name(uid_t uid) {
  std::array<char, 4'096> room{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, room.data(), room.size(), &found) != 0 || found == nullptr)
    return {};
  return entry.pw_name;
}

}  // namespace

std::string audit_folder(const std::string& data_folder) { return data_folder + "/audit"; }

json::object who_is(std::string_view peer) {
  json::object who;
  std::uint32_t uid = 0;
  std::string pid;
  for (const auto part : split(peer, ' ')) {
    if (part.starts_with("pid=")) pid = part.substr(4);
    if (part.starts_with("account=")) who["account"] = part.substr(8);
    if (part.starts_with("address=")) who["address"] = part.substr(8);
    const auto number =
        part.starts_with("uid=") ? parse_number<std::uint32_t>(part.substr(4)) : std::nullopt;
    if (!number) continue;
    uid = *number;
    who["uid"] = uid;
    who["user"] = user_name(uid);
  }
  if (!who.contains("uid")) return who;
  // The kernel keeps as whom a process's session began, whatever it became since (audit(8)).
  std::ifstream login("/proc/" + pid + "/loginuid");
  std::uint32_t signed_in = 0;
  if (!pid.empty() && login >> signed_in && signed_in != uid && signed_in != k_no_login) {
    who["login_uid"] = signed_in;
    who["login_user"] = user_name(signed_in);
  }
  return who;
}

// Used on the pool only, by one job at a time.
struct AuditLog::State {
  State(io::FileSystem& system,
        std::string where,
        const Clock& time,
        log::Context context,
        std::uint64_t most)
      : files(system), folder(std::move(where)), clock(time), log(std::move(context)), full(most) {}

  std::string path() const { return folder + '/' + std::string(k_audit_name); }
  Result<void> open();
  Result<AuditStamp> last_of_full_files() const;
  Result<void> begin(AuditStamp stamp);
  Result<void> go_on_in_a_new_file();
  Result<AuditStamp> write(std::string_view kind, json::object fields);

  io::FileSystem& files;
  std::string folder;
  const Clock& clock;
  log::Context log;
  std::uint64_t full;
  std::mutex mutex;
  std::unique_ptr<io::File> file;
  AuditStamp last;
  std::uint64_t before = 0;  // number of the record that the file goes on from
  std::uint64_t size = 0;
};

Result<AuditStamp> AuditLog::State::last_of_full_files() const {
  KONTOR_TRY(auto names, files.list(folder));
  auto known = audit_files(std::move(names));
  if (!known.empty() && known.back() == k_audit_name) known.pop_back();
  if (known.empty()) return before_the_first_record();
  KONTOR_TRY(const auto content, io::read_file(files, folder + '/' + known.back(), k_max_file));
  return check_audit(content).last;
}

Result<void> AuditLog::State::begin(AuditStamp stamp) {
  const auto title = audit_title(stamp);
  KONTOR_TRY(io::write_file_durably(files, path(), title));
  KONTOR_TRY(file, files.open(path(), io::OpenMode::write));
  size = title.size();
  last = std::move(stamp);
  before = last.number;
  return {};
}

Result<void> AuditLog::State::go_on_in_a_new_file() {
  KONTOR_TRY(files.rename(path(), folder + '/' + full_audit_name(last)));
  return begin(last);
}

Result<void> AuditLog::State::open() {
  KONTOR_TRY(io::make_directories(files, folder));
  auto found = files.open(path(), io::OpenMode::write);
  if (!found && found.error().code() != Errc::not_found) return fail(std::move(found).error());
  if (!found) {
    KONTOR_TRY(auto stamp, last_of_full_files());
    return begin(std::move(stamp));
  }
  KONTOR_TRY(const auto content, io::read_file(files, path(), k_max_file));
  const auto check = check_audit(content);
  if (check.problem.empty() && check.bytes > 0) {
    file = *std::move(found);
    if (check.torn > 0) {
      KONTOR_TRY(file->truncate(check.bytes));
    }
    size = check.bytes;
    last = check.last;
    before = check.before.number;
    return {};
  }
  found->reset();
  const auto aside = path() + ".unsound-" + std::to_string(clock.now().time_since_epoch().count());
  KONTOR_TRY(files.rename(path(), aside));
  KONTOR_TRY(auto stamp, last_of_full_files());
  KONTOR_TRY(begin(std::move(stamp)));
  if (check.problem.empty()) return {};  // the first bytes of a file that was being begun
  log.emit(log::events::k_audit_unsound,
           {{log::Keys::file, aside}, {log::Keys::detail, check.problem}});
  json::object fields;
  fields["kept_as"] = aside.substr(aside.rfind('/') + 1);
  fields["sha256"] = hex_encode(crypto::sha256(content));
  fields["problem"] = check.problem;
  KONTOR_TRY(write("audit.unsound", std::move(fields)));
  return {};
}

Result<AuditStamp> AuditLog::State::write(std::string_view kind, json::object fields) {
  json::object record;
  record["number"] = last.number + 1;
  record["time"] = store::show_moment(clock.now());
  record["kind"] = kind;
  for (auto& field : fields) record[field.key()] = std::move(field.value());
  if (size >= full && last.number > before) {
    KONTOR_TRY(go_on_in_a_new_file());
  }
  const auto line = audit_line(last.hash, json::serialize(record));
  KONTOR_TRY(file->write(size, line));
  KONTOR_TRY(file->sync());
  size += line.size();
  last = {last.number + 1, line.substr(0, last.hash.size())};
  log.emit(log::events::k_audit_written, {{log::Keys::sequence, last.number},
                                          {log::Keys::command, std::string(kind)},
                                          {log::Keys::detail, last.hash}});
  return last;
}

Result<AuditStamp> AuditLog::append(State& state, std::string_view kind, json::object fields) {
  const std::scoped_lock held(state.mutex);
  if (state.file == nullptr) {
    KONTOR_TRY(state.open());
  }
  auto written = state.write(kind, std::move(fields));
  // What became of the bytes is read from the disk the next time.
  if (!written) state.file.reset();
  return written;
}

AuditLog::AuditLog(io::FileSystem& files,
                   std::string folder,
                   io::WorkPool& pool,
                   const Clock& clock,
                   log::Context log,
                   std::uint64_t full)
    : state_(std::make_shared<State>(files, std::move(folder), clock, std::move(log), full)),
      pool_(pool) {}

AuditLog::~AuditLog() = default;

Task<Result<AuditStamp>> AuditLog::add(std::string kind, std::string peer, json::object fields) {
  auto work = [state = state_, kind = std::move(kind), peer = std::move(peer),
               fields = std::move(fields)]() mutable {
    json::object all;
    all["who"] = who_is(peer);
    for (auto& field : fields) all[field.key()] = std::move(field.value());
    fields = std::move(all);
    auto written = append(*state, kind, std::move(fields));
    if (!written)
      written =
          fail(std::move(written).error().while_doing("writing the audit log " + state->path()));
    return written;
  };
  co_return co_await io::on_pool(pool_, std::move(work));
}

}  // namespace kontor::admin
