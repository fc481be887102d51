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
endfunction()

kontor_script(clients start tests/functional/start.py 3600)
kontor_script(clients load tests/functional/load.py 900)
