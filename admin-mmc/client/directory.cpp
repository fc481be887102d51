// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/client/directory.hpp"

#include <windows.h>
// winldap.h, winber.h and rpc.h need what stands above.
#include <rpc.h>
#include <winldap.h>

#include <winber.h>

#include <algorithm>

#include "admin-mmc/base/text.hpp"
#include "admin-mmc/base/words.hpp"

namespace kontor::admin {
namespace {

constexpr LDAP_TIMEVAL patience{20, 0}, patience_to_connect{10, 0};

std::wstring lower(std::wstring text) {
  if (!text.empty()) CharLowerBuffW(text.data(), static_cast<DWORD>(text.size()));
  return text;
}

// What wldap32 takes: lists that end with null. It does not change what it is given.
wchar_t* given(const std::wstring& text) { return const_cast<wchar_t*>(text.c_str()); }

std::vector<wchar_t*> pointers(const std::vector<std::wstring>& texts) {
  std::vector<wchar_t*> all;
  for (const auto& text : texts) all.push_back(given(text));
  all.push_back(nullptr);
  return all;
}

// Wine's wldap32 ends the program when it is to sign in as the current user.
bool is_wine() {
  return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != nullptr;
}

// The changes as ldap_modify takes them.
class Modifications {
 public:
  explicit Modifications(const std::vector<Change>& changes) {
    values_.reserve(changes.size());
    mods_.reserve(changes.size());
    for (const Change& change : changes) {
      values_.push_back(pointers(change.values));
      LDAPModW mod{};
      mod.mod_op = LDAP_MOD_REPLACE;
      mod.mod_type = given(change.attribute);
      mod.mod_vals.modv_strvals = change.values.empty() ? nullptr : values_.back().data();
      mods_.push_back(mod);
    }
    for (LDAPModW& mod : mods_) list_.push_back(&mod);
    list_.push_back(nullptr);
  }
  LDAPModW** list() { return list_.data(); }

 private:
  std::vector<std::vector<wchar_t*>> values_;
  std::vector<LDAPModW> mods_;
  std::vector<LDAPModW*> list_;
};

Entry taken(LDAP* ldap, LDAPMessage* message) {
  Entry entry;
  if (wchar_t* dn = ldap_get_dnW(ldap, message)) {
    entry.dn = dn;
    ldap_memfreeW(dn);
  }
  BerElement* place = nullptr;
  for (wchar_t* name = ldap_first_attributeW(ldap, message, &place); name;
       name = ldap_next_attributeW(ldap, message, place)) {
    Values& values = entry.values[lower(name)];
    if (wchar_t** all = ldap_get_valuesW(ldap, message, name)) {
      for (wchar_t** one = all; *one; ++one) values.emplace_back(*one);
      ldap_value_freeW(all);
    }
    ldap_memfreeW(name);
  }
  if (place) ber_free(place, 0);
  return entry;
}

}  // namespace

DirectoryError::DirectoryError(std::wstring text, bool may_sign_in)
    : std::runtime_error(narrow(text)), text_(std::move(text)), may_sign_in_(may_sign_in) {}

std::wstring Entry::first(const std::wstring& attribute) const {
  const Values& values = all(attribute);
  return values.empty() ? std::wstring() : values.front();
}

const Values& Entry::all(const std::wstring& attribute) const {
  static const Values none;
  const auto found = values.find(lower(attribute));
  return found == values.end() ? none : found->second;
}

struct Directory::State {
  explicit State(const std::wstring& controller) : ldap(ldap_initW(given(controller), LDAP_PORT)) {}
  ~State() {
    if (ldap) ldap_unbind(ldap);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void must(ULONG code, Word sentence) const {
    if (code == LDAP_SUCCESS) return;
    const wchar_t* known = ldap_err2stringW(code);
    std::wstring why = known ? known : L"";
    wchar_t* said = nullptr;
    if (ldap_get_optionW(ldap, LDAP_OPT_SERVER_ERROR, &said) == LDAP_SUCCESS && said) {
      if (*said) why += L" (" + trimmed(said) + L')';
      ldap_memfreeW(said);
    }
    const bool refused = code == LDAP_INVALID_CREDENTIALS || code == LDAP_INSUFFICIENT_RIGHTS ||
                         code == LDAP_LOCAL_ERROR || code == LDAP_AUTH_UNKNOWN ||
                         code == LDAP_STRONG_AUTH_REQUIRED;
    throw DirectoryError(filled(sentence, {why}), refused);
  }

  LDAP* ldap;
};

Directory::Directory(std::wstring controller, Credentials credentials)
    : controller_(std::move(controller)), credentials_(std::move(credentials)) {}
Directory::~Directory() = default;

void Directory::use(Credentials credentials) {
  credentials_ = std::move(credentials);
  state_.reset();
}

Directory::State& Directory::connected() {
  if (state_) return *state_;
  if (credentials_.current() && is_wine())
    throw DirectoryError(filled(Word::tab_no_directory, {say(Word::tab_no_current)}), true);
  auto state = std::make_unique<State>(controller_);
  if (!state->ldap) throw DirectoryError(filled(Word::tab_no_directory, {controller_}), false);
  LDAP* ldap = state->ldap;
  ULONG version = LDAP_VERSION3;
  ldap_set_optionW(ldap, LDAP_OPT_PROTOCOL_VERSION, &version);
  ldap_set_optionW(ldap, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
  // Wine knows neither, and signs and seals by itself.
  ldap_set_optionW(ldap, LDAP_OPT_SIGN, LDAP_OPT_ON);
  ldap_set_optionW(ldap, LDAP_OPT_ENCRYPT, LDAP_OPT_ON);
  LDAP_TIMEVAL limit = patience_to_connect;
  state->must(ldap_connect(ldap, &limit), Word::tab_no_directory);
  if (credentials_.current()) {
    state->must(ldap_bind_sW(ldap, nullptr, nullptr, LDAP_AUTH_NEGOTIATE), Word::tab_no_directory);
  } else {
    const auto slash = credentials_.user.find(L'\\');
    std::wstring domain = slash == std::wstring::npos ? L"" : credentials_.user.substr(0, slash);
    std::wstring user =
        slash == std::wstring::npos ? credentials_.user : credentials_.user.substr(slash + 1);
    SEC_WINNT_AUTH_IDENTITY_W identity{
        reinterpret_cast<unsigned short*>(user.data()),
        static_cast<unsigned long>(user.size()),
        reinterpret_cast<unsigned short*>(domain.data()),
        static_cast<unsigned long>(domain.size()),
        reinterpret_cast<unsigned short*>(credentials_.password.data()),
        static_cast<unsigned long>(credentials_.password.size()),
        SEC_WINNT_AUTH_IDENTITY_UNICODE};
    state->must(
        ldap_bind_sW(ldap, nullptr, reinterpret_cast<wchar_t*>(&identity), LDAP_AUTH_NEGOTIATE),
        Word::tab_no_directory);
  }
  state_ = std::move(state);
  return *state_;
}

Entry Directory::read(const std::wstring& dn, const std::vector<std::wstring>& attributes) {
  State& state = connected();
  LDAP_TIMEVAL limit = patience;
  LDAPMessage* answer = nullptr;
  const std::wstring any = L"(objectClass=*)";
  const ULONG code =
      ldap_search_ext_sW(state.ldap, given(dn), LDAP_SCOPE_BASE, given(any),
                         pointers(attributes).data(), 0, nullptr, nullptr, &limit, 1, &answer);
  const std::unique_ptr<LDAPMessage, ULONG (*)(LDAPMessage*)> held(answer, ldap_msgfree);
  state.must(code, Word::tab_no_directory);
  LDAPMessage* first = ldap_first_entry(state.ldap, answer);
  if (!first) state.must(LDAP_NO_SUCH_OBJECT, Word::tab_no_directory);
  return taken(state.ldap, first);
}

std::vector<Entry> Directory::find(const std::wstring& base,
                                   const std::wstring& filter,
                                   const std::vector<std::wstring>& attributes,
                                   unsigned most) {
  State& state = connected();
  LDAP_TIMEVAL limit = patience;
  LDAPMessage* answer = nullptr;
  const ULONG code =
      ldap_search_ext_sW(state.ldap, given(base), LDAP_SCOPE_SUBTREE, given(filter),
                         pointers(attributes).data(), 0, nullptr, nullptr, &limit, most, &answer);
  const std::unique_ptr<LDAPMessage, ULONG (*)(LDAPMessage*)> held(answer, ldap_msgfree);
  if (code != LDAP_SIZELIMIT_EXCEEDED) state.must(code, Word::tab_no_directory);
  std::vector<Entry> found;
  for (LDAPMessage* one = answer ? ldap_first_entry(state.ldap, answer) : nullptr; one;
       one = ldap_next_entry(state.ldap, one))
    found.push_back(taken(state.ldap, one));
  return found;
}

void Directory::change(const std::wstring& dn, const std::vector<Change>& changes) {
  if (changes.empty()) return;
  State& state = connected();
  Modifications modifications(changes);
  state.must(ldap_modify_sW(state.ldap, given(dn), modifications.list()), Word::tab_not_written);
}

std::wstring filter_value(const std::wstring& value) {
  std::wstring out;
  for (const wchar_t letter : value) {
    if (letter == L'*' || letter == L'(' || letter == L')' || letter == L'\\' || letter == 0) {
      wchar_t text[8];
      std::swprintf(text, std::size(text), L"\\%02x", static_cast<unsigned>(letter));
      out += text;
    } else {
      out += letter;
    }
  }
  return out;
}

std::wstring domain_name(const std::wstring& dn) {
  // From the first DC on: no part above it is one.
  std::size_t at = 0;
  while (at < dn.size()) {
    if (begins(std::wstring_view(dn).substr(at), L"DC=")) return dn.substr(at);
    std::size_t end = at;
    while (end < dn.size() && dn[end] != L',') end += dn[end] == L'\\' ? 2 : 1;
    at = end + 1;
  }
  return {};
}

std::wstring domain_of(const std::wstring& dn) {
  std::vector<std::wstring> labels;
  for (const auto& part : parts(domain_name(dn), L",")) {
    if (begins(part, L"DC=")) labels.push_back(part.substr(3));
  }
  return joined(labels, L".");
}

}  // namespace kontor::admin
