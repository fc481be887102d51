// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of a folder at 1,000, 100,000 and 1,000,000 messages: what a change costs when every
// state before it is kept, what a scan costs, and how many bytes an entry takes with its item.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include "store/mailbox/apply.hpp"

namespace kontor::store {
namespace {

std::size_t heap_in_use() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

std::string delivery() {
  DeliverFrame frame;
  frame.raw = "x";
  return encode_payload(frame);
}

AccountState filled(std::int64_t messages) {
  AccountState state;
  FramePlace place;
  place.sequence = 1;
  FolderFrame inbox;
  inbox.id = k_inbox;
  inbox.name = "INBOX";
  apply(state, place, Decoded(Payload(inbox)));
  const auto frame = *decode_frame(FrameType::deliver, delivery());
  for (std::int64_t i = 0; i < messages; ++i) {
    ++place.sequence;
    apply(state, place, frame);
  }
  return state;
}

FramePlace next_of(const AccountState& state) {
  FramePlace place;
  place.sequence = state.modseq + 1;
  return place;
}

void flag_one(benchmark::State& run) {
  auto state = filled(run.range(0));
  auto kept = freeze(state);
  Uid uid = 1;
  for (auto _ : run) {
    FlagsFrame flags;
    flags.folder = k_inbox;
    flags.action = uid % 2 == 0 ? FlagAction::add : FlagAction::remove;
    flags.flags = k_seen;
    flags.uids = {uid};
    uid = static_cast<Uid>((uid + 7919) % static_cast<Uid>(run.range(0)) + 1);
    apply(state, next_of(state), Decoded(Payload(flags)));
    kept = freeze(state);  // published: the next change copies
  }
}

void append_one(benchmark::State& run) {
  auto state = filled(run.range(0));
  auto kept = freeze(state);
  const auto frame = *decode_frame(FrameType::deliver, delivery());
  for (auto _ : run) {
    apply(state, next_of(state), frame);
    kept = freeze(state);
  }
}

void expunge_one(benchmark::State& run) {
  const auto start = filled(run.range(0));
  auto state = start;
  state.edit = 1'000'000;
  Uid uid = 1;
  auto kept = freeze(state);
  for (auto _ : run) {
    ExpungeFrame expunge;
    expunge.folder = k_inbox;
    expunge.uids = {uid++};
    if (uid > static_cast<Uid>(run.range(0))) {
      run.PauseTiming();
      const auto edit = state.edit + 1;
      state = start;
      state.edit = edit;
      uid = 1;
      run.ResumeTiming();
    }
    apply(state, next_of(state), Decoded(Payload(expunge)));
    kept = freeze(state);
  }
}

void scan_all(benchmark::State& run) {
  auto state = filled(run.range(0));
  const AccountView view(freeze(state));
  const auto folder = view.open(k_inbox);
  for (auto _ : run) {
    std::size_t unseen = 0;
    folder->for_each(0, folder->size(), [&](std::size_t, const Entry& entry) {
      unseen += (entry.flags & k_seen) == 0 ? 1 : 0;
    });
    benchmark::DoNotOptimize(unseen);
  }
  run.SetItemsProcessed(run.iterations() * run.range(0));
}

void changed_since(benchmark::State& run) {
  auto state = filled(run.range(0));
  const auto since = state.modseq;
  FlagsFrame flags;
  flags.folder = k_inbox;
  flags.flags = k_seen;
  flags.uids = {static_cast<Uid>(run.range(0) / 2)};
  apply(state, next_of(state), Decoded(Payload(flags)));
  const AccountView view(freeze(state));
  const auto folder = view.open(k_inbox);
  for (auto _ : run) {
    auto changed = folder->changed_since(since);
    benchmark::DoNotOptimize(changed);
  }
}

void replay(benchmark::State& run) {
  std::size_t bytes = 0;
  for (auto _ : run) {
    const auto before = heap_in_use();
    const auto state = filled(run.range(0));
    bytes = heap_in_use() - before;
    benchmark::DoNotOptimize(state.modseq);
  }
  run.SetItemsProcessed(run.iterations() * run.range(0));
  run.counters["bytes_per_entry"] = static_cast<double>(bytes) / static_cast<double>(run.range(0));
}

#define KONTOR_SIZES Arg(1'000)->Arg(100'000)->Arg(1'000'000)
BENCHMARK(flag_one)->KONTOR_SIZES;
BENCHMARK(append_one)->KONTOR_SIZES;
BENCHMARK(expunge_one)->KONTOR_SIZES;
BENCHMARK(scan_all)->KONTOR_SIZES;
BENCHMARK(changed_since)->KONTOR_SIZES;
BENCHMARK(replay)->KONTOR_SIZES;

}  // namespace
}  // namespace kontor::store
