// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/extract/make_extractor.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <thread>

#include "base/core/guarded.hpp"
#include "base/core/text.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/events/extract.hpp"
#include "search/extract/worker_process.hpp"
#include "search/extract/worth.hpp"

namespace kontor::search {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds k_grace{10};  // beyond what the reader has, until its worker counts as stuck
constexpr seconds k_longest_pause{60};  // between tries to start it
constexpr std::size_t k_most_answer = k_most_text + k_most_why + 64;

std::uint32_t readers_at_once() {
  return std::clamp(std::thread::hardware_concurrency() / 2, 1U, 4U);
}

// The caller's bytes, which are there as long as his task is.
class Loan {
 public:
  explicit Loan(const Attachment& attachment) : attachment_(attachment) {}
  Result<Descriptor> make_request() const {
    const std::lock_guard lock(mutex_);
    if (is_over_) return fail(Errc::cancelled);
    return search::make_request(attachment_);
  }
  void end() {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }

 private:
  mutable std::mutex mutex_;
  Attachment attachment_;
  bool is_over_ = false;
};

class LoanEnd {
 public:
  explicit LoanEnd(Loan& loan) : loan_(loan) {}
  LoanEnd(const LoanEnd&) = delete;
  LoanEnd& operator=(const LoanEnd&) = delete;
  ~LoanEnd() { loan_.end(); }

 private:
  Loan& loan_;
};

Extracted unavailable(std::string why) { return {Extraction::unavailable, {}, std::move(why)}; }
Extracted not_readable(std::string why) { return {Extraction::not_readable, {}, std::move(why)}; }

struct Job {
  std::shared_ptr<Loan> loan;
  std::string media_type;
  std::uint64_t size = 0;
};

class SandboxedExtractor final : public Extractor {
 public:
  SandboxedExtractor(const config::Search& settings, std::string program, log::Context log)
      : settings_(settings),
        program_(std::move(program)),
        log_(std::move(log)),
        stopping_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        pool_("kontor-extract", readers_at_once()) {}
  ~SandboxedExtractor() override { end(); }
  Task<Extracted> extract(Attachment attachment) override;
  void stop() override { end(); }

 private:
  using Worker = std::shared_ptr<WorkerProcess>;
  struct Shared {
    Worker worker;
    steady_clock::time_point next_try{};
    seconds pause{1};
    std::string problem;  // why there is no worker
  };
  struct Outcome {
    std::string answer;
    std::string fate;
    bool is_stopped = false;
  };

  void end() {
    is_stopped_ = true;
    const std::uint64_t one = 1;
    (void)!::write(stopping_.get(), &one, sizeof one);
  }
  Extracted run(const Job& job);
  Result<Worker> worker();
  Result<Worker> start_worker();
  void retire(const Worker& worker, std::string_view why);
  Outcome await(Reply reply) const;
  // Nothing: the worker itself went; the attachment may be tried once more.
  std::optional<Extracted> judge(const Job& job, const Worker& worker, const Outcome& outcome);
  Extracted failed(const Job& job, const log::EventKind& kind, std::string why);

  const config::Search settings_;
  const std::string program_;
  const log::Context log_;
  Descriptor stopping_;
  std::atomic<bool> is_stopped_ = false;
  Guarded<Shared> shared_;
  io::WorkPool pool_;
};

Task<Extracted> SandboxedExtractor::extract(Attachment attachment) {
  if (!is_worth_reading(attachment.media_type, attachment.file_name) || attachment.bytes.empty())
    co_return Extracted();
  if (attachment.bytes.size() > settings_.max_attachment) {
    Extracted large{Extraction::cut, {}, "it is larger than search.max_attachment"};
    co_return large;
  }
  auto loan = std::make_shared<Loan>(attachment);
  const LoanEnd end(*loan);
  Job job{loan, std::string(attachment.media_type), attachment.bytes.size()};
  auto work = [this, owned = std::move(job)] { return run(owned); };
  co_return co_await io::on_pool(pool_, std::move(work));
}

Extracted SandboxedExtractor::run(const Job& job) {
  for (int tries = 0; tries < 2; ++tries) {
    if (is_stopped_) return unavailable("the server stops");
    const auto current = worker();
    if (!current) return unavailable(current.error().text());
    auto request = job.loan->make_request();
    if (!request) return unavailable(request.error().text());
    const auto time = static_cast<std::uint32_t>(settings_.attachment_timeout.count());
    auto reply = (*current)->send({time, settings_.attachment_memory}, *request);
    request->close();
    if (!reply) {
      retire(*current, reply.error().text());
      continue;
    }
    const auto outcome = await(*std::move(reply));
    if (outcome.is_stopped) return unavailable("the server stops");
    if (auto extracted = judge(job, *current, outcome)) return *std::move(extracted);
  }
  return failed(job, log::events::k_extract_failed, "the program that reads attachments ended");
}

Result<SandboxedExtractor::Worker> SandboxedExtractor::worker() {
  return shared_.with([this](Shared& shared) -> Result<Worker> {
    if (shared.worker) return shared.worker;
    if (steady_clock::now() < shared.next_try) return fail(Errc::unavailable, shared.problem);
    auto started = start_worker();
    if (started) {
      shared.worker = *started;
      shared.pause = seconds(1);
      return started;
    }
    log_.emit(log::events::k_extract_not_started, started.error());
    shared.problem = started.error().text();
    shared.next_try = steady_clock::now() + shared.pause;
    shared.pause = std::min(2 * shared.pause, k_longest_pause);
    return started;
  });
}

Result<SandboxedExtractor::Worker> SandboxedExtractor::start_worker() {
  KONTOR_TRY(auto started, WorkerProcess::start(program_));
  if (!started->greeting().no_calls)
    return fail(Errc::unsupported, "the kernel has no filters of system calls (seccomp)");
  log_.emit(log::events::k_extract_started, {{log::Keys::pid, started->pid()}});
  if (!started->greeting().no_paths) log_.emit(log::events::k_extract_open_paths);
  return started;
}

// Whoever still waits for a reader of it keeps it until then.
void SandboxedExtractor::retire(const Worker& worker, std::string_view why) {
  const bool was_current = shared_.with([&](Shared& shared) {
    if (shared.worker != worker) return false;
    shared.worker.reset();
    return true;
  });
  if (was_current) log_.emit(log::events::k_extract_ended, {{log::Keys::detail, why}});
}

// Until both pipes have been closed by the other side, or it took too long.
SandboxedExtractor::Outcome SandboxedExtractor::await(Reply reply) const {
  Outcome outcome;
  const auto deadline = steady_clock::now() + settings_.attachment_timeout + k_grace;
  std::array<pollfd, 3> watched{{{reply.answer.get(), POLLIN, 0},
                                 {reply.fate.get(), POLLIN, 0},
                                 {stopping_.get(), POLLIN, 0}}};
  const std::array<std::string*, 2> into{&outcome.answer, &outcome.fate};
  std::array<char, 65'536> buffer;
  while (watched[0].fd >= 0 || watched[1].fd >= 0) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0) break;
    if (::poll(watched.data(), watched.size(), static_cast<int>(left.count())) < 0) continue;
    outcome.is_stopped = watched[2].revents != 0;
    if (outcome.is_stopped) break;
    for (std::size_t i = 0; i < into.size(); ++i) {
      if (watched[i].fd < 0 || watched[i].revents == 0) continue;
      const auto got = ::read(watched[i].fd, buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got > 0) into[i]->append(buffer.data(), static_cast<std::size_t>(got));
      // More than an answer can be is none.
      if (got <= 0 || into[i]->size() > k_most_answer) watched[i].fd = -1;
    }
    if (outcome.answer.size() > k_most_answer) break;
  }
  return outcome;
}

Extracted SandboxedExtractor::failed(const Job& job, const log::EventKind& kind, std::string why) {
  log_.emit(kind, {{log::Keys::detail, fmt::format("{} ({})", why, job.media_type)},
                   {log::Keys::bytes, job.size}});
  return not_readable(std::move(why));
}

std::optional<Extracted> SandboxedExtractor::judge(const Job& job,
                                                   const Worker& worker,
                                                   const Outcome& outcome) {
  using enum End;
  const auto& failure = log::events::k_extract_failed;
  if (outcome.answer.size() > k_most_answer) {
    retire(worker, "a reader answered without end");
    return failed(job, log::events::k_extract_misuse, "its reader answered without end");
  }
  const auto fate = parse_fate(outcome.fate);
  if (!fate) {
    retire(worker, "it does not say what became of a reader");
    return std::nullopt;
  }
  switch (fate->end) {
    case done:
      if (auto answer = parse_answer(outcome.answer)) return *std::move(answer);
      return failed(job, log::events::k_extract_misuse, "its reader's answer makes no sense");
    case time:
      return failed(job, failure, "reading it takes longer than search.attachment_timeout");
    case status:
      if (fate->number == k_status_no_memory)
        return failed(job, failure, "reading it takes more memory than search.attachment_memory");
      return failed(job, failure, fmt::format("its reader gave up (status {})", fate->number));
    case signal:
      // A new process has a new layout of its addresses: what crashed one learns nothing of it.
      retire(worker, "a reader crashed");
      return failed(job, failure, fmt::format("its reader crashed (signal {})", fate->number));
    case misuse:
      retire(worker, "a reader misbehaved");
      return failed(job, log::events::k_extract_misuse, "its reader did what no reader does");
    case refused:
      retire(worker, "no reader could be started");
      log_.emit(log::events::k_extract_not_started, {{log::Keys::detail, "no reader started"}});
      return unavailable("no reader could be started");
  }
  return std::nullopt;
}

}  // namespace

std::unique_ptr<Extractor> make_extractor(const config::Search& settings,
                                          std::string program,
                                          log::Context log) {
  if (!settings.attachments) return nullptr;
  return std::make_unique<SandboxedExtractor>(settings, std::move(program), std::move(log));
}

}  // namespace kontor::search
