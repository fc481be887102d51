# SPDX-License-Identifier: GPL-3.0-or-later
# Compiler, warnings, sanitizers and the functions that CMakeLists.txt is written in.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR "GCC ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines (objects built inside a co_await "
    "statement are destroyed twice). Use clang++-19: cmake -DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_C_COMPILER=clang-19")
endif()
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_SKIP_RPATH ON)  # every library is the system's

option(KONTOR_PCH "Use one precompiled header (off suits a compiler cache)" ON)
set(KONTOR_SANITIZE "" CACHE STRING "empty, address (address+undefined, with the fuzz targets) or thread")

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url program_options)
find_package(OpenSSL 3 REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(fmt REQUIRED)
find_package(ZLIB REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(GTest REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(GSSAPI REQUIRED IMPORTED_TARGET krb5-gssapi krb5)
pkg_check_modules(SASL REQUIRED IMPORTED_TARGET libsasl2)
pkg_check_modules(LDAP REQUIRED IMPORTED_TARGET ldap lber)
find_library(KONTOR_UNBOUND unbound REQUIRED)  # its .pc file asks for what only static linking needs
pkg_check_modules(ARCHIVE REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(XAPIAN REQUIRED IMPORTED_TARGET xapian-core)
pkg_check_modules(XML REQUIRED IMPORTED_TARGET libxml-2.0)
pkg_check_modules(POPPLER REQUIRED IMPORTED_TARGET poppler-cpp)
pkg_check_modules(PSL REQUIRED IMPORTED_TARGET libpsl)
find_library(KONTOR_RE2 re2 REQUIRED)  # its .pc file asks for -pthread, without which the precompiled header is made
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)

add_library(kontor_flags INTERFACE)
target_include_directories(kontor_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(kontor_flags INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_REGEX
  KONTOR_VERSION="${PROJECT_VERSION}")
target_compile_options(kontor_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wimplicit-fallthrough -Wunused-result -Werror -fno-omit-frame-pointer -march=x86-64-v2)
# Programs and libraries alike, so that they can share one precompiled header.
target_compile_options(kontor_flags INTERFACE -fPIC)
# The debug information of lines alone keeps builds small; a debugger still shows where it is.
target_compile_options(kontor_flags INTERFACE $<$<CONFIG:Debug>:-gline-tables-only>)
if(KONTOR_SANITIZE STREQUAL "address")
  # The vptr check makes a pipe to see whether memory can be read: out of descriptors, which a test is
  # about, it accuses sound objects.
  target_compile_options(kontor_flags INTERFACE -O1 -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all
    -fsanitize=fuzzer-no-link)
  target_link_options(kontor_flags INTERFACE -fsanitize=address,undefined)
elseif(KONTOR_SANITIZE STREQUAL "thread")
  target_compile_options(kontor_flags INTERFACE -O1 -fsanitize=thread)
  # Asio's counts of references rest on a fence, which this sanitizer cannot see (it reports the last owner's delete
  # as a race); the other kind, of Boost.SmartPtr, orders by the count itself.
  target_compile_definitions(kontor_flags INTERFACE BOOST_ASIO_DISABLE_STD_ATOMIC)
  target_link_options(kontor_flags INTERFACE -fsanitize=thread)
else()
  target_compile_options(kontor_flags INTERFACE $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2 -fstack-protector-strong>)
  target_compile_definitions(kontor_flags INTERFACE $<$<CONFIG:Release>:_GLIBCXX_ASSERTIONS>)
  target_link_options(kontor_flags INTERFACE -Wl,-z,relro,-z,now)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  find_program(KONTOR_LLD ld.lld-19)
  if(KONTOR_LLD)
    target_link_options(kontor_flags INTERFACE -fuse-ld=lld-19)
  endif()
endif()

function(kontor_target_name out folder)
  string(REPLACE "/" "_" name ${folder})
  set(${out} kontor_${name} PARENT_SCOPE)
endfunction()

# The precompiled header is made once, in base/core, and shared by all.
function(kontor_use_pch target)
  if(KONTOR_PCH AND NOT target STREQUAL "kontor_base_core")
    target_precompile_headers(${target} REUSE_FROM kontor_base_core)
  endif()
endfunction()

# kontor_library(folder [DEPENDS folder...] [LIBS target...]): all sources of the folder, not of its subfolders.
function(kontor_library folder)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LIBS" ${ARGN})
  kontor_target_name(target ${folder})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cpp)
  set(links kontor_flags ${ARG_LIBS})
  foreach(dependency ${ARG_DEPENDS})
    kontor_target_name(name ${dependency})
    list(APPEND links ${name})
  endforeach()
  if(sources)
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PUBLIC ${links})
    if(KONTOR_PCH AND folder STREQUAL "base/core")
      target_precompile_headers(${target} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled.hpp)
    endif()
    kontor_use_pch(${target})
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE ${links})
  endif()
endfunction()

function(kontor_program name source)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  if(NOT EXISTS ${CMAKE_SOURCE_DIR}/${source})
    return()
  endif()
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE kontor_flags)
  foreach(dependency ${ARG_DEPENDS})
    kontor_target_name(library ${dependency})
    target_link_libraries(${name} PRIVATE ${library})
  endforeach()
  kontor_use_pch(${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()
