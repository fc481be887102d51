// SPDX-License-Identifier: GPL-3.0-or-later
// The process that power_loss.py puts on a recorded file system.
//   block_worker write FOLDER MARK [no-log-sync|no-snapshot-sync]
//       appends to a log and replaces a snapshot now and then; each acknowledgement is written to
//       MARK ("a1", "s20") when it is given. The last word breaks a rule on purpose.
//   block_worker check FOLDER ACKNOWLEDGED SNAPSHOT
//       exit 0 when at least so many appends, whole and in order, and that snapshot or a later one
//       are there; else 1 with the reason.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <latch>
#include <memory>
#include <string>

#include "base/core/crc32c.hpp"
#include "base/core/text.hpp"
#include "base/io/faulty_files.hpp"
#include "store/log/account_log.hpp"
#include "store/log/device.hpp"
#include "store/log/sync_pool.hpp"

namespace {
using namespace kontor;
using namespace kontor::store;

constexpr AccountLog::Options k_options{.segment_size = 300'000, .preallocate = 65'536};
constexpr std::uint64_t k_appends = 240;
constexpr std::uint64_t k_together = 4;  // appends that may share a sync
constexpr std::uint64_t k_snapshot_every = 20;

[[noreturn]] void stop(const std::string& why) {
  std::printf("%s\n", why.c_str());
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) stop(result.error().text());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

std::string payload_of(std::uint64_t number) {
  std::string payload = "append " + std::to_string(number) + " ";
  const std::uint64_t size = number * 2'654'435'761U % 7'000;
  while (payload.size() < size) payload += std::to_string(payload.size() * number) + ",";
  return payload;
}

std::string snapshot_of(std::uint64_t number) {
  const std::string body = std::to_string(number) + " " + std::string(5'000 + number * 10, 's');
  return std::to_string(crc32c(body)) + " " + body;
}

class Marks {
 public:
  explicit Marks(const char* path) : fd_(::open(path, O_WRONLY | O_CLOEXEC)) {
    if (fd_ < 0) stop("no marks");
  }
  void write(const std::string& mark) const {
    if (::pwrite(fd_, mark.data(), mark.size(), 0) < 0) stop("a mark was not taken");
  }

 private:
  int fd_;  // until the process ends
};

void write(const std::string& folder, const char* mark_path, const std::string& broken) {
  const Marks marks(mark_path);
  io::FaultyFiles files(io::real_file_system());
  files.decide_by([&broken](const io::OperationInfo& info) {
    if (info.kind != io::Operation::sync) return 0;
    const bool log = info.path.find("/log.") != std::string::npos;
    return broken == (log ? "no-log-sync" : "no-snapshot-sync") ? io::FaultyFiles::k_drop : 0;
  });
  SyncPool pool(2);
  marks.write("begin");
  must(io::make_directories(files, folder));
  const auto log = must(AccountLog::create(local_log_device(files, folder), pool, k_options));
  for (std::uint64_t next = 1; next <= k_appends;) {
    std::latch done(k_together);
    for (std::uint64_t i = 0; i < k_together; ++i, ++next) {
      std::vector<NewFrame> frames;
      frames.push_back({FrameType::deliver, payload_of(next)});
      must(log->append(std::move(frames), [&done, &marks, next](Result<void> result) {
        must(std::move(result));
        marks.write("a" + std::to_string(next));
        done.count_down();
      }));
    }
    done.wait();
    if ((next - 1) % k_snapshot_every == 0) {
      must(io::write_file_durably(files, folder + "/snapshot", snapshot_of(next - 1)));
      marks.write("s" + std::to_string(next - 1));
    }
  }
}

void check_log(const std::string& folder, std::uint64_t acknowledged) {
  SyncPool pool(0);
  auto& files = io::real_file_system();
  std::uint64_t found = 0;
  ReplayReport report;
  const ReplayFrame replay = [&found](const FrameHeader&, const LogPosition&,
                                      std::string_view payload) -> Result<void> {
    if (payload != payload_of(++found)) return fail(Errc::corrupt, "not what was appended");
    return {};
  };
  const auto log = AccountLog::open(local_log_device(files, folder), pool, k_options, LogPosition{},
                                    replay, report);
  if (!log && acknowledged == 0) return;  // not made yet
  if (!log) stop("cannot open: " + log.error().text());
  if (!report.damage.empty()) stop("damage: " + report.damage.front().what);
  if (found < acknowledged)
    stop(std::to_string(acknowledged) + " acknowledged, " + std::to_string(found) + " there");
}

void check_snapshot(const std::string& folder, std::uint64_t least) {
  const auto bytes = io::read_file(io::real_file_system(), folder + "/snapshot", 1U << 20U);
  if (!bytes && least == 0 && bytes.error().code() == Errc::not_found) return;
  if (!bytes) stop("snapshot: " + bytes.error().text());
  const auto parts = split(*bytes, ' ');
  const auto number = parts.size() == 3 ? parse_number<std::uint64_t>(parts[1]) : std::nullopt;
  if (!number || *bytes != snapshot_of(*number)) stop("the snapshot is broken");
  if (*number < least) stop("the snapshot is older than the acknowledged one");
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  const std::string folder = argc > 2 ? std::string(argv[2]) + "/account" : "";
  if (what == "write" && argc >= 4) {
    write(folder, argv[3], argc > 4 ? argv[4] : "");
  } else if (what == "check" && argc == 5) {
    check_log(folder, std::strtoull(argv[3], nullptr, 10));
    check_snapshot(folder, std::strtoull(argv[4], nullptr, 10));
  } else {
    std::fprintf(stderr, "usage: block_worker write|check FOLDER ...\n");
    return 2;
  }
  return 0;
}
