// SPDX-License-Identifier: GPL-3.0-or-later
// A thread for each job reads what its process says; four at most run.
#include "server/admin/api/jobs.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <csignal>
#include <list>
#include <thread>

#include "base/core/contains.hpp"
#include "base/core/guarded.hpp"
#include "base/core/text.hpp"
#include "base/core/uuid.hpp"
#include "base/log/events/admin.hpp"
#include "base/mime/header.hpp"
#include "server/admin/audit_log.hpp"
#include "server/admin/operations.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX has it in no header

namespace kontor::admin::api {
namespace {

namespace json = boost::json;
using log::Keys;

constexpr std::size_t k_longest_answer = 4U << 20U, k_longest_line = 1'000;
constexpr std::array<std::string_view, 12> k_verbs{
    "backup",  "backup list", "backup unpack",  "backup verify", "export",       "import",
    "restore", "search",      "search rebuild", "store compact", "audit verify", "doctor"};

// What stands for files in the table of verbs.
constexpr std::array<std::string_view, 5> k_files{"FOLDER", "FILE", "BACKUP", "TAR", "SOURCE"};
// Options with a FOLDER that is one of a mailbox.
constexpr std::array<std::string_view, 2> k_mail_folders{"--folder", "--into"};

std::string transfer_folder(const std::string& data_folder) { return data_folder + "/transfer"; }

bool is_inside(std::string_view path) {
  if (path.empty() || path.starts_with('/') || path.contains('\0')) return false;
  return std::ranges::none_of(split(path, '/'),
                              [](std::string_view part) { return part == ".." || part == "."; });
}

Result<std::string> placed(const std::string& value, const std::string& data_folder) {
  if (!is_inside(value))
    return fail(Errc::bad_input, value + " is not a path inside the folder for transfers, " +
                                     transfer_folder(data_folder));
  return transfer_folder(data_folder) + '/' + value;
}

bool names_file(std::string_view name, std::string_view values) {
  return !contains(k_mail_folders, name) && contains(k_files, values);
}

}  // namespace

Result<std::vector<std::string>> words_of(const NewJob& job, const std::string& data_folder) {
  const auto* verb = find_verb(job.verb);
  if (verb == nullptr || !contains(k_verbs, job.verb))
    return fail(Errc::bad_input, job.verb + " is not done as a job");
  std::vector<std::string> out{"--data", data_folder, "--json"};
  for (const auto word : split(job.verb, ' ')) out.emplace_back(word);
  const auto& arguments = job.request.arguments;
  if (arguments.size() < verb->least_arguments() || arguments.size() > verb->most_arguments())
    return fail(Errc::bad_input, "use: " + job.verb + ' ' + std::string(verb->arguments));
  const auto shown = split(verb->arguments, ' ');
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].empty() || arguments[i].starts_with('-') || arguments[i].contains('\0'))
      return fail(Errc::bad_input, "an argument cannot be \"" + arguments[i] + '"');
    auto word = trim(shown[std::min(i, shown.size() - 1)]);
    if (word.starts_with('[')) word = word.substr(1, word.size() - 2);
    if (!names_file(word, word)) {
      out.push_back(arguments[i]);
      continue;
    }
    KONTOR_TRY(out.emplace_back(), placed(arguments[i], data_folder));
  }
  for (const auto& [name, value] : job.request.options) {
    const auto known = options_of(verb->options);
    const auto found = std::ranges::find(known, name, &Option::name);
    if (found == known.end()) return fail(Errc::bad_input, "unknown option " + name);
    if (value.contains('\0')) return fail(Errc::bad_input, "a value with a NUL");
    out.push_back(name);
    if (found->values.empty()) continue;
    if (!names_file(name, found->values)) {
      out.push_back(value);
      continue;
    }
    KONTOR_TRY(out.emplace_back(), placed(value, data_folder));
  }
  if (verb->fits != nullptr && !verb->fits(job.request))
    return fail(Errc::bad_input, "these do not go together: see the help of " + job.verb);
  return out;
}

std::optional<unsigned> percent_in(std::string_view line) {
  const auto end = line.find(" %)");
  if (end == std::string_view::npos) return std::nullopt;
  const auto begin = line.rfind('(', end);
  if (begin == std::string_view::npos) return std::nullopt;
  return parse_number<unsigned>(line.substr(begin + 1, end - begin - 1));
}

// The process of one job.
struct Jobs::Job {
  std::string id, verb, who;
  std::vector<std::string> arguments;
  UtcSeconds began{};
  pid_t pid = 0;
  std::array<int, 2> output{-1, -1};  // our ends: of its output, of its messages

  struct Shown {
    std::string state = "running", progress, answer;
    UtcSeconds ended{};
    bool is_cancelled = false;
  };
  Guarded<Shown> shown;
  std::thread reader;
};

struct Jobs::State {
  State(std::string path, std::string folder, const Clock& time, log::Context context)
      : program(std::move(path)),
        data_folder(std::move(folder)),
        clock(time),
        log(std::move(context)) {}
  std::string program, data_folder;
  const Clock& clock;
  log::Context log;
  Guarded<std::list<std::shared_ptr<Job>>> jobs;  // the newest first
};

namespace {

Result<void> make_pipe(std::array<int, 2>& ends) {
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return errno_error("making a pipe", errno);
  return {};
}

void close_both(std::array<int, 2>& ends) {
  for (auto& end : ends)
    if (end >= 0) ::close(std::exchange(end, -1));
}

// Starts the program with its output and messages going into the pipes.
Result<pid_t> start(const std::string& program, std::vector<std::string> words, int out, int err) {
  words.insert(words.begin(), program);
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions{};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  posix_spawnattr_t attributes{};
  ::posix_spawnattr_init(&attributes);
  sigset_t none{};
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t pid = 0;
  const int failed =
      ::posix_spawn(&pid, program.c_str(), &actions, &attributes, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (failed != 0) return errno_error("starting " + program, failed);
  return pid;
}

// The last whole line of messages, which may be written over (\r).
std::string last_line(std::string& kept, std::string_view more) {
  kept += more;
  std::string_view all = kept;
  while (all.ends_with('\n') || all.ends_with('\r')) all.remove_suffix(1);
  const auto begin = all.find_last_of("\r\n");
  std::string line(trim(begin == std::string_view::npos ? all : all.substr(begin + 1)));
  if (line.size() > k_longest_line) line.resize(k_longest_line);
  if (kept.size() > k_longest_answer) kept.erase(0, kept.size() / 2);
  return to_valid_utf8(line);
}

}  // namespace

Jobs::Jobs(std::string program, std::string data_folder, const Clock& clock, log::Context log)
    : state_(std::make_unique<State>(
          std::move(program), std::move(data_folder), clock, std::move(log))) {}

Jobs::~Jobs() { stop(); }

// Reads both pipes until the process has closed them.
void Jobs::read_all(Job& job) {
  std::string messages;
  std::array<char, 16'384> room;
  while (job.output[0] >= 0 || job.output[1] >= 0) {
    std::array<pollfd, 2> waits{pollfd{job.output[0], POLLIN, 0}, pollfd{job.output[1], POLLIN, 0}};
    if (::poll(waits.data(), waits.size(), -1) < 0) {
      if (errno == EINTR) continue;
      break;
    }
    for (std::size_t i = 0; i < waits.size(); ++i) {
      if (waits[i].revents == 0) continue;
      const auto got = ::read(job.output[i], room.data(), room.size());
      if (got <= 0) {
        ::close(std::exchange(job.output[i], -1));
        continue;
      }
      const std::string_view piece(room.data(), static_cast<std::size_t>(got));
      job.shown.with([&](auto& shown) {
        if (i == 1) shown.progress = last_line(messages, piece);
        if (i == 0 && shown.answer.size() < k_longest_answer) shown.answer += piece;
      });
    }
  }
  close_both(job.output);
}

Result<std::string> Jobs::begin(const NewJob& wanted) {
  auto& state = *state_;
  KONTOR_TRY(auto words, words_of(wanted, state.data_folder));
  ::mkdir(transfer_folder(state.data_folder).c_str(), 0700);
  auto job = std::make_shared<Job>();
  job->id = Uuid::random().hex();
  job->verb = wanted.verb;
  job->who = wanted.who;
  job->arguments = wanted.request.arguments;
  job->began = state.clock.now();
  std::array<int, 2> out{-1, -1}, err{-1, -1};
  KONTOR_TRY(make_pipe(out));
  if (auto made = make_pipe(err); !made) {
    close_both(out);
    return fail(made.error());
  }
  const auto begun = state.jobs.with([&](auto& jobs) -> Result<void> {
    const auto running = std::ranges::count_if(jobs, [](const auto& one) {
      return one->shown.with([](const auto& shown) { return shown.state == "running"; });
    });
    if (static_cast<std::size_t>(running) >= k_most_running)
      return fail(Errc::busy, "enough jobs run already: wait for one, or cancel it");
    KONTOR_TRY(job->pid, start(state.program, std::move(words), out[1], err[1]));
    jobs.push_front(job);
    return {};
  });
  for (const int end : {out[1], err[1]}) ::close(end);
  job->output = {out[0], err[0]};
  if (!begun) {
    close_both(job->output);
    return fail(begun.error());
  }
  job->reader = std::thread([job, &state] {
    read_all(*job);
    // Reaped only after the state says so: until then its number is nobody else's.
    siginfo_t how{};
    while (::waitid(P_PID, static_cast<id_t>(job->pid), &how, WEXITED | WNOWAIT) < 0 &&
           errno == EINTR) {
    }
    const bool is_good = how.si_code == CLD_EXITED && how.si_status == 0;
    const auto word = job->shown.with([&](auto& shown) {
      shown.ended = state.clock.now();
      shown.state = is_good ? "done" : shown.is_cancelled ? "cancelled" : "failed";
      return shown.state;
    });
    while (::waitpid(job->pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    state.log.emit(log::events::k_admin_job_ended,
                   {{Keys::user, job->who}, {Keys::command, job->verb}, {Keys::status, word}});
  });
  state.log.emit(log::events::k_admin_job_begun, {{Keys::user, job->who},
                                                  {Keys::command, job->verb},
                                                  {Keys::detail, join(job->arguments, " ")}});
  forget_old();
  return job->id;
}

void Jobs::forget_old() {
  std::vector<std::shared_ptr<Job>> gone;
  state_->jobs.with([&](auto& jobs) {
    while (jobs.size() > k_most_kept) {
      const bool runs =
          jobs.back()->shown.with([](const auto& shown) { return shown.state == "running"; });
      if (runs) break;
      gone.push_back(jobs.back());
      jobs.pop_back();
    }
  });
  for (const auto& job : gone)
    if (job->reader.joinable()) job->reader.join();
}

json::object Jobs::row_of(const Job& job, bool with_result) {
  json::object row;
  row["id"] = job.id;
  row["verb"] = job.verb;
  json::array arguments;
  for (const auto& one : job.arguments) arguments.emplace_back(one);
  row["arguments"] = std::move(arguments);
  row["who"] = job.who;
  row["began"] = mime::format_date(job.began);
  job.shown.with([&](const auto& shown) {
    row["state"] = shown.state;
    row["progress"] = shown.progress;
    if (const auto percent = percent_in(shown.progress)) row["percent"] = *percent;
    if (shown.state == "running") return;
    row["ended"] = mime::format_date(shown.ended);
    if (!with_result) return;
    boost::system::error_code error;
    auto value = json::parse(shown.answer, error);
    row["result"] = error ? json::value(to_valid_utf8(shown.answer)) : std::move(value);
  });
  return row;
}

json::array Jobs::list() const {
  json::array out;
  state_->jobs.with([&](const auto& jobs) {
    for (const auto& job : jobs) out.push_back(row_of(*job, false));
  });
  return out;
}

std::shared_ptr<Jobs::Job> Jobs::find(const std::string& id) const {
  return state_->jobs.with([&](const auto& jobs) -> std::shared_ptr<Job> {
    const auto found = std::ranges::find(jobs, id, [](const auto& one) { return one->id; });
    return found == jobs.end() ? nullptr : *found;
  });
}

Result<json::object> Jobs::show(const std::string& id) const {
  const auto job = find(id);
  if (!job) return fail(Errc::not_found, "there is no such job");
  return row_of(*job, true);
}

Result<void> Jobs::cancel(const std::string& id) {
  const auto job = find(id);
  if (!job) return fail(Errc::not_found, "there is no such job");
  // The reader waits for the process before it changes the state, so that the number is its own.
  job->shown.with([&](auto& shown) {
    if (shown.state != "running") return;
    shown.is_cancelled = true;
    ::kill(job->pid, SIGTERM);
  });
  return {};
}

void Jobs::stop() {
  auto all = state_->jobs.with([](auto& jobs) { return std::exchange(jobs, {}); });
  for (const auto& job : all)
    job->shown.with([&](auto& shown) {
      shown.is_cancelled = true;
      if (shown.state == "running") ::kill(job->pid, SIGTERM);
    });
  for (const auto& job : all)
    if (job->reader.joinable()) job->reader.join();
}

}  // namespace kontor::admin::api
