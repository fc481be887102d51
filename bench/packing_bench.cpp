// SPDX-License-Identifier: GPL-3.0-or-later
// What compaction costs and brings: packing and unpacking for a MB of mail, a log rewritten with
// half of it dead, and reading a message and a part of a big one, as delivered and packed. The
// mail: a header of 600 bytes with random parts, and up to 6 KB of text from /usr/share/doc; the
// log lies in memory, so that times are the processor's.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "base/io/memory_disk.hpp"
#include "store/format/packed.hpp"
#include "store/format/payload.hpp"
#include "store/log/account_log.hpp"
#include "store/log/rewrite.hpp"
#include "store/log/sync_pool.hpp"

namespace kontor::store {
namespace {

constexpr const char* k_folder = "/account";

std::vector<std::string> read_texts() {
  std::vector<std::string> texts;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/share/doc")) {
    std::ifstream file(entry.path() / "copyright", std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (text.size() > 1'000) texts.push_back(std::move(text));
  }
  return texts;
}

std::string random_word(std::mt19937_64& random, std::size_t size) {
  std::string word(size, '\0');
  for (auto& c : word) c = static_cast<char>('A' + random() % 26);
  return word;
}

// 2,000 messages, the same on a machine at every run.
const std::vector<std::string>& mail() {
  static const std::vector<std::string> messages = [] {
    const auto texts = read_texts();
    std::mt19937_64 random(1);
    std::vector<std::string> out;
    for (int i = 0; i < 2'000 && !texts.empty(); ++i) {
      std::string message = "Received: from mail.example.org by mx.example.test; id " +
                            random_word(random, 20) +
                            "\r\nDKIM-Signature: v=1; a=rsa-sha256; b=" + random_word(random, 344) +
                            "\r\nMessage-ID: <" + random_word(random, 30) +
                            "@example.org>\r\nSubject: report " + std::to_string(i) + "\r\n\r\n";
      const auto& text = texts[random() % texts.size()];
      message += text.substr(random() % (text.size() / 2), 1'000 + random() % 5'000);
      out.push_back(std::move(message));
    }
    return out;
  }();
  return messages;
}

std::uint64_t size_of(const std::vector<std::string>& messages) {
  std::uint64_t size = 0;
  for (const auto& message : messages) size += message.size();
  return size;
}

void pack_mail(benchmark::State& run) {
  std::uint64_t packed = 0;
  for (auto _ : run) {
    packed = 0;
    for (const auto& message : mail()) packed += pack(message).value_or(message).size();
  }
  const auto size = size_of(mail());
  run.SetBytesProcessed(static_cast<std::int64_t>(size) * run.iterations());
  run.counters["left_percent"] = 100.0 * static_cast<double>(packed) / static_cast<double>(size);
}

void unpack_mail(benchmark::State& run) {
  std::vector<std::string> packed;
  for (const auto& message : mail()) packed.push_back(pack(message).value_or(""));
  for (auto _ : run)
    for (std::size_t i = 0; i < packed.size(); ++i)
      if (!packed[i].empty()) benchmark::DoNotOptimize(unpack(packed[i], mail()[i].size()));
  run.SetBytesProcessed(static_cast<std::int64_t>(size_of(mail())) * run.iterations());
}

// A log of these messages, sealed, with a frame behind it.
struct Mailbox {
  explicit Mailbox(const std::vector<std::string>& messages) {
    static_cast<void>(disk.make_directory(k_folder).has_value());
    AccountLog::Options options;
    options.segment_size = 1U << 30U;
    {
      auto log = *AccountLog::create(local_log_device(disk, k_folder), pool, options);
      for (const auto& message : messages) {
        DeliverFrame frame;
        frame.raw = message;
        append(*log, encode_payload(frame));
      }
    }
    options.segment_size = 2'048;  // what comes next seals it
    ReplayReport report;
    const ReplayFrame each = [](const FrameHeader&, const LogPosition&, std::string_view) {
      return Result<void>();
    };
    auto log = *AccountLog::open(local_log_device(disk, k_folder), pool, options, LogPosition(),
                                 each, report);
    DeliverFrame last;
    last.raw = "x";
    append(*log, encode_payload(last));
  }
  void append(AccountLog& log, std::string payload) {
    std::vector<NewFrame> frames;
    frames.push_back({FrameType::deliver, std::move(payload)});
    static_cast<void>(log.append(std::move(frames), [](const Result<void>&) {}).has_value());
    while (pool.run_one()) {
    }
  }
  // Every `dead`-th message becomes a stub (0: none), the others are packed.
  Result<NewLog> rewrite(std::uint64_t dead) {
    RewriteSteps steps;
    steps.choose = [dead](const FrameHeader& header, std::string_view payload) {
      Rewritten out;
      out.type = header.type;
      if (dead != 0 && header.sequence % dead == 0) {
        out.type = FrameType::stub;
        out.payload = encode_payload(Payload(*stub_of(payload)));
      } else {
        out.listed = true;
        out.payload = pack_deliver(payload);
      }
      return Result<Rewritten>(std::move(out));
    };
    steps.pace = [](std::uint64_t) { return Result<void>(); };
    return rewrite_log(*local_log_device(disk, k_folder), 1, {}, steps);
  }

  io::MemoryDisk disk;
  SyncPool pool{0};
};

void rewrite_half_dead(benchmark::State& run) {
  Mailbox box(mail());
  std::uint64_t before = 0, after = 0;
  for (auto _ : run) {
    const auto made = box.rewrite(2);
    if (!made) return run.SkipWithError(made.error().text().c_str());
    before = made->before;
    after = made->after;
    static_cast<void>(local_log_device(box.disk, k_folder)->remove(made->log).has_value());
  }
  run.SetBytesProcessed(static_cast<std::int64_t>(before) * run.iterations());
  run.counters["left_percent"] = 100.0 * static_cast<double>(after) / static_cast<double>(before);
}

void unpack_part(benchmark::State& run) {  // 4 KB from the middle of 8 MB
  std::string big;
  while (big.size() < (8U << 20U))
    for (const auto& message : mail()) big += message;
  const auto packed = *pack(big);
  const ReadPacked read = [&packed](std::uint64_t offset, std::uint64_t size) {
    return Result<std::string>(packed.substr(offset, size));
  };
  for (auto _ : run) benchmark::DoNotOptimize(unpack_range(big.size(), 4U << 20U, 4'096, read));
}

// A message of some 4 KB with its frame's checksum; `range(0)`: it is packed.
void read_message(benchmark::State& run) {
  Mailbox box(mail());
  LogPosition position{1, 0};
  if (run.range(0) != 0) position.file = box.rewrite(0)->log;
  const auto device = local_log_device(box.disk, k_folder);
  std::vector<LogPosition> places;
  ReplayReport report;
  const ReplayFrame each = [&](const FrameHeader&, const LogPosition& place, std::string_view) {
    if (place.file == position.file) places.push_back(place);
    return Result<void>();
  };
  const auto log =
      *AccountLog::open(device, box.pool, AccountLog::Options(), LogPosition(), each, report);
  std::size_t next = 0;
  for (auto _ : run) {
    auto payload = log->read_payload(places[next++ % places.size()]);
    benchmark::DoNotOptimize(unpack_deliver(*std::move(payload)));
  }
}

BENCHMARK(pack_mail)->Unit(benchmark::kMillisecond);
BENCHMARK(unpack_mail)->Unit(benchmark::kMillisecond);
BENCHMARK(rewrite_half_dead)->Unit(benchmark::kMillisecond);
BENCHMARK(unpack_part)->Unit(benchmark::kMicrosecond);
BENCHMARK(read_message)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace kontor::store
