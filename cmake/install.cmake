# SPDX-License-Identifier: GPL-3.0-or-later
# cmake --install, and the Debian package by CPack: build the five programs, then cpack -G DEB in the build folder.
if(CMAKE_INSTALL_PREFIX_INITIALIZED_TO_DEFAULT)
  set(CMAKE_INSTALL_PREFIX /usr CACHE PATH "where cmake --install puts things" FORCE)
endif()
include(GNUInstallDirs)

# kontord finds kontor-directory and kontor-extract beside itself, and none but kontord is for people: they lie in one
# folder of their own.
set(programs_folder ${CMAKE_INSTALL_LIBEXECDIR}/kontor)
install(TARGETS kontord kontor-directory kontor-extract RUNTIME DESTINATION ${programs_folder})
install(TARGETS kontorctl winpop RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(CODE "
  set(sbin \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_SBINDIR}\")
  file(MAKE_DIRECTORY \"\${sbin}\")
  file(CREATE_LINK ../${programs_folder}/kontord \"\${sbin}/kontord\" SYMBOLIC)
  set(settings \"${CMAKE_INSTALL_FULL_SYSCONFDIR}/kontor\")
  if(NOT EXISTS \"\$ENV{DESTDIR}\${settings}/kontor.toml\")
    file(INSTALL \"${CMAKE_SOURCE_DIR}/packaging/kontor.toml\" DESTINATION \"\${settings}\")
  endif()")

configure_file(packaging/systemd/kontor.service.in kontor.service @ONLY)
configure_file(packaging/systemd/kontor.socket.in kontor.socket COPYONLY)
install(FILES ${CMAKE_BINARY_DIR}/kontor.service ${CMAKE_BINARY_DIR}/kontor.socket DESTINATION lib/systemd/system)
install(FILES packaging/man/kontord.8 docs/generated/kontorctl.8 docs/generated/winpop.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
foreach(program kontorctl winpop)
  install(FILES docs/generated/${program}.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME ${program})
endforeach()
install(FILES docs/generated/kontor.toml.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES docs/generated/Kontor.psm1 DESTINATION share/kontor/powershell)
install(FILES packaging/debian/copyright NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/admin DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${CMAKE_BINARY_DIR}/web/ DESTINATION share/kontor/console OPTIONAL)  # where the console was built
install(FILES docs/generated/settings.md docs/generated/events.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/generated)

if(NOT CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  return()  # a Debian package is for /usr alone
endif()
set(CPACK_GENERATOR DEB)
set(CPACK_SET_DESTDIR ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_NAME kontor)
set(CPACK_PACKAGE_CONTACT "the authors of Kontor")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "mail server for organisations with Active Directory")
set(CPACK_PACKAGE_DESCRIPTION "IMAP, POP3, SMTP, submission and LMTP on one durable store; people and groups from Active
Directory, OpenLDAP or a file; sign-in by Kerberos ticket or password.")
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The authors of Kontor <kontor@localhost>")
set(CPACK_DEBIAN_PACKAGE_SECTION mail)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# What is loaded at run time and therefore not found by shlibdeps: mechanisms of SASL.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, libsasl2-modules, libsasl2-modules-gssapi-mit, tzdata")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates, dns-root-data")
set(control ${CMAKE_SOURCE_DIR}/packaging/debian)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${control}/preinst ${control}/postinst ${control}/prerm ${control}/postrm ${control}/conffiles)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
