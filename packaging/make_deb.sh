#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Makes Debian packages of the files that an install program installs.
#   usage: make_deb.sh INSTALL FOLDER
# They are FOLDER/NAME_VERSION_ARCHITECTURE.deb, with these names:
#   libairlock1      the shared library, for programs that were linked with it
#   libairlock-dev   headers, static libraries, manual of the functions
#   airlock          the command
#   python3-airlock  Airlock for Debian's Python; only where it was built for it

set -euo pipefail
install=$PWD/$1 folder=$PWD/$2
readonly install folder

# The same bytes at any build time.
export SOURCE_DATE_EPOCH=1767225600

work=$(mktemp --directory)
trap 'rm --recursive --force "$work"' EXIT
readonly work all=$work/all
multiarch=$(dpkg-architecture --query DEB_HOST_MULTIARCH)
architecture=$(dpkg-architecture --query DEB_HOST_ARCH)
readonly multiarch architecture lib=usr/lib/$multiarch
DESTDIR=$all "$install" --prefix /usr --libdir "lib/$multiarch" >/dev/null

cd "$work"
library=$(echo "$all/$lib"/libairlock.so.*.*.*)
version=${library##*.so.}
readonly version doc=$all/usr/share/doc/airlock

# Moves installed paths into a package's root.
take() {
  local package=$1 path
  shift
  for path; do
    mkdir --parents "debian/$package/$(dirname "$path")"
    mv "$all/$path" "debian/$package/$path"
  done
}

# Debian keeps the texts of common licences in one place, and lists all.
write_copyright() {
  local apache='On Debian systems, the text is in '
  apache+='/usr/share/common-licenses/Apache-2.0.'
  cat <<END
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: 2026 The Airlock Authors
License: Apache-2.0
 $apache
 .
 The libraries hold code of others, whose licences follow.
END
  local licence
  for licence in boringssl nlohmann-json yaml-cpp zlib; do
    printf '\nFiles: %s\nCopyright: see below\nLicense: %s\n' \
      "${licence} (inside the libraries)" "$licence"
    # Upstream's BoringSSL has that of Apache, and others besides.
    sed "/^ *Apache License\$/,/^ *limitations under the License\.\$/c\\$apache" \
      "$doc/licences/$licence" | sed 's/^[[:space:]]*$/./; s/^/ /'
  done
  printf '\nFiles: %s\nCopyright: The Abseil Authors\nLicense: Apache-2.0\n' \
    'abseil (inside the libraries, and headers)'
}

write_changelog() {
  local date
  date=$(date --utc --rfc-email --date="@$SOURCE_DATE_EPOCH")
  cat <<END
airlock ($version) unstable; urgency=medium

  * Built from source by Bazel.

 -- The Airlock Authors <airlock@airlock.invalid>  $date
END
}

# The dependencies of a package's programs and libraries.
needs() {
  local package=$1
  shift
  dpkg-shlibdeps -O -x"$package" "$@" | sed -n 's/^shlibs:Depends=//p'
}

# Packs debian/PACKAGE. Its control fields, except the common ones, come from
# standard input, beginning with Section.
pack() {
  local package=$1 root=debian/$1
  local own=$root/usr/share/doc/$package
  mkdir --parents "$own" "$root/DEBIAN"
  write_copyright >"$own/copyright"
  write_changelog | gzip --best --no-name >"$own/changelog.gz"
  {
    cat <<END
Package: $package
Source: airlock
Version: $version
Architecture: $architecture
Maintainer: The Airlock Authors <airlock@airlock.invalid>
Installed-Size: $(du --summarize --apparent-size --block-size=1K "$root/usr" |
      cut --fields=1)
Priority: optional
END
    cat
  } >"$root/DEBIAN/control"
  (cd "$root" && find usr -type f -print0 | LC_ALL=C sort --zero-terminated |
    xargs --null md5sum) >"$root/DEBIAN/md5sums"
  find "$root/DEBIAN" "$own" -type f -exec chmod 644 {} +
  [[ ! -e $root/DEBIAN/prerm ]] || chmod 755 "$root/DEBIAN/prerm"
  find "$root" -type d -exec chmod 755 {} +
  dpkg-deb --root-owner-group -Zxz --build "$root" \
    "$folder/${package}_${version}_$architecture.deb" >/dev/null
}

override() {
  install -D --mode=644 /dev/stdin \
    "debian/$1/usr/share/lintian/overrides/$1"
}

mkdir debian
printf 'Source: airlock\n\nPackage: airlock\nArchitecture: any\n' \
  >debian/control

take libairlock1 "$lib/libairlock.so.$version" "$lib/libairlock.so.1"
root=debian/libairlock1
mkdir --parents "$root/DEBIAN"
printf 'libairlock 1 libairlock1 (>= %s)\n' "$version" >"$root/DEBIAN/shlibs"
# The C interface is stable; programs with the C++ one need this exact version.
cat >debian/libairlock1.symbols <<END
libairlock.so.1 libairlock1 #MINVER#
| libairlock1 (= $version)
* Build-Depends-Package: libairlock-dev
 (symver)AIRLOCK_1 $version
 (symver)AIRLOCK_CXX $version 1
END
dpkg-gensymbols -v"$version" -plibairlock1 -P"$root" \
  -e"$root/$lib/libairlock.so.$version" -c4 -Idebian/libairlock1.symbols \
  -O"$root/DEBIAN/symbols"
echo 'activate-noawait ldconfig' >"$root/DEBIAN/triggers"
pack libairlock1 <<END
Section: libs
Depends: $(needs libairlock1 "$root/$lib/libairlock.so.$version")
Recommends: ca-certificates
Description: TLS sockets whose verification the platform decides
 A TLS library for the runtimes of sandboxed platforms: Python's
 ssl.wrap_socket over BoringSSL, with keys and certificates as strings, a CA
 bundle required, and a policy that applications can make stricter but never
 laxer. This is the shared library.
END

take libairlock-dev usr/include "$lib"/libairlock.so "$lib/libairlock.a" \
  "$lib/libairlock_absl.a" "$lib/pkgconfig" "$lib/cmake" usr/share/man/man3
pack libairlock-dev <<END
Section: libdevel
Depends: libairlock1 (= $version)
Suggests: pkgconf
Description: TLS sockets whose verification is the platform's (development)
 What programs are built with that use Airlock, a TLS library for the runtimes
 of sandboxed platforms: the headers of its C and C++ interfaces, its static
 libraries, and a manual page for each function.
END

modules=$all/usr/lib/airlock/python/py3
[[ -d $modules ]] && modules=$(echo "$modules"/_ssl.*) || modules=
python=
if [[ -n $modules ]]; then
  python=python3-airlock
  take $python usr/lib/airlock
  tag=${modules##*cpython-} # 311-x86_64-linux-gnu.so
  tag=${tag%%-*}
  version_of_python=${tag:0:1}.${tag:1}
  root=debian/$python
  mkdir --parents "$root/DEBIAN"
  cat >"$root/DEBIAN/prerm" <<'END'
#!/bin/sh
# What Python writes next to the package's modules.
set -e
find "$DPKG_ROOT/usr/lib/airlock/python/package/airlock" -depth \
  -name __pycache__ -exec rm -rf {} +
END
  pack $python <<END
Section: python
Depends: python$version_of_python, $(
    needs $python "${root}${modules#"$all"}"
  )
Recommends: airlock (= $version)
Description: TLS sockets whose verification is the platform's (Python)
 Airlock for Debian's Python: the module that its own ssl runs on, and the
 package that installs it in a process. "airlock python" and "airlock run"
 start programs with it.
END
fi

take airlock usr/bin usr/share/man/man1 usr/share/man/man5 \
  usr/share/bash-completion
pack airlock <<END
Section: net
Depends: $(needs airlock debian/airlock/usr/bin/airlock)
Recommends: ${python:+$python (= $version), }bubblewrap, ca-certificates
Description: TLS for the applications of a sandboxed platform
 The command of Airlock, a TLS library for the runtimes of sandboxed platforms:
 it starts applications under the platform's policy, shows how a server's
 certificate is verified, serves files over HTTPS for tests, and says what a
 bundle of CA certificates holds.
END

rm --recursive "$doc"
left=$(find "$all" -not -type d)
[[ -z $left ]] || {
  printf 'make_deb: error: in no package: %s\n' "$left" >&2
  exit 1
}
