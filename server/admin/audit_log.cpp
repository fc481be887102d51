// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/audit_log.hpp"

#include <pwd.h>
#include <sys/types.h>

#include <array>
#include <boost/json/parse.hpp>
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

constexpr std::size_t k_hash = 64;
constexpr std::uint64_t k_max_file = 1U << 30U;
constexpr std::uint32_t k_no_login = ~0U;  // no session: a service

std::string first_hash() { return std::string(k_hash, '0'); }

// The number of a record whose hash fits the one before; 0: it does not.
std::uint64_t number_of(std::string_view line, std::string_view hash_before) {
  if (line.size() < k_hash + 2 || line[k_hash] != ' ') return 0;
  const auto record = line.substr(k_hash + 1);
  if (audit_line(hash_before, record) != std::string(line) + '\n') return 0;
  boost::system::error_code failed;
  const auto value = json::parse(record, failed);
  if (failed || !value.is_object()) return 0;
  const auto* number = value.as_object().if_contains("number");
  return number != nullptr && number->is_int64() ? static_cast<std::uint64_t>(number->as_int64())
                                                 : 0;
}

std::string user_name(uid_t uid) {
  std::array<char, 4'096> room{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, room.data(), room.size(), &found) != 0 || found == nullptr)
    return {};
  return entry.pw_name;
}

}  // namespace

std::string audit_file(const std::string& data_folder) { return data_folder + "/audit/audit.log"; }

json::object who_is(std::string_view peer) {
  json::object who;
  std::uint32_t uid = 0;
  std::string pid;
  for (const auto part : split(peer, ' ')) {
    if (part.starts_with("pid=")) pid = part.substr(4);
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

std::string audit_line(std::string_view hash_before, std::string_view record) {
  std::string hashed(hash_before);
  hashed.append(" ").append(record);
  auto line = hex_encode(crypto::sha256(hashed));
  return line.append(" ").append(record).append("\n");
}

AuditCheck check_audit(std::string_view content) {
  AuditCheck check;
  check.last.hash = first_hash();
  if (!content.starts_with(k_audit_title)) {
    // A crash while the file was begun.
    if (k_audit_title.starts_with(content)) {
      check.torn = content.size();
    } else {
      check.problem = "It does not begin as an audit log of this version does.";
    }
    return check;
  }
  check.bytes = k_audit_title.size();
  while (check.bytes < content.size()) {
    const auto end = content.find('\n', check.bytes);
    if (end == std::string_view::npos) {
      check.torn = content.size() - check.bytes;
      return check;
    }
    const auto line = content.substr(check.bytes, end - check.bytes);
    if (number_of(line, check.last.hash) != check.last.number + 1) {
      check.problem = "What follows record " + std::to_string(check.last.number) +
                      " was changed, or something before it was taken out.";
      return check;
    }
    ++check.last.number;
    check.last.hash = std::string(line.substr(0, k_hash));
    check.bytes = end + 1;
  }
  return check;
}

// Used on the pool only, by one job at a time.
struct AuditLog::State {
  State(io::FileSystem& system, std::string where, const Clock& time, log::Context context)
      : files(system), folder(std::move(where)), clock(time), log(std::move(context)) {}

  Result<void> open();
  Result<void> begin();
  Result<AuditStamp> write(std::string_view kind, json::object fields);

  io::FileSystem& files;
  std::string folder;
  const Clock& clock;
  log::Context log;
  std::mutex mutex;
  std::unique_ptr<io::File> file;
  AuditStamp last;
  std::uint64_t size = 0;
};

Result<void> AuditLog::State::begin() {
  const auto path = folder + "/audit.log";
  KONTOR_TRY(auto made, files.open(path, io::OpenMode::create));
  KONTOR_TRY(made->write(0, k_audit_title));
  KONTOR_TRY(made->sync());
  KONTOR_TRY(files.sync_directory(folder));
  file = std::move(made);
  size = k_audit_title.size();
  last = {0, first_hash()};
  return {};
}

Result<void> AuditLog::State::open() {
  KONTOR_TRY(io::make_directories(files, folder));
  const auto path = folder + "/audit.log";
  auto found = files.open(path, io::OpenMode::write);
  if (!found && found.error().code() == Errc::not_found) return begin();
  if (!found) return fail(std::move(found).error());
  KONTOR_TRY(const auto content, io::read_file(files, path, k_max_file));
  const auto check = check_audit(content);
  if (check.problem.empty() && check.bytes > 0) {
    file = *std::move(found);
    if (check.torn > 0) {
      KONTOR_TRY(file->truncate(check.bytes));
    }
    size = check.bytes;
    last = check.last;
    return {};
  }
  found->reset();
  const auto aside = path + ".unsound-" + std::to_string(clock.now().time_since_epoch().count());
  KONTOR_TRY(files.rename(path, aside));
  KONTOR_TRY(begin());
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
  const auto line = audit_line(last.hash, json::serialize(record));
  KONTOR_TRY(file->write(size, line));
  KONTOR_TRY(file->sync());
  size += line.size();
  last = {last.number + 1, line.substr(0, k_hash)};
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
                   log::Context log)
    : state_(std::make_shared<State>(files, std::move(folder), clock, std::move(log))),
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
      written = fail(std::move(written).error().while_doing("writing the audit log " +
                                                            state->folder + "/audit.log"));
    return written;
  };
  co_return co_await io::on_pool(pool_, std::move(work));
}

}  // namespace kontor::admin
