// SPDX-License-Identifier: GPL-3.0-or-later
// OutOfOffice: what a person has his mailbox answer while he is away (RFC 3834), and which messages
// are answered at all.
//
// It is kept with the mailbox as private annotations of the account itself (RFC 5464), under
// "/private/vendor/kontor/out-of-office/": state ("on"; anything else is off), from and until (as
// store::parse_moment reads them; a date alone begins or ends with that day, UTC), subject,
// internal and external (texts, UTF-8). Whoever writes them there is heard, and below answered/
// stands who has been answered: one entry a sender. Pure; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "directory/model/model.hpp"
#include "store/mailbox/annotations.hpp"

namespace kontor::delivery {

inline constexpr std::string_view k_out_of_office = "/private/vendor/kontor/out-of-office/";

struct OutOfOffice {
  bool is_on = false;
  std::optional<UtcSeconds> from, until;  // nothing: at once, without an end
  std::string subject;                    // empty: made of the answered message's
  std::string internal;                   // to people of this organisation; empty: no answer
  std::string external;                   // to all others; empty: no answer

  bool is_away(UtcSeconds now) const;
  // Another one when anything of it changed: whoever was answered is answered anew then.
  std::string stamp() const;
};

// Times that cannot be read count as absent.
OutOfOffice out_of_office_of(const store::AnnotationMap& notes, UtcSeconds now);
// Everything under k_out_of_office as it is to be: who was answered is forgotten.
std::vector<store::AnnotationChange> changes_to(const OutOfOffice& value,
                                                const store::AnnotationMap& notes);

// RFC 3834, 2: a message a person wrote to this person himself, not a list, a notice, or another
// automatic answer. `header` is the message's; `sender` its reverse-path; `also` are addresses of
// his that the directory does not have.
bool may_be_answered(std::string_view header,
                     std::string_view sender,
                     const directory::Principal& person,
                     const std::vector<std::string>& also = {});

// How often somebody is answered: once in the time he was away, and when that has no end, once a
// week.
class Answered {
 public:
  static constexpr std::size_t k_most = 2'000;  // senders that are remembered

  Answered(const OutOfOffice& value, const store::AnnotationMap& notes, UtcSeconds now);
  bool has(std::string_view sender) const;
  // Notes this sender; the oldest goes when there are too many.
  std::vector<store::AnnotationChange> add(std::string_view sender) const;

 private:
  std::string stamp_;
  UtcSeconds now_;
  bool has_end_;
  const store::AnnotationMap& notes_;
};

}  // namespace kontor::delivery
