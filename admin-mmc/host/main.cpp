// SPDX-License-Identifier: GPL-3.0-or-later
// snapin-host [--dll FILE]: loads the snap-in (by its class in the registry, or from a file) and
// does with it what mmc.exe does, as lines of JSON on standard input say; each is answered by a
// line on standard output. What a dialog waits for comes in lines, too.
#include <cstdio>
#include <memory>

#include "admin-mmc/base/text.hpp"
#include "admin-mmc/host/player.hpp"
#include "admin-mmc/host/windows.hpp"

namespace kontor::admin::host {
namespace {

constexpr UINT line_message = WM_APP + 1, end_message = WM_APP + 2;
HWND main_window = nullptr;
std::unique_ptr<Player> player;

void answer(const Json& what) {
  const std::string line = what.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  DWORD written = 0;
  WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), line.data(), static_cast<DWORD>(line.size()), &written,
            nullptr);
}

DWORD WINAPI read_lines(void*) {
  std::string rest;
  char buffer[4096];
  DWORD size = 0;
  while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), buffer, sizeof buffer, &size, nullptr) &&
         size > 0) {
    rest.append(buffer, size);
    for (auto end = rest.find('\n'); end != rest.npos; end = rest.find('\n')) {
      auto line = std::make_unique<std::string>(rest.substr(0, end));
      rest.erase(0, end + 1);
      PostMessageW(main_window, line_message, 0, reinterpret_cast<LPARAM>(line.release()));
    }
  }
  PostMessageW(main_window, end_message, 0, 0);
  return 0;
}

LRESULT CALLBACK procedure(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  if (message == end_message) {
    PostQuitMessage(0);
    return 0;
  }
  if (message != line_message) return DefWindowProcW(window, message, wparam, lparam);
  const std::unique_ptr<std::string> line(reinterpret_cast<std::string*>(lparam));
  const Json asked = Json::parse(*line, nullptr, false);
  Json said;
  try {
    said = asked.is_object() ? player->run(asked) : Json{{"error", "no JSON"}};
  } catch (const std::exception& error) {
    said = {{"error", error.what()}};
  }
  said["n"] = asked.is_object() ? asked.value("n", 0) : 0;
  answer(said);
  return 0;
}

int play(const std::wstring& file) {
  CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED);
  const INITCOMMONCONTROLSEX controls{sizeof controls, ICC_WIN95_CLASSES};
  InitCommonControlsEx(&controls);
  WNDCLASSW type{};
  type.lpfnWndProc = procedure;
  type.hInstance = GetModuleHandleW(nullptr);
  type.lpszClassName = L"KontorSnapinHost";
  RegisterClassW(&type);
  main_window = CreateWindowW(type.lpszClassName, L"Console", WS_OVERLAPPEDWINDOW, 0, 0, 900, 600,
                              nullptr, nullptr, type.hInstance, nullptr);
  player = std::make_unique<Player>(file, main_window);
  CloseHandle(CreateThread(nullptr, 0, read_lines, nullptr, 0, nullptr));
  MSG message;
  while (GetMessageW(&message, nullptr, 0, 0) > 0) {
    if (sheet_message(message)) continue;
    TranslateMessage(&message);
    DispatchMessageW(&message);
  }
  answer(player->leave());
  player.reset();
  CoUninitialize();
  return 0;
}

}  // namespace
}  // namespace kontor::admin::host

int wmain(int count, wchar_t** arguments) {
  std::wstring file;
  for (int i = 1; i + 1 < count; ++i) {
    if (std::wstring(arguments[i]) == L"--dll") file = arguments[i + 1];
  }
  return kontor::admin::host::play(file);
}
