# SPDX-License-Identifier: GPL-3.0-or-later
# kontor_fuzz(NAME folder...): tests/fuzz/NAME_fuzz.cpp linked with the libraries of these folders.
