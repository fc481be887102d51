// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/lines.hpp"

#include <chrono>

namespace kontor::directory {

Lines::~Lines() { cut_for_good(); }

Result<Line> Lines::open(const Controller& controller) {
  Line line{std::make_shared<Watchdog>(), nullptr};
  dogs_.with([&line](Dogs& dogs) {
    std::erase_if(dogs.all, [](const auto& one) { return one.expired(); });
    dogs.all.push_back(line.dog);
    if (dogs.is_over) line.dog->cut_for_good();
  });
  KONTOR_TRY(line.connection, Connection::open(controller, options_, *transport_, *line.dog));
  return line;
}

Result<Line> Lines::take(const Controller& controller) {
  if (prepared_ && prepared_->host == controller.host) {
    auto line = prepared_->line.get();
    prepared_.reset();
    return line;
  }
  return open(controller);
}

void Lines::prepare(const Controller& controller) {
  if (prepared_) return;
  std::promise<Result<Line>> promise;
  auto& made = prepared_.emplace();
  made.host = controller.host;
  made.line = promise.get_future();
  made.thread = std::jthread([this, controller, promise = std::move(promise)]() mutable {
    promise.set_value(open(controller));
  });
}

void Lines::forget() {
  using namespace std::chrono_literals;
  if (prepared_ && prepared_->line.wait_for(0s) == std::future_status::ready) prepared_.reset();
}

void Lines::cut_for_good() {
  dogs_.with([](Dogs& dogs) {
    dogs.is_over = true;
    for (const auto& one : dogs.all)
      if (const auto dog = one.lock()) dog->cut_for_good();
  });
}

}  // namespace kontor::directory
