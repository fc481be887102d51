# SPDX-License-Identifier: GPL-3.0-or-later
# Tests that run the real programs: kontor_script(LABEL NAME FILE [TIMEOUT]) runs a Python file with the build folder.
function(kontor_script label name file)
  set(timeout 300)
  if(ARGC GREATER 3)
    set(timeout ${ARGV3})
  endif()
  add_test(NAME ${label}.${name} COMMAND ${KONTOR_PYTHON} -B ${CMAKE_SOURCE_DIR}/${file} --build ${CMAKE_BINARY_DIR}
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${label}.${name} PROPERTIES LABELS ${label} TIMEOUT ${timeout})
  if(label STREQUAL "ad")
    # There is one loopback address for a domain controller: one domain at a time.
    set_tests_properties(${label}.${name} PROPERTIES RESOURCE_LOCK domain_controller)
  endif()
endfunction()

kontor_script(clients start tests/functional/start.py 3600)
kontor_script(scripts import tests/functional/import.py 900)
kontor_script(clients package tests/functional/package.py 1800)
kontor_script(clients backup tests/functional/backup.py 600)
kontor_script(clients process tests/functional/process.py 600)
kontor_script(clients load tests/functional/load.py 900)
kontor_script(scripts smtp tests/scripts/run_smtp.py)
kontor_script(clients smtp tests/functional/smtp_clients.py 600)
kontor_script(clients roundtrip tests/functional/roundtrip.py 900)
kontor_script(ad parts tests/functional/ad_parts.py 1800)
kontor_script(ad server tests/functional/ad_server.py 1800)
kontor_script(clients ldap tests/functional/ldap_server.py 900)

# The Active Directory parts by themselves; tests/functional/ad_parts.py runs it.
add_executable(ad_probe ${CMAKE_CURRENT_SOURCE_DIR}/tools/ad_probe.cpp)
target_link_libraries(ad_probe PRIVATE kontor_base_config kontor_directory_ldap kontor_directory_krb)
set_target_properties(ad_probe PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)

kontor_script(crash power_loss tests/crash/power_loss.py 3600)
kontor_script(crash faults_kill tests/functional/faults_kill.py 3600)
kontor_script(crash faults_disk tests/functional/faults_disk.py 900)
kontor_script(crash faults_power tests/functional/faults_power.py 3600)
kontor_script(clients mime_compare tests/functional/mime_compare.py 300)
kontor_script(scripts directory_local tests/functional/directory_local.py 300)
kontor_script(clients imap_read tests/functional/imap_read.py 600)
kontor_script(scripts imap_wire tests/scripts/run_imap.py 600)
kontor_script(scripts imap_sync tests/functional/imap_sync.py 600)
kontor_script(clients imap tests/functional/imap_clients.py 600)
kontor_script(clients bench tests/functional/bench_smoke.py 300)
kontor_script(bench compare bench/compare.py 3600)
kontor_script(scripts pop3_wire tests/scripts/run_pop3.py 600)
kontor_script(clients pop3 tests/functional/pop3_clients.py 900)

# The relay by itself, without a queue; tests/functional/relay.py runs it.
add_executable(relay_probe ${CMAKE_CURRENT_SOURCE_DIR}/tools/relay_probe.cpp)
target_link_libraries(relay_probe PRIVATE kontor_base_config kontor_server_smtp_client)
set_target_properties(relay_probe PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
kontor_script(clients relay tests/functional/relay.py 600)
