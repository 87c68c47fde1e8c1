#!/bin/sh
# Unpacks Debian's packages for a Linux guest into a folder: fetch.sh FOLDER. Does
# nothing where they are already there or cannot be had; the programs that want
# them say what is missing.
set -e
folder=$1
[ -d "$folder/boot" ] && exit 0
command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 || exit 0
if ! dpkg --print-foreign-architectures | grep -qx i386; then
	[ "$(id -u)" = 0 ] || { echo "i386 packages need: dpkg --add-architecture i386 && apt-get update"; exit 0; }
	dpkg --add-architecture i386
	apt-get update -qq || true
fi
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
kernel=$(apt-cache depends linux-image-686:i386 2>/dev/null | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
if [ -z "$kernel" ] || ! apt-get download -qq -o APT::Sandbox::User=root "$kernel" busybox-static:i386; then
	echo "the i386 packages linux-image-686 and busybox-static cannot be had"
	exit 0
fi
# The installer is for one test, which skips where it is not there.
apt-get download -qq -o APT::Sandbox::User=root debian-installer-12-netboot-i386 2>/dev/null || true
for deb in *.deb; do dpkg-deb -x "$deb" "$folder"; done
