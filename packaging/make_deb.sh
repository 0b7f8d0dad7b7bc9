#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# A Debian package of what an install program installs.
#   usage: make_deb.sh INSTALL PACKAGE

set -euo pipefail
install=$PWD/$1 package=$PWD/$2
readonly install package

# The same bytes whenever it is built.
export SOURCE_DATE_EPOCH=1767225600

work=$(mktemp --directory)
trap 'rm --recursive --force "$work"' EXIT
readonly work root=$work/debian/airlock
multiarch=$(dpkg-architecture --query DEB_HOST_MULTIARCH)
DESTDIR=$root "$install" --prefix /usr --libdir "lib/$multiarch" >/dev/null

cd "$work"
readonly doc=$root/usr/share/doc/airlock
library=$(echo "$root/usr/lib/$multiarch"/libairlock.so.*.*.*)
version=${library##*.so.}

# Debian keeps the texts of well-known licences in one place, and names all.
{
  cat <<'END'
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: 2026 The Airlock Authors
License: Apache-2.0
 On Debian systems, the text is in /usr/share/common-licenses/Apache-2.0.
 .
 The libraries hold code of others, whose licences follow.
END
  for licence in boringssl nlohmann-json yaml-cpp; do
    printf '\nFiles: %s\nCopyright: see below\nLicense: %s\n' \
      "${licence} (inside the libraries)" "$licence"
    sed 's/^[[:space:]]*$/./; s/^/ /' "$doc/licences/$licence"
  done
  printf '\nFiles: %s\nCopyright: The Abseil Authors\nLicense: Apache-2.0\n' \
    'abseil (inside the libraries, and headers)'
} >"$doc/copyright"
rm --recursive "$doc/licences"
date=$(date --utc --rfc-email --date="@$SOURCE_DATE_EPOCH")
gzip --best --no-name >"$doc/changelog.gz" <<END
airlock ($version) unstable; urgency=medium

  * Built from source by Bazel.

 -- The Airlock Authors <airlock@airlock.invalid>  $date
END

mkdir "$root/DEBIAN"
echo 'Source: airlock' >debian/control
depends=$(dpkg-shlibdeps -O -x"airlock" "$root/usr/bin/airlock" "$library" |
  sed -n 's/^shlibs:Depends=//p')
cat >"$root/DEBIAN/control" <<END
Package: airlock
Version: $version
Architecture: $(dpkg-architecture --query DEB_HOST_ARCH)
Maintainer: The Airlock Authors <airlock@airlock.invalid>
Installed-Size: $(du --summarize --apparent-size --block-size=1K "$root/usr" |
  cut --fields=1)
Depends: $depends
Section: net
Priority: optional
Description: TLS sockets whose verification is the platform's to decide
 A TLS library for the runtimes of sandboxed platforms: Python's
 ssl.wrap_socket over BoringSSL, with keys and certificates as strings, a CA
 bundle required, and a policy that applications can make stricter but never
 laxer. With the command, the libraries, and their headers.
END
printf 'libairlock 1 airlock (>= %s)\n' "$version" >"$root/DEBIAN/shlibs"
echo 'activate-noawait ldconfig' >"$root/DEBIAN/triggers"
(cd "$root" && find usr -type f -print0 | LC_ALL=C sort --zero-terminated |
  xargs --null md5sum) >"$root/DEBIAN/md5sums"
chmod 644 "$root"/DEBIAN/* "$doc"/*
find "$root" -type d -exec chmod 755 {} +
dpkg-deb --root-owner-group -Zxz --build "$root" "$package" >/dev/null
