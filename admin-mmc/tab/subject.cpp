// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/tab/subject.hpp"

#include <algorithm>
#include <mutex>

#include "admin-mmc/base/text.hpp"
#include "admin-mmc/client/locate.hpp"
#include "admin-mmc/console/dialogs.hpp"
#include "admin-mmc/tab/addresses.hpp"

namespace kontor::admin {
namespace {

// What somebody typed once holds for the sheets after it: each runs in a thread of its own.
struct Typed {
  std::mutex lock;
  Credentials directory, server;
};
Typed& typed() {
  static Typed one;
  return one;
}
Credentials typed_for(Credentials Typed::* which) {
  const std::lock_guard<std::mutex> hold(typed().lock);
  return typed().*which;
}

const std::vector<std::wstring>& usual_names() {
  static const std::vector<std::wstring> names = {L"msExchHideFromAddressLists", L"targetAddress",
                                                  L"altRecipient", L"deliverAndRedirect",
                                                  L"msExchRecipientTypeDetails"};
  return names;
}

// The list directory.attributes of the settings' text; its lines are TOML, whose lists of texts are
// those of JSON.
Json attributes_of(const std::string& settings) {
  const auto section = settings.find("[directory]\n");
  if (section == settings.npos) return Json::array();
  const auto end = settings.find("\n[", section);
  const auto line = settings.find("\nattributes = ", section);
  if (line == settings.npos || line > end) return Json::array();
  const auto from = line + 14;
  Json list = Json::parse(settings.substr(from, settings.find('\n', from) - from), nullptr, false);
  return list.is_array() ? list : Json::array();
}

// False: it does not know the name or password. What else is wrong with it, such as that nobody
// answers there, the pages say themselves, and the directory is worked with meanwhile.
bool takes_sign_in(Api& api) {
  try {
    api.session();
  } catch (const ApiError& error) {
    return error.status() != 401;
  } catch (const HttpError&) {
  }
  return true;
}

}  // namespace

Subject::Subject(ObjectName name)
    : name_(std::move(name)),
      directory_(name_.controller.empty() ? domain_of(name_.dn) : name_.controller,
                 typed_for(&Typed::directory)) {}

const Entry& Subject::entry() {
  if (entry_) return *entry_;
  std::vector<std::wstring> wanted = {L"mail", L"proxyAddresses", L"displayName",
                                      L"cn",   L"objectClass",    L"allowedAttributesEffective"};
  for (const auto& name : usual_names()) wanted.push_back(attribute(name));
  entry_ = directory_.read(name_.dn, wanted);
  return *entry_;
}

bool Subject::may_write(const std::wstring& attribute) {
  const Values& allowed = entry().all(L"allowedAttributesEffective");
  return std::any_of(allowed.begin(), allowed.end(),
                     [&](const auto& one) { return same_text(one, attribute); });
}

bool Subject::may_write_its(const std::wstring& usual) {
  const std::wstring name = attribute(usual);
  return asked_names_ != Names::not_told && may_write(name);
}

void Subject::locate() {
  if (located_) return;
  located_ = true;
  if (auto server = locate_server(domain_of(name_.dn))) {
    server->credentials = typed_for(&Typed::server);
    api_ = std::make_shared<Api>(*server);
  }
}

bool Subject::has_server() {
  locate();
  return api_ != nullptr;
}

std::shared_ptr<Api> Subject::api() {
  locate();
  if (!api_) throw HttpError(say(Word::tab_no_server), false);
  return api_;
}

std::string Subject::key() {
  const std::wstring address = addresses_of(entry()).primary;
  if (address.empty()) throw HttpError(say(Word::tab_no_address), false);
  return narrow(address);
}

std::wstring Subject::attribute(const std::wstring& usual) {
  if (asked_names_ == Names::not_asked && has_server()) {
    asked_names_ = Names::known;
    try {
      const Json said = api_->get("/settings");
      for (const Json& one : attributes_of(said.value("settings", std::string()))) {
        const std::wstring pair = one.is_string() ? wide(one.get<std::string>()) : std::wstring();
        const auto sign = pair.find(L'=');
        if (sign == pair.npos) continue;
        for (const auto& name : usual_names()) {
          if (same_text(name, trimmed(pair.substr(0, sign))))
            names_[name] = trimmed(pair.substr(sign + 1));
        }
      }
    } catch (const std::exception&) {
      asked_names_ = Names::not_told;  // asked again after the next sign-in
    }
  }
  const auto found = names_.find(usual);
  return found == names_.end() ? usual : found->second;
}

bool Subject::sign_in(HWND parent, const std::wstring& why) {
  const auto typed_now =
      ask_credentials(parent, domain_of(name_.dn), why, [this](const Credentials& credentials) {
        // The directory, unless it takes who is signed in to Windows; then the mail server
        // likewise.
        try {
          directory_.read(name_.dn, {L"cn"});
        } catch (const DirectoryError& error) {
          if (!error.may_sign_in()) throw;
          directory_.use(credentials);
          directory_.read(name_.dn, {L"cn"});
          const std::lock_guard<std::mutex> hold(typed().lock);
          typed().directory = credentials;
        }
        if (!has_server() || takes_sign_in(*api_)) return;
        api_->use(credentials);
        if (!takes_sign_in(*api_)) throw HttpError(say(Word::sign_in_refused), false);
        const std::lock_guard<std::mutex> hold(typed().lock);
        typed().server = credentials;
      });
  asked_names_ = Names::not_asked;
  entry_.reset();
  return typed_now;
}

bool Subject::ask_for_server(HWND parent) {
  const auto server = ask_server(parent);
  if (!server) return false;
  remember_server(*server);
  api_ = std::make_shared<Api>(*server);
  located_ = true;
  asked_names_ = Names::not_asked;
  names_.clear();
  entry_.reset();
  return true;
}

Mailbox Subject::mailbox() { return {api(), key(), nullptr, nullptr}; }

}  // namespace kontor::admin
