#!/bin/sh
# Assembles the VGA BIOS into video.bin. Needs nasm and Go.
set -e
cd "$(dirname "$0")"
../font/build.sh
code=$(mktemp)
trap 'rm -f "$code"' EXIT
nasm -f bin -Werror -I ../font/ -o "$code" video.asm
go run ./seal "$code" video.bin
