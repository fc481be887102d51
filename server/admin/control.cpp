// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/control.hpp"

#include <sys/stat.h>

#include <cerrno>

#include "base/core/text.hpp"
#include "base/log/events/admin.hpp"
#include "base/net/acceptor.hpp"
#include "server/admin/changes.hpp"
#include "server/admin/frame.hpp"
#include "server/admin/serve.hpp"
#include "server/admin/verbs.hpp"

namespace kontor::admin {
namespace {

constexpr std::uint32_t k_max_connections = 16;
constexpr net::Limit k_limit = std::chrono::seconds(30);
constexpr std::size_t k_request_overhead = 65'536;

// A message travels as base64.
std::size_t max_request(const Desk& desk) {
  return desk.environment.settings.smtp.max_message / 3 * 4 + k_request_overhead;
}

Task<Result<std::string>> read_exactly(net::Stream& stream, std::size_t size) {
  std::string bytes;
  std::array<char, 65'536> piece;
  while (bytes.size() < size) {
    const std::span<char> room(piece.data(), std::min(piece.size(), size - bytes.size()));
    KONTOR_CO_TRY(const auto got, co_await stream.read_some(room, k_limit));
    if (got == 0) co_return fail(Errc::closed, "in the middle of a request");
    bytes.append(piece.data(), got);
  }
  co_return bytes;
}

Task<Result<NamedRequest>> read_request(net::Stream& stream, const Desk& desk) {
  KONTOR_CO_TRY(const auto content, co_await read_frame(stream, max_request(desk)));
  co_return parse_request(content);
}

Task<Answer> run_request(net::Stream& stream, const Desk& desk, bool& is_answered) {
  KONTOR_CO_TRY(auto named, co_await read_request(stream, desk));
  KONTOR_CO_TRY(const auto* verb, server_verb_of(named));
  named.request.peer = stream.peer().address;
  desk.environment.log.emit(
      log::events::k_admin_verb_run,
      {{log::Keys::command, named.verb}, {log::Keys::detail, join(named.request.arguments, " ")}});
  if (verb->stream == nullptr) {
    const auto* change = find_change(named.verb, named.request);
    co_return co_await run_recorded(desk, change, *verb, std::move(named.request));
  }
  is_answered = true;
  co_await verb->stream(desk, stream, std::move(named.request));
  co_return boost::json::value();
}

}  // namespace

Task<Result<std::string>> read_frame(net::Stream& stream, std::size_t max) {
  KONTOR_CO_TRY(const auto header, co_await read_exactly(stream, k_frame_header));
  KONTOR_CO_TRY(const auto length, frame_length(header, max));
  co_return co_await read_exactly(stream, length);
}

Task<void> serve(std::unique_ptr<net::Stream> stream, const Desk& desk) {
  bool is_answered = false;
  const auto answer = co_await run_request(*stream, desk, is_answered);
  if (is_answered) co_return co_await stream->close();
  const auto frame = make_frame(print_answer(answer));
  if (frame) static_cast<void>(co_await stream->write(*frame, k_limit));
  co_await stream->close();
}

std::string control_socket(const std::string& data_folder) {
  return data_folder + "/run/control.sock";
}

struct ControlServer::State {
  State(const Environment& environment,
        const boost::asio::any_io_executor& executor,
        net::ListeningSocket socket)
      : desk{environment, environment.clock.now(), std::make_shared<Imports>()},
        acceptor(executor,
                 std::move(socket),
                 k_max_connections,
                 environment.log,
                 [this](std::unique_ptr<net::Stream> stream) {
                   return serve(std::move(stream), desk);
                 }) {}
  Desk desk;
  net::Acceptor acceptor;
};

Result<std::unique_ptr<ControlServer>> ControlServer::listen(boost::asio::any_io_executor executor,
                                                             const Environment& environment) {
  const auto& data = environment.settings.server.data_folder;
  const auto folder = data + "/run";
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return errno_error("making " + folder, errno);
  KONTOR_TRY(auto socket, net::ListeningSocket::open_unix(control_socket(data)));
  auto state = std::make_unique<State>(environment, executor, std::move(socket));
  return std::unique_ptr<ControlServer>(new ControlServer(std::move(state)));
}

ControlServer::ControlServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
ControlServer::~ControlServer() = default;
void ControlServer::start() { state_->acceptor.start(); }
void ControlServer::stop() {
  state_->desk.imports->stop();
  state_->acceptor.stop();
}
Task<bool> ControlServer::wait_ended(net::Limit limit) {
  return state_->acceptor.wait_ended(limit);
}

}  // namespace kontor::admin
