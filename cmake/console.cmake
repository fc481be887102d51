# SPDX-License-Identifier: GPL-3.0-or-later
# The web console (web/): the target console puts it into BUILD/web, where kontord looks for it. It is no part of "all",
# since it wants npm and, once, the network; a kontord without it says at /admin/ how it is made.
set(web ${CMAKE_SOURCE_DIR}/web)
set(modules ${web}/node_modules/.package-lock.json)
file(GLOB_RECURSE console_sources CONFIGURE_DEPENDS ${web}/src/*)
add_custom_command(OUTPUT ${modules}
  COMMAND npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  COMMAND ${CMAKE_COMMAND} -E touch ${modules}
  DEPENDS ${web}/package.json ${web}/package-lock.json
  WORKING_DIRECTORY ${web} COMMENT "Fetching what the console is built with" VERBATIM)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/web/index.html
  COMMAND npm run --silent build -- --outDir ${CMAKE_BINARY_DIR}/web --emptyOutDir --logLevel warn
  DEPENDS ${modules} ${console_sources} ${web}/index.html ${web}/vite.config.js
  WORKING_DIRECTORY ${web} COMMENT "Building the web console" VERBATIM)
add_custom_target(console DEPENDS ${CMAKE_BINARY_DIR}/web/index.html)
