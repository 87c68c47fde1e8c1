#!/bin/sh
# Assembles the monitor's EDID and the VGA BIOS into edid.bin and video.bin. Needs nasm and Go.
set -e
cd "$(dirname "$0")"
../font/build.sh
code=$(mktemp)
trap 'rm -f "$code"' EXIT
nasm -f bin -Werror -o edid.bin edid.asm
nasm -f bin -Werror -I ../font/ -o "$code" video.asm
go run ./seal "$code" video.bin
