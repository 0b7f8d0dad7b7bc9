#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# A Debian package of what an install program installs.
#   usage: make_deb.sh INSTALL FOLDER
# It is FOLDER/airlock_VERSION_ARCHITECTURE.deb.

set -euo pipefail
install=$PWD/$1 folder=$PWD/$2
readonly install folder

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
architecture=$(dpkg-architecture --query DEB_HOST_ARCH)

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

# Where lintian is right in general, and why not here.
install -D --mode=644 /dev/stdin "$root/usr/share/lintian/overrides/airlock" \
  <<'END'
# One package, which somebody installs by hand, has the library, what others
# build with, and the command. It provides what it would be divided into, and
# what is linked with the library depends on that.
airlock: link-to-shared-library-in-wrong-package *
airlock: package-name-doesnt-match-sonames libairlock1
END

mkdir "$root/DEBIAN"
printf 'Source: airlock\n\nPackage: airlock\nArchitecture: any\n' \
  >debian/control
modules=$root/usr/lib/airlock/python/py3
[[ -d $modules ]] && modules=$(echo "$modules"/_ssl.*) || modules=
depends=$(dpkg-shlibdeps -O -x"airlock" "$root/usr/bin/airlock" "$library" \
  ${modules:+"$modules"} |
  sed -n 's/^shlibs:Depends=//p')
cat >"$root/DEBIAN/control" <<END
Package: airlock
Version: $version
Architecture: $architecture
Maintainer: The Airlock Authors <airlock@airlock.invalid>
Installed-Size: $(du --summarize --apparent-size --block-size=1K "$root/usr" |
  cut --fields=1)
Depends: $depends
Recommends: bubblewrap, ca-certificates
Suggests: python3
Provides: libairlock1 (= $version), libairlock-dev (= $version)
Section: net
Priority: optional
Description: TLS sockets whose verification is the platform's to decide
 A TLS library for the runtimes of sandboxed platforms: Python's
 ssl.wrap_socket over BoringSSL, with keys and certificates as strings, a CA
 bundle required, and a policy that applications can make stricter but never
 laxer. With the command, the libraries, and their headers.
END
printf 'libairlock 1 libairlock1 (>= %s)\n' "$version" >"$root/DEBIAN/shlibs"
# The C interface stays; who links with the C++ one needs this very version.
cat >debian/airlock.symbols <<END
libairlock.so.1 libairlock1 #MINVER#
| libairlock1 (= $version)
* Build-Depends-Package: airlock
 (symver)AIRLOCK_1 $version
 (symver)AIRLOCK_CXX $version 1
END
dpkg-gensymbols -v"$version" -pairlock -P"$root" -e"$library" -c4 \
  -Idebian/airlock.symbols -O"$root/DEBIAN/symbols"
echo 'activate-noawait ldconfig' >"$root/DEBIAN/triggers"
cat >"$root/DEBIAN/prerm" <<'END'
#!/bin/sh
# What Python has written beside the package's modules.
set -e
rm -rf "$DPKG_ROOT/usr/lib/airlock/python/package/airlock/__pycache__"
END
(cd "$root" && find usr -type f -print0 | LC_ALL=C sort --zero-terminated |
  xargs --null md5sum) >"$root/DEBIAN/md5sums"
chmod 644 "$root"/DEBIAN/* "$doc"/*
chmod 755 "$root/DEBIAN/prerm"
find "$root" -type d -exec chmod 755 {} +
dpkg-deb --root-owner-group -Zxz --build "$root" \
  "$folder/airlock_${version}_$architecture.deb" >/dev/null
