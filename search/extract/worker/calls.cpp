// SPDX-License-Identifier: GPL-3.0-or-later
// The filter of system calls (seccomp(2)): a program for the kernel's packet filter, made of two
// lists. x86-64 alone, as the rest is built for.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <vector>

#include "search/extract/worker/sandbox.hpp"

namespace kontor::search {
namespace {

// Memory, open descriptors, time, and the end.
constexpr std::array k_allowed{
    SYS_read,
    SYS_write,
    SYS_readv,
    SYS_writev,
    SYS_lseek,
    SYS_close,
    SYS_brk,
    SYS_munmap,
    SYS_mremap,
    SYS_madvise,
    SYS_futex,
    SYS_rt_sigreturn,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_sigaltstack,
    SYS_exit,
    SYS_exit_group,
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_gettimeofday,
    SYS_time,
    SYS_nanosleep,
    SYS_clock_nanosleep,
    SYS_getrandom,
    SYS_fstat,
    SYS_getpid,
    SYS_gettid,
    SYS_sched_yield,
    SYS_sysinfo,
    SYS_restart_syscall,
    SYS_rseq,
    SYS_set_robust_list,
    SYS_membarrier,
    SYS_getcpu,
    SYS_sched_getaffinity,
};

// What a reader of documents never does: whoever calls it is no reader any more.
constexpr std::array k_misuse{
    SYS_execve,
    SYS_execveat,
    SYS_fork,
    SYS_vfork,
    SYS_clone,
    SYS_socket,
    SYS_socketpair,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_sendto,
    SYS_sendmsg,
    SYS_sendmmsg,
    SYS_recvmsg,
    SYS_recvmmsg,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_kill,
    SYS_tkill,
    SYS_clone3,
    SYS_rt_sigqueueinfo,
    SYS_pidfd_open,
    SYS_pidfd_getfd,
    SYS_pidfd_send_signal,
    SYS_bpf,
    SYS_mount,
    SYS_umount2,
    SYS_chroot,
    SYS_pivot_root,
    SYS_unshare,
    SYS_setns,
    SYS_io_uring_setup,
    SYS_userfaultfd,
    SYS_perf_event_open,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_init_module,
    SYS_finit_module,
    SYS_memfd_create,
    SYS_setuid,
    SYS_setgid,
    SYS_shmget,
    SYS_msgget,
    SYS_semget,
    SYS_mq_open,
};

constexpr std::uint32_t k_call = offsetof(seccomp_data, nr);
constexpr std::uint32_t k_machine = offsetof(seccomp_data, arch);
// The lower half of an argument; x86-64 is little-endian.
constexpr std::uint32_t argument(unsigned index) {
  return static_cast<std::uint32_t>(offsetof(seccomp_data, args) + index * 8);
}

class Filter {
 public:
  void load(std::uint32_t field) { add(BPF_LD | BPF_W | BPF_ABS, field); }
  void answer(std::uint32_t action) { add(BPF_RET | BPF_K, action); }
  // The next `count` steps only when the loaded value is this one; else they are passed over.
  void if_equal(std::uint32_t value, std::uint8_t count) {
    add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count);
  }
  void unless_equal(std::uint32_t value, std::uint8_t count) {
    add(BPF_JMP | BPF_JEQ | BPF_K, value, count, 0);
  }
  void if_any_bit(std::uint32_t bits, std::uint8_t count) {
    add(BPF_JMP | BPF_JSET | BPF_K, bits, 0, count);
  }
  void if_at_least(std::uint32_t value, std::uint8_t count) {
    add(BPF_JMP | BPF_JGE | BPF_K, value, 0, count);
  }
  bool install() {
    sock_fprog program{static_cast<unsigned short>(steps_.size()), steps_.data()};
    return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
  }

 private:
  void add(unsigned code, std::uint32_t value, std::uint8_t yes = 0, std::uint8_t no = 0) {
    steps_.push_back({static_cast<std::uint16_t>(code), yes, no, value});
  }
  std::vector<sock_filter> steps_;
};

}  // namespace

bool has_call_filters() {
  std::uint32_t action = SECCOMP_RET_KILL_PROCESS;
  return ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

bool close_calls() {
  Filter filter;
  filter.load(k_machine);
  filter.unless_equal(AUDIT_ARCH_X86_64, 1);
  filter.answer(SECCOMP_RET_KILL_PROCESS);
  filter.load(k_call);
  filter.if_at_least(0x40000000U, 1);  // x32, or what another machine loaded above
  filter.answer(SECCOMP_RET_KILL_PROCESS);
  for (const long call : k_allowed) {
    filter.if_equal(static_cast<std::uint32_t>(call), 1);
    filter.answer(SECCOMP_RET_ALLOW);
  }
  // Memory, but none that can be run.
  for (const long call : {SYS_mmap, SYS_mprotect}) {
    filter.if_equal(static_cast<std::uint32_t>(call), 4);
    filter.load(argument(2));
    filter.if_any_bit(PROT_EXEC, 1);
    filter.answer(SECCOMP_RET_KILL_PROCESS);
    filter.answer(SECCOMP_RET_ALLOW);
  }
  // abort() of its own.
  filter.if_equal(SYS_tgkill, 4);
  filter.load(argument(0));
  filter.if_equal(static_cast<std::uint32_t>(::getpid()), 1);
  filter.answer(SECCOMP_RET_ALLOW);
  filter.answer(SECCOMP_RET_KILL_PROCESS);
  for (const long call : k_misuse) {
    filter.if_equal(static_cast<std::uint32_t>(call), 1);
    filter.answer(SECCOMP_RET_KILL_PROCESS);
  }
  filter.answer(SECCOMP_RET_ERRNO | (EPERM & SECCOMP_RET_DATA));
  return filter.install();
}

}  // namespace kontor::search
