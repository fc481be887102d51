// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/extract/worker/service.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>
#include <vector>

#include "search/extract/protocol.hpp"
#include "search/extract/read/readers.hpp"
#include "search/extract/worker/child.hpp"
#include "search/extract/worker/sandbox.hpp"

namespace kontor::search {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Reader {
  int pid = 0;
  int watch = -1;  // pidfd: readable when it has ended
  int fate = -1;   // pipe; in error when nobody waits
  steady_clock::time_point deadline;
  bool is_late = false;
};

struct Received {
  std::string bytes;
  std::vector<int> descriptors;
};

// The next packet with its descriptors; nothing when the other side has closed.
std::optional<Received> receive(int socket) {
  std::array<char, 256> buffer;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(k_order_descriptors * sizeof(int))> control;
  iovec part{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t got = 0;
  do {
    got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) return std::nullopt;
  Received received{std::string(buffer.data(), static_cast<std::size_t>(got)), {}};
  for (auto* head = CMSG_FIRSTHDR(&message); head != nullptr; head = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
    received.descriptors.resize((head->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    std::memcpy(received.descriptors.data(), CMSG_DATA(head),
                received.descriptors.size() * sizeof(int));
  }
  return received;
}

Fate fate_of(int status, bool is_late) {
  if (is_late) return {End::time, 0};
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    if (number == SIGSYS) return {End::misuse, 0};
    if (number == SIGXCPU) return {End::time, 0};
    return {End::signal, static_cast<std::uint8_t>(number)};
  }
  const int code = WEXITSTATUS(status);
  if (code == 0) return {End::done, 0};
  if (code == k_status_no_sandbox) return {End::refused, 0};
  return {End::status, static_cast<std::uint8_t>(code)};
}

class Service {
 public:
  Service(int socket, std::uint64_t own_space, ReadOne read)
      : socket_(socket), own_space_(own_space), read_(read) {}

  void run() {
    while (socket_ >= 0 || !readers_.empty()) {
      wait();
      std::erase_if(readers_, &look_after);
    }
  }

 private:
  void wait() {
    std::vector<pollfd> watched;
    auto next = steady_clock::time_point::max();
    for (const auto& reader : readers_) {
      watched.push_back({reader.watch, POLLIN, 0});
      if (!reader.is_late) watched.push_back({reader.fate, 0, 0});
      if (!reader.is_late) next = std::min(next, reader.deadline);
    }
    watched.push_back({socket_, POLLIN, 0});
    int limit = -1;
    if (next != steady_clock::time_point::max()) {
      const auto left = std::chrono::ceil<milliseconds>(next - steady_clock::now());
      limit = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
    }
    if (::poll(watched.data(), watched.size(), limit) > 0 && watched.back().revents != 0) obey();
  }

  void obey() {
    const auto received = receive(socket_);
    if (!received) {
      ::close(socket_);
      socket_ = -1;
      return;
    }
    const auto order = parse_order(received->bytes);
    const auto& descriptors = received->descriptors;
    if (order && descriptors.size() == k_order_descriptors)
      start(*order, {descriptors[0], descriptors[1]}, descriptors[2]);
    else if (descriptors.size() == k_order_descriptors)
      ::close(descriptors[2]);
    for (std::size_t i = 0; i < descriptors.size(); ++i)
      if (i != 2 || !order || descriptors.size() != k_order_descriptors) ::close(descriptors[i]);
  }

  void start(const Order& order, ReaderFiles files, int fate) {
    const int self = ::getpid();
    const int pid = ::fork();
    if (pid == 0) {
      close_others(fate);
      run_reader(files, {own_space_ + order.memory, order.seconds}, self, read_);
    }
    Reader reader{pid, -1, fate, steady_clock::now() + std::chrono::seconds(order.seconds), false};
    if (pid > 0) reader.watch = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (pid > 0 && reader.watch >= 0) {
      readers_.push_back(reader);
      return;
    }
    if (pid > 0) {
      ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
    }
    tell(fate, {End::refused, 0});
  }

  // A reader has its own two descriptors and no other's.
  void close_others(int fate) {
    ::close(socket_);
    ::close(fate);
    for (const auto& reader : readers_) {
      ::close(reader.watch);
      ::close(reader.fate);
    }
  }

  static void tell(int fate, const Fate& what) {
    const auto bytes = encode(what);
    (void)!::write(fate, bytes.data(), bytes.size());
    ::close(fate);
  }

  // True: it has gone.
  static bool look_after(Reader& reader) {
    int status = 0;
    const int gone = ::waitpid(reader.pid, &status, WNOHANG);
    if (gone != 0) {
      ::close(reader.watch);
      tell(reader.fate, gone < 0 ? Fate() : fate_of(status, reader.is_late));
      return true;
    }
    pollfd fate{reader.fate, 0, 0};
    const bool is_alone = ::poll(&fate, 1, 0) > 0;
    if (!reader.is_late && (is_alone || steady_clock::now() >= reader.deadline)) {
      reader.is_late = true;
      ::kill(reader.pid, SIGKILL);
    }
    return false;
  }

  int socket_;
  std::uint64_t own_space_;
  ReadOne read_;
  std::vector<Reader> readers_;
};

}  // namespace

int run_extract(int socket, ReadOne read) {
  // Signals for the whole group or service are for kontord, which closes the socket when it goes.
  for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP}) ::signal(number, SIG_IGN);
  ::signal(SIGCHLD, SIG_DFL);
  prepare_readers();
  const auto own_space = address_space();
  // What libraries have to say about attachments is for nobody.
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing < 0 || ::dup2(nothing, STDOUT_FILENO) < 0 || !drop_rights()) return 1;
  ::close(nothing);
  Greeting greeting;
  greeting.no_calls = has_call_filters();
  greeting.no_paths = close_paths();
  const auto hello = encode(greeting);
  if (::send(socket, hello.data(), hello.size(), MSG_NOSIGNAL) < 0) return 1;
  Service(socket, own_space, read).run();
  return 0;
}

}  // namespace kontor::search
