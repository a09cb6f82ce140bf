dnl SPDX-License-Identifier: GPL-3.0-or-later
dnl The project's own checks, each a macro that configure.ac calls by name.

dnl RELAY_C17: the language the sources are written in.
AC_DEFUN([RELAY_C17], [
  relay_saved_cflags=$CFLAGS
  CFLAGS="$CFLAGS -std=gnu17"
  AC_MSG_CHECKING([whether $CC takes -std=gnu17])
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
    [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])
     AC_MSG_ERROR([a C17 compiler is needed: gcc 8 or clang 6 or newer])])
  CFLAGS=$relay_saved_cflags
  RELAY_CFLAGS="-std=gnu17 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wformat=2 -Wvla"
  AC_ARG_ENABLE([werror],
    [AS_HELP_STRING([--enable-werror], [make every warning an error (the test run does)])],
    [], [enable_werror=no])
  AS_IF([test "x$enable_werror" = xyes], [RELAY_CFLAGS="$RELAY_CFLAGS -Werror"])
  AC_SUBST([RELAY_CFLAGS])
])

dnl RELAY_PKG(PREFIX, PKG-CONFIG SPEC, DEBIAN PACKAGE, FEDORA PACKAGE)
dnl Collects what is missing, so that one run of configure names everything.
AC_DEFUN([RELAY_PKG], [
  PKG_CHECK_MODULES([$1], [$2], [],
    [AS_VAR_APPEND([relay_missing], ["
    $2: Debian $3, Fedora $4"])])
])

AC_DEFUN([RELAY_LIBRARIES], [
  relay_missing=
  RELAY_PKG([OPENSSL], [libcrypto >= 3.0], [libssl-dev], [openssl-devel])
  RELAY_PKG([ZLIB], [zlib], [zlib1g-dev], [zlib-devel])
  RELAY_PKG([LIBARCHIVE], [libarchive >= 3.3], [libarchive-dev], [libarchive-devel])
  RELAY_PKG([LIBCONFIG], [libconfig >= 1.5], [libconfig-dev], [libconfig-devel])
  RELAY_PKG([JANSSON], [jansson >= 2.11], [libjansson-dev], [jansson-devel])
  RELAY_PKG([EXPAT], [expat >= 2.2], [libexpat1-dev], [expat-devel])
  RELAY_PKG([LMDB], [lmdb >= 0.9.22], [liblmdb-dev], [lmdb-devel])
  RELAY_PKG([LIBPQ], [libpq >= 12], [libpq-dev], [libpq-devel])
  RELAY_PKG([CURL], [libcurl >= 7.61], [libcurl4-openssl-dev], [libcurl-devel])
  RELAY_PKG([FCGI], [fcgi >= 2.4], [libfcgi-dev], [fcgi-devel])
  RELAY_PKG([SSL], [libssl >= 3.0], [libssl-dev], [openssl-devel])
  RELAY_PKG([LIBEVENT], [libevent_core >= 2.1 libevent_openssl >= 2.1], [libevent-dev], [libevent-devel])
  PKG_CHECK_MODULES([CHECK], [check >= 0.12], [have_check=yes], [have_check=no])
  AM_CONDITIONAL([HAVE_CHECK], [test "x$have_check" = xyes])
  AS_IF([test -n "$relay_missing"],
    [AC_MSG_ERROR([libraries are missing; install these packages and try again:$relay_missing])])
  AS_IF([test "x$have_check" = xno],
    [AC_MSG_WARN([check >= 0.12 is missing (Debian check, Fedora check-devel): 'make check' runs no unit tests])])
  relay_saved_cflags=$CFLAGS
  CFLAGS="$CFLAGS $EXPAT_CFLAGS"
  AC_CHECK_DECLS([XML_GetCurrentLineNumber64], [], [], [[#include <expat.h>]])
  CFLAGS=$relay_saved_cflags
  dnl All programs name the same libraries; each is to need only those it uses.
  RELAY_LDFLAGS=
  RELAY_TRY_FLAG([RELAY_LDFLAGS], [-Wl,--as-needed])
  AC_SUBST([RELAY_LDFLAGS])
])

dnl RELAY_TRY_FLAG(VARIABLE, FLAG): append FLAG to VARIABLE where compiler and linker take it.
AC_DEFUN([RELAY_TRY_FLAG], [
  relay_saved_cflags=$CFLAGS
  CFLAGS="$CFLAGS -Werror $2"
  AC_MSG_CHECKING([whether $CC takes $2])
  AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <string.h>]], [[return (int)strlen("")]])],
    [AC_MSG_RESULT([yes]); AS_VAR_APPEND([$1], [" $2"])],
    [AC_MSG_RESULT([no])])
  CFLAGS=$relay_saved_cflags
])

AC_DEFUN([RELAY_HARDENING], [
  AC_ARG_ENABLE([hardening],
    [AS_HELP_STRING([--disable-hardening], [build without PIE, RELRO, stack protector, _FORTIFY_SOURCE, CET])],
    [], [enable_hardening=yes])
  HARDENING_CFLAGS=
  HARDENING_LDFLAGS=
  AS_IF([test "x$enable_hardening" = xyes], [
    HARDENING_CFLAGS="-fPIE"
    HARDENING_LDFLAGS="-pie"
    RELAY_TRY_FLAG([HARDENING_CFLAGS], [-fstack-protector-strong])
    RELAY_TRY_FLAG([HARDENING_CFLAGS], [-fstack-clash-protection])
    RELAY_TRY_FLAG([HARDENING_CFLAGS], [-fcf-protection])
    RELAY_TRY_FLAG([HARDENING_LDFLAGS], [-Wl,-z,relro,-z,now])
    RELAY_TRY_FLAG([HARDENING_LDFLAGS], [-Wl,-z,noexecstack])
    dnl _FORTIFY_SOURCE works only in optimised builds and only warns in others; a distribution may set it already.
    AS_CASE([" $CFLAGS $CPPFLAGS "],
      [*_FORTIFY_SOURCE*], [],
      [*" -O0 "*], [],
      [*" -O"*], [HARDENING_CFLAGS="$HARDENING_CFLAGS -D_FORTIFY_SOURCE=2"])
  ])
  AC_SUBST([HARDENING_CFLAGS])
  AC_SUBST([HARDENING_LDFLAGS])
])

AC_DEFUN([RELAY_SANITIZERS], [
  AC_ARG_ENABLE([sanitizers],
    [AS_HELP_STRING([--enable-sanitizers], [build with the address and undefined behaviour sanitizers])],
    [], [enable_sanitizers=no])
  AC_ARG_ENABLE([thread-sanitizer],
    [AS_HELP_STRING([--enable-thread-sanitizer], [build with the thread sanitizer, which goes with no other one])],
    [], [enable_thread_sanitizer=no])
  AC_ARG_ENABLE([fuzzers],
    [AS_HELP_STRING([--enable-fuzzers], [build the fuzz targets with libFuzzer (clang only); without it they replay their corpus])],
    [], [enable_fuzzers=no])
  SANITIZER_FLAGS=
  AS_IF([test "x$enable_sanitizers" = xyes || test "x$enable_fuzzers" = xyes], [
    SANITIZER_FLAGS="-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"
  ])
  AS_IF([test "x$enable_thread_sanitizer" = xyes], [
    AS_IF([test -n "$SANITIZER_FLAGS"],
      [AC_MSG_ERROR([--enable-thread-sanitizer goes with neither --enable-sanitizers nor --enable-fuzzers])])
    SANITIZER_FLAGS="-fsanitize=thread -fno-omit-frame-pointer"
  ])
  AS_IF([test -n "$SANITIZER_FLAGS"], [
    dnl the sanitizers bring their own checks of what _FORTIFY_SOURCE wraps
    HARDENING_CFLAGS=`AS_ECHO(["$HARDENING_CFLAGS"]) | $SED 's/-D_FORTIFY_SOURCE=2//'`
  ])
  FUZZING_ENGINE=
  AS_IF([test "x$enable_fuzzers" = xyes], [
    SANITIZER_FLAGS="$SANITIZER_FLAGS -fsanitize=fuzzer-no-link"
    FUZZING_ENGINE="-fsanitize=fuzzer"
  ])
  AM_CONDITIONAL([ENABLE_FUZZERS], [test "x$enable_fuzzers" = xyes])
  AC_SUBST([SANITIZER_FLAGS])
  AC_SUBST([FUZZING_ENGINE])
])

dnl RELAY_SYSTEMD: where units go and what is written in them.
AC_DEFUN([RELAY_SYSTEMD], [
  AC_ARG_WITH([systemdsystemunitdir],
    [AS_HELP_STRING([--with-systemdsystemunitdir=DIR], [where systemd units go @<:@PREFIX/lib/systemd/system@:>@])],
    [], [with_systemdsystemunitdir='${prefix}/lib/systemd/system'])
  AC_SUBST([systemdsystemunitdir], [$with_systemdsystemunitdir])
  dnl Debian and Fedora run httpd as different groups, and the build machine is mostly of the kind it builds for.
  AS_IF([test -e /etc/redhat-release], [relay_httpd_group=apache], [relay_httpd_group=www-data])
  AC_ARG_WITH([httpd-group],
    [AS_HELP_STRING([--with-httpd-group=GROUP], [the group httpd runs as @<:@www-data or apache@:>@])],
    [], [with_httpd_group=$relay_httpd_group])
  AC_SUBST([HTTPD_GROUP], [$with_httpd_group])
])
