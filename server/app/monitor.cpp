// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/monitor.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/io/file_system.hpp"
#include "server/app/metrics.hpp"

namespace kontor::app {
namespace {

namespace json = boost::json;
using State = PartHealth::State;

constexpr std::chrono::seconds k_look_again{5};
constexpr std::string_view k_trial = "/run/health";  // a file that is written to see whether it can

std::string_view word_of(State state) {
  return state == State::ok ? "ok" : state == State::warning ? "warning" : "problem";
}

PartHealth directory_health(const directory::DirectoryService& directory) {
  PartHealth part{"directory", State::ok, {}, true};
  const auto status = directory.status();
  if (directory.current()->generation() == 0) {
    part.state = State::problem;
    part.detail = "no people are known yet";
  } else if (!status.is_running) {
    part.state = State::warning;
    part.detail = "kontor-directory does not answer; the last copy is in force";
  } else if (status.held_back > 0) {
    part.state = State::warning;
    part.detail = "a set of people that would lose many is held back";
  }
  for (const auto& source : status.sources)
    if (part.state == State::ok && !source.is_reachable) {
      part.state = State::warning;
      part.detail = "the source " + source.source + " is not reachable";
    }
  return part;
}

PartHealth queue_health(const queue::Queue& queue) {
  const auto problem = queue.totals().problem;
  return {
      "queue", problem.empty() ? State::ok : State::problem,
      problem.empty() ? "" : "the disk failed while the queue wrote; it is closed until restart",
      true};
}

PartHealth certificate_health(const net::TlsContext& certificate,
                              const config::Settings& settings,
                              UtcSeconds now) {
  const auto left = std::chrono::floor<std::chrono::days>(certificate.expires() - now).count();
  PartHealth part{"certificate", State::ok, {}, false};
  if (certificate.expires() <= now) {
    part.state = State::problem;
    part.detail = "the certificate has expired";
  } else if (left < settings.tls.warn_days) {
    part.state = State::warning;
    part.detail = "the certificate ends in " + std::to_string(left) + " days";
  }
  return part;
}

PartHealth mailboxes_health(const store::AccountStore& store) {
  const auto all = store.list();
  const auto bad = std::ranges::count_if(
      all, [](const store::AccountInfo& info) { return !info.problem.empty(); });
  if (bad == 0) return {"mailboxes", State::ok, {}, false};
  return {"mailboxes", State::warning, std::to_string(bad) + " mailboxes cannot be opened", false};
}

http::wire::Response as_json(int status, const json::value& value) {
  return {status, "application/json", json::serialize(value) + "\n"};
}

}  // namespace

Monitor::Monitor(MonitorEnvironment environment)
    : environment_(std::move(environment)), started_(environment_.clock.now()) {
  if (auto networks = NetworkList::parse(environment_.settings.http.metrics_networks))
    networks_ = *std::move(networks);
}

Task<Monitor::Disk> Monitor::disk() {
  const auto now = environment_.clock.steady();
  auto known = disk_.with([](const Disk& disk) { return disk; });
  if (known.is_known && now - known.seen < k_look_again) co_return known;
  auto look = [folder = environment_.settings.server.data_folder, now] {
    Disk disk;
    disk.is_known = true;
    disk.seen = now;
    const auto room = io::disk_room(folder);
    if (!room) {
      disk.problem = room.error().text();
      return disk;
    }
    disk.room = *room;
    auto& files = io::real_file_system();
    const auto path = folder + std::string(k_trial);
    if (const auto written = io::write_file_durably(files, path, "ok\n"); !written)
      disk.problem = written.error().text();
    static_cast<void>(files.remove(path));
    return disk;
  };
  auto disk = co_await io::on_pool(environment_.disk, std::move(look));
  disk_.with([&](Disk& kept) { kept = disk; });
  co_return disk;
}

Task<std::vector<PartHealth>> Monitor::health() {
  const auto& env = environment_;
  const auto disk = co_await this->disk();
  std::vector<PartHealth> parts;
  parts.push_back(directory_health(env.directory));
  PartHealth store{"store", State::ok, {}, true};
  const auto reserve = std::max(env.settings.store.reserve, env.settings.queue.reserve);
  if (!disk.problem.empty()) {
    store.state = State::problem;
    store.detail = "the data folder cannot be written: " + disk.problem;
  } else if (disk.room.free < reserve) {
    store.state = State::problem;
    store.detail = "the disk is full up to the reserve";
  } else if (disk.room.free < 4 * reserve ||
             (disk.room.size > 0 && disk.room.free < disk.room.size / 20)) {
    store.state = State::warning;
    store.detail = "the disk of the data folder is nearly full";
  } else if (disk.room.files > 0 && disk.room.free_files < disk.room.files / 20) {
    store.state = State::warning;
    store.detail = "the file system of the data folder has few inodes left";
  }
  parts.push_back(std::move(store));
  parts.push_back(mailboxes_health(env.store));
  parts.push_back(queue_health(env.queue));
  parts.push_back(certificate_health(*env.certificate(), env.settings, env.clock.now()));
  co_return parts;
}

Task<std::string> Monitor::metrics() {
  const auto disk = co_await this->disk();
  MetricsSource source{environment_.settings,
                       environment_.log,
                       environment_.directory,
                       environment_.sessions,
                       environment_.queue,
                       environment_.store,
                       environment_.indexer,
                       environment_.clock,
                       started_,
                       environment_.certificate()->expires(),
                       disk.room.free,
                       disk.room.size,
                       disk.room.free_files};
  co_return metrics_text(source);
}

Task<Result<http::wire::Response>> Monitor::answer_health(http::Call call, bool only_vital) {
  const auto parts = co_await health();
  auto worst = State::ok;
  json::object out, rows;
  for (const auto& part : parts) {
    if (only_vital && !part.is_vital) continue;
    worst = std::max(worst, part.state);
    json::object row;
    row["state"] = word_of(part.state);
    if (!part.detail.empty()) row["detail"] = part.detail;
    rows[part.name] = std::move(row);
  }
  out["state"] = word_of(worst);
  if (networks_.contains(call.peer)) out["parts"] = std::move(rows);
  co_return as_json(worst == State::problem ? 503 : 200, out);
}

Task<Result<http::wire::Response>> Monitor::answer_metrics(http::Call call) {
  if (!networks_.contains(call.peer))
    co_return http::wire::plain(403, "Your address is not in http.metrics_networks.");
  auto text = co_await metrics();
  co_return http::wire::Response{200, "text/plain; version=0.0.4; charset=utf-8", std::move(text)};
}

std::vector<http::Route> Monitor::routes() {
  std::vector<http::Route> all;
  const auto add = [&all](std::string path, http::Handler handler) {
    all.push_back({std::move(path), {"GET"}, http::Access::anybody, std::move(handler)});
  };
  add("/health", [this](http::Call call) { return answer_health(std::move(call), false); });
  add("/health/ready", [this](http::Call call) { return answer_health(std::move(call), true); });
  add("/metrics", [this](http::Call call) { return answer_metrics(std::move(call)); });
  return all;
}

}  // namespace kontor::app
